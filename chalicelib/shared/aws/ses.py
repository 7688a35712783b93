"""SES (API v2) behind `shared.messengers.Mailer`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..messengers import Mail
from .answers import surely

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client


class SesMailer:
    """E-mail by SES.

    Args:
        client: gives the client.
        sender: the From address; its domain is a verified identity.
        configuration_set: sends what becomes of each e-mail to the feedback queue.
    """

    def __init__(self, client: Callable[[], SESV2Client], sender: str, configuration_set: str) -> None:
        self._client = client
        self._sender = sender
        self._configuration_set = configuration_set

    def send(self, mail: Mail) -> str:
        """See `shared.messengers.Mailer`."""
        with surely("email"):
            answer = self._client().send_email(
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": [mail.to]},
                Content={
                    "Simple": {
                        "Subject": {"Data": mail.subject, "Charset": "UTF-8"},
                        "Body": {"Text": {"Data": mail.text, "Charset": "UTF-8"}},
                    }
                },
                EmailTags=[{"Name": name, "Value": value} for name, value in sorted(mail.tags.items())],
                ConfigurationSetName=self._configuration_set,
            )
        return answer["MessageId"]
