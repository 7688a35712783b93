"""Writing organisations and themes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime

from chalicelib.shared.errors import AlreadyThere
from chalicelib.shared.journal import Head, Journal, Once
from chalicelib.shared.storage import Change as Write
from chalicelib.shared.storage import Create, Item, Key, Remove, Update

from .. import changes
from ..model import Group
from ..rows import group_key, name_key
from ..rules import Rejected
from ..store import QUEUE


class GroupStore:
    """The one way to write a group: itself, its name, its event and its change of the log in one transaction."""

    def __init__(self, journal: Journal, *, ids: Callable[[], str], clock: Callable[[], datetime]) -> None:
        self._journal = journal
        self._ids = ids
        self._clock = clock

    def save(self, once: Once, before: Group | None, after: Group, by: str, activity: str) -> Group:
        """Writes a new or changed group.

        Raises:
            Rejected: its name is taken, or its agency has an organisation.
            Stale: somebody was faster.
        """
        version = 1 if before is None else before.version + 1
        event, head = self._journal.happened(
            Head(*after.chain),
            subject=after.id,
            type=f"opendata.{after.kind}.{'created' if before is None else 'changed'}",
            by=by,
            data={"name": after.name, "title": after.title, "state": after.state, "activity": activity},
            queue=QUEUE,
        )
        after = replace(after, chain=(head.seq, head.hash), version=version)
        key = group_key(after.id)
        item = Item(key, asdict(after), version, {"by_organization": _place(after)})
        rows: list[Write] = [Create(item) if before is None else Update(item)]
        if before is None or before.name != after.name:
            rows.append(Create(Item(name_key(after.kind, after.name), {"id": after.id})))
            if before is not None:
                rows.append(Remove(name_key(before.kind, before.name)))
        if after.agency is not None and (before is None or before.agency != after.agency):
            rows.append(Create(Item(name_key("agency", after.agency), {"id": after.id})))
        rows.append(changes.change_row(self._change(after, by, activity)))
        try:
            self._journal.commit(once, rows, [(key.pk, event)], {"id": after.id})
        except AlreadyThere:
            raise Rejected({"name": ["Group name already exists in database"]}) from None
        return after

    def _change(self, group: Group, by: str, activity: str) -> changes.Change:
        return changes.Change(
            id=self._ids(),
            at=self._clock().isoformat(timespec="microseconds"),
            by=by,
            thing=group.kind,
            activity=activity,
            subject=group.id,
            name=group.name,
            title=group.title,
            document=asdict(group),
        )


def _place(group: Group) -> Key:
    return Key(f"GROUPS#{group.kind}", f"{group.title[:100]}#{group.id}")
