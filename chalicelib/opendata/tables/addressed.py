"""Which table an address of the API names: `/opendata/v1/resources/{id}/...?table=&version=&as_of=`."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

from pydantic import Field

from chalicelib.shared.web import Call, Incoming

if TYPE_CHECKING:
    from ..service import Catalogue
    from .source import Source


class TableAsked(Incoming):
    """Which table of which version."""

    table: str | None = Field(default=None, max_length=100, description="Number or name of a table of a workbook")
    version: str | None = Field(default=None, max_length=40, description="Number of a version")
    as_of: str | None = Field(default=None, max_length=40, description="A date or time: the version of then")


def found(catalogue: Catalogue, call: Call) -> Source:
    """The table that a call names, by a query that is a `TableAsked`.

    Raises:
        NotFound, Rejected.
    """
    asked: TableAsked = call.query
    named = unquote(call.params["id"])
    address = f"{named}/{asked.table}" if asked.table else named
    return catalogue.sources.find(call.caller, address, version=asked.version, as_of=asked.as_of)
