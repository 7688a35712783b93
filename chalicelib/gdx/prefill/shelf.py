"""Where values wait, sealed, for the person and then for the asker."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from ...shared.dataclass import dataclass
from ...shared.errors import AlreadyThere, TooLarge
from ...shared.ids import new_token
from ...shared.journal import Head, Once
from ...shared.parts import Parts
from ...shared.storage import Create, Item, Json, Update
from . import store
from .model import Found, Prefill, PrefillState

QUEUE = "gdx-events"
KEPT = timedelta(days=7)
"""How long the row itself stays after it expired, without values."""
MOST = 200_000
"""Characters of sealed values in one item."""
_OPEN = (PrefillState.PREVIEW_REQUIRED, PrefillState.RELEASED)


@dataclass(frozen=True)
class Waiting:
    """A prefill with where it lies, and its state now."""

    prefill: Prefill
    item: Item
    state: PrefillState

    @property
    def version(self) -> int:
        """For the ETag."""
        return self.item.version


Shown = Callable[[Waiting], Json]
"""Makes the answer of a command, which a repeat of the request gets again; it holds no values."""


class Shelf:
    """Keeps what waits.

    Args:
        parts: the room's common parts.
    """

    def __init__(self, parts: Parts) -> None:
        self._table = parts.table
        self._journal = parts.journal
        self._keyring = parts.keyring
        self._clock = parts.clock

    def found(self, identifier: str, once: Once | None = None) -> Waiting | None:
        """A prefill by its id, or None.

        Raises:
            Replayed, KeyReused: see `Journal.read`.
        """
        if not identifier.isalnum() or not identifier.isascii() or len(identifier) > 64:
            return None
        key = store.prefill_key(identifier)
        item = self._journal.read(once, key).get(key)
        return None if item is None else self._waiting(item)

    def keep(self, prefill: Prefill) -> Waiting:
        """Puts a new one here, and lets the person be told; the one that is there already, if one is."""
        event, head = self._journal.happened(
            Head(),
            subject=prefill.id,
            type="gdx.prefill.preview-required",
            by=f"system:{prefill.client}",
            data=_named(prefill),
            queue=QUEUE,
        )
        item = Item(
            store.prefill_key(prefill.id),
            {"prefill": store.prefill_json(prefill), "head": asdict(head)},
            expires=int((prefill.expires_at + KEPT).timestamp()),
        )
        once = Once(event.id, "", new_token(), claimed=False)
        try:
            self._journal.commit(once, [Create(item)], [(store.prefill_pk(prefill.id), event)])
        except AlreadyThere:
            there = self.found(prefill.id)
            if there is None:
                raise
            return there
        return self._waiting(item)

    def change(self, waiting: Waiting, prefill: Prefill, by: str, once: Once, shown: Shown) -> Waiting:
        """Writes a new state, with its event.

        Raises:
            Replayed, KeyReused: see `Journal.commit`. Stale: it has changed meanwhile.
        """
        event, head = self._journal.happened(
            Head(**waiting.item.data["head"]),
            subject=prefill.id,
            type=f"gdx.prefill.{prefill.state.value.lower()}",
            by=by,
            data=_named(prefill),
            queue=None if prefill.state is PrefillState.FETCHED else QUEUE,
        )
        data = {"prefill": store.prefill_json(prefill), "head": asdict(head)}
        item = waiting.item.next(data, expires=waiting.item.expires)
        after = self._waiting(item)
        self._journal.commit(once, [Update(item)], [(store.prefill_pk(prefill.id), event)], shown(after))
        return after

    def sealed(self, identifier: str, found: Sequence[Found]) -> str:
        """Values as they lie here.

        Raises:
            TooLarge.
        """
        text = json.dumps([store.found_json(one) for one in found], ensure_ascii=False)
        sealed = self._keyring.seal(text, _context(identifier))
        if len(sealed) > MOST:
            raise TooLarge(
                "ข้อมูลที่รอการยืนยันใหญ่เกินไป โปรดขอครั้งละน้อยลง", "The values are too large to wait; ask for fewer at once."
            )
        return sealed

    def values(self, waiting: Waiting) -> list[Found]:
        """The values that still lie here; none once they are deleted or their time is over."""
        if waiting.prefill.sealed is None or waiting.state not in _OPEN:
            return []
        text = self._keyring.unseal(waiting.prefill.sealed, _context(waiting.prefill.id))
        return [store.found_from(entry) for entry in json.loads(text)]

    def sealed_pid(self, identifier: str, pid: str) -> str:
        """The person's number, to tell them."""
        return self._keyring.seal(pid, _context(identifier))

    def pid(self, prefill: Prefill) -> str | None:
        """The person's number, until they decided."""
        return None if prefill.sealed_pid is None else self._keyring.unseal(prefill.sealed_pid, _context(prefill.id))

    def _waiting(self, item: Item) -> Waiting:
        prefill = store.prefill_from(item.data["prefill"])
        late: bool = prefill.state in _OPEN and self._clock() >= prefill.expires_at
        return Waiting(prefill, item, PrefillState.EXPIRED if late else prefill.state)


def _named(prefill: Prefill) -> Json:
    """What an event says: who asked, and how it stands; never about whom."""
    return {"client": str(prefill.client), "state": prefill.state.value}


def _context(identifier: str) -> str:
    return f"prefill/{identifier}"


def kept_until(asked: datetime) -> datetime:
    """When values that nobody took are gone."""
    return asked + timedelta(hours=24)
