"""Routes of the Biz room for officers and the operator; cases of other agencies do not exist for an officer."""

from __future__ import annotations

from chalicelib.shared.identity import officer
from chalicelib.shared.web import Call, Reply, Room

from ..asked import Words
from ..cases import bodies, replies
from ..cases.replies import carded, carded_again
from ..cases.views import CaseCard
from ..model import Deficiency, Finding, Place
from ..paging import page_of
from ..roles import DESK_ROLES
from ..service import Biz
from . import routes_desk, routes_figures
from .bodies import QueueQuery

CASE = "/biz/v1/applications/{id}"
ANY = officer(*DESK_ROLES)
OPERATOR = officer("operator")


def hang(room: Room, biz: Biz) -> None:
    """Hangs the officers' routes on the room."""
    _reading(room, biz)
    _acting(room, biz)
    _operating(room, biz)
    routes_desk.hang(room, biz)
    routes_figures.hang(room, biz)


def _reading(room: Room, biz: Biz) -> None:
    desk = biz.desk

    @room.get(
        "/biz/v1/queue",
        allow=[ANY],
        query=QueueQuery,
        answer=replies.CasePage,
        summary="The agency's work, the first legally due first: all, one's own, what is late, or one state",
    )
    def queue(call: Call) -> replies.CasePage:
        asked: QueueQuery = call.query
        ask = {"all": desk.queue, "mine": desk.mine, "overdue": desk.overdue}[asked.show]
        who = call.caller.id if asked.show == "mine" else call.caller.agency

        def read(after: str | None) -> tuple[list[CaseCard], str | None]:
            if asked.state is not None:
                return desk.in_state(call.caller, asked.state, after, asked.limit)
            return ask(call.caller, after, asked.limit)

        items, following = page_of(biz, call, ("queue", asked.show, asked.state, who), read)
        return replies.CasePage(items=items, next=following)


def _acting(room: Room, biz: Biz) -> None:
    desk = biz.desk

    @room.post(CASE + "/claim", allow=[ANY], answer=CaseCard, again=carded_again, summary="Take an application")
    def claim(call: Call) -> Reply:
        return carded(desk.claim(call.once, call.caller, call.params["id"]))

    @room.post(
        CASE + "/deficiencies",
        allow=[ANY],
        body=bodies.DeficienciesBody,
        answer=CaseCard,
        again=carded_again,
        summary="Return an application with the one list of what is missing (LFA 2558 s.8)",
    )
    def deficiencies(call: Call) -> Reply:
        items = [
            Deficiency(pointer=item.pointer, document=item.document, text=Words(th=item.th, en=item.en).text())
            for item in call.body.items
        ]
        return carded(desk.ask(call.once, call.caller, call.params["id"], items, call.body.officer_omission))

    @room.post(
        CASE + "/inspections",
        allow=[ANY],
        body=bodies.InspectionBody,
        answer=CaseCard,
        again=carded_again,
        summary="Report an inspection: one finding for each item of the checklist",
    )
    def inspections(call: Call) -> Reply:
        body: bodies.InspectionBody = call.body
        findings = [Finding(**finding.model_dump()) for finding in body.findings]
        place = None if body.place is None else Place(**body.place.model_dump())
        return carded(desk.inspect(call.once, call.caller, call.params["id"], findings, body.summary, place))

    @room.put(
        CASE + "/inspections",
        allow=[officer("inspector")],
        body=bodies.PhotoBody,
        answer=replies.UploadView,
        status=201,
        summary="Announce a photograph for the coming report; the answer says how to send exactly that file",
    )
    def photo(call: Call) -> replies.UploadView:
        document, form = biz.uploads.announce_photo(call.once, call.caller, call.params["id"], **call.body.model_dump())
        return replies.UploadView(
            document=document.model_dump(mode="json"),
            url=form.url,
            fields=dict(form.fields),
            expires_in=form.expires_in,
        )

    @room.post(
        CASE + "/actions/{action}",
        allow=[ANY],
        body=bodies.ActionBody,
        answer=CaseCard,
        again=carded_again,
        summary="Any other move of the service's workflow: accept, approve, refuse",
    )
    def act(call: Call) -> Reply:
        reasons = call.body.reasons.text() if call.body.reasons else None
        action = call.params["action"]
        return carded(desk.act(call.once, call.caller, call.params["id"], action, reasons, call.body.comment))


def _operating(room: Room, biz: Biz) -> None:
    @room.post(
        "/biz/v1/officers",
        allow=[OPERATOR],
        body=bodies.OfficerBody,
        answer=replies.OfficerView,
        status=201,
        summary="Record an officer and their roles; an empty list of roles takes them off",
    )
    def enlist(call: Call) -> replies.OfficerView:
        body = call.body
        made = biz.enlist(call.once, body.pid, body.agency, body.roles, body.name)
        return replies.OfficerView(**made.model_dump())
