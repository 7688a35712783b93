"""What agencies have connected to the open-data catalogue: the datasets that anybody may read."""

from __future__ import annotations

from chalicelib.shared.connections import (
    AgencyConnections,
    Connected,
    Connections,
    FindConnections,
    Platform,
    told,
)
from chalicelib.shared.gdx_request import SIGNED, GdxRequests
from chalicelib.shared.web import Call, Room

from .model import Group
from .store import Store


class ConnectedDatasets:
    """The catalogue as `shared.connections.Platform`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def connections(self, agency: str | None) -> Connections:
        """Public datasets by the agency of their organisation."""
        if agency is not None:
            mine = self._store.organization_of_agency(agency)
            return told({} if mine is None else {agency: self._datasets(mine)}, agency)
        # one query per organisation; counts only, so nothing is kept but a number
        counts = [
            (each.agency, len(self._datasets(each))) for each in self._store.groups("organization") if each.agency
        ]
        return Connections(agencies=[AgencyConnections(agency=each, count=count) for each, count in sorted(counts)])

    def _datasets(self, organization: Group) -> list[Connected]:
        return [
            Connected(id=each.id, title_th=str(each.fields.get("title") or each.name), title_en=each.name)
            for each in self._store.datasets_of(organization.id)
            if each.public
        ]


def hang(room: Room, platform: Platform, requests: GdxRequests) -> None:
    """Hangs the provider's route on the room."""

    @room.post(
        "/opendata/v1/provider/connections/find",
        allow=[SIGNED],
        vouched=requests.of("connections"),
        body=FindConnections,
        answer=Connections,
        summary="Service TH/CENTRAL/DGA/opendata/connections: datasets by agency (called through the exchange only)",
    )
    def find(call: Call) -> Connections:
        asked: FindConnections = call.body
        return platform.connections(asked.agency)
