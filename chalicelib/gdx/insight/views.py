"""What goes in and out of the routes of insight."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import Field, JsonValue, field_validator

from ...shared.storage import Item
from ...shared.thai import Text
from ...shared.web import Incoming, Outgoing
from ..ids import ServiceId, SubsystemId
from ..refusals import xroad_status, xroad_type
from ..views import checked
from .explain import Explanation, Step
from .service import Cap, QuotaState
from .summary import Summary
from .words import ASKS


class AskExplain(Incoming):
    """A call that has no body yet."""

    service: str = Field(description="e.g. TH/CENTRAL/DOPA/civil/person")
    client: str | None = Field(default=None, description="Who would ask; left out: the caller")
    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] = "POST"
    path: str = Field(default="", max_length=500, pattern=r"^(/.*)?$", description="Below the service")
    purpose: str | None = Field(default=None, max_length=64)
    predicate: str | None = Field(default=None, max_length=64)

    @field_validator("service")
    @classmethod
    def _service(cls, text: str) -> str:
        return checked(ServiceId.parse, text)

    @field_validator("client")
    @classmethod
    def _client(cls, text: str | None) -> str | None:
        return text if text is None else checked(SubsystemId.parse, text)


class PostExplain(AskExplain):
    """A call with its body; nothing of it is kept."""

    body: JsonValue = Field(default=None, description="As the call would send it; left out: steps about it stay open")
    claims: dict[str, str] = Field(default={}, max_length=20)


class FaultView(Outgoing):
    """One thing wrong."""

    pointer: str
    message_th: str
    message_en: str


class RefusalView(Outgoing):
    """What the call would be answered."""

    type: str = Field(description="X-Road error type")
    status: int = Field(description="HTTP status on /r1")
    message_th: str
    message_en: str
    errors: list[FaultView]
    retry_after: int | None


class StepView(Outgoing):
    """One check of the pipeline."""

    name: str
    asks: Text
    state: Literal["ok", "failed", "open", "not_reached"]
    mend: Text | None = Field(description="What to do, where it failed")
    refusal: RefusalView | None

    @classmethod
    def of(cls, step: Step) -> StepView:
        """As shown."""
        asks, mend = ASKS[step.name]
        refusal = step.refusal
        told = None
        if refusal is not None:
            told = RefusalView(
                type=xroad_type(refusal),
                status=xroad_status(refusal),
                message_th=refusal.th,
                message_en=refusal.en,
                errors=[FaultView(pointer=at.pointer, message_th=at.th, message_en=at.en) for at in refusal.faults],
                retry_after=refusal.retry_after,
            )
        return cls(name=step.name, asks=asks, state=step.state, mend=mend if refusal else None, refusal=told)


class ExplanationView(Outgoing):
    """What would become of a call."""

    verdict: Literal["allowed", "refused", "open"] = Field(description="open: all well but what the body decides")
    client: str
    service: str
    steps: list[StepView]

    @classmethod
    def of(cls, explanation: Explanation, client: SubsystemId, service: ServiceId) -> ExplanationView:
        """As shown."""
        steps = [StepView.of(step) for step in explanation.steps]
        return cls(verdict=explanation.verdict, client=str(client), service=str(service), steps=steps)


class Span(Incoming):
    """A span of Thai days; left out: today."""

    begin: date | None = Field(default=None, alias="from", description="First Thai day")
    end: date | None = Field(default=None, alias="to", description="Last Thai day, at most 30 after the first")
    cursor: str | None = Field(default=None, max_length=2000)


class AskMetrics(Span):
    """Whose exchanges; a system that names nothing gets its own calls."""

    client: str | None = Field(default=None, description="Calls of this system")
    service: str | None = Field(default=None, description="Calls on this service")
    limit: int = Field(default=100, ge=1, le=500, description="Rows that are looked at, at most")

    @field_validator("client")
    @classmethod
    def _client(cls, text: str | None) -> str | None:
        return text if text is None else checked(SubsystemId.parse, text)

    @field_validator("service")
    @classmethod
    def _service(cls, text: str | None) -> str | None:
        return text if text is None else checked(ServiceId.parse, text)


class AskSearch(Span):
    """Which exchanges."""

    agreement: str | None = Field(default=None, max_length=64)
    case: str | None = Field(default=None, max_length=64, description="The consumer's own case number (X-Road-Issue)")
    client: str | None = Field(default=None, description="Whose case; left out: the caller's")
    purpose: str | None = Field(default=None, max_length=64)
    limit: int = Field(default=50, ge=1, le=200)

    @field_validator("client")
    @classmethod
    def _client(cls, text: str | None) -> str | None:
        return text if text is None else checked(SubsystemId.parse, text)


class AskQuota(Incoming):
    """Which agreement."""

    agreement: str = Field(max_length=64)
    client: str | None = Field(default=None, description="Its consumer or provider; left out: the caller")

    @field_validator("client")
    @classmethod
    def _client(cls, text: str | None) -> str | None:
        return text if text is None else checked(SubsystemId.parse, text)


class Records(Outgoing):
    """Monitoring records, in the shape of X-Road's getSecurityServerOperationalData."""

    records: list[dict[str, Any]]
    next: str | None = Field(description="Cursor; a page may be short, or empty, although more follows")


