"""What goes in and out of `/gdx/v1/exchanges`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, JsonValue, field_validator

from ...shared.web import Incoming, Outgoing
from ..ids import ServiceId
from ..views import checked


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

    @field_validator("service")
    @classmethod
    def _service(cls, text: str) -> str:
        return checked(ServiceId.parse, text)


class ErrorView(Outgoing):
    """Why an exchange was rejected."""

    type: str
    message_th: str
    message_en: str


class ExchangeView(Outgoing):
    """An asynchronous exchange."""

    id: str
    state: Literal["ACCEPTED", "DELIVERED", "FETCHED", "REJECTED", "EXPIRED"]
    service: str
    accepted_at: str
    expires_at: str
    status: int | None = Field(description="The provider's HTTP status")
    receipt: str | None
    error: ErrorView | None
