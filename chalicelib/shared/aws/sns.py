"""SNS behind `shared.messengers.Texter`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from .answers import surely

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sns.type_defs import MessageAttributeValueTypeDef


class SnsTexter:
    """SMS by SNS, as transactional messages (delivered with priority)."""

    def __init__(self, client: Callable[[], SNSClient]) -> None:
        self._client = client

    def text(self, phone: str, words: str) -> str:
        """See `shared.messengers.Texter`."""
        kind: Mapping[str, MessageAttributeValueTypeDef] = {
            "AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"}
        }
        with surely("sms"):
            answer = self._client().publish(PhoneNumber=phone, Message=words, MessageAttributes=kind)
        return answer["MessageId"]
