"""The laptop's clock: it goes ahead, for everybody at once, and never back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from infra.local.clock import FARTHEST, MovableClock
from infra.local.paths import Paths
from tests.infra.local_http import as_json, ask

MACHINE = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(lambda: MACHINE)


@pytest.fixture
def local(clock: MovableClock) -> Paths:
    return Paths(clock.handlers)


def test_it_shows_the_machines_time_until_it_is_moved(clock: MovableClock, local: Paths) -> None:
    assert clock() == MACHINE
    assert as_json(ask(local, "GET", "/local/clock")) == {"now": "2026-03-02T01:00:00+00:00", "ahead_seconds": 0}
    assert as_json(ask(local, "POST", "/local/clock", {"seconds": 90}))["ahead_seconds"] == 90
    moved = as_json(ask(local, "POST", "/local/clock", {"to": "2026-04-01T09:00:00+07:00"}))
    assert moved["now"] == "2026-04-01T02:00:00+00:00"
    assert clock() == datetime(2026, 4, 1, 2, tzinfo=UTC)
    assert as_json(ask(local, "POST", "/local/clock", {"seconds": 60}))["now"] == "2026-04-01T02:01:00+00:00"


def test_it_runs_on_with_the_machine() -> None:
    times = iter([MACHINE, MACHINE + timedelta(seconds=5)])
    clock = MovableClock(lambda: next(times))
    clock.move(MACHINE + timedelta(days=1))
    assert clock() == MACHINE + timedelta(days=1, seconds=5)


@pytest.mark.parametrize(
    "body",
    [
        {"to": "2026-04-01T08:59:59+07:00"},
        {"to": (MACHINE + FARTHEST + timedelta(days=1)).isoformat()},
        {"to": "2027-04-01T09:00:00"},
        {"seconds": int(FARTHEST.total_seconds())},
        {"seconds": -1},
        {"seconds": 1.5},
        {"to": "2027-04-01T09:00:00Z", "seconds": 1},
        {},
    ],
)
def test_it_never_goes_back_nor_too_far(clock: MovableClock, local: Paths, body: Any) -> None:
    clock.move(datetime(2026, 4, 1, 2, tzinfo=UTC))
    assert ask(local, "POST", "/local/clock", body).status == 422
    assert clock() == datetime(2026, 4, 1, 2, tzinfo=UTC)
