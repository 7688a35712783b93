"""The look at a written table that recognises its columns ("recognised" in its report).

Each column's distinct values are read by themselves, which in a columnar file touches nothing else; a column with more
of them than any list of places has is judged by its type, its name and a sample only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from . import codes, places, shapes, sketch
from .codes import AMPHOE, PROVINCE, TAMBON
from .rules import NUMBERS, WHOLE, Found, by_type, by_values

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Json = dict[str, Any]
Columns = Sequence[Mapping[str, Any]]

MOST = 20_000
"""Distinct values of a column that are looked at; there are 7,436 sub-districts, written in more than one way."""
SAMPLE = 2_000
LISTED = 20
"""Values that do not fit, as they are listed; and columns that nobody needs more of."""
VALUES = 400
"""Values that are kept with their codes."""
MOST_COLUMNS = 300


def recognised(
    connection: DuckDBPyConnection, relation: str, columns: Columns, counted: Mapping[str, Json] | None = None
) -> Json:
    """What each column holds, where that is known.

    Args:
        relation: SQL that may stand behind FROM; in the order of the rows.
        columns: as `model.Table.columns`.
        counted: `columns` of the profile, where it was taken of the same rows; it saves a scan.

    Returns:
        `columns`: by name, `means`, `share`, `distinct`, `sketch` (of what can be joined), `values` ({value: code} of
        places, where they are few), `within` (columns of the larger places that were needed to tell them apart) and
        `misfits` ([{value, row, rows}], row from 1); `points`: [{latitude, longitude}] pairs of columns; `bbox`: west,
        south, east, north of all that lies on the map, or None.
    """
    shown = [column for column in columns if "original_of" not in column][:MOST_COLUMNS]
    found: dict[str, Found] = {}
    distinct: dict[str, int] = {}
    ranges = _ranges(connection, relation, shown) if counted is None else _known(counted, shown)
    for column in shown:
        name, kind, era = column["id"], column["type"], column.get("era", "")
        low, high, about = ranges[name]
        judged = by_type(name, kind, low, high)
        if judged is None and kind in {"text", *WHOLE} and about:
            few = about <= MOST
            values = _values(connection, relation, name) if few else _sample(connection, relation, name)
            distinct[name] = len(values) if few else about
            judged = by_values(name, kind, era, values)
            if judged is not None and not few:
                judged = replace(judged, values={}, misfits=())
        if judged is not None:
            found[name] = judged
    return {
        "columns": _described(connection, relation, shown, found, distinct),
        "points": (pairs := _pairs(found)),
        "bbox": shapes.bbox(connection, relation, found, pairs),
    }


def with_means(columns: Columns, report: Mapping[str, Any] | None) -> tuple[Mapping[str, Any], ...]:
    """Columns with what they were recognised as (`means`).

    Args:
        report: the answer of `recognised`, or None where there is none.
    """
    known = (report or {}).get("columns", {})
    return tuple(
        {**column, "means": known[column["id"]]["means"]} if column["id"] in known else column for column in columns
    )


def _ranges(
    connection: DuckDBPyConnection, relation: str, columns: Columns
) -> dict[str, tuple[float | None, float | None, int]]:
    """Lowest, highest and about how many different values, by column; one scan."""
    if not columns:
        return {}
    asked = []
    for column in columns:
        name = quoted(column["id"])
        number = column["type"] in NUMBERS
        asked += [f"min({name})::DOUBLE", f"max({name})::DOUBLE"] if number else ["NULL", "NULL"]
        asked.append(f"approx_count_distinct({name})" if column["type"] in {"text", *WHOLE} else "0")
    row = connection.execute(f"SELECT {', '.join(asked)} FROM {relation}").fetchone() or ()  # noqa: S608 - names are quoted
    return {column["id"]: tuple(row[3 * at : 3 * at + 3]) for at, column in enumerate(columns)}


def _known(counted: Mapping[str, Json], columns: Columns) -> dict[str, tuple[float | None, float | None, int]]:
    """The same as the profile has counted it."""
    answer: dict[str, tuple[float | None, float | None, int]] = {}
    for column in columns:
        told, number = counted[column["id"]], column["type"] in NUMBERS
        low, high = (told["min"], told["max"]) if number else (None, None)
        about = told["distinct"] if column["type"] in {"text", *WHOLE} else 0
        answer[column["id"]] = (low, high, about)
    return answer


def _values(connection: DuckDBPyConnection, relation: str, name: str) -> list[str]:
    column = quoted(name)
    query = f"SELECT DISTINCT trim({column}::VARCHAR) FROM {relation} WHERE {column} IS NOT NULL"  # noqa: S608 - names are quoted
    return sorted(row[0] for row in connection.execute(query).fetchmany(2 * MOST) if row[0])


def _sample(connection: DuckDBPyConnection, relation: str, name: str) -> list[str]:
    """Different values among the first rows: DISTINCT would hold all of them."""
    column = quoted(name)
    query = f"SELECT trim({column}::VARCHAR) FROM {relation} WHERE {column} IS NOT NULL LIMIT {SAMPLE}"  # noqa: S608 - names are quoted
    return sorted({row[0] for row in connection.execute(query).fetchall() if row[0]})


def _described(
    connection: DuckDBPyConnection,
    relation: str,
    shown: Columns,
    found: Mapping[str, Found],
    distinct: Mapping[str, int],
) -> Json:
    described: Json = {}
    types = {column["id"]: column["type"] for column in shown}
    resolved = _resolved(connection, relation, found)
    for name, each in found.items():
        told: Json = {"means": each.means, "share": each.share}
        if name in distinct:
            told["distinct"] = distinct[name]
        if each.means not in codes.PERSONAL:
            told |= _compared(connection, relation, name, types[name], each, resolved.get(name))
            if each.misfits:
                told["misfits"] = _misfits(connection, relation, name, each.misfits[:LISTED])
                told["misfits_in_all"] = len(each.misfits)
        described[name] = told
    return described


def _compared(
    connection: DuckDBPyConnection,
    relation: str,
    name: str,
    type: str,
    each: Found,
    resolved: tuple[set[str], list[str]] | None,
) -> Json:
    """What is kept to compare a column with others."""
    told: Json = {}
    if level := codes.LEVELS.get(each.means):
        there, within = resolved or (set(each.values.values()) - {""}, [])
        if there:
            told["sketch"] = sketch.of_places(level, there)
        if within:
            told["within"] = within
        if each.values and len(each.values) <= VALUES:
            told["values"] = dict(each.values)
    elif each.means in codes.YEARS:
        told["sketch"] = sketch.of_years(int(year) for year in each.values.values())
    elif each.means in codes.KEYS and type in {"text", "date", *WHOLE}:
        # moments rarely meet: only whole days are compared
        told["sketch"] = sketch.of_values(_values(connection, relation, name))
    return told


def _resolved(
    connection: DuckDBPyConnection, relation: str, found: Mapping[str, Found]
) -> dict[str, tuple[set[str], list[str]]]:
    """Of columns with names that several places share: the codes that the larger places in other columns leave, and
    which columns these are."""
    by_level = {
        level: next((name for name, each in found.items() if codes.LEVELS.get(each.means) == level), None)
        for level in (PROVINCE, AMPHOE, TAMBON)
    }
    answer: dict[str, tuple[set[str], list[str]]] = {}
    for name, each in found.items():
        level = codes.LEVELS.get(each.means)
        if each.means not in codes.NAMES or level == PROVINCE or all(each.values.values()):
            continue
        larger = [by_level[PROVINCE]] if level == AMPHOE else [by_level[PROVINCE], by_level[AMPHOE]]
        within = [other for other in larger if other is not None and other != name]
        if within:
            asked = ", ".join(f"trim({quoted(other)}::VARCHAR)" for other in (*within, name))
            rows = connection.execute(f"SELECT DISTINCT {asked} FROM {relation} LIMIT {MOST}").fetchall()  # noqa: S608 - names are quoted
            there = {code for row in rows if (code := _code(found, within, level or "", row))}
            answer[name] = (there, within)
    return answer


def _code(found: Mapping[str, Found], within: Sequence[str], level: str, row: Sequence[str | None]) -> str:
    above = ""
    for name, value in zip(within, row, strict=False):
        if value is not None:
            each = found[name]
            upper = codes.LEVELS[each.means]
            code = each.values.get(value) or places.code_of_name(upper, value, above)
            if not code.startswith(above):
                return ""
            above = code or above
    return places.code_of_name(level, row[-1], above) if row[-1] else ""


def _misfits(connection: DuckDBPyConnection, relation: str, name: str, values: Sequence[str]) -> list[Json]:
    column = quoted(name)
    rows = connection.execute(
        f"SELECT value, min(row), count(*) FROM (SELECT trim({column}::VARCHAR) AS value, row_number() OVER () AS row"  # noqa: S608 - names are quoted
        f" FROM {relation}) WHERE value IN ({', '.join('?' * len(values))}) GROUP BY value ORDER BY 2",
        list(values),
    ).fetchall()
    return [{"value": value[:100], "row": row, "rows": count} for value, row, count in rows]


def _pairs(found: Mapping[str, Found]) -> list[dict[str, str]]:
    """Columns of latitudes with those of longitudes: in their order."""
    north = [name for name, each in found.items() if each.means == codes.LATITUDE]
    east = [name for name, each in found.items() if each.means == codes.LONGITUDE]
    return [{"latitude": one, "longitude": other} for one, other in zip(north, east, strict=False)]


def quoted(name: str) -> str:
    """A column's name in SQL."""
    return '"' + name.replace('"', '""') + '"'
