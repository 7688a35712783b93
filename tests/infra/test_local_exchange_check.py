"""A sample agency believes the exchange's signature and nothing else."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.shared.egress import HttpAnswer, Unreachable
from chalicelib.shared.errors import Refusal, Unauthenticated, Unavailable
from chalicelib.shared.jose import base64url
from infra.local.exchange_check import exchange_check
from infra.local.gateway_event import HttpRequest
from infra.local.keys import EphemeralKey

EXCHANGE = "http://127.0.0.1:8000"
DOPA = "TH/CENTRAL/DOPA/civil"
BODY = b'{"pid":"3990100001013"}'
NOW = datetime.now(UTC)


class Published:
    """The exchange's JWKS."""

    def __init__(self, key: EphemeralKey, status: int = 200) -> None:
        self.key = key
        self.status = status
        self.fetched = 0

    def send(
        self, method: str, url: str, *, headers: Any, body: bytes | None = None, timeout: float = 10.0
    ) -> HttpAnswer:
        assert url == f"{EXCHANGE}/.well-known/jwks.json"
        self.fetched += 1
        if self.status == 0:
            raise Unreachable("no connection")
        return HttpAnswer(self.status, {}, json.dumps(self.key.jwks).encode())


def signed(key: EphemeralKey, **changed: Any) -> str:
    at = int(NOW.timestamp())
    claims = {
        "iss": EXCHANGE,
        "aud": DOPA,
        "sub": "TH/CENTRAL/DGA/biz",
        "client": "TH/CENTRAL/DGA/biz",
        "service": f"{DOPA}/person",
        "purpose": "licence",
        "htm": "POST",
        "path": "/lookup",
        "jti": "r-1",
        "iat": at,
        "exp": at + 60,
        "body_sha256": base64url(hashlib.sha256(BODY).digest()),
    }
    return key.jwt({**claims, **changed}, "gdx-request+jwt")


def request(token: str) -> HttpRequest:
    return HttpRequest("POST", "/person/lookup", "", (("Authorization", f"Bearer {token}"),), BODY, "127.0.0.1")


def test_a_signed_request_passes_and_the_keys_are_fetched_once() -> None:
    published = Published(EphemeralKey())
    check = exchange_check(EXCHANGE, published, lambda: NOW)
    for _ in range(3):
        check(request(signed(published.key)), DOPA, "person")
    assert published.fetched == 1


@pytest.mark.parametrize(
    "changed",
    [{"aud": "TH/CENTRAL/DBD/juristic"}, {"iss": "http://127.0.0.1:9"}, {"body_sha256": "x"}, {"service": DOPA}],
)
def test_anything_else_is_refused(changed: dict[str, Any]) -> None:
    published = Published(EphemeralKey())
    check = exchange_check(EXCHANGE, published, lambda: NOW)
    with pytest.raises(Unauthenticated):
        check(request(signed(published.key, **changed)), DOPA, "person")
    with pytest.raises(Unauthenticated):
        check(request(signed(EphemeralKey())), DOPA, "person")


@pytest.mark.parametrize("status", [0, 503])
def test_without_the_exchanges_keys_nobody_is_believed(status: int) -> None:
    key = EphemeralKey()
    with pytest.raises(Unavailable) as refused:
        exchange_check(EXCHANGE, Published(key, status), lambda: NOW)(request(signed(key)), DOPA, "person")
    assert isinstance(refused.value, Refusal)
