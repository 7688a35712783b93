"""Routes of bundles; another person's run does not exist for one."""

from __future__ import annotations

from typing import Any

from chalicelib.shared.errors import not_found
from chalicelib.shared.identity import CITIZEN, PUBLIC
from chalicelib.shared.web import Call, Reply, Room

from ..asked import PageQuery
from ..cases.routes_applicant import STRONG
from ..paging import page_of
from ..service import Biz
from . import bodies, views
from .service import Wish
from .views import RunCard

RUN = "/biz/v1/bundles/{id}"
OFFERS = "/biz/v1/bundle-offers"


def hang(room: Room, biz: Biz) -> None:
    """Hangs the routes of bundles on the room."""
    _offers(room, biz)
    _runs(room, biz)
    _commands(room, biz)


def _offers(room: Room, biz: Biz) -> None:
    @room.get(OFFERS, allow=[PUBLIC], answer=views.OfferPage, summary="Bundles of licences that may be begun today")
    def offers(_: Call) -> views.OfferPage:
        return views.OfferPage(items=biz.bundles.offers())

    @room.get(
        OFFERS + "/{id}",
        allow=[PUBLIC],
        answer=views.OfferView,
        summary="One bundle: its licences, who waits for whom, and what is asked once for all of them",
    )
    def offer(call: Call) -> views.OfferView:
        return biz.bundles.offer(call.params["id"])


def _runs(room: Room, biz: Biz) -> None:
    @room.post(
        "/biz/v1/bundles",
        allow=[STRONG],
        body=bodies.OpenBody,
        answer=RunCard,
        again=_again,
        status=201,
        summary="Begin a bundle: a draft of each licence that is needed, for oneself or for a company one directs",
    )
    def begin(call: Call) -> Reply:
        body = call.body
        wish = Wish(body.answers, body.members)
        kind, juristic_id = body.applicant.kind, body.applicant.juristic_id
        return _carded(biz.bundles.open(call.once, call.caller, body.bundle, kind, juristic_id, wish))

    @room.get(
        "/biz/v1/bundles",
        allow=[CITIZEN],
        query=PageQuery,
        answer=views.RunPage,
        summary="One's own bundles, newest first",
    )
    def mine(call: Call) -> views.RunPage:
        items, following = page_of(
            biz, call, ("bundles", call.caller.id), lambda after: biz.bundles.mine(call.caller, after, call.query.limit)
        )
        return views.RunPage(items=items, next=following)

    @room.get(
        RUN,
        allow=[CITIZEN],
        answer=views.RunWhole,
        summary="A bundle with all its applications: where each stands, what is missing, what it costs, its clock",
    )
    def show(call: Call) -> Reply:
        whole = biz.bundles.show(call.caller, call.params["id"])
        return Reply(whole, version=whole.version)

    @room.patch(
        RUN + "/answers",
        allow=[STRONG],
        body=bodies.FillBody,
        answer=RunCard,
        again=_again,
        if_match=True,
        summary="Answer once for all: JSON Merge Patches (RFC 7396) of the shared answers and of single members",
    )
    def answers(call: Call) -> Reply:
        wish = Wish(call.body.answers, call.body.members)
        return _carded(biz.bundles.answer(call.once, call.caller, call.params["id"], wish, call.if_match))


def _commands(room: Room, biz: Biz) -> None:
    commands = {"prefill": biz.bundles.prefill, "submit": biz.filings.submit, "withdraw": biz.filings.withdraw}

    @room.post(
        RUN + "/{command}",
        allow=[STRONG],
        answer=RunCard,
        again=_again,
        summary="prefill: from state registers; submit: file all that may go, the rest follows; withdraw: all",
    )
    def command(call: Call) -> Reply:
        do = commands.get(call.params["command"])
        if do is None:
            raise not_found("คำสั่งนี้", "command")
        return _carded(do(call.once, call.caller, call.params["id"]))

    @room.post(
        RUN + "/members/{member}",
        allow=[STRONG],
        answer=RunCard,
        again=_again,
        status=201,
        summary="Begin a member anew whose application ended without a licence",
    )
    def again(call: Call) -> Reply:
        return _carded(biz.bundles.again(call.once, call.caller, call.params["id"], call.params["member"]))

    @room.post(
        RUN + "/payments",
        allow=[CITIZEN],
        answer=views.RunBillView,
        status=201,
        summary="The one live Thai QR over all fees that are owed now, with what of it belongs to which agency",
    )
    def pay(call: Call) -> views.RunBillView:
        return biz.paying.bill(call.once, call.caller, call.params["id"])

    @room.get(
        RUN + "/payments",
        allow=[CITIZEN],
        answer=views.RunPayments,
        summary="What is owed and paid for a bundle, each agency's fee with its own receipt",
    )
    def payments(call: Call) -> views.RunPayments:
        return biz.paying.paid(call.caller, call.params["id"])


def _carded(card: RunCard) -> Reply:
    return Reply(card, version=card.version)


def _again(kept: Any) -> Reply:
    return Reply(kept, version=int(kept["version"]))
