"""Days that pass in a journey: the laptop's clock is moved, and everybody logs in again."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any
from zoneinfo import ZoneInfo

from demo.world import World, check

THAI = ZoneInfo("Asia/Bangkok")


def moved(world: World, **wish: Any) -> dt.datetime:
    """Moves the clock of the stack, by `seconds` or to a moment `to`; what it shows then, in Thai time."""
    body = json.dumps(wish).encode()
    answer = world.transport.send("POST", "/local/clock", {"content-type": "application/json"}, body)
    check(answer.status == 200, f"the clock was not moved: {answer.status} {answer.body[:300]!r}")
    world.people.clear()  # a login lasts an hour
    return dt.datetime.fromisoformat(answer.json["now"]).astimezone(THAI)


def morning_of(world: World, day: dt.date, hour: int = 10) -> dt.datetime:
    """Ten in the morning in Thailand of that day, or another hour."""
    return moved(world, to=dt.datetime.combine(day, dt.time(hour), THAI).isoformat())


def today(world: World) -> dt.date:
    """The day in Thailand by the clock of the stack."""
    now = world.transport.send("GET", "/local/clock", {}, None).json["now"]
    return dt.datetime.fromisoformat(now).astimezone(THAI).date()
