"""The drill itself: record, lose, put back, compare.

An operator notes the time, and the disaster begins at least a second later, for S3 tells whole seconds and an operator
seldom more. What was acknowledged in between is what can be lost; everything else must be there again.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from infra.operate.__main__ import COMMANDS, parser
from infra.operate.command import LOCAL, Asked

from . import town
from .inventory import Inventory, Place, buckets, take
from .town import Written

if TYPE_CHECKING:
    from chalicelib.wiring import House

BEFORE, BETWEEN, AFTER = 3, 2, 2
"""Writes before the time that is gone back to, between it and the disaster, and between that and the repair."""


@dataclass(frozen=True)
class Lost:
    """How much of what was acknowledged did not come back: the recovery point.

    Attributes:
        of: writes that were acknowledged before the disaster.
        writes: those that did not come back whole.
        seconds: from the newest of them that came back to the newest that was acknowledged; None: none came back.
    """

    of: int
    writes: int
    seconds: float | None


@dataclass
class Outcome:
    """What a drill showed of one platform.

    Attributes:
        rows, objects: how many were recorded, and each compared.
        hit: how many rows and objects were overwritten or deleted.
        lost_rows, lost_objects: what of the acknowledged writes is lost in the table, and in the buckets.
        steps: seconds of each step of the repair on this machine, in their order.
        left_damaged: rows of what was written between the noted time and the disaster that stay as the disaster left
            them, for no backup of that time knows them.
        erased: rows and objects that somebody's leaving took away, or None where the platform knows no erasure.
        problems: what is not as it must be; empty when the drill is passed.
    """

    room: str
    rows: int = 0
    objects: int = 0
    hit: tuple[int, int] = (0, 0)
    lost_rows: Lost = field(default_factory=lambda: Lost(0, 0, 0.0))
    lost_objects: Lost = field(default_factory=lambda: Lost(0, 0, 0.0))
    steps: dict[str, float] = field(default_factory=dict)
    left_damaged: int = 0
    erased: tuple[int, int] | None = None
    problems: list[str] = field(default_factory=list)


def drill(house: House, room: str, meanwhile: Callable[[], None] = lambda: None) -> Outcome:
    """Loses a platform's table and objects and puts them back.

    Args:
        meanwhile: what else happens before anybody repairs; a test takes something from the backups here.

    Raises:
        NotDone, NotRestored, ClientError: a step of the repair did not work.
    """
    outcome = Outcome(room)
    before = [town.write(house, room) for _ in range(BEFORE)]
    recorded, at = take(house, room), town.now()
    outcome.rows, outcome.objects = len(recorded.rows), len(recorded.objects)
    _next_second(at)
    who = town.leave(house, room)
    left = take(house, room)
    between = [town.write(house, room) for _ in range(BETWEEN)]
    outcome.hit = town.damage(house, room)
    after = [town.write(house, room) for _ in range(AFTER)]
    meanwhile()

    told = _repair(house, room, at, outcome)
    if told["chains_broken"]:
        outcome.problems.append(f"{told['chains_broken']} histories are no whole chains")
    repaired = take(house, room)
    house.clients.dynamodb.delete_table(TableName=house.settings.table(room))
    with _timed(outcome, "restore-lost-table"):
        _operate(house, room, "restore-lost-table")
    final = take(house, room)
    outcome.problems += _told("after the table was deleted, rows that", _differing(repaired.rows, final.rows))

    outcome.lost_rows = _lost([*before, *between], lambda each: _there(each.rows, final.rows))
    outcome.lost_objects = _lost([*before, *between], lambda each: _there(each.objects, final.objects))
    outcome.left_damaged = sum('"damaged"' in final.rows[place] for place in final.rows.keys() - recorded.rows.keys())
    _judge(outcome, recorded, left, final)
    for each in after:
        if not _there(each.rows, final.rows) or not _there(each.objects, final.objects):
            outcome.problems.append("a write that was acknowledged after the disaster is lost")
    if who:
        outcome.erased = (
            len(recorded.rows.keys() - left.rows.keys()),
            len(recorded.objects.keys() - left.objects.keys()),
        )
        again = final.naming(who) & recorded.rows.keys() - left.naming(who)
        outcome.problems += _told("rows that name what was erased and", again, "are back")
    return outcome


def _repair(house: House, room: str, at: datetime, outcome: Outcome) -> Mapping[str, Any]:
    """What the page says to do, command by command: what is erased again with the table takes its objects with it."""
    when = ("--at", at.isoformat())
    for purpose in buckets(room):
        with _timed(outcome, f"restore-bucket {purpose}"):
            done = _operate(house, room, "restore-bucket", *when, "--bucket", purpose)
        if done["lost"]:
            outcome.problems.append(f"{done['lost']} objects of {purpose} have no version of then")
    with _timed(outcome, "restore-table"):
        _operate(house, room, "restore-table", *when)
    with _timed(outcome, "put-back"):
        told: Mapping[str, Any] = _operate(house, room, "put-back", *when)
    with _timed(outcome, "drop-restored"):
        _operate(house, room, "drop-restored")
    if outcome.room in ("citizen", "opendata"):
        town.carry(house, room)
    return told


def _operate(house: House, room: str, command: str, *options: str) -> Any:
    asked = parser().parse_args([LOCAL, command, "--room", room, *options])
    return COMMANDS[command].do(Asked(house, room, asked, str))


def _judge(outcome: Outcome, recorded: Inventory, left: Inventory, final: Inventory) -> None:
    """Everything that was recorded is there again as it was, but for what somebody's leaving took or changed."""
    ended = {place for place, end in recorded.ends.items() if end <= time.time()}
    for kind, then, meant, there in (
        ("rows", recorded.rows, left.rows, final.rows),
        ("objects", recorded.objects, left.objects, final.objects),
    ):
        must = {place: text for place, text in then.items() if meant.get(place) == text and place not in ended}
        outcome.problems += _told(f"{kind} that", _differing(must, there))
        back = (then.keys() - meant.keys()) & there.keys()
        outcome.problems += _told(f"{kind} that were erased", back, "are back")


def _differing(then: Mapping[Place, str], there: Mapping[Place, str]) -> set[Place]:
    return {place for place, text in then.items() if there.get(place) != text}


def _told(what: str, places: Iterable[Place], how: str = "are not as they were") -> list[str]:
    """Counts by kind; no keys, for they may tell of people."""
    counted = Counter(place[0].partition("#")[0] for place in places)
    return [f"{sum(counted.values())} {what} {how}: {dict(sorted(counted.items()))}"] if counted else []


def _there(written: Mapping[Place, str], there: Mapping[Place, str]) -> bool:
    return not _differing(written, there)


def _lost(written: Sequence[Written], there: Callable[[Written], bool]) -> Lost:
    whole = [each for each in written if there(each)]
    last = written[-1].at
    seconds = (last - whole[-1].at).total_seconds() if whole else None
    return Lost(len(written), len(written) - len(whole), seconds)


@contextmanager
def _timed(outcome: Outcome, step: str) -> Iterator[None]:
    begun = time.perf_counter()
    yield
    outcome.steps[step] = time.perf_counter() - begun


def _next_second(at: datetime) -> None:
    """Waits until the clock tells another second: S3 tells no less."""
    while int(town.now().timestamp()) == int(at.timestamp()):
        time.sleep(0.02)
