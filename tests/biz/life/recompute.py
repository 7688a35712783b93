"""The clock of a case from its history alone, by another road: day by day, from the events and the calendar's own file.

The room keeps a ledger and jumps from pause to pause; here nothing is known but what happened when. Both must agree.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import chalicelib.shared.workdays as room
from chalicelib.shared.journal import Event

from .services import TERMS

THAI = dt.timezone(dt.timedelta(hours=7))
ONE = dt.timedelta(days=1)
CALENDAR = Path(room.__file__).with_name("data") / "government_calendar.json"
ENDS = ("approved", "refused", "withdrawn")


@dataclass(frozen=True)
class Clock:
    """What the history says on a day.

    Attributes:
        state: of the clock.
        due: last day of the term; None while a pause holds it open, and before it began.
        late: whether the day, or the day on which it stopped, lies after the due day.
        pauses: first and last day of each.
    """

    state: Literal["not_started", "running", "paused", "stopped"]
    due: dt.date | None
    late: bool
    pauses: tuple[tuple[dt.date, dt.date | None], ...]


@functools.cache
def closed() -> frozenset[dt.date]:
    """The days on which every office is closed, as the file has them."""
    days = json.loads(CALENDAR.read_text(encoding="utf-8"))["holidays"]
    return frozenset(dt.date.fromisoformat(day["date"]) for day in days)


def open_on(day: dt.date) -> bool:
    """Whether offices work."""
    return day.isoweekday() <= 5 and day not in closed()


def arrives(at: dt.datetime) -> dt.date:
    """The day on which what is filed at this moment arrives by law (Electronic Performance Act s.10)."""
    local = at.astimezone(THAI)
    late = local.time() > dt.time(16, 30)
    day = local.date() + (ONE if late else dt.timedelta())
    while not open_on(day):
        day += ONE
    return day


def recomputed(service: str, history: Sequence[Event], today: dt.date) -> Clock:
    """The clock of an application for one of the two permits on that day."""
    told = [(event.type, event.at, bool(event.data.get("officer_omission"))) for event in history]
    return walked(TERMS[service], told, today)


def walked(term: Mapping[str, Any], history: Iterable[tuple[str, str, bool]], today: dt.date) -> Clock:
    """The clock on that day.

    Args:
        term: `days`, `basis` and `rolls_forward`.
        history: type and time of each event, and whether it is a list for the officer's own omission.
        today: the day in Thailand.
    """
    start, stop, pauses = None, None, list[list[dt.date | None]]()
    reached = dt.date.min
    for kind, moment, omission in history:
        name, at = kind.removeprefix("biz.application."), dt.datetime.fromisoformat(moment)
        day = max(reached, at.astimezone(THAI).date())
        held = bool(pauses) and pauses[-1][1] is None
        if name == "submitted":
            day = max(reached, arrives(at))
            if start is None:
                start = day
            elif held:
                pauses[-1][1] = day
            else:
                continue
        elif name == "returned" and not omission:
            pauses.append([day, None])
        elif name in ENDS and start is not None and stop is None:
            stop = day
        else:
            continue
        reached = day
    if start is None:
        return Clock("not_started", None, False, ())
    held = bool(pauses) and pauses[-1][1] is None
    spans = tuple((first, last) for first, last in pauses if first is not None)
    due = _due(term, start, spans)
    until = today if stop is None else min(today, stop)
    state: Literal["running", "paused", "stopped"] = "stopped" if stop else "paused" if held else "running"
    return Clock(state, due, due is not None and until > due, spans)


def _due(term: Mapping[str, Any], start: dt.date, pauses: Sequence[tuple[dt.date, dt.date | None]]) -> dt.date | None:
    day, left = start, term["days"]
    while True:
        day += ONE
        if any(first < day and last is None for first, last in pauses):
            return None
        still = any(first < day and last is not None and day <= last for first, last in pauses)
        if left and not still and (term["basis"] == "calendar" or open_on(day)):
            left -= 1
        if left or (term["rolls_forward"] and not open_on(day)):
            continue
        if any(first <= day and (last is None or day < last) for first, last in pauses):
            continue  # the pause began in time: it carries the due day at least to the day of resumption
        return day
