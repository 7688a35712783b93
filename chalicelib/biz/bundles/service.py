"""What an applicant does with a bundle before anything is filed: begin it, answer once, let the registers fill it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import field, replace
from typing import Any

from chalicelib.shared import pointers
from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import Fault, Invalid, NotAllowed, NotFound, Stale, WrongState
from chalicelib.shared.identity import Caller
from chalicelib.shared.journal import Once
from chalicelib.shared.storage import Json
from chalicelib.shared.web import as_json

from ..cases.answering import answered, must_be_small, prefilled
from ..cases.opening import ForWhom, drafted, must_fit
from ..definitions import computed
from ..definitions.model import Prefill, ServiceDefinition
from ..guide.service import Offer
from ..model import Case
from ..noun import ApplicantKind, CaseId
from ..office import Office, Told
from ..ports import Extract
from . import graph, rules, views
from .catalogue import Offers
from .hall import Changed, Hall, Sight, Written
from .model import BundleDefinition, Member, Run
from .rules import Desk
from .store import no_run
from .views import OfferView, RunBrief, RunCard, RunWhole

Directors = Callable[[str, str, str], tuple[str, ...]]
"""(reference, pid, juristic id) -> pseudonyms of the directors; raises NotAllowed when the person is none of them."""
Ask = Callable[[Prefill, dict[str, str], Case], Extract]
"""Asks a register on behalf of a case's owner."""


@dataclass(frozen=True)
class Wish:
    """What somebody wants to begin, or to change.

    Attributes:
        answers: a merge patch (RFC 7396) of the shared answers.
        own: merge patches of what single members ask beside them.
    """

    answers: Mapping[str, Any] = field(default_factory=dict, repr=False)
    own: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, repr=False)


