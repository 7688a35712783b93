"""Lines of the access log as the person sees them."""

from __future__ import annotations

from pydantic import Field

from chalicelib.shared.web import Outgoing


class UsageLine(Outgoing):
    """One exchange of data about this person."""

    at: str
    consumer: str = Field(description="Subsystem that asked")
    consumer_th: str
    consumer_en: str
    service: str
    service_th: str
    service_en: str
    purpose_th: str
    purpose_en: str
    legal_basis_th: str
    legal_basis_en: str
    fields: tuple[str, ...] = Field(description="What was handed over")
    receipt: str = Field(description="Id of the exchange's receipt")
    until: str | None = Field(default=None, description="Until when the law let this access stay hidden")


class UsageList(Outgoing):
    """A page of the access log, newest first."""

    items: list[UsageLine]
    next: str | None
