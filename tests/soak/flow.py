"""What a flow is: one promise of the platforms, lived through under faults and held against a plain model.

A flow says what people and systems do (`draw`), what the functions do (`hear`, `sweep`), and what must be true when all
is quiet again (`judge`). Faults, deliveries, clock jumps, deaths and overtaking are the harness's (`life.py`).

A flow remembers in plain Python what was *acknowledged* to whoever asked. Commands that fail or die promise nothing.

To write one: a module in `tests/soak/flows/`, a subclass of `Flow` entered in `flows.FLOWS`; `flows/outbox.py` is the
pattern. Keep a life cheap: an AWS call costs 3 ms, a life should make about twenty.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, TypeVar

from chalicelib.shared.journal import Journal, Post
from chalicelib.shared.objects import Objects
from chalicelib.shared.storage import Table

if TYPE_CHECKING:
    from .stage import Stage

P = TypeVar("P")
Broken = Literal["LOST", "DOUBLED", "HALF", "STALE", "CHAIN", "OPEN"]
"""LOST: acknowledged and not there. DOUBLED: done twice. HALF: part of a command is there without the rest.
STALE: something was accepted on the strength of what was true no more. CHAIN: a history is not whole.
OPEN: work is left that nobody will ever do."""


@dataclass(frozen=True)
class Violation:
    """A promise that was broken.

    Attributes:
        kind: which one.
        what: how it was seen; names no person.
    """

    kind: Broken
    what: str


@dataclass(frozen=True)
class Command(Generic[P]):
    """One thing that somebody is about to do; drawn beforehand, so that several can be done at once.

    Attributes:
        name: for the story of a life.
        run: does it in a process. Its last act is to note in the flow what was acknowledged. Whatever it raises, a
            `Crash` too, is the harness's to catch: nobody was told anything then.
    """

    name: str
    run: Callable[[P], None]


@dataclass(frozen=True)
class Parts:
    """What the processes of a flow are built of; a defect is another part in the place of one of them.

    Flows may have more: a subclass of this, and `parts` of the flow says so.

    Attributes:
        table: what the room sees of its table.
        post: what it sees of the queues.
        objects: what it sees of a bucket.
        journal: its journal.
        sweeps: whether the schedules run.
    """

    table: Callable[[Table], Table] = lambda table: table
    post: Callable[[Post], Post] = lambda post: post
    objects: Callable[[Objects], Objects] = lambda objects: objects
    journal: type[Journal] = Journal
    sweeps: bool = True


class Flow(ABC, Generic[P]):
    """One life of a flow; `P` is a process of the room: whatever `start` gives.

    Args:
        stage: the account, the clock, the way out.
        parts: what to build processes of; `given`.

    Attributes:
        noticed: promises that were seen broken on the way.
    """

    name: ClassVar[str]
    """Short, for the command line."""
    rooms: ClassVar[tuple[str, ...]]
    """Whose tables, queues, buckets and rights the processes have."""
    parts: ClassVar[Parts] = Parts()
    """The sound ones."""

    def __init__(self, stage: Stage, parts: Parts) -> None:
        self.stage = stage
        self.given: Any = parts
        self.noticed: list[Violation] = []

    @classmethod
    def seed(cls, stage: Stage) -> Any:
        """What is there before any life: done once, in fair weather, and put back before each life.

        Gives what lives need to know of it; that is `stage.seeded`, and must not be changed by a life.
        """
        return None

    @abstractmethod
    def start(self) -> P:
        """A process that was just started, with nothing in memory. Makes no AWS call itself."""

    @abstractmethod
    def draw(self, random: Random) -> Command[P]:
        """What somebody does next. All choices are made here, by `random`, none while it is done."""

    def hear(self, process: P, queue: str, body: str) -> None:
        """What the function of a queue (`gdx-events`) does with one message; what it raises, the queue repeats."""

    def sweep(self, process: P) -> None:
        """What schedules do each minute."""

    def busy(self) -> bool:
        """Whether schedules have still to bring something on, apart from open outbox rows."""
        return False

    def finish(self, process: P) -> None:
        """What people do when all is well again, e.g. repeat with its key what was never answered."""

    @abstractmethod
    def judge(self, process: P) -> Iterator[Violation]:
        """What is broken now that all is quiet; `stage.rows` tells what the tables hold."""
