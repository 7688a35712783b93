"""The whole story while the server is killed at every AWS call of every request, message and schedule.

In each run of the story the same call (the first, the second ...) of everything that runs dies once, right after its
effect; the server starts again with nothing in memory, clients repeat their requests with the same Idempotency-Key,
queues deliver again. Whatever died: the same is there at the end, once. (To die before the effect of a call leaves what
it leaves to die after that of the call before; only before the first there is nothing, and that is a test of its own.)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from demo.story import STEPS
from demo.world import Answer, World
from tests.journeys.effects import Effects, effects
from tests.journeys.weather import Weather, weather
from tests.support.faults import Kind
from tests.support.town import InProcess, Town, town

pytestmark = pytest.mark.slow

WARM = 12
"""Most AWS calls of anything that runs in a warm process, and ..."""
COLD = 15
"""... in one that has just been started. A test below fails when more are made than the others strike at."""

ASKING = ("POST /r1/", "POST /biz/v1/applications", "POST /gdx/v1/prefill")
"""Requests that ask about a person through the exchange, of which each attempt is a disclosure and is recorded."""


@dataclass(frozen=True)
class Played:
    """A story that was played to its end."""

    here: Town
    weather: Weather
    effects: Effects


@contextmanager
def story(
    kind: Kind = "ok",
    call: int = 0,
    *,
    cold: bool = False,
    town_of: type[Town] = Town,
    transport: type[InProcess] = InProcess,
) -> Iterator[Played]:
    """The story in this weather; every step checks what it sees, and at the end all queues come to rest."""
    with town(town_of) as here, weather(kind, call) as outside:
        here.around, here.cold = outside.around, cold
        world = World(transport(here))
        for step in STEPS:
            step.play(world)
        here.settle()
        yield Played(here, outside, effects(here))


@pytest.fixture(scope="module")
def calm() -> Effects:
    """What the story leaves when nothing goes wrong."""
    with story() as played:
        assert played.here.failures == []
        return played.effects


def assert_same(played: Played, calm: Effects) -> None:
    """Nothing lost, nothing doubled, nothing left over; accesses at most as often as somebody really asked."""
    assert played.weather.struck, "nothing was struck: the test proves nothing"
    assert played.effects.same == calm.same
    assert played.here.open_rows() == [] and played.here.dead_letters() == 0
    repeated = sum(name.startswith(ASKING) for name, _ in played.weather.struck)
    assert not calm.accesses - played.effects.accesses, "an access is not in the person's log"
    assert (played.effects.accesses - calm.accesses).total() <= repeated, "an access stands twice in the log"
    assert calm.leaves <= played.effects.leaves <= calm.leaves + 2 * repeated


@pytest.mark.parametrize(("kind", "call"), [("crash", 0), *(("crash_after", call) for call in range(WARM))])
def test_a_death_at_any_call(calm: Effects, kind: Kind, call: int) -> None:
    with story(kind, call) as played:
        assert_same(played, calm)
        assert played.here.restarts == len(played.weather.struck)


@pytest.mark.parametrize("call", range(WARM, COLD))
def test_a_death_in_a_process_that_was_just_started(calm: Effects, call: int) -> None:
    with story("crash_after", call, cold=True) as played:
        assert_same(played, calm)


@pytest.mark.parametrize(
    ("kind", "call"),
    [
        ("lost", 1),
        ("lost", 3),
        ("500after", 2),
        ("500after", 4),
        ("throttle", 1),
        ("drop", 2),
        ("twice", 2),
        ("twice", 3),
    ],
)
def test_a_call_that_is_lost_refused_or_doubled(calm: Effects, kind: Kind, call: int) -> None:
    with story(kind, call) as played:
        assert_same(played, calm)
        assert played.here.restarts == 0, "a client had to repeat what the SDK repeats"


def test_every_call_that_is_made_is_struck_by_some_test() -> None:
    with story() as warm:
        assert warm.weather.longest == WARM
    with story(cold=True) as cold:
        assert cold.weather.longest == COLD


class Stammering(InProcess):
    """Clients that send everything twice, and compare."""

    FRESH = ("etag", "location", "content-type", "x-road-error")

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        first = super().send(method, path, headers, body)
        if "idempotency-key" not in headers or "/r1/" in path:
            return first
        again = super().send(method, path, headers, body)
        assert again.status == first.status, (path, again.body)
        if first.status < 300:
            for name in self.FRESH:
                assert again.headers.get(name) == first.headers.get(name), (path, name)
            assert _lasting(again) == _lasting(first), path
        return again


def _lasting(answer: Answer) -> object:
    """An answer without what every answer has anew: an upload form, a proof of possession."""
    if not answer.body:
        return None
    shown = dict(answer.json)
    for name in ("fields", "presentation"):
        shown.pop(name, None)
    if isinstance(shown.get("result"), dict):
        shown["result"] = {name: value for name, value in shown["result"].items() if name != "upload"}
    return shown


def test_a_request_that_is_sent_twice_is_answered_the_same_and_done_once(calm: Effects) -> None:
    with story(transport=Stammering) as played:
        assert played.effects.same == calm.same
        assert played.effects.accesses == calm.accesses


class Forgetful(Town):
    """A town of clients that take a new Idempotency-Key when they repeat a request."""

    def ask(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None, attempt: int = 0
    ) -> tuple[int, dict[str, str], bytes]:
        if "idempotency-key" in headers:
            headers = {**headers, "idempotency-key": f"{headers['idempotency-key']}-{attempt}"}
        return super().ask(method, path, headers, body, attempt)


class NeverSweeping(Town):
    """Schedules that never run."""

    def sweep(self) -> None:
        """Does nothing."""


def test_without_the_sweep_it_would_be_seen() -> None:
    with pytest.raises(AssertionError, match="does not come to rest"), story("crash", 2, town_of=NeverSweeping):
        pass


def test_without_the_clients_keys_it_would_be_seen(calm: Effects) -> None:
    with pytest.raises(AssertionError), story("crash_after", 2, town_of=Forgetful) as played:
        assert_same(played, calm)
