"""Routes of notices: the proofs of a case, and how one wants to be told."""

from __future__ import annotations

from chalicelib.shared.identity import CITIZEN, citizen, officer
from chalicelib.shared.web import Call, Room

from ..roles import OFFICER_ROLES
from ..service import Biz
from .views import Choice, ChoiceCard, ChoiceView, Confirmation, ProofList, choice_view

STRONG = citizen(min_ial="2.3")
PREFERENCES = "/biz/v1/preferences"


def hang(room: Room, biz: Biz) -> None:
    """Hangs the routes of notices on the room."""

    @room.get(
        "/biz/v1/applications/{id}/notices",
        allow=[CITIZEN, officer(*OFFICER_ROLES)],
        answer=ProofList,
        summary="What the applicant was told, by which channel, and the proof of it",
    )
    def notices(call: Call) -> ProofList:
        return biz.proofs.of_case(biz.office.seen(call.params["id"], call.caller))

    @room.get(PREFERENCES, allow=[CITIZEN], answer=ChoiceView, summary="How I want to be told, and my addresses")
    def show(call: Call) -> ChoiceView:
        return choice_view(biz.contacts.show(call.caller))

    @room.put(
        PREFERENCES,
        allow=[STRONG],
        body=Choice,
        answer=ChoiceCard,
        summary="Choose language, channels and addresses; a new address is sent a code",
    )
    def choose(call: Call) -> ChoiceCard:
        body: Choice = call.body
        return biz.contacts.choose(call.once, call.caller, body.language, body.channels, body.email, body.phone)

    @room.post(
        PREFERENCES,
        allow=[STRONG],
        body=Confirmation,
        answer=ChoiceCard,
        summary="Confirm an address by the code that was sent to it",
    )
    def confirm(call: Call) -> ChoiceCard:
        return biz.contacts.confirm(call.once, call.caller, call.body.channel, call.body.code)
