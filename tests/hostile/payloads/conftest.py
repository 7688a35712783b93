"""The recorder and the resolver for every test of payloads."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hostile.payloads.addresses import NAMES, PUBLIC
from tests.hostile.payloads.recorder import Names, Seen, recording
from tests.opendata.portal import Portal


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """The only resolver there is: a hostile zone, and one good name."""
    made = Names(socket.getaddrinfo)
    made.give_all(NAMES)
    made.give("good.example", PUBLIC)
    monkeypatch.setattr("socket.getaddrinfo", made)
    return made


@pytest.fixture
def seen(names: Names) -> Iterator[Seen]:
    """What this test's code asked of the network."""
    with recording() as made:
        yield made


@pytest.fixture
def portal(tmp_path: Path) -> Portal:
    """The open-data catalogue in memory."""
    return Portal(tmp_path / "tables")
