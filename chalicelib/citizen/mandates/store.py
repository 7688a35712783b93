"""Where mandates lie in the room's table.

    MANDATE#{id}          / META          the mandate, names and ids sealed; EVT#... its history
    MANDATES#{person}     / {id}          that this person stands on one side of it
    GIVER#{person}        / COUNT         how many that they brought about are alive
    GIVER#{person}        / PAIR#{kind}#{other}   that one of this kind is alive between two people
    GIVER#{person}        / DAY#{what}#{day}      how often they tried on a day
    POWER#{id}            / 1             see powers.py

by_due: END#MANDATE#{shard}, first day on which it does not hold any more.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import Any

from chalicelib.shared.keyring import Keyring
from chalicelib.shared.storage import Change, Count, Create, Item, Key, Remove, Table, Update, every
from chalicelib.shared.workdays import BANGKOK

from ..model import Person
from . import rules
from .model import Mandate
from .powers import PERSON, Power, begun, over

MOST = 10
"""Mandates that one person may have brought about and that are alive."""
OFFERS_PER_DAY = 5
"""Each is a message to somebody who did not ask for it."""
PROOFS_PER_DAY = 10
"""Questions to the civil register about children."""

KEPT = dt.timedelta(days=2 * 365)
"""For how long a mandate is kept after its end: both sides' evidence."""
SHARDS = 4
_PRIVATE = ("person_pid", "person_name", "actor_pid", "actor_name")
_TWO_DAYS = dt.timedelta(days=2)


class Store:
    """Mandates as items; the only file that knows their keys."""

    def __init__(self, table: Table, keyring: Keyring) -> None:
        self._table = table
        self._keyring = keyring

    def mandate(self, item: Item | None) -> Mandate:
        """The mandate in an item; raises NotFound for none."""
        if item is None:
            raise rules.no_mandate()
        data: dict[str, Any] = dict(item.data)
        hidden = json.loads(self._keyring.unseal(data.pop("sealed"), item.key.pk))
        return Mandate.model_validate({**data, **hidden, "version": item.version})

    def find(self, id: str) -> Mandate:
        """A mandate by id, in one request; raises NotFound."""
        return self.mandate(self._table.get(mandate_key(id)))

    def new(self, mandate: Mandate) -> list[Change]:
        """The changes that add one."""
        rows: list[Change] = [
            Create(self._item(mandate, 1)),
            *(Create(Item(Key(list_pk(who), mandate.id), {})) for who in (mandate.person, mandate.actor)),
            Create(Item(_pair(mandate), {"id": mandate.id})),
            Count(_count(mandate), 1, MOST),
        ]
        return rows if mandate.status != "held" else [*rows, begun(_power(mandate))]

    def changed(self, before: Mandate, after: Mandate) -> list[Change]:
        """The changes after a command or its last day: the mandate, whether it holds, whether it counts."""
        changes: list[Change] = [Update(self._item(after, before.version + 1))]
        if after.status == "held" and before.status != "held":
            changes.append(begun(_power(after)))
        if after.status in ("declined", "ended", "expired"):
            changes += [over(after.id), Remove(_pair(after)), Count(_count(after), -1, MOST)]
        return changes

    def of(self, person: Person, after: str | None, limit: int) -> tuple[list[Mandate], str | None]:
        """The mandates on one side of which a person stands, newest first; two requests."""
        page = self._table.query(list_pk(person), after=after, limit=limit, newest_first=True)
        keys = [mandate_key(item.key.sk) for item in page.items]
        found = self._table.get_many(keys) if keys else {}
        return [self.mandate(found[key]) for key in keys if key in found], page.after

    def due(self, today: dt.date) -> Iterable[Mandate]:
        """Those whose last day has passed and that nobody ended."""
        for shard in range(SHARDS):
            rows = every(self._table, _ends(shard), index="by_due")
            for row in list(takewhile(lambda row: row.indexes["by_due"].sk[:10] <= today.isoformat(), rows)):
                yield self.mandate(row)

    def tried(self, person: Person, what: str, most: int, now: dt.datetime, day: dt.date) -> Count:
        """The change that counts a try of a day, refused when there were too many."""
        key = Key(f"GIVER#{person}", f"DAY#{what}#{day.isoformat()}")
        return Count(key, 1, most, expires=int((now + _TWO_DAYS).timestamp()))

    def _item(self, mandate: Mandate, version: int) -> Item:
        key = mandate_key(mandate.id)
        whole = mandate.model_dump(mode="json", exclude={"version"})
        hidden = {name: whole.pop(name) for name in _PRIVATE}
        text = json.dumps(hidden, ensure_ascii=False, separators=(",", ":"))
        places = {}
        if mandate.status in ("offered", "held"):
            first_after = (mandate.until + dt.timedelta(days=1)).isoformat()
            places["by_due"] = Key(_ends(_shard(mandate.id)), f"{first_after}#{mandate.id}")
        over_at = mandate.ended_at or ends_at(mandate.until)
        expires = int((over_at + KEPT).timestamp())
        return Item(key, {**whole, "sealed": self._keyring.seal(text, key.pk)}, version, places, expires=expires)


def mandate_key(id: str) -> Key:
    """Where a mandate lies; its history is in the same partition."""
    return Key(f"MANDATE#{id}", "META")


def list_pk(person: str) -> str:
    """The partition that lists somebody's mandates."""
    return f"MANDATES#{person}"


def actor_of(mandate: Mandate) -> str:
    """Who acts, as a token says it."""
    return f"{PERSON}{mandate.actor}"


def ends_at(last: dt.date) -> dt.datetime:
    """The moment after a last day, in Thailand."""
    return dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), BANGKOK)


def _power(mandate: Mandate) -> Power:
    scopes: Sequence[str] = mandate.scopes
    return Power(mandate.id, Person(mandate.person), actor_of(mandate), scopes, ends_at(mandate.until))


def _giver(mandate: Mandate) -> str:
    return rules.giver(mandate.kind, mandate.person, mandate.actor)


def _pair(mandate: Mandate) -> Key:
    other = mandate.person if mandate.kind == "guardian" else mandate.actor
    return Key(f"GIVER#{_giver(mandate)}", f"PAIR#{mandate.kind}#{other}")


def _count(mandate: Mandate) -> Key:
    return Key(f"GIVER#{_giver(mandate)}", "COUNT")


def _ends(shard: int) -> str:
    return f"END#MANDATE#{shard}"


def _shard(id: str) -> int:
    return hashlib.sha256(id.encode()).digest()[0] % SHARDS
