"""Where notices lie in the room's table.

NOTICES#{case}     {event}#{template}#{channel}   the proof of one way of one notice; never a second one
CONTACT#{person}   1                              how a person wants to be told, addresses sealed; EVT#... history
TOLD#{person}      {day}#{what}                   how many messages a person was sent on a day; expires
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from chalicelib.shared.keyring import Keyring
from chalicelib.shared.storage import Count, Create, Item, Key, Table, Update, every
from chalicelib.shared.workdays import thai_date

from .model import Channel, Preferences, Proof

_ADDRESSES = ("email", "sms")
_KEPT = dt.timedelta(days=3)


def contact_key(person: str) -> Key:
    """Where a person's choice lies."""
    return Key(f"CONTACT#{person}", "1")


def proof_key(about: str, event: str, template: str, channel: Channel) -> Key:
    """Where the proof of one way lies."""
    return Key(f"NOTICES#{about}", f"{event}#{template}#{channel}")


def key_of(proof: Proof) -> Key:
    """Where this proof lies."""
    return proof_key(proof.about, proof.event, proof.template, proof.channel)


def counted(person: str, what: str, most: int, now: dt.datetime, times: int = 1) -> Count:
    """The change that counts messages to a person today, refused when there were too many."""
    key = Key(f"TOLD#{person}", f"{thai_date(now).isoformat()}#{what}")
    return Count(key, times, most, expires=int((now + _KEPT).timestamp()))


class NoticeRows:
    """Proofs and choices as items."""

    def __init__(self, table: Table, keyring: Keyring) -> None:
        self.table = table
        self._keyring = keyring

    def preferences(self, item: Item | None) -> Preferences | None:
        """The choice in an item."""
        if item is None:
            return None
        data: dict[str, Any] = dict(item.data)
        hidden = json.loads(self._keyring.unseal(data.pop("sealed"), item.key.pk))
        return Preferences.model_validate({**data, **hidden, "version": item.version})

    def find_preferences(self, person: str) -> Preferences | None:
        """A person's choice, in one request."""
        return self.preferences(self.table.get(contact_key(person)))

    def kept(self, preferences: Preferences, there: bool) -> Create | Update:
        """The change that keeps a choice as it was read (`there`: it existed)."""
        key = contact_key(preferences.owner)
        data = preferences.model_dump(mode="json")
        data.pop("version")
        hidden = {name: data.pop(name) for name in ("pid", *_ADDRESSES)}
        data["sealed"] = self._keyring.seal(json.dumps(hidden, separators=(",", ":")), key.pk)
        return Update(Item(key, data, preferences.version + 1)) if there else Create(Item(key, data))

    def proof(self, item: Item | None) -> Proof | None:
        """The proof in an item."""
        return None if item is None else Proof.model_validate({**item.data, "version": item.version})

    def new(self, proof: Proof) -> Create:
        """The change that claims one way of a notice."""
        return Create(Item(key_of(proof), _data(proof)))

    def changed(self, proof: Proof) -> Update:
        """The change that replaces a proof as it was read."""
        return Update(Item(key_of(proof), _data(proof), proof.version + 1))

    def of_case(self, about: str) -> list[Proof]:
        """All proofs of a case, in the order of what happened."""
        found = (self.proof(item) for item in every(self.table, f"NOTICES#{about}"))
        return [proof for proof in found if proof is not None]


def _data(proof: Proof) -> dict[str, Any]:
    return proof.model_dump(mode="json", exclude={"version"})
