"""What an applicant does with a case: open, fill, file, withdraw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from chalicelib.shared.errors import (
    AlreadyThere,
    NotAllowed,
    NotFound,
    Stale,
    UpstreamFailed,
    WrongState,
    not_found,
)
from chalicelib.shared.identity import Caller
from chalicelib.shared.journal import Once
from chalicelib.shared.thai import Text
from chalicelib.shared.web import as_json

from ..definitions.model import Prefill, ServiceDefinition
from ..delegations.acting import Place
from ..delegations.rules import must_be_live, no_delegation
from ..delegations.store import delegation_key
from ..licences.model import Licence
from ..licences.rules import plausible
from ..model import Case
from ..noun import ApplicantKind, CaseId
from ..office import Office, Told, as_applicant, told_of, unchanged
from ..ports import Extract, Registers
from ..store import filed_key, licence_key
from . import rules, views
from .answering import answered, prefilled
from .opening import ForWhom, Opening, another_is_filed, drafted, first_of, must_be_open, must_fit, of_licence, unfit
from .views import CaseCard

COMPANY_REGISTER = ("TH/CENTRAL/DBD/juristic/company", "/lookup")
"""Where it is asked whether somebody is a director of a company."""

MAX_DIRECTORS = 200
"""How many directors of a company a case remembers, so that none of them acts on it as an officer."""
_DIRECTOR = Text(th="ตรวจสอบว่าผู้ยื่นเป็นกรรมการของนิติบุคคล", en="To check that the applicant is a director of the company")


class Applications:
    """The applicant's side of the counter."""

    def __init__(self, office: Office, registers: Registers) -> None:
        self._office = office
        self._registers = registers

    def open(self, once: Once, caller: Caller, opening: Opening) -> CaseCard:
        """Open a draft: of a first application, or of what is to be done with a licence.

        For a company only its director may, asked of the register through GDX at each opening; a person's licence is
        its holder's alone. Either may let an agent do it (`opening.delegation`); then the same is asked about them.

        Raises:
            NotFound: no such service today, no such company, or no such licence of the caller's.
            NotAllowed: the caller is no director.
            Invalid: what was sent does not fit the service or the licence, or the service does not offer it.
            WrongState: the licence does not allow it now; see `succession.why_not`.
            AssuranceTooLow: the service asks for a stronger login.
        """
        office, licence, taken = self._office, None, False
        place, opening = self._place(once, caller, opening)
        party = place.applicant
        if opening.procedure == "new":
            service, whom = first_of(opening)
            definition = office.catalogue.current(service, office.today())
            must_fit(definition, whom, party)
            if once.claimed and place.delegation is None:
                office.parts.journal.read(once)  # before the register is asked: a repeat must not ask again
        else:
            licence, taken = self._licence(once, opening.licence)
            definition, whom = self._offered(licence, party), ForWhom(licence.applicant, licence.juristic_id)
        hand = place.hand(definition.id, whom.juristic_id, office.today())
        case_id = CaseId(office.parts.ids())
        related = self._related(case_id, party, whom, licence)
        if licence is not None:
            of_licence(opening, licence)
            must_fit(definition, whom, party)
            must_be_open(licence, definition, opening.procedure, office.today())
            if taken:
                raise another_is_filed()
        case = drafted(
            case_id,
            definition,
            party,
            whom,
            office.now(),
            procedure=opening.procedure,
            licence=licence,
            related=related,
        ).model_copy(update={"hand": hand})
        data = {"to": case.state, "applicant": case.applicant, "procedure": case.procedure}
        if licence is not None:
            data["licence"] = licence.no
        shown = views.card(case, office.book(case))
        told = Told("application.opened", data, heard=False)
        office.save(once, case, [told], by=caller.label, answer=as_json(shown), new=True)
        return shown

    def _place(self, once: Once, caller: Caller, opening: Opening) -> tuple[Place, Opening]:
        """In whose place the caller opens it, and the opening with the applicant whom a power of attorney tells.

        Raises:
            NotFound: there is no such power, or the caller is not its agent.
            WrongState: it is not accepted, or has ended.
        """
        if opening.delegation is None:
            return Place(caller), opening
        office, key = self._office, delegation_key(opening.delegation)
        delegation = office.delegations.delegation(office.parts.journal.read(once, key).get(key))
        if delegation.side(caller.id) != "agent":
            raise no_delegation()
        must_be_live(delegation, office.today())
        if opening.kind is None:
            kind: ApplicantKind = "person" if delegation.juristic_id is None else "juristic"
            opening = replace(opening, kind=kind, juristic_id=delegation.juristic_id)
        return Place(caller, delegation), opening

    def _licence(self, once: Once, no: str | None) -> tuple[Licence, bool]:
        """The licence that a procedure is about, whoever holds it, and whether a filed application is about it.

        Raises:
            Invalid: none is named.
        """
        if no is None:
            raise unfit("/licence", "โปรดระบุเลขที่ใบอนุญาต", "Name the licence.")
        key, filed = licence_key(no), filed_key(no)
        found = self._office.parts.journal.read(once, *([key, filed] if plausible(no) else []))
        return self._office.store.licence(found.get(key)), filed in found

    def _offered(self, licence: Licence, caller: Caller) -> ServiceDefinition:
        """The service as it stands today; for somebody who cannot hold the licence it does not exist."""
        if licence.owner != caller.id and licence.juristic_id is None:
            raise not_found("ใบอนุญาต", "licence")
        try:
            return self._office.catalogue.current(licence.service, self._office.today())
        except NotFound:
            raise WrongState("บริการนี้ปิดรับคำขอแล้ว", "The service takes no applications any more.") from None

    def _related(self, case: CaseId, caller: Caller, whom: ForWhom, licence: Licence | None) -> tuple[str, ...]:
        """The pseudonyms of the company's directors, of whom the caller must be one; none where a person applies."""
        if whom.juristic_id is None:
            return ()
        try:
            return self.directors(case, _pid(caller), whom.juristic_id)
        except (NotAllowed, NotFound):
            if licence is not None and licence.owner != caller.id:
                raise not_found("ใบอนุญาต", "licence") from None
            raise

    def directors(self, reference: str, pid: str, juristic_id: str) -> tuple[str, ...]:
        """The pseudonyms of the company's directors; raises NotAllowed when the person is none of them."""
        service, path = COMPANY_REGISTER
        found = self._registers.ask(
            service,
            path,
            {"juristic_id": juristic_id},
            pid=pid,
            purpose=_DIRECTOR,
            legal_basis="Electronic Performance Act B.E. 2565 s.12",
            reference=reference,
        ).record
        directors = found.get("directors")
        if not isinstance(directors, list):
            raise UpstreamFailed("ทะเบียนนิติบุคคลไม่ได้ตอบรายชื่อกรรมการ", "The company register did not tell the directors.")
        pids = [who["pid"] for who in directors if isinstance(who, dict) and isinstance(who.get("pid"), str)]
        if pid not in pids:
            raise NotAllowed("ท่านไม่ใช่กรรมการของนิติบุคคลนี้", "You are not a director of this company.")
        return tuple(self._office.parts.keyring.pseudonym(each) for each in pids[:MAX_DIRECTORS])

    def prefill(self, once: Once, caller: Caller, id: str) -> CaseCard:
        """Fill what the state knows, each value with its source and receipt; one question per register.

        Raises:
            WrongState: it is not the applicant's turn.
            UpstreamFailed: a register does not answer.
        """
        office = self._office
        case = office.own(once, id, caller, "fill")
        filled, receipts = prefilled(case, office.book(case), lambda rule, body: self.ask(rule, body, case))
        data = {"receipts": receipts, "fields": sorted(filled.sources)}
        return self._saved(once, caller, filled, Told("application.prefilled", data, heard=False))

    def ask(self, rule: Prefill, body: dict[str, str], case: Case) -> Extract:
        """Ask a register on behalf of the case's owner; raises UpstreamFailed."""
        return self._registers.ask(
            rule.service,
            rule.path,
            body,
            pid=case.pid,
            purpose=rule.purpose,
            legal_basis=rule.legal_basis,
            reference=case.id,
        )

    def answer(self, once: Once, caller: Caller, id: str, patch: Mapping[str, Any], if_match: int | None) -> CaseCard:
        """Change answers by a merge patch (RFC 7396).

        Raises:
            Stale: the case is another version by now.
            Invalid: a verified value would be overwritten, the procedure does not ask for it, or the answers grow too
                large.
            WrongState: it is not the applicant's turn.
        """
        case = self._office.own(once, id, caller, "fill")
        unchanged(case, if_match)
        changed = answered(case, self._office.book(case), patch)
        told = Told("application.changed", {"fields": sorted(patch)[:50]}, heard=False)
        return self._saved(once, caller, changed, told)

    def submit(self, once: Once, caller: Caller, id: str) -> CaseCard:
        """File the case, or file it again after mending; from the legal receipt on the clock runs.

        Raises:
            Invalid: with every fault.
            WrongState: it cannot be filed now, or another application about the same licence is being considered.
        """
        case = self._office.own(once, id, caller, "file")
        filed, move = rules.file(case, self._office.book(case), as_applicant(caller), self._office.now())
        try:
            return self._saved(once, caller, filed, told_of(move, again=case.received_at is not None))
        except AlreadyThere:
            if self._office.store.find_case(case.id).version != case.version:
                raise Stale("คำขอเปลี่ยนแปลงไปแล้ว", "The application has changed meanwhile.") from None
            raise another_is_filed() from None

    def withdraw(self, once: Once, caller: Caller, id: str) -> CaseCard:
        """Take the application back; raises WrongState when it has ended."""
        case, office = self._office.own(once, id, caller, "withdraw"), self._office
        book = office.book(case)
        code = rules.effect_action(case, book, "withdraw")
        moved, move = rules.move(case, book, code, as_applicant(caller), office.now())
        return self._saved(once, caller, moved, told_of(move))

    def _saved(self, once: Once, caller: Caller, case: Case, told: Told) -> CaseCard:
        shown = views.card(case.model_copy(update={"version": case.version + 1}), self._office.book(case))
        self._office.save(once, case, [told], by=caller.label, answer=as_json(shown))
        return shown


def _pid(caller: Caller) -> str:
    if caller.pid is None:
        raise NotAllowed("เฉพาะบุคคลที่ยืนยันตัวตนแล้ว", "Only a person who logged in may do this.")
    return caller.pid
