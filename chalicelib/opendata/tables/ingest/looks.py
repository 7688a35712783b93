"""Who else looks at a table right after it is written, while its Parquet file is still at hand.

A look is pure: it reads the table by one or two scans in bounded memory and answers JSON, which goes into the table's
report under the look's name. It knows neither S3 nor DynamoDB, because it runs in the cage with the ingest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ...charts.look import charts
from ...firewall.look import look as personal
from ...quality.look import look as checks
from ...recognition.look import recognised, with_means
from ...recognition.profile import profile

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Look = Callable[["DuckDBPyConnection", str, Sequence[Mapping[str, Any]]], Any]
"""(connection, SQL of the relation as it may stand behind FROM, columns as `model.Table.columns`) -> JSON."""

LOOKS: tuple[tuple[str, Look], ...] = (
    ("profile", profile),
    ("recognised", recognised),
    ("personal", personal),
    ("checks", checks),
)
"""(name in the report, look), in the order in which they are taken."""


def taken(
    connection: DuckDBPyConnection, relation: str, columns: Sequence[Mapping[str, Any]]
) -> tuple[dict[str, Any], tuple[Mapping[str, Any], ...]]:
    """What all the looks answer, by their names, and the columns with what they were recognised as (`means`)."""
    found = {name: look(connection, relation, columns) for name, look in LOOKS}
    known = with_means(columns, found["recognised"])
    # the chart needs to know what the others found
    return {**found, "charts": charts(connection, relation, known, found["profile"])}, known
