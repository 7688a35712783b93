"""For those who ask: a platform as an ordinary member of the exchange, with its own key and its own agreements.

    gdx = GdxClient(http, "https://gdx.klang.example", "TH/CENTRAL/DGA/biz", signer, clock=utc_now, ids=new_id)
    person = gdx.ask("TH/CENTRAL/DOPA/civil/person", "POST", "/lookup", {"pid": ...}, "food-licence", case=...)

`chalicelib/gdx/local.py` asks with the same words inside one process.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import quote, urlencode

from .dataclass import dataclass
from .egress import Http, Unreachable
from .errors import Invalid, NotAllowed, NotFound, Refusal, TooMany, Unavailable, UpstreamFailed
from .jose import sign_jwt
from .keyring import Signer
from .relay import Own, Relay

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
EARLY = 60
"""Seconds before its end at which a token is no longer used."""
TIMEOUT = 25.0


@dataclass(frozen=True)
class Answer:
    """What came back through the exchange.

    Attributes:
        value: the agreed fields, as JSON types; None when the provider answered without a body.
        receipt: id of the exchange's receipt.
        at: when the exchange recorded it (ISO 8601, UTC).
        source: the service that answered.
    """

    value: Any = field(repr=False)
    receipt: str
    at: str
    source: str


class ConsentNeeded(NotAllowed):
    """The agreement lets data about a person go only with their consent, and none holds for this."""


class Gdx(Protocol):
    """What a room that needs data of others may ask (bound in wiring)."""

    def ask(
        self,
        service: str,
        method: str,
        path: str,
        body: Any,
        purpose: str | None,
        case: str | None = None,
        once: str | None = None,
    ) -> Answer:
        """Asks a service.

        Args:
            service: e.g. `TH/CENTRAL/DOPA/civil/person`.
            path: below the service, starting with "/"; no personal data.
            body: JSON types, or None.
            purpose: a purpose code of the agreement, or None where it has only one.
            case: the asker's case number.
            once: makes a repeat recognisable (e.g. an event's id); the provider then acts once.

        Raises:
            NotAllowed: no agreement, or not for this. ConsentNeeded: the person's consent is needed first.
            NotFound: the provider knows no such thing.
            Invalid: the provider refuses the content. TooMany: quota. UpstreamFailed, Unavailable: try again later.
        """
        ...


class _Issued:
    """A signer together with the client id that it signs for."""

    def __init__(self, signer: Callable[[], Signer], issuer: str) -> None:
        self._signer = signer
        self.issuer = issuer

    @property
    def kid(self) -> str:
        return self._signer().kid

    def sign(self, message: bytes) -> bytes:
        return self._signer().sign(message)


class GdxClient:
    """Asks over HTTP.

    Args:
        http: the way out.
        address: public address of the exchange, no trailing slash.
        client: subsystem id of the asker.
        signer: gives the asker's signing key, whose public half the directory holds.
        clock: tells the time.
        ids: makes assertion and message ids.
    """

    def __init__(
        self,
        http: Http,
        address: str,
        client: str,
        signer: Callable[[], Signer],
        *,
        clock: Callable[[], datetime],
        ids: Callable[[], str],
    ) -> None:
        self._http = http
        self._address = address
        self._client = client
        self._voice = _Issued(signer, client)
        self._clock = clock
        self._ids = ids
        self._token: tuple[str, float] | None = None

    def ask(
        self,
        service: str,
        method: str,
        path: str,
        body: Any,
        purpose: str | None,
        case: str | None = None,
        once: str | None = None,
    ) -> Answer:
        """See `Gdx.ask`."""
        headers = {
            "accept": "application/json",
            "accept-language": "en",
            "x-road-client": self._client,
            "x-road-id": once or self._ids(),
        }
        if purpose is not None:
            headers["x-gdx-purpose"] = purpose
        if case is not None:
            headers["x-road-issue"] = case
        content = None if body is None else json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        if content is not None:
            headers["content-type"] = "application/json"
        url = f"{self._address}/r1/{quote(service)}{path}"
        for attempt in (1, 2):
            headers["authorization"] = f"Bearer {self._access_token()}"
            try:
                answer = self._http.send(method, url, headers=headers, body=content, timeout=TIMEOUT)
            except Unreachable:
                raise _silent() from None
            if answer.status == 401 and attempt == 1:
                self._token = None  # the exchange's key may have changed: one fresh token
                continue
            break
        return answer_of(answer.status, answer.headers, answer.body, service)

    def own(self, method: str, path: str, body: Any = None) -> Any:
        """One request to the exchange's own routes (`/gdx/v1/...`), as the system itself.

        Args:
            body: JSON types, or None.

        Returns:
            JSON types.

        Raises:
            Refusal: what the exchange said. UpstreamFailed: it did not answer.
        """
        own = Own(f"Bearer {self._access_token()}", "en")
        return Relay(self._http, self._address).call(own, method, path, body).value

    def _access_token(self) -> str:
        now = self._clock().timestamp()
        if self._token is not None and self._token[1] - EARLY > now:
            return self._token[0]
        endpoint = f"{self._address}/oauth2/token"
        claims = {
            "sub": self._client,
            "aud": endpoint,
            "jti": self._ids(),
            "iat": int(now),
            "exp": int(now) + 120,
        }
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": sign_jwt(claims, self._voice, "JWT"),
        }
        headers = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
        try:
            answer = self._http.send("POST", endpoint, headers=headers, body=urlencode(form).encode(), timeout=10.0)
        except Unreachable:
            raise _silent() from None
        if answer.status != 200:
            raise UpstreamFailed(
                "ศูนย์แลกเปลี่ยนข้อมูลกลางไม่ยอมรับกุญแจของระบบนี้", "The data exchange does not accept this system's key."
            )
        found = json.loads(answer.body)
        self._token = (str(found["access_token"]), now + int(found["expires_in"]))
        return self._token[0]


def answer_of(status: int, headers: Mapping[str, str], body: bytes, source: str) -> Answer:
    """An HTTP answer of the exchange as an `Answer`; header names in lower case.

    Raises:
        See `Gdx.ask`.
    """
    kind = headers.get("x-road-error")
    if kind is not None or status >= 300:
        raise refusal_of(status, kind or "")
    value = None
    if body:
        try:
            value = json.loads(body)
        except ValueError:
            raise _silent() from None
    return Answer(value, headers.get("x-gdx-exchange", ""), headers.get("x-gdx-at", ""), source)


def refusal_of(status: int, kind: str) -> Refusal:
    """The refusal behind a status and an X-Road error type ("" when the provider itself declined)."""
    last = kind.rsplit(".", 1)[-1]
    if last in ("access_denied", "invalid_client_identifier", "unknown_member", "unknown_service"):
        return NotAllowed("ไม่มีข้อตกลงแลกเปลี่ยนข้อมูลสำหรับคำขอนี้", "No data exchange agreement allows this request.")
    if last == "consent_needed":
        return ConsentNeeded(
            "ต้องได้รับความยินยอมจากเจ้าของข้อมูลก่อน", "The person's consent is needed for this exchange, and none holds."
        )
    if last == "quota_exceeded" or status == 429:
        return TooMany("ใช้โควตาการแลกเปลี่ยนข้อมูลครบแล้ว", "The data exchange quota is used up.", retry_after=60)
    if last in ("service_disabled", "logging_failed"):
        return Unavailable(
            "บริการของหน่วยงานเจ้าของข้อมูลปิดชั่วคราว", "The provider's service is unavailable just now.", retry_after=60
        )
    if not kind and status in (404, 410):
        return NotFound("หน่วยงานเจ้าของข้อมูลไม่พบข้อมูลนี้", "The provider knows no such thing.")
    if kind.startswith("client.") or (not kind and 400 <= status < 500 and status not in (401, 403, 408)):
        return Invalid("หน่วยงานเจ้าของข้อมูลไม่รับเนื้อหาของคำขอ", "The provider does not accept the content of the request.")
    return _silent()


def _silent() -> UpstreamFailed:
    return UpstreamFailed(
        "ติดต่อหน่วยงานเจ้าของข้อมูลไม่ได้ในขณะนี้ โปรดลองใหม่ภายหลัง",
        "The data exchange or the provider did not answer; try again later.",
        retry_after=30,
    )
