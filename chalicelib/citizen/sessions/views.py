"""What goes in and out at the addresses of the sessions."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from chalicelib.shared.thai import Text
from chalicelib.shared.web import Incoming, Outgoing

from .model import Session
from .providers import IAL, LoginProvider
from .rules import DEVICES, to_the_hour

REFRESH_TOKEN = Field(min_length=1, max_length=200, repr=False, description="The newest refresh token of the session")


class SessionKeySet(Outgoing):
    """JWK Set (RFC 7517) of the keys of Klang's own access tokens."""

    keys: list[dict[str, Any]]


class PortalMetadata(Outgoing):
    """Authorization server metadata (RFC 8414), as far as the portal is one: it issues access tokens for itself."""

    issuer: str
    jwks_uri: str
    response_types_supported: list[str] = Field(description="None: people log in at a provider")
    grant_types_supported: list[str]
    service_documentation: str
    acr_values_supported: list[str]


class LoginProviderView(Outgoing):
    """Where a person can log in."""

    id: str
    names: Text
    redirect_uris: list[str] = Field(description="Addresses that may be named as redirect_uri")
    asks: list[str] = Field(description="Identity assurance levels that it can be asked for")


class LoginProvidersView(Outgoing):
    """All ways to log in."""

    items: list[LoginProviderView]

    @classmethod
    def of(cls, providers: list[LoginProvider]) -> LoginProvidersView:
        """The view of the configured providers."""
        return cls(
            items=[
                LoginProviderView(
                    id=each.id,
                    names=each.names,
                    redirect_uris=list(each.redirect_uris),
                    asks=sorted(each.assurance.ask),
                )
                for each in providers
            ]
        )


class LoginWish(Incoming):
    """How a person wants to log in."""

    provider: str = Field(min_length=1, max_length=63, description="id of a login provider")
    redirect_uri: str = Field(min_length=1, max_length=500, description="One of the provider's redirect_uris")
    min_ial: str | None = Field(default=None, pattern=IAL, description="The weakest login that will do, e.g. 2.3")
    max_age: int | None = Field(default=None, ge=0, le=86_400, description="The oldest login that will do, in seconds")
    prompt: Literal["none", "login", "consent", "select_account"] | None = Field(
        default=None, description="Passed on to the provider"
    )


class LoginStarted(Outgoing):
    """A login on its way."""

    authorization_url: str = Field(description="Send the person here")
    state: str = Field(description="Compare it with the state that comes back")
    login: str = Field(description="Keep it until the person is back, where only this client can read it")
    expires_in: int = Field(description="Seconds for which it serves")


class LoginAnswer(Incoming):
    """What came back from the provider."""

    login: str = Field(min_length=1, max_length=4000, repr=False, description="As it was given when the login began")
    code: str = Field(min_length=1, max_length=4000, repr=False)
    state: str = Field(min_length=1, max_length=500, repr=False)
    iss: str | None = Field(default=None, max_length=500, description="If the provider sent one (RFC 9207)")


class RefreshWish(Incoming):
    """A refresh token for new tokens."""

    refresh_token: str = REFRESH_TOKEN


class SessionGrant(Outgoing):
    """Tokens of a session (names of RFC 6749 s.5.1)."""

    access_token: str = Field(description="For all four platforms: Authorization: Bearer")
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - a type, no secret
    expires_in: int = Field(description="Seconds for which the access token lives")
    refresh_token: str = Field(description="Serves once, for the next tokens")
    refresh_expires_in: int = Field(description="Seconds for which it holds if it is not used")
    session: str = Field(description="id of the session, as in the list of devices")
    ial: str = Field(description="Identity assurance level of the login")


class SignOutWish(Incoming):
    """Which session to end."""

    refresh_token: str = REFRESH_TOKEN


class SignedOut(Outgoing):
    """The session has ended here."""

    logout_url: str | None = Field(description="Send the person here to sign out at the login provider too")


class AllSignedOut(SignedOut):
    """All sessions have ended."""

    ended: int = Field(description="How many there were")


class DeviceView(Outgoing):
    """A device on which the person is logged in."""

    id: str
    device: Text
    provider: str = Field(description="id of the login provider")
    since: datetime
    last_seen: datetime = Field(description="To the hour")
    ends: datetime = Field(description="When the person must log in again at the latest")
    current: bool = Field(description="Whether this very call comes from it")

    @classmethod
    def of(cls, session: Session, current: str | None) -> DeviceView:
        """The view of a session."""
        return cls(
            id=session.id,
            device=DEVICES[session.device],
            provider=session.provider,
            since=session.since,
            last_seen=to_the_hour(session.turned),
            ends=session.ends,
            current=session.id == current,
        )


class DevicesView(Outgoing):
    """All devices, the newest login first."""

    items: list[DeviceView]
