"""`/opendata/v1/datasets/{id}/quality`, its history, and `/opendata/v1/organizations/{id}/quality`."""

from __future__ import annotations

from urllib.parse import unquote

from chalicelib.shared.identity import CITIZEN, PUBLIC, officer
from chalicelib.shared.web import Call, Room

from ..access import STAFF_ROLES
from ..service import Catalogue
from .views import KeptGrade, OrganizationQuality, QualityHistory, QualityListing, QualityView

ALLOW = (PUBLIC, CITIZEN, officer(*sorted(STAFF_ROLES)))


def hang(room: Room, catalogue: Catalogue) -> None:
    """Hangs these routes on the room."""
    grading = catalogue.grading

    @room.get(
        "/opendata/v1/datasets/{id}/quality",
        allow=ALLOW,
        answer=QualityView,
        summary="How good a dataset is: grade, dimensions, stars, and what to mend for how many points",
    )
    def read(call: Call) -> QualityView:
        return QualityView.of(grading.report(call.caller, unquote(call.params["id"])))

    @room.get(
        "/opendata/v1/datasets/{id}/quality/history",
        allow=ALLOW,
        query=QualityListing,
        answer=QualityHistory,
        summary="The grades of a dataset on the days on which they changed, the latest first",
    )
    def history(call: Call) -> QualityHistory:
        asked: QualityListing = call.query
        given = unquote(call.params["id"])
        dataset, found, following = grading.history(call.caller, given, asked.cursor, asked.limit)
        return QualityHistory(dataset=dataset, items=[KeptGrade.of(each) for each in found], next=following)

    @room.get(
        "/opendata/v1/organizations/{id}/quality",
        allow=[PUBLIC],
        query=QualityListing,
        answer=OrganizationQuality,
        summary="How an organisation's public datasets stand: the average, the grades, the worst first",
    )
    def overview(call: Call) -> OrganizationQuality:
        asked: QualityListing = call.query
        return OrganizationQuality.of(grading.overview(unquote(call.params["id"]), asked.cursor, asked.limit))
