"""What goes in and out of `/gdx/v1/exchanges` and `/gdx/v1/inbox`."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue, field_validator, model_validator

from ...shared.egress import HttpAnswer
from ...shared.problems import Bilingual
from ...shared.web import Incoming, Outgoing
from ..ids import ServiceId
from ..views import checked
from .inbox import AT_ONCE, LONGEST_LEASE, SHORTEST_LEASE, Leased
from .model import Order
from .rules import LIVES, SHORTEST

State = Literal["ACCEPTED", "QUEUED", "LEASED", "STALLED", "DELIVERED", "FETCHED", "REJECTED", "EXPIRED"]
Seconds = Annotated[int, Field(ge=SHORTEST_LEASE, le=LONGEST_LEASE, description="How long it is held, from now")]
Token = Annotated[str, Field(min_length=1, max_length=100, description="The lease's secret")]


class PostExchange(Incoming):
    """An asynchronous exchange to carry out."""

    service: str = Field(description="e.g. TH/CENTRAL/DOPA/civil/person")
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "POST"
    path: str = Field(
        default="", max_length=500, pattern=r"^(/.*)?$", description="Below the service; no personal data"
    )
    body: JsonValue = None
    purpose: str | None = Field(default=None, max_length=64)
    case: str | None = Field(default=None, max_length=64)
    expires_in: int = Field(
        default=int(LIVES.total_seconds()),
        ge=int(SHORTEST.total_seconds()),
        le=int(LIVES.total_seconds()),
        description="Seconds after which it is given up, unless answered and fetched",
    )

    @field_validator("service")
    @classmethod
    def _service(cls, text: str) -> str:
        return checked(ServiceId.parse, text)


class ErrorView(Outgoing):
    """Why an exchange was rejected, or why it is not carried out yet."""

    type: str
    message_th: str
    message_en: str


class ExchangeView(Outgoing):
    """An asynchronous exchange."""

    id: str
    state: State
    service: str
    accepted_at: str
    expires_at: str
    tries: int = Field(description="How often the provider was asked, or took it from its inbox")
    next_try_at: str | None
    status: int | None = Field(description="The provider's HTTP status")
    size: int = Field(description="Bytes of the answer")
    receipt: str | None
    error: ErrorView | None


class StalledView(Outgoing):
    """An exchange that waits for an operator; nothing of its content."""

    id: str
    client: str
    service: str
    state: State
    accepted_at: str
    expires_at: str
    tries: int
    error: ErrorView | None


class StalledList(Outgoing):
    """Some of them, the oldest first."""

    items: list[StalledView]
    next: str | None


class Page(Incoming):
    """Where a list goes on."""

    cursor: str | None = Field(default=None, max_length=2000)
    limit: int = Field(default=50, ge=1, le=100)


class PostLease(Incoming):
    """How much a worker takes."""

    max: int = Field(default=1, ge=1, le=AT_ONCE)
    seconds: Seconds = 120


class LeasedView(Outgoing):
    """A request in the hands of a worker."""

    id: str
    lease: str = Field(description="The lease's secret; needed to answer")
    leased_until: str
    expires_at: str
    tries: int
    client: str = Field(description="The subsystem that asks")
    service: str
    purpose: str
    case: str | None
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: str = Field(description="The request's body in base64, byte for byte what `signature` is about")
    signature: str = Field(description="JWT of type gdx-request+jwt over the request, good for a minute")

    @classmethod
    def of(cls, leased: Leased) -> LeasedView:
        """The view of one."""
        order, ask, lease = leased.order, leased.ask, leased.order.lease
        until = order.expires_at if lease is None else lease.until
        return cls(
            id=order.id,
            lease=leased.token,
            leased_until=until.isoformat(timespec="seconds"),
            expires_at=order.expires_at.isoformat(timespec="seconds"),
            tries=order.tries,
            client=str(order.client),
            service=str(order.service),
            purpose=leased.purpose,
            case=order.case,
            method=order.method,
            path=ask.path,
            query=ask.query,
            headers=dict(ask.headers),
            body=base64.b64encode(ask.body).decode(),
            signature=leased.signed,
        )


class LeasedList(Outgoing):
    """What a worker got."""

    items: list[LeasedView]


class Hold(Incoming):
    """A lease that a worker shows."""

    lease: Token


class Extend(Hold):
    """A lease to make longer."""

    seconds: Seconds = 120


class Release(Hold):
    """A lease to give back."""

    seconds: int = Field(default=0, ge=0, le=LONGEST_LEASE, description="Pause before it is in the inbox again")


class PostAnswer(Hold):
    """The answer to a leased request: JSON in `body`, or anything in `content`."""

    status: int = Field(default=200, ge=200, le=599)
    media_type: str = Field(default="application/json", max_length=100, pattern=r"^[\w.+-]+/[\w.+-]+$")
    body: JsonValue = None
    content: str | None = Field(default=None, description="The answer's bytes in base64, instead of `body`")

    @model_validator(mode="after")
    def _one_of(self) -> PostAnswer:
        if self.content is not None:
            if self.body is not None:
                raise Bilingual("ระบุ body หรือ content อย่างใดอย่างหนึ่ง", "Give body or content, not both.")
            _bytes(self.content)
        return self

    def answer(self) -> HttpAnswer:
        """As if the provider had been called."""
        if self.content is not None:
            return HttpAnswer(self.status, {"content-type": self.media_type}, _bytes(self.content))
        body = b"" if self.body is None else _json(self.body)
        return HttpAnswer(self.status, {"content-type": self.media_type}, body)


class HeldView(Outgoing):
    """What became of a request in a worker's hands; nothing of what the consumer gets."""

    id: str
    state: State
    leased_until: str | None

    @classmethod
    def of(cls, order: Order) -> HeldView:
        """The view of one."""
        leased = order.lease if order.state.value == "LEASED" else None
        until = None if leased is None else leased.until.isoformat(timespec="seconds")
        return cls(id=order.id, state=order.state.value, leased_until=until)


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Bilingual("content ต้องเป็น base64", "content must be base64.") from None
