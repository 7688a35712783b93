"""Carries SQS messages and schedules into the functions that Lambda would call.

Like the event source mappings of Lambda: a message is hidden while its function runs, deleted when the function
returns, and left alone when it raises, so that the queue shows it again and in the end sets it aside in its
dead-letter queue (that part is the emulator's, by the queue's own redrive policy). S3 events come by SQS.
Unlike Lambda: one function per queue at a time, a failed schedule waits for its next turn (Lambda would try it
twice more), and partial batch answers are not heeded (batches are of one: see `app.py`).
"""

from __future__ import annotations

import json
import logging
import math
import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from boto3.session import Session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.shared.web import where
from infra.local.gateway_event import ACCOUNT
from infra.local.in_process import LambdaContext
from infra.local.sources import EventApp, QueueSource, ScheduleSource, sources_of

log = logging.getLogger("klang.local.pump")

LONG_POLL = 1
"""Seconds that a poll waits for a message; also the longest that stopping takes an idle pump."""

SHORTEST_VISIBILITY = 5
_CLIENT = Config(connect_timeout=2, read_timeout=10, retries={"total_max_attempts": 1})


Heard = Callable[[str, bool], None]


@dataclass(frozen=True)
class Depth:
    """How many messages a queue and its dead-letter queue hold."""

    waiting: int
    in_flight: int
    dead: int


class Pump:
    """Runs until stopped: one thread per queue, one per schedule.

    Args:
        app: the Chalice app whose functions are called.
        session: an own boto3 session, so that polling is not counted among the application's calls.
        speed: how many times faster than real time schedules come round and failed messages come back.
        heard: is told of every run: the function's full name, and whether it ended well.

    Raises:
        UnsupportedSource: the app listens to something else than queues and rates.
        ClientError: a queue is not there.
    """

    def __init__(self, app: EventApp, session: Session, speed: float = 1.0, heard: Heard | None = None) -> None:
        self._heard = heard
        self._sqs: Any = session.client("sqs", config=_CLIENT)
        self._region = session.region_name
        self._speed = speed
        self._stopping = threading.Event()
        queues, schedules = sources_of(app)
        self._lines = [_Line(self._sqs, source, speed) for source in queues]
        self._threads = [
            *(self._thread(f"queue-{line.source.name}", self._serve, line) for line in self._lines),
            *(self._thread(f"schedule-{source.name}", self._tick, source) for source in schedules),
        ]

    def start(self) -> None:
        """Begins to carry."""
        for thread in self._threads:
            thread.start()

    def stop(self, timeout: float = 30.0) -> bool:
        """Takes no more messages, lets running functions end; True if all of them did in time."""
        self._stopping.set()
        end = time.monotonic() + timeout
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(max(0.0, end - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def depths(self) -> dict[str, Depth]:
        """What the queues hold just now, by queue name."""
        return {line.source.queue: line.depth() for line in self._lines}

    def _thread(self, name: str, run: Any, *args: Any) -> threading.Thread:
        return threading.Thread(target=run, args=args, name=name, daemon=True)

    def _serve(self, line: _Line) -> None:
        while not self._stopping.is_set():
            try:
                messages = line.receive()
                if messages and self._ran(line.source, line.event(messages, self._region)):
                    line.delete(messages)
            except (BotoCoreError, ClientError) as error:
                # The emulator is slow or going away; what was received comes back by itself.
                if not self._stopping.is_set():
                    log.warning("queue %s cannot be reached: %s", line.source.queue, type(error).__name__)
                self._stopping.wait(0.5)

    def _tick(self, source: ScheduleSource) -> None:
        while not self._stopping.wait(source.seconds / self._speed):
            self._ran(source, schedule_event(source.name, self._region, datetime.now(UTC)))

    def _ran(self, source: QueueSource | ScheduleSource, event: Mapping[str, Any]) -> bool:
        done = _ran(source.name, source.function, event)
        if self._heard is not None:
            self._heard(full_name(source.name), done)
        return done


class _Line:
    """One queue and its function."""

    def __init__(self, sqs: Any, source: QueueSource, speed: float) -> None:
        self.source = source
        self._sqs = sqs
        self._url = sqs.get_queue_url(QueueName=source.queue)["QueueUrl"]
        attributes = sqs.get_queue_attributes(
            QueueUrl=self._url, AttributeNames=["VisibilityTimeout", "QueueArn", "RedrivePolicy"]
        )["Attributes"]
        self._arn = attributes["QueueArn"]
        hidden = math.ceil(int(attributes["VisibilityTimeout"]) / speed)
        self._visibility = max(SHORTEST_VISIBILITY, hidden) if speed != 1 else hidden
        redrive = json.loads(attributes.get("RedrivePolicy", "{}"))
        self._dead_letters = str(redrive.get("deadLetterTargetArn", "")).rpartition(":")[2]

    def receive(self) -> list[Mapping[str, Any]]:
        received = self._sqs.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=min(10, self.source.batch_size),
            WaitTimeSeconds=LONG_POLL,
            VisibilityTimeout=self._visibility,
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        return list(received.get("Messages", ()))

    def event(self, messages: Sequence[Mapping[str, Any]], region: str) -> dict[str, Any]:
        return sqs_event(messages, self._arn, region)

    def delete(self, messages: Sequence[Mapping[str, Any]]) -> None:
        for message in messages:
            self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])

    def depth(self) -> Depth:
        waiting, in_flight = self._count(self._url)
        dead = 0
        if self._dead_letters:
            dead, _ = self._count(self._sqs.get_queue_url(QueueName=self._dead_letters)["QueueUrl"])
        return Depth(waiting, in_flight, dead)

    def _count(self, url: str) -> tuple[int, int]:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self._sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return int(found[names[0]]), int(found[names[1]])


def sqs_event(messages: Sequence[Mapping[str, Any]], queue_arn: str, region: str) -> dict[str, Any]:
    """The event that Lambda makes of received messages ("Using Lambda with Amazon SQS")."""
    return {
        "Records": [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": dict(message.get("Attributes", {})),
                "messageAttributes": {
                    name: _attribute(value) for name, value in message.get("MessageAttributes", {}).items()
                },
                "md5OfBody": message["MD5OfBody"],
                "eventSource": "aws:sqs",
                "eventSourceARN": queue_arn,
                "awsRegion": region,
            }
            for message in messages
        ]
    }


def schedule_event(name: str, region: str, now: datetime) -> dict[str, Any]:
    """The event of an EventBridge rule ("Scheduled Event")."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": region,
        "resources": [f"arn:aws:events:{region}:{ACCOUNT}:rule/klang-local-{name}"],
        "detail": {},
    }


def full_name(function: str) -> str:
    """The name of a function as Lambda would know it; one that is deployed has it already."""
    return function if function.startswith("klang-") else f"klang-local-{function}"


def _attribute(value: Mapping[str, Any]) -> dict[str, Any]:
    return {name[0].lower() + name[1:]: part for name, part in value.items()}


def _ran(name: str, function: Any, event: Mapping[str, Any]) -> bool:
    try:
        function(event, LambdaContext(full_name(name)))
    except Exception as error:  # whatever escapes a function, Lambda counts as a failed run
        # where() leaves the message out: it may hold what a person sent
        log.warning("%s failed: %s", name, where(error))
        return False
    return True
