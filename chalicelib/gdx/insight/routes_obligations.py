"""`/gdx/v1/obligations`: which agency has connected what to the four central platforms; public, as the duty is."""

from __future__ import annotations

from ...shared.errors import not_found
from ...shared.identity import PUBLIC
from ...shared.web import Call, Reply, Room
from ..ids import BadId, MemberId
from ..service import Service
from .views_obligations import AskObligations, Duties, DutyView

FOR_A_WHILE = {"Cache-Control": "public, max-age=300"}


def hang(room: Room, service: Service) -> None:
    """Hangs these routes on the room."""

    @room.get(
        "/gdx/v1/obligations",
        allow=[PUBLIC],
        query=AskObligations,
        answer=Duties,
        summary="Clause 4: which agency has connected what to the four platforms, and what is missing",
    )
    def all_of_them(call: Call) -> Reply:
        asked: AskObligations = call.query
        duties, following = service.obligations.page(asked.cursor, asked.limit)
        return Reply(Duties(items=[DutyView.of(each) for each in duties], next=following), headers=FOR_A_WHILE)

    @room.get(
        "/gdx/v1/obligations/{instance}/{member_class}/{member}",
        allow=[PUBLIC],
        answer=DutyView,
        summary="The same for one agency, with what is connected by name",
    )
    def one(call: Call) -> Reply:
        text = "/".join(call.params[name] for name in ("instance", "member_class", "member"))
        try:
            agency = MemberId.parse(text)
        except BadId:
            raise not_found("หน่วยงานนี้", "agency") from None
        return Reply(DutyView.of(service.obligations.of(agency)), headers=FOR_A_WHILE)
