"""AWS::SQS::Queue and AWS::SQS::QueuePolicy by the SQS API (CreateQueue, SetQueueAttributes)."""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from infra.provision.resources.base import Cloud, Made, code_of
from infra.provision.shapes import ANY

QUEUE = {
    "QueueName": ANY,
    "VisibilityTimeout": ANY,
    "MessageRetentionPeriod": ANY,
    "SqsManagedSseEnabled": ANY,
    "RedrivePolicy": {"deadLetterTargetArn": ANY, "maxReceiveCount": ANY},
}
QUEUE_POLICY = {"Queues": ANY, "PolicyDocument": ANY}

_MISSING = {"AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"}


def queue(cloud: Cloud, _logical_id: str, properties: dict[str, Any]) -> Made:
    """Create the queue, or set the attributes in which an existing one differs."""
    client, name = cloud.client("sqs"), properties["QueueName"]
    wanted = {key: _text(value) for key, value in properties.items() if key != "QueueName"}
    url = _url(client, name)
    if url is None:
        url = client.create_queue(QueueName=name, Attributes=wanted)["QueueUrl"]
        changes: tuple[str, ...] = ("created",)
    else:
        changes = _set(client, url, wanted)
    arn = client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    return Made(ref=url, attributes={"Arn": arn, "QueueName": name, "QueueUrl": url}, changes=changes)


def queue_policy(cloud: Cloud, logical_id: str, properties: dict[str, Any]) -> Made:
    """Set the access policy of each queue."""
    client, wanted = cloud.client("sqs"), {"Policy": _text(properties["PolicyDocument"])}
    changes = [change for url in properties["Queues"] for change in _set(client, url, wanted)]
    return Made(ref=logical_id, changes=tuple(changes))


def _url(client: Any, name: str) -> str | None:
    try:
        return str(client.get_queue_url(QueueName=name)["QueueUrl"])
    except ClientError as error:
        if code_of(error) in _MISSING:
            return None
        raise


def _set(client: Any, url: str, wanted: dict[str, str]) -> tuple[str, ...]:
    actual = client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"]).get("Attributes", {})
    different = {key: value for key, value in wanted.items() if not _same(actual.get(key), value)}
    if different:
        client.set_queue_attributes(QueueUrl=url, Attributes=different)
    return tuple(different)


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return json.dumps(value, sort_keys=True)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _same(actual: str | None, wanted: str) -> bool:
    """JSON attributes are compared as JSON: the service may write them in another order."""
    if actual is None or not wanted.startswith("{"):
        return actual == wanted
    return bool(json.loads(actual, parse_int=str) == json.loads(wanted, parse_int=str))
