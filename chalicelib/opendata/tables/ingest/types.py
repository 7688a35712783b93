"""What each column holds, decided by every value of it and only when nothing is lost.

A loader that looks at the first rows breaks on the late "n/a"; one that types freely drops the leading zero of a
district code and reads 2567 as a year of the far future. Here a column is a number or a date only if all its values
say so, in one scan; a column with one exception stays text, and text is never changed.

    integer   -?(0|[1-9]...) up to 18 digits: leading zeros keep it text
    numeric   up to 15 significant digits in one scale, so a JSON number (a double) gives back the same digits
    float8    longer decimals (coordinates, mostly), if the double nearest to each is written with the same digits
    date      ISO 8601 in the Common Era, or the Buddhist Era (yyyy-mm-dd, dd/mm/yyyy)
    timestamp ISO 8601 without an offset

Buddhist years before 2484 are left alone: their January to March depend on who wrote them (the year began in April
until 2483), so a conversion could be wrong. dd/mm/yyyy in the Common Era stays text: it may as well be mm/dd/yyyy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

ColumnType = Literal["text", "int8", "numeric", "float8", "date", "timestamp"]
"""Names as CKAN's DataStore (PostgreSQL) shows them."""

Era = Literal["CE", "BE"]

MAX_SIGNIFICANT = 15
_ALL = frozenset({"int8", "numeric", "float8", "iso", "buddhist", "timestamp"})

_INTEGER = r"-?(0|[1-9][0-9]{0,17})"
_DECIMAL = r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,12})?"
_LONG = r"-?(0|[1-9][0-9]{0,14})\.[0-9]{1,17}"
_MINUS_ZERO = r"-0(\.0+)?"
_ISO = r"(1[0-9]{3}|2[0-3][0-9]{2})-[0-1][0-9]-[0-3][0-9]"
_BE_ISO = r"(24[0-9]{2}|25[0-9]{2}|26[0-9]{2})-[0-1][0-9]-[0-3][0-9]"
_BE_SLASH = r"[0-3]?[0-9]/[0-1]?[0-9]/(24[0-9]{2}|25[0-9]{2}|26[0-9]{2})"
_TIME = r"(1[0-9]{3}|2[0-3][0-9]{2})-[0-1][0-9]-[0-3][0-9][T ][0-2][0-9]:[0-5][0-9](:[0-5][0-9])?"
FIRST_SAFE_BE_YEAR = 2484
BLANKS = " \t\r\n\u00a0"
"""What does not count as content around a value; the no-break space comes from spreadsheets."""


class Connection(Protocol):
    """As much of a DuckDB connection as is used here."""

    def execute(self, query: str, parameters: Any = ..., /) -> Any:
        """Runs one statement; the answer has `fetchone`."""
        ...


@dataclass(frozen=True)
class Column:
    """A column as published.

    Attributes:
        name: as in the header, made unique.
        type: see `ColumnType`.
        era: for dates, how the original writes years; values are published in the Common Era.
        scale: for numeric, the digits after the point.
        filled: values that are not blank.
    """

    name: str
    type: ColumnType
    era: Era | None = None
    scale: int = 0
    filled: int = 0


def quoted(name: str) -> str:
    """An SQL identifier that means exactly this name."""
    return '"' + name.replace('"', '""') + '"'


def decide(
    connection: Connection, source: str, names: Sequence[str], *, at_once: int = 100, first: int = 2_000
) -> tuple[Column, ...]:
    """The type of each column of a relation of texts; one scan per `at_once` columns.

    The first rows only tell what a column cannot be, which saves most of the work; what it is, every row decides.
    """
    found: list[Column] = []
    start = f"(SELECT * FROM {source} LIMIT {first})"  # noqa: S608 - names are quoted, values bound
    for begin in range(0, len(names), at_once):
        part = names[begin : begin + at_once]
        possible = [_possible(counts) for counts in _counted(connection, start, part, [_ALL] * len(part))]
        counted = _counted(connection, source, part, possible)
        found += [_column(name, counts) for name, counts in zip(part, counted, strict=True)]
    return tuple(found)


def _counted(
    connection: Connection, source: str, names: Sequence[str], possible: Sequence[frozenset[str]]
) -> list[dict[str, int]]:
    asked = [_profile(name, kinds) for name, kinds in zip(names, possible, strict=True)]
    chosen = ", ".join(expression for profile in asked for expression in profile.values())
    row = iter(connection.execute(f"SELECT {chosen} FROM {source}").fetchone())  # noqa: S608 - names are quoted, values bound
    return [{kind: int(next(row)) for kind in profile} for profile in asked]


def _possible(counts: Mapping[str, int]) -> frozenset[str]:
    return frozenset(kind for kind in _ALL if counts[kind] == counts["filled"])


