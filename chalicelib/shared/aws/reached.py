"""An AWS service that is away, as the refusal that a caller may repeat."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ..errors import Unavailable
from ..measures import measure

_BUSY = frozenset(
    {
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestTimeout",
        "SlowDown",
        "ThrottlingException",
        "TransactionInProgressException",
    }
)
"""What services say with a status below 500 when they are asked too often or too slowly."""


@contextmanager
def reached(service: str) -> Iterator[None]:
    """Around calls of the SDK to a service, or over a method that makes them.

    What AWS says about the request itself passes: that is a mistake of ours, or an answer that the adapter knows.

    Raises:
        Unavailable: there was no answer after all the SDK's attempts, or one that says "later". Whether a write took
            effect is not known.
    """
    from botocore import exceptions as sdk

    try:
        yield
    except (sdk.ConnectionError, sdk.HTTPClientError, sdk.IncompleteReadError) as error:
        measure("AwsFailed", service=service)
        raise busy() from error
    except sdk.ClientError as error:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        throttled = error.response.get("Error", {}).get("Code") in _BUSY
        if throttled or status >= 500:
            measure("AwsThrottled" if throttled else "AwsFailed", service=service)
            raise busy() from error
        raise


def busy() -> Unavailable:
    """The refusal."""
    return Unavailable("ระบบกำลังมีผู้ใช้งานมาก โปรดลองใหม่อีกครั้ง", "The store is busy; please try again.", retry_after=1)
