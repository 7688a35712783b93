"""Addresses of the sessions: log in, stay logged in, sign out, see one's devices.

The public ones take no Idempotency-Key: a login and a refresh token serve once, and that is the key.
"""

from __future__ import annotations

from chalicelib.shared.identity import CITIZEN, PUBLIC
from chalicelib.shared.web import Call, Reply, Room

from ..hall import person_of
from ..service import Citizen
from .entering import FINISH, START
from .rules import device_of
from .service import END, REFRESH, Granted, lifetime
from .views import (
    AllSignedOut,
    DevicesView,
    DeviceView,
    LoginAnswer,
    LoginProvidersView,
    LoginStarted,
    LoginWish,
    PortalMetadata,
    RefreshWish,
    SessionGrant,
    SessionKeySet,
    SignedOut,
    SignOutWish,
)

CACHED = {"Cache-Control": "public, max-age=300"}
LEVELS = ["1.1", "1.2", "1.3", "2.1", "2.2", "2.3", "3"]


def hang(room: Room, citizen: Citizen) -> None:
    """Hangs these routes on the room."""
    _add_published(room, citizen)
    _add_logging_in(room, citizen)
    _add_devices(room, citizen)


def _add_published(room: Room, citizen: Citizen) -> None:
    sessions = citizen.sessions

    @room.get(
        "/citizen/v1/jwks.json",
        allow=[PUBLIC],
        answer=SessionKeySet,
        summary="Public keys of the portal's access tokens",
    )
    def keys(call: Call) -> Reply:
        return Reply(SessionKeySet.model_validate(sessions.tokens.jwks()), headers=CACHED)

    @room.get(
        "/.well-known/oauth-authorization-server/citizen",
        allow=[PUBLIC],
        answer=PortalMetadata,
        summary="What the portal is as an issuer of access tokens (RFC 8414)",
    )
    def metadata(call: Call) -> Reply:
        base = citizen.hall.parts.base_url
        document = PortalMetadata(
            issuer=sessions.tokens.issuer,
            jwks_uri=f"{base}/citizen/v1/jwks.json",
            response_types_supported=[],
            grant_types_supported=["refresh_token"],
            service_documentation=f"{base}/docs",
            acr_values_supported=LEVELS,
        )
        return Reply(document, headers=CACHED)


def _add_logging_in(room: Room, citizen: Citizen) -> None:
    sessions = citizen.sessions

    @room.get(
        "/citizen/v1/login/providers",
        allow=[PUBLIC],
        answer=LoginProvidersView,
        summary="Where people can log in",
    )
    def ways(call: Call) -> LoginProvidersView:
        return LoginProvidersView.of(list(sessions.entering.providers.values()))

    @room.post(
        "/citizen/v1/login",
        allow=[PUBLIC],
        pace=START,
        body=LoginWish,
        answer=LoginStarted,
        summary="Begin a login: where to send the person, and what to keep until they are back",
    )
    def start(call: Call) -> LoginStarted:
        wish: LoginWish = call.body
        begun = sessions.entering.start(
            wish.provider,
            wish.redirect_uri,
            address=call.request.address,
            min_ial=wish.min_ial,
            max_age=wish.max_age,
            prompt=wish.prompt,
        )
        return LoginStarted(
            authorization_url=begun.url, state=begun.state, login=begun.login, expires_in=begun.expires_in
        )

    @room.post(
        "/citizen/v1/sessions",
        allow=[PUBLIC],
        pace=FINISH,
        body=LoginAnswer,
        answer=SessionGrant,
        status=201,
        summary="Finish a login: a session for who came back from the provider",
    )
    def finish(call: Call) -> SessionGrant:
        given: LoginAnswer = call.body
        granted = sessions.begin(
            given.login, given.code, given.state, given.iss, device=_device(call), address=call.request.address
        )
        return _grant(citizen, granted)

    @room.post(
        "/citizen/v1/sessions/refresh",
        allow=[PUBLIC],
        pace=REFRESH,
        body=RefreshWish,
        answer=SessionGrant,
        summary="New tokens for the newest refresh token; an older one ends the session",
    )
    def refresh(call: Call) -> SessionGrant:
        granted = sessions.refresh(call.body.refresh_token, device=_device(call), address=call.request.address)
        return _grant(citizen, granted)

    @room.post(
        "/citizen/v1/sessions/end",
        allow=[PUBLIC],
        pace=END,
        body=SignOutWish,
        answer=SignedOut,
        summary="Sign out with a refresh token, also when the access token is over (RFC 7009)",
    )
    def end(call: Call) -> SignedOut:
        return SignedOut(logout_url=sessions.end_by(call.body.refresh_token))


def _add_devices(room: Room, citizen: Citizen) -> None:
    sessions = citizen.sessions

    @room.get(
        "/citizen/v1/me/sessions", allow=[CITIZEN], answer=DevicesView, summary="The devices on which I am logged in"
    )
    def devices(call: Call) -> DevicesView:
        alive = sessions.alive(person_of(call.caller))
        return DevicesView(items=[DeviceView.of(each, call.caller.session) for each in alive])

    @room.delete(
        "/citizen/v1/me/sessions/{id}", allow=[CITIZEN], answer=SignedOut, summary="Sign one of my devices out"
    )
    def sign_out(call: Call) -> SignedOut:
        over = sessions.end(person_of(call.caller), call.params["id"], by=call.caller.label)
        own = over.id == call.caller.session
        return SignedOut(logout_url=sessions.entering.logout_url(over.provider) if own else None)

    @room.delete(
        "/citizen/v1/me/sessions", allow=[CITIZEN], answer=AllSignedOut, summary="Sign all my devices out, this one too"
    )
    def sign_all_out(call: Call) -> AllSignedOut:
        person = person_of(call.caller)
        own = next((each for each in sessions.alive(person) if each.id == call.caller.session), None)
        count = sessions.end_all(person, by=call.caller.label)
        url = None if own is None else sessions.entering.logout_url(own.provider)
        return AllSignedOut(ended=count, logout_url=url)


def _device(call: Call) -> str:
    return device_of(call.headers.get("user-agent", ""))


def _grant(citizen: Citizen, granted: Granted) -> SessionGrant:
    return SessionGrant(
        access_token=granted.access_token,
        expires_in=lifetime(),
        refresh_token=granted.refresh_token,
        refresh_expires_in=citizen.sessions.expires_in(granted.session),
        session=granted.session.id,
        ial=granted.ial,
    )
