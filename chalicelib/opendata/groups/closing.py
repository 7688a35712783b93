"""Deleting organisations: only empty ones, also when a dataset comes at the same moment.

An organisation is looked at, deleted, and looked at again. Whoever brings a dataset into it requires it as they read it
(`rows.rows_of`). So a dataset either was there before the deletion, and the second look finds it and opens the
organisation again; or it does not come in. No counter is kept, and no row that all new datasets would have to write.
"""

from __future__ import annotations

from dataclasses import replace

from chalicelib.shared.errors import Stale
from chalicelib.shared.ids import new_token
from chalicelib.shared.journal import Event, Once, Replayed

from ..model import Group, Kind
from ..reading import Reading
from ..rules import RejectedWhole
from ..search.model import PUBLIC, Exact, Not, Question
from ..store import Store
from .store import GroupStore


class Closing:
    """Deletes groups of one kind; themes whatever belongs to them."""

    def __init__(self, kind: Kind, store: Store, groups: GroupStore, reading: Reading) -> None:
        self._kind: Kind = kind
        self._store = store
        self._groups = groups
        self._reading = reading

    def close(self, once: Once, before: Group, after: Group, by: str) -> None:
        """Writes `after`, which is deleted.

        Raises:
            RejectedWhole: it has datasets; it is as it was.
            Stale, Replayed.
        """
        self.must_be_empty(before, "deleted")
        closed = self._groups.save(once, before, after, by, f"deleted {self._kind}")
        if not self._empty(closed, "deleted"):
            self._open(closed, before, by)
            raise _not_empty("deleted")

    def purge(self, once: Once, group: Group, by: str) -> None:
        """Takes a group out for good: nothing comes into a deleted one, so what is not there now is not there then.

        Raises:
            RejectedWhole: it has datasets, deleted ones perhaps; it is as it was.
            Stale, Replayed.
        """
        self.must_be_empty(group, "purged")
        if self._kind == "organization" and group.state != "deleted":
            before, deleted = group, replace(group, state="deleted")
            group = self._groups.save(_unclaimed(), group, deleted, by, f"deleted {self._kind}")
            if not self._empty(group, "purged"):
                self._open(group, before, by)
                raise _not_empty("purged")
        self._groups.purge(once, group, by)

    def look_again(self, event: Event) -> None:
        """The second look, should whoever deleted an organisation have died before it; a listener of the catalogue,
        harmless when repeated."""
        if event.data.get("state") != "deleted":
            return
        group = self._store.groups_by_id([event.subject]).get(event.subject)
        if group is None or group.state != "deleted" or group.chain != (event.seq, event.hash):
            return  # it was opened, changed or purged meanwhile
        if not self._empty(group, "deleted"):
            self._open(group, replace(group, state="active"), event.by)

    def heed(self, once: Once, asked: str) -> None:
        """Looks whether this very deletion was done before. One that was taken back is refused to its repeat too.

        Raises:
            RejectedWhole, Replayed, KeyReused.
        """
        try:
            self._groups.heed(once)
        except Replayed:
            group = self._store.group(self._kind, asked)
            if group is not None and group.state != "deleted":
                self.must_be_empty(group, "deleted")
            raise

    def must_be_empty(self, group: Group, what: str) -> None:
        """An organisation has no datasets, but for deleted ones where it is only to be deleted itself.

        Raises:
            RejectedWhole.
        """
        if not self._empty(group, what):
            raise _not_empty(what)

    def _empty(self, group: Group, what: str) -> bool:
        """Asks the engine, which sees every write that was made before, and not an index that may lag."""
        if self._kind != "organization":
            return True
        there = Question(filters=(Exact("owner_org", group.id),), labels=(PUBLIC, f"org-{group.id}"), rows=0)
        if what == "deleted":
            there = replace(there, filters=(*there.filters, Not(Exact("state", "deleted"))))
        return not self._reading.engine.search(there).count

    def _open(self, closed: Group, before: Group, by: str) -> None:
        try:
            again = replace(before, chain=closed.chain)
            self._groups.save(_unclaimed(), closed, again, by, f"changed {self._kind}")
        except Stale:
            return  # somebody else did, or changed it otherwise


def _unclaimed() -> Once:
    return Once(new_token(), "", new_token(), claimed=False)


def _not_empty(what: str) -> RejectedWhole:
    return RejectedWhole(f"Organization cannot be {what} while it still has datasets")
