"""Filing a bundle: what may go goes, what waits is filed when its licence has come, what cannot come is told."""

from __future__ import annotations

from chalicelib.shared import pointers
from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import Fault, Invalid, Stale, Unavailable, WrongState
from chalicelib.shared.identity import Caller
from chalicelib.shared.journal import Event, Once, Replayed

from ..cases import rules as cases
from ..definitions import forms
from ..documents.rules import case_key as object_key
from ..office import Told, as_applicant, told_of
from ..roles import SYSTEM
from . import graph, rules
from .hall import Changed, Sight, Written
from .model import Member
from .rules import Filing
from .service import Bundles
from .views import RunCard

ATTEMPTS = 5
"""How often a bundle is gone on with when one of its applications changed meanwhile."""

_HEARD = ("biz.licence.issued", "biz.application.refused", "biz.application.withdrawn")


@dataclass(frozen=True)
class Step:
    """What is to be written for a run to go on, if anything."""

    written: Written | None
    filings: tuple[Filing, ...] = ()


class Filings:
    """The way of a bundle through its agencies."""

    def __init__(self, bundles: Bundles) -> None:
        self._bundles = bundles
        self._hall = bundles.hall
        self._office = bundles.hall.office

    def submit(self, once: Once, caller: Caller, id: str) -> RunCard:
        """File every member that may go now, all of them in one transaction; from then on the others follow.

        Each member is filed whole or not at all; one that lacks something stays a draft, and the answer says what it
        lacks. Doing it again files what could not go before, and nothing twice.

        Raises:
            Invalid: the shared answers are not complete, or nothing at all could be filed; with every fault.
            WrongState: there is nothing left to be filed.
            Stale: an application changed at this moment.
        """
        sight = self._hall.own(once, id, caller)
        faults = forms.judge(sight.bundle, sight.run.answers)
        if faults:
            raise Invalid(
                "คำตอบร่วมยังไม่ครบถ้วน โปรดแก้ไขตามรายการ", "The shared answers are not complete; see errors.", faults
            )
        ready = [code for code in graph.ordered(sight.bundle) if self._stand(sight, code) == "ready"]
        filings = [self._file(sight, code) for code in ready]
        filed = [filing for filing in filings if filing.move is not None]
        if not filed:
            self._refuse(sight, filings)
        run = sight.run.model_copy(
            update={
                "submitted_at": sight.run.submitted_at or self._office.now(),
                "members": {
                    **sight.run.members,
                    **{each.code: _free(sight.run.members[each.code]) for each in filed},
                },
            }
        )
        self._lend(filed)
        changed = tuple(_changed(filing, sight) for filing in filed)
        written = Written(run, "submitted", {"members": [filing.code for filing in filed]}, changed)
        return self._bundles.done(once, caller, sight, written)

    def _refuse(self, sight: Sight, filings: list[Filing]) -> None:
        """Why nothing could be filed."""
        if not filings:
            raise WrongState(
                "ไม่มีคำขอที่ยื่นได้ในขณะนี้",
                "No application of the bundle can be filed now: they are filed, or wait for another.",
            )
        faults = [
            Fault(pointers.join(["members", filing.code]) + fault.pointer, fault.th, fault.en)
            for filing in filings
            for fault in filing.faults
        ]
        raise Invalid("ยังไม่มีคำขอใดครบถ้วน โปรดแก้ไขตามรายการ", "No application is complete; see errors.", faults)

    def withdraw(self, once: Once, caller: Caller, id: str) -> RunCard:
        """Take back every member that has not ended, in one transaction; a single one is withdrawn as itself.

        Raises:
            WrongState: all of them have ended.
        """
        sight, changed = self._hall.own(once, id, caller), list[Changed]()
        for code, desk in sight.desks.items():
            if (
                desk.fate in ("licensed", "ended")
                or desk.book.definition.workflow.find(desk.case.state, "withdraw") is None
            ):
                continue
            action = cases.effect_action(desk.case, desk.book, "withdraw")
            moved, move = cases.move(desk.case, desk.book, action, as_applicant(caller), self._office.now())
            changed.append(Changed(code, moved.model_copy(update={"awaits": ()}), (told_of(move),)))
        if not changed:
            raise WrongState("ไม่มีคำขอที่ถอนได้", "No application of the bundle can be withdrawn.")
        written = Written(sight.run, "withdrawn", {"members": [each.code for each in changed]}, tuple(changed))
        return self._bundles.done(once, caller, sight, written)

    def heard(self, event: Event) -> None:
        """Go on with a bundle after a licence came or an application ended: one message of biz-events.

        It acts on what is so, not on what the event says, and may run twice, late or out of order.

        Raises:
            Unavailable: its applications keep changing; the queue delivers again.
        """
        run_id = event.data.get("bundle")
        if event.type not in _HEARD or run_id is None:
            return
        once = Once.of_event(event.id, "bundle")
        for _ in range(ATTEMPTS):
            try:
                sight = self._hall.seen(self._hall.run(once, str(run_id)))
                step = self.next(sight)
                if step.written is None:
                    return
                self._lend(list(step.filings))
                self._hall.save(once, sight, step.written, by=SYSTEM, answer=lambda _: None)
            except Stale:
                continue
            except Replayed:
                return
            return
        raise Unavailable("คำขอในชุดกำลังถูกแก้ไข", "The bundle keeps changing; the queue delivers again.")

    def next(self, sight: Sight) -> Step:
        """What follows from how the members stand: those that waited are filed, or told why they will not be."""
        run, members = sight.run, dict(sight.run.members)
        if run.submitted_at is None:
            return Step(None)
        changed, filings = list[Changed](), list[Filing]()
        for code in graph.ordered(sight.bundle):
            if code not in sight.desks:
                continue
            stand, desk = self._stand(sight, code), sight.desks[code]
            if stand == "ready" and desk.case.awaits:
                filing = self._file(sight, code)
                changed.append(_changed(filing, sight))
                if filing.move is not None:
                    filings.append(filing)
                held = None if filing.move is not None else "incomplete"
                members[code] = _free(members[code]).model_copy(update={"held": held})
            elif stand == "held":
                found = rules.held_by(sight.bundle, code, run.answers, sight.desks)
                other, why = found or ("", "withdrawn")
                if (members[code].held, members[code].held_by) != (why, other):
                    told = Told("bundle.held_back", {"by": other, "why": why})
                    changed.append(Changed(code, desk.case, (told,)))
                    members[code] = members[code].model_copy(update={"held": why, "held_by": other})
        if not changed:
            return Step(None)
        data = {"filed": [filing.code for filing in filings], "members": [each.code for each in changed]}
        written = Written(run.model_copy(update={"members": members}), "went_on", data, tuple(changed))
        return Step(written, tuple(filings))

    def _stand(self, sight: Sight, code: str) -> rules.Stand:
        return rules.stand(sight.bundle, code, sight.run.answers, sight.desks)

    def _file(self, sight: Sight, code: str) -> Filing:
        return rules.filing(sight.bundle, sight.run, code, sight.desks, self._office.now())

    def _lend(self, filings: list[Filing]) -> None:
        """Copies the bytes of documents that are lent, within the bucket, before any application says it has them."""
        for filing in filings:
            for loan in filing.loans:
                source = object_key(loan.source.id, loan.original.id)
                self._office.objects.copy(source, object_key(filing.case.id, loan.copy.id))


def _changed(filing: Filing, sight: Sight) -> Changed:
    if filing.move is None:  # its turn has come, and something is missing: from here on it is the applicant's to file
        case = sight.desks[filing.code].case.model_copy(update={"awaits": ()})
        return Changed(filing.code, case, (Told("bundle.left_incomplete", {"faults": len(filing.faults)}),))
    told = [
        Told("document.lent", {"document": loan.copy.id, "from": loan.source.id}, heard=False) for loan in filing.loans
    ]
    return Changed(filing.code, filing.case, (*told, told_of(filing.move, again=False)))


def _free(member: Member) -> Member:
    return member.model_copy(update={"held": None, "held_by": None})
