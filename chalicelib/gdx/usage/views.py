"""What goes in and out of the access log."""

from __future__ import annotations

from pydantic import Field

from ...shared.web import Incoming, Outgoing
from ..model import Usage


class FindUsage(Incoming):
    """Whose access log, and from where on."""

    pid: str = Field(pattern=r"^[0-9]{13}$")
    after: str | None = Field(default=None, max_length=1000)
    limit: int = Field(default=50, ge=1, le=100)


class UsageView(Outgoing):
    """One line of a person's access log."""

    at: str
    consumer: str
    consumer_th: str
    consumer_en: str
    service: str
    service_th: str
    service_en: str
    purpose_th: str
    purpose_en: str
    legal_basis_th: str
    legal_basis_en: str
    fields: list[str]
    receipt: str
    until: str | None = Field(default=None, description="Until when the law let it stay hidden")

    @classmethod
    def of(cls, usage: Usage) -> UsageView:
        """The view of one."""
        return cls(**{**usage.__dict__, "fields": list(usage.fields)})


class UsageList(Outgoing):
    """Some lines, newest first."""

    items: list[UsageView]
    next: str | None
