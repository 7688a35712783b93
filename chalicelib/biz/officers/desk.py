"""What officers of the agency do with a case: take it, ask once for what is missing, inspect, decide."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.shared.errors import WrongState
from chalicelib.shared.identity import Caller
from chalicelib.shared.journal import Once
from chalicelib.shared.storage import Change
from chalicelib.shared.thai import Text
from chalicelib.shared.web import as_json

from ..cases import rules, views
from ..cases.following import quoted
from ..cases.rules import Actor
from ..cases.views import CaseCard
from ..definitions.model import SYSTEM, Effect
from ..model import Case, Decision, Deficiency, Finding
from ..office import Office, Told, as_officer, told_of
from ..payments.counter import Counter
from .rules import report
from .store import Papers

_OWN_ROUTE: tuple[Effect, ...] = ("deficiency", "inspection", "file", "withdraw", "paid")


class Desk:
    """The agency's side of the counter."""

    def __init__(self, office: Office, counter: Counter, papers: Papers) -> None:
        self._office = office
        self._counter = counter
        self._papers = papers

    def queue(self, caller: Caller, after: str | None, limit: int) -> tuple[list[CaseCard], str | None]:
        """The agency's work, the first legally due first."""
        found, following = self._office.store.queue(caller.agency or "", after, limit)
        return [views.card(case, self._office.book(case)) for case in found], following

    def claim(self, once: Once, caller: Caller, id: str) -> CaseCard:
        """Take a case; raises WrongState when another officer has it."""
        case = self._office.of_agency(once, id, caller)
        claimed = rules.claim(case, self._office.book(case), as_officer(caller))
        return self._saved(once, caller, claimed, [Told("application.claimed", {}, heard=False)])

    def ask(self, once: Once, caller: Caller, id: str, items: Sequence[Deficiency], omission: str | None) -> CaseCard:
        """Return the case with the one list of what is missing (LFA 2558 s.8); see `rules.ask`.

        A second list for the officer's own omission is reported to the overseer in the same transaction.
        """
        case = self._office.of_agency(once, id, caller)
        book, now = self._office.book(case), self._office.now()
        asked, move = rules.ask(case, book, items, omission, as_officer(caller), now)
        own_fault = asked.deficiency_lists[-1].officer_omission
        told = [told_of(move, items=len(items), officer_omission=own_fault is not None)]
        if own_fault is None:
            return self._saved(once, caller, asked, told)
        law, name = book.law.deficiency_lists.law, self._office.parts.ids()
        copy = report(asked, "second_list", name, now, law, count=len(asked.deficiency_lists), words=own_fault)
        return self._saved(once, caller, asked, told, [self._papers.filed(copy)])

    def inspect(self, once: Once, caller: Caller, id: str, findings: Sequence[Finding], summary: str) -> CaseCard:
        """Report an inspection; see `rules.inspect`."""
        case = self._office.of_agency(once, id, caller)
        seen, move = rules.inspect(
            case, self._office.book(case), findings, summary, as_officer(caller), self._office.now()
        )
        return self._saved(once, caller, seen, [told_of(move, passed=seen.inspections[-1].passed)])

    def act(self, once: Once, caller: Caller, id: str, code: str, reasons: Text | None) -> CaseCard:
        """Any other move of the workflow: accept, approve, refuse.

        An approval fixes the fee; where it is nothing, the licence follows in the same transaction.

        Raises:
            WrongState, NotAllowed: see `rules.move`.
            Invalid: a refusal without reasons.
        """
        office, now = self._office, self._office.now()
        case = office.of_agency(once, id, caller)
        book = office.book(case)
        action = book.definition.workflow.actions.get(code)
        if action is not None and set(action.effects) & set(_OWN_ROUTE):
            raise WrongState("ขั้นตอนนี้มีช่องทางของตนเอง", "This step has a route of its own.")
        moved, move = rules.move(case, book, code, as_officer(caller), now)
        told, issues = [told_of(move)], "issue" in move.effects
        if "refusal" in move.effects:
            decision = None
            if reasons is not None:
                decision = Decision(at=now, reasons=reasons, appeal=book.definition.manual.appeal.text)
            moved = rules.refused(moved, book, decision)
        if "fee" in move.effects:
            moved = moved.model_copy(update={"quote": quoted(moved, book.definition, now)})
            if moved.quote is not None and not moved.quote.total_satang:
                free = rules.effect_action(moved, book, "paid")
                moved, move = rules.move(moved, book, free, Actor(SYSTEM, frozenset({SYSTEM})), now)
                told.append(told_of(move))
                issues = issues or "issue" in move.effects
        if issues:
            return self._counter.issue(once, moved, told, by=caller.label)
        return self._saved(once, caller, moved, told)

    def _saved(
        self, once: Once, caller: Caller, case: Case, told: Sequence[Told], more: Sequence[Change] = ()
    ) -> CaseCard:
        shown = views.card(case.model_copy(update={"version": case.version + 1}), self._office.book(case))
        self._office.save(once, case, told, by=caller.label, answer=as_json(shown), more=more)
        return shown
