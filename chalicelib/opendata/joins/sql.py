"""Ready SQL for a join: it can be sent as it is to `datastore_search_sql`.

Where two columns write the same things differently (names and codes, `จ.ตราด` and `ตราด`), a small table of pairs
stands between them, made of what the two tables really hold: no list of all places has to be joined, and no spelling is
guessed. Where that would be longer than a query may be, the columns are joined as they are written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..recognition import codes
from ..recognition.look import quoted
from ..recognition.rules import WHOLE
from .model import Entry, Match, Meeting

LONGEST = 7_500
"""Bytes of a query; the sandbox takes 8,192."""
COLUMNS = 8
"""Columns of each table that are asked for."""
ROWS = 100
_BRIDGES = ("p", "q", "r")


def ready(
    match: Match, mine: str, theirs: str, my_columns: Sequence[Mapping[str, Any]], columns: Sequence[Mapping[str, Any]]
) -> tuple[str, Match] | None:
    """The SQL of a join, and the match with the shares that it brings together; None where no query would.

    Args:
        mine, theirs: addresses of the two tables.
        my_columns, columns: those that are shown of each.
    """
    pairs = [_pairs(meeting) for meeting in match.meetings]
    query = _query(match, mine, theirs, my_columns, columns, pairs)
    if len(query.encode()) > LONGEST:
        pairs = [None] * len(match.meetings)
        query = _query(match, mine, theirs, my_columns, columns, pairs)
    met: list[Meeting] = []
    for meeting, found in zip(match.meetings, pairs, strict=True):
        share = meeting.share if found else _as_written(meeting)
        if not share:
            return None
        met.append(replace(meeting, share=round(share, 4)))
    return query, replace(match, meetings=tuple(met))


def _as_written(meeting: Meeting) -> float:
    """The share of values that are equal just as they are written."""
    mine, theirs = meeting.mine, meeting.theirs
    if not codes.NAMES & {mine.means, theirs.means}:
        return meeting.share
    if mine.means != theirs.means:
        return 0.0
    if not mine.values or not theirs.values:
        return meeting.share  # too many to be kept: as many as there are are written as in the register
    return len(mine.values.keys() & theirs.values.keys()) / len(mine.values)


def _pairs(meeting: Meeting) -> list[tuple[str, str]] | None:
    """(value here, value there) of the same place; None where the columns can be joined as they are written."""
    mine, theirs = meeting.mine, meeting.theirs
    if not codes.NAMES & {mine.means, theirs.means} or not mine.values or not theirs.values:
        return None
    if mine.values.keys() == theirs.values.keys():
        return None
    there: dict[str, list[str]] = {}
    for value, code in theirs.values.items():
        if code:
            there.setdefault(code, []).append(value)
    pairs = [(value, other) for value, code in mine.values.items() for other in there.get(code, ())]
    alike = {value for value in mine.values if value in theirs.values}
    if all(value == other for value, other in pairs) and len(alike) == len(pairs):
        return None
    return pairs or None


def _query(
    match: Match,
    mine: str,
    theirs: str,
    my_columns: Sequence[Mapping[str, Any]],
    columns: Sequence[Mapping[str, Any]],
    pairs: Sequence[list[tuple[str, str]] | None],
) -> str:
    bridges: list[str] = []
    joined: list[str] = []
    conditions: list[str] = []
    for meeting, found, name in zip(match.meetings, pairs, _BRIDGES, strict=False):
        one, other = f"a.{quoted(meeting.mine.column)}", f"b.{quoted(meeting.theirs.column)}"
        if found is None:
            conditions += _equal(meeting, one, other)
            continue
        rows = ", ".join(f"({_text(here)}, {_text(there)})" for here, there in found)
        bridges.append(f"{name}(here, there) AS (VALUES {rows})")
        joined.append(f"JOIN {name} ON {name}.here = {_as_text(one, meeting.mine.type)}")
        conditions.append(f"{_as_text(other, meeting.theirs.type)} = {name}.there")
    lines = [f"WITH {', '.join(bridges)}"] if bridges else []
    keys = {meeting.theirs.column for meeting in match.meetings}
    chosen = _chosen(my_columns, [each for each in columns if each["id"] not in keys])
    lines.append(f"SELECT {', '.join(chosen)}")
    lines.append(f"FROM {quoted(mine)} AS a")
    lines += joined
    lines.append(f"JOIN {quoted(theirs)} AS b ON {' AND '.join(conditions)}")
    lines.append(f"LIMIT {ROWS}")
    return "\n".join(lines)


def _equal(meeting: Meeting, one: str, other: str) -> list[str]:
    """How two columns are compared that write the same things alike, or nearly."""
    mine, theirs = meeting.mine, meeting.theirs
    if mine.key == "year":
        left, right = _year(one, mine), _year(other, theirs)
        found = [f"{left} = {right}"]
    elif mine.type == theirs.type:
        found = [f"{one} = {other}"]
    else:
        found = [f"{_as_text(one, mine.type)} = {_as_text(other, theirs.type)}"]
    # a district's name says which one it is only inside of its province
    if mine.within and theirs.within and {mine.means, theirs.means} <= codes.NAMES:
        found.append(f"a.{quoted(mine.within[0])} = b.{quoted(theirs.within[0])}")
    return found


def _year(column: str, entry: Entry) -> str:
    number = column if entry.type in WHOLE else f"CAST({column} AS BIGINT)"
    return f"{number} - 543" if entry.means == codes.YEAR_BE else number


def _as_text(column: str, type: str) -> str:
    return f"trim({column})" if type == "text" else f"CAST({column} AS VARCHAR)"


def _chosen(mine: Sequence[Mapping[str, Any]], theirs: Sequence[Mapping[str, Any]]) -> list[str]:
    """Columns of both; a name that both have gets a number in the second."""
    taken: set[str] = set()
    chosen: list[str] = []
    for table, columns in (("a", mine), ("b", theirs)):
        for column in columns[:COLUMNS]:
            name, number = column["id"], 2
            while name in taken:
                name = f"{column['id']} {number}"
                number += 1
            taken.add(name)
            told = f"{table}.{quoted(column['id'])}"
            chosen.append(told if name == column["id"] else f"{told} AS {quoted(name)}")
    return chosen


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
