"""`/opendata/v1/datasets/{id}/governance`, `/opendata/v1/tasks` and `/opendata/v1/standard`."""

from __future__ import annotations

from urllib.parse import unquote

from chalicelib.shared.identity import CITIZEN, PUBLIC, officer
from chalicelib.shared.web import Call, Reply, Room

from ..access import STAFF_ROLES
from ..service import Catalogue
from ..standard.scheming import json_schema
from .views import GovernanceView, Listing, TakeStep, TaskList

ALLOW = (CITIZEN, officer(*sorted(STAFF_ROLES)))
"""Citizens too: somebody whom an organisation made a member publishes for it without a posting."""


def hang(room: Room, catalogue: Catalogue) -> None:
    """Hangs these routes on the room."""
    governance = catalogue.publishing.governance

    def shown(call: Call, id: str) -> Reply:
        stand = governance.show(call.caller, id)
        return Reply(GovernanceView.of(stand), version=stand.package.dataset.version)

    @room.get(
        "/opendata/v1/datasets/{id}/governance",
        allow=ALLOW,
        answer=GovernanceView,
        summary="Where a dataset stands on its way to the public, what it lacks, and what you may do",
    )
    def read(call: Call) -> Reply:
        return shown(call, unquote(call.params["id"]))

    @room.post(
        "/opendata/v1/datasets/{id}/governance",
        allow=ALLOW,
        body=TakeStep,
        answer=GovernanceView,
        if_match=True,
        summary="Take a step: hand in, check, approve, send back, take back, publish at once, revoke",
    )
    def take(call: Call) -> Reply:
        asked: TakeStep = call.body
        given = unquote(call.params["id"])
        done = governance.take(call.caller, call.once, given, asked.step, reason=asked.reason, version=call.if_match)
        return shown(call, done)

    @room.get(
        "/opendata/v1/tasks",
        allow=ALLOW,
        query=Listing,
        answer=TaskList,
        summary="Datasets of an organisation that wait for its steward or publisher, the longest waiting first",
    )
    def tasks(call: Call) -> TaskList:
        asked: Listing = call.query
        return TaskList.of(*governance.tasks(call.caller, asked.organization, asked.state, asked.cursor, asked.limit))

    @room.get(
        "/opendata/v1/standard",
        allow=[PUBLIC],
        media="application/schema+json",
        summary="The Thai metadata standard of a publishable dataset, as JSON Schema",
    )
    def standard(call: Call) -> Reply:
        headers = {"Cache-Control": "public, max-age=3600"}
        return Reply(json_schema(catalogue.site), headers=headers, media_type="application/schema+json")
