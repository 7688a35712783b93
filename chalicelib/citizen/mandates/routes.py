"""Addresses of mandates; one between others does not exist."""

from __future__ import annotations

from typing import cast, get_args

from chalicelib.shared.errors import Fault, Invalid, not_found
from chalicelib.shared.identity import CITIZEN, citizen
from chalicelib.shared.web import Call, Room

from ..hall import person_of
from ..paging import Paging
from ..service import Citizen
from .model import Command
from .views import ActingToken, ActingTokenBody, MandateBody, MandateCard, MandatePage, MandateView

MANDATES = "/citizen/v1/me/mandates"
STRONG = citizen(min_ial="2.3")


def hang(room: Room, portal: Citizen) -> None:
    """Hangs these routes on the room. All are for the person themself: nobody passes on what they were given."""
    mandates = portal.mandates

    @room.get(
        MANDATES,
        allow=[CITIZEN],
        query=Paging,
        answer=MandatePage,
        summary="Who may act for me, and for whom I may act, newest first",
    )
    def mine(call: Call) -> MandatePage:
        person = person_of(call.caller)
        cursors, scope = portal.hall.parts.cursors, ("mandates", person)
        items, after = mandates.mine(person, cursors.read(call.query.cursor, scope), call.query.limit)
        return MandatePage(items=items, next=cursors.make(after, scope))

    @room.post(
        MANDATES,
        allow=[STRONG],
        body=MandateBody,
        answer=MandateCard,
        status=201,
        summary="Ask somebody to act for me (kind=agent), or show that I am a child's parent (kind=guardian)",
    )
    def make(call: Call) -> MandateCard:
        body: MandateBody = call.body
        if body.kind == "agent":
            return mandates.give(call.once, call.caller, body.whom, body.scopes, body.until)
        if body.until is not None:
            fault = Fault("/until", "ไม่ต้องระบุ สิ้นสุดเมื่อบุตรอายุครบ 20 ปี", "Leave it out: it ends when the child is twenty.")
            raise Invalid("การทำแทนบุตรไม่ต้องระบุวันสิ้นสุด", "For a child there is no last day to choose.", [fault])
        return mandates.prove(call.once, call.caller, body.whom, body.scopes)

    @room.get(
        MANDATES + "/{id}", allow=[CITIZEN], answer=MandateView, summary="One mandate, for either of its two sides"
    )
    def show(call: Call) -> MandateView:
        return mandates.show(person_of(call.caller), call.params["id"])

    @room.post(
        MANDATES + "/{id}/token",
        allow=[CITIZEN],
        body=ActingTokenBody,
        answer=ActingToken,
        summary="A short access token with which I act by this mandate (RFC 8693); a parent's right is asked again",
    )
    def token(call: Call) -> ActingToken:
        return mandates.token(call.caller, call.params["id"], call.body.scopes)

    @room.post(
        MANDATES + "/{id}/{command}",
        allow=[STRONG],
        answer=MandateCard,
        summary="accept or decline what I was asked to do for somebody; end, for both sides, at once",
    )
    def command(call: Call) -> MandateCard:
        wanted = call.params["command"]
        if wanted not in get_args(Command):
            raise not_found("คำสั่งนี้", "command")
        return mandates.command(call.once, call.caller, call.params["id"], cast(Command, wanted))
