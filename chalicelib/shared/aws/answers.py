"""What became of something that cannot be taken back: the SDK's errors as the three answers of `shared.messengers`.

The clients that send make one attempt only (`Clients`): the SDK's own repeats would turn a lost answer into a second
SMS.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ..measures import measure
from ..messengers import NotTaken, Unclear, Undeliverable

_NEVER = frozenset({"InvalidParameter", "InvalidParameterException", "InvalidParameterValue", "OptedOutException"})
"""SNS's words for a number that is none or whose owner opted out (Amazon SNS API reference, Publish)."""


@contextmanager
def surely(channel: str) -> Iterator[None]:
    """Around one sending by a channel (`email`, `sms`).

    Raises:
        NotTaken, Undeliverable, Unclear: with nothing but the provider's code.
    """
    from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, EndpointConnectionError

    try:
        with _measured(channel):
            yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", "ClientError"))
        status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500))
        if code in _NEVER:
            raise Undeliverable(code) from None
        if status >= 500:
            raise Unclear(code) from None
        raise NotTaken(code) from None
    except (ConnectTimeoutError, EndpointConnectionError) as error:
        raise NotTaken(type(error).__name__) from None
    except BotoCoreError as error:
        raise Unclear(type(error).__name__) from None


@contextmanager
def _measured(channel: str) -> Iterator[None]:
    try:
        yield
    except Exception:
        measure("NoticesFailed", channel=channel)
        raise
