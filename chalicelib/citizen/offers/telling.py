"""Telling people of a right: one transaction for the offer, its card, its count and the event that brings the message.

An offer's key is made of person, right and occasion, and it is created under the condition that it is not there. So
whatever repeats, crashes or runs twice, a person is told once; and who is told is counted, who is counted is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import AlreadyThere, Stale
from chalicelib.shared.ids import new_id, new_token
from chalicelib.shared.journal import Event, Head, Once
from chalicelib.shared.storage import Change
from chalicelib.shared.workdays import thai_date

from ..cards import Card
from ..hall import Hall, Told
from ..model import Person
from . import words
from .model import Group, Look, Offer, Wishes
from .ports import Rights
from .rules import TOLD_FOR
from .store import OfferRows, counted, history, summed

TOGETHER = 14
"""People of one transaction: each has at most six rows of it, and DynamoDB takes a hundred."""
ATTEMPTS = 5


@dataclass(frozen=True)
class Found:
    """Somebody who has a right, or who did not want to be looked at for it.

    Attributes:
        id: of the offer that there would be.
        look: what came of looking; None where the person's wishes forbade to look and tell.
    """

    person: Person
    id: str
    right: str
    reason: str
    group: Group
    wishes: Wishes
    look: Look | None


class Telling:
    """Makes offers."""

    def __init__(self, hall: Hall, rows: OfferRows, rights: Rights) -> None:
        self._hall = hall
        self._rows = rows
        self._rights = rights

    def tell(self, found: Sequence[Found], also: Sequence[Change] = ()) -> None:
        """Makes the offers of at most `TOGETHER` people in one transaction.

        Args:
            found: each offer once.
            also: what must be written with them, or must still hold.

        Raises:
            AlreadyThere, Stale: one of them was told meanwhile, or wishes something else now, or `also` does not hold;
                nothing was written.
        """
        changes: list[Change] = list(also)
        events: list[tuple[str, Event]] = []
        for each in found:
            made, event = self._made(each)
            changes += made
            events.append((history(each.id), event))
        if changes:
            self._hall.parts.journal.commit(_attempt(), summed(changes), events)

    def one(self, found: Found) -> bool:
        """Makes one offer, by the wishes that the person has at that moment; False when it was there.

        Raises:
            Stale: the person's wishes change all the time.
        """
        for _ in range(ATTEMPTS):
            try:
                self.tell([found])
                return True
            except (AlreadyThere, Stale):
                wishes, there = self._rows.known([(found.person, found.id)])
                if found.id in there:
                    return False
                now = wishes[found.person]
                found = replace(found, wishes=now, look=found.look if now.welcome(found.right) else None)
        raise Stale("ข้อมูลถูกแก้ไขอยู่ตลอด", "It is changed all the time.")

    def _made(self, found: Found) -> tuple[list[Change], Event]:
        now = self._hall.now()
        look = found.look
        offer = Offer(
            id=found.id,
            right=found.right,
            reason=found.reason,
            group=found.group,
            at=now.isoformat(timespec="milliseconds"),
            until=thai_date(now) + TOLD_FOR,
            state="untold" if look is None else "open",
            amount=None if look is None else look.amount,
            steps=() if look is None else look.steps,
            receipts=() if look is None else look.receipts,
            open_questions=() if look is None else look.open_questions,
        )
        told = Told("offer.made" if look is not None else "offer.unwanted", {"person": found.person}, look is not None)
        (event,), head = self._hall.happened(Head(), [told], subject=found.id, by="system:offers")
        offer = replace(offer, chain=(head.seq, head.hash))
        changes: list[Change] = [
            self._rows.put(found.person, offer),
            self._rows.unchanged(found.person, found.wishes),
            counted(offer, offer.figure, 1),
        ]
        if look is not None:
            changes.append(self._hall.cards.put(found.person, self.card(offer)))
        return changes, event

    def card(self, offer: Offer) -> Card:
        """The offer on the home page."""
        right = self._rights.words(offer.right, self._hall.today())
        title = words.UNNAMED if right is None else words.card_title(right)
        data: dict[str, object] = {"entitlement": offer.right}
        return Card("offer", offer.id, title, offer.at, offer.until, data, offer.card)


def _attempt() -> Once:
    # what is written lies under a key made of person, right and occasion, so it needs no claim of its own
    return Once(new_id(), "", new_token(), claimed=False)