class SummaryView(Outgoing):
    """A service on a Thai day, of the rows that this page looked at."""

    service: str
    day: str
    total: int
    succeeded: int
    success_rate: float = Field(description="0 to 1")
    faults: dict[str, int] = Field(description="By X-Road error type")
    latency_ms: dict[str, int] = Field(description="p50, p95, p99 of what succeeded")

    @classmethod
    def of(cls, summary: Summary) -> SummaryView:
        """As shown."""
        return cls(
            service=summary.service,
            day=summary.day,
            total=summary.total,
            succeeded=summary.succeeded,
            success_rate=round(summary.success_rate, 4),
            faults=dict(summary.faults),
            latency_ms={f"p{percentile}": wait for percentile, wait in summary.latency.items()},
        )


class Summaries(Outgoing):
    """Services by day."""

    items: list[SummaryView]
    next: str | None = Field(description="There are more rows: go on, and add the counts up")


class FoundView(Outgoing):
    """An exchange, without contents."""

    id: str
    at: str
    consumer: str
    service: str
    agreement: str
    purpose: str
    case: str | None
    method: str
    path: str | None = Field(description="The description's template, not the path that was called")
    status: int
    fields: list[str]
    message_id: str
    door: str | None
    agent: str | None = Field(description="Pseudonym of the consumer's officer; for the consumer and operators only")
    sealed: int | None = Field(description="Index in the transparency log, once it is sealed")

    @classmethod
    def of(cls, item: Item, viewer: SubsystemId | None) -> FoundView:
        """As one party, or an operator (None), sees it."""
        leaf, monitor, log = item.data["leaf"], item.data["monitor"], item.data.get("log")
        own = viewer is None or str(viewer) == leaf["consumer"]
        return cls(
            id=leaf["id"],
            at=leaf["at"],
            consumer=leaf["consumer"],
            service=leaf["service"],
            agreement=leaf["agreement"],
            purpose=leaf["purpose"],
            case=leaf["case"] if own else None,
            method=leaf["method"],
            path=monitor["restPath"],
            status=leaf["status"],
            fields=list(leaf["fields"]),
            message_id=leaf["message_id"],
            door=monitor["door"],
            agent=monitor["agent"] if own else None,
            sealed=None if log is None else log["index"],
        )


class Found(Outgoing):
    """Some exchanges."""

    items: list[FoundView]
    next: str | None = Field(description="Cursor; a page may be short, or empty, although more follows")


class CapView(Outgoing):
    """How much of a cap is used."""

    limit: int
    used: int
    remaining: int
    resets_at: str

    @classmethod
    def of(cls, cap: Cap) -> CapView:
        """As shown."""
        return cls(limit=cap.limit, used=cap.used, remaining=cap.remaining, resets_at=cap.resets_at.isoformat())


class QuotaView(Outgoing):
    """The state of an agreement's caps."""

    agreement: str
    consumer: str
    service: str
    day: CapView = Field(description="Exchanges in this Thai day")
    minute: CapView | None
    volume: CapView | None = Field(description="Bytes of answers in this Thai day")

    @classmethod
    def of(cls, state: QuotaState) -> QuotaView:
        """As shown."""
        return cls(
            agreement=state.agreement.id,
            consumer=str(state.agreement.consumer),
            service=str(state.agreement.service),
            day=CapView.of(state.day),
            minute=None if state.minute is None else CapView.of(state.minute),
            volume=None if state.volume is None else CapView.of(state.volume),
        )
