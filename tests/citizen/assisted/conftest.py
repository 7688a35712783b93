"""A fresh counter for each test."""

from __future__ import annotations

import pytest

from tests.citizen.assisted.counter import Counter
from tests.citizen.portal import Portal


@pytest.fixture
def counter(portal: Portal) -> Counter:
    return Counter(portal)
