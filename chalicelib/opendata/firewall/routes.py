"""`/opendata/v1/resources/{id}/personal-data` and `/opendata/v1/personal-data-overrides`."""

from __future__ import annotations

from urllib.parse import unquote

from chalicelib.shared.identity import CITIZEN, officer
from chalicelib.shared.web import Call, Reply, Room

from ..access import OPERATOR, STAFF_ROLES
from ..service import Catalogue
from .views import (
    GiveOverride,
    OverrideList,
    OverrideListing,
    OverrideView,
    PersonalDataView,
)

ALLOW = (CITIZEN, officer(*sorted(STAFF_ROLES)))
"""Citizens too: somebody whom an organisation made a member publishes for it without a posting."""
PATH = "/opendata/v1/resources/{id}/personal-data"


def hang(room: Room, catalogue: Catalogue) -> None:
    """Hangs these routes on the room."""
    firewall = catalogue.firewall

    def shown(call: Call) -> PersonalDataView:
        return PersonalDataView.of(firewall.show(call.caller, unquote(call.params["id"])))

    @room.get(
        PATH,
        allow=ALLOW,
        answer=PersonalDataView,
        summary="What was found in a resource's file that may tell who somebody is; for its organisation, never values",
    )
    def read(call: Call) -> PersonalDataView:
        return shown(call)

    @room.post(
        f"{PATH}/override",
        allow=ALLOW,
        body=GiveOverride,
        answer=PersonalDataView,
        status=201,
        summary="Say as a steward, with a reason, that what was found may be published; a version that waits is shown",
    )
    def give(call: Call) -> Reply:
        asked: GiveOverride = call.body
        firewall.override(call.caller, call.once, unquote(call.params["id"]), asked.wish())
        return Reply(shown(call))

    @room.delete(
        f"{PATH}/override/{{override}}",
        allow=ALLOW,
        answer=PersonalDataView,
        summary="Take a steward's word back; a dataset that is public because of it is made private",
    )
    def end(call: Call) -> PersonalDataView:
        ids = unquote(call.params["id"]), unquote(call.params["override"])
        firewall.revoke(call.caller, call.once, *ids)
        return shown(call)

    @room.get(
        "/opendata/v1/personal-data-overrides",
        allow=[officer(OPERATOR)],
        query=OverrideListing,
        answer=OverrideList,
        summary="What stewards have let be published although it was found, for whoever runs the platform",
    )
    def every(call: Call) -> OverrideList:
        asked: OverrideListing = call.query
        found, following = firewall.all(call.caller, asked.cursor, asked.limit)
        return OverrideList(items=[OverrideView.of(each) for each in found], next=following)
