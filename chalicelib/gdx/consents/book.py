"""Finds consents and writes their changes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from ...shared.cursors import Cursors
from ...shared.dataclass import dataclass
from ...shared.errors import Stale
from ...shared.journal import Journal, Once
from ...shared.storage import Item, Json, Table, Update
from . import rules, store
from .model import Consent, ConsentState

QUEUE = "gdx-events"
TRIES = 3

_ID = re.compile(r"[0-9A-Za-z-]{8,64}")


@dataclass(frozen=True)
class Kept:
    """A consent with where it lies and its version there, and its state now."""

    consent: Consent
    item: Item
    state: ConsentState

    @property
    def version(self) -> int:
        """For the ETag."""
        return self.item.version


@dataclass(frozen=True)
class KeptPage:
    """Some of a person's consents and the cursor of the next page."""

    items: tuple[Kept, ...]
    next: str | None


Shown = Callable[[Kept], Json]
"""Makes the answer of a command, which a repeat of the request gets again."""


class Book:
    """The consents in the table.

    Args:
        table, journal, cursors: the room's.
        clock: tells the time.
    """

    def __init__(self, table: Table, journal: Journal, cursors: Cursors, clock: Callable[[], datetime]) -> None:
        self._table = table
        self._journal = journal
        self._cursors = cursors
        self._clock = clock

    def of_person(self, subject: str, cursor: str | None, limit: int) -> KeptPage:
        """A page of a person's consents.

        Raises:
            Malformed: the cursor belongs to another list.
        """
        now = self._clock()
        pk = store.person_pk(subject)
        scope = ("consents", pk)
        page = self._table.query(pk, after=self._cursors.read(cursor, scope), limit=limit)
        return KeptPage(tuple(kept_from(item, now) for item in page.items), self._cursors.make(page.after, scope))

    def found(self, identifier: str, once: Once | None) -> Kept | None:
        """A consent by its id, or None.

        Raises:
            Replayed, KeyReused: see `Journal.read`.
        """
        if not _ID.fullmatch(identifier):
            return None
        where = self._journal.read(once, store.where_key(identifier)).get(store.where_key(identifier))
        if where is None:
            return None
        present, past = store.keys_of(identifier, where.data)
        for _ in range(TRIES):  # it may be on its way from the one place to the other while both are read
            for item in self._table.get_many([present, past]).values():
                if item.data["id"] == identifier:
                    return kept_from(item, self._clock())
        raise busy()

    def changed(self, kept: Kept, consent: Consent, by: str, once: Once, shown: Shown) -> Kept:
        """Writes a new state of a consent, with its event.

        Raises:
            Replayed, KeyReused: see `Journal.commit`. Stale: it has changed meanwhile.
        """
        event, head = self._journal.happened(
            consent.head,
            subject=consent.id,
            type=f"gdx.consent.{consent.state.value.lower()}",
            by=by,
            data={**named(consent), **({} if consent.closed_by is None else {"closed_by": consent.closed_by})},
            queue=QUEUE,
        )
        item = kept.item.next(store.consent_json(replace(consent, head=head)))
        after = kept_from(item, self._clock())
        self._journal.commit(once, [Update(item)], [(store.history_pk(consent.id), event)], shown(after))
        return after


def named(consent: Consent) -> Json:
    """What an event says of a consent: between whom, and under which agreement; never about whom."""
    return {
        "consumer": str(consent.consumer),
        "service": str(consent.service),
        "agreement": consent.agreement,
        "state": consent.state.value,
    }


def kept_from(item: Item, now: datetime) -> Kept:
    """A consent as it lies in the table."""
    return Kept(store.consent_from(item.data), item, rules.state_at(item.data, now))


def busy() -> Stale:
    """Others kept changing it."""
    return Stale("มีผู้แก้ไขรายการนี้พร้อมกัน โปรดลองใหม่", "Somebody is changing this too; try again.")
