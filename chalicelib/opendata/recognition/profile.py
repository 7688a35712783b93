"""The look that counts what the values of each column are like ("profile" in a table's report).

Numbers are described by range, mean, quantiles and a histogram; times by range and histogram; texts by length, by their
commonest values and by the patterns of these. Two scans of the columns, however many rows there are; distinct values
are counted approximately (HyperLogLog, a few in a hundred off) where they are many.

What may tell of one person is not listed: no values of a column that looks personal, and of no column a value that
stands in one row only.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from . import codes
from .look import quoted
from .rules import NUMBERS, TIMES, by_values

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Json = dict[str, Any]

MOST_COLUMNS = 300
AT_ONCE = 50
"""Columns of one scan."""
BINS = 12
TOP = 10
PATTERNS = 3
COUNTED = 20_000
"""Texts with more different values than this have no list of the commonest: to count them all would need memory."""
LONGEST = 100
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
_DIGITS = re.compile(r"[0-9]+")
_THAI = re.compile("[\u0e01-\u0e3a\u0e40-\u0e4e]+")
_LATIN = re.compile(r"[A-Za-z]+")


def profile(connection: DuckDBPyConnection, relation: str, columns: Sequence[Mapping[str, Any]]) -> Json:
    """What the values of each shown column are like.

    Returns:
        `rows`; `columns`: by name, `filled`, `distinct`, `about` (whether that is approximate) and by type: `min`,
        `max`, `mean`, `quantiles` ({"0.5": ...}), `histogram` ({from, to, counts}); or `shortest`, `longest`, `top`
        ([[value, rows]]), `patterns` ([[pattern, rows]]); `withheld` where values are not listed.
    """
    shown = [column for column in columns if "original_of" not in column][:MOST_COLUMNS]
    found: dict[str, Json] = {}
    rows = 0
    for begin in range(0, len(shown), AT_ONCE):
        part = shown[begin : begin + AT_ONCE]
        rows = _counted(connection, relation, part, found)
        _spread(connection, relation, part, found)
    for column in shown:
        if column["type"] == "text" and found[column["id"]]["distinct"] <= COUNTED:
            _listed(connection, relation, column["id"], found[column["id"]])
    return {"rows": rows, "columns": found}


def _counted(
    connection: DuckDBPyConnection, relation: str, part: Sequence[Mapping[str, Any]], found: dict[str, Json]
) -> int:
    asked: list[tuple[str, str, str]] = []
    for column in part:
        name, kind = column["id"], column["type"]
        value = quoted(name)
        asked += [(name, "filled", f"count({value})"), (name, "distinct", f"approx_count_distinct({value})")]
        if kind in NUMBERS:
            asked += [(name, what, f"{what}({value})::DOUBLE") for what in ("min", "max")]
            asked.append((name, "mean", f"avg({value}::DOUBLE)"))
            chosen = ", ".join(map(str, QUANTILES))
            asked.append((name, "quantiles", f"approx_quantile({value}::DOUBLE, [{chosen}])"))
        elif kind in TIMES:
            asked += [(name, what, f"{what}({value})::VARCHAR") for what in ("min", "max")]
        elif kind == "text":
            asked += [(name, "shortest", f"min(length({value}::VARCHAR))")]
            asked.append((name, "longest", f"max(length({value}::VARCHAR))"))
        elif kind == "bool":
            asked.append((name, "true", f"count(*) FILTER (WHERE {value})"))
    chosen = ", ".join(["count(*)", *(expression for _, _, expression in asked)])
    row = connection.execute(f"SELECT {chosen} FROM {relation}").fetchone() or ()  # noqa: S608 - names are quoted
    for (name, what, _), given in zip(asked, row[1:], strict=True):
        told = found.setdefault(name, {})
        if what == "quantiles":
            points = zip(QUANTILES, given or (), strict=False)
            told[what] = {str(at): _short(each) for at, each in points}
        else:
            told[what] = _short(given) if isinstance(given, float) else given
    for told in found.values():
        # an estimate may say more than there are
        told["distinct"] = min(told["distinct"], told["filled"])
        told["about"] = told["distinct"] > 1
    return int(row[0])


def _spread(
    connection: DuckDBPyConnection, relation: str, part: Sequence[Mapping[str, Any]], found: Mapping[str, Json]
) -> None:
    """Histograms of numbers and times: as many equal steps from the lowest to the highest."""
    asked: list[tuple[str, str]] = []
    for column in part:
        told, value = found[column["id"]], quoted(column["id"])
        if None in (told.get("min"), told.get("max")) or told["min"] == told["max"]:
            continue
        if column["type"] in NUMBERS:
            low, high, at = f"{told['min']!r}::DOUBLE", f"{told['max']!r}::DOUBLE", f"{value}::DOUBLE"
        elif column["type"] in TIMES:
            low, high = (f"epoch('{told[each]}'::TIMESTAMP)" for each in ("min", "max"))
            at = f"epoch({value}::TIMESTAMP)"
        else:
            continue
        step = f"least({BINS - 1}, greatest(0, floor(({at} - {low}) / ({high} - {low}) * {BINS})))"
        asked.append((column["id"], f"histogram(CASE WHEN isfinite({at}) THEN ({step})::INTEGER END)"))
    if not asked:
        return
    chosen = ", ".join(expression for _, expression in asked)
    row = connection.execute(f"SELECT {chosen} FROM {relation}").fetchone() or ()  # noqa: S608 - names are quoted
    for (name, _), counts in zip(asked, row, strict=True):
        told = found[name]
        told["histogram"] = {
            "from": told["min"],
            "to": told["max"],
            "counts": [int((counts or {}).get(at, 0)) for at in range(BINS)],
        }


def _listed(connection: DuckDBPyConnection, relation: str, name: str, told: Json) -> None:
    """The commonest values of a text column, the patterns of all, and how many there are for certain."""
    value = quoted(name)
    rows = connection.execute(
        f"SELECT {value}::VARCHAR, count(*) FROM {relation} WHERE {value} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1"  # noqa: S608 - names are quoted
    ).fetchmany(2 * COUNTED)
    told["distinct"], told["about"] = len(rows), len(rows) == 2 * COUNTED
    judged = by_values(name, "text", "", [text.strip() for text, _ in rows[:2_000] if text.strip()])
    if judged is not None and judged.means in codes.PERSONAL:
        told["withheld"] = True
        return
    told["top"] = [[text[:LONGEST], count] for text, count in rows[:TOP] if count > 1]
    patterns: dict[str, int] = {}
    for text, count in rows:
        if len(text) <= LONGEST:
            shape = _THAI.sub("ก", _LATIN.sub("A", _DIGITS.sub(lambda run: "9" * min(len(run[0]), 13), text)))
            patterns[shape] = patterns.get(shape, 0) + count
    common = sorted(patterns.items(), key=lambda each: (-each[1], each[0]))
    told["patterns"] = [[shape, count] for shape, count in common[:PATTERNS] if count > 1]


def _short(value: float) -> float | None:
    """A number with at most 12 digits, for nobody reads more; None for what is no number."""
    return float(f"{value:.12g}") if math.isfinite(value) else None
