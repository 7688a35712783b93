"""Where wishes and claims lie in the room's table.

CHANNELS#{person}  / 1                 how a person wants to be told, addresses sealed;  EVT#... history
CALLED#{message}   / {way}             one message on one way; expires
CALLS#{person}     / {day}#{what}      how many calls a person was sent on a day; expires
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from chalicelib.shared.keyring import Keyring
from chalicelib.shared.storage import Count, Create, Item, Key, Table, Update
from chalicelib.shared.workdays import thai_date

from ..inbox.model import Category
from ..model import Person
from .model import Address, Sent, Wishes

_SEALED = ("email", "sms")
_COUNTED = dt.timedelta(days=3)
_CLAIMED = dt.timedelta(days=90)
"""For how long a claim is kept: far longer than a queue or an operator sends anything again."""


def wishes_key(person: Person) -> Key:
    """Where a person's wishes lie."""
    return Key(f"CHANNELS#{person}", "1")


def sent_key(message: str, way: Address) -> Key:
    """Where the claim of a message on a way lies."""
    return Key(f"CALLED#{message}", way)


def counted(person: Person, what: str, most: int, now: dt.datetime, times: int = 1) -> Count:
    """The change that counts what goes to a person today, refused when it is too much."""
    key = Key(f"CALLS#{person}", f"{thai_date(now).isoformat()}#{what}")
    return Count(key, times, most, expires=int((now + _COUNTED).timestamp()))


class ChannelRows:
    """Wishes and claims as items."""

    def __init__(self, table: Table, keyring: Keyring) -> None:
        self.table = table
        self._keyring = keyring

    def key(self, person: Person) -> Key:
        """See `inbox.ports.Ways`."""
        return wishes_key(person)

    def any(self, item: Item | None, category: Category) -> bool:
        """See `inbox.ports.Ways`."""
        return item is not None and bool(item.data["by_category"].get(category))

    def wishes(self, item: Item | None) -> Wishes | None:
        """The wishes in an item."""
        if item is None:
            return None
        data: dict[str, Any] = dict(item.data)
        hidden = json.loads(self._keyring.unseal(data.pop("sealed"), item.key.pk))
        return Wishes.model_validate({**data, **hidden, "version": item.version})

    def find(self, person: Person) -> Wishes | None:
        """A person's wishes, in one request."""
        return self.wishes(self.table.get(wishes_key(person)))

    def kept(self, person: Person, wishes: Wishes, there: bool) -> Create | Update:
        """The change that keeps wishes as they were read (`there`: they existed)."""
        key = wishes_key(person)
        data = wishes.model_dump(mode="json")
        data.pop("version")
        hidden = {name: data.pop(name) for name in _SEALED}
        data["sealed"] = self._keyring.seal(json.dumps(hidden, separators=(",", ":")), key.pk)
        return Update(Item(key, data, wishes.version + 1)) if there else Create(Item(key, data))

    def sent(self, item: Item | None) -> Sent | None:
        """The claim in an item."""
        return None if item is None else Sent.model_validate({**item.data, "version": item.version})

    def new(self, message: str, way: Address, sent: Sent) -> Create:
        """The change that claims a message on a way."""
        return Create(_item(message, way, sent, 1))

    def changed(self, message: str, way: Address, sent: Sent) -> Update:
        """The change that replaces a claim as it was read."""
        return Update(_item(message, way, sent, sent.version + 1))


def _item(message: str, way: Address, sent: Sent, version: int) -> Item:
    data = sent.model_dump(mode="json", exclude={"version"})
    return Item(sent_key(message, way), data, version, expires=int((sent.at + _CLAIMED).timestamp()))
