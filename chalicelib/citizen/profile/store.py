"""Where profiles lie in the room's table.

PROFILE#{person} / META      declared and register's values, sealed; EVT#... its history
PROFILEDAY#{person} / {day}  how often a register was asked on a day; outlives what is erased
"""

from __future__ import annotations

import datetime as dt
import json

from chalicelib.shared.keyring import Keyring
from chalicelib.shared.storage import Count, Create, Item, Key, Table, Update

from ..model import Person
from .model import Profile

PER_DAY = 10
"""Questions to the register that a person may cause in a day."""
_TWO_DAYS = dt.timedelta(days=2)
_PRIVATE = {"declared", "civil"}


class Store:
    """Profiles as items; the only file that knows their keys."""

    def __init__(self, table: Table, keyring: Keyring) -> None:
        self.table = table
        self._keyring = keyring

    def find(self, person: Person) -> Profile:
        """A person's profile, an empty one of version 0 where there is none; one request."""
        return self.profile(person, self.table.get(profile_key(person)))

    def profile(self, person: Person, item: Item | None) -> Profile:
        """The profile in an item."""
        if item is None:
            return Profile(owner=person)
        hidden = json.loads(self._keyring.unseal(item.data["sealed"], item.key.pk))
        head = item.data["head"]
        return Profile.model_validate({"owner": person, "head": head, **hidden, "version": item.version})

    def kept(self, profile: Profile) -> Create | Update:
        """The change that keeps a profile as it was changed since it was read."""
        key = profile_key(Person(profile.owner))
        whole = profile.model_dump(mode="json")
        text = json.dumps({name: whole[name] for name in _PRIVATE}, ensure_ascii=False, separators=(",", ":"))
        data = {"head": whole["head"], "sealed": self._keyring.seal(text, key.pk)}
        item = Item(key, data, profile.version + 1)
        return Create(item) if profile.version == 0 else Update(item)

    def asked(self, person: Person, now: dt.datetime, day: dt.date) -> Count:
        """The change that counts a question to the register, refused when there were too many."""
        key = Key(f"PROFILEDAY#{person}", day.isoformat())
        return Count(key, 1, PER_DAY, expires=int((now + _TWO_DAYS).timestamp()))


def profile_key(person: Person) -> Key:
    """Where a profile lies; its history is in the same partition."""
    return Key(f"PROFILE#{person}", "META")
