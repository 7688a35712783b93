"""How powers of attorney lie in the room's table.

    DEL#{id}                  META             the power, names and ids sealed; EVT#... its history
    DEL#{id}                  CASE#{case}      an application that the agent acted on
    DEL#{id}                  DID#{event}      one thing that the agent did
    POWER#{grantor}#{agent}   {id}             what it lets do; there only while it is accepted
    OFFERED#{person}          {day}            how many powers a person offered on a day

Indexes: by_owner (what a person gave), by_desk (what a person was given). Whether somebody may act is asked of the
table itself and never of an index, which may be a moment behind; and a command by an agent requires, in its own
transaction, that the row is still there.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from chalicelib.shared.storage import Change, Count, Create, Item, Key, Remove, Require, Table, Update, every
from chalicelib.shared.workdays import thai_date

from ..model import Agent, Case, Hand, Power
from . import rules
from .model import Delegation, Done, Side

if TYPE_CHECKING:
    from chalicelib.shared.journal import Event
    from chalicelib.shared.keyring import Keyring

_PRIVATE = ("grantor_pid", "grantor_name", "agent_pid", "agent_name", "note")
_LEFT = dt.timedelta(days=2)
SHOWN = 50
PER_DAY = 20
"""Powers that a person may offer in a day: each is a letter to somebody who did not ask for it."""


def delegation_key(id: str) -> Key:
    """Where a power of attorney lies; its history is in the same partition."""
    return Key(f"DEL#{id}", "META")


def power_key(power: Power) -> Key:
    """Where it is said that a power holds."""
    return Key(_pair(power.grantor, power.agent), power.delegation)


def _pair(grantor: str, agent: str) -> str:
    return f"POWER#{grantor}#{agent}"


def given_today(person: str, now: dt.datetime) -> Count:
    """The change that counts what a person offers on a day, refused when it is too much."""
    key = Key(f"OFFERED#{person}", thai_date(now).isoformat())
    return Count(key, 1, PER_DAY, expires=int((now + _LEFT).timestamp()))


class DelegationRows:
    """Powers of attorney as items; the only file that knows their keys."""

    def __init__(self, table: Table, keyring: Keyring) -> None:
        self.table = table
        self._keyring = keyring

    def delegation(self, item: Item | None) -> Delegation:
        """The power in an item; raises NotFound for none."""
        if item is None:
            raise rules.no_delegation()
        data: dict[str, Any] = dict(item.data)
        hidden = json.loads(self._keyring.unseal(data.pop("sealed"), item.key.pk))
        return Delegation.model_validate({**data, **hidden, "version": item.version})

    def find(self, id: str) -> Delegation:
        """A power by id, in one request; raises NotFound."""
        return self.delegation(self.table.get(delegation_key(id)))

    def find_many(self, ids: Sequence[str]) -> list[Delegation]:
        """Powers by their ids, in one request; none for unknown ones."""
        found = self.table.get_many([delegation_key(each) for each in ids])
        return [self.delegation(item) for item in found.values()]

    def new(self, delegation: Delegation) -> Create:
        """The change that adds an offer."""
        return Create(self._item(delegation, 1))

    def changed(self, before: Delegation, after: Delegation) -> list[Change]:
        """The changes after a command: the power itself, and whether it holds."""
        changes: list[Change] = [Update(self._item(after, before.version + 1))]
        if after.status == "accepted":
            gone = dt.datetime.combine(after.until, dt.time(), dt.UTC) + _LEFT
            data = after.power.model_dump(mode="json")
            changes.append(Create(Item(power_key(after.power), data, expires=int(gone.timestamp()))))
        elif before.status == "accepted":
            changes.append(Remove(power_key(before.power)))
        return changes

    def of(self, person: str, side: Side, after: str | None, limit: int) -> tuple[list[Delegation], str | None]:
        """What a person gave, or was given, newest first."""
        index = "by_owner" if side == "grantor" else "by_desk"
        page = self.table.query(_list(person, side), index=index, after=after, limit=limit, newest_first=True)
        return [self.delegation(item) for item in page.items], page.after

    def powers(self, grantor: str, agent: str) -> list[Power]:
        """The powers that hold between two people, as they are this moment."""
        return [Power.model_validate(item.data) for item in every(self.table, _pair(grantor, agent))]

    # --- what agents did

    def taken_up(self, case: Case, hand: Hand, now: dt.datetime) -> tuple[Case, list[Change]]:
        """The case with its agent remembered, and what a command by them writes besides.

        The first of the changes requires that the power still holds when the command takes effect.
        """
        power = hand.power
        changes: list[Change] = [Require(power_key(power))]
        if not any(agent.delegation == power.delegation for agent in case.agents):
            agent = Agent(delegation=power.delegation, id=power.agent, name=hand.name, since=now)
            case = case.model_copy(update={"agents": (*case.agents, agent)})
            key = Key(delegation_key(power.delegation).pk, f"CASE#{case.id}")
            changes.append(Create(Item(key, {"case": case.id})))
        return case, changes

    def told(self, hand: Hand, case: Case, events: Sequence[Event]) -> list[Change]:
        """The changes that note for the grantor what was done."""
        pk = delegation_key(hand.power.delegation).pk
        return [
            Create(
                Item(
                    Key(pk, f"DID#{event.id}"),
                    {"at": event.at, "what": event.type, "case": case.id, "service": case.service},
                )
            )
            for event in events
        ]

    def done(self, id: str) -> list[Done]:
        """The newest things that the agent did, newest first, in one request."""
        page = self.table.query(delegation_key(id).pk, prefix="DID#", limit=SHOWN, newest_first=True)
        return [Done.model_validate(item.data) for item in page.items]

    def cases(self, id: str, after: str | None, limit: int) -> tuple[list[str], str | None]:
        """Ids of the applications that the agent acted on, newest first."""
        page = self.table.query(delegation_key(id).pk, prefix="CASE#", after=after, limit=limit, newest_first=True)
        return [str(item.data["case"]) for item in page.items], page.after

    def _item(self, delegation: Delegation, version: int) -> Item:
        key = delegation_key(delegation.id)
        whole = delegation.model_dump(mode="json")
        whole.pop("version")
        hidden = {name: whole.pop(name) for name in _PRIVATE}
        text = json.dumps(hidden, ensure_ascii=False, separators=(",", ":"))
        places = {
            "by_owner": Key(_list(delegation.grantor, "grantor"), delegation.id),
            "by_desk": Key(_list(delegation.agent, "agent"), delegation.id),
        }
        return Item(key, {**whole, "sealed": self._keyring.seal(text, key.pk)}, version, places)


def _list(person: str, side: Side) -> str:
    return f"GAVE#{person}" if side == "grantor" else f"GIVEN#{person}"
