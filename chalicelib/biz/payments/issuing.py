"""Handing out the licence that a decision or a paid fee brings, and what it does to the licence before it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import AlreadyThere, Stale, Unavailable, WrongState
from chalicelib.shared.journal import Event, Once
from chalicelib.shared.storage import Change, Create, Json
from chalicelib.shared.web import as_json

from ..cases import views
from ..cases.views import CaseCard
from ..licences import issuance, succession
from ..licences.keeping import issuing, succeeding
from ..licences.model import Licence
from ..model import Case
from ..office import Office, Told
from ..store import case_key, licence_key

ATTEMPTS = 6
"""How often a booking is tried again when the case changed meanwhile or a place in a status list was taken."""


@dataclass(frozen=True)
class Leaving:
    """A case that goes on to another state.

    Attributes:
        case: as it is to be stored.
        told: what happened to it.
        issues: whether that brings its licence.
    """

    case: Case
    told: tuple[Told, ...]
    issues: bool


class Issuing:
    """Makes a licence of a case."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def issue(
        self,
        once: Once,
        case: Case,
        told: Sequence[Told],
        *,
        by: str,
        more: Sequence[Change] = (),
        answer: Json | None = None,
    ) -> CaseCard:
        """Hand out the licence: number, credential and place in a status list, with the case, all or nothing.

        A case that is about a licence is carried out with that one, which is read (one request more) and changed in
        the same transaction: of two commands that would change it only one takes effect.

        Args:
            once: the command that leads here.
            case: as it is to be stored, its state being the end that the licence brings.
            told: what else happened in this command.
            by: who did it.
            more: further changes of this command.
            answer: what a repeat of the command will be answered, the case in short without it.

        Raises:
            WrongState: the fee that was fixed is not paid, or was taken back.
            Barred: the licence that the case is about does not allow it any more.
            Stale: the case changed meanwhile, or something of `more` is there already.
            Unavailable: every place tried in the status list was taken.
        """
        book = self._office.book(case)
        cards = list[CaseCard]()

        def kept(stored: Sequence[Case]) -> Json:
            cards[:] = [views.card(each, book) for each in stored]
            return as_json(cards[0]) if answer is None else answer

        self.carry(once, [Leaving(case, tuple(told), True)], by=by, more=more, answer=kept)
        return cards[0]

    def carry(
        self,
        once: Once,
        leaving: Sequence[Leaving],
        *,
        by: str,
        more: Sequence[Change] = (),
        answer: Callable[[Sequence[Case]], Json | None] = lambda _: None,
    ) -> Sequence[Case]:
        """Save cases, some of them with the licence that they have come to, all in one transaction or none.

        Args:
            once, by, more: as `issue`.
            leaving: the cases as they are to be stored.
            answer: makes of them, as stored, what a repeat of the command will be answered.

        Raises:
            WrongState, Barred, Stale, Unavailable: as `issue`.
        """
        journal, cases = self._office.parts.journal, [each.case for each in leaving]
        bases = self._bases(each.case for each in leaving if each.issues)
        for attempt in range(ATTEMPTS):
            drawn = [self._drawn(each, by, attempt, bases) for each in leaving]
            stored = [case for case, _, _ in drawn]
            changes = [change for _, some, _ in drawn for change in some]
            events = [event for _, _, some in drawn for event in some]
            try:
                journal.commit(once, [*changes, *more], events, answer(stored))
            except AlreadyThere:
                if self._changed(cases, bases) or self._any_there(more):
                    raise Stale("คำขอเปลี่ยนแปลงไปแล้ว", "The application has changed meanwhile.") from None
                continue  # its place in the status list was taken
            return stored
        raise Unavailable("ออกใบอนุญาตไม่ได้ชั่วคราว", "No place in the status list was free; try again.", retry_after=1)

    def must_allow(self, case: Case) -> None:
        """Before a fee is asked for: the licence that a case is about must still allow it (one request more).

        Raises:
            Barred: it does not; see `succession.must_allow`.
        """
        for licence in self._bases([case]).values():
            succession.must_allow(licence, case.procedure, self._office.today())

    def _bases(self, cases: Iterable[Case]) -> dict[str, Licence]:
        """The licences that cases are about, by number, in one request; in none where no case is about one."""
        numbers = [case.base.licence for case in cases if case.base is not None]
        return {licence.no: licence for licence in self._office.store.find_licences(numbers)}

    def _drawn(
        self, leaving: Leaving, by: str, attempt: int, bases: Mapping[str, Licence]
    ) -> tuple[Case, list[Change], list[tuple[str, Event]]]:
        office, case, told, more = self._office, leaving.case, list(leaving.told), list[Change]()
        if leaving.issues:
            if case.quote is not None and case.quote.total_satang and (case.payment is None or not case.payment.stands):
                raise WrongState("ยังไม่ได้ชำระค่าธรรมเนียม", "The fee is not paid.")
            case, word, more = self._carried(case, by, attempt, bases)
            told.append(word)
        stored, changes, events = office.drawn(case, told, by=by)
        return stored, [*changes, *more], events

    def _carried(
        self, case: Case, by: str, attempt: int, bases: Mapping[str, Licence]
    ) -> tuple[Case, Told, list[Change]]:
        """The case with its licence, the word of it, and the changes: of the licence that it is about too."""
        office, now = self._office, self._office.now()
        definition = office.book(case).definition
        before = None if case.base is None else bases[case.base.licence]
        terms = None
        if before is not None:
            succession.must_allow(before, case.procedure, office.today())
            if case.procedure != "cancel":
                rule, validity = definition.procedures[case.procedure], definition.credential.validity
                terms = succession.terms(case, rule, validity, before, office.today())
        if before is not None and terms is None:
            gone = succession.ended(before, case.procedure, None, None, now)
            told = Told("application.cancelled", {"licence": before.no})
            return case, told, succeeding(office, before, gone, case, by=by)
        licence = issuance.issue(
            case,
            definition,
            signer=office.signer(),
            base_url=office.parts.base_url,
            now=now,
            attempt=attempt,
            terms=terms,
        )
        case = case.model_copy(update={"licence": licence.no})
        more = issuing(office, licence, definition, by=by)
        if before is not None:
            after = succession.ended(before, case.procedure, terms, licence.no, now)
            more += succeeding(office, before, after, case, by=by)
        return case, Told("licence.issued", {"licence": licence.no}), more

    def _changed(self, cases: Sequence[Case], bases: Mapping[str, Licence]) -> bool:
        known = {case_key(case.id): case.version for case in cases}
        known |= {licence_key(no): licence.version for no, licence in bases.items()}
        found = self._office.parts.journal.read(None, *known)
        return any(key not in found or found[key].version != version for key, version in known.items())

    def _any_there(self, changes: Sequence[Change]) -> bool:
        keys = [change.item.key for change in changes if isinstance(change, Create)]
        return bool(keys and self._office.parts.journal.read(None, *keys))
