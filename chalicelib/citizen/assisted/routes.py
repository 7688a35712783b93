"""Addresses of help at a counter: for officers, for the people whom they help, for supervisors."""

from __future__ import annotations

from typing import Any

from chalicelib.shared.identity import CITIZEN, officer
from chalicelib.shared.web import Call, Reply, Room

from ..hall import person_of
from ..mandates.views import ActingToken, ActingTokenBody
from ..paging import Paging
from ..service import Citizen
from ..staff import ASSISTANT, OPERATOR, SUPERVISOR
from .views import (
    CodeAsked,
    DeskCode,
    DisputeBody,
    DisputePage,
    DisputesQuery,
    DisputeView,
    HelpPage,
    HelpView,
    HelpWithDeeds,
    OneTimeCode,
    SettleBody,
    VisitBody,
    VisitCard,
    VisitFigures,
    VisitOpened,
    VisitPage,
    VisitsMonth,
)

DESK = "/citizen/v1/assistance"
MINE = "/citizen/v1/me/assistance"
DISPUTES = "/citizen/v1/assistance-disputes"
HELPERS = officer(ASSISTANT)
SUPERVISORS = officer(SUPERVISOR, OPERATOR)


def hang(room: Room, portal: Citizen) -> None:
    """Hangs these routes on the room. Nobody acts for another here: each caller is themself."""
    _for_officers(room, portal)
    _for_people(room, portal)
    _for_supervisors(room, portal)


def _for_officers(room: Room, portal: Citizen) -> None:
    assisted = portal.assisted

    def shown_again(kept: Any) -> Reply:
        return Reply(assisted.opened_before(kept["id"]), status=201)

    def card_again(kept: Any) -> Reply:
        return Reply(assisted.card_again(kept["id"]))

    @room.post(
        DESK,
        allow=[HELPERS],
        body=VisitBody,
        answer=VisitOpened,
        status=201,
        again=shown_again,
        summary="Open a visit for who stands at the counter; until they confirm it, it opens nothing",
    )
    def open_visit(call: Call) -> VisitOpened:
        body: VisitBody = call.body
        return assisted.open(call.once, call.caller, body.pid, body.purpose, body.scopes)

    @room.get(DESK, allow=[HELPERS], query=Paging, answer=VisitPage, summary="My visits, newest first")
    def visits(call: Call) -> VisitPage:
        cursors, scope = portal.hall.parts.cursors, ("visits", call.caller.id)
        items, after = assisted.mine(call.caller.id, cursors.read(call.query.cursor, scope), call.query.limit)
        return VisitPage(items=items, next=cursors.make(after, scope))

    @room.get(DESK + "/{id}", allow=[HELPERS], answer=VisitCard, summary="One of my visits")
    def visit(call: Call) -> VisitCard:
        return assisted.show(call.caller.id, call.params["id"])

    @room.post(
        DESK + "/{id}/code",
        allow=[HELPERS],
        answer=CodeAsked,
        status=202,
        summary="Have a one-time code sent to the person's confirmed telephone or e-mail; always the same answer",
    )
    def ask_code(call: Call) -> CodeAsked:
        return assisted.ask_code(call.once, call.caller, call.params["id"])

    @room.post(
        DESK + "/{id}/confirm",
        allow=[HELPERS],
        body=OneTimeCode,
        answer=VisitCard,
        again=card_again,
        summary="Begin a visit with the one-time code that the person reads to me",
    )
    def confirm_by_code(call: Call) -> VisitCard:
        return assisted.confirm_by_code(call.once, call.caller, call.params["id"], call.body.code)

    @room.post(
        DESK + "/{id}/token",
        allow=[HELPERS],
        body=ActingTokenBody,
        answer=ActingToken,
        summary="A short access token with which I act for the person of an open visit (RFC 8693)",
    )
    def token(call: Call) -> ActingToken:
        return assisted.token(call.caller, call.params["id"], call.body.scopes)

    @room.post(DESK + "/{id}/end", allow=[HELPERS], answer=VisitCard, again=card_again, summary="End a visit")
    def end(call: Call) -> VisitCard:
        return assisted.end(call.once, call.caller, call.params["id"])


