"""The minute's run in a real house: it seals, measures what the alarms watch, and fails aloud."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chalicelib.gdx.transparency import store
from chalicelib.gdx.transparency.tiles import BrokenLog
from chalicelib.settings import Settings
from chalicelib.shared.ids import new_token
from chalicelib.shared.measures import Measurement, measuring
from chalicelib.shared.storage import Update
from chalicelib.wiring import House, open_house
from infra.local.surroundings import variables
from tests.support.cloud import ENVIRONMENT, ORIGIN, REGION, moto_cloud


@pytest.fixture
def house() -> Iterator[House]:
    with moto_cloud(["gdx"]) as session:
        yield open_house(
            Settings.from_env({**variables(ENVIRONMENT, ORIGIN), "PLATFORMS": "gdx", "AWS_REGION": REGION}),
            session=session,
        )


def values(taken: list[Measurement]) -> dict[str, float]:
    """What was measured, by name."""
    assert {each.platform for each in taken} == {"gdx"}
    return {each.name: each.value for each in taken}


def test_a_run_is_measured_and_one_that_fails_too(house: House) -> None:
    with measuring() as taken:
        house.sweeps["gdx_seal"]()
    assert values(taken) == {"LogSealFailures": 0, "LogBehind": 0.0}
    table = house.parts("gdx").table
    head = table.get(store.HEAD)
    assert head is not None
    table.write([Update(head.next({**head.data, "size": 7, "published": False}))], new_token())
    with measuring() as taken, pytest.raises(BrokenLog):
        house.sweeps["gdx_seal"]()
    assert values(taken) == {"LogSealFailures": 1}
