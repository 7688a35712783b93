"""The town of signs, fresh for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from .sample import SignTown


@pytest.fixture
def town(tmp_path: Path) -> SignTown:
    """A town in which every procedure is on offer."""
    return SignTown(tmp_path)
