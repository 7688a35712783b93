"""Queues and what was set aside beside them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chalicelib.wiring import House
from infra.functions import polled

from .command import Asked, Command, NotDone

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_WAITING, _HIDDEN = "ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"


def depths(house: House, room: str) -> dict[str, dict[str, int]]:
    """How many messages wait, are being carried, and were set aside, by queue."""
    sqs, found = house.clients.sqs, {}
    for queue in polled(room):
        own, dead = _attributes(sqs, house, queue), _attributes(sqs, house, f"{queue}-dlq")
        found[queue] = {"waiting": int(own[_WAITING]), "in_flight": int(own[_HIDDEN]), "dead": int(dead[_WAITING])}
    return found


def redrive(house: House, room: str, queue: str) -> dict[str, Any]:
    """Sends what was set aside to its queue again; AWS goes on by itself where there is much.

    Raises:
        NotDone: not a queue of the room, or a redrive of it runs already.
    """
    sqs, arn = house.clients.sqs, _dead(house, room, queue)["QueueArn"]
    try:
        sqs.start_message_move_task(SourceArn=arn)
    except ClientError as error:
        raise NotDone(f"not redriven: {error.response['Error'].get('Message', '')}") from None
    (task,) = sqs.list_message_move_tasks(SourceArn=arn, MaxResults=1)["Results"]
    return {"state": task["Status"], "moved": task.get("ApproximateNumberOfMessagesMoved", 0)}


def purge_dead(house: House, room: str, queue: str) -> int:
    """Throws away what was set aside; how many messages there were.

    Raises:
        NotDone: not a queue of the room.
    """
    there = int(_dead(house, room, queue)[_WAITING])
    sqs = house.clients.sqs
    sqs.purge_queue(QueueUrl=sqs.get_queue_url(QueueName=house.settings.queue(f"{queue}-dlq"))["QueueUrl"])
    return there


def _dead(house: House, room: str, queue: str) -> Mapping[str, str]:
    if queue not in polled(room):
        raise NotDone(f"{queue!r} is no queue of {room}; there are: {', '.join(polled(room))}")
    return _attributes(house.clients.sqs, house, f"{queue}-dlq")


def _attributes(sqs: SQSClient, house: House, queue: str) -> Mapping[str, str]:
    url = sqs.get_queue_url(QueueName=house.settings.queue(queue))["QueueUrl"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return {str(name): value for name, value in found.items()}


def _redrive(asked: Asked) -> dict[str, Any]:
    return redrive(asked.house, asked.room, asked.options.queue)


def _purge(asked: Asked) -> dict[str, int]:
    return {"thrown_away": purge_dead(asked.house, asked.room, asked.options.queue)}


QUEUE = {"--queue": {"help": "whose dead-letter queue, e.g. biz-uploads", "required": True}}
COMMANDS = (
    Command("queues", "tell how full the queues are", lambda asked: depths(asked.house, asked.room)),
    Command("redrive", "send again what was set aside", _redrive, options=QUEUE),
    Command("purge-dead", "throw away what was set aside", _purge, options=QUEUE),
)
