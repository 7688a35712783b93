"""What goes out of `/opendata/v1/resources/{id}/athena`."""

from __future__ import annotations

from pydantic import Field

from chalicelib.shared.web import Outgoing


class AthenaColumnView(Outgoing):
    """A column of the external table."""

    name: str = Field(description="In Athena: letters, digits and underscores")
    type: str = Field(description="Hive's name")
    published: str = Field(description="The name in the published table")


class AthenaView(Outgoing):
    """How to query a table's Parquet file with Athena, in an account of your own."""

    ddl: str = Field(description="CREATE EXTERNAL TABLE; put your bucket in the place of YOUR-BUCKET")
    location: str = Field(description="The folder that must hold the file and nothing else")
    fetch: str = Field(description="A command that puts it there")
    file: str = Field(description="Lasting address of this version's Parquet file")
    size: int = Field(description="Bytes of it, which is the most that one query scans")
    rows: int
    version: int
    columns: list[AthenaColumnView]
