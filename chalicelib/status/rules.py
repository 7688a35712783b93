"""From what was measured to what the public is told: in words of parts, never of tables, queues or functions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from .model import Announcement, Part, Standing, State, Value

FRESH, SILENT = timedelta(minutes=3), timedelta(minutes=15)
"""What runs each minute is late after the first, and does not run after the second."""

SEALED_LATE, SEALED_NEVER = 300, 4 * 3600
"""Seconds an exchange may wait for the log; after the second the exchange stands still (`LoggingFailed`)."""

TOLD_LATE, FOUND_LATE = 900, 3600
"""Seconds after which somebody was not told, or a change is not found, for too long."""

KEPT = ("OutboxAge", "OutboxGivenUp", "LogBehind", "SearchAge", "OffersPaused", "LoginsAway")
"""The metrics (`shared/measures.py`) that the state is told by."""

_WORSE: tuple[State, ...] = ("pass", "warn", "fail")


def parts(platform: str, standing: Standing, now: datetime) -> list[Part]:
    """The parts of a platform."""
    found = [_work(standing, now), _delivery(standing, now)]
    match platform:
        case "gdx":
            found.append(_log(standing.values.get("LogBehind"), now))
        case "opendata":
            found.append(_waiting("search", standing.values.get("SearchAge"), FOUND_LATE, now))
        case "citizen":
            found += [_login(standing.values.get("LoginsAway")), _offers(standing.values.get("OffersPaused"))]
    return found


def overall(found: Iterable[Part], announced: Iterable[Announcement], now: datetime) -> State:
    """The worst of all; an incident that somebody announced is at least a warning."""
    states = [part.state for part in found]
    if any(each.kind == "incident" and each.begins <= now for each in announced):
        states.append("warn")
    return max(states, key=_WORSE.index, default="pass")


def shown(announced: Sequence[Announcement], now: datetime) -> list[Announcement]:
    """What is not over yet, first what begins first."""
    return sorted((each for each in announced if each.ends > now), key=lambda each: (each.begins, each.id))


def _work(standing: Standing, now: datetime) -> Part:
    if standing.at is None:
        return Part("work", "warn")
    late = now - standing.at
    state: State = "pass" if late <= FRESH else "warn" if late <= SILENT else "fail"
    return Part("work", state, max(0.0, late.total_seconds()), "s", standing.at)


def _delivery(standing: Standing, now: datetime) -> Part:
    part = _waiting("delivery", standing.values.get("OutboxAge"), TOLD_LATE, now)
    given_up = standing.values.get("OutboxGivenUp")
    lost = part.state == "pass" and given_up is not None and given_up.value > 0
    return Part(part.name, "warn", part.value, part.unit, part.at) if lost else part


def _log(behind: Value | None, now: datetime) -> Part:
    if behind is None:
        return Part("log", "warn")
    waits = _grown(behind, now)
    state: State = "pass" if waits <= SEALED_LATE else "warn" if waits <= SEALED_NEVER else "fail"
    return Part("log", state, waits, "s", behind.at)


def _login(away: Value | None) -> Part:
    if away is None:
        return Part("login", "pass")
    state: State = "pass" if away.value == 0 else "warn" if away.value < 100 else "fail"
    return Part("login", state, away.value, "percent", away.at)


def _offers(paused: Value | None) -> Part:
    return Part("offers", "warn" if paused is not None and paused.value else "pass")


def _waiting(name: str, value: Value | None, late: float, now: datetime) -> Part:
    if value is None:
        return Part(name, "pass")
    waits = _grown(value, now)
    return Part(name, "pass" if waits <= late else "warn", waits, "s", value.at)


def _grown(value: Value, now: datetime) -> float:
    """Seconds that something waits; where nobody has measured it for minutes, it waits on."""
    return value.value + max(0.0, (now - value.at - FRESH).total_seconds())
