"""How requests for data lie in the table.

REQUEST#{id}   / HEAD              the request          by_organization: REQUESTS#{organisation or -}, {state}#{id}
REQUEST#{id}   / LIST              that everybody may read it          by_organization: REQUESTS#all, {id}
REQUEST#{id}   / STEP#{step}       one step; never changed
REQUEST#{id}   / SUPPORT#{person}  somebody wants it too; once for each
REQUEST#{id}   / COUNT#{shard}     how many do; four shards, so that a popular request is no hot item
USER#{person}  / REQUEST#{id}      the person's own
USER#{person}  / ASKED#{day}       how many they made that day; two days
ANSWERS#{dataset} / {request}      requests that a dataset answers, or will when it is published
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from chalicelib.shared.storage import Change as Write
from chalicelib.shared.storage import Count, Create, Item, Key, Remove, Table, Update, every

from .model import Request, Taken

SHARDS = 4
A_DAY = 10
"""Requests that one person may make in a day."""
MANY = 10**9


def head_key(id: str) -> Key:
    """Where a request lies."""
    return Key(f"REQUEST#{id}", "HEAD")


def support_key(id: str, person: str) -> Key:
    """Where it lies that somebody wants it too."""
    return Key(f"REQUEST#{id}", f"SUPPORT#{person}")


def request_of(item: Item) -> Request:
    """A request as it lies there."""
    return Request(**{**item.data, "chain": tuple(item.data["chain"]), "version": item.version})


def new_rows(request: Request, person: str, now: datetime) -> list[Write]:
    """The rows of a new request."""
    day = now.date().isoformat()
    expires = int((now + timedelta(days=2)).timestamp())
    return [
        Create(_item(request)),
        Create(_listed(request.id)),
        Create(Item(Key(f"USER#{person}", f"REQUEST#{request.id}"), {})),
        Count(Key(f"USER#{person}", f"ASKED#{day}"), 1, A_DAY, expires),
    ]


def step_rows(before: Request, after: Request, taken: Taken) -> list[Write]:
    """The rows of a step; `after` has the version that it shall have."""
    rows: list[Write] = [
        Update(_item(after)),
        Create(Item(Key(head_key(after.id).pk, f"STEP#{taken.id}"), asdict(taken))),
    ]
    if before.hidden is None and after.hidden is not None:
        rows.append(Remove(_listed(after.id).key))
    if before.hidden is not None and after.hidden is None:
        rows.append(Create(_listed(after.id)))
    was, now = before.dataset, after.dataset
    if was != now:
        rows += [Remove(Key(f"ANSWERS#{was}", after.id))] if was else []
        rows += [Create(Item(Key(f"ANSWERS#{now}", after.id), {}))] if now else []
    return rows


def support_rows(id: str, person: str, by: int) -> list[Write]:
    """Somebody wants it too (1), or no longer (-1)."""
    key = support_key(id, person)
    shard = sum(person.encode()) % SHARDS
    row: Write = Create(Item(key, {})) if by > 0 else Remove(key)
    return [row, Count(_count_key(id, shard), by, MANY)]


class RequestRows:
    """Reads requests."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, id: str) -> Request | None:
        """A request by id."""
        found = self._table.get(head_key(id))
        return None if found is None else request_of(found)

    def many(self, ids: Sequence[str]) -> list[tuple[Request, int]]:
        """Requests with their support, in this order; at most 20, in one request."""
        keys = [key for each in ids for key in (head_key(each), *_counts(each))]
        found = self._table.get_many(keys) if keys else {}
        return [(request_of(found[head_key(each)]), _sum(found, each)) for each in ids if head_key(each) in found]

    def steps(self, id: str) -> list[Taken]:
        """What was done, the latest first."""
        page = self._table.query(head_key(id).pk, prefix="STEP#", limit=100, newest_first=True)
        return [Taken(**item.data) for item in page.items]

    def supports(self, id: str, person: str) -> bool:
        """Whether somebody wants it too."""
        return self._table.get(support_key(id, person)) is not None

    def public(self, *, after: str | None, limit: int) -> tuple[list[str], str | None]:
        """Ids of what everybody may read, the newest first."""
        page = self._table.query("REQUESTS#all", index="by_organization", after=after, limit=limit, newest_first=True)
        return [item.key.pk.removeprefix("REQUEST#") for item in page.items], page.after

    def of_organization(
        self, organization: str, state: str, *, after: str | None, limit: int
    ) -> tuple[list[str], str | None]:
        """Ids of what an organisation is asked for, by state ("" for all), the oldest first."""
        page = self._table.query(
            f"REQUESTS#{organization or '-'}",
            index="by_organization",
            prefix=f"{state}#" if state else "",
            after=after,
            limit=limit,
        )
        return [item.key.pk.removeprefix("REQUEST#") for item in page.items], page.after

    def own(self, person: str, *, after: str | None, limit: int) -> tuple[list[str], str | None]:
        """Ids of what somebody asked for, the newest first."""
        page = self._table.query(f"USER#{person}", prefix="REQUEST#", after=after, limit=limit, newest_first=True)
        return [item.key.sk.removeprefix("REQUEST#") for item in page.items], page.after

    def answered_by(self, dataset: str) -> Iterable[str]:
        """Ids of requests that a dataset answers, or would answer when it is published."""
        return [item.key.sk for item in every(self._table, f"ANSWERS#{dataset}")]


def _item(request: Request) -> Item:
    data: dict[str, Any] = asdict(request)
    place = Key(f"REQUESTS#{request.organization or '-'}", f"{request.state}#{request.id}")
    return Item(head_key(request.id), data, request.version, {"by_organization": place})


def _listed(id: str) -> Item:
    return Item(Key(head_key(id).pk, "LIST"), {}, 1, {"by_organization": Key("REQUESTS#all", id)})


def _count_key(id: str, shard: int) -> Key:
    return Key(head_key(id).pk, f"COUNT#{shard}")


def _counts(id: str) -> list[Key]:
    return [_count_key(id, shard) for shard in range(SHARDS)]


def _sum(found: Mapping[Key, Item], id: str) -> int:
    return sum(int(found[key].data["count"]) for key in _counts(id) if key in found)