def _profile(name: str, kinds: frozenset[str]) -> dict[str, str]:
    """What to count of a column: its values, those of each possible kind, and the digits of decimals."""
    value = trimmed(name)
    tests = {
        "int8": f"{_matches(value, _INTEGER)} AND NOT {_matches(value, _MINUS_ZERO)}",
        "numeric": f"{_matches(value, _DECIMAL)} AND NOT {_matches(value, _MINUS_ZERO)}",
        "float8": _is_double(value),
        "iso": f"{_matches(value, _ISO)} AND TRY_CAST({value} AS DATE) IS NOT NULL",
        "buddhist": f"{be_date(value)} IS NOT NULL",
        "timestamp": f"{_matches(value, _TIME)} AND TRY_CAST({value} AS TIMESTAMP) IS NOT NULL",
    }
    profile = {"filled": f"count({value})"}
    profile |= {kind: f"count(*) FILTER (WHERE {test})" for kind, test in tests.items() if kind in kinds}
    if "numeric" in kinds:
        decimals = f"FILTER (WHERE {_matches(value, _DECIMAL)})"
        whole = f"length(ltrim(split_part({value}, '.', 1), '-'))"
        profile["whole"] = f"coalesce(max({whole}) {decimals}, 0)"
        profile["scale"] = f"coalesce(max(length(split_part({value}, '.', 2))) {decimals}, 0)"
    return profile


def _column(name: str, counts: Mapping[str, int]) -> Column:
    filled = counts["filled"]
    if not filled:
        return Column(name, "text")
    kinds = {kind for kind in _ALL if counts.get(kind) == filled}
    if "int8" in kinds:
        return Column(name, "int8", filled=filled)
    if "numeric" in kinds and counts["whole"] + counts["scale"] <= MAX_SIGNIFICANT:
        return Column(name, "numeric", scale=counts["scale"], filled=filled)
    if "float8" in kinds:
        return Column(name, "float8", filled=filled)
    if "iso" in kinds:
        return Column(name, "date", "CE", filled=filled)
    if "buddhist" in kinds:
        return Column(name, "date", "BE", filled=filled)
    if "timestamp" in kinds:
        return Column(name, "timestamp", "CE", filled=filled)
    return Column(name, "text", filled=filled)


def typed(column: Column) -> str:
    """The SQL expression that turns the column's text into its type; blanks become NULL."""
    value = trimmed(column.name)
    name = quoted(column.name)
    match column.type:
        case "int8":
            return f"CAST({value} AS BIGINT) AS {name}"
        case "numeric":
            return f"CAST({value} AS DECIMAL({MAX_SIGNIFICANT}, {column.scale})) AS {name}"
        case "float8":
            return f"CAST({value} AS DOUBLE) AS {name}"
        case "date" if column.era == "BE":
            return f"{be_date(value)} AS {name}"
        case "date":
            return f"CAST({value} AS DATE) AS {name}"
        case "timestamp":
            return f"CAST({value} AS TIMESTAMP) AS {name}"
        case _:
            return f"CASE WHEN {value} IS NULL THEN NULL ELSE {name} END AS {name}"


def trimmed(name: str) -> str:
    """The value without blanks around it, NULL when nothing is left."""
    return f"nullif(trim({quoted(name)}, '{BLANKS}'), '')"


def _matches(value: str, pattern: str) -> str:
    return f"regexp_full_match({value}, '{pattern}')"


def _is_double(value: str) -> str:
    """A decimal of at most 15 digits, or one that its double gives back as it is written."""
    digits = f"length(replace(ltrim({value}, '-'), '.', ''))"
    back = f"CAST(TRY_CAST({value} AS DOUBLE) AS VARCHAR) = {value}"
    short = f"({_matches(value, _DECIMAL)} AND {digits} <= {MAX_SIGNIFICANT})"
    return f"NOT {_matches(value, _MINUS_ZERO)} AND ({short} OR ({_matches(value, _LONG)} AND {back}))"


def be_date(value: str) -> str:
    """The SQL expression of a Buddhist Era date in the Common Era, NULL for anything else and for no such day."""
    iso = _ce(f"split_part({value}, '-', 1)", f"split_part({value}, '-', 2)", f"split_part({value}, '-', 3)")
    slash = _ce(f"split_part({value}, '/', 3)", f"split_part({value}, '/', 2)", f"split_part({value}, '/', 1)")
    return (
        f"CASE WHEN {_matches(value, _BE_ISO)} THEN {iso} WHEN {_matches(value, _BE_SLASH)} THEN {slash} ELSE NULL END"
    )


def _ce(year: str, month: str, day: str) -> str:
    number = f"TRY_CAST({year} AS INTEGER)"
    text = f"({number} - 543)::VARCHAR || '-' || lpad({month}, 2, '0') || '-' || lpad({day}, 2, '0')"
    return f"CASE WHEN {number} >= {FIRST_SAFE_BE_YEAR} THEN TRY_CAST({text} AS DATE) ELSE NULL END"
