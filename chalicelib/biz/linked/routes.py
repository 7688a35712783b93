"""Routes of linked services: agencies' systems by signed requests, and the applicant who goes to an agency's site."""

from __future__ import annotations

from typing import Any

from chalicelib.shared.identity import Allow, citizen
from chalicelib.shared.web import Call, Reply, Room

from ..asked import PageQuery, Words
from ..cases import bodies as cases
from ..cases.replies import carded, carded_again
from ..cases.views import CaseCard
from ..model import Deficiency, Finding
from ..officers.bodies import ReasonsBody
from ..paging import page_of
from ..service import Biz
from . import bodies, views

LINKED = "/biz/v1/linked/{service}"
CASE = LINKED + "/cases/{id}"
BY_SIGNATURE = Allow("public", frozenset({"linked-system"}))
"""`allow` of routes whose `Authorization` is no access token but the signature of an agency's system."""


def hang(room: Room, biz: Biz) -> None:
    """Hangs the routes of linked services on the room."""
    _reading(room, biz)
    _moving(room, biz)
    _telling(room, biz)
    _handing_over(room, biz)


def _signed(biz: Biz) -> dict[str, Any]:
    """What every route of a system promises: the signature is checked before anything else is read."""
    return {"allow": [BY_SIGNATURE], "vouched": biz.linked.vouched, "credentials": lambda _: None}


def _reading(room: Room, biz: Biz) -> None:
    @room.get(
        CASE,
        **_signed(biz),
        answer=views.SystemCase,
        summary="For the agency's system: an application to its service, with fresh addresses of its documents",
    )
    def show(call: Call) -> views.SystemCase:
        return biz.linked.case(call.vouched, call.params["id"])

    @room.get(
        LINKED + "/deliveries",
        **_signed(biz),
        query=PageQuery,
        answer=views.WaitingPage,
        summary="For the agency's system: what it was told and has not taken yet, oldest first",
    )
    def waiting(call: Call) -> views.WaitingPage:
        system = call.vouched.partner.system
        items, following = page_of(
            biz, call, ("untold", system), lambda after: biz.linked.deliveries.waiting(system, after, call.query.limit)
        )
        return views.WaitingPage(items=items, next=following)

    @room.post(
        LINKED + "/deliveries/{delivery}",
        **_signed(biz),
        answer=views.Fetched,
        summary="For the agency's system: say that it has what it fetched",
    )
    def take(call: Call) -> views.Fetched:
        return biz.linked.deliveries.take(call.vouched.once, call.vouched.partner, call.params["delivery"])


def _moving(room: Room, biz: Biz) -> None:
    @room.post(
        CASE + "/actions",
        **_signed(biz),
        body=bodies.MoveBody,
        answer=CaseCard,
        again=carded_again,
        summary="For the agency's system: a move of the workflow, with reasons, fee or licence where it brings them",
    )
    def move(call: Call) -> Reply:
        body: bodies.MoveBody = call.body
        reasons = None if body.reasons is None else body.reasons.text()
        licence = None if body.licence is None else body.licence.licence()
        case, code = call.params["id"], body.action
        return carded(biz.linked.move(call.vouched, case, code, reasons=reasons, fee=body.fee, licence=licence))

    @room.post(
        CASE + "/deficiencies",
        **_signed(biz),
        body=cases.DeficienciesBody,
        answer=CaseCard,
        again=carded_again,
        summary="For the agency's system: the one list of what is missing; a second one is refused",
    )
    def ask(call: Call) -> Reply:
        body: cases.DeficienciesBody = call.body
        items = [
            Deficiency(pointer=item.pointer, document=item.document, text=Words(th=item.th, en=item.en).text())
            for item in body.items
        ]
        return carded(biz.linked.ask(call.vouched, call.params["id"], items, body.officer_omission))

    @room.post(
        CASE + "/inspections",
        **_signed(biz),
        body=bodies.FindingsBody,
        answer=CaseCard,
        again=carded_again,
        summary="For the agency's system: the report of an inspection",
    )
    def inspect(call: Call) -> Reply:
        body: bodies.FindingsBody = call.body
        findings = [Finding(**each.model_dump()) for each in body.findings]
        return carded(biz.linked.inspect(call.vouched, call.params["id"], findings, body.summary))


def _telling(room: Room, biz: Biz) -> None:
    @room.post(
        CASE + "/letters",
        **_signed(biz),
        body=ReasonsBody,
        answer=CaseCard,
        again=carded_again,
        summary="For the agency's system: written reasons for being late, with a copy for the overseer",
    )
    def explain(call: Call) -> Reply:
        return carded(biz.linked.explain(call.vouched, call.params["id"], call.body.reasons.text()))


def _handing_over(room: Room, biz: Biz) -> None:
    handing_over = biz.linked.handing_over

    @room.post(
        "/biz/v1/applications/{id}/hand-over",
        allow=[citizen(min_ial="2.3")],
        answer=views.SentOver,
        summary="Go to the agency's own site to fill in the application there; the address is good once",
    )
    def begin(call: Call) -> views.SentOver:
        return handing_over.begin(call.once, call.caller, call.params["id"])

    @room.post(
        LINKED + "/hand-overs",
        **_signed(biz),
        body=bodies.AssertionBody,
        answer=views.TakenOver,
        summary="For the agency's system: whom an assertion brought; it is good once",
    )
    def redeem(call: Call) -> views.TakenOver:
        signed = call.vouched
        return handing_over.redeem(signed.once, signed.caller, signed.partner, call.body.assertion)

    @room.post(
        CASE + "/filing",
        **_signed(biz),
        body=bodies.FilingBody,
        answer=CaseCard,
        again=carded_again,
        summary="For the agency's system: what the person filed at its site; from then on the clock runs",
    )
    def filed(call: Call) -> Reply:
        signed, body = call.vouched, call.body
        return carded(
            handing_over.filed(
                signed.once, signed.caller, signed.partner, call.params["id"], body.answers, body.filed_at
            )
        )
