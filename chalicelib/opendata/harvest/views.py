"""What goes in and out of `/opendata/v1/harvest`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from chalicelib.shared.web import Incoming, Outgoing

from .model import Consent, Did, Every, Keeping, Kind, Publish, Run, Source, Thing
from .words import REASONS

State = Literal["published", "draft", "refused", "gone_once", "deleted", "deleted_here"]


class NewSource(Incoming):
    """A catalogue to harvest."""

    kind: Kind = Field(description="ckan, dcat (Turtle, RDF/XML, JSON-LD) or data_json (DCAT-US 1.1)")
    title: str = Field(min_length=1, max_length=300)
    url: str = Field(min_length=1, max_length=2000, description="Of a CKAN its site, of the others the document")
    organization: str = Field(min_length=1, max_length=100, description="Id or name of the one that receives it")
    every: Every = Field(default="manual", description="How often a run starts by itself")
    publish: Publish = Field(
        default="when_complete",
        description="when_complete keeps what lacks mandatory fields private; with_defaults fills the gaps",
    )
    defaults: dict[str, str | list[str]] = Field(
        default_factory=dict, max_length=40, description="Values of the national standard for what is missing"
    )
    consent: Consent = Field(
        default="unless_refused", description="explicit takes only datasets with allow_harvest True"
    )
    only: list[str] = Field(default_factory=list, max_length=50, description="CKAN: names of organizations there")
    without: list[str] = Field(default_factory=list, max_length=50, description="CKAN: groups there to leave out")
    organizations: Keeping = Field(default="ours", description="Where datasets go; others than ours: the operator")
    groups: Keeping = Field(default="ours", description="What becomes of groups there; create: the operator")
    paused: bool = False


class ChangedSource(Incoming):
    """What is to be different; what is left out stays."""

    title: str | None = Field(default=None, min_length=1, max_length=300)
    url: str | None = Field(default=None, min_length=1, max_length=2000)
    every: Every | None = None
    publish: Publish | None = None
    defaults: dict[str, str | list[str]] | None = Field(default=None, max_length=40)
    consent: Consent | None = None
    only: list[str] | None = Field(default=None, max_length=50)
    without: list[str] | None = Field(default=None, max_length=50)
    organizations: Keeping | None = None
    groups: Keeping | None = None
    paused: bool | None = None


class NewRun(Incoming):
    """A run to start, or a look at the first datasets."""

    mode: Literal["run", "dry_run", "preview"] = Field(
        default="run", description="dry_run says what would happen; preview answers the first datasets at once"
    )
    changes: bool = Field(default=False, description="CKAN: only what changed since the last good run")
    shrink: bool = Field(default=False, description="May see fewer than half of the datasets of before")


class SourceListing(Incoming):
    """Where the list of sources goes on."""

    organization: str | None = Field(default=None, max_length=100)
    cursor: str | None = Field(default=None, max_length=2000)
    limit: int = Field(default=50, ge=1, le=100)


class Listing(Incoming):
    """Where a list goes on."""

    cursor: str | None = Field(default=None, max_length=2000)
    limit: int = Field(default=50, ge=1, le=100)


class ThingListing(Listing):
    """Which datasets of a source."""

    state: State | None = None


class SourceView(Outgoing):
    """A source."""

    id: str
    kind: Kind
    title: str
    url: str
    organization: str
    every: Every
    publish: Publish
    defaults: dict[str, Any]
    consent: Consent
    only: list[str]
    without: list[str]
    organizations: Keeping
    groups: Keeping
    paused: bool
    publishes: bool = Field(description="False: who set it up may not publish, so what it brings stays private")
    created: str

    @classmethod
    def of(cls, source: Source) -> SourceView:
        """The view of one."""
        return cls(**{name: _json(getattr(source, name)) for name in cls.model_fields})


class SourceList(Outgoing):
    """Some of them."""

    items: list[SourceView]
    next: str | None


class ReasonView(Outgoing):
    """Why, in two languages."""

    code: str
    th: str
    en: str


class RunView(Outgoing):
    """A run.

    `complete`: whether it saw the whole source; only then what it did not see counts.
    """

    id: str
    source: str
    state: Literal["running", "finished", "stopped"]
    changes: bool
    dry: bool
    since: str
    started: str
    ended: str
    complete: bool | None
    reason: ReasonView | None
    counts: dict[str, int] | None = None
    open: int | None = Field(default=None, description="Steps that are not done; 100 means 100 or more")

    @classmethod
    def of(cls, run: Run, counts: Mapping[str, int] | None = None, open: int | None = None) -> RunView:
        """The view of one."""
        own = {name: getattr(run, name) for name in cls.model_fields if hasattr(run, name)}
        told = None if counts is None else dict(counts)
        return cls(**{**own, "reason": reason_view(run.reason), "counts": told, "open": open})


class RunList(Outgoing):
    """Some of them, the latest first."""

    items: list[RunView]
    next: str | None


class DidView(Outgoing):
    """What a run did about one dataset, or would do."""

    remote: str
    name: str
    outcome: str
    package: str
    reason: ReasonView | None
    missing: dict[str, Any] = Field(description="Mandatory fields that stand against publishing it")
    notes: dict[str, Any] = Field(description="What was mended or left out")
    fields: dict[str, Any] | None = Field(default=None, description="Of a preview: what would be kept")

    @classmethod
    def of(cls, did: Did) -> DidView:
        """The view of one."""
        said = _said(did.messages)
        return cls(
            remote=did.remote,
            name=did.name,
            outcome=did.outcome,
            package=did.package,
            fields=did.messages.get("__as"),
            **said,
        )


class RunPage(RunView):
    """A run with some of what it did."""

    items: list[DidView]
    next: str | None


class Preview(Outgoing):
    """The first datasets as they would be kept."""

    items: list[DidView]


class ThingView(Outgoing):
    """A dataset of a source, as it stands with us."""

    remote: str
    name: str
    package: str
    state: State
    as_of: str
    run: str
    reason: ReasonView | None
    missing: dict[str, Any]
    notes: dict[str, Any]

    @classmethod
    def of(cls, thing: Thing) -> ThingView:
        """The view of one."""
        return cls(
            remote=thing.remote,
            name=thing.name,
            package="" if thing.state == "refused" else thing.package,
            state="gone_once" if thing.absent else thing.state,
            as_of=thing.as_of,
            run=thing.run,
            **_said(thing.messages),
        )


class ThingList(Outgoing):
    """Some of them."""

    items: list[ThingView]
    next: str | None


def reason_view(code: str) -> ReasonView | None:
    """A reason by its code; None for none."""
    if not code:
        return None
    said = REASONS[code]
    return ReasonView(code=code, th=said.th, en=said.en)


def _said(messages: Mapping[str, Any]) -> dict[str, Any]:
    reasons = messages.get("__reason") or [""]
    missing = {name.removeprefix("missing:"): texts for name, texts in messages.items() if name.startswith("missing:")}
    notes = {name: texts for name, texts in messages.items() if not name.startswith(("missing:", "__"))}
    return {"reason": reason_view(reasons[0]), "missing": missing, "notes": notes}


def _json(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
