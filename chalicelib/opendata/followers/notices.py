"""Notices: what is new of what somebody follows (CKAN's dashboard).

    USER#{user}  / NOTICE#{event}   that something happened; ids only, three months
    USER#{user}  / DASHBOARD        up to when the user has seen them
    FANOUT#{event} / AT             how far the followers were told of an event; a week
    NOTICED#{dataset} / {event}#{n} who was told of it, so that a purge finds the notices; three months

A notice holds no word of the dataset: it is looked up when the user asks, with the rights of then. So it may be written
for every change, and leaks nothing of a dataset that became private.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from chalicelib.shared.errors import NotAllowed, Stale
from chalicelib.shared.identity import Caller
from chalicelib.shared.ids import new_token
from chalicelib.shared.journal import Event, Journal, NotYet, Once
from chalicelib.shared.storage import Change as Write
from chalicelib.shared.storage import Create, Item, Key, Require, Table, Update, WriteRefused, every

from ..activity.asking import Window
from ..activity.service import Activities
from ..activity.store import Entry, user_of
from ..forgetting import Purged, lives, take_away
from ..views import Json
from .store import Followed, FollowStore

KEPT_DAYS = 90
AT_ONCE = 90
"""Followers told in one transaction."""
PAGES = 100
"""Transactions of one run; where more followers wait, the outbox calls again."""


class Notices:
    """Tells followers of events, and users of their notices.

    Args:
        at_once, pages: see `AT_ONCE` and `PAGES`.
    """

    def __init__(
        self,
        table: Table,
        journal: Journal,
        follows: FollowStore,
        activities: Activities,
        *,
        clock: Callable[[], datetime],
        at_once: int = AT_ONCE,
        pages: int = PAGES,
    ) -> None:
        self._table = table
        self._journal = journal
        self._follows = follows
        self._activities = activities
        self._clock = clock
        self._at_once = at_once
        self._pages = pages

    # -- telling

    def tell(self, event: Event) -> None:
        """Makes the notices of an event, a listener of the catalogue. Called again, it goes on where it ended.

        Raises:
            NotYet: more followers wait.
        """
        change, dataset = event.data.get("change"), event.data.get("package_id")
        if not change or not dataset:
            return
        targets: list[tuple[Followed, str]] = [("dataset", str(dataset)), ("organization", event.data["owner_org"])]
        targets += [("group", str(each)) for each in event.data.get("groups", ())]
        targets += [("user", user_of(event.by))] if user_of(event.by) else []
        if not lives(self._table, str(dataset)):
            self._take_back(event)  # what a run left that died right after its write
            return
        place = self._table.get(_fanout_key(event))
        number, after = (0, None) if place is None else (place.data["target"], place.data["after"])
        pages = 0
        while number < len(targets):
            page = self._follows.followers(*targets[number], after=after, limit=self._at_once)
            number, after = (number, page.after) if page.after is not None else (number + 1, None)
            users = [item.key.sk.removeprefix("BY#") for item in page.items]
            if not users:
                continue
            if pages == self._pages:
                raise NotYet
            pages += 1
            place = self._told(event, place, users, {"target": number, "after": after})
            if not lives(self._table, str(dataset)):
                self._take_back(event)
                return
            number, after = place.data["target"], place.data["after"]

    def _told(self, event: Event, place: Item | None, users: list[str], now: Json) -> Item:
        """One page of followers and the new place, in one transaction; answers the place that then stands."""
        soon = int((self._clock() + timedelta(days=7)).timestamp())
        ends = int((self._clock() + timedelta(days=KEPT_DAYS)).timestamp())
        keys = [_notice_key(user, event.id) for user in users]
        there = self._table.get_many(keys)  # who follows the dataset and its organisation is told once
        data = {
            "change": event.data["change"],
            "dataset": event.data["package_id"],
            "at": event.at,
        }
        rows: list[Write] = [Create(Item(key, data, expires=ends)) for key in keys if key not in there]
        item = Item(_fanout_key(event), now, expires=soon) if place is None else place.next(now, expires=soon)
        rows.append(Create(item) if place is None else Update(item))
        told = Key(_noticed_pk(str(event.data["package_id"])), f"{event.id}#{item.version:06d}")
        rows.append(Create(Item(told, {"event": event.id, "users": users}, expires=ends)))
        try:
            self._table.write(rows, new_token())
        except WriteRefused:
            found = self._table.get(_fanout_key(event))
            if found is None or (place is not None and found.version == place.version):
                raise
            return found  # another run of the same event did this page
        return item

    def forget(self, purged: Purged) -> None:
        """Takes away the notices of a purged dataset and how far they were told; harmless when repeated."""
        self._clear(purged.id, "", purged.still)
        take_away(self._table, (_fanout_key(event) for event in purged.events), purged.still)

    def _take_back(self, event: Event) -> None:
        """A purge of this moment may have looked before the notices were there."""
        self._clear(str(event.data["package_id"]), event.id)
        take_away(self._table, [_fanout_key(event)])

    def _clear(self, dataset: str, event: str, *still: Require) -> None:
        for row in every(self._table, _noticed_pk(dataset), prefix=event):
            take_away(self._table, [_notice_key(user, row.data["event"]) for user in row.data["users"]], *still)
            take_away(self._table, [row.key], *still)

    # -- reading

    def listing(self, caller: Caller, window: Window) -> list[Json]:
        """What is new of what the caller follows and may see, each with `is_new`.

        Raises:
            NotAllowed: nobody is logged in.
        """
        _known(caller, "dashboard_activity_list")
        seen = self._seen_until(caller)
        found = self._activities.of_entries(caller, self._entries(caller), window)
        for activity in found:
            activity["is_new"] = activity["timestamp"] > seen and activity["user_id"] != caller.id
        return found

    def new(self, caller: Caller) -> int:
        """How many of the first page are new.

        Raises:
            NotAllowed.
        """
        _known(caller, "dashboard_new_activities_count")
        return sum(activity["is_new"] for activity in self.listing(caller, Window(data=False)))

    def mark_old(self, caller: Caller, once: Once) -> None:
        """Says that the caller has seen all until now.

        Raises:
            Stale: they say so twice at once. Replayed.
        """
        key = _dashboard_key(caller)
        there = self._journal.read(once, key).get(key)
        data = {"seen": self._clock().isoformat(timespec="microseconds")}
        item = Item(key, data) if there is None else there.next(data)
        try:
            self._journal.commit(once, [Create(item) if there is None else Update(item)])
        except Stale:
            return  # the other call said it, at the same moment

    def _seen_until(self, caller: Caller) -> str:
        item = self._table.get(_dashboard_key(caller))
        return "" if item is None else str(item.data["seen"])

    def _entries(self, caller: Caller) -> Iterator[Entry]:
        after: str | None = None
        while True:
            page = self._table.query(f"USER#{caller.id}", prefix="NOTICE#", after=after, limit=50, newest_first=True)
            for item in page.items:
                data: Any = item.data
                yield Entry(data["change"], data["dataset"], data["at"])
            after = page.after
            if after is None:
                return


def _known(caller: Caller, action: str) -> None:
    if not caller.id:
        raise NotAllowed("ต้องเข้าสู่ระบบ", f"Action {action} requires an authenticated user")


def _notice_key(user: str, event: str) -> Key:
    return Key(f"USER#{user}", f"NOTICE#{event}")


def _noticed_pk(dataset: str) -> str:
    return f"NOTICED#{dataset}"


def _dashboard_key(caller: Caller) -> Key:
    return Key(f"USER#{caller.id}", "DASHBOARD")


def _fanout_key(event: Event) -> Key:
    return Key(f"FANOUT#{event.id}", "AT")
