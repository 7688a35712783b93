"""Decides what each column holds.

The first rows only tell what a column cannot be, which saves most of the work; what it is, every row decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import Any, Protocol

from chalicelib.shared.dataclass import dataclass

from . import kinds
from .options import Options
from .types import (
    BLANKS,
    Column,
    ColumnType,
    Way,
    begins_blank,
    fitting,
    missing_words,
    quoted,
    trimmed,
    ways_of,
    without,
)

FIRST = 1_000
_TOGETHER = 100
_WEIGHT = 48
_WITH_IT: Mapping[str, frozenset[str]] = {"dmy": frozenset({"mdy"}), "mdy": frozenset({"dmy"})}
"""What must be looked for in the same scan: whether a date can be read in the other order too."""
_YEAR_NAME = re.compile(r"ปี|พ\.?ศ|year|\byr\b|_be\b|\bfy\b", re.IGNORECASE)


class Connection(Protocol):
    """As much of a DuckDB connection as is used here."""

    def execute(self, query: str, parameters: Any = ..., /) -> Any:
        """Runs one statement; the answer has `fetchone`."""
        ...


class Misfit(Exception):
    """A type that an owner asked for does not fit; `column` counts from 1, `values` do not fit (0: which order?)."""

    def __init__(self, column: int, values: int) -> None:
        super().__init__(column, values)
        self.column = column
        self.values = values


def decide(
    connection: Connection, source: str, names: Sequence[str], options: Options
) -> tuple[tuple[Column, ...], int]:
    """What the columns of a relation of texts hold, and how many rows it has, blank ones too.

    One scan of all rows decides nearly always; a second is for columns that turn out other than they begin.

    Raises:
        Misfit: a type that `options` asks for does not fit.
    """
    return _Decision(connection, source, names, options).made()


def guess(connection: Connection, source: str, names: Sequence[str], options: Options) -> tuple[Column, ...] | None:
    """What the columns hold by the first rows alone, if it can be held against every row as it is written.

    Then one scan does for a table, instead of two; `writing.projection` ends where a row contradicts. What no row can
    contradict by itself, but only all of them together, is not guessed.

    Returns:
        The columns, without counts; None where all rows must be counted first.
    """
    return _Decision(connection, source, names, options).guessed()


@dataclass
class _State:
    """What is known of one column."""

    at: int
    name: str
    ways: list[Way]
    forced: bool = False
    sampled: int = 0
    plain: bool = True
    almost: float = 0.0
    counts: dict[str, int] = field(default_factory=dict)


_Asked = tuple[_State, list[Way], bool]
"""A column, the ways that are counted of it, and whether blanks and words for "no value" are looked for."""


class _Decision:
    def __init__(self, connection: Connection, source: str, names: Sequence[str], options: Options) -> None:
        self._connection = connection
        self._source = source
        self._options = options
        self._missing = missing_words(options)
        self._rows = 0
        self._plain = kinds.plain_number(options.decimal or ".")
        every = ways_of(options)
        self._states = [
            _State(at, name, fitting(every, options.types.get(name)), name in options.types)
            for at, name in enumerate(names)
        ]

    def made(self) -> tuple[tuple[Column, ...], int]:
        """All columns, in order, and how many rows there are, blank ones too."""
        self._sample()
        found: dict[int, Column] = {}
        again: list[_State] = [state for state in self._states if state.forced and state.ways]
        asked = [self._first_look(state) for state in self._states if not (state.forced and state.ways)]
        for (state, ways, careful), counts in zip(asked, (c for _, c in self._count(self._source, asked)), strict=True):
            column = self._decided(state, ways, counts, careful=careful)
            more = len(state.ways) > len(ways) or (not careful and (state.ways or counts["edged"]))
            if column.way is None and counts["n"] and more:
                again.append(state)
            else:
                found[state.at] = column
        for state, counts in self._count(self._source, [(state, state.ways, True) for state in again]):
            found[state.at] = self._decided(state, state.ways, counts, careful=True)
        return tuple(found[state.at] for state in self._states), self._rows

    def guessed(self) -> tuple[Column, ...] | None:
        """All columns by the first rows, or None."""
        if self._options.types:
            return None
        self._sample()
        first = f"(SELECT * FROM {self._source} LIMIT {FIRST})"  # noqa: S608 - the relation is ours
        columns: dict[int, Column] = {}
        asked = [self._first_look(state) for state in self._states]
        while asked:
            again: list[_Asked] = []
            for (state, ways, careful), (_, counts) in zip(asked, self._count(first, asked), strict=True):
                column = self._decided(state, ways, counts, careful=careful)
                if column.way is None and len(ways) < len(state.ways) and state.sampled:
                    again.append((state, state.ways, careful))
                elif self._holds_by_row(state, ways, column, counts):
                    columns[state.at] = column
                else:
                    return None
            asked = again
        return tuple(columns[state.at] for state in self._states)

    def _holds_by_row(self, state: _State, ways: Sequence[Way], column: Column, counts: Mapping[str, int]) -> bool:
        """Whether any later row that would have made the column another one is told by that row alone."""
        n = counts["n"]
        if any(way.code in _WITH_IT and n and counts[way.code] == n for way in ways):
            return False
        if column.way is None:
            # of a kind by each value, but not by all of them together, which more rows may change
            nearly = any(n and counts[way.code] == n for way in ways)
            # an unnamed column that stays blank is left out, which only the last row decides
            unnamed = not state.sampled and column.name == f"column_{state.at + 1}"
            return not (nearly or unnamed or counts["edged"])
        # words for "no value" are counted by what stands in the owner's text beside
        return not column.careful or (column.missing > 0 and self._options.keep_originals)

    def _sample(self) -> None:
        """Strikes out what the first rows tell that a column cannot be."""
        for begin in range(0, len(self._states), _TOGETHER):
            part = self._states[begin : begin + _TOGETHER]
            names = ", ".join(quoted(state.name) for state in part)
            rows = self._connection.execute(f"SELECT {names} FROM {self._source} LIMIT {FIRST}").fetchall()  # noqa: S608 - names are quoted
            for state, values in zip(part, zip(*rows, strict=True), strict=False):
                if not state.forced:
                    self._prune(state, values)

    def _prune(self, state: _State, values: Sequence[str | None]) -> None:
        filled: list[str] = []
        for value in values:
            if value is None:
                continue
            clean = value.strip(BLANKS)
            if clean != value or clean.lower() in self._missing:
                state.plain = False
            if clean and clean.lower() not in self._missing:
                filled.append(clean)
        state.sampled = len(filled)
        if not filled:
            return
        possible = state.ways
        for at, value in enumerate(filled):
            left = [way for way in possible if way.pattern.fullmatch(value)]
            if not left:
                self._almost(state, filled, possible, at)
                break
            possible = left
        else:
            state.ways = possible
            return
        state.ways = []

    def _almost(self, state: _State, filled: Sequence[str], possible: Sequence[Way], at: int) -> None:
        """How many of the first values were of the kind that an odd one then ruled out."""
        ways = possible if at else [way for way in state.ways if filled[-1:] and way.pattern.fullmatch(filled[-1])]
        fits = max((sum(way.pattern.fullmatch(value) is not None for value in filled) for way in ways), default=0)
        state.almost = fits / len(filled)

    def _first_look(self, state: _State) -> _Asked:
        """What to count of a column in the first scan of all rows."""
        if not state.ways or not state.sampled:
            return state, [], False
        likely = state.ways[0]
        with_it = _WITH_IT.get(likely.code, frozenset())
        return state, [likely, *(way for way in state.ways[1:] if way.code in with_it)], not state.plain

    def _count(self, source: str, asked: Sequence[_Asked]) -> list[tuple[_State, dict[str, int]]]:
        answers: list[tuple[_State, dict[str, int]]] = []
        for part in _batches(asked):
            # one projection upon another, so that no expression is written out twice
            inner, middle, outer = [], ["*"], ["*"]
            for state, ways, careful in part:
                at, overs = state.at, {way.over for way in ways}
                inner.append(f"{quoted(state.name)} AS x{at}")
                if careful:
                    inner.append(f"{trimmed(state.name)} AS t{at}")
                    middle.append(f"{without(f't{at}', self._missing)} AS v{at}")
                else:
                    middle.append(f"x{at} AS v{at}")
                outer += [f"{self._plain(f'v{at}')} AS w{at}"] if "w" in overs else []
                outer += [f"{kinds.percent(f'v{at}')} AS q{at}"] if "q" in overs else []
            wanted = [self._aggregates(state, ways, careful) for state, ways, careful in part]
            chosen = ", ".join(sql for each in wanted for sql in each.values())
            relation = f"(SELECT {', '.join(middle)} FROM (SELECT {', '.join(inner)} FROM {source}))"  # noqa: S608 - names are quoted, words are literals
            query = f"SELECT {chosen} FROM (SELECT {', '.join(outer)} FROM {relation})"  # noqa: S608 - as above
            row = iter(self._connection.execute(query).fetchone())
            answers += [
                (state, {key: int(next(row) or 0) for key in each})
                for (state, _, _), each in zip(part, wanted, strict=True)
            ]
            self._rows = answers[-1][1]["rows"]
        return answers

    def _aggregates(self, state: _State, ways: Sequence[Way], careful: bool) -> dict[str, str]:
        v, x, t = (f"{letter}{state.at}" for letter in "vxt")
        found = {"rows": "count(*)", "n": f"count({v})"}
        if careful:
            found["filled"] = f"count({t})"
            found["missing"] = f"count({t}) - count({v})"
            found["edged"] = f"count(*) FILTER ({x} IS DISTINCT FROM {t})"
        else:
            found["edged"] = "0" if ways else f"count(*) FILTER ({begins_blank(x)})"
        for way in ways:
            found |= self._tests(way, state)
        if any(way.over == "w" for way in ways):
            found["open"] = f"count(*) FILTER (NOT starts_with({v}, '('))"
        return found

    def _tests(self, way: Way, state: _State) -> dict[str, str]:
        value, code = f"{way.over}{state.at}", way.code
        if way.kind is kinds.NUMERIC:
            only = f"FILTER ({kinds.is_decimal(value)})"
            return {
                code: f"count(*) {only}",
                f"{code}.whole": f"coalesce(max({kinds.whole_digits(value)}) {only}, 0)",
                f"{code}.scale": f"coalesce(max({kinds.scale_digits(value)}) {only}, 0)",
            }
        sql = way.kind.value(value)
        found = {code: f"count({sql})"}
        if way.kind is kinds.INT and _YEAR_NAME.search(state.name):
            found[f"{code}.low"] = f"coalesce(min({sql}), 0)"
            found[f"{code}.high"] = f"coalesce(max({sql}), 0)"
        if way.kind.type == "bool" and way.kind is not kinds.TRUTH:
            found[f"{code}.both"] = f"CAST(coalesce(bool_or({sql}) AND NOT bool_and({sql}), false) AS INTEGER)"
        if way.over == "v" and way.kind.exact is not None and way.kind.exact is not kinds.always:
            found[f"{code}.exact"] = f"count(*) FILTER ({way.kind.exact(value)})"
        return found

    def _decided(self, state: _State, ways: Sequence[Way], counts: Mapping[str, int], *, careful: bool) -> Column:
        n = counts["n"]
        text = Column(
            state.name,
            filled=counts.get("filled", n),
            careful=careful and counts["edged"] > 0,
            almost=state.almost,
        )
        fits = [way for way in ways if n and counts[way.code] == n and _holds(way, counts)]
        codes = {way.code for way in fits}
        if {"dmy", "mdy"} <= codes:
            fits = [way for way in fits if way.code not in ("dmy", "mdy")]
            text = replace(text, ambiguous=True)
        if not fits:
            if state.forced and ways:
                return self._without_values(state, ways, counts, ambiguous=text.ambiguous)
            return text
        way = fits[0]
        code = way.code
        exact = way.over == "v" and way.kind.exact is not None and counts.get(f"{code}.exact", n) == n
        low, high = counts.get(f"{code}.low", 0), counts.get(f"{code}.high", 0)
        year = kinds.INT is way.kind and kinds.FIRST_YEAR <= low <= high <= kinds.LAST_BE_YEAR
        return Column(
            state.name,
            self._options.types.get(state.name) or _type(way),
            way,
            era="BE" if year or way.kind.era == "BE" else way.kind.era,
            scale=counts.get(f"{code}.scale", 0),
            filled=n,
            missing=counts.get("missing", 0),
            careful=careful,
            exact=exact and not counts.get("missing", 0),
            year=year,
        )

    def _without_values(
        self, state: _State, ways: Sequence[Way], counts: Mapping[str, int], *, ambiguous: bool
    ) -> Column:
        """A column whose type was asked for and that holds no value at all; if it holds some, they do not fit."""
        if counts["n"]:
            raise Misfit(state.at + 1, 0 if ambiguous else counts["n"] - max(counts[way.code] for way in ways))
        missing = counts["missing"]
        return Column(
            state.name, self._options.types[state.name], ways[0], missing=missing, careful=True, exact=not missing
        )


def _type(way: Way) -> ColumnType:
    found: ColumnType = way.kind.type  # type: ignore[assignment]  # kinds names only these
    return found


def _holds(way: Way, counts: Mapping[str, int]) -> bool:
    """Whether the further conditions of a way are met, all values being of its kind."""
    code = way.code
    if way.over == "w" and not counts["open"]:
        return False  # "(1)", "(2)" number things; negative amounts stand among positive ones
    if way.kind is kinds.NUMERIC:
        return counts[f"{code}.whole"] + counts[f"{code}.scale"] <= kinds.MAX_SIGNIFICANT
    return bool(counts.get(f"{code}.both", 1))


def _batches(
    asked: Sequence[_Asked],
) -> Iterator[Sequence[_Asked]]:
    """Columns that are looked at in one scan: planning many questions at once takes longer than scanning again."""
    batch: list[_Asked] = []
    weight = 0
    for each in asked:
        batch.append(each)
        weight += 1 + len(each[1]) + 2 * each[2]
        if weight >= _WEIGHT:
            yield batch
            batch, weight = [], 0
    if batch:
        yield batch
