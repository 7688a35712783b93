"""A fresh portal for each test."""

from __future__ import annotations

import pytest

from tests.citizen.portal import Portal


@pytest.fixture
def portal() -> Portal:
    return Portal()
