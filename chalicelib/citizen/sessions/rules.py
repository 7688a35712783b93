"""Rules of sessions: refresh tokens, how long things live, devices. Pure."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Literal

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.thai import Text
from chalicelib.shared.workdays import thai_date

from ..model import Person
from .model import GRACE, IDLE, MOST_REPEATS, Session

_TOKEN = re.compile(r"kr1\.([a-z2-7]{26})\.([0-9a-f]{32})\.([0-9]{1,9})\.([A-Za-z0-9_-]{43})")
Mac = Callable[[str, bytes], str]
"""`Keyring.mac`."""

Verdict = Literal["turn", "repeat", "reused", "ended"]


@dataclass(frozen=True)
class Refresh:
    """What a refresh token of ours says: the number of a session's token."""

    person: Person
    session: str
    generation: int


def refresh_token(mac: Mac, session: Session) -> str:
    """The refresh token of a session's present generation.

    It is made of the session and the number by the room's key, so nothing of it need be kept, and the same number is
    always the same token.
    """
    name = _name(session.person, session.id, session.generation)
    return f"{name}.{mac('refresh', name.encode())}"


def read(mac: Mac, token: str) -> Refresh | None:
    """What a refresh token says; None for one that we never made. Asks no table."""
    found = _TOKEN.fullmatch(token)
    if found is None:
        return None
    person, session, generation, code = found.groups()
    name = _name(Person(person), session, int(generation))
    if not hmac.compare_digest(mac("refresh", name.encode()), code):
        return None
    return Refresh(Person(person), session, int(generation))


def is_over(session: Session, now: datetime, cut: datetime | None) -> bool:
    """Whether a session no longer lives: signed out, too old, unused too long, or begun before everything was ended."""
    return (
        session.state != "open"
        or now >= session.ends
        or now >= session.turned + IDLE
        or (cut is not None and session.since <= cut)
    )


def judged(session: Session, generation: int, device: str, now: datetime, cut: datetime | None) -> Verdict:
    """What to do with a refresh token of ours (RFC 9700 s.4.14.2).

    The newest is turned into the next. The one before may ask once more within `GRACE`, from the same kind of device,
    and gets the very same successor: its answer may have been lost. Every older one, and that one later, shows that two
    parties hold tokens of one session; nobody can tell which is honest, so the session ends.
    """
    if is_over(session, now, cut) or generation > session.generation:
        return "ended"
    if generation == session.generation:
        return "turn"
    in_time = generation == session.generation - 1 and now <= session.turned + GRACE
    if in_time and device == session.device and repeats_on(session, now) < MOST_REPEATS:
        return "repeat"
    return "reused"


def turned(session: Session, now: datetime) -> Session:
    """The session with its next refresh token."""
    return replace(
        session,
        generation=session.generation + 1,
        turned=now,
        repeats=repeats_on(session, now),
        version=session.version + 1,
    )


def repeated(session: Session, now: datetime) -> Session:
    """The session after the token before asked once more; its time of turning stays, and so does the end of grace."""
    return replace(session, repeats=repeats_on(session, now) + 1, version=session.version + 1)


def repeats_on(session: Session, now: datetime) -> int:
    """How many repeats there were on the day of `now`."""
    return session.repeats if thai_date(session.turned) == thai_date(now) else 0


DEVICES: Mapping[str, Text] = {
    "android": Text(th="โทรศัพท์หรือแท็บเล็ต Android", en="Android phone or tablet"),
    "ios": Text(th="iPhone หรือ iPad", en="iPhone or iPad"),
    "windows": Text(th="คอมพิวเตอร์ Windows", en="Windows computer"),
    "mac": Text(th="คอมพิวเตอร์ Mac", en="Mac"),
    "linux": Text(th="คอมพิวเตอร์ Linux", en="Linux computer"),
    "other": Text(th="อุปกรณ์อื่น", en="Another device"),
}
"""Coarse on purpose: enough to recognise one's own phone, too little to track anybody by."""

_SIGNS = (
    ("Android", "android"),
    ("iPhone", "ios"),
    ("iPad", "ios"),
    ("Windows", "windows"),
    ("Mac OS", "mac"),
    ("Macintosh", "mac"),
    ("Linux", "linux"),
)


def device_of(user_agent: str) -> str:
    """The kind of device that a User-Agent names, as a code of `DEVICES`."""
    return next((code for sign, code in _SIGNS if sign in user_agent), "other")


def to_the_hour(at: datetime) -> datetime:
    """When a device was last seen, as people are shown it."""
    return at.replace(minute=0, second=0, microsecond=0)


def _name(person: Person, session: str, generation: int) -> str:
    return f"kr1.{person}.{session}.{generation}"
