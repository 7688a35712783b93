"""A person's consents in the portal: shown and decided at the exchange, with a card at home and a line in the log."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from chalicelib.shared.errors import Stale
from chalicelib.shared.identity import Caller
from chalicelib.shared.ids import new_token
from chalicelib.shared.relay import Own
from chalicelib.shared.storage import Change, WriteRefused
from chalicelib.shared.thai import Text
from chalicelib.shared.workdays import thai_date

from .. import activity
from ..cards import Card
from ..hall import Hall, person_of
from ..holdings import Holding, partition, take_away
from ..model import Person
from ..rules import checked_pid
from . import rules
from .model import Consent, Deed, News, Notch
from .ports import Consents
from .rules import Sorted
from .store import Store, consents_pk

TRIES = 3
TITLE = Text(th="ความยินยอม", en="Consents")


class MyConsents:
    """People's consents.

    Args:
        hall: the room's tools.
        exchange: where consents are kept.
    """

    def __init__(self, hall: Hall, exchange: Consents) -> None:
        self._hall = hall
        self._exchange = exchange
        self._store = Store(hall.parts.table)
        hall.sweeps.append(self.sweep)
        hall.holdings["consents"] = Holding(TITLE, export=lambda _: None, erase=self.erase)

    def mine(self, own: Own) -> Sorted:
        """All of a person's consents, by where they stand; one request at the exchange for each hundred.

        Raises:
            Refusal: what the exchange said.
        """
        return rules.sorted_by_standing(self._exchange.all(own))

    def one(self, own: Own, id: str) -> Consent:
        """One of them; raises NotFound, or what else the exchange said."""
        return self._exchange.one(own, id)

    def decide(self, own: Own, caller: Caller, id: str, deed: Deed, read: int | None) -> Consent:
        """The person gives, refuses or withdraws.

        The exchange decides and keeps; from its answer on the decision holds. Then the portal takes the card away and
        leaves a line in the log. Those are two rooms and so two writes: where the second was lost, the card goes with
        the exchange's news, and a repeat of the request writes the line.

        Args:
            own: the person's own request.
            caller: who they are here.
            read: version that the person read.

        Raises:
            NotFound, WrongState, Stale, AssuranceTooLow, and what else the exchange said.
        """
        after = self._exchange.decide(own, id, deed, read)
        person, at = person_of(caller), _decided(after)
        line = activity.line(
            person,
            at=at,
            id=f"{after.id}-{after.version}",
            what=rules.DONE[deed],
            caller=caller,
            detail={"consent": after.id, "agency": {"th": after.who.th, "en": after.who.en}},
        )
        self._noted([line, self._hall.cards.take_away(person, "task", after.id)])
        return after

    def hear(self, pid: str, news: News) -> None:
        """The exchange tells that something happened to a person's consent; a repeat or old news changes nothing.

        Args:
            pid: national id; not kept.

        Raises:
            Invalid: the national id does not hold. Stale: other news came at the same time; to be repeated.
        """
        person = self._hall.person(checked_pid(pid))
        for _ in range(TRIES):
            there = self._store.notch(person, news.id)
            notch = rules.heard(there, news, self._hall.now())
            if notch is None or self._store.save(person, notch, self._cards(person, there, notch, news)):
                return
        raise Stale("มีผู้แก้ไขรายการนี้พร้อมกัน โปรดลองใหม่", "Other news of this came at the same time; send it again.")

    def sweep(self, now: datetime) -> None:
        """What waited for a decision until its end leaves the home page."""
        for person, notch in list(self._store.run_out(now)):
            gone = replace(notch, waits=False, version=notch.version + 1)
            self._store.save(person, gone, [self._hall.cards.take_away(person, "task", notch.id)])

    def erase(self, person: Person) -> None:
        """Forgets what the portal had heard; the consents themselves are the exchange's."""
        table = self._hall.parts.table
        take_away(table, partition(table, consents_pk(person)))

    def _cards(self, person: Person, there: Notch | None, notch: Notch, news: News) -> list[Change]:
        stands = there is not None and there.waits
        if notch.waits and not stands:
            card = Card(
                kind="task",
                id=news.id,
                title=news.title,
                at=self._hall.now().isoformat(timespec="milliseconds"),
                due=thai_date(news.until),
                data={"task": "consent", "href": f"/citizen/v1/me/consents/{news.id}"},
            )
            return [self._hall.cards.put(person, card)]
        return [] if notch.waits else [self._hall.cards.take_away(person, "task", news.id)]

    def _noted(self, changes: list[Change]) -> None:
        try:
            self._hall.parts.table.write(changes, new_token())
        except WriteRefused:  # a repeat: the line stands there since the first time
            self._hall.parts.table.write(changes[1:], new_token())


def _decided(consent: Consent) -> str:
    at = consent.closed_at if consent.state == "WITHDRAWN" else consent.decided_at
    return datetime.fromisoformat(at or consent.asked_at).isoformat(timespec="milliseconds")
