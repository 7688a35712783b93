"""Addresses of offers: the person's own, the agencies' by the exchange, and the report for everybody."""

from __future__ import annotations

from chalicelib.shared.gdx_request import SIGNED
from chalicelib.shared.identity import CITIZEN, PUBLIC, citizen
from chalicelib.shared.storage import Json
from chalicelib.shared.web import Call, Room

from ..hall import person_of
from ..service import Citizen
from .model import Offer, Wishes
from .views import (
    FairnessQuery,
    FairnessView,
    NewReport,
    OfferLine,
    OffersView,
    OfferView,
    OfferWishes,
    OfferWishesView,
    RefuseOffer,
    ReportTaken,
)

MINE = citizen(acting="entitlements")


def hang(room: Room, here: Citizen) -> None:
    """Hangs these routes on the room."""

    def view(offer: Offer) -> OfferView:
        return OfferView.of(offer, here.offering.offers.words_of(offer))

    def kept(offer: Offer) -> Json:
        return view(offer).model_dump(mode="json")

    @room.get("/citizen/v1/me/offers", allow=[MINE], answer=OffersView, summary="Rights that the portal told me of")
    def offers(call: Call) -> OffersView:
        mine = here.offering.offers.all_of(person_of(call.caller))
        return OffersView(items=[OfferLine.of(offer, here.offering.offers.words_of(offer)) for offer in mine])

    @room.get(
        "/citizen/v1/me/offers/preferences",
        allow=[CITIZEN],
        answer=OfferWishesView,
        summary="Whether I want to be told of rights, and of which never again",
    )
    def wishes(call: Call) -> OfferWishesView:
        return OfferWishesView.of(here.offering.offers.wishes(person_of(call.caller)))

    @room.put(
        "/citizen/v1/me/offers/preferences",
        allow=[CITIZEN],
        body=OfferWishes,
        answer=OfferWishesView,
        summary="Say whether I want to be told of rights, and of which never again",
    )
    def wish(call: Call) -> OfferWishesView:
        wanted: OfferWishes = call.body

        def shown(now: Wishes) -> Json:
            return OfferWishesView.of(now).model_dump(mode="json")

        return OfferWishesView.of(here.offering.offers.wish(call.once, call.caller, wanted.tell, wanted.never, shown))

    @room.get(
        "/citizen/v1/me/offers/{id}",
        allow=[MINE],
        answer=OfferView,
        summary="An offer: why I was told, step by step, what was asked about me, and how to apply",
    )
    def offer(call: Call) -> OfferView:
        return view(here.offering.offers.one(person_of(call.caller), call.params["id"]))

    @room.post(
        "/citizen/v1/me/offers/{id}/refuse",
        allow=[MINE],
        body=RefuseOffer,
        answer=OfferView,
        summary="Say no to an offer, this time or for ever; the right itself stays",
    )
    def refuse(call: Call) -> OfferView:
        wish: RefuseOffer = call.body
        return view(here.offering.offers.refuse(call.once, call.caller, call.params["id"], wish.scope, kept))

    @room.post(
        "/citizen/v1/me/offers/{id}/later",
        allow=[MINE],
        answer=OfferView,
        summary="Take an offer off the home page; it stands until its day",
    )
    def later(call: Call) -> OfferView:
        return view(here.offering.offers.later(call.once, call.caller, call.params["id"], kept))

    @room.get(
        "/citizen/v1/fairness",
        allow=[PUBLIC],
        query=FairnessQuery,
        answer=FairnessView,
        summary="Who was told of a right and who was missed, by province, sex and age, from the published figures",
    )
    def fairness(call: Call) -> FairnessView:
        return FairnessView.of(*here.offering.fairness.report(call.query.month))

    @room.post(
        "/citizen/v1/provider/events/events",
        allow=[SIGNED],
        vouched=here.requests.of("events"),
        body=NewReport,
        answer=ReportTaken,
        summary="Service TH/CENTRAL/DGA/citizen/events: tell of what may bring a person a right (exchange only)",
    )
    def take(call: Call) -> ReportTaken:
        report: NewReport = call.body
        return ReportTaken(id=here.offering.news.take(call.vouched.client, report))