class Bundles:
    """Bundles on offer, and runs of them until they are filed; see `filing` for what comes then."""

    def __init__(self, office: Office, offers: Offers, directors: Directors, ask: Ask) -> None:
        self._office = office
        self.hall = Hall(office, offers)
        self._directors = directors
        self._ask = ask

    # --- looking

    def offers(self) -> list[views.OfferCard]:
        """What may be begun today."""
        return [views.offer(bundle, self._services(bundle, {})) for bundle in self.hall.offers.live(self._today())]

    def offer(self, id: str) -> OfferView:
        """One bundle on offer with its questions; raises NotFound."""
        bundle = self.hall.offers.current(id, self._today())
        return views.offer_whole(bundle, self._services(bundle, {}))

    def for_guide(self, on: dt.date) -> list[Offer]:
        """What the guide may point to on that day."""
        return [
            Offer(
                bundle.id,
                bundle.name,
                bundle.summary,
                tuple(bundle.members[code].service for code in graph.ordered(bundle)),
                bundle.form.schema_,
            )
            for bundle in self.hall.offers.live(on)
        ]

    def show(self, caller: Caller, id: str) -> RunWhole:
        """One's own run with everything in it; raises NotFound."""
        sight = self.hall.own(None, id, caller)
        return views.whole(sight, self.services(sight), self._office.now(), self._today())

    def mine(self, caller: Caller, after: str | None, limit: int) -> tuple[list[RunBrief], str | None]:
        """The caller's runs, newest first."""
        runs, following = self.hall.rows.of_owner(caller.id, after, limit)
        briefs = [
            RunBrief(
                id=run.id,
                bundle=run.bundle,
                name=self.hall.offers.version(run.bundle, run.bundle_version).name,
                opened_at=run.opened_at,
                submitted_at=run.submitted_at,
                cases={code: member.case for code, member in run.members.items()},
            )
            for run in runs
        ]
        return briefs, following

    def card(self, sight: Sight) -> RunCard:
        """A run in short."""
        return views.card(sight, self.services(sight), self._office.now())

    def services(self, sight: Sight) -> dict[str, ServiceDefinition]:
        """The service of each member: of an open case the version it is under, else today's."""
        return self._services(sight.bundle, sight.desks)

    def _services(self, bundle: BundleDefinition, desks: Mapping[str, Desk]) -> dict[str, ServiceDefinition]:
        found, office = dict[str, ServiceDefinition](), self._office
        for code, rule in bundle.members.items():
            if code in desks:
                found[code] = desks[code].book.definition
                continue
            try:
                found[code] = office.catalogue.current(rule.service, office.today())
            except NotFound:
                continue  # not offered today: it is told when somebody needs it
        return found

    def _today(self) -> dt.date:
        return self._office.today()

    # --- beginning and filling

    def open(
        self, once: Once, caller: Caller, bundle_id: str, kind: ApplicantKind, juristic_id: str | None, wish: Wish
    ) -> RunCard:
        """Begin a bundle, with a draft of each licence that is needed by what is answered so far.

        For a company only its director may, asked of the register once for all members.

        Raises:
            NotFound: no such bundle today, no such company, or a service of it is not offered today.
            NotAllowed: the caller is no director.
            Invalid: this kind of applicant does not fit, or the answers do not.
            AssuranceTooLow: a service asks for a stronger login.
        """
        office, bundle = self._office, self.hall.offers.current(bundle_id, self._today())
        if caller.pid is None:
            raise NotAllowed("เฉพาะบุคคลที่ยืนยันตัวตนแล้ว", "Only a person who logged in may do this.")
        if kind not in bundle.applicants:
            text = "ชุดใบอนุญาตนี้ไม่รับผู้ยื่นประเภทนี้", "The bundle is not for this kind of applicant."
            raise Invalid(*text, [Fault("/applicant/kind", *text)])
        if (kind == "juristic") != (juristic_id is not None):
            text = (
                "ระบุเลขทะเบียนนิติบุคคลเฉพาะเมื่อยื่นในนามนิติบุคคล",
                "Give the juristic number for a company, and only then.",
            )
            raise Invalid(*text, [Fault("/applicant/juristic_id", *text)])
        if once.claimed:
            office.parts.journal.read(once)  # before the register is asked: a repeat must not ask again
        run_id, related = office.parts.ids(), tuple[str, ...]()
        if juristic_id is not None:
            related = self._directors(run_id, caller.pid, juristic_id)
        run = Run(
            id=run_id,
            bundle=bundle.id,
            bundle_version=bundle.version,
            owner=caller.id,
            applicant=kind,
            juristic_id=juristic_id,
            related=related,
            opened_at=office.now(),
            pid=caller.pid,
            applicant_name=caller.name,
        )
        written, desks = self._filled(Sight(run, bundle, {}), caller, wish)
        data = {"applicant": kind, "members": sorted(written.run.members)}
        written = replace(written, what="opened", data=data, new=True)
        return self.done(once, caller, Sight(run, bundle, desks), written)

    def answer(self, once: Once, caller: Caller, id: str, wish: Wish, if_match: int | None) -> RunCard:
        """Change shared answers, and what single members ask beside them; each member's draft gets its part.

        A member that these answers call for gets its draft; one that they no longer call for keeps its own, unfiled.

        Raises:
            Stale: the run, or one of its applications, is another version by now.
            Invalid: an answer is closed because a member was filed with it; or see `answering.answered`.
            WrongState: a member is asked to change that is not with the applicant.
            NotFound: a service is not offered today.
        """
        sight = self.hall.own(once, id, caller)
        if if_match is not None and if_match != sight.run.version:
            raise Stale(
                "ชุดคำขอถูกแก้ไขไปแล้ว โปรดอ่านข้อมูลล่าสุดก่อน", "The bundle has changed since you read it; read it again."
            )
        written, desks = self._filled(sight, caller, wish)
        data = {"fields": sorted(wish.answers)[:50], "members": sorted(changed.code for changed in written.cases)}
        return self.done(once, caller, replace(sight, desks=desks), replace(written, what="changed", data=data))

    def _filled(self, sight: Sight, caller: Caller, wish: Wish) -> tuple[Written, dict[str, Desk]]:
        """The run with changed answers, and each member that changes with it."""
        run, bundle = sight.run, sight.bundle
        after = pointers.merge(run.answers, dict(wish.answers))
        must_be_small(after)
        faults = rules.closed(bundle, run.answers, after, sight.desks)
        if faults:
            raise Invalid("คำตอบบางข้อใช้ยื่นคำขอไปแล้ว", "Some answers were filed already.", faults)
        desks, fresh = dict(sight.desks), set[str]()
        for code in rules.needed(bundle, after):
            if code not in desks:
                desks[code] = self._drafted(run, bundle, code, caller)
                fresh.add(code)
        for code in wish.own:
            if code not in desks:
                text = "คำขอนี้ไม่อยู่ในชุด หรือยังไม่ต้องใช้", "It is no member of the bundle, or not needed so far."
                raise Invalid(*text, [Fault(pointers.join(["members", code]), *text)])
        changed = []
        for code in list(desks):
            case, told = self._member(bundle, code, desks, run.answers if code not in fresh else {}, after, wish)
            if code in fresh:
                data = {"to": case.state, "applicant": case.applicant, "procedure": "new"}
                told = (Told("application.opened", data, heard=False), *told)
            if told:
                changed.append(Changed(code, case, told, code in fresh))
        members = {**run.members, **{code: Member(case=desks[code].case.id) for code in fresh}}
        written = Written(run.model_copy(update={"answers": after, "members": members}), "", cases=tuple(changed))
        return written, desks

    def _member(
        self, bundle: BundleDefinition, code: str, desks: Mapping[str, Desk], before: Any, after: Any, wish: Wish
    ) -> tuple[Case, tuple[Told, ...]]:
        """A member's case with its part of the answers and with what it waits for now; nothing told: unchanged."""
        desk, own = desks[code], wish.own.get(code, {})
        case, told = desk.case, tuple[Told, ...]()
        patch = dict(rules.patch_for(bundle, code, before, after)) if rules.open_to_answers(desk) else {}
        if patch or own:
            try:
                case = answered(case, desk.book, _both(patch, own))
            except Invalid as refused:
                place = pointers.join(["members", code])
                faults = [Fault(place + fault.pointer, fault.th, fault.en) for fault in refused.faults]
                raise Invalid(refused.th, refused.en, faults) from None
            told = (Told("application.changed", {"fields": sorted({*patch, *own})[:50]}, heard=False),)
        awaits = tuple(rules.awaited(bundle, code, after, desks)) if desk.fate == "draft" else ()
        if awaits != case.awaits and desk.fate == "draft":
            case = case.model_copy(update={"awaits": awaits})
            told = told or (Told("bundle.waits", {"for": list(awaits)}, heard=False),)
        return case, told

    def _drafted(
        self, run: Run, bundle: BundleDefinition, code: str, caller: Caller, answers: Mapping[str, Any] | None = None
    ) -> Desk:
        """A fresh draft of a member."""
        office, whom = self._office, ForWhom(run.applicant, run.juristic_id)
        definition = office.catalogue.current(bundle.members[code].service, office.today())
        must_fit(definition, whom, caller)
        case_id = CaseId(office.parts.ids())
        case = drafted(case_id, definition, caller, whom, office.now(), related=run.related)
        made = computed.worked_out(definition.of("new"), dict(answers or {}))
        case = case.model_copy(update={"bundle": run.id, "answers": made})
        return Desk(case, office.book(case))

    def prefill(self, once: Once, caller: Caller, id: str) -> RunCard:
        """Fill every open member from the state registers, each value with its source.

        Each member asks for itself: its purpose and its legal basis are its own, and stand in the citizen's access log.

        Raises:
            WrongState: nothing is open.
            UpstreamFailed: a register does not answer; then nothing is filled.
        """
        sight, changed = self.hall.own(once, id, caller), list[Changed]()
        for code, desk in sight.desks.items():
            stand = rules.stand(sight.bundle, code, sight.run.answers, sight.desks)
            if not rules.open_to_answers(desk) or stand == "not_needed":
                continue
            case, receipts = prefilled(desk.case, desk.book, self._asking(desk.case))
            told = Told("application.prefilled", {"receipts": receipts, "fields": sorted(case.sources)}, heard=False)
            changed.append(Changed(code, case, (told,)))
        if not changed:
            raise WrongState("ไม่มีคำขอที่กรอกได้ในขณะนี้", "No application of the bundle is open to be filled.")
        data = {"members": sorted(each.code for each in changed)}
        return self.done(once, caller, sight, Written(sight.run, "prefilled", data, tuple(changed)))

    def _asking(self, case: Case) -> Callable[[Prefill, dict[str, str]], Extract]:
        return lambda rule, body: self._ask(rule, body, case)

    def again(self, once: Once, caller: Caller, id: str, code: str) -> RunCard:
        """Begin a member anew whose application ended without a licence, with the answers that it had.

        Those that waited for it wait for the new one.

        Raises:
            NotFound: there is no such member.
            WrongState: it has not ended, or is not needed any more.
        """
        sight = self.hall.own(once, id, caller)
        run, bundle = sight.run, sight.bundle
        if code not in sight.desks:
            raise no_run()
        old = sight.desks[code]
        if old.fate != "ended" or code not in rules.needed(bundle, run.answers):
            raise WrongState(
                "เริ่มคำขอใหม่ได้เฉพาะคำขอที่สิ้นสุดโดยไม่ได้รับใบอนุญาตและยังต้องใช้",
                "Only an application that ended without a licence, and is still needed, can be begun anew.",
            )
        fresh = self._drafted(run, bundle, code, caller, old.case.answers)
        desks = {**sight.desks, code: fresh}
        awaits = tuple(rules.awaited(bundle, code, run.answers, desks))
        case = fresh.case.model_copy(update={"awaits": awaits})
        members = {
            name: member.model_copy(update={"held": None, "held_by": None}) if member.held_by == code else member
            for name, member in run.members.items()
        }
        known = members[code]
        members[code] = Member(case=case.id, earlier=(*known.earlier, known.case)[-20:])
        data = {"to": case.state, "applicant": case.applicant, "procedure": "new"}
        changed = Changed(code, case, (Told("application.opened", data, heard=False),), True)
        written = Written(run.model_copy(update={"members": members}), "begun_anew", {"member": code}, (changed,))
        return self.done(once, caller, replace(sight, desks=desks), written)

    def done(self, once: Once, caller: Caller, sight: Sight, written: Written) -> RunCard:
        """Writes what an applicant's command changes, and answers with the run as it then is."""
        cards = list[RunCard]()

        def kept(after: Sight) -> Json:
            cards.append(self.card(after))
            shown: Json = as_json(cards[0])
            return shown

        self.hall.save(once, sight, written, by=caller.label, answer=kept)
        return cards[0]


def _both(patch: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Two merge patches as one; where both speak of a field, the member's own word holds."""
    both = dict(patch)
    for name, value in own.items():
        there = both.get(name)
        both[name] = _both(there, value) if isinstance(there, dict) and isinstance(value, Mapping) else value
    return both
