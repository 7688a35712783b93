"""Addresses of rights: public for all, and a person's own."""

from __future__ import annotations

from chalicelib.shared.identity import PUBLIC, citizen
from chalicelib.shared.web import Call, Room

from ..hall import person_of
from ..service import Citizen
from .views import Choosing, RightPage, RightsView
from .views_check import CheckView, CheckWish, OutcomesView, OutcomeView, RightPayments

MINE = citizen(acting="entitlements")


def hang(room: Room, here: Citizen) -> None:
    """Hangs these routes on the room."""

    @room.get(
        "/citizen/v1/entitlements",
        allow=[PUBLIC],
        query=Choosing,
        answer=RightsView,
        summary="The rights that the portal can check, by kind and agency",
    )
    def rights(call: Call) -> RightsView:
        return RightsView.of(here.entitlements.live(), call.query)

    @room.get(
        "/citizen/v1/entitlements/{id}",
        allow=[PUBLIC],
        answer=RightPage,
        summary="A right: for whom, how much, by which law, what is asked and what is not",
    )
    def right(call: Call) -> RightPage:
        return RightPage.of(here.entitlements.one(call.params["id"]), here.hall.today())

    @room.get(
        "/citizen/v1/me/entitlements",
        allow=[MINE],
        answer=OutcomesView,
        summary="What came of my checks, the last of each right",
    )
    def mine(call: Call) -> OutcomesView:
        found = here.entitlements.mine(person_of(call.caller))
        return OutcomesView(items=[OutcomeView.of(definition, kept) for definition, kept in found])

    @room.post(
        "/citizen/v1/me/entitlements/{id}/check",
        allow=[MINE],
        body=CheckWish,
        answer=CheckView,
        summary="Check now whether I have a right, with the reasons step by step",
    )
    def check(call: Call) -> CheckView:
        wish: CheckWish = call.body
        return CheckView.of(
            here.entitlements.check(call.caller, call.once, call.params["id"], wish.answers, wish.subject)
        )

    @room.get(
        "/citizen/v1/me/entitlements/{id}/payments",
        allow=[MINE],
        answer=RightPayments,
        summary="What was paid to me of a right, as the paying agency's register tells it now",
    )
    def payments(call: Call) -> RightPayments:
        return RightPayments.of(here.entitlements.payments(call.caller, call.params["id"]))
