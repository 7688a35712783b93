"""What goes in and out of the access log."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from ...shared.web import Incoming, Outgoing
from ..model import Usage
from .own import OwnReceipt


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


class OwnReceiptView(UsageView):
    """A line of the access log with its evidence, for the person it is about."""

    agreement: str = Field(description="The agreement under which it happened")
    case: str | None = Field(description="The asker's own case number")
    consent: str | None = Field(description="Your consent under which it happened; null where the law was the basis")
    promise: str = Field(description="JWT (typ gdx-receipt+jwt), made with the exchange; `leaf` is the hash of `entry`")
    leaf_text: str = Field(description="What was recorded: canonical JSON")
    entry: str = Field(description="What stands in the log: leaf_text, or for a covert access the commitment to it")
    cover_salt: str | None = Field(description="Of that commitment: SHA-256(cover_salt || leaf_text)")
    index: int | None = Field(description="Place in the log; null until it is sealed, within minutes")
    proof: str | None = Field(description="C2SP tlog-proof by the newest checkpoint; null until then")
    log_key: str = Field(description="Verifier key of the log, as GET /gdx/v1/log/vkey: whoever kept it compares")

    @classmethod
    def of_own(cls, own: OwnReceipt, log_key: str) -> OwnReceiptView:
        """The view of one."""
        entry = own.entry
        return cls(
            **{**own.usage.__dict__, "fields": list(own.usage.fields)},
            agreement=entry.leaf.agreement,
            case=entry.leaf.case,
            consent=own.consent,
            promise=entry.token,
            leaf_text=entry.leaf_text,
            entry=entry.entry_text,
            cover_salt=entry.cover_salt,
            index=entry.index,
            proof=entry.proof,
            log_key=log_key,
        )


class Paging(Incoming):
    """Which part of a list."""

    cursor: str | None = Field(default=None, max_length=1000)
    limit: int = Field(default=50, ge=1, le=100)


class FindUsageQuery(Incoming):
    """Names and defaults of Estonia's contract."""

    userCode: str | None = Field(  # noqa: N815 - the contract's spelling
        default=None,
        max_length=15,
        description="The person asked about, if named at all the one of X-Road-UserId. Better left out: an address may "
        "be kept in logs on its way",
    )
    periodStart: datetime | None = None  # noqa: N815 - the contract's spelling
    periodEnd: datetime | None = None  # noqa: N815 - the contract's spelling
    offset: int = Field(default=0, ge=0)
    limit: int = Field(default=1000, ge=1, le=5000)


class TrackedUsage(Outgoing):
    """One line, as Estonia's data tracker shows it."""

    logtime: str
    action: str
    receiverCode: str  # noqa: N815 - the contract's spelling
    receiverName: str  # noqa: N815 - the contract's spelling
    receiverSystem: str  # noqa: N815 - the contract's spelling


class FoundUsages(Outgoing):
    """Lines, newest first, and how many there are whatever the limit."""

    totalUsages: int  # noqa: N815 - the contract's spelling
    usages: list[TrackedUsage]


class UsagePeriod(Outgoing):
    """Since when lines are kept; no end means until now."""

    periodStart: str  # noqa: N815 - the contract's spelling


class Heartbeat(Outgoing):
    """Whether it works."""

    status: Literal["OK", "FAIL"]
    message: str
