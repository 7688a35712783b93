"""The look that keeps the points of the automatic chart and map in a table's report ("charts")."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .choice import automatic, mapped
from .grouping import points

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

TRIED = 4
"""Columns to tell by that are tried until one tells something."""


def charts(
    connection: DuckDBPyConnection,
    relation: str,
    columns: Sequence[Mapping[str, Any]],
    profile: Mapping[str, Any],
) -> dict[str, Any]:
    """The automatic chart and map of a table: `chart` and `map`, each `model.Points` as JSON or None.

    Args:
        columns: with what they were recognised as.
        profile: the answer of `recognition.profile`.
    """
    shown = [column for column in columns if "original_of" not in column]
    told: dict[str, Any] = {"chart": None, "map": None}
    for _, choice in zip(range(TRIED), automatic(shown, profile["columns"]), strict=False):
        found = points(connection, relation, choice)
        if found is not None:
            told["chart"] = found.as_json()
            break
    land = mapped(shown, profile["columns"])
    found = None if land is None else points(connection, relation, land)
    # rows that stand for one province each say nothing by their number
    if found is not None and not (found.choice.how == "count" and found.once):
        told["map"] = found.as_json()
    return told
