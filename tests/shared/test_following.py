"""One id from a request through its logs, its messages and their consumers to its traces."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from chalice.app import SQSEvent

from chalicelib.shared import following
from chalicelib.shared.aws.queues import SqsPost
from chalicelib.shared.following import followed, part, record_by
from chalicelib.shared.watch import LOGGER, Watch
from infra.local.pump import sqs_event
from tests.shared.test_watch import Lines, lines  # noqa: F401 - the fixture
from tests.support.cloud import empty_cloud

REQUEST = "a-request-of-1234"


@pytest.fixture(autouse=True)
def untraced() -> Iterator[None]:
    """No tracer of another test hears these."""
    before = list(following._recorder)
    following._recorder.clear()
    yield
    following._recorder[:] = before


def messages() -> list[dict[str, Any]]:
    """What a queue brings of two messages: one sent while a request was served, one by a sweep."""
    with empty_cloud() as session:
        sqs = session.client("sqs")
        url = sqs.create_queue(QueueName="q")["QueueUrl"]
        post = SqsPost(lambda: sqs, lambda name: name)
        with following.following(REQUEST):
            post.send("q", "an event")
        post.send("q", "another")
        found = [sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"])["Messages"][0] for _ in range(2)]
    return [sqs_event([message], "arn:aws:sqs:x:1:q", "x") for message in found]


def test_a_consumers_lines_carry_the_id_of_the_request_that_sent_its_message(lines: Lines) -> None:  # noqa: F811 - the fixture
    watch = Watch("klang-test", "test", "gdx", traced=lambda: False)
    context: Any = SimpleNamespace(aws_request_id="r", function_name="klang-test-gdx_events")
    for event in messages():
        watch.middleware()(SQSEvent(event, context), lambda _: logging.getLogger(f"{LOGGER}.x").info("inside"))
    first, second = (json.loads(line) for line in lines.text.splitlines())
    assert first["correlation_id"] == REQUEST and "correlation_id" not in second
    assert first["function_name"] == "klang-test-gdx_events"


def test_a_national_id_is_nobodys_correlation_id() -> None:
    with following.following("1101700207030"):
        assert followed() == "[pid]"
    assert followed() == ""


def test_a_trace_knows_the_request_and_its_parts() -> None:
    told: list[tuple[str, ...]] = []

    @contextmanager
    def recorded(name: str) -> Iterator[None]:
        told.append(("begin", name))
        yield
        told.append(("end", name))

    with part("provider"):
        assert told == []
    record_by(recorded, lambda name, value: told.append((name, value)))
    with part("klang"), following.following(REQUEST), part("provider"):
        pass
    with following.following(""):
        pass
    assert told == [
        ("begin", "klang"),
        ("correlation_id", REQUEST),
        ("begin", "provider"),
        ("end", "provider"),
        ("end", "klang"),
    ]
