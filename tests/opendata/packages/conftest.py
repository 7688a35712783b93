"""The portal with its organisation, another one, and the operator of the platform."""

from __future__ import annotations

import pytest

from tests.opendata.packages.town import Town, settled
from tests.opendata.portal import Portal


@pytest.fixture
def town(portal: Portal) -> Town:
    return settled(portal)
