"""The service by which another platform publishes its figures, called through the exchange only."""

from __future__ import annotations

from pydantic import Field

from chalicelib.shared.gdx_request import SIGNED, GdxRequests
from chalicelib.shared.web import Call, Incoming, Outgoing, Room

from ..service import Catalogue

LARGEST = 4 * 1024 * 1024


class NewFile(Incoming):
    """A file of figures."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,60}\.csv$", description="The same name is the same resource")
    content: str = Field(min_length=1, max_length=LARGEST, description="CSV with a header, UTF-8")


class Taken(Outgoing):
    """What was taken."""

    name: str


def hang(room: Room, catalogue: Catalogue, requests: GdxRequests) -> None:
    """Hangs the provider's route on the room."""

    @room.post(
        "/opendata/v1/provider/figures/files",
        allow=[SIGNED],
        vouched=requests.of("figures"),
        body=NewFile,
        answer=Taken,
        limit=LARGEST,
        summary="Service TH/CENTRAL/DGA/opendata/figures: publish a file of one's own figures (exchange only)",
    )
    def take(call: Call) -> Taken:
        file: NewFile = call.body
        catalogue.figures.take(call.vouched.client, file.name, file.content.encode(), catalogue.parts.clock())
        return Taken(name=file.name)
