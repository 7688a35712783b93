"""The town, fresh for each test."""

from __future__ import annotations

import pytest

from .town import Town


@pytest.fixture
def town() -> Town:
    """A Biz room in memory with its people."""
    return Town()
