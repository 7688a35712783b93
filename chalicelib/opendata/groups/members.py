"""Who belongs to an organisation or theme, and which datasets a theme gathers.

    USER#{user}         / MEMBER#{group}   what a person is there; `access.py` reads it on each call, so a change counts
                                           from the next call on
    GROUP#{group}       / MEMBER#{user}    that there is such a membership, for the list; only while it lasts

Officers who are posted at an organisation's agency belong to it without any row. Datasets of a theme stand in the
dataset itself (`Dataset.groups`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import Stale
from chalicelib.shared.identity import Caller
from chalicelib.shared.journal import Head, Journal, Once
from chalicelib.shared.storage import Change as Write
from chalicelib.shared.storage import Create, Item, Key, Remove, Table, Update, every

from ..access import Access, Capacity, member_key
from ..model import Group, GroupId, Package
from ..packages import ATTEMPTS, Packages
from ..rules import Rejected
from ..store import Store, Writing

MAX_THEMES = 50
"""Of one dataset."""


@dataclass(frozen=True)
class Member:
    """That somebody or something belongs to a group.

    Attributes:
        id: of the membership.
        table: CKAN's `object_type`: user, package or group.
        object: id of who or what belongs to the group.
        capacity: admin, editor or member of a user; public of a dataset.
    """

    id: str
    table: str
    object: str
    capacity: str


def roster_key(group: str, user: str) -> Key:
    """Where a membership lies for the list of members."""
    return Key(f"GROUP#{group}", f"MEMBER#{user}")


class Members:
    """Reads and writes memberships; who may is the asker's to know, except where a dataset is touched."""

    def __init__(
        self,
        table: Table,
        journal: Journal,
        store: Store,
        packages: Packages,
        access: Access,
        *,
        ids: Callable[[], str],
        clock: Callable[[], datetime],
    ) -> None:
        self._table = table
        self._journal = journal
        self._store = store
        self._packages = packages
        self._access = access
        self._ids = ids
        self._clock = clock

    def users(self, group: Group) -> list[Member]:
        """The people who were entered, with strongly consistent reads."""
        rows = every(self._table, f"GROUP#{group.id}", prefix="MEMBER#")
        people = [row.key.sk.removeprefix("MEMBER#") for row in rows]
        found: list[Member] = []
        for start in range(0, len(people), 100):
            keys = {member_key(each, group.id): each for each in people[start : start + 100]}
            for key, item in self._table.get_many(list(keys)).items():
                if item.data["capacity"] is not None:
                    found.append(Member(item.data["id"], "user", keys[key], item.data["capacity"]))
        return sorted(found, key=lambda member: member.object)

    def put(self, caller: Caller, once: Once, group: Group, user: str, capacity: Capacity) -> Member:
        """Enters a person, or changes what they are. Again the same changes nothing.

        Raises:
            Stale: somebody changed this membership at the same time.
            Replayed.
        """
        key = member_key(user, group.id)
        there = self._journal.read(once, key).get(key)
        if there is not None and there.data["capacity"] == capacity:
            return Member(there.data["id"], "user", user, capacity)
        member = self._ids() if there is None else str(there.data["id"])
        self._write(caller, once, group, user, there, member, capacity)
        return Member(member, "user", user, capacity)

    def take(self, caller: Caller, once: Once, group: Group, user: str) -> None:
        """Takes a person out; nothing happens to who does not belong to the group.

        Raises:
            Stale, Replayed.
        """
        key = member_key(user, group.id)
        there = self._journal.read(once, key).get(key)
        if there is not None and there.data["capacity"] is not None:
            self._write(caller, once, group, user, there, str(there.data["id"]), None)

    def _write(
        self,
        caller: Caller,
        once: Once,
        group: Group,
        user: str,
        there: Item | None,
        id: str,
        capacity: Capacity | None,
    ) -> None:
        before = None if there is None else there.data["capacity"]
        head = Head() if there is None else Head(*there.data["chain"])
        event, head = self._journal.happened(
            head,
            subject=id,
            type="opendata.member.changed",
            by=caller.label,
            data={"group": group.id, "user": user, "before": before, "after": capacity},
        )
        data = {"id": id, "capacity": capacity, "chain": [head.seq, head.hash], "at": event.at}
        key, listed = member_key(user, group.id), roster_key(group.id, user)
        rows: list[Write] = [Create(Item(key, data)) if there is None else Update(there.next(data))]
        if capacity is None:
            rows.append(Remove(listed))
        elif before is None:
            rows.append(Create(Item(listed, {"id": id})))
        self._journal.commit(once, rows, [(f"MEMBER#{group.id}#{user}", event)], {"id": id})

    # -- datasets of a theme

    def put_package(self, caller: Caller, once: Once, group: Group, asked: object) -> Member:
        """Puts a dataset that the caller sees into a theme of theirs.

        Raises:
            NotFound, Rejected, Stale, Replayed.
        """

        def added(package: Package) -> tuple[GroupId, ...]:
            groups = package.dataset.groups
            if group.id not in groups and len(groups) >= MAX_THEMES:
                raise Rejected({"object": [f"A dataset belongs to at most {MAX_THEMES} groups"]})
            return groups if group.id in groups else (*groups, group.id)

        package = self._edit(caller, once, asked, added)
        return Member(f"{group.id}:{package.id}", "package", package.id, "public")

    def take_package(self, caller: Caller, once: Once, group: Group, asked: object) -> None:
        """Takes a dataset out of a theme.

        Raises:
            NotFound, Rejected, Stale, Replayed.
        """
        self._edit(
            caller, once, asked, lambda package: tuple(each for each in package.dataset.groups if each != group.id)
        )

    def _edit(
        self, caller: Caller, once: Once, asked: object, groups: Callable[[Package], tuple[GroupId, ...]]
    ) -> Package:
        # the theme's people need no right over the dataset's organisation, so this is no `Packages.edit`
        for attempt in range(1, ATTEMPTS + 1):
            before, organization = self._packages.find(caller, asked, missing="object")
            wanted = groups(before)
            if wanted == before.dataset.groups:
                return before
            now = self._clock().isoformat(timespec="microseconds")
            after = replace(before, dataset=replace(before.dataset, groups=wanted, modified=now))
            writing = Writing(once, caller.label, "changed package", "opendata.dataset.changed")
            try:
                return self._store.save(writing, before, after, organization, self._packages.themes(after))
            except Stale:
                if attempt == ATTEMPTS:
                    raise
        raise AssertionError("the loop returns or raises")
