"""Where mini-apps, grants, launches and messages lie in the room's table.

MINIAPP#{id}             / APP        registration       by_owner: MINIAPPS, id
MINIAPP#{id}             / EVT#...    its history
MINIGRANTS#{person}      / {app}      grant (withdrawn ones too)
MINIUSER#{app}#{user}    / 1          whose `userId` this is
MINITICKET#{place}       / 1          a launch, for two minutes
MINIPUSH#{id}            / 1          a message; by_due: MINIPUSH#{shard}, time#id while it is set for later
MINIQUOTA#{app}#{person} / {day}      counter of messages
MINILAUNCH#{person}      / {hour}     counter of launches
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from typing import Any

from chalicelib.shared.storage import Count, Create, Item, Key, Remove, Require, Table, Update, every
from chalicelib.shared.thai import Text

from ..model import Person
from .model import Grant, MiniApp, Push, Registration, Ticket
from .rules import LAUNCHES_AN_HOUR, PUSHES_A_DAY, day_of, hour_of

BY_OWNER, BY_DUE = "by_owner", "by_due"
ALL = "MINIAPPS"
SHARDS = 4
TOGETHER = 100
DAY = 24 * 3600
SENT_LIVES = 30 * DAY


class Store:
    """Reads them, and makes the changes of which a command consists."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def registration(self, id: str) -> Registration | None:
        """A mini-app, whatever its state."""
        found = self._table.get(app_key(id))
        return None if found is None else registration_in(found)

    def some(self, ids: Sequence[str]) -> dict[str, Registration]:
        """Those of these mini-apps that there are; one request for each hundred."""
        found = dict[str, Registration]()
        for start in range(0, len(ids), TOGETHER):
            items = self._table.get_many([app_key(each) for each in ids[start : start + TOGETHER]])
            found |= {each.id: each for each in map(registration_in, items.values())}
        return found

    def registrations(self) -> list[Registration]:
        """All of them, by id."""
        return [registration_in(item) for item in every(self._table, ALL, index=BY_OWNER)]

    def of_person(self, person: Person, app: str) -> tuple[Registration | None, Grant | None]:
        """A mini-app and what a person granted it, in one request."""
        found = self._table.get_many([app_key(app), grant_key(person, app)])
        there, granted = found.get(app_key(app)), found.get(grant_key(person, app))
        return (
            None if there is None else registration_in(there),
            None if granted is None else grant_in(granted),
        )

    def grants(self, person: Person) -> list[Grant]:
        """What a person granted, withdrawn grants too."""
        return [grant_in(item) for item in every(self._table, grants_of(person))]

    def ticket(self, place: str) -> Ticket | None:
        """A launch that nobody opened yet."""
        found = self._table.get(ticket_key(place))
        if found is None:
            return None
        data = found.data
        return Ticket(**{**data, "place": place, "ends": dt.datetime.fromisoformat(data["ends"])})

    def people(self, app: str, users: Sequence[str]) -> dict[str, Grant]:
        """The standing grants behind names of people in a mini-app; two requests for each hundred."""
        found = dict[str, Grant]()
        names = list(dict.fromkeys(users))
        for start in range(0, len(names), TOGETHER):
            some = names[start : start + TOGETHER]
            known = self._table.get_many([user_key(app, user) for user in some])
            grants = [grant_key(Person(item.data["person"]), app) for item in known.values()]
            if grants:
                granted = [grant_in(item) for item in self._table.get_many(grants).values()]
                found |= {grant.user: grant for grant in granted if grant.stands}
        return found

    def push(self, id: str) -> Push | None:
        """A message."""
        found = self._table.get(push_key(id))
        return None if found is None else push_in(id, found)

    def due(self, now: dt.datetime) -> Iterator[str]:
        """Ids of the messages set for a time that has come."""
        for shard in range(SHARDS):
            for item in list(_until(every(self._table, f"MINIPUSH#{shard}", index=BY_DUE), now)):
                yield item.key.pk.removeprefix("MINIPUSH#")


def written(registration: Registration, *, new: bool) -> Create | Update:
    """The change that keeps a registration: a new one, or the version before becomes this one."""
    data = {
        "system": registration.system,
        "live": _dumped(registration.live),
        "waiting": _dumped(registration.waiting),
        "stopped": _dumped(registration.stopped),
        "chain": list(registration.chain),
    }
    item = Item(app_key(registration.id), data, registration.version, indexes={BY_OWNER: Key(ALL, registration.id)})
    return Create(item) if new else Update(item)


