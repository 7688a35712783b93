"""Asks the engine for the points of a chart: one scan of two columns, whatever the number of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..recognition import codes, places
from ..recognition.look import quoted
from .choice import BARS, NAMES, POINTS
from .model import Choice, Points

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MOST = 2_000
"""Labels that are fetched for a map: 77 provinces, in all the ways that people write them."""


def points(connection: DuckDBPyConnection, relation: str, choice: Choice) -> Points | None:
    """The points of a chart; None where it would tell nothing: fewer than two labels, or a line of too many.

    Args:
        relation: SQL as it may stand behind FROM.
    """
    by, value = quoted(choice.by), quoted(choice.value) if choice.value else ""
    label = _label(by, choice)
    told = {"sum": f"sum({value})", "mean": f"avg({value})", "count": "count(*)"}[choice.how]
    there = f"{label} IS NOT NULL AND {label} <> ''" + (f" AND {value} IS NOT NULL" if value else "")
    if value:
        there += f" AND isfinite({value}::DOUBLE)"
    grouped = (
        f"(SELECT {label} AS label, {told}::DOUBLE AS told, count(*) AS rows FROM {relation} WHERE {there} GROUP BY 1)"  # noqa: S608 - names are quoted
    )
    if choice.kind == "map":
        return _map(connection, grouped, choice)
    order, limit = ("label", POINTS) if choice.kind == "line" else ("told DESC, label", BARS)
    found = connection.execute(
        f"SELECT label, told, count(*) OVER (), sum(rows) OVER (), max(rows) OVER () FROM {grouped}"  # noqa: S608 - names are quoted
        f" ORDER BY {order} LIMIT {limit}"
    ).fetchall()
    groups, rows, most = (int(each) for each in found[0][2:]) if found else (0, 0, 0)
    if groups < 2 or (choice.kind == "line" and groups > POINTS):
        return None
    # rows that stand alone say nothing by their number, nor the ten highest of very many names
    if most == 1 and (choice.how == "count" or groups > NAMES):
        return None
    return Points(
        choice,
        tuple(str(each[0]) for each in found),
        tuple(round(float(each[1]), 6) for each in found),
        most == 1,
        groups,
        rows,
    )


def _label(by: str, choice: Choice) -> str:
    if choice.grain:
        return f"strftime(date_trunc('{choice.grain}', {by}), '%Y-%m-%d')"
    # as text, years sort as years do: all have four digits
    return f"trim({by}::VARCHAR)"


def _map(connection: DuckDBPyConnection, grouped: str, choice: Choice) -> Points | None:
    """By province: the ways to write one are added up, a mean by its rows."""
    found = connection.execute(
        f"SELECT label, told, rows, sum(rows) OVER () FROM {grouped} ORDER BY rows DESC LIMIT {MOST}"  # noqa: S608 - names are quoted
    ).fetchall()
    read = places.code_of if choice.means == codes.PROVINCE_CODE else places.code_of_name
    sums: dict[str, float] = {}
    counts: dict[str, int] = {}
    for label, told, count, _ in found:
        code = read(codes.PROVINCE, str(label))
        if code:
            sums[code] = sums.get(code, 0.0) + (told * count if choice.how == "mean" else told)
            counts[code] = counts.get(code, 0) + count
    if len(sums) < 2:
        return None
    values = {code: sums[code] / counts[code] if choice.how == "mean" else sums[code] for code in sums}
    ordered = sorted(values, key=lambda code: (-values[code], code))
    return Points(
        choice,
        tuple(ordered),
        tuple(round(values[code], 6) for code in ordered),
        max(counts.values()) == 1,
        len(ordered),
        sum(counts.values()),
        int(found[0][3]) - sum(counts.values()),
    )
