"""For providers: does this request come through the exchange, unaltered, and meant for me?

The exchange signs each request (`Authorization: Bearer`, JWT of type `gdx-request+jwt`): who asks (`client`), which
service, for what purpose, method and path, the SHA-256 of the body, and `jti`, which stays the same when the request is
repeated: a provider whose service has effects is idempotent by it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from .dataclass import dataclass
from .errors import Unauthenticated
from .identity import NOBODY, Allow, Caller
from .jose import TokenRefused, verify_jwt

if TYPE_CHECKING:
    from .web import Request

TYPE = "gdx-request+jwt"
LEEWAY = timedelta(seconds=10)
MAX_LIFETIME = 300

SIGNED = Allow("public", frozenset({"gdx-request"}))
"""`allow=[SIGNED]` of a provider's route, beside `vouched=requests.of(...)`, which checks the exchange's signature."""


class Admits(Protocol):
    """A room's gate."""

    def admit(self, authorization: str | None, allow: Sequence[Allow]) -> Caller:
        """The caller, or a refusal."""
        ...


class SignedGate:
    """A gate that leaves provider routes to their own check: their `Authorization` is no access token.

    Args:
        gate: decides about all other routes.
    """

    def __init__(self, gate: Admits) -> None:
        self._gate = gate

    def admit(self, authorization: str | None, allow: Sequence[Allow]) -> Caller:
        """The caller, or a refusal."""
        if list(allow) == [SIGNED]:
            return NOBODY
        return self._gate.admit(authorization, allow)


@dataclass(frozen=True)
class GdxRequest:
    """A request as the exchange vouches for it.

    Attributes:
        client: subsystem id of who asks, e.g. `TH/CENTRAL/DGA/biz`.
        service: id of the service that is asked.
        purpose: code of the purpose, from the agreement.
        id: the same for every repeat of one request.
    """

    client: str
    service: str
    purpose: str
    id: str


class GdxRequests:
    """Checks requests for one subsystem.

    Args:
        issuer: the exchange, exactly as in `iss` (its public address).
        audience: the subsystem that this provider is, e.g. `TH/CENTRAL/DGA/citizen`.
        jwks: gives the exchange's JWK Set (kept or fetched; may raise egress.Unreachable).
        clock: tells the time.
    """

    def __init__(
        self,
        issuer: str,
        audience: str,
        jwks: Callable[[], Mapping[str, Any]],
        clock: Callable[[], datetime],
    ) -> None:
        self._issuer = issuer
        self._audience = audience
        self._jwks = jwks
        self._clock = clock

    def of(self, service: str) -> Callable[[Request], GdxRequest]:
        """The check of a route of this service, for `vouched=`: what the exchange vouches for, as `check` gives it."""
        return lambda request: self.check(request.headers.get("authorization"), request.method, service, request.body)

    def check(self, authorization: str | None, method: str, service: str, body: bytes) -> GdxRequest:
        """What the exchange vouches for.

        Args:
            authorization: the request's header.
            method: the request's method.
            service: code of the service that this route is, e.g. `inbox`; a token for another one is refused.
            body: the raw body.

        Raises:
            Unauthenticated: for any doubt, always with the same words.
        """
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise _doubtful()
        try:
            claims = verify_jwt(
                token,
                {"keys": self._jwks().get("keys", ())},
                TYPE,
                now=self._clock(),
                issuer=self._issuer,
                audience=self._audience,
                leeway=LEEWAY,
            )
        except TokenRefused:
            raise _doubtful() from None
        texts = [claims.get(name) for name in ("client", "service", "purpose", "jti", "htm", "body_sha256")]
        if not all(isinstance(text, str) for text in texts):
            raise _doubtful()
        client, named, purpose, identifier, verb, digest = (str(text) for text in texts)
        exp, iat = claims.get("exp"), claims.get("iat")
        if not isinstance(exp, int) or not isinstance(iat, int) or not 0 < exp - iat <= MAX_LIFETIME:
            raise _doubtful()
        if verb != method or named != f"{self._audience}/{service}" or claims.get("aud") != self._audience:
            raise _doubtful()
        if not hmac.compare_digest(digest.encode(), body_digest(body).encode()):
            raise _doubtful()
        return GdxRequest(client, named, purpose, identifier)


def body_digest(body: bytes) -> str:
    """SHA-256 of a body, base64url without padding, as `body_sha256` holds it."""
    return base64.urlsafe_b64encode(hashlib.sha256(body).digest()).decode().rstrip("=")


def _doubtful() -> Unauthenticated:
    return Unauthenticated(
        "คำขอนี้ไม่ได้มาจากศูนย์แลกเปลี่ยนข้อมูลกลาง",
        "This request does not carry a valid signature of the data exchange.",
    )
