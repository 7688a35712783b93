"""Routes of powers of attorney; one between others does not exist."""

from __future__ import annotations

from typing import cast, get_args

from chalicelib.shared.errors import not_found
from chalicelib.shared.identity import CITIZEN, citizen
from chalicelib.shared.web import Call, Reply, Room

from ..paging import page_of
from ..service import Biz
from .model import Command
from .service import Wish
from .views import DelegationCard, DelegationPage, DelegationView, GrantBody, SideQuery

DELEGATIONS = "/biz/v1/delegations"
STRONG = citizen(min_ial="2.3")


def hang(room: Room, biz: Biz) -> None:
    """Hangs the routes on the room."""
    desk = biz.delegations

    @room.post(
        DELEGATIONS,
        allow=[STRONG],
        body=GrantBody,
        answer=DelegationCard,
        status=201,
        summary="Offer a power of attorney: who may do what in which services for me, or my company, until when",
    )
    def give(call: Call) -> Reply:
        body: GrantBody = call.body
        wish = Wish(body.agent, body.juristic_id, body.services, body.acts, body.until, body.note)
        return Reply(desk.give(call.once, call.caller, wish))

    @room.get(
        DELEGATIONS,
        allow=[CITIZEN],
        query=SideQuery,
        answer=DelegationPage,
        summary="Powers of attorney that I gave (side=grantor) or was given (side=agent), newest first",
    )
    def mine(call: Call) -> DelegationPage:
        side = call.query.side
        items, following = page_of(
            biz,
            call,
            ("delegations", side, call.caller.id),
            lambda after: desk.mine(call.caller, side, after, call.query.limit),
        )
        return DelegationPage(items=items, next=following)

    @room.get(
        DELEGATIONS + "/{id}",
        allow=[CITIZEN],
        answer=DelegationView,
        summary="One power of attorney, for its two sides, with what the agent did by it",
    )
    def show(call: Call) -> DelegationView:
        return desk.show(call.caller, call.params["id"])

    @room.post(
        DELEGATIONS + "/{id}/{command}",
        allow=[STRONG],
        answer=DelegationCard,
        summary="accept, decline or resign as the agent; revoke as the grantor, with effect on the very next command",
    )
    def command(call: Call) -> DelegationCard:
        wanted = call.params["command"]
        if wanted not in get_args(Command):
            raise not_found("คำสั่งนี้", "command")
        return desk.command(call.once, call.caller, call.params["id"], cast(Command, wanted))
