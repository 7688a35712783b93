"""The story of `make demo` over real HTTP, on both emulators: each step checks what it sees, this checks what stays."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from demo.story import STEPS
from demo.world import HttpTransport, World, check
from infra.local.stack import Stack

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("journey")]

EMULATORS = [os.environ["EMULATOR"]] if "EMULATOR" in os.environ else ["moto", "ministack"]


@pytest.fixture(scope="module", params=EMULATORS)
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """The platforms on one emulator after the story; each of its steps raises when something is not as it should be."""
    with Stack(request.param, speed=30) as running:
        world = World(HttpTransport(running.address))
        world.known["told"] = {step.name: step.play(world) for step in STEPS}
        yield world


def test_every_step_of_the_story_has_something_to_tell(world: World) -> None:
    assert all(world.known["told"].values()) and len(world.known["told"]) == len(STEPS)


def test_afterwards_nothing_waits_and_nothing_was_set_aside(world: World) -> None:
    def at_rest() -> bool:
        queues = world.public("/local/queues").json
        check(queues, "there are no queues")
        check(not any(queue["dead"] for queue in queues), f"messages were set aside: {queues}")
        return not any(queue["waiting"] or queue["in_flight"] for queue in queues)

    world.until("the queues to come to rest", at_rest)


def test_the_licence_is_the_only_one_and_the_register_and_the_open_data_agree(world: World) -> None:
    register = world.public("/biz/v1/licences?agency=TH%2FLOCAL%2FLAEMNGOP").json["items"]
    assert [entry["no"] for entry in register] == [world.known["licence"]]
    rows = world.public(f"/api/3/action/datastore_search?resource_id={world.known['resource']}").json["result"]
    assert rows["total"] == 41
    assert rows["records"][0]["เลขที่ใบอนุญาต"] == register[0]["no"]
