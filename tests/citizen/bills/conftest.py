"""A fresh town for each test."""

from __future__ import annotations

import pytest

from tests.citizen.bills.town import Town


@pytest.fixture
def town() -> Town:
    return Town()
