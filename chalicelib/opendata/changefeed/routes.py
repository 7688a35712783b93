"""`/opendata/v1/changes`."""

from __future__ import annotations

from pydantic import Field

from chalicelib.shared.identity import PUBLIC
from chalicelib.shared.web import Call, Incoming, Outgoing, Room

from ..service import Catalogue
from ..views import naive
from .service import MOST, Told


class Listing(Incoming):
    """From where, and how much."""

    since: str = Field(default="", max_length=64, description="`next` of an earlier answer, or an ISO 8601 time")
    limit: int = Field(default=100, ge=1, le=MOST)


class ChangeView(Outgoing):
    """One change; what is told twice has the same id."""

    id: str
    at: str
    activity: str = Field(description="CKAN's activity type, e.g. `changed package`; `removed` where it is gone")
    dataset: str
    resource: str | None
    name: str | None
    title: str | None
    url: str | None

    @classmethod
    def of(cls, told: Told, site: str) -> ChangeView:
        """The view of one."""
        change = told.change
        if told.gone:
            return cls(
                id=change.id,
                at=f"{naive(change.at)}Z",
                activity="removed",
                dataset=change.dataset,
                resource=None,
                name=None,
                title=None,
                url=None,
            )
        return cls(
            id=change.id,
            at=f"{naive(change.at)}Z",
            activity=change.activity,
            dataset=change.dataset,
            resource=change.subject if change.thing == "resource" else None,
            # what it was called while it was private is nobody's business
            name=change.name if change.after else None,
            title=change.title if change.after else None,
            url=f"{site}/api/3/action/package_show?id={change.dataset}",
        )


class Changes(Outgoing):
    """Some changes, the oldest first."""

    items: list[ChangeView]
    next: str = Field(description="Give it as `since` next time; changes of the last minute will be told again")


def hang(room: Room, catalogue: Catalogue) -> None:
    """Hangs this route on the room."""

    @room.get(
        "/opendata/v1/changes",
        allow=[PUBLIC],
        query=Listing,
        answer=Changes,
        summary="What changed in the public catalogue since a cursor: follow it instead of reading everything again",
    )
    def changes(call: Call) -> Changes:
        asked: Listing = call.query
        told, following = catalogue.changefeed.since(asked.since, asked.limit)
        return Changes(items=[ChangeView.of(each, catalogue.site) for each in told], next=following)
