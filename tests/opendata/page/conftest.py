"""One catalogue for all tests that only read it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.opendata.page.town import hidden, town
from tests.opendata.portal import Portal


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> tuple[Portal, Mapping[str, str]]:
    portal = Portal(tmp_path_factory.mktemp("tables"))
    ids = town(portal)
    hidden(portal)
    return portal, ids
