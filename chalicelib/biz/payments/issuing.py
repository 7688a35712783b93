"""Handing out the licence that a decision or a paid fee brings."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.shared.errors import AlreadyThere, Stale, Unavailable, WrongState
from chalicelib.shared.journal import Once
from chalicelib.shared.storage import Change, Create, Json
from chalicelib.shared.web import as_json

from ..cases import views
from ..cases.views import CaseCard
from ..licences import rules as licences
from ..licences.keeping import issuing
from ..model import Case
from ..office import Office, Told

ATTEMPTS = 6
"""How often a booking is tried again when the case changed meanwhile or a place in a status list was taken."""


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

        Args:
            once: the command that leads here.
            case: as it is to be stored, its state being the end that the licence brings.
            told: what else happened in this command.
            by: who did it.
            more: further changes of this command.
            answer: what a repeat of the command will be answered, the case in short without it.

        Raises:
            WrongState: the fee that was fixed is not paid, or was taken back.
            Stale: the case changed meanwhile, or something of `more` is there already.
            Unavailable: every place tried in the status list was taken.
        """
        office, now = self._office, self._office.now()
        if case.quote is not None and case.quote.total_satang and (case.payment is None or not case.payment.stands):
            raise WrongState("ยังไม่ได้ชำระค่าธรรมเนียม", "The fee is not paid.")
        book = office.book(case)
        for attempt in range(ATTEMPTS):
            licence = licences.issue(
                case, book.definition, signer=office.signer(), base_url=office.parts.base_url, now=now, attempt=attempt
            )
            issued = case.model_copy(update={"licence": licence.no})
            shown = views.card(issued.model_copy(update={"version": case.version + 1}), book)
            try:
                office.save(
                    once,
                    issued,
                    [*told, Told("licence.issued", {"licence": licence.no})],
                    by=by,
                    answer=as_json(shown) if answer is None else answer,
                    more=[*issuing(office, licence, book.definition, by=by), *more],
                )
            except AlreadyThere:
                if office.store.find_case(case.id).version != case.version or self._any_there(more):
                    raise Stale("คำขอเปลี่ยนแปลงไปแล้ว", "The application has changed meanwhile.") from None
                continue  # its place in the status list was taken
            return shown
        raise Unavailable("ออกใบอนุญาตไม่ได้ชั่วคราว", "No place in the status list was free; try again.", retry_after=1)

    def _any_there(self, changes: Sequence[Change]) -> bool:
        keys = [change.item.key for change in changes if isinstance(change, Create)]
        return bool(keys and self._office.parts.journal.read(None, *keys))
