"""On the laptop an alarm rings when a message failed too often, is told to the operator, and is quiet when mended."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from boto3.session import Session

from chalicelib.settings import ROOMS
from chalicelib.shared.measures import Measurement
from chalicelib.shared.watch import emf_lines
from infra.local.alarms.watcher import Watcher
from infra.local.pump import Depth
from infra.operate.__main__ import run
from infra.provision import apply
from infra.stages import Environment
from infra.watching import template
from infra.watching.told import states
from tests.support.cloud import moto_cloud

QUEUE = "klang-test-gdx-events"
HERE = Environment("test", dict.fromkeys(ROOMS, "http://x"), "local", (), "mail.klang.example", together=True)


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 12, 1, 3, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)


@pytest.fixture(scope="module")
def account() -> Iterator[Session]:
    with moto_cloud(["gdx"]) as session:
        (stage,) = HERE.stages()
        apply(template(stage, "gdx"), {}, session)
        yield session


def _count(sqs: Any, name: str) -> int:
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])["Attributes"]
    return int(found["ApproximateNumberOfMessages"])


def take(sqs: Any, url: str) -> None:
    """What a consumer does with the only message."""
    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


def watcher_of(account: Session, clock: Clock) -> Watcher:
    """One for whom all is well: the sweep and the sealing have run in every minute of the last hour."""
    sqs = account.client("sqs")
    made = Watcher(account, clock, lambda: {QUEUE: Depth(_count(sqs, QUEUE), 0, _count(sqs, f"{QUEUE}-dlq"))})
    minute(made)
    return made


def minute(watcher: Watcher) -> None:
    for line in emf_lines([Measurement("OutboxGivenUp", 0, "gdx"), Measurement("LogBehind", 3, "gdx")], "test"):
        assert watcher.hear_line(line)


def ringing(states: dict[str, str]) -> set[str]:
    return {name for name, state in states.items() if state == "ALARM"}


def test_a_dead_message_rings_is_told_and_is_quiet_once_it_was_sent_again(account: Session) -> None:
    clock, sqs = Clock(), account.client("sqs")
    watcher = watcher_of(account, clock)
    assert ringing(watcher.look()) == set()
    url = sqs.get_queue_url(QueueName=QUEUE)["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="an event that nobody can read")
    for _ in range(6):  # five tries, and the one that moves it
        sqs.receive_message(QueueUrl=url, VisibilityTimeout=0)
    assert _count(sqs, f"{QUEUE}-dlq") == 1
    assert ringing(watcher.look()) == {"klang-test-gdx-events-dlq-not-empty", "klang-test-gdx-in-trouble"}
    told = states(account.client("cloudwatch"), "test", "gdx")
    assert [each["alarm"] for each in told["ringing"]] == ["gdx-events-dlq-not-empty", "gdx-in-trouble"]
    assert told["ringing"][0]["section"] == "gdx-events-dlq-not-empty" and "revive" in told["ringing"][0]["Do"]
    assert "gdx-events-old" in told["quiet"] and told["unknown"] == []

    dead = sqs.get_queue_url(QueueName=f"{QUEUE}-dlq")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sqs.start_message_move_task(SourceArn=arn)
    take(sqs, url)  # its consumer has been mended
    clock.move(1)
    minute(watcher)
    assert ringing(watcher.look()) == set()
    assert states(account.client("cloudwatch"), "test", "gdx")["ringing"] == []


def test_a_message_that_nobody_takes_grows_old(account: Session) -> None:
    clock, sqs = Clock(), account.client("sqs")
    watcher = watcher_of(account, clock)
    url = sqs.get_queue_url(QueueName=QUEUE)["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="waits")
    for _ in range(16):
        minute(watcher)
        found = watcher.look()
        clock.move(1)
    assert "klang-test-gdx-events-old" not in ringing(found)
    minute(watcher)
    assert "klang-test-gdx-events-old" in ringing(watcher.look())
    take(sqs, url)
    clock.move(3)
    minute(watcher)
    assert "klang-test-gdx-events-old" not in ringing(watcher.look())


def test_functions_that_fail_and_sweeps_that_are_silent_ring(account: Session) -> None:
    clock = Clock()
    watcher = watcher_of(account, clock)
    for done in (True, False, False, False, False, False):
        watcher.hear_run("klang-test-gdx_events", done)
    assert ringing(watcher.look()) == {"klang-test-gdx-functions-failing", "klang-test-gdx-in-trouble"}
    clock.move(60)
    rings = ringing(watcher.look())
    assert {"klang-test-gdx-sweep-silent", "klang-test-gdx-log-old"} <= rings
    assert "klang-test-gdx-functions-failing" not in rings


def test_the_operators_command_asks_cloudwatch(account: Session) -> None:
    told = run(["local", "alarms", "--room", "gdx"], session=account)
    assert told == {"ringing": [], "unknown": [], "quiet": []}, "an environment without alarms has none"
