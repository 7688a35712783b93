"""Writing organisations and themes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime

from chalicelib.shared.errors import AlreadyThere
from chalicelib.shared.journal import Event, Head, Journal, Once
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

    def heed(self, once: Once) -> None:
        """Looks whether this very command was done before, where what it leaves would look like a fault to it.

        Raises:
            Replayed, KeyReused.
        """
        if once.claimed:
            self._journal.read(once)

    def save(self, once: Once, before: Group | None, after: Group, by: str, activity: str) -> Group:
        """Writes a new or changed group.

        Raises:
            Rejected: its name is taken, or its agency has an organisation.
            Stale: somebody was faster.
        """
        version = 1 if before is None else before.version + 1
        change_id = self._ids()
        event, head = self._event(before, after, by, activity, "created" if before is None else "changed", change_id)
        written = replace(after, chain=(head.seq, head.hash), version=version)
        key = group_key(after.id)
        item = Item(key, asdict(written), version, {"by_organization": _place(written)})
        rows: list[Write] = [Create(item) if before is None else Update(item)]
        rows += _moved_name(after, after.kind, None if before is None else before.name, after.name)
        rows += _moved_name(after, "agency", None if before is None else before.agency, after.agency)
        rows.append(changes.change_row(self._change(change_id, written, by, activity)))
        try:
            self._journal.commit(once, rows, [(key.pk, event)], {"id": after.id})
        except AlreadyThere:
            raise Rejected({"name": ["Group name already exists in database"]}) from None
        return written

    def purge(self, once: Once, group: Group, by: str) -> None:
        """Takes a group out of the table, and frees its name. Its events and its changes in the log stay.

        Raises:
            Stale: somebody changed it meanwhile.
        """
        activity = f"deleted {group.kind}"
        change_id = self._ids()
        gone = replace(group, state="deleted", version=group.version + 1)
        event, _ = self._event(group, gone, by, activity, "purged", change_id)
        rows: list[Write] = [Remove(group_key(group.id), group.version)]
        rows += _moved_name(group, group.kind, group.name, None)
        rows += _moved_name(group, "agency", group.agency, None)
        rows.append(changes.change_row(self._change(change_id, gone, by, activity)))
        self._journal.commit(once, rows, [(group_key(group.id).pk, event)])

    def _event(
        self, before: Group | None, after: Group, by: str, activity: str, what: str, change: str
    ) -> tuple[Event, Head]:
        seen = None if before is None else (before.name, before.title, before.state)
        return self._journal.happened(
            Head(*after.chain),
            subject=after.id,
            type=f"opendata.{after.kind}.{what}",
            by=by,
            data={
                "name": after.name,
                "title": after.title,
                "state": after.state,
                "activity": activity,
                "change": change,
                "shown_differently": seen is not None and seen != (after.name, after.title, after.state),
            },
            queue=QUEUE,
        )

    def _change(self, id: str, group: Group, by: str, activity: str) -> changes.Change:
        return changes.Change(
            id=id,
            at=self._clock().isoformat(timespec="microseconds"),
            by=by,
            thing=group.kind,
            activity=activity,
            subject=group.id,
            name=group.name,
            title=group.title,
            document=asdict(group),
        )


def _moved_name(group: Group, kind: str, before: str | None, after: str | None) -> list[Write]:
    rows: list[Write] = []
    if after != before:
        if after is not None:
            rows.append(Create(Item(name_key(kind, after), {"id": group.id})))
        if before is not None:
            rows.append(Remove(name_key(kind, before)))
    return rows


def _place(group: Group) -> Key:
    return Key(f"GROUPS#{group.kind}", f"{group.title[:100]}#{group.id}")