def _for_people(room: Room, portal: Citizen) -> None:
    assisted = portal.assisted

    def again(kept: Any) -> Reply:
        return Reply(assisted.help_again(kept["id"]))

    @room.get(MINE, allow=[CITIZEN], query=Paging, answer=HelpPage, summary="Who wants to help me at a counter, or did")
    def helped(call: Call) -> HelpPage:
        person = person_of(call.caller)
        cursors, scope = portal.hall.parts.cursors, ("helped", person)
        items, after = assisted.about(person, cursors.read(call.query.cursor, scope), call.query.limit)
        return HelpPage(items=items, next=cursors.make(after, scope))

    @room.get(MINE + "/{id}", allow=[CITIZEN], answer=HelpWithDeeds, summary="One visit, with what was done in my name")
    def show(call: Call) -> HelpWithDeeds:
        return assisted.show_person(person_of(call.caller), call.params["id"])

    @room.post(
        MINE + "/{id}/confirm",
        allow=[CITIZEN],
        body=DeskCode,
        answer=HelpView,
        again=again,
        summary="Let the officer at the counter act for me for thirty minutes, with the code that the desk shows",
    )
    def confirm(call: Call) -> HelpView:
        return assisted.confirm(call.once, call.caller, call.params["id"], call.body.code)

    @room.post(MINE + "/{id}/refuse", allow=[CITIZEN], answer=HelpView, again=again, summary="Refuse a visit")
    def refuse(call: Call) -> HelpView:
        return assisted.refuse(call.once, call.caller, call.params["id"])

    @room.post(MINE + "/{id}/end", allow=[CITIZEN], answer=HelpView, again=again, summary="End a visit at once")
    def stop(call: Call) -> HelpView:
        return assisted.stop(call.once, call.caller, call.params["id"])

    @room.post(
        MINE + "/{id}/dispute",
        allow=[CITIZEN],
        body=DisputeBody,
        answer=HelpView,
        again=again,
        summary="Say that this was not me: the visit ends, and the officer's supervisor looks into it",
    )
    def dispute(call: Call) -> HelpView:
        return assisted.dispute(call.once, call.caller, call.params["id"], call.body.words)


def _for_supervisors(room: Room, portal: Citizen) -> None:
    disputes = portal.assisted.disputes

    def again(kept: Any) -> Reply:
        return Reply(disputes.again(kept["id"]))

    @room.get(
        DISPUTES,
        allow=[SUPERVISORS],
        query=DisputesQuery,
        answer=DisputePage,
        summary="Visits of my agency of which people say that it was not them, oldest first",
    )
    def waiting(call: Call) -> DisputePage:
        agency = disputes.agency_of(call.caller, call.query.agency)
        cursors, scope = portal.hall.parts.cursors, ("disputes", agency)
        after = cursors.read(call.query.cursor, scope)
        items, following = disputes.waiting(call.caller, agency, after, call.query.limit)
        return DisputePage(items=items, next=cursors.make(following, scope))

    @room.post(
        DISPUTES + "/{id}/settle",
        allow=[SUPERVISORS],
        body=SettleBody,
        answer=DisputeView,
        again=again,
        summary="Answer a dispute; the person is told",
    )
    def settle(call: Call) -> DisputeView:
        return disputes.settle(call.once, call.caller, call.params["id"], call.body.answer)

    @room.get(
        "/citizen/v1/assistance-figures",
        allow=[SUPERVISORS],
        query=VisitsMonth,
        answer=VisitFigures,
        summary="How many visits an agency had in a month, by purpose and outcome, without persons",
    )
    def figures(call: Call) -> VisitFigures:
        return disputes.figures(call.caller, call.query.agency, call.query.month)
