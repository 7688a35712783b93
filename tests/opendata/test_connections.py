"""What the catalogue tells the exchange about who has connected."""

from __future__ import annotations

from pathlib import Path

from chalicelib.opendata.connections import ConnectedDatasets
from tests.opendata.portal import AGENCY, Portal


def test_public_datasets_are_told_by_agency(tmp_path: Path) -> None:
    portal = Portal(tmp_path)
    portal.organization()
    platform = ConnectedDatasets(portal.catalogue.store)
    assert [(each.agency, each.count) for each in platform.connections(None).agencies] == [(AGENCY, 0)]
    made = portal.dataset()
    portal.dataset("draft", private=True)
    (counted,) = platform.connections(None).agencies
    assert (counted.agency, counted.count, counted.items) == (AGENCY, 1, [])
    (named,) = platform.connections(AGENCY).agencies
    assert [(each.id, each.title_th) for each in named.items] == [(made["id"], made["title"])]
    assert platform.connections("TH/LOCAL/OTHER").agencies == []
