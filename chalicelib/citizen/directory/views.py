"""What goes in and out of the list's routes."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from chalicelib.shared.thai import Text
from chalicelib.shared.web import Incoming, Outgoing

from .life_events import Happening
from .model import Channel, Kind, Link, Service


class FindServices(Incoming):
    """What is looked for."""

    q: str | None = Field(default=None, max_length=100, description="Words, Thai or English; slips are forgiven")
    kind: Kind | None = None
    category: str | None = Field(default=None, max_length=40, pattern=r"^[a-z][a-z0-9-]*$")
    agency: str | None = Field(default=None, max_length=120, description="Member, e.g. TH/LOCAL/LAEMNGOP")
    cursor: str | None = Field(default=None, max_length=2_000, description="`next` of the page before")
    limit: int = Field(default=20, ge=1, le=100)


class ListedService(Outgoing):
    """Something that one can do."""

    id: str
    kind: Kind
    name: Text
    about: Text
    agency: str
    category: str
    channels: list[Channel]
    path: str | None = Field(description="Where it is among these platforms; null for a link")
    url: str | None = Field(description="Where it is elsewhere, for a link")
    hours: Text | None
    offices: Text | None
    answers: bool | None = Field(description="Whether a link answered lately; null: not asked")

    @classmethod
    def of(cls, service: Service) -> ListedService:
        """The view of an entry."""
        names = ("id", "kind", "name", "about", "agency", "category", "path", "url", "hours", "offices", "answers")
        return cls(channels=list(service.channels), **{name: getattr(service, name) for name in names})


class CategoryCount(Outgoing):
    """How many of what was found are of a category."""

    category: str
    count: int


class FoundServices(Outgoing):
    """A page of what fits, the best first."""

    items: list[ListedService]
    total: int
    categories: list[CategoryCount]
    missing: list[Kind] = Field(description="Kinds whose provider does not answer just now; the list lacks them")
    next: str | None


class LifeEventView(Outgoing):
    """Something that happens in a life, and what one can do then."""

    id: str
    name: Text
    about: Text
    services: list[ListedService]

    @classmethod
    def of(cls, happening: Happening) -> LifeEventView:
        """The view of one."""
        event = happening.event
        shown = [ListedService.of(service) for service in happening.services]
        return cls(id=event.id, name=event.name, about=event.about, services=shown)


class LifeEvents(Outgoing):
    """All of them."""

    items: list[LifeEventView]


class DescribeLink(Incoming):
    """An agency's own service elsewhere."""

    name: Text
    about: Text = Field(description="What one can do there, in plain words")
    url: str = Field(min_length=9, max_length=1_000, description="https")
    category: str = Field(pattern=r"^[a-z][a-z0-9-]{1,39}$")
    channels: tuple[Channel, ...] = Field(min_length=1, max_length=5)
    words: tuple[Annotated[str, Field(min_length=2, max_length=60)], ...] = Field(
        default=(), max_length=30, description="Further words under which people look for it"
    )
    hours: Text | None = None
    offices: Text | None = None

    def link(self) -> Link:
        """As it is kept."""
        return Link.model_validate(self.model_dump())


class LinkVersion(Outgoing):
    """A link that is registered."""

    id: str
    version: int
