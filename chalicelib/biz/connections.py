"""What agencies have connected to the Biz Portal: the services that one can apply for today."""

from __future__ import annotations

from chalicelib.shared.connections import Connected, Connections, FindConnections, Platform, told
from chalicelib.shared.gdx_request import SIGNED, GdxRequests
from chalicelib.shared.web import Call, Room

from .licences.register import Register


class ConnectedServices:
    """The portal as `shared.connections.Platform`."""

    def __init__(self, register: Register) -> None:
        self._register = register

    def connections(self, agency: str | None) -> Connections:
        """Services by the agency that answers for them."""
        found: dict[str, list[Connected]] = {}
        for each in self._register.connected():
            service = Connected(id=each.id, title_th=each.name.th, title_en=each.name.en)
            found.setdefault(each.agency, []).append(service)
        return told(found, agency)


def hang(room: Room, platform: Platform, requests: GdxRequests) -> None:
    """Hangs the provider's route on the room."""

    @room.post(
        "/biz/v1/provider/connections/find",
        allow=[SIGNED],
        vouched=requests.of("connections"),
        body=FindConnections,
        answer=Connections,
        summary="Service TH/CENTRAL/DGA/biz/connections: services by agency (called through the exchange only)",
    )
    def find(call: Call) -> Connections:
        asked: FindConnections = call.body
        return platform.connections(asked.agency)
