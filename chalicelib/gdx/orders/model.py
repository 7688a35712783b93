"""What an asynchronous exchange is."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime
from enum import StrEnum

from chalicelib.shared.dataclass import dataclass

from ..ids import ServiceId, SubsystemId


class OrderState(StrEnum):
    """Where an asynchronous exchange stands.

    ACCEPTED: taken; its first message is on the way. QUEUED: waits for the provider, in its inbox or for the next try.
    LEASED: a worker of the provider has it. STALLED: all tries were in vain; an operator replays it, or it expires.
    DELIVERED: the answer waits for the consumer. FETCHED, REJECTED, EXPIRED: over.
    """

    ACCEPTED = "ACCEPTED"
    QUEUED = "QUEUED"
    LEASED = "LEASED"
    STALLED = "STALLED"
    DELIVERED = "DELIVERED"
    FETCHED = "FETCHED"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"


@dataclass(frozen=True)
class Lease:
    """A worker's hold on a request.

    Attributes:
        token: SHA-256 (hex) of the secret that the worker was given.
        until: the request returns to the inbox then.
    """

    token: str
    until: datetime


@dataclass(frozen=True)
class Order:
    """An asynchronous exchange.

    Attributes:
        method: of the request; all else of it lies in `sealed`, or in the object `claim` where it is large.
        message_id: `X-Road-Id`, or the order's own id where the request came by `/gdx/v1`.
        expires_at: until then it may be carried out and, once delivered, fetched.
        lives: seconds between acceptance and expiry, as the client asked.
        sealed: the request, encrypted; gone once the order is decided.
        claim: name of the object that holds the encrypted request; the object is deleted once the order is decided.
        pull: True when the provider fetches it from its inbox.
        tries: calls of the provider, or leases, since it was accepted or replayed.
        next_at: when the provider is asked again, or the request is visible in the inbox again.
        lease: the last hold on it; kept when decided, so that a worker's repeated answer is recognised.
        error: why it was rejected or is not carried out yet: X-Road type, Thai, English.
        status, media_type, size: of the provider's answer, once delivered; size in bytes.
        answer: name of the object that holds the answer.
        documents: ids of the documents that its request refers to.
    """

    id: str
    client: SubsystemId
    service: ServiceId
    method: str
    message_id: str
    purpose: str | None
    case: str | None
    state: OrderState
    accepted_at: datetime
    expires_at: datetime
    lives: int
    predicate: str | None = None
    door: str = "gdx"
    sealed: str | None = field(default=None, repr=False)
    claim: str | None = None
    pull: bool = False
    tries: int = 0
    next_at: datetime | None = None
    lease: Lease | None = None
    error: tuple[str, str, str] | None = None
    status: int | None = None
    media_type: str | None = None
    size: int = 0
    answer: str | None = None
    receipt: str | None = None
    documents: tuple[str, ...] = ()
