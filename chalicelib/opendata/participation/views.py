"""What goes in and out of `/opendata/v1/contributions`."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from chalicelib.shared.web import Incoming, Outgoing

from .model import Contribution, Kind, Ratings

Text = Field(default="", max_length=5_000)
ReuseType = Literal["application", "visualisation", "research", "news", "api", "other"]


class NewContribution(Incoming):
    """A reuse, a comment or a rating of a public dataset."""

    kind: Kind
    dataset: str = Field(min_length=1, max_length=100, description="Id or name")
    title: str = Field(default="", max_length=200, description="Of a reuse")
    description: str = Field(default="", max_length=5_000, description="Of a reuse")
    url: str = Field(default="", max_length=2_000, description="Of a reuse: where it can be seen")
    type: ReuseType | None = Field(default=None, description="Of a reuse")
    text: str = Field(default="", max_length=5_000, description="Of a comment, or beside the stars")
    stars: int | None = Field(default=None, ge=1, le=5, description="Of a rating")

    @model_validator(mode="after")
    def _complete(self) -> NewContribution:
        needs = {"reuse": ("title", "url", "type"), "comment": ("text",), "rating": ("stars",)}[self.kind]
        missing = [name for name in needs if not getattr(self, name)]
        if missing:
            raise ValueError(f"a {self.kind} needs {', '.join(missing)}")
        return self

    def content(self) -> dict[str, Any]:
        """What belongs to its kind."""
        names = {"reuse": ("title", "description", "url", "type"), "comment": ("text",), "rating": ("stars", "text")}
        return {name: getattr(self, name) for name in names[self.kind]}


class Decision(Incoming):
    """What becomes of a contribution, or what the organisation answers."""

    state: Literal["shown", "hidden", "withdrawn"] | None = None
    reason: str = Field(default="", max_length=1_000, description="Told to its author; needed to hide it")
    reply: str | None = Field(default=None, max_length=5_000, description="The organisation's answer; empty: none")

    @model_validator(mode="after")
    def _one_thing(self) -> Decision:
        if (self.state is None) == (self.reply is None):
            raise ValueError("give either state or reply")
        if self.state == "hidden" and not self.reason:
            raise ValueError("a reason is needed to hide it")
        return self


class ContributionView(Outgoing):
    """A contribution. Who wrote it is told to nobody."""

    id: str
    kind: str
    dataset: str
    state: str
    created: str
    changed: str
    mine: bool
    content: dict[str, Any]
    reply: dict[str, str] | None
    decided: dict[str, str] | None = Field(description="For its author and the moderators only")

    @classmethod
    def of(cls, contribution: Contribution, reader: str, *, inside: bool = False) -> ContributionView:
        """The view of one for a reader (`Caller.label`); `inside` for moderators."""
        mine = contribution.author == reader
        decided = contribution.decided
        return cls(
            id=contribution.id,
            kind=contribution.kind,
            dataset=contribution.dataset,
            state=contribution.state,
            created=contribution.created,
            changed=contribution.changed,
            mine=mine,
            content=dict(contribution.content),
            reply=None if contribution.reply is None else dict(contribution.reply),
            decided=dict(decided) if decided is not None and (mine or inside) else None,
        )


class RatingsView(Outgoing):
    """How a dataset is rated."""

    count: int
    average: float | None
    stars: dict[str, int]

    @classmethod
    def of(cls, ratings: Ratings) -> RatingsView:
        """The view of one."""
        return cls(
            count=ratings.count,
            average=ratings.average,
            stars={str(stars): times for stars, times in sorted(ratings.stars.items())},
        )


class ContributionList(Outgoing):
    """Some of them, the latest first."""

    items: list[ContributionView]
    ratings: RatingsView | None = Field(default=None, description="Where one dataset was asked for")
    next: str | None


class Listing(Incoming):
    """Which ones: of a dataset, one's own, those that wait for an organisation, else the gallery of reuses."""

    dataset: str | None = Field(default=None, max_length=100)
    kind: Kind | None = None
    mine: bool = False
    waiting_for: str | None = Field(default=None, max_length=100, description="Id or name of an organisation")
    cursor: str | None = Field(default=None, max_length=2_000)
    limit: int = Field(default=20, ge=1, le=100)
