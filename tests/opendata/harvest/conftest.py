"""A fresh town for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.opendata.harvest.remotes import Ckan
from tests.opendata.harvest.town import Town


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path / "tables")


@pytest.fixture
def remote(town: Town) -> Ckan:
    """The agency's CKAN, which answers on the town's network."""
    played = Ckan()
    town.serve(played)
    return played
