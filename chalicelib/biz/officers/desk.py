"""What officers of the agency do with a case: take it, ask once for what is missing, inspect, decide."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from chalicelib.shared.errors import Stale, WrongState
from chalicelib.shared.identity import Caller
from chalicelib.shared.ids import new_id, new_token
from chalicelib.shared.journal import Once
from chalicelib.shared.storage import Change, Require
from chalicelib.shared.thai import Text
from chalicelib.shared.web import as_json

from ..cases import rules, views
from ..cases.following import quoted
from ..cases.rules import Actor, Book, Move
from ..cases.views import CaseCard
from ..definitions.fees import Quote
from ..definitions.parts import Effect
from ..licences.succession import Barred
from ..model import AgencyLicence, Case, Decision, Deficiency, Finding, Note, Officer, Place
from ..office import Office, Told, as_officer, told_of
from ..payments.counter import Counter
from ..roles import SYSTEM
from ..store import case_key, officer_key
from . import rules as desk_rules
from .letters import DecisionLetter, written
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
        return self._cards(self._office.store.queue(caller.agency or "", after, limit))

    def in_state(self, caller: Caller, state: str, after: str | None, limit: int) -> tuple[list[CaseCard], str | None]:
        """The agency's open cases in one state, also those that wait for the applicant; the first due first."""
        return self._cards(self._office.store.in_state(caller.agency or "", state, after, limit))

    def mine(self, caller: Caller, after: str | None, limit: int) -> tuple[list[CaseCard], str | None]:
        """What the officer has taken or was given, the first due first."""
        found, following = self._office.store.on_desk(caller.id, after, limit)
        return self._cards(([case for case in found if case.agency == caller.agency], following))

    def overdue(self, caller: Caller, after: str | None, limit: int) -> tuple[list[CaseCard], str | None]:
        """The agency's work whose due day has passed: the head of the queue, so nothing else is read."""
        today = self._office.today()
        found, following = self._office.store.queue(caller.agency or "", after, limit)
        late = [case for case in found if case.due is not None and case.due < today]
        # a stopped clock keeps its due day: such a case is in the way, but late no more
        running = [case for case in late if case.next_check is not None]
        return self._cards((running, following if len(late) == len(found) else None))

    def _cards(self, page: tuple[list[Case], str | None]) -> tuple[list[CaseCard], str | None]:
        return [views.card(case, self._office.book(case)) for case in page[0]], page[1]

    def claim(self, once: Once, caller: Caller, id: str) -> CaseCard:
        """Take a case; raises WrongState when another officer has it."""
        case = self._office.of_agency(once, id, caller)
        claimed = rules.claim(case, self._office.book(case), as_officer(caller))
        return self._saved(once, caller, claimed, [Told("application.claimed", {}, heard=False)])

    def release(self, once: Once, caller: Caller, id: str) -> CaseCard:
        """Give a case back to the agency's work; see `rules.released`."""
        case = self._office.of_agency(once, id, caller)
        released = desk_rules.released(case, Actor(caller.id, caller.roles))
        return self._saved(once, caller, released, [Told("application.released", {}, heard=False)])

    def assign(self, once: Once, caller: Caller, id: str, officer: str) -> CaseCard:
        """Give a case to an officer of the agency; see `rules.assigned`."""
        key = officer_key(officer)
        case, found = self._office.of_agency_with(once, id, caller, key)
        there = found.get(key)
        chosen = None if there is None else Officer.model_validate(there.data)
        assigned = desk_rules.assigned(case, self._office.book(case), chosen)
        told = Told("application.assigned", {"officer": officer}, heard=False)
        # whoever is taken off at this moment gets nothing more
        return self._saved(once, caller, assigned, [told], [Require(key, None if there is None else there.version)])

    def hand_back(self, officer: str) -> int:
        """Give back to their agencies what somebody holds who no longer acts for them; returns how many.

        Harmless when told twice. A case that changes meanwhile is looked at again.
        """
        posting, handed, after = self._office.store.officer(officer), 0, None
        while True:
            found, after = self._office.store.on_desk(officer, after, 100)
            for case in found:
                if posting is None or not posting.works_for(case.agency):
                    handed += self._back(case.id, officer)
            if after is None:
                return handed

    def _back(self, case_id: str, officer: str) -> bool:
        while True:
            case = self._office.store.find_case(case_id)
            if case.claimed_by != officer:
                return False
            free, once = case.model_copy(update={"claimed_by": None}), Once(new_id(), "", new_token(), claimed=False)
            try:
                self._office.save(once, free, [Told("application.released", {}, heard=False)], by=SYSTEM)
            except Stale:
                continue
            return True

    def note(self, once: Once, caller: Caller, id: str, text: str) -> Note:
        """Write a note about a case for one's colleagues; the applicant never sees it."""
        case = self._office.of_agency(once, id, caller)
        note = self._note(caller, text)
        answer = {"id": note.id, "at": note.at.isoformat()}
        changes: list[Change] = [self._papers.new_note(case.id, note), Require(case_key(case.id))]
        self._office.parts.journal.commit(once, changes, answer=answer)
        return note

    def notes(self, caller: Caller, id: str, after: str | None, limit: int) -> tuple[list[Note], str | None]:
        """The notes about a case, newest first; only for officers who may act on it."""
        case = self._office.of_agency(None, id, caller)
        return self._papers.notes(case.id, after, limit)

    def colleagues(self, caller: Caller, after: str | None, limit: int) -> tuple[list[Officer], str | None]:
        """The officers of the caller's agency who work on cases."""
        found, following = self._office.store.officers_of(caller.agency or "", after, limit)
        return [officer for officer in found if officer.works_for(officer.agency)], following

    def _note(self, caller: Caller, text: str) -> Note:
        return Note(id=self._office.parts.ids(), at=self._office.now(), by=caller.id, name=caller.name, text=text)

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

    def inspect(
        self,
        once: Once,
        caller: Caller,
        id: str,
        findings: Sequence[Finding],
        summary: str,
        place: Place | None = None,
    ) -> CaseCard:
        """Report an inspection; see `rules.inspect`."""
        case = self._office.of_agency(once, id, caller)
        book, now = self._office.book(case), self._office.now()
        seen, move = rules.inspect(case, book, findings, summary, as_officer(caller), now, place=place)
        return self._saved(once, caller, seen, [told_of(move, passed=seen.inspections[-1].passed)])

    def act(
        self,
        once: Once,
        caller: Caller,
        id: str,
        code: str,
        reasons: Text | None,
        comment: str | None = None,
        *,
        charge: Callable[[Quote], Quote] | None = None,
        licence: AgencyLicence | None = None,
    ) -> CaseCard:
        """Any other move of the workflow: accept, approve, refuse; a comment becomes a note for colleagues.

        An approval fixes the fee; where it is nothing, the licence follows in the same transaction.

        Args:
            charge: what the agency's own system makes of the fee; the formulas alone where there is none.
            licence: what the agency issued itself, for the move that tells of it.

        Raises:
            WrongState, NotAllowed: see `rules.move`.
            Barred: the licence that it is about was suspended, revoked or replaced meanwhile, or has ended.
            Invalid: a refusal without reasons, or another fee or licence than the service knows.
        """
        office, now = self._office, self._office.now()
        case = office.of_agency(once, id, caller)
        book = office.book(case)
        action = book.definition.workflow.actions.get(code)
        if action is not None and set(action.effects) & set(_OWN_ROUTE):
            raise WrongState("ขั้นตอนนี้มีช่องทางของตนเอง", "This step has a route of its own.")
        moved, move = rules.move(case, book, code, as_officer(caller), now)
        if "refusal" in move.effects:
            decision = None
            if reasons is not None:
                decision = Decision(at=now, reasons=reasons, appeal=book.definition.manual.appeal.text)
            moved = rules.refused(moved, book, decision)
        moved = desk_rules.licensed(moved, move, licence)
        more: list[Change] = [] if comment is None else [self._papers.new_note(case.id, self._note(caller, comment))]
        return self._decided(once, moved, move, book, by=caller.label, more=more, charge=charge)

    def _decided(
        self,
        once: Once,
        case: Case,
        move: Move,
        book: Book,
        *,
        by: str,
        more: Sequence[Change],
        charge: Callable[[Quote], Quote] | None = None,
    ) -> CaseCard:
        """Save a case after a move with what a decision brings: its letter, the fee, and the licence if none is due."""
        now, changes, told, issues = self._office.now(), list(more), list[Told](), "issue" in move.effects
        kind = desk_rules.decision_of(case, move)
        if "fee" in move.effects:
            due = quoted(case, book.definition, now)
            case = case.model_copy(update={"quote": due if charge is None else charge(due)})
        if kind is None:
            told.append(told_of(move))
        else:
            name = self._office.parts.ids()
            letters = written(case, book, kind, name, now)
            changes += self._papers.new_letters(case.id, letters)
            changes.append(self._papers.new_decided(case.agency, desk_rules.decided(case, book, kind, name, now)))
            told.append(told_of(move, letter={letter.language: letter.sha256 for letter in letters}))
        if "fee" in move.effects and case.quote is not None and not case.quote.total_satang:
            free = rules.effect_action(case, book, "paid")
            case, move = rules.move(case, book, free, Actor(SYSTEM, frozenset({SYSTEM})), now)
            told.append(told_of(move))
            issues = issues or "issue" in move.effects
        if issues:
            return self._counter.issue(once, case, told, by=by, more=changes)
        if kind == "approval":
            self._counter.must_allow(case)  # so that nobody pays for what cannot be given
        shown = views.card(case.model_copy(update={"version": case.version + 1}), book)
        self._office.save(once, case, told, by=by, answer=as_json(shown), more=changes)
        return shown

    def deem(self, case: Case) -> bool:
        """Approve a case whose term ended undecided, where its definition says that it then counts as approved.

        The applicant is told like of any approval, the overseer gets a report. False where nothing is deemed.

        Raises:
            Stale: somebody acts on it at this moment.
        """
        office, now = self._office, self._office.now()
        book = office.book(case)
        code, rule = desk_rules.deemed(case, book, office.today()), book.definition.deemed_approval
        if code is None or rule is None:
            return False
        moved, move = rules.move(case, book, code, Actor(SYSTEM, frozenset({SYSTEM})), now)
        copy = report(case, "deemed_approval", office.parts.ids(), now, rule.source)
        once = Once(new_id(), "", new_token(), claimed=False)
        try:
            self._decided(once, moved, move, book, by=SYSTEM, more=[self._papers.filed(copy)])
        except Barred:
            return False  # its licence does not allow it any more: an officer must say so, and is late
        return True

    def letters(self, case: Case) -> list[DecisionLetter]:
        """The decision letters of a case that the caller may see, oldest first."""
        return self._papers.letters(case.id)

    def _saved(
        self, once: Once, caller: Caller, case: Case, told: Sequence[Told], more: Sequence[Change] = ()
    ) -> CaseCard:
        shown = views.card(case.model_copy(update={"version": case.version + 1}), self._office.book(case))
        self._office.save(once, case, told, by=caller.label, answer=as_json(shown), more=more)
        return shown
