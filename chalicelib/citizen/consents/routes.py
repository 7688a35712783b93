"""Addresses of consents: for the person alone, and for the exchange's news."""

from __future__ import annotations

from chalicelib.shared.gdx_request import SIGNED
from chalicelib.shared.identity import CITIZEN
from chalicelib.shared.relay import Own
from chalicelib.shared.web import Call, Reply, Room

from ..service import Citizen
from .model import Consent, Deed
from .views import ConsentNews, NewsTaken, OwnConsents, OwnConsentView

BASE = "/citizen/v1/me/consents"


def hang(room: Room, citizen: Citizen) -> None:
    """Hangs these routes on the room."""

    @room.get(
        BASE,
        allow=[CITIZEN],
        answer=OwnConsents,
        summary="What I am asked to consent to, what I allowed, and what has ended, in plain words",
    )
    def consents(call: Call) -> OwnConsents:
        return OwnConsents.of(citizen.consents.mine(_own(call)))

    @room.get(
        f"{BASE}/{{id}}",
        allow=[CITIZEN],
        answer=OwnConsentView,
        summary="One consent: who asks for what, what for, until when, and what happens if I refuse",
    )
    def consent(call: Call) -> Reply:
        return _shown(citizen.consents.one(_own(call), call.params["id"]))

    @room.post(
        f"{BASE}/{{id}}/give",
        allow=[CITIZEN],
        answer=OwnConsentView,
        if_match=True,
        summary="Give my consent to exactly what I read; never by somebody else for me",
    )
    def give(call: Call) -> Reply:
        return _decided(call, "give")

    @room.post(
        f"{BASE}/{{id}}/refuse", allow=[CITIZEN], answer=OwnConsentView, if_match=True, summary="Refuse my consent"
    )
    def refuse(call: Call) -> Reply:
        return _decided(call, "refuse")

    @room.post(
        f"{BASE}/{{id}}/withdraw",
        allow=[CITIZEN],
        answer=OwnConsentView,
        summary="Withdraw my consent: the very next exchange is refused",
    )
    def withdraw(call: Call) -> Reply:
        return _decided(call, "withdraw")

    @room.post(
        "/citizen/v1/provider/consents/news",
        allow=[SIGNED],
        vouched=citizen.requests.of("consents"),
        body=ConsentNews,
        answer=NewsTaken,
        summary="Service TH/CENTRAL/DGA/citizen/consents: what became of a consent (called through the exchange only)",
    )
    def news(call: Call) -> NewsTaken:
        told: ConsentNews = call.body
        citizen.consents.hear(told.pid, told.news())
        return NewsTaken(id=told.id)

    def _decided(call: Call, deed: Deed) -> Reply:
        done = citizen.consents.decide(_own(call), call.caller, call.params["id"], deed, call.if_match)
        return _shown(done)


def _own(call: Call) -> Own:
    return Own.of(call.headers, call.language)


def _shown(consent: Consent) -> Reply:
    return Reply(OwnConsentView.of(consent), version=consent.version)
