"""Where visits lie in the room's table.

    VISIT#{id}            / META          the visit, names and ids sealed; EVT#... its history
    VISITS#{officer or person} / {id}     that it is theirs
    DISPUTES#{agency}     / {id}          that a supervisor must look into it
    VISITDAY#{officer or person} / {day}  how many were opened on a day
    VISITED#{agency}      / {month}#{purpose}#{what}   how many
    POWER#{id}            / 1             see mandates/powers.py

by_due: END#VISIT#{shard}, the moment at which it lapses or ends.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable
from itertools import takewhile
from typing import Any

from chalicelib.shared.keyring import Keyring
from chalicelib.shared.storage import Change, Count, Create, Item, Key, Remove, Table, Update, every
from chalicelib.shared.workdays import thai_date

from ..mandates.powers import Power, begun, officer_label, over
from ..model import Person
from . import rules
from .model import Visit

PER_OFFICER, PER_PERSON = 100, 6
"""Visits that an officer may open in a day, and that may be opened for one person."""
KEPT = dt.timedelta(days=2 * 365)

SHARDS = 4
_UNTOLD = 10**9
_PRIVATE = ("person_pid", "person_name", "officer_name", "dispute", "answer")
_TWO_DAYS = dt.timedelta(days=2)


class Store:
    """Visits as items; the only file that knows their keys."""

    def __init__(self, table: Table, keyring: Keyring) -> None:
        self._table = table
        self._keyring = keyring

    def visit(self, item: Item | None) -> Visit:
        """The visit in an item; raises NotFound for none."""
        if item is None:
            raise rules.no_visit()
        data: dict[str, Any] = dict(item.data)
        hidden = json.loads(self._keyring.unseal(data.pop("sealed"), item.key.pk))
        return Visit.model_validate({**data, **hidden, "version": item.version})

    def find(self, id: str) -> Visit:
        """A visit by id, in one request; raises NotFound."""
        return self.visit(self._table.get(visit_key(id)))

    def new(self, visit: Visit) -> list[Change]:
        """The changes that add one."""
        day = thai_date(visit.made_at).isoformat()
        gone = int((visit.made_at + _TWO_DAYS).timestamp())
        return [
            Create(self._item(visit, 1)),
            *(Create(Item(Key(list_pk(who), visit.id), {}, expires=_end(visit))) for who in _both(visit)),
            Count(Key(f"VISITDAY#officer#{visit.officer}", day), 1, PER_OFFICER, expires=gone),
            Count(Key(f"VISITDAY#person#{visit.person}", day), 1, PER_PERSON, expires=gone),
            _counted(visit),
        ]

    def changed(self, before: Visit, after: Visit) -> list[Change]:
        """The changes after something happened: the visit, whether the officer may act, whether somebody must look."""
        changes: list[Change] = [Update(self._item(after, before.version + 1))]
        if after.status != before.status:
            changes.append(_counted(after))
            if after.status == "open":
                changes.append(begun(_power(after)))
            elif before.status == "open":
                changes.append(over(after.id))
            if after.status == "disputed":
                changes.append(Create(Item(_dispute(after), {})))
        if after.settled_at is not None and before.settled_at is None:
            changes.append(Remove(_dispute(after)))
        return changes

    def of(self, who: str, after: str | None, limit: int) -> tuple[list[Visit], str | None]:
        """The visits of an officer or a person, newest first; two requests."""
        page = self._table.query(list_pk(who), after=after, limit=limit, newest_first=True)
        return self._all([item.key.sk for item in page.items]), page.after

    def disputes(self, agency: str, after: str | None, limit: int) -> tuple[list[Visit], str | None]:
        """The disputed visits of an agency that nobody answered, oldest first; two requests."""
        page = self._table.query(f"DISPUTES#{agency}", after=after, limit=limit)
        return self._all([item.key.sk for item in page.items]), page.after

    def did(self, visit: Visit) -> list[tuple[str, str]]:
        """Code and scope of what the officer did in the person's name, oldest first, by the person's own log."""
        if visit.confirmed_at is None:
            return []
        since = visit.confirmed_at.isoformat(timespec="milliseconds")
        page = self._table.query(f"LOG#{visit.person}", at_least=since, limit=100)
        lines = [item.data for item in page.items if item.data["by"].get("mandate") == visit.id]
        return [(line["what"], line["detail"].get("scope", "")) for line in lines if line["what"] not in OWN]

    def figures(self, agency: str, month: str) -> list[tuple[str, str, int]]:
        """Purpose, what became of it and how often, in a month of an agency; one request."""
        page = self._table.query(f"VISITED#{agency}", prefix=f"{month}#", limit=100)
        parted = [(item.key.sk.split("#"), int(item.data["count"])) for item in page.items]
        return [(purpose, what, count) for (_, purpose, what), count in parted]

    def due(self, now: dt.datetime) -> Iterable[Visit]:
        """Those whose time is over and that nobody ended."""
        for shard in range(SHARDS):
            rows = every(self._table, _ends(shard), index="by_due")
            for row in list(takewhile(lambda row: row.indexes["by_due"].sk <= f"{_moment(now)}~", rows)):
                yield self.visit(row)

    def _all(self, ids: list[str]) -> list[Visit]:
        keys = [visit_key(each) for each in ids]
        found = self._table.get_many(keys) if keys else {}
        return [self.visit(found[key]) for key in keys if key in found]

    def _item(self, visit: Visit, version: int) -> Item:
        key = visit_key(visit.id)
        whole = visit.model_dump(mode="json", exclude={"version"})
        hidden = {name: whole.pop(name) for name in _PRIVATE}
        text = json.dumps(hidden, ensure_ascii=False, separators=(",", ":"))
        places = {}
        if visit.alive:
            due = visit.confirm_by if visit.ends_at is None else visit.ends_at
            places["by_due"] = Key(_ends(_shard(visit.id)), f"{_moment(due)}#{visit.id}")
        data = {**whole, "sealed": self._keyring.seal(text, key.pk)}
        return Item(key, data, version, places, expires=_end(visit))


OWN = frozenset({"assistance.opened", "assistance.ended"})
"""Lines about a visit itself, not about what was done by it."""


def visit_key(id: str) -> Key:
    """Where a visit lies; its history is in the same partition."""
    return Key(f"VISIT#{id}", "META")


def list_pk(who: str) -> str:
    """The partition that lists somebody's visits; `who` is `officer#` or `person#` and their pseudonym."""
    return f"VISITS#{who}"


def actor_of(visit: Visit) -> str:
    """Who acts, as a token says it: the officer, with their agency."""
    return officer_label(visit.agency, visit.officer)


def _power(visit: Visit) -> Power:
    if visit.ends_at is None:
        raise ValueError("a visit that is not open has no power")
    return Power(visit.id, Person(visit.person), actor_of(visit), visit.scopes, visit.ends_at)


def _counted(visit: Visit) -> Count:
    what = "made" if visit.status == "waiting" else visit.status
    month = thai_date(visit.made_at).isoformat()[:7]
    return Count(Key(f"VISITED#{visit.agency}", f"{month}#{visit.purpose}#{what}"), 1, _UNTOLD)


def _both(visit: Visit) -> tuple[str, str]:
    return f"officer#{visit.officer}", f"person#{visit.person}"


def _dispute(visit: Visit) -> Key:
    return Key(f"DISPUTES#{visit.agency}", visit.id)


def _end(visit: Visit) -> int:
    return int((visit.made_at + KEPT).timestamp())


def _moment(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).isoformat(timespec="milliseconds")


def _ends(shard: int) -> str:
    return f"END#VISIT#{shard}"


def _shard(id: str) -> int:
    return hashlib.sha256(id.encode()).digest()[0] % SHARDS