def granted(grant: Grant) -> list[Create | Update]:
    """The changes that keep a grant; with the first one also whose name the `userId` is."""
    data = {name: value for name, value in asdict(grant).items() if name != "version"} | {"facts": list(grant.facts)}
    item = Item(grant_key(grant.person, grant.app), data, grant.version)
    if grant.version > 1:
        return [Update(item)]
    return [Create(item), Create(Item(user_key(grant.app, grant.user), {"person": grant.person}))]


def launched(ticket: Ticket, now: dt.datetime) -> list[Create | Require | Count]:
    """The changes of a launch, on condition that the grant is the one that was read."""
    data = {name: value for name, value in asdict(ticket).items() if name != "place"} | {
        "ends": ticket.ends.isoformat()
    }
    expires = int(ticket.ends.timestamp()) + DAY
    count = Key(f"MINILAUNCH#{ticket.person}", hour_of(now))
    return [
        Create(Item(ticket_key(ticket.place), data, expires=expires)),
        Require(grant_key(ticket.person, ticket.app), ticket.grant),
        Count(count, 1, LAUNCHES_AN_HOUR, int(now.timestamp()) + DAY),
    ]


def opened(ticket: Ticket, registration: Registration) -> list[Remove | Require]:
    """The changes that open a launch: once, while grant and registration are those that were read."""
    return [
        Remove(ticket_key(ticket.place), 1),
        Require(grant_key(ticket.person, ticket.app), ticket.grant),
        Require(app_key(ticket.app), registration.version),
    ]


def pushed(push: Push, now: dt.datetime) -> list[Create | Count]:
    """The changes that take a message, within the quota of its day."""
    later = push.due > now
    day = Key(f"MINIQUOTA#{push.app}#{push.person}", day_of(push.due))
    return [
        Create(_push(push, later=later)),
        Count(day, 1, PUSHES_A_DAY, int(push.due.timestamp()) + 2 * DAY),
    ]


def done(push: Push, now: dt.datetime) -> Update:
    """The change after a message was sent or dropped: its words are gone."""
    item = _push(replace(push, words=None, version=push.version + 1), later=False)
    return Update(replace(item, expires=int(now.timestamp()) + SENT_LIVES))


def app_key(id: str) -> Key:
    """Where a registration lies."""
    return Key(f"MINIAPP#{id}", "APP")


def grants_of(person: Person) -> str:
    """The partition of a person's grants."""
    return f"MINIGRANTS#{person}"


def grant_key(person: Person, app: str) -> Key:
    """Where a grant lies."""
    return Key(grants_of(person), app)


def user_key(app: str, user: str) -> Key:
    """Where it says whose `userId` this is."""
    return Key(f"MINIUSER#{app}#{user}", "1")


def ticket_key(place: str) -> Key:
    """Where a launch lies."""
    return Key(f"MINITICKET#{place}", "1")


def push_key(id: str) -> Key:
    """Where a message lies."""
    return Key(f"MINIPUSH#{id}", "1")


def registration_in(item: Item) -> Registration:
    """A registration as it was kept."""
    data = item.data
    return Registration(
        id=item.key.pk.removeprefix("MINIAPP#"),
        system=data["system"],
        live=_app(data["live"]),
        waiting=_app(data["waiting"]),
        stopped=None if data["stopped"] is None else Text(**data["stopped"]),
        chain=tuple(data["chain"]),
        version=item.version,
    )


def grant_in(item: Item) -> Grant:
    """A grant as it was kept."""
    return Grant(**{**item.data, "facts": tuple(item.data["facts"]), "version": item.version})


def push_in(id: str, item: Item) -> Push:
    """A message as it was kept."""
    return Push(**{**item.data, "id": id, "due": dt.datetime.fromisoformat(item.data["due"]), "version": item.version})


def _push(push: Push, *, later: bool) -> Item:
    data = {
        "app": push.app,
        "person": push.person,
        "due": push.due.isoformat(),
        "words": push.words,
        "state": push.state,
    }
    shard = int(push.id[:2], 16) % SHARDS
    place = Key(f"MINIPUSH#{shard}", f"{push.due.isoformat()}#{push.id}")
    return Item(push_key(push.id), data, push.version, indexes={BY_DUE: place} if later else {})


def _until(items: Iterable[Item], now: dt.datetime) -> Iterator[Item]:
    for item in items:
        if item.indexes[BY_DUE].sk > f"{now.isoformat()}~":
            return
        yield item


def _dumped(value: MiniApp | Text | None) -> Any:
    return None if value is None else value.model_dump(mode="json")


def _app(data: Any) -> MiniApp | None:
    return None if data is None else MiniApp.model_validate(data)
