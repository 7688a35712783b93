"""What is asked of a login provider: its addresses and keys, tokens for a code, and who the person is.

What a provider says is kept in the process: metadata for an hour, keys for five minutes. Nothing it says can lead us
elsewhere: addresses come from our own configuration or from its discovery document at its own issuer, and the way out
judges each address once more and follows no redirects.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote_plus, urlencode

from pydantic import ValidationError

from chalicelib.shared.access_tokens import IssuerKeys, fetched_jwks
from chalicelib.shared.egress import Http, HttpAnswer, Unreachable
from chalicelib.shared.errors import Malformed, Unavailable, UpstreamFailed
from chalicelib.shared.json_text import parse_json

from .providers import Endpoints, LoginProvider
from .refusals import refused

METADATA_FRESH = 3600.0
TIMEOUT = 5.0
SILENT = 15.0
"""Seconds for which a process does not ask a provider that it waited for in vain: so at most a quarter of all processes
wait for a provider that is silent, and the others serve those who are logged in."""
FORM = "application/x-www-form-urlencoded"

Assertion = Callable[[str, str], str]
"""Makes a client assertion (RFC 7523) for a client id and the address it is meant for."""


class Upstream:
    """One provider as the portal asks it.

    Args:
        provider: its configuration.
        http: the way out.
        secret: gives the secret that an operator entered; only asked where the provider needs one.
        assertion: for `private_key_jwt`.
        timer: seconds that only grow.
    """

    def __init__(
        self,
        provider: LoginProvider,
        http: Http,
        *,
        secret: Callable[[], str],
        assertion: Assertion,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self.provider = provider
        self._http = http
        self._secret = secret
        self._assertion = assertion
        self._timer = timer
        self._found: tuple[float, Endpoints, bool] | None = None
        self._keys: IssuerKeys | None = None
        self._keys_at = ""
        self._silent_until = float("-inf")

    def endpoints(self) -> Endpoints:
        """Where it answers.

        Raises:
            UpstreamFailed: its discovery document cannot be had, or is another's.
        """
        return self.provider.endpoints or self._discovered()[0]

    def names_itself(self) -> bool:
        """Whether its answers must carry `iss` (RFC 9207)."""
        return self.provider.names_itself or (self.provider.endpoints is None and self._discovered()[1])

    def key(self, kid: str) -> Mapping[str, Any] | None:
        """Its public key of that id.

        Raises:
            Unavailable: they cannot be had.
        """
        address = self.endpoints().jwks
        if self._keys is None or self._keys_at != address:
            self._keys, self._keys_at = IssuerKeys(fetched_jwks(self._http, address), self._timer), address
        return self._keys.find(kid)

    def answers(self) -> bool:
        """Whether its keys can be had just now; asks it."""
        try:
            fetched_jwks(self._http, self.endpoints().jwks)()
        except (Unavailable, UpstreamFailed):
            return False
        return True

    def exchange(self, code: str, redirect_uri: str, verifier: str) -> Mapping[str, Any]:
        """The token answer for a code (RFC 6749 s.4.1.3, RFC 7636 s.4.5).

        Raises:
            LoginRefused: it does not take the code.
            UpstreamFailed: it does not answer, or answers nonsense.
        """
        address = self.endpoints().token
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        more, headers = self._proof(address)
        answer = self._sent(
            "POST",
            address,
            {"accept": "application/json", "content-type": FORM, **headers},
            urlencode({**form, **more}).encode(),
        )
        if answer.status in (400, 401, 403):
            raise refused()
        return _object(answer)

    def user_info(self, access_token: str) -> Mapping[str, Any]:
        """What it says of the person (OpenID Connect Core s.5.3); {} where it has no such address.

        Raises:
            LoginRefused: it does not take the token.
            UpstreamFailed: it does not answer, or answers nonsense.
        """
        address = self.endpoints().userinfo
        if address is None:
            return {}
        headers = {"accept": "application/json", "authorization": f"Bearer {access_token}"}
        answer = self._sent("GET", address, headers, None)
        if answer.status in (400, 401, 403):
            raise refused()
        return _object(answer)

    def _proof(self, address: str) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """Who we are: fields of the form, and headers."""
        me = self.provider.client_id
        match self.provider.auth:
            case "client_secret_basic":
                return {}, {"authorization": f"Basic {_basic(me, self._secret())}"}
            case "client_secret_post":
                return {"client_id": me, "client_secret": self._secret()}, {}
            case "private_key_jwt":
                kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
                proof = self._assertion(me, address)
                return {"client_id": me, "client_assertion_type": kind, "client_assertion": proof}, {}
            case _:
                return {"client_id": me}, {}

    def _discovered(self) -> tuple[Endpoints, bool]:
        now = self._timer()
        if self._found is None or now - self._found[0] > METADATA_FRESH:
            issuer = self.provider.issuer
            address = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
            document = _object(self._sent("GET", address, {"accept": "application/json"}, None))
            if document.get("issuer") != issuer:
                raise _failed()
            try:
                places = Endpoints.model_validate(
                    {
                        "authorization": document.get("authorization_endpoint"),
                        "token": document.get("token_endpoint"),
                        "jwks": document.get("jwks_uri"),
                        "userinfo": document.get("userinfo_endpoint"),
                        "end_session": document.get("end_session_endpoint"),
                    }
                )
            except ValidationError:
                raise _failed() from None
            named = document.get("authorization_response_iss_parameter_supported") is True
            self._found = now, places, named
        return self._found[1:]

    def _sent(self, method: str, address: str, headers: Mapping[str, str], body: bytes | None) -> HttpAnswer:
        if self._timer() < self._silent_until:
            raise _failed()
        try:
            answer = self._http.send(method, address, headers=headers, body=body, timeout=TIMEOUT)
        except Unreachable:
            self._silent_until = self._timer() + SILENT
            raise _failed() from None
        if answer.status == 429 or answer.status >= 500:
            raise _failed()
        return answer


def unready() -> Unavailable:
    """An operator has not finished setting the provider up."""
    return Unavailable(
        "ช่องทางเข้าสู่ระบบนี้ยังไม่พร้อม โปรดใช้ช่องทางอื่น", "This way to log in is not ready; use another one.", retry_after=300
    )


def _failed() -> UpstreamFailed:
    return UpstreamFailed(
        "ระบบยืนยันตัวตนไม่ตอบ โปรดลองใหม่หรือใช้ช่องทางอื่น",
        "The login provider does not answer as it should; try again, or use another one.",
        retry_after=10,
    )


def _object(answer: HttpAnswer) -> Mapping[str, Any]:
    try:
        found = parse_json(answer.body)
    except Malformed:
        found = None
    if answer.status != 200 or not isinstance(found, dict):
        raise _failed()
    return found


def _basic(user: str, secret: str) -> str:
    import base64

    # both are form-encoded before they are joined (RFC 6749 s.2.3.1)
    return base64.b64encode(f"{quote_plus(user)}:{quote_plus(secret)}".encode()).decode()
