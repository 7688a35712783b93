"""`/dumps` and `/dumps/{name}`."""

from __future__ import annotations

from urllib.parse import unquote

from pydantic import Field

from chalicelib.shared.identity import PUBLIC
from chalicelib.shared.web import Call, Outgoing, Reply, Room

from ..service import Catalogue
from .rules import FORMS, file_name


class FileView(Outgoing):
    """One file of a dump."""

    name: str
    url: str = Field(description="Lasting; redirects to a short-lived address")
    media_type: str
    size: int = Field(description="Bytes")
    sha256: str


class DumpView(Outgoing):
    """The public catalogue of one night."""

    day: str = Field(description="In Bangkok, ISO 8601")
    made_at: str
    datasets: int
    files: list[FileView]


class DumpsView(Outgoing):
    """The dumps that are kept, the latest first."""

    latest: list[str] = Field(description="Addresses that always lead to the latest files")
    items: list[DumpView]


def hang(room: Room, catalogue: Catalogue) -> None:
    """Hangs these routes on the room."""

    @room.get(
        "/dumps",
        allow=[PUBLIC],
        answer=DumpsView,
        summary="The whole public catalogue as files, of each of the last nights: JSONL, CSV, N-Quads, Parquet",
    )
    def dumps(call: Call) -> Reply:
        told = catalogue.dumps.told()
        latest = [f"{catalogue.site}/dumps/catalogue.{form.ending}" for form in FORMS] if told else []
        items = [
            DumpView(
                day=dump["day"],
                made_at=dump["at"],
                datasets=dump["datasets"],
                files=[
                    FileView(
                        name=file_name(form, dump["day"]),
                        url=f"{catalogue.site}/dumps/{file_name(form, dump['day'])}",
                        media_type=form.media_type,
                        size=dump["files"][form.kind]["size"],
                        sha256=dump["files"][form.kind]["sha256"],
                    )
                    for form in FORMS
                ],
            )
            for dump in told
        ]
        return Reply(DumpsView(latest=latest, items=items), headers={"Cache-Control": "public, max-age=300"})

    @room.get(
        "/dumps/{name}",
        allow=[PUBLIC],
        status=302,
        summary="A file of a dump, e.g. catalogue.csv.gz (redirect to a short-lived address)",
    )
    def dump(call: Call) -> Reply:
        return Reply(None, headers={"Location": catalogue.dumps.address(unquote(call.params["name"]))})
