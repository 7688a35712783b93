"""What a webhook and a delivery are."""

from __future__ import annotations

from datetime import datetime

from chalicelib.shared.dataclass import dataclass

from ..ids import SubsystemId


@dataclass(frozen=True)
class Webhook:
    """Where a system is told of events.

    Attributes:
        events: types, or families of them that end in `.*`.
        since: events before this are not told.
        stopped: True after the receiver answered 410 Gone; registering it again starts it.
    """

    system: SubsystemId
    url: str
    events: tuple[str, ...]
    since: datetime
    stopped: bool = False


@dataclass(frozen=True)
class Delivery:
    """How telling one event went.

    Attributes:
        id: of the event; the receiver knows a repeat by it.
        tries: how often it was sent.
        status: HTTP status of the last answer, or None.
        failed: why the last try had no answer, or None.
        delivered_at: when the receiver took it, or None.
    """

    id: str
    type: str
    subject: str
    at: str
    tries: int
    status: int | None
    failed: str | None
    tried_at: datetime
    delivered_at: datetime | None
