"""Which columns of a table are worth an entry, and by which of them two tables meet best."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..model import Table
from ..recognition import codes, sketch
from .model import Entry, Match, Meeting

MOST = 30
"""Columns of one resource in the index: they are written in one transaction, with those that they replace."""
LEAST = 0.02
"""Share below which two columns are not said to meet."""
_PLACES = (codes.TAMBON, codes.AMPHOE, codes.PROVINCE)
_TIMES = ("date", "year")
_OTHERS = ("organization", "postal")


def entries(dataset: str, resource: str, table: Table, recognised: Mapping[str, Any]) -> list[Entry]:
    """The columns of a table that others may be joined to.

    Args:
        recognised: `recognition.look`'s answer for the table.
    """
    found: list[Entry] = []
    for column in table.columns:
        told = recognised.get("columns", {}).get(column["id"])
        if told is None or "sketch" not in told or column.get("original_of") or told["means"] not in codes.KEYS:
            continue
        found.append(
            Entry(
                key=codes.KEYS[told["means"]],
                dataset=dataset,
                resource=resource,
                table=table.number,
                column=column["id"],
                type=column["type"],
                means=told["means"],
                distinct=int(told.get("distinct", 0)),
                sketch=told["sketch"],
                within=tuple(told.get("within", ())),
                values=told.get("values", {}),
            )
        )
    return found


def meetings(mine: Sequence[Entry], theirs: Sequence[Entry]) -> list[Meeting]:
    """By which columns two tables meet: the finest places, and the time, where both have them; else whatever both have.

    A table of provinces by year that is joined by the province alone gives each row of one year every other year's.
    """
    found: list[Meeting] = []
    for group in (_PLACES, _TIMES, _OTHERS):
        for key in group:
            best = _best([each for each in mine if each.key == key], [each for each in theirs if each.key == key])
            if best is not None:
                found.append(best)
                break
    # two tables of different places have the same years, and yet nothing to do with each other
    only_time = all(meeting.mine.key in _TIMES for meeting in found)
    return [] if only_time and _has_places(mine) and _has_places(theirs) else found


def _has_places(entries: Iterable[Entry]) -> bool:
    return any(each.key in _PLACES for each in entries)


def _best(mine: Sequence[Entry], theirs: Sequence[Entry]) -> Meeting | None:
    best: Meeting | None = None
    for one in mine:
        for other in theirs:
            told = sketch.share(one.key, one.sketch, other.sketch)
            if told is None or told[0] < LEAST:
                continue
            meeting = Meeting(one, other, round(told[0], 4), told[1])
            if best is None or _rank(meeting) > _rank(best):
                best = meeting
    return best


def _rank(meeting: Meeting) -> tuple[float, bool, bool]:
    """The larger share, then codes rather than names, then columns that are written alike."""
    alike = meeting.mine.means == meeting.theirs.means and meeting.mine.type == meeting.theirs.type
    return meeting.share, alike, meeting.mine.means not in codes.NAMES


def matches(mine: Sequence[Entry], others: Iterable[Entry]) -> list[Match]:
    """Tables that meet a table, the largest share first."""
    by_table: dict[tuple[str, int], list[Entry]] = {}
    for each in others:
        by_table.setdefault((each.resource, each.table), []).append(each)
    found = [
        Match(resource, theirs[0].dataset, number, tuple(met))
        for (resource, number), theirs in by_table.items()
        if (met := meetings(mine, theirs))
    ]
    return sorted(found, key=lambda match: (-len(match.meetings), -match.share, match.resource, match.table))
