"""What the ingest found in the tables, as points: readable 8, UTF-8 3, columns named 3, nothing blank 2, cells filled
3, rows once 2, values of one kind 2, dates and places that are some 2."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..model import File, Package, Resource
from .model import WEIGHTS, Dimension, Finding

NAMED = 5
ONCE = frozenset({"duplicate_rows", "duplicate_keys"})
ONE_KIND = frozenset({"odd_values", "mixed_years"})
TRUE = frozenset({"dates_out_of_range", "unknown_places"})
EMPTY_FROM, EMPTY_TO = 0.05, 0.25
"""Share of empty cells from which on it costs points, and at which none is left."""


def validity(package: Package) -> Dimension:
    """The dimension."""
    weight = WEIGHTS["validity"]
    files = [each.file for each in package.resources if each.file is not None and each.file.table]
    broken = [each for each in package.resources if each.problem is not None and each.held is None]
    if not files:
        if broken:
            return Dimension("validity", weight, weight, 0, (Finding("unreadable", _of(broken), float(weight)),))
        return Dimension("validity", weight, 0, 0, (Finding("not_validated"),) if package.resources else ())
    taken: list[Finding] = []
    if broken:
        taken.append(Finding("unreadable", _of(broken), 4.0))
    if strange := [each for each in files if each.report.get("encoding", "utf-8") != "utf-8"]:
        taken.append(Finding("not_utf8", {"files": [each.file_name for each in strange[:NAMED]]}, 3.0))
    if unnamed := [name for each in files for name in _columns(each) if name.startswith("column_")]:
        taken.append(Finding("unnamed_columns", {"columns": unnamed[:NAMED]}, 3.0))
    blank_rows = sum(int(each.report.get("blank_rows_dropped") or 0) for each in files)
    blank_columns = [str(column["id"]) for column in _described(files) if not column.get("filled")]
    if blank_rows:
        taken.append(Finding("blank_rows", {"count": blank_rows}, 2.0))
    elif blank_columns:
        taken.append(Finding("blank_columns", {"columns": blank_columns[:NAMED]}, 2.0))
    empty = _empty_share(files)
    if empty > EMPTY_FROM:
        lost = 3 * min(1.0, empty / EMPTY_TO)
        worst = _emptiest(files)
        taken.append(Finding("empty_cells", {"share": round(100 * empty), "columns": worst}, lost))
    checks = [check for each in files for check in each.report.get("checks", ())]
    for codes in (ONCE, ONE_KIND, TRUE):
        found = [check for check in checks if check["code"] in codes]
        for number, check in enumerate(found[:NAMED]):
            # the points come back when the last of them is mended
            taken.append(Finding(str(check["code"]), _where(check), 2.0 if number == 0 else 0.0))
    points = weight - sum(each.points for each in taken)
    return Dimension("validity", weight, weight, points, tuple(taken))


def _of(resources: Sequence[Resource]) -> dict[str, Any]:
    return {"files": [str(each.fields.get("name") or each.file_name)[:80] for each in resources[:NAMED]]}


def _where(check: Mapping[str, Any]) -> dict[str, Any]:
    return {"column": check.get("column", ""), "rows": check["rows"], "at": list(check.get("at", ()))}


def _columns(file: File) -> Iterable[str]:
    return (str(column["id"]) for column in _described([file]))


def _described(files: Sequence[File]) -> Iterable[Mapping[str, Any]]:
    return (
        column
        for file in files
        for table in file.tables
        for column in table.shown
        if "twin_of" not in column and table.rows
    )


def _empty_share(files: Sequence[File]) -> float:
    """Share of cells without content; `filled` of a column is how many of its rows have some."""
    cells = filled = 0
    for file in files:
        for table in file.tables:
            shown = [column for column in table.shown if "twin_of" not in column]
            cells += table.rows * len(shown)
            filled += sum(int(column.get("filled", 0)) for column in shown)
    return round(1 - filled / cells, 6) if cells else 0.0


def _emptiest(files: Sequence[File]) -> list[str]:
    found = [
        (1 - int(column.get("filled", 0)) / table.rows, str(column["id"]))
        for file in files
        for table in file.tables
        for column in table.shown
        if table.rows and "twin_of" not in column
    ]
    return [name for share, name in sorted(found, reverse=True)[:3] if share > 0]
