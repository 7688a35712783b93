"""Where sessions lie in the room's table.

SESSIONS#{person}        / S#{session}    a session; its row goes some days after its end
SESSIONS#{person}        / CUT            when the person ended all sessions; those begun before are over
SESSION#{session}        / EVT#...        history of one session: begun, ended, reused
SESSIONS-CUT#{person}    / EVT#...        history of ending all
LOGIN#{login}            / 1              a login that was used
LOGIN-LIMIT#{what}#{who} / {minute}       how often a client's address asked in a minute
LOGIN-SECRET#{provider}  / 1              the secret that a provider gave us, sealed
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.storage import Change, Count, Create, Item, Key, Table, Update, every

from ..model import Person
from .model import IDLE, KEPT, LOGIN_LIVES, Session

_MOMENTS = ("since", "ends", "turned")


@dataclass(frozen=True)
class Kept:
    """A person's sessions as they lie there.

    Attributes:
        sessions: those whose rows are not gone yet.
        cut: the row of having ended all, or None.
    """

    sessions: tuple[Session, ...]
    cut: Item | None

    @property
    def cut_at(self) -> datetime | None:
        """When all were ended."""
        return cut_at(self.cut)


class Store:
    """Reads sessions and says what writes them."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def session(self, person: Person, id: str) -> tuple[Session | None, datetime | None]:
        """One session, and when all of the person's were ended; one request."""
        here, cut = _session_key(person, id), cut_key(person)
        found = self._table.get_many([here, cut])
        return (None if here not in found else _session(found[here])), cut_at(found.get(cut))

    def kept(self, person: Person) -> Kept:
        """All sessions of a person, newest first, and when all were ended."""
        rows = list(every(self._table, _all(person)))
        sessions = [_session(row) for row in rows if row.key.sk.startswith("S#")]
        cut = next((row for row in rows if row.key == cut_key(person)), None)
        return Kept(tuple(sorted(sessions, key=lambda each: each.since, reverse=True)), cut)


def session_key(session: Session) -> Key:
    """Where a session lies."""
    return _session_key(session.person, session.id)


def events_of(session: Session) -> str:
    """Partition of a session's history."""
    return f"SESSION#{session.id}"


def begun(session: Session) -> Create:
    """The change that begins a session."""
    return Create(_item(session))


def changed(session: Session) -> Update:
    """The change to a session that was read a version before."""
    return Update(_item(session))


def cut_key(person: Person) -> Key:
    """Where it is written that all sessions were ended."""
    return Key(_all(person), "CUT")


def cut_events(person: Person) -> str:
    """Partition of the history of ending all."""
    return f"SESSIONS-CUT#{person}"


def cut_at(row: Item | None) -> datetime | None:
    """When all sessions were ended."""
    return None if row is None else datetime.fromisoformat(row.data["at"])


def cut(person: Person, there: Item | None, at: datetime, chain: tuple[int, str]) -> Change:
    """The change that ends all sessions begun until now."""
    data = {"at": at.isoformat(), "chain": list(chain)}
    return Create(Item(cut_key(person), data)) if there is None else Update(there.next(data))


def used(login: str, begun_at: int) -> Create:
    """The change that uses a login up; kept as long as it could serve."""
    expires = begun_at + int(LOGIN_LIVES.total_seconds()) + 3600
    return Create(Item(Key(f"LOGIN#{login}", "1"), {}, expires=expires))


def counted(what: str, who: str, now: datetime, limit: int) -> Count:
    """The change that counts a request of a client in this minute."""
    minute = int(now.timestamp()) // 60
    return Count(Key(f"LOGIN-LIMIT#{what}#{who}", str(minute)), 1, limit, expires=(minute + 5) * 60)


def secret_key(provider: str) -> Key:
    """Where a provider's secret lies."""
    return Key(f"LOGIN-SECRET#{provider}", "1")


def _all(person: Person) -> str:
    return f"SESSIONS#{person}"


def _session_key(person: Person, id: str) -> Key:
    return Key(_all(person), f"S#{id}")


def _item(session: Session) -> Item:
    data = {name: value for name, value in asdict(session).items() if name not in ("id", "person", "version")}
    data |= {name: data[name].isoformat() for name in _MOMENTS}
    last = min(session.ends, session.turned + IDLE) + KEPT
    return Item(session_key(session), data, version=session.version, expires=_seconds(last))


def _session(item: Item) -> Session:
    data: Mapping[str, Any] = item.data
    moments: dict[str, datetime] = {name: datetime.fromisoformat(data[name]) for name in _MOMENTS}
    return Session(
        **{
            **data,
            **moments,
            "chain": tuple(data["chain"]),
            "id": item.key.sk.removeprefix("S#"),
            "person": Person(item.key.pk.removeprefix("SESSIONS#")),
            "version": item.version,
        }
    )


def _seconds(at: datetime) -> int:
    return int((at + timedelta(seconds=1)).timestamp())
