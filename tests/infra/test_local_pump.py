"""The pump: finds what an app listens to, calls the very functions, deletes on success and only then."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from boto3.session import Session
from botocore.exceptions import ClientError
from chalice.app import Chalice, CloudWatchEvent, Cron, Rate, SQSEvent

from infra.local.calls import Calls
from infra.local.pump import SHORTEST_VISIBILITY, Pump, schedule_event, sqs_event
from infra.local.sources import UnsupportedSource, seconds_of, sources_of
from tests.support.cloud import empty_cloud, new_session


class Heard:
    """An app that writes down what it was called with, and fails as often as it is told."""

    def __init__(self, failures: int = 0) -> None:
        self.bodies: list[str] = []
        self.events: list[dict[str, Any]] = []
        self.ticks: list[dict[str, Any]] = []
        self.contexts: list[Any] = []
        self.app = Chalice(app_name="scratch", configure_logs=False)
        left = [failures]

        @self.app.on_sqs_message(queue="jobs", batch_size=1)
        def work(event: SQSEvent) -> None:
            self.events.append(event.to_dict())
            self.contexts.append(event.context)
            if left[0]:
                left[0] -= 1
                raise ValueError("pid 3990100001013")
            self.bodies.extend(record.body for record in event)

        @self.app.schedule(Rate(1, unit=Rate.MINUTES))
        def tick(event: CloudWatchEvent) -> None:
            self.ticks.append(event.to_dict())


def make_queues(session: Session, tries: int = 2) -> Any:
    sqs = session.client("sqs")
    dead = sqs.create_queue(QueueName="jobs-dlq")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    redrive = f'{{"deadLetterTargetArn":"{arn}","maxReceiveCount":{tries}}}'
    sqs.create_queue(QueueName="jobs", Attributes={"VisibilityTimeout": "1", "RedrivePolicy": redrive})
    return sqs


def send(sqs: Any, body: str) -> None:
    sqs.send_message(QueueUrl=sqs.get_queue_url(QueueName="jobs")["QueueUrl"], MessageBody=body)


def wait_until(true: Callable[[], bool], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


@contextmanager
def pumping(app: Chalice, speed: float = 1.0) -> Iterator[Pump]:
    pump = Pump(app, new_session(), speed)
    pump.start()
    try:
        yield pump
    finally:
        assert pump.stop()


def test_messages_reach_the_function_once_each_and_are_deleted() -> None:
    heard = Heard()
    with empty_cloud() as session:
        sqs = make_queues(session)
        with pumping(heard.app) as pump:
            for number in range(5):
                send(sqs, f"job {number}")
            wait_until(lambda: len(heard.bodies) == 5)
            wait_until(lambda: pump.depths()["jobs"].in_flight == 0)
            assert pump.depths()["jobs"].waiting == 0
    assert sorted(heard.bodies) == [f"job {number}" for number in range(5)]
    records = [record for event in heard.events for record in event["Records"]]
    assert len({record["messageId"] for record in records}) == 5
    assert records[0]["eventSource"] == "aws:sqs"
    assert records[0]["eventSourceARN"].endswith(":jobs")
    assert records[0]["attributes"]["ApproximateReceiveCount"] == "1"
    assert heard.contexts[0].get_remaining_time_in_millis() > 0


def test_a_failed_message_comes_back(caplog: pytest.LogCaptureFixture) -> None:
    heard = Heard(failures=1)
    with empty_cloud() as session:
        sqs = make_queues(session)
        with pumping(heard.app):
            send(sqs, "stubborn")
            wait_until(lambda: heard.bodies == ["stubborn"])
    counts = [event["Records"][0]["attributes"]["ApproximateReceiveCount"] for event in heard.events]
    assert counts == ["1", "2"]
    assert "ValueError" in caplog.text
    assert "3990100001013" not in caplog.text


def test_a_message_that_always_fails_ends_in_the_dead_letter_queue() -> None:
    heard = Heard(failures=100)
    with empty_cloud() as session:
        sqs = make_queues(session, tries=2)
        with pumping(heard.app) as pump:
            send(sqs, "poison")
            wait_until(lambda: pump.depths()["jobs"].dead == 1)
    assert len(heard.events) == 2


def test_schedules_come_round_faster_by_the_factor() -> None:
    heard = Heard()
    with empty_cloud() as session:
        make_queues(session)
        with pumping(heard.app, speed=600):
            wait_until(lambda: len(heard.ticks) >= 3)
    assert len({tick["id"] for tick in heard.ticks}) == len(heard.ticks)
    assert heard.ticks[0]["detail-type"] == "Scheduled Event"


def test_failed_messages_come_back_faster_by_the_factor_but_never_at_once() -> None:
    heard = Heard(failures=1)
    with empty_cloud() as session:
        sqs = make_queues(session)
        url = sqs.get_queue_url(QueueName="jobs")["QueueUrl"]
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "180"})
        with pumping(heard.app, speed=1000):
            begun = time.monotonic()
            send(sqs, "late")
            wait_until(lambda: heard.bodies == ["late"], 15)
    assert time.monotonic() - begun >= SHORTEST_VISIBILITY - 1


def test_stopping_lets_the_running_function_end() -> None:
    app = Chalice(app_name="scratch", configure_logs=False)
    steps: list[str] = []

    @app.on_sqs_message(queue="jobs", batch_size=1)
    def slow(event: SQSEvent) -> None:
        steps.append("begun")
        time.sleep(0.5)
        steps.append("done")

    with empty_cloud() as session:
        sqs = make_queues(session)
        with pumping(app) as pump:
            send(sqs, "x")
            wait_until(lambda: bool(steps))
        assert steps == ["begun", "done"]
        assert pump.depths()["jobs"].in_flight == 0


def test_polling_is_not_counted_among_the_applications_calls() -> None:
    heard, calls = Heard(), Calls()
    with empty_cloud() as session:
        calls.watch(session)
        make_queues(session)
        before = calls.totals
        with pumping(heard.app) as pump:
            wait_until(lambda: pump.depths()["jobs"].waiting == 0)
        assert calls.totals == before
        session.client("sqs").list_queues()
        session.client("s3").generate_presigned_url("get_object", Params={"Bucket": "b", "Key": "k"})
    assert calls.totals == {**before, "sqs:ListQueues": 1}
    assert calls.shown["total"] == sum(calls.totals.values())


def test_a_missing_queue_is_found_at_once() -> None:
    with empty_cloud(), pytest.raises(ClientError):
        Pump(Heard().app, new_session())


def test_what_nobody_would_tell_the_app_is_refused() -> None:
    app = Chalice(app_name="scratch", configure_logs=False)

    @app.on_sns_message(topic="news")
    def news(event: Any) -> None: ...

    with pytest.raises(UnsupportedSource, match="news"):
        sources_of(app)


def test_rates_are_read_and_nothing_else() -> None:
    assert seconds_of(Rate(1, unit=Rate.MINUTES)) == 60
    assert seconds_of("rate(2 hours)") == 7200
    assert seconds_of("rate(1 day)") == 86400
    for other in ("rate(0 minutes)", "cron(0 1 * * ? *)", Cron(0, 1, "*", "*", "?", "*")):
        with pytest.raises(UnsupportedSource):
            seconds_of(other)


def test_events_have_the_shape_of_aws() -> None:
    message = {
        "MessageId": "m-1",
        "ReceiptHandle": "r-1",
        "Body": "b",
        "MD5OfBody": "x",
        "Attributes": {"ApproximateReceiveCount": "1"},
        "MessageAttributes": {"kind": {"StringValue": "s", "DataType": "String"}},
    }
    record = sqs_event([message], "arn:aws:sqs:r:1:q", "r")["Records"][0]
    assert record["messageAttributes"] == {"kind": {"stringValue": "s", "dataType": "String"}}
    tick = schedule_event("sweep", "ap-southeast-1", datetime(2026, 11, 25, 5, 0, tzinfo=UTC))
    assert tick["time"] == "2026-11-25T05:00:00Z"
    assert tick["resources"][0].endswith("rule/klang-local-sweep")
