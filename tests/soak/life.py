"""One life of a flow: some steps under faults, then calm until all is quiet, then judgement.

All choices come from one source (`Random`): of a seed in the soak, of Hypothesis in the state machine. Nothing else is
random, so a seed lives the same life again, call by call.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from chalicelib.shared.journal import OPEN
from tests.support.faults import Crash
from tests.support.faults.turns import interleaved
from tests.support.faults.weather import Weather

from .flow import Flow, Parts, Violation
from .history import overwritten
from .queues import Message
from .stage import Stage

STEPS = (4, 9)
"""How many steps a life has, at least and at most."""
ROUNDS = 40
"""Sweeps after which a life that is not quiet will never be."""
JUMPS = (-7200.0, -90.0, 5.0, 61.0, 300.0, 4000.0, 90_000.0)
"""Seconds by which a clock is moved: steps back as after a bad time server, forward to timeouts, hours and a day."""

LONGEST_UNDER_WAY = 900.0
"""Seconds after which a write whose answer was lost has arrived, or never will."""


@dataclass
class Told:
    """What happened in one life.

    Attributes:
        story: its steps.
        struck: how often each kind of fault struck.
        calls: AWS calls under the eyes of the faults.
        outside: requests to other systems, and those among them that went wrong.
        overtaken: how often one process stopped for another.
        deaths: processes that died.
        failed: commands and deliveries that ended in an exception, by its name.
    """

    story: list[str] = field(default_factory=list)
    struck: Counter[str] = field(default_factory=Counter)
    calls: int = 0
    outside: tuple[int, int] = (0, 0)
    overtaken: int = 0
    deaths: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    violations: list[Violation] = field(default_factory=list)


class Life:
    """One life, step by step.

    Args:
        stage: where.
        kind: of which flow.
        parts: what its processes are built of.
        random: gives the choices of the first step; each step may bring its own.
    """

    def __init__(self, stage: Stage, kind: type[Flow[Any]], parts: Parts, random: Random) -> None:
        stage.prepare(kind)
        self._stage = stage
        self._parts = parts
        self._random = random
        self._weather = Weather(random)
        stage.layer.pick = lambda *call: self._weather(*call)
        stage.mood = lambda: self._weather.mood()
        self.told = Told()
        self.flow = kind(stage, parts)
        self._processes = [self.flow.start() for _ in range(3)]

    def step(self, random: Random) -> None:
        """Something happens."""
        self._random = random
        self._weather.by(random)
        self._weather.change()
        self._stage.layer.behind = self._weather.behind
        waiting, pending = bool(self._stage.queues.collect()), bool(self._stage.layer.pending)
        what = random.choices(
            ("command", "at once", "deliver", "sweep", "land", "jump", "restart", "expire"),
            (9, 8, 9 * waiting, 3, 6 * pending, 3, 1, 1),
        )[0]
        match what:
            case "command":
                self._run([self._command(0)])
            case "at once":
                self._at_once(random)
            case "deliver":
                self._stage.queues.deliver(random, self._handled, at_most=random.randint(1, 6))
                self.told.story.append("deliver")
            case "sweep":
                self._stage.pass_time(seconds=61)
                self._run([self._sweep(0)])
            case "land":
                self._landed()
            case "jump":
                seconds = random.choice(JUMPS)
                self._let_hours_pass(seconds)
                self._stage.pass_time(seconds=seconds)
                self.told.story.append(f"jump {seconds:+.0f} s")
            case "restart":
                self._processes = [self.flow.start() for _ in range(3)]
                self.told.story.append("restart")
            case "expire":
                self._let_hours_pass(seconds=3 * 86_400)
                self._stage.pass_time(days=3)
                self._expire()

    def end(self) -> Told:
        """Calm, until all is quiet; then the judgement."""
        self._stage.layer.on = False
        self._stage.mood = lambda: "well"
        while self._stage.layer.pending:
            self._landed()
        self._processes = [self.flow.start() for _ in range(3)]
        quiet = self._settled()
        self.flow.finish(self._processes[0])
        quiet = self._settled() and quiet
        self.told.outside = self._stage.asked, self._stage.unanswered
        trace = self._stage.layer.trace
        self.told.calls = len(trace)
        self.told.struck = Counter(kind for _, _, kind in trace if kind != "ok")
        if not quiet:
            self.told.violations.append(Violation("OPEN", "the outbox never came to rest"))
        self.told.violations += [*self.flow.noticed, *overwritten(self._stage.history)]
        self.told.violations += self.flow.judge(self.flow.start())
        return self.told

    # -- steps -----------------------------------------------------------------------------------

    def _at_once(self, random: Random) -> None:
        """Two or three things at the same time, by runs of calls of one side."""
        makers: list[Callable[[int], Callable[[], None]]] = [self._command, self._command, self._command]
        makers += [self._delivery, self._sweep]
        actors = [self._command(0)]
        actors += [random.choice(makers)(place) for place in range(1, random.choice((2, 2, 3)))]
        turns = ((random.randrange(6), random.randint(1, 8)) for _ in itertools.count())
        self.told.story.append("at once:")
        self._run(actors, turns)

    def _command(self, place: int) -> Callable[[], None]:
        command = self.flow.draw(self._random)

        def act() -> None:
            self.told.story.append(command.name)
            self._survives(place, command.run)

        return act

    def _sweep(self, place: int) -> Callable[[], None]:
        def act() -> None:
            self.told.story.append("sweep")
            if self._parts.sweeps:
                self._survives(place, self.flow.sweep)

        return act

    def _delivery(self, place: int) -> Callable[[], None]:
        self._stage.queues.collect()
        waiting = self._stage.queues.waiting
        if not waiting:
            return self._command(place)
        message = waiting[self._random.randrange(len(waiting))]

        def act() -> None:
            # received twice at the same time, or long after it was deleted: it stays where it is
            self.told.story.append(f"deliver {message.queue}")
            self._survives(place, lambda process: self.flow.hear(process, message.queue, message.body))

        return act

    def _run(self, actors: list[Callable[[], None]], turns: Iterator[tuple[int, int]] | None = None) -> None:
        self._stage.layer.on = True
        try:
            if turns is None:
                for actor in actors:
                    actor()
            else:
                self.told.overtaken += interleaved(self._stage.layer, actors, turns)
        finally:
            self._stage.layer.on = False

    def _handled(self, message: Message) -> bool:
        done: list[bool] = []

        def act() -> None:
            done.append(self._survives(0, lambda process: self.flow.hear(process, message.queue, message.body)))

        self._run([act])
        return done[0]

    def _survives(self, place: int, what: Callable[[Any], None]) -> bool:
        """Whether it came to its end; who dies is started again."""
        try:
            what(self._processes[place])
        except Crash:
            self.told.deaths += 1
            self._processes[place] = self.flow.start()
            return False
        except AssertionError:
            raise  # the flow's own: what no fault excuses
        except Exception as error:  # whoever asked was told that it failed, or nothing
            self.told.failed[type(error).__name__] += 1
            return False
        return True

    def _landed(self) -> None:
        if self._stage.layer.land_zombie():
            self.told.story.append("a late write arrives")

    def _let_hours_pass(self, seconds: float) -> None:
        """No write is under way for as long as that."""
        while seconds > LONGEST_UNDER_WAY and self._stage.layer.pending:
            self._landed()

    def _expire(self) -> None:
        removed = self._stage.account.remove_expired(self.flow.rooms, self._stage.now.timestamp())
        self._stage.history.expired(self._stage.now, removed)
        self.told.story.append(f"{len(removed)} rows expire")

    # -- the end ---------------------------------------------------------------------------------

    def _settled(self) -> bool:
        """Lets functions and schedules work in fair weather; whether nothing is left to do."""
        for minutes in itertools.islice(itertools.chain((1, 1, 2, 4), itertools.repeat(61)), ROUNDS):
            self._stage.queues.drain(self._calmly)
            if not self._open_rows() and not self.flow.busy():
                return True
            if not self._parts.sweeps:
                return False
            self._stage.pass_time(minutes=minutes, seconds=1)
            self.flow.sweep(self._processes[0])
        return False

    def _calmly(self, message: Message) -> bool:
        return self._survives(0, lambda process: self.flow.hear(process, message.queue, message.body))

    def _open_rows(self) -> int:
        rows = (row for room in self.flow.rooms for row in self._stage.account.rows(room))
        return sum(OPEN in row.indexes and row.key.pk.startswith("OUT#") for row in rows)


def live(stage: Stage, kind: type[Flow[Any]], random: Random, parts: Parts | None = None) -> Told:
    """A whole life."""
    life = Life(stage, kind, parts or kind.parts, random)
    for _ in range(random.randint(*STEPS)):
        life.step(random)
    return life.end()
