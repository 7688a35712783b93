"""Addresses of the mini-apps: for people, for agencies' systems, for operators; the wire itself is `routes_wire.py`."""

from __future__ import annotations

from chalicelib.shared.identity import CITIZEN, SYSTEM, officer
from chalicelib.shared.web import Call, Reply, Room

from ..hall import person_of
from ..service import Citizen
from ..staff import OPERATOR
from . import routes_wire
from .register import told_again
from .views import (
    DescribeMiniApp,
    GrantFacts,
    Launched,
    MiniAppForMe,
    MiniAppVersion,
    MyMiniApps,
    RegisteredMiniApp,
    RegisteredMiniApps,
    StopMiniApp,
)

MINE = "/citizen/v1/me/miniapps"
ALL = "/citizen/v1/miniapps"


def hang(room: Room, citizen: Citizen) -> None:
    """Hangs these routes on the room."""
    _for_people(room, citizen)
    _for_agencies(room, citizen)
    routes_wire.hang(room, citizen)


def _for_people(room: Room, citizen: Citizen) -> None:
    grants = citizen.miniapps.grants

    @room.get(MINE, allow=[CITIZEN], answer=MyMiniApps, summary="Mini-apps that I ever let know something, and what")
    def mine(call: Call) -> MyMiniApps:
        return MyMiniApps(items=[MiniAppForMe.of(seen) for seen in grants.of(person_of(call.caller))])

    @room.get(
        f"{MINE}/{{id}}",
        allow=[CITIZEN],
        answer=MiniAppForMe,
        summary="A mini-app: whose it is, what it asks to know of me and what for, and what I granted",
    )
    def one(call: Call) -> MiniAppForMe:
        return MiniAppForMe.of(grants.one(call.caller, call.params["id"]))

    @room.put(
        f"{MINE}/{{id}}/grant",
        allow=[CITIZEN],
        body=GrantFacts,
        status=204,
        summary="Let a mini-app know these facts of me and no others, from now on",
    )
    def give(call: Call) -> Reply:
        grants.give(call.caller, call.params["id"], call.body.facts, call.once)
        return Reply(None)

    @room.delete(
        f"{MINE}/{{id}}/grant",
        allow=[CITIZEN],
        status=204,
        summary="Take back everything from a mini-app: its next call learns nothing",
    )
    def withdraw(call: Call) -> Reply:
        grants.withdraw(call.caller, call.params["id"], call.once)
        return Reply(None)

    @room.post(
        f"{MINE}/{{id}}/launch",
        allow=[CITIZEN],
        answer=Launched,
        summary="Open a mini-app: an address that works once and for two minutes",
    )
    def launch(call: Call) -> Launched:
        return Launched.of(grants.launch(call.caller, call.params["id"]))


def _for_agencies(room: Room, citizen: Citizen) -> None:
    register = citizen.miniapps.register

    @room.get(
        ALL,
        allow=[SYSTEM, officer(OPERATOR)],
        answer=RegisteredMiniApps,
        summary="Registered mini-apps: a system sees its own, an operator all",
    )
    def listed(call: Call) -> RegisteredMiniApps:
        return RegisteredMiniApps(items=[RegisteredMiniApp.of(each) for each in register.of(call.caller)])

    @room.get(
        f"{ALL}/{{id}}",
        allow=[SYSTEM, officer(OPERATOR)],
        answer=RegisteredMiniApp,
        summary="One registered mini-app, with what waits for approval",
    )
    def seen(call: Call) -> Reply:
        there = register.seen(call.params["id"], call.caller)
        return Reply(RegisteredMiniApp.of(there), version=there.version)

    @room.put(
        f"{ALL}/{{id}}",
        allow=[SYSTEM],
        body=DescribeMiniApp,
        answer=MiniAppVersion,
        summary="Register a mini-app of one's agency, or describe it anew; an operator approves it",
    )
    def describe(call: Call) -> Reply:
        there = register.describe(routes_wire.app_id(call), call.body.app(), call.caller, call.once)
        return Reply(told_again(there), version=there.version)

    @room.post(
        f"{ALL}/{{id}}/approve",
        allow=[officer(OPERATOR)],
        if_match=True,
        answer=MiniAppVersion,
        summary="Let people use a mini-app as it was read",
    )
    def approve(call: Call) -> Reply:
        there = register.approve(call.params["id"], call.if_match or 0, call.caller, call.once)
        return Reply(told_again(there), version=there.version)

    @room.post(
        f"{ALL}/{{id}}/stop",
        allow=[SYSTEM, officer(OPERATOR)],
        if_match=True,
        body=StopMiniApp,
        answer=MiniAppVersion,
        summary="Take a mini-app out: it opens no more, learns and sends nothing",
    )
    def stop(call: Call) -> Reply:
        there = register.stop(call.params["id"], call.if_match or 0, call.body.reason, call.caller, call.once)
        return Reply(told_again(there), version=there.version)
