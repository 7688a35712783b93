"""The laptop stack for journeys over real HTTP, with the story played in it."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from demo.story import STEPS
from demo.world import HttpTransport, World
from infra.local.stack import Stack

EMULATOR = os.environ.get("EMULATOR", "moto")
"""`moto` or `ministack`: which account the journeys run on."""


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """A stack of the module's own."""
    with Stack(EMULATOR, speed=30) as running:
        yield running


@pytest.fixture(scope="module")
def played(stack: Stack) -> World:
    """The world after the whole story."""
    world = World(HttpTransport(stack.address))
    for step in STEPS:
        step.play(world)
    return world
