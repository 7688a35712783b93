"""Logging in: to the provider with PKCE, and back with a code (OpenID Connect Core 1.0 s.3.1, RFC 7636, RFC 9700).

Nothing is stored between the two: the client holds the login as a sealed text. It opens here alone, names the one
provider that the code is for, and serves once: it is used up before the code is sent on, so that whoever holds one
cannot try codes with it. Everything that does not fit is the same refusal.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from chalicelib.shared.errors import AlreadyThere, AssuranceTooLow, Fault, Invalid, Unavailable, UpstreamFailed
from chalicelib.shared.ids import new_id, new_token
from chalicelib.shared.jose import IssuerKey, TokenRefused, sign_jwt
from chalicelib.shared.journal import Once
from chalicelib.shared.keyring import Tampered
from chalicelib.shared.measures import measure
from chalicelib.shared.paces import Pace, network_of
from chalicelib.shared.storage import Change
from chalicelib.shared.thai import is_national_id

from ..hall import Hall
from . import store
from .idtoken import Expected, verified
from .model import LOGIN_LIVES, Entered, Login, Started, Who
from .providers import Claims, LoginProvider
from .refusals import LoginRefused, refused
from .secrets import Secrets
from .tokens import SessionTokens
from .upstream import Upstream, unready

START, FINISH = Pace("login", 300, counted_inside=True), Pace("session", 300, counted_inside=True)
"""Logins of one provider that one address may begin, and end, in a minute: thousands of people share one address of a
mobile network. There is no limit over all addresses: whoever reached it would lock everybody out."""

LOOKED_EACH = 5
"""Minutes after which the providers are looked at again."""


class Entering:
    """Takes people to providers and back.

    Args:
        hall: the room's tools.
        providers: where people may log in, by id.
        tokens: signs our own proofs where a provider wants such (`private_key_jwt`).
    """

    def __init__(self, hall: Hall, providers: Mapping[str, LoginProvider], tokens: SessionTokens) -> None:
        self.providers = providers
        self._hall = hall
        self._tokens = tokens
        self.secrets = Secrets(hall.parts.table, hall.parts.keyring, hall.now)
        self._upstreams: dict[str, Upstream] = {}

    def start(
        self,
        provider: str,
        redirect_uri: str,
        *,
        address: str,
        min_ial: str | None = None,
        max_age: int | None = None,
        prompt: str | None = None,
    ) -> Started:
        """Begins a login.

        Args:
            provider: id of the provider.
            redirect_uri: one of those registered for it, character by character.
            address: whom the request comes from.
            min_ial: the weakest login that will do.
            max_age: the oldest login at the provider that will do, in seconds.
            prompt: `login`, `consent`, `select_account` or `none`, passed on.

        Raises:
            Invalid: no such provider or redirect address.
            TooMany: too many logins from this address.
            Unavailable, UpstreamFailed: the provider cannot be used just now.
        """
        known = self.providers.get(provider)
        if known is None:
            raise _unknown("/provider", "ไม่มีช่องทางเข้าสู่ระบบนี้", "There is no such login provider.")
        if redirect_uri not in known.redirect_uris:
            raise _unknown("/redirect_uri", "ที่อยู่นี้ไม่ได้ลงทะเบียนไว้", "This address is not registered for the provider.")
        if known.needs_secret:
            self._secret(known)
        endpoint = self._upstream(known).endpoints().authorization
        self._count("start", known, address, START.most)
        login = Login(
            id=self._hall.parts.ids(),
            provider=known.id,
            redirect_uri=redirect_uri,
            state=secrets.token_urlsafe(32),
            nonce=secrets.token_urlsafe(32),
            verifier=secrets.token_urlsafe(48),
            begun=int(self._hall.now().timestamp()),
            min_ial=min_ial,
            max_age=max_age,
        )
        asked = {
            "response_type": "code",
            "client_id": known.client_id,
            "redirect_uri": redirect_uri,
            "scope": " ".join(known.scopes),
            "state": login.state,
            "nonce": login.nonce,
            "code_challenge": _challenge(login.verifier),
            "code_challenge_method": "S256",
        }
        if min_ial is not None and min_ial in known.assurance.ask:
            asked["acr_values"] = known.assurance.ask[min_ial]
        if max_age is not None:
            asked["max_age"] = str(max_age)
        if prompt is not None:
            asked["prompt"] = prompt
        sealed = self._hall.parts.keyring.seal(json.dumps(asdict(login)), "login")
        glue = "&" if "?" in endpoint else "?"
        return Started(f"{endpoint}{glue}{urlencode(asked)}", login.state, sealed, int(LOGIN_LIVES.total_seconds()))

    def finish(self, sealed: str, code: str, state: str, iss: str | None, *, address: str) -> Entered:
        """Who came back with a code.

        Args:
            sealed: `Started.login`.
            code: of the provider, for this login.
            state: of the answer.
            iss: of the answer, where there was one (RFC 9207).
            address: whom the request comes from.

        Raises:
            LoginRefused: anything that does not fit.
            AssuranceTooLow: the person logged in, but more weakly than `min_ial`.
            TooMany, Unavailable, UpstreamFailed: see `start`; the login is used up, begin again.
        """
        try:
            entered = self._finish(sealed, code, state, iss, address)
        except (UpstreamFailed, Unavailable):
            measure("SignInsFailed", platform="citizen", cause="provider")
            raise
        except AssuranceTooLow:
            measure("SignInsFailed", platform="citizen", cause="refused")
            raise
        except LoginRefused:
            measure("SignInsFailed", platform="citizen", cause="other")
            raise
        measure("SignIns", platform="citizen")
        return entered

    def _finish(self, sealed: str, code: str, state: str, iss: str | None, address: str) -> Entered:
        login = self._opened(sealed)
        provider = None if login is None else self.providers.get(login.provider)
        if login is None or provider is None or login.redirect_uri not in provider.redirect_uris:
            raise refused()
        if not hmac.compare_digest(state.encode(), login.state.encode()):
            raise refused()
        upstream = self._upstream(provider)
        if (iss is None and upstream.names_itself()) or (iss is not None and iss != provider.issuer):
            raise refused()
        self._use_up(login, provider, address)
        who = self._vouched(upstream, upstream.exchange(code, login.redirect_uri, login.verifier), login)
        if login.min_ial is not None and _level(who.ial) < _level(login.min_ial):
            raise AssuranceTooLow(
                f"เข้าสู่ระบบด้วยวิธีที่ยืนยันตัวตนระดับ IAL {login.min_ial} ขึ้นไป",
                f"Log in in a way that proves identity at assurance level {login.min_ial} or higher.",
            ).wanting(login.min_ial, who.ial)
        return Entered(who, provider.id)

    def look(self, now: datetime) -> None:
        """Every fifth minute: measures how many of the providers do not answer, which are asked for their keys."""
        if now.minute % LOOKED_EACH or not self.providers:
            return
        away = sum(not self._upstream(provider).answers() for provider in self.providers.values())
        measure("LoginsAway", round(100 * away / len(self.providers)), platform="citizen")

    def logout_url(self, provider: str) -> str | None:
        """Where the person signs out at the provider too (OpenID Connect RP-Initiated Logout 1.0), or None.

        No `id_token_hint` is sent, for the ID token is not kept; `client_id` says who asks.
        """
        known = self.providers.get(provider)
        if known is None:
            return None
        try:
            end = self._upstream(known).endpoints().end_session
        except UpstreamFailed:
            return None  # signing out here does not wait for the provider
        if end is None:
            return None
        said = {"client_id": known.client_id}
        if known.after_logout is not None:
            said[known.logout_parameter] = known.after_logout
        return f"{end}{'&' if '?' in end else '?'}{urlencode(said)}"

    def _opened(self, sealed: str) -> Login | None:
        try:
            login = Login(**json.loads(self._hall.parts.keyring.unseal(sealed, "login")))
        except (Tampered, ValueError, TypeError):
            return None
        begun = datetime.fromtimestamp(login.begun, UTC)
        return login if begun <= self._hall.now() + timedelta(seconds=5) <= begun + LOGIN_LIVES else None

    def _use_up(self, login: Login, provider: LoginProvider, address: str) -> None:
        try:
            self._count("finish", provider, address, FINISH.most, store.used(login.id, login.begun))
        except AlreadyThere:
            raise refused() from None

    def _count(self, what: str, provider: LoginProvider, address: str, limit: int, *more: Change) -> None:
        parts = self._hall.parts
        who = parts.keyring.mac("login-limit", f"{provider.id}\n{network_of(address)}".encode())
        parts.journal.commit(_attempt(), [*more, store.counted(what, who, self._hall.now(), limit)])

    def _vouched(self, upstream: Upstream, answer: Mapping[str, Any], login: Login) -> Who:
        """The person of a token answer."""
        provider = upstream.provider
        id_token, access_token = answer.get("id_token"), answer.get("access_token")
        if not isinstance(id_token, str) or not isinstance(access_token, str | None):
            raise refused()
        expected = Expected(login.nonce, datetime.fromtimestamp(login.begun, UTC), login.max_age)
        now = self._hall.now()
        try:
            claims = verified(id_token, provider, upstream.key, expected, now=now, access_token=access_token)
        except (TokenRefused, TypeError, OverflowError):
            raise refused() from None
        names = provider.claims
        wanted = {names.pid, *([names.pid_verified] if names.pid_verified else [])}
        said = dict(claims)
        if not wanted <= set(claims) and access_token is not None:
            told = upstream.user_info(access_token)
            if told and told.get("sub") != claims["sub"]:
                raise refused()  # another person's, whoever mixed them up (OpenID Connect Core s.5.3.2)
            said = {**told, **claims}
        pid = said.get(names.pid)
        if not isinstance(pid, str) or not is_national_id(pid):
            raise refused()
        sure = names.pid_verified is None or said.get(names.pid_verified)
        if sure is not True and sure not in ("true", "True"):
            raise refused()  # a number that the person only typed in
        since = claims.get("auth_time")
        return Who(
            pid=pid,
            name=_name(said, names),
            ial=provider.assurance.level(said),
            auth_time=int(now.timestamp() if since is None else since),
        )

    def _upstream(self, provider: LoginProvider) -> Upstream:
        if provider.id not in self._upstreams:
            self._upstreams[provider.id] = Upstream(
                provider,
                self._hall.parts.http,
                secret=lambda: self._secret(provider),
                assertion=self._assertion,
                timer=lambda: self._hall.now().timestamp(),
            )
        return self._upstreams[provider.id]

    def _secret(self, provider: LoginProvider) -> str:
        secret = self.secrets.of(provider.id)
        if secret is None:
            raise unready()
        return secret

    def _assertion(self, client_id: str, address: str) -> str:
        now = int(self._hall.now().timestamp())
        claims = {"sub": client_id, "aud": address, "iat": now, "exp": now + 60, "jti": new_id()}
        return sign_jwt(claims, IssuerKey(client_id, self._tokens.keys.signing()), "JWT")


def _name(said: Mapping[str, Any], names: Claims) -> str:
    """The display name of these claims; what is no text is no name."""

    def text(claim: str) -> str:
        value = said.get(claim)
        return " ".join(value.split()) if isinstance(value, str) else ""

    parts = (text(names.given_name), text(names.family_name))
    return (text(names.name) or " ".join(part for part in parts if part))[:200]


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _attempt() -> Once:
    return Once(new_id(), "", new_token(), claimed=False)


def _level(ial: str) -> tuple[int, ...]:
    return tuple(int(part) for part in ial.split("."))


def _unknown(pointer: str, th: str, en: str) -> Invalid:
    return Invalid(
        "เริ่มเข้าสู่ระบบไม่ได้ โปรดแก้ไขตามรายการ", "The login cannot be begun; see errors.", [Fault(pointer, th, en)]
    )
