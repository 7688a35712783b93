"""The played town, once for all files of this folder (one worker, see `tests/conftest.py`), and gone after them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.hostile.owning import own
from tests.hostile.played import Played, play
from tests.support.town import town


@pytest.fixture(scope="package")
def once() -> Iterator[Played]:
    """After the story, when everybody has things of their own."""
    with town() as here:
        found = play(here)
        own(found)
        yield found


@pytest.fixture
def played(once: Played) -> Played:
    """The same town, in which everybody has just logged in."""
    once.log_in()
    return once
