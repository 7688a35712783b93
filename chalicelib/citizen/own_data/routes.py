"""Addresses of one's own data: a copy, its end, and what the law gives. Never for another, and with a strong login."""

from __future__ import annotations

from chalicelib.shared.identity import CITIZEN, citizen
from chalicelib.shared.journal import Replayed
from chalicelib.shared.relay import Own
from chalicelib.shared.web import Call, Reply, Room

from ..hall import person_of
from ..service import Citizen
from . import rules
from .views import ConfirmErasure, ErasureView, ExportList, ExportView, RightsView

STRONG = citizen(min_ial=rules.STRONG)
AGAIN = {"Idempotent-Replayed": "true"}


def hang(room: Room, portal: Citizen) -> None:
    """Hangs these routes on the room."""
    _copies(room, portal)
    _erasures(room, portal)

    @room.get(
        "/citizen/v1/me/rights",
        allow=[CITIZEN],
        answer=RightsView,
        summary="What the law lets me ask of those who hold my data, and where I do it",
    )
    def rights(call: Call) -> RightsView:
        return RightsView.shown()


def _copies(room: Room, portal: Citizen) -> None:
    @room.post(
        "/citizen/v1/me/exports",
        allow=[STRONG],
        answer=ExportView,
        status=202,
        summary="Ask for a copy of everything that the portal holds about me",
    )
    def ask(call: Call) -> Reply:
        try:
            export = portal.exports.ask(Own.of(call.headers, call.language), call.caller, call.once)
        except Replayed as before:
            return Reply(_shown(call, _id(before)), headers=AGAIN)
        return Reply(ExportView.of(export), headers={"Location": f"/citizen/v1/me/exports/{export.id}"})

    @room.get("/citizen/v1/me/exports", allow=[STRONG], answer=ExportList, summary="Copies of my data that I asked for")
    def exports(call: Call) -> ExportList:
        return ExportList(items=[ExportView.of(export) for export in portal.exports.mine(person_of(call.caller))])

    @room.get(
        "/citizen/v1/me/exports/{id}",
        allow=[STRONG],
        answer=ExportView,
        summary="One copy, and where to fetch it once it is ready",
    )
    def export(call: Call) -> ExportView:
        return _shown(call, call.params["id"])

    def _shown(call: Call, id: str) -> ExportView:
        found = portal.exports.one(person_of(call.caller), id)
        return ExportView.of(found, portal.exports.link(found))


def _erasures(room: Room, portal: Citizen) -> None:
    @room.post(
        "/citizen/v1/me/erasures",
        allow=[STRONG],
        answer=ErasureView,
        status=201,
        summary="See what an erasure would take away and what a law keeps; nothing is erased yet",
    )
    def plan(call: Call) -> Reply:
        try:
            erasure, parts = portal.erasures.plan(call.caller, call.once)
        except Replayed as before:
            return Reply(_shown(call, _id(before)), headers=AGAIN)
        place = {"Location": f"/citizen/v1/me/erasures/{erasure.id}"}
        return Reply(ErasureView.of(erasure, parts), headers=place)

    @room.get(
        "/citizen/v1/me/erasures/{id}",
        allow=[STRONG],
        answer=ErasureView,
        summary="How an erasure stands; its number is all that is left of one that is done",
    )
    def erasure(call: Call) -> ErasureView:
        return _shown(call, call.params["id"])

    @room.post(
        "/citizen/v1/me/erasures/{id}/confirm",
        allow=[STRONG],
        body=ConfirmErasure,
        answer=ErasureView,
        status=202,
        summary="Erase everything that the portal holds about me, but what a law keeps",
    )
    def confirm(call: Call) -> Reply:
        asked: ConfirmErasure = call.body
        try:
            done = portal.erasures.confirm(call.caller, call.params["id"], asked.understood, call.once)
        except Replayed as before:
            return Reply(_shown(call, _id(before)), headers=AGAIN)
        return Reply(ErasureView.of(done, portal.erasures.parts()))

    def _shown(call: Call, id: str) -> ErasureView:
        return ErasureView.of(portal.erasures.one(person_of(call.caller), id), portal.erasures.parts())


def _id(before: Replayed) -> str:
    return str((before.answer or {})["id"])
