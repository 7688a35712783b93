"""What a step of the story is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from demo.world import World

Play = Callable[[World], str]


@dataclass(frozen=True)
class Step:
    """One thing that somebody does, with what must come of it.

    Attributes:
        room: platform that it happens on, as shown.
        who: the person or system, as shown.
        title: what they do.
        play: does it over HTTP, checks what came back, answers one line for the report.
    """

    room: str
    who: str
    title: str
    play: Play

    @property
    def name(self) -> str:
        """For tests."""
        return self.play.__name__


class Chapter:
    """Steps in the order of their definition."""

    def __init__(self) -> None:
        self.steps: list[Step] = []

    def step(self, room: str, who: str, title: str) -> Callable[[Play], Play]:
        """Adds a function as the next step."""

        def add(play: Play) -> Play:
            self.steps.append(Step(room, who, title, play))
            return play

        return add
