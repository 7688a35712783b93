"""Questions to tables in SQL."""

from __future__ import annotations

from typing import Any

from .registry import Asked, reads


@reads
def datastore_search_sql(asked: Asked) -> Any:
    """The answer of one SELECT over published tables: sql, as_of.

    A table is named by its resource id in double quotes, e.g. SELECT count(*) FROM "<resource id>"; another table of
    the same file by "<resource id>/2", an earlier version by "<resource id>@3" or "<resource id>@2026-01-31". At most
    32000 rows, 4 MB, 5 seconds; longer ones as a job by POST /opendata/v1/jobs.
    """
    return asked.catalogue.queries.search(asked.caller, asked.given)
