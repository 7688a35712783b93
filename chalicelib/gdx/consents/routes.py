"""`/gdx/v1/consents` for systems that ask, `/gdx/v1/me/consents` for people who decide."""

from __future__ import annotations

from typing import Any

from ...shared.identity import SYSTEM, citizen
from ...shared.web import Call, Reply, Room
from ..ids import SubsystemId
from ..service import Service
from .artefact import act_of
from .book import Kept
from .rules import LEVELS
from .views import ConsentView, MyConsents, MyConsentView, Paging, PostConsent, for_consumer, for_person

PERSON = citizen(min_ial=LEVELS[0])


def hang(room: Room, service: Service) -> None:
    """Hangs these routes on the room."""
    _for_systems(room, service)
    _for_people(room, service)


def _for_systems(room: Room, service: Service) -> None:
    @room.post(
        "/gdx/v1/consents",
        allow=[SYSTEM],
        body=PostConsent,
        answer=ConsentView,
        status=201,
        again=_asked_again,
        summary="Ask a person for their consent to exchanges under an agreement that needs it",
    )
    def ask(call: Call) -> Reply:
        posted: PostConsent = call.body
        client = SubsystemId.parse(call.caller.id)
        return _asked_again(
            for_consumer(service.consents.ask(client, posted.pid, posted.asked(), call.once, for_consumer))
        )

    @room.get(
        "/gdx/v1/consents/{id}",
        allow=[SYSTEM],
        answer=ConsentView,
        summary="How a consent that you asked for stands, and its signed artefact once given",
    )
    def read(call: Call) -> Reply:
        return _replied(
            for_consumer(service.consents.of_consumer(call.params["id"], SubsystemId.parse(call.caller.id)))
        )

    @room.delete(
        "/gdx/v1/consents/{id}",
        allow=[SYSTEM],
        answer=ConsentView,
        again=_again,
        summary="Give up a consent that you asked for and need no longer",
    )
    def give_up(call: Call) -> Reply:
        client = SubsystemId.parse(call.caller.id)
        return _replied(for_consumer(service.consents.give_up(call.params["id"], client, call.once, for_consumer)))


def _for_people(room: Room, service: Service) -> None:
    @room.get(
        "/gdx/v1/me/consents",
        allow=[PERSON],
        query=Paging,
        answer=MyConsents,
        summary="What I was asked to consent to, and what became of it",
    )
    def mine(call: Call) -> MyConsents:
        return MyConsents.of(service.consents.mine(call.caller.id, call.query.cursor, call.query.limit))

    @room.get(
        "/gdx/v1/me/consents/{id}",
        allow=[PERSON],
        answer=MyConsentView,
        summary="Who asks for what data about me, why, by which law, until when, and how I withdraw",
    )
    def one(call: Call) -> Reply:
        return _mine(service.consents.of_person(call.params["id"], call.caller.id))

    @room.post(
        "/gdx/v1/me/consents/{id}/give",
        allow=[PERSON],
        answer=MyConsentView,
        if_match=True,
        again=_again,
        summary="Give my consent to exactly what I read",
    )
    def give(call: Call) -> Reply:
        act = act_of(call.headers["authorization"], call.caller.ial)
        read = call.if_match or 0
        return _mine(service.consents.give(call.params["id"], call.caller.id, act, read, call.once, for_person))

    @room.post(
        "/gdx/v1/me/consents/{id}/refuse",
        allow=[PERSON],
        answer=MyConsentView,
        if_match=True,
        again=_again,
        summary="Refuse my consent",
    )
    def refuse(call: Call) -> Reply:
        read = call.if_match or 0
        return _mine(service.consents.refuse(call.params["id"], call.caller.id, read, call.once, for_person))

    @room.post(
        "/gdx/v1/me/consents/{id}/withdraw",
        allow=[PERSON],
        answer=MyConsentView,
        again=_again,
        summary="Withdraw my consent: the very next exchange is refused",
    )
    def withdraw(call: Call) -> Reply:
        service_says = service.consents.withdraw(
            call.params["id"], call.caller.id, call.if_match, call.once, for_person
        )
        return _mine(service_says)


def _mine(kept: Kept) -> Reply:
    return _replied(for_person(kept))


def _replied(view: Any) -> Reply:
    return Reply(view, version=view["version"])


_again = _replied
"""A repeat is answered what the first request was, with the ETag of then."""


def _asked_again(view: Any) -> Reply:
    """Where the consent can be followed (RFC 9110 section 15.3.2), now and when the request is repeated."""
    return Reply(view, headers={"Location": f"/gdx/v1/consents/{view['id']}"}, version=view["version"])
