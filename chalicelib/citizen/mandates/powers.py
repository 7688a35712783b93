"""The row that says that somebody may act now: there while a mandate or a visit holds, gone with its end.

    POWER#{id} / 1      person, actor, scopes, until; on which day each scope was first used

The gate reads it at each call of somebody who acts, always from the table itself. The first call of a scope and day
leaves a line in the person's log; it is written on condition that the row is still there and unchanged.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.identity import Caller
from chalicelib.shared.ids import new_token
from chalicelib.shared.storage import Create, Item, Key, Remove, Table, Update, WriteRefused
from chalicelib.shared.workdays import thai_date

from .. import activity
from ..model import Person
from ..staff import posting_in, staff_key

OFFICER = "officer:"
PERSON = "citizen:"
TRIES = 3
"""Calls at once of one scope: one writes the line, the others read that it did."""


@dataclass(frozen=True)
class Power:
    """That somebody may act.

    Attributes:
        id: of the mandate or visit.
        person: for whom.
        actor: who, as a token's `act` says: `citizen:{pseudonym}`, or `officer:{agency}/{pseudonym}`.
        scopes: what they may do.
        until: the moment from which they may no more.
        noted: scope -> day on which it was last noted for the person.
    """

    id: str
    person: Person
    actor: str
    scopes: Sequence[str]
    until: dt.datetime
    noted: Mapping[str, str] = field(default_factory=dict)
    version: int = 1


def officer_label(agency: str, pseudonym: str) -> str:
    """The actor who serves at an agency; whoever reads a history sees officer and agency in it."""
    return f"{OFFICER}{agency}/{pseudonym}"


def begun(power: Power) -> Create:
    """The change with which somebody may act from now on."""
    return Create(_item(power))


def over(id: str) -> Remove:
    """The change with which nobody may act by this any more, whether or not somebody could."""
    return Remove(_key(id))


class Powers:
    """Asks whether somebody may act.

    Args:
        table: the room's table.
        clock: tells the time.
    """

    def __init__(self, table: Table, clock: Callable[[], dt.datetime]) -> None:
        self._table = table
        self._clock = clock

    def holds(self, id: str, person: Person, actor: str, scope: str) -> bool:
        """Whether they may do things of this scope now; the first time of a day is noted in the person's log.

        An officer must still have their posting. One request, and one more for the note.
        """
        for _ in range(TRIES):
            power = self._find(id, actor)
            now = self._clock()
            if power is None or (power.person, power.actor) != (person, actor):
                return False
            if scope not in power.scopes or now >= power.until:
                return False
            day = thai_date(now).isoformat()
            if power.noted.get(scope) == day or self._noted(power, scope, day, now):
                return True
        return False

    def _find(self, id: str, actor: str) -> Power | None:
        keys = [_key(id)]
        if actor.startswith(OFFICER):
            agency, _, pseudonym = actor.removeprefix(OFFICER).rpartition("/")
            keys.append(staff_key(pseudonym))
        found = self._table.get_many(keys)
        item = found.get(keys[0])
        if item is None:
            return None
        if actor.startswith(OFFICER):
            posting = posting_in(found.get(keys[1]))
            if posting is None or posting.agency != agency:
                return None
        data = item.data
        return Power(
            id=id,
            person=Person(data["person"]),
            actor=data["actor"],
            scopes=data["scopes"],
            until=dt.datetime.fromisoformat(data["until"]),
            noted=data["noted"],
            version=item.version,
        )

    def _noted(self, power: Power, scope: str, day: str, now: dt.datetime) -> bool:
        noted = {**power.noted, scope: day}
        after = Power(
            id=power.id,
            person=power.person,
            actor=power.actor,
            scopes=power.scopes,
            until=power.until,
            noted=noted,
            version=power.version + 1,
        )
        line = activity.line(
            power.person,
            at=now.isoformat(timespec="milliseconds"),
            id=f"{power.id}-{scope}",
            what="assistance.used" if power.actor.startswith(OFFICER) else "mandate.used",
            caller=Caller("citizen", id=power.person, actor=power.actor, mandate=power.id),
            detail={"scope": scope},
        )
        try:
            self._table.write([Update(_item(after)), line], new_token())
        except WriteRefused:  # another call noted it, or the row is gone: read again
            return False
        return True


def _key(id: str) -> Key:
    return Key(f"POWER#{id}", "1")


def _item(power: Power) -> Item:
    data = {
        "person": power.person,
        "actor": power.actor,
        "scopes": list(power.scopes),
        "until": power.until.isoformat(),
        "noted": dict(power.noted),
    }
    expires = int((power.until + dt.timedelta(days=2)).timestamp())
    return Item(_key(power.id), data, power.version, expires=expires)
