"""Reads and writes negotiations: each step is a new version of the item and one more event in its chain."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from ...shared.dataclass import dataclass
from ...shared.errors import NotFound, not_found
from ...shared.journal import Event, Head, Journal, Once
from ...shared.storage import Change, Create, Item, Key, Page, Table, Update
from ..ids import SubsystemId
from ..model import Agreement
from . import store
from .model import STANDING, Negotiation, Party, split_id

QUEUE = "gdx-events"
"""Where events go that the other party may want to hear of."""

Events = list[tuple[str, Event]]


@dataclass(frozen=True)
class Kept:
    """A negotiation as it lies in the table."""

    item: Item
    negotiation: Negotiation

    @property
    def version(self) -> int:
        """Of the item; becomes the ETag."""
        return self.item.version


class Ledger:
    """The negotiations of a room.

    Args:
        table: the room's table.
        journal: the room's journal.
        clock: tells the time.
    """

    def __init__(self, table: Table, journal: Journal, clock: Callable[[], datetime]) -> None:
        self.table = table
        self.journal = journal
        self._clock = clock

    def read(self, identifier: str, once: Once | None = None) -> Kept:
        """A negotiation.

        Raises:
            NotFound: there is none of that id.
            Replayed, KeyReused: see `Journal.read`.
        """
        split = split_id(identifier)
        if split is None:
            raise unknown()
        key = store.negotiation_key(*split)
        item = self.journal.read(once, key).get(key)
        if item is None:
            raise unknown()
        return Kept(item, store.negotiation_from(item.data))

    def many(self, keys: Iterable[Key]) -> dict[Key, Item]:
        """The items among some keys, as they stand now."""
        return dict(self.table.get_many(list(keys)))

    def latest(self, agreement: str) -> Kept | None:
        """The newest version of an agreement, whatever its state; None for an id that was never used."""
        page = self.table.query(store.negotiations_pk(agreement), newest_first=True, limit=1)
        return Kept(page.items[0], store.negotiation_from(page.items[0].data)) if page.items else None

    def versions(self, agreement: str) -> list[Kept]:
        """The newest hundred versions of an agreement, newest first."""
        page = self.table.query(store.negotiations_pk(agreement), newest_first=True, limit=100)
        return [Kept(item, store.negotiation_from(item.data)) for item in page.items]

    def page(self, system: SubsystemId, party: Party, after: str | None, limit: int) -> Page:
        """A system's negotiations as that party, newest first (through an index: may be a moment old)."""
        index = "by_consumer" if party is Party.CONSUMER else "by_agency"
        return self.table.query(store.list_pk(system), index=index, after=after, limit=limit, newest_first=True)

    def history(self, identifier: str) -> list[Event]:
        """All that happened in a negotiation, oldest first."""
        return self.journal.history(store.history_pk(identifier))

    def begin(self, negotiation: Negotiation, type: str, by: str) -> tuple[Change, tuple[str, Event]]:
        """The change and the event that start a negotiation."""
        event, head = self._event(negotiation, Head(), type, by)
        item = Item(
            store.key_of(negotiation),
            store.negotiation_json(negotiation, head),
            indexes=store.indexes_of(negotiation),
        )
        return Create(item), event

    def step(self, kept: Kept, changed: Negotiation, type: str, by: str) -> tuple[Change, tuple[str, Event]]:
        """The change and the event of one more step."""
        changed = replace(changed, changed_at=self.now())
        event, head = self._event(changed, store.head_of(kept.item), type, by)
        return Update(kept.item.next(store.negotiation_json(changed, head))), event

    def now(self) -> str:
        """The time as it is written down."""
        return self._clock().isoformat(timespec="seconds")

    def _event(self, negotiation: Negotiation, head: Head, type: str, by: str) -> tuple[tuple[str, Event], Head]:
        agreement = negotiation.agreement
        because = agreement.suspended_because or negotiation.ended_because
        data = {
            "agreement": agreement.id,
            "version": agreement.version,
            "order": agreement.order,
            "consumer": str(agreement.consumer),
            "service": str(agreement.service),
            "state": negotiation.state.value,
            "because": None if because is None else {"th": because[0], "en": because[1]},
        }
        event, head = self.journal.happened(
            head, subject=negotiation.id, type=f"gdx.agreement.{type}", by=by, data=data, queue=QUEUE
        )
        return (store.history_pk(negotiation.id), event), head


def unknown() -> NotFound:
    """The one refusal for a negotiation or agreement that is not there or not the caller's."""
    return not_found("ข้อตกลงหรือการเจรจานี้", "agreement or negotiation")


def placed(there: Item | None, agreement: Agreement) -> Change:
    """The change that makes an agreement the one between its two."""
    data, indexes = store.pair_json(agreement), store.pair_indexes(agreement)
    if there is None:
        return Create(Item(store.pair_key(agreement), data, indexes=indexes))
    return Update(there.next(data, indexes))


def stands(there: Item | None, agreement: Agreement | None = None) -> bool:
    """True when the item between two holds an agreement that has not ended; this very version of one, if given."""
    if there is None:
        return False
    content = there.data["content"]
    if content["state"] not in STANDING:
        return False
    return agreement is None or (content["id"], content["version"]) == (agreement.id, agreement.version)
