"""Looks at a written table for what its owner should mend: rows that stand twice, values that are not of their column,
years of two eras, dates that cannot be. Only counts and row numbers leave."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..tables.ingest.model import Built
from ..tables.ingest.types import quoted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Json = dict[str, Any]
LOOK = "checks"
MOST_ROWS = 1_000_000
"""Up to which it is looked whether rows stand twice; beyond, that costs more memory than the ingest has."""
MOST_COLUMNS = 200
MOST = 20
"""Checks that are kept of a file."""
FIRST = 5
ALMOST = 0.9
"""Share of numbers from which on a column of texts is one of numbers with odd values."""
_KEY = re.compile(r"^(_?id|.*_id|code|รหัส.*|เลขที่.*|ลำดับ(ที่)?|no\.?)$", re.IGNORECASE)
_YEAR = re.compile(r"ปี|year", re.IGNORECASE)
_ROW = '"__row"'
_NUMBER = "trim(replace({}, ',', ''), ' ')"


def look(connection: DuckDBPyConnection, relation: str, columns: Sequence[Mapping[str, Any]]) -> list[Json]:
    """What is to be mended: [{code, column, rows, at}], `at` the numbers of the first rows, from 1."""
    own = [each for each in columns if "original_of" not in each and "twin_of" not in each][:MOST_COLUMNS]
    if not own:
        return []
    found = _by_value(connection, relation, own)
    rows = int((connection.execute(f"SELECT count(*) FROM {relation}").fetchone() or (0,))[0])  # noqa: S608 - the relation is ours
    if 1 < rows <= MOST_ROWS:
        found += _twice(connection, relation, own)
    return found[:MOST]


def checks_of(built: Built) -> list[Json]:
    """The checks of all tables of a file, with places that are none; for the short report."""
    found: list[Json] = []
    for made in built.tables:
        named = {"table": made.name} if len(built.tables) > 1 else {}
        found += [{**each, **named} for each in made.report.get(LOOK) or ()]
        known = (made.report.get("recognised") or {}).get("columns") or {}
        for column, told in known.items():
            misfits = told.get("misfits") or []
            if misfits and str(told.get("means", "")).startswith(("province", "amphoe", "tambon")):
                at = sorted(int(each["row"]) for each in misfits)[:FIRST]
                count = sum(int(each.get("rows", 1)) for each in misfits)
                found.append({"code": "unknown_places", "column": column, "rows": count, "at": at, **named})
    return found[:MOST]


def _by_value(connection: DuckDBPyConnection, relation: str, columns: Sequence[Mapping[str, Any]]) -> list[Json]:
    """Values that are not of their column's kind: one scan, and another where there are any."""
    asked: list[tuple[str, str, str, str]] = []  # code, column, condition, and which rows count
    for each in columns:
        name, value, kind = str(each["id"]), quoted(str(each["id"])), each["type"]
        if kind == "text":
            # what numbers begin with stands before the colon: words are not tried
            number = f"CASE WHEN {value} < ':' THEN TRY_CAST({_NUMBER.format(value)} AS DOUBLE) END"
            asked.append(("odd_values", name, f"{value} IS NOT NULL AND {number} IS NULL", f"count({number})"))
        elif kind in ("date", "timestamp", "timestamptz"):
            asked.append(("dates_out_of_range", name, f"year({value}) < 1800 OR year({value}) >= 2200", "0"))
        elif kind == "int8" and _YEAR.search(name):
            buddhist, common = f"{value} BETWEEN 2400 AND 2700", f"{value} BETWEEN 1800 AND 2200"
            asked.append(("mixed_years", name, common, f"count(*) FILTER (WHERE {buddhist})"))
    if not asked:
        return []
    counted = ", ".join(f"count(*) FILTER (WHERE {test}), {other}" for _, _, test, other in asked)
    row = iter(connection.execute(f"SELECT {counted} FROM {relation}").fetchone() or ())  # noqa: S608 - names are quoted
    told: list[tuple[Json, str]] = []
    for code, name, test, _ in asked:
        count, other = int(next(row)), int(next(row))
        if not count:
            continue
        if code == "odd_values" and other < ALMOST * (count + other):
            continue
        if code == "mixed_years" and not other:
            continue
        told.append(({"code": code, "column": name, "rows": count}, test))
    told = told[:MOST]
    if not told:
        return []
    # rows are numbered only where some are to be named: numbering goes by one thread
    first = ", ".join(f'min("__n", {FIRST}) FILTER (WHERE {test})' for _, test in told)
    numbered = f'(SELECT *, row_number() OVER () AS "__n" FROM {relation})'  # noqa: S608 - the relation is ours
    at = connection.execute(f"SELECT {first} FROM {numbered}").fetchone() or ()  # noqa: S608 - names are quoted
    return [{**each, "at": list(rows or ())} for (each, _), rows in zip(told, at, strict=True)]


def _twice(connection: DuckDBPyConnection, relation: str, columns: Sequence[Mapping[str, Any]]) -> list[Json]:
    """Whole rows, and keys, that stand more than once; the first of each stays."""
    names = [str(each["id"]) for each in columns]
    whole = _repeated(connection, relation, names)
    if whole is not None:
        return [{"code": "duplicate_rows", **whole}]
    key = next((name for name in names if _KEY.match(name)), None)
    if key is None or len(names) == 1:
        return []
    about = connection.execute(
        f"SELECT approx_count_distinct({quoted(key)}), count({quoted(key)}) FROM {relation}"  # noqa: S608 - names are quoted
    ).fetchone() or (0, 0)
    # a column of codes that classify is no key: one that is, repeats seldom
    if int(about[0]) < ALMOST * int(about[1]):
        return []
    again = _repeated(connection, relation, [key])
    return [] if again is None else [{"code": "duplicate_keys", "column": key, **again}]


def _repeated(connection: DuckDBPyConnection, relation: str, names: Sequence[str]) -> Json | None:
    chosen = ", ".join(map(quoted, names))
    filled = " OR ".join(f"{quoted(name)} IS NOT NULL" for name in names)
    hashed = f'hash({chosen}) AS "__h", row_number() OVER () AS {_ROW}, ({filled}) AS "__filled"'
    row = connection.execute(
        f"SELECT count(*), min({_ROW}, {FIRST}) FROM ("  # noqa: S608 - names are quoted
        f'SELECT {_ROW}, row_number() OVER (PARTITION BY "__h" ORDER BY {_ROW}) AS "__place"'
        f' FROM (SELECT {hashed} FROM {relation}) WHERE "__filled") WHERE "__place" > 1'
    ).fetchone()
    return {"rows": int(row[0]), "at": list(row[1])} if row and row[0] else None
