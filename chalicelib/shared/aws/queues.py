"""SQS behind `shared.journal.Post`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..following import ATTRIBUTE, followed
from .reached import reached

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageAttributeValueTypeDef


class SqsPost:
    """Sends messages to the queues of this environment; addresses are looked up once."""

    def __init__(self, client: Callable[[], SQSClient], name_of: Callable[[str], str]) -> None:
        self._client = client
        self._name_of = name_of
        self._urls: dict[str, str] = {}

    @reached("sqs")
    def send(self, queue: str, body: str) -> None:
        """Puts one message; raises when SQS does not take it: Unavailable when it is away."""
        if queue not in self._urls:
            self._urls[queue] = self._client().get_queue_url(QueueName=self._name_of(queue))["QueueUrl"]
        whose: dict[str, MessageAttributeValueTypeDef] = {}
        if followed():
            whose[ATTRIBUTE] = {"DataType": "String", "StringValue": followed()}
        self._client().send_message(QueueUrl=self._urls[queue], MessageBody=body, MessageAttributes=whose)
