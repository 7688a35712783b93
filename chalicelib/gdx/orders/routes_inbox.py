"""`/gdx/v1/inbox`: what a provider without an address, or at its own pace, fetches and answers."""

from __future__ import annotations

from ...shared.egress import HttpAnswer
from ...shared.identity import SYSTEM
from ...shared.web import Call, Room
from ..ids import SubsystemId
from ..service import Service
from .views import Extend, HeldView, Hold, LeasedList, LeasedView, PostAnswer, PostLease, Release

LIMIT = 6 * 1024 * 1024
"""Bytes of a handed-in answer: 4 MB in base64."""


def hang(room: Room, service: Service) -> None:
    """Hangs these routes on the room."""
    inbox = service.orders.inbox

    @room.post(
        "/gdx/v1/inbox/lease",
        allow=[SYSTEM],
        body=PostLease,
        answer=LeasedList,
        summary="Take requests from your inbox, each for a time; none when none waits",
    )
    def lease(call: Call) -> LeasedList:
        asked: PostLease = call.body
        leased = inbox.lease(_provider(call), asked.max, asked.seconds)
        return LeasedList(items=[LeasedView.of(each) for each in leased])

    @room.post(
        "/gdx/v1/inbox/{id}/answer",
        allow=[SYSTEM],
        body=PostAnswer,
        answer=HeldView,
        limit=LIMIT,
        summary="Answer a request that you hold; checked, limited and recorded like the answer to a call",
    )
    def answer(call: Call) -> HeldView:
        given: PostAnswer = call.body
        return HeldView.of(inbox.answer(call.params["id"], _provider(call), given.lease, given.answer()))

    @room.post(
        "/gdx/v1/inbox/{id}/ack",
        allow=[SYSTEM],
        body=Hold,
        answer=HeldView,
        summary="Say that a request that you hold is done and has no answer beyond that (204)",
    )
    def ack(call: Call) -> HeldView:
        return HeldView.of(inbox.answer(call.params["id"], _provider(call), call.body.lease, HttpAnswer(204)))

    @room.post(
        "/gdx/v1/inbox/{id}/extend",
        allow=[SYSTEM],
        body=Extend,
        answer=HeldView,
        summary="Hold a request for longer",
    )
    def extend(call: Call) -> HeldView:
        given: Extend = call.body
        return HeldView.of(inbox.extend(call.params["id"], _provider(call), given.lease, given.seconds))

    @room.post(
        "/gdx/v1/inbox/{id}/release",
        allow=[SYSTEM],
        body=Release,
        answer=HeldView,
        summary="Give a request back unanswered, for another worker or for later",
    )
    def release(call: Call) -> HeldView:
        given: Release = call.body
        return HeldView.of(inbox.release(call.params["id"], _provider(call), given.lease, given.seconds))


def _provider(call: Call) -> SubsystemId:
    return SubsystemId.parse(call.caller.id)
