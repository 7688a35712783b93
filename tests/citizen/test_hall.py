"""The hall: what runs each minute runs for all, and who listens is told."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.citizen.portal import Portal


def test_one_that_fails_holds_up_nobody_and_is_not_hidden(portal: Portal) -> None:
    ran: list[dt.datetime] = []

    def fails(now: dt.datetime) -> None:
        raise ConnectionError("away")

    portal.citizen.hall.complete()
    portal.citizen.hall.sweeps[:] = [ran.append, fails, ran.append]
    now = portal.now
    with pytest.raises(ConnectionError):
        portal.citizen.sweep(now)
    assert ran == [now, now]
