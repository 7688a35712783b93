"""Who else looks at a table right after it is written, while its Parquet file is still at hand.

A look is pure: it reads the table by one or two scans in bounded memory and answers JSON, which goes into the table's
report under the look's name. It knows neither S3 nor DynamoDB, because it runs in the cage with the ingest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ...charts.look import charts
from ...firewall.look import look as personal
from ...quality.look import look as checks
from ...recognition.look import recognised, with_means
from ...recognition.profile import profile

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FEW = 50_000
"""Different values up to which a column's are tested for personal data one by one instead of row by row."""


def taken(
    connection: DuckDBPyConnection, relation: str, columns: Sequence[Mapping[str, Any]]
) -> tuple[dict[str, Any], tuple[Mapping[str, Any], ...]]:
    """What all the looks answer, by their names, and the columns with what they were recognised as (`means`)."""
    # the profile goes first: what it counted saves the others a scan, and tells the chart what to show
    told = profile(connection, relation, columns)
    counted = told["columns"]
    means = recognised(connection, relation, columns, counted)
    known = with_means(columns, means)
    few = {name for name, each in counted.items() if each["distinct"] <= FEW}
    # what was written of yes and no is a handful of words
    truths = {each["id"] for each in columns if each["type"] == "bool"}
    few |= {each["id"] for each in columns if each.get("original_of") in truths}
    found = {
        "profile": told,
        "recognised": means,
        "personal": personal(connection, relation, columns, few),
        "checks": checks(connection, relation, columns),
        "charts": charts(connection, relation, known, told),
    }
    return found, known
