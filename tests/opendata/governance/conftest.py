"""A fresh municipality for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.opendata.governance.town import Municipality


@pytest.fixture
def town(tmp_path: Path) -> Municipality:
    return Municipality(tmp_path / "tables")
