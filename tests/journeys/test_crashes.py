"""The whole story while the server is killed at every point of every request, message and schedule.

In each run of the story everything that runs dies once at the same point (the first, the second ...); the server
starts again with nothing in memory, clients repeat their requests with the same Idempotency-Key, queues deliver again.
Whatever died: the same is there at the end, once.

A point is a moment that can be told from the one before by what is left outside the dead process: nothing was done yet;
another system has answered; an AWS call has written. What is only read leaves nothing, so to die anywhere on the way to
the next point leaves exactly what it leaves to die at the last one, and starts again from there in the same way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

import pytest

from demo.story import LICENCE
from demo.world import Answer, World
from tests.journeys.effects import Effects, effects
from tests.journeys.weather import BEGINNING, Away, Death, Skies, Storm, weather
from tests.support.faults import Kind
from tests.support.town import InProcess, Town, town

pytestmark = pytest.mark.slow

POINTS = 8
"""Most points of anything that runs, in a warm process and in one that was just started. A test below fails when there
are more than the others strike at."""

ASKING = ("POST /r1/", "POST /biz/v1/applications", "POST /gdx/v1/prefill")
"""Requests that ask about a person through the exchange, of which each attempt is a disclosure and is recorded."""

COLD_POINT = 1
"""Where a process that was just started may have a point that a warm one has not."""

S = TypeVar("S", bound=Skies)


@dataclass(frozen=True)
class Played(Generic[S]):
    """A story that was played to its end."""

    here: Town
    weather: S
    effects: Effects


@contextmanager
def story(
    sky: S, *, cold: bool = False, town_of: type[Town] = Town, transport: type[InProcess] = InProcess
) -> Iterator[Played[S]]:
    """The story in this weather; every step checks what it sees, and at the end all queues come to rest."""
    with town(town_of) as here, weather(sky):
        here.around, here.answered, here.cold = sky.around, sky.answered, cold
        world = World(transport(here))
        for step in LICENCE:
            step.play(world)
        here.settle()
        yield Played(here, sky, effects(here))


@pytest.fixture(scope="module")
def undisturbed() -> Played[Death]:
    """The story when nothing goes wrong."""
    with story(Death()) as played:
        assert played.here.failures == []
        assert played.weather.again == 0
        return played


@pytest.fixture(scope="module")
def calm(undisturbed: Played[Death]) -> Effects:
    """What it leaves."""
    return undisturbed.effects


def assert_same(played: Played[S], calm: Effects) -> None:
    """Nothing lost, nothing doubled, nothing left over; accesses at most as often as somebody really asked."""
    assert played.weather.struck, "nothing was struck: the test proves nothing"
    assert played.effects.same == calm.same
    assert played.here.open_rows() == [] and played.here.dead_letters() == 0
    repeated = sum(name.startswith(ASKING) for name, _ in played.weather.struck)
    assert not calm.accesses - played.effects.accesses, "an access is not in the person's log"
    assert (played.effects.accesses - calm.accesses).total() <= repeated, "an access stands twice in the log"
    assert calm.leaves <= played.effects.leaves <= calm.leaves + 2 * repeated


@pytest.mark.parametrize("point", range(POINTS))
def test_a_death_at_any_point(calm: Effects, point: int) -> None:
    with story(Death(point)) as played:
        assert_same(played, calm)
        assert played.here.restarts == len(played.weather.struck)


def test_a_death_in_a_process_that_was_just_started(calm: Effects) -> None:
    """It writes what every process writes once, e.g. the figures of use; else it only reads more than a warm one."""
    with story(Death(COLD_POINT), cold=True) as played:
        assert_same(played, calm)


def test_every_point_is_struck_by_some_test(undisturbed: Played[Death]) -> None:
    """Each run begins with the first point; of the others, a cold process has none that were not struck above."""
    assert undisturbed.weather.longest == POINTS
    with story(Death(), cold=True) as cold:
        assert cold.weather.longest == POINTS
        assert cold.effects.same == undisturbed.effects.same
        others = cold.weather.points - undisturbed.weather.points
        assert {place for _, place, what in others if what != BEGINNING} <= {COLD_POINT}, others


@pytest.mark.parametrize("kinds", [("lost", "500after", "twice"), ("throttle", "drop")])
def test_all_calls_are_doubled_or_refused(calm: Effects, kinds: tuple[Kind, ...]) -> None:
    """Applied and not answered, or not applied at first: the SDK repeats each call, and nobody else has to."""
    with story(Storm(kinds)) as played:
        assert played.effects.same == calm.same
        assert played.effects.accesses == calm.accesses
        assert played.effects.leaves == calm.leaves
        assert played.here.open_rows() == [] and played.here.dead_letters() == 0
        assert played.here.failures == []
        assert played.weather.again == 0, "somebody had to repeat what the SDK repeats"
        for call in ("dynamodb:TransactWriteItems", "sqs:SendMessage"):
            assert {kind for met, kind in played.weather.met if met == call} == set(kinds)
        assert {"kms:Decrypt", "kms:Sign", "s3:CopyObject", "s3:PutObject"} <= {met for met, _ in played.weather.met}


class Recovering(Town):
    """A town whose clients meet another process after a failure: they do not wait here, and one process asks for the
    keys of an issuer at most once in ten seconds, whether it gets them or not.
    """

    def ask(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None, attempt: int = 0
    ) -> tuple[int, dict[str, str], bytes]:
        answer = super().ask(method, path, headers, body, attempt)
        if answer[0] >= 500:
            come_again = answer[0] == 503 and int(answer[1]["retry-after"]) > 0
            assert come_again or "x-road-error" in answer[1], (method, path, answer)
            self.restart()
        return answer


def test_the_tables_are_away_then_the_queues(calm: Effects) -> None:
    """Whoever is told to come again comes again, every message is sent by the sweep alone, and the same is there."""
    with story(Away("dynamodb", "sqs"), town_of=Recovering) as played:
        assert played.effects.same == calm.same and played.effects.accesses == calm.accesses
        assert played.here.open_rows() == [] and played.here.dead_letters() == 0
        assert {"dynamodb:TransactWriteItems", "sqs:GetQueueUrl"} <= {call for _, call in played.weather.struck}


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
    with story(Skies(), transport=Stammering) as played:
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
    with pytest.raises(AssertionError, match="does not come to rest"), story(Death(2), town_of=NeverSweeping):
        pass


def test_without_the_clients_keys_it_would_be_seen(calm: Effects) -> None:
    with pytest.raises(AssertionError), story(Death(1), town_of=Forgetful) as played:
        assert_same(played, calm)
