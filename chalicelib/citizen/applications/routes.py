"""Addresses of applications: for the person, and for the engine by the exchange."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from chalicelib.shared.errors import UpstreamFailed
from chalicelib.shared.gdx_request import SIGNED
from chalicelib.shared.identity import citizen as allow_citizen
from chalicelib.shared.relay import Own, Relayed
from chalicelib.shared.web import Call, Reply, Room

from ..hall import person_of
from ..paging import Paging
from ..service import Citizen
from . import views

V = TypeVar("V")
STRONG = allow_citizen(min_ial="2.3", acting="applications")
"""To apply one must be known as a person, as everywhere in the engine."""
LOOKING = allow_citizen(acting="applications")
ONE = "/citizen/v1/me/applications/{id}"


def hang(room: Room, citizen: Citizen) -> None:
    """Hangs these routes on the room."""
    _add_opening(room, citizen)
    _add_driving(room, citizen)
    _add_provider(room, citizen)


def _add_opening(room: Room, citizen: Citizen) -> None:
    desk = citizen.applications

    @room.post(
        "/citizen/v1/me/entitlements/{id}/applications",
        allow=[STRONG],
        body=views.ApplyBody,
        answer=views.ApplicationView,
        status=201,
        summary="Apply for a right: opens a draft with all that the state knows; file it with `submit`",
    )
    def apply(call: Call) -> Reply:
        body: views.ApplyBody = call.body
        opened = desk.apply(_own(call), call.caller, call.params["id"], body.subject, body.answers)
        return _shown(opened, views.ApplicationView.of)

    @room.get(
        "/citizen/v1/me/applications",
        allow=[LOOKING],
        query=Paging,
        answer=views.ApplicationPage,
        summary="How my applications stand, for rights and for licences, newest first",
    )
    def mine(call: Call) -> views.ApplicationPage:
        cursors, scope = citizen.hall.parts.cursors, ("applications", person_of(call.caller))
        found, after = desk.mine(call.caller, cursors.read(call.query.cursor, scope), call.query.limit)
        return views.ApplicationPage(
            items=[views.ApplicationCard.of(each) for each in found], next=cursors.make(after, scope)
        )

    @room.get(ONE, allow=[LOOKING], answer=views.ApplicationView, summary="One of my applications, whole")
    def one(call: Call) -> Reply:
        return _shown(desk.one(_own(call), call.caller, call.params["id"]), views.ApplicationView.of)


def _add_driving(room: Room, citizen: Citizen) -> None:
    desk = citizen.applications

    @room.patch(
        ONE + "/answers",
        allow=[STRONG],
        body=views.AnswersPatch,
        answer=views.StepTaken,
        if_match=True,
        summary="Change answers by a JSON Merge Patch (RFC 7396)",
    )
    def answers(call: Call) -> Reply:
        done = desk.answer(_own(call), call.caller, call.params["id"], call.body.root, call.if_match or 0)
        return _shown(done, views.StepTaken.of)

    @room.post(ONE + "/validate", allow=[LOOKING], answer=views.MissingView, summary="What is still missing")
    def validate(call: Call) -> Reply:
        return _shown(desk.missing(_own(call), call.caller, call.params["id"]), views.MissingView.model_validate)

    @room.post(
        ONE + "/documents",
        allow=[STRONG],
        body=views.FileBody,
        answer=views.FileForm,
        if_match=True,
        status=201,
        summary="Announce a file and get the form to send it (presigned, exact size, type and SHA-256)",
    )
    def announce(call: Call) -> Reply:
        file = call.body.model_dump()
        done = desk.announce(_own(call), call.caller, call.params["id"], file, call.if_match or 0)
        return _shown(done, views.FileForm.model_validate)

    @room.post(
        ONE + "/{command}",
        allow=[STRONG],
        answer=views.StepTaken,
        summary="submit: file the application, or file it again; withdraw: take it back",
    )
    def command(call: Call) -> Reply:
        done = desk.command(_own(call), call.caller, call.params["id"], call.params["command"])
        return _shown(done, views.StepTaken.of)


def _add_provider(room: Room, citizen: Citizen) -> None:
    @room.post(
        "/citizen/v1/provider/cases/cases",
        allow=[SIGNED],
        vouched=citizen.requests.of("cases"),
        body=views.ShownCaseDelivery,
        answer=views.Shown,
        summary="Service TH/CENTRAL/DGA/citizen/cases: how an application stands (called through the exchange only)",
    )
    def show(call: Call) -> views.Shown:
        told: views.ShownCaseDelivery = call.body
        citizen.applications.show(told.pid, told)
        return views.Shown(id=told.id)


def _own(call: Call) -> Own:
    return Own.of(call.headers, call.language)


def _shown(relayed: Relayed, view: Callable[[Mapping[str, Any]], V]) -> Reply:
    headers = {"Idempotent-Replayed": "true"} if relayed.replayed else {}
    try:
        return Reply(view(relayed.value), version=relayed.version, headers=headers)
    except (ValueError, TypeError, AttributeError):
        raise UpstreamFailed("ระบบคำขอตอบไม่ถูกต้อง", "The case engine answered nonsense.") from None
