"""`/opendata/v1/resources/{id}/athena`: for what exceeds one function."""

from __future__ import annotations

from chalicelib.shared.identity import CITIZEN, PUBLIC, officer
from chalicelib.shared.web import Call, Room

from ...access import STAFF_ROLES
from ...actions import http
from ...service import Catalogue
from ..addressed import TableAsked, found
from . import athena
from .views import AthenaColumnView, AthenaView

ALLOW = (PUBLIC, CITIZEN, officer(*sorted(STAFF_ROLES)))


def hang(room: Room, catalogue: Catalogue) -> None:
    """Hangs this route on the room."""

    @room.get(
        "/opendata/v1/resources/{id}/athena",
        allow=ALLOW,
        credentials=http.credentials,
        query=TableAsked,
        answer=AthenaView,
        summary="How to query a table's Parquet file with Athena: its exact definition as an external table",
    )
    def door(call: Call) -> AthenaView:
        source = found(catalogue, call)
        table = next(each for each in source.file.tables if each.number == source.table.number)
        with catalogue.engine.connect([table]) as opened:
            rows = f"SELECT * EXCLUDE (file_row_number) FROM {opened.rows(table)}"  # noqa: S608 - a literal of ours
            described = opened.connection.execute(f"DESCRIBE {rows}")
            columns = athena.columns([(str(row[0]), str(row[1])) for row in described.fetchall()])
        resource, number = source.resource.id, source.file.number
        location = f"s3://{athena.BUCKET}/klang/{resource}/{table.number}/{number}/"
        file = f"{catalogue.site}/opendata/v1/resources/{resource}/exports/data.parquet?version={number}"
        if table.number > 1:
            file += f"&table={table.number}"
        name = f"klang_{resource.replace('-', '_').lower()}_{table.number}_{number}"
        return AthenaView(
            ddl=athena.definition(name, columns, location),
            location=location,
            fetch=f"curl -sSL '{file}' | aws s3 cp - {location}data.parquet",
            file=file,
            size=table.size,
            rows=table.rows,
            version=number,
            columns=[AthenaColumnView(name=each.name, type=each.type, published=each.published) for each in columns],
        )
