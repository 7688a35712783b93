"""What the tests of consents share."""

from __future__ import annotations

import pytest

from tests.gdx.consents.bank import Bank


@pytest.fixture
def bank() -> Bank:
    """An exchange with a bank and a credit bureau."""
    return Bank()
