"""Two test OpenID providers: authorization code with PKCE, so that a portal can be tried with a real login.

They stand in for ThaID and DGA Digital ID on one machine. Choosing a persona is the whole login: there are
no passwords, because there is nothing to protect. They live under `/local/oidc` and `/local/digital-id` of the laptop
stack, their keys are made at start, and outside a laptop environment Klang refuses to start with an issuer like them
(`chalicelib.settings`). The first also vouches for access tokens in the platforms; the second, shaped like DGA's, only
tells the portal who somebody is: other names of claims, a secret, and a weaker login.

Sources: OpenID Connect Core and Discovery 1.0; RFC 6749, 7636 (PKCE), 8252 section 7.3 (loopback) and 9207.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

from chalicelib.shared.errors import Malformed
from chalicelib.shared.jose import base64url
from infra.local.gateway_event import HttpAnswer, HttpRequest
from infra.local.login_page import login_page
from infra.local.paths import NO_STORE, Handler, form_of, html_answer, json_answer, read_form
from infra.local.personas import Persona, Personas
from infra.local.tokens import LIFETIME, PersonTokens

CLIENT = "klang-portal"
"""The one client: public (no secret), any loopback address to come back to."""

PATH = "/local/oidc"
SCOPES = ("openid", "profile", "pid")
DIGITAL_ID_PATH = "/local/digital-id"
DIGITAL_ID_SECRET = "a secret only of the laptop"  # noqa: S105 - protects nothing
DIGITAL_ID_IAL = "1.3"
"""Whoever logs in there is known less surely, so that a step-up can be tried."""


@dataclass(frozen=True)
class Shape:
    """In what one provider differs from another.

    Attributes:
        path: where its pages are.
        scopes: what it knows.
        secret: of the client, sent as HTTP Basic; None: a public client.
        told: what userinfo says, made of the claims of this house.
    """

    path: str
    scopes: tuple[str, ...]
    secret: str | None
    told: Callable[[dict[str, Any]], dict[str, Any]]


THAID_LIKE = Shape(PATH, SCOPES, None, lambda claims: claims)
DGA_LIKE = Shape(
    DIGITAL_ID_PATH,
    ("openid", "profile", "given_name", "family_name", "citizen_id", "citizen_id_verified", "ial_level"),
    DIGITAL_ID_SECRET,
    lambda claims: {
        "sub": claims["sub"],
        "given_name": claims["given_name"],
        "family_name": claims["family_name"],
        "citizen_id": claims["pid"],
        "citizen_id_verified": True,
        "ial_level": DIGITAL_ID_IAL,
    },
)
CODE_LIVES = timedelta(seconds=60)
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True)
class _Request:
    """An authorization request that holds."""

    redirect_uri: str
    scope: str
    state: str | None
    nonce: str | None
    challenge: str


@dataclass(frozen=True)
class _Grant:
    """What a code stands for."""

    request: _Request
    persona: Persona
    at: datetime


class _SendBack(Exception):
    """The request is wrong in a way that the client learns by redirect (RFC 6749 section 4.1.2.1)."""

    def __init__(self, redirect_uri: str, state: str | None, error: str, description: str) -> None:
        super().__init__(error)
        self.redirect_uri = redirect_uri
        told = {"error": error, "error_description": description}
        self.fields = {**told, **({"state": state} if state else {})}


class Provider:
    """The provider's pages; `handlers` mounts them.

    Args:
        tokens: makes its tokens.
        personas: whom one can log in as.
        clock: tells the time (aware, UTC).
        shape: which of the two it is.
    """

    def __init__(
        self, tokens: PersonTokens, personas: Personas, clock: Callable[[], datetime], shape: Shape = THAID_LIKE
    ) -> None:
        self._shape = shape
        self._tokens = tokens
        self._personas = personas
        self._clock = clock
        self._codes: dict[str, _Grant] = {}
        self._lock = threading.Lock()

    @property
    def handlers(self) -> dict[tuple[str, str], Handler]:
        """Its pages by method and path."""
        path = self._shape.path
        return {
            ("GET", f"{path}/.well-known/openid-configuration"): self.discovery,
            ("GET", f"{path}/jwks.json"): lambda _: json_answer(self._tokens.jwks),
            ("GET", f"{path}/authorize"): self.ask,
            ("POST", f"{path}/authorize"): self.log_in,
            ("POST", f"{path}/token"): self.token,
            ("GET", f"{path}/userinfo"): self.user_info,
            ("POST", f"{path}/userinfo"): self.user_info,
            ("GET", f"{path}/endsession"): self.end_session,
        }

    def discovery(self, _: HttpRequest) -> HttpAnswer:
        """OpenID Provider Metadata."""
        issuer = self._tokens.issuer
        return json_answer(
            {
                "issuer": issuer,
                "authorization_endpoint": f"{issuer}/authorize",
                "token_endpoint": f"{issuer}/token",
                "userinfo_endpoint": f"{issuer}/userinfo",
                "jwks_uri": f"{issuer}/jwks.json",
                "end_session_endpoint": f"{issuer}/endsession",
                "scopes_supported": list(self._shape.scopes),
                "response_types_supported": ["code"],
                "response_modes_supported": ["query"],
                "grant_types_supported": ["authorization_code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["ES256"],
                "token_endpoint_auth_methods_supported": [
                    "none" if self._shape.secret is None else "client_secret_basic"
                ],
                "code_challenge_methods_supported": ["S256"],
                "authorization_response_iss_parameter_supported": True,
                "claims_supported": ["sub", "name", "given_name", "family_name", "pid", "ial"],
            }
        )

    def ask(self, request: HttpRequest) -> HttpAnswer:
        """The login page."""
        fields = read_form(request.raw_query)
        try:
            _checked(fields, self._shape.scopes)
        except _SendBack as wrong:
            return self._redirect(wrong.redirect_uri, wrong.fields)
        return html_answer(login_page(f"{self._shape.path}/authorize", fields, self._personas.people))

    def log_in(self, request: HttpRequest) -> HttpAnswer:
        """Takes the chosen persona and goes back to the client with a code."""
        fields = form_of(request)
        try:
            asked = _checked(fields, self._shape.scopes)
        except _SendBack as wrong:
            return self._redirect(wrong.redirect_uri, wrong.fields)
        persona = self._personas.find(fields.get("persona", ""))
        if persona is None or persona.pid is None:
            raise Malformed("ไม่รู้จักบุคคลตัวอย่างนี้", "There is no such persona to log in as.")
        code, now = secrets.token_urlsafe(32), self._clock()
        with self._lock:
            self._codes = {kept: grant for kept, grant in self._codes.items() if now - grant.at <= CODE_LIVES}
            self._codes[code] = _Grant(asked, persona, now)
        return self._redirect(asked.redirect_uri, {"code": code, **({"state": asked.state} if asked.state else {})})

    def token(self, request: HttpRequest) -> HttpAnswer:
        """Changes a code for tokens, once."""
        fields = form_of(request)
        if fields.get("grant_type") != "authorization_code":
            return _oauth_error("unsupported_grant_type", "only authorization_code")
        if not self._is_client(request, fields):
            return _oauth_error("invalid_client", "unknown client", 401)
        with self._lock:
            grant = self._codes.pop(fields.get("code", ""), None)
        if (
            grant is None
            or self._clock() - grant.at > CODE_LIVES
            or fields.get("redirect_uri") != grant.request.redirect_uri
            or not _proves(fields.get("code_verifier", ""), grant.request.challenge)
        ):
            return _oauth_error("invalid_grant", "the code does not hold")
        return json_answer(self._granted(grant))

    def user_info(self, request: HttpRequest) -> HttpAnswer:
        """Claims about the person of an access token."""
        scheme, _, token = (request.header("Authorization") or "").partition(" ")
        claims = self._tokens.user_info(token) if scheme.lower() == "bearer" else None
        if claims is None:
            return HttpAnswer(401, (("WWW-Authenticate", 'Bearer error="invalid_token"'), NO_STORE), b"")
        return json_answer(self._shape.told(claims))

    def end_session(self, _: HttpRequest) -> HttpAnswer:
        """Signs out: there is nothing to end, for every login begins with choosing somebody."""
        return html_answer('<!doctype html><html lang="th"><meta charset="utf-8"><title>ออกจากระบบแล้ว</title></html>')

    def _is_client(self, request: HttpRequest, fields: Mapping[str, str]) -> bool:
        if self._shape.secret is None:
            return fields.get("client_id") == CLIENT
        given = f"{quote_plus(CLIENT)}:{quote_plus(self._shape.secret)}"
        proof = base64.b64encode(given.encode()).decode()
        return hmac.compare_digest(request.header("Authorization") or "", f"Basic {proof}")

    def _granted(self, grant: _Grant) -> dict[str, Any]:
        scope = grant.request.scope
        # what the token opens at userinfo; the second provider gives all it has
        opens = scope if self._shape.secret is None else " ".join(SCOPES)
        answer: dict[str, Any] = {
            "access_token": self._tokens.access_token(grant.persona, client_id=CLIENT, scope=opens),
            "token_type": "Bearer",
            "expires_in": LIFETIME,
            "scope": scope,
        }
        if "openid" in scope.split():
            answer["id_token"] = self._tokens.id_token(
                grant.persona,
                client_id=CLIENT,
                nonce=grant.request.nonce,
                logged_in=int(grant.at.timestamp()),
            )
        return answer

    def _redirect(self, redirect_uri: str, fields: Mapping[str, str]) -> HttpAnswer:
        glue = "&" if urlsplit(redirect_uri).query else "?"
        location = f"{redirect_uri}{glue}{urlencode({**fields, 'iss': self._tokens.issuer})}"
        return HttpAnswer(303, (("Location", location), NO_STORE), b"")


def _checked(fields: Mapping[str, str], known: Sequence[str]) -> _Request:
    """The authorization request.

    Raises:
        Malformed: client or return address are not to be trusted, so there is nowhere to send the error.
        _SendBack: anything else.
    """
    redirect_uri, state = fields.get("redirect_uri", ""), fields.get("state")
    if fields.get("client_id") != CLIENT:
        raise Malformed("ไม่รู้จัก client_id นี้", f"client_id must be {CLIENT}.")
    if not _is_loopback(redirect_uri):
        raise Malformed(
            "redirect_uri ต้องเป็น http บนเครื่องนี้", "redirect_uri must be http on 127.0.0.1, [::1] or localhost."
        )
    if fields.get("response_type") != "code":
        raise _SendBack(redirect_uri, state, "unsupported_response_type", "only code")
    if fields.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(fields.get("code_challenge", "")):
        raise _SendBack(redirect_uri, state, "invalid_request", "PKCE with S256 is needed")
    scopes = fields.get("scope", "").split()
    if not scopes or set(scopes) - set(known):
        raise _SendBack(redirect_uri, state, "invalid_scope", f"some of: {' '.join(known)}")
    return _Request(redirect_uri, " ".join(scopes), state, fields.get("nonce"), fields["code_challenge"])


def _is_loopback(redirect_uri: str) -> bool:
    try:
        parts = urlsplit(redirect_uri)
        _ = parts.port  # raises for a port that is no number
    except ValueError:
        return False
    printable = redirect_uri.isascii() and redirect_uri.isprintable()
    return (
        printable
        and parts.scheme == "http"
        and parts.hostname in ("127.0.0.1", "::1", "localhost")
        and parts.username is None
        and not parts.fragment
    )


def _proves(verifier: str, challenge: str) -> bool:
    if not _VERIFIER.fullmatch(verifier):
        return False
    made = base64url(hashlib.sha256(verifier.encode()).digest())
    return hmac.compare_digest(made, challenge)


def _oauth_error(error: str, description: str, status: int = 400) -> HttpAnswer:
    return json_answer({"error": error, "error_description": description}, status)
