"""`/oauth2/token`: strict about the assertion, each one good once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.gdx.exchange import BASE, BIZ, OFFICE, Exchange
from tests.support.keys import LocalSigner
from tests.support.tokens import part


@pytest.fixture
def exchange() -> Exchange:
    return Exchange()


def test_a_signed_assertion_becomes_a_token_for_ten_minutes(exchange: Exchange) -> None:
    answer = exchange.ask_token(exchange.assertion(OFFICE))
    assert answer.status == 200 and answer.headers["cache-control"] == "no-store"
    assert answer.json["token_type"] == "Bearer" and answer.json["expires_in"] == 600
    issuer, claims = exchange.parts.tokens.check(answer.json["access_token"])
    assert issuer.kind == "system" and claims["client_id"] == claims["sub"] == OFFICE
    assert (claims["iss"], claims["aud"]) == (BASE, "klang")


def test_the_token_opens_what_is_the_client_s(exchange: Exchange) -> None:
    token = exchange.token()
    assert exchange.client.get("/gdx/v1/agreements", token=token).status == 200
    exchange.pass_time(seconds=620)
    late = exchange.client.get("/gdx/v1/agreements", token=token)
    assert late.status == 401


def test_an_assertion_serves_once(exchange: Exchange) -> None:
    assertion = exchange.assertion(OFFICE)
    assert exchange.ask_token(assertion).status == 200
    again = exchange.ask_token(assertion)
    assert (again.status, again.json["error"]) == (401, "invalid_client")


@pytest.mark.parametrize("audience", [BASE, f"{BASE}/oauth2/token"])
def test_audiences_that_hold(exchange: Exchange, audience: str) -> None:
    assert exchange.ask_token(exchange.assertion(OFFICE, aud=audience)).status == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": BIZ},
        {"sub": BIZ},
        {"sub": None},
        {"sub": "TH/LOCAL/LAEMNGOP/none"},
        {"sub": "nonsense"},
        {"aud": "https://elsewhere.test/oauth2/token"},
        {"aud": None},
        {"aud": [BASE]},
        {"aud": f"{BASE}/oauth2/token/"},
        {"jti": None},
        {"jti": "short"},
        {"jti": 12345678},
        {"jti": "x" * 129},
        {"exp": None},
        {"exp": "soon"},
        {"exp": True},
        {"exp": 1},
        {"exp": 4_000_000_000},
        {"iat": 4_000_000_000},
        {"nbf": 4_000_000_000},
        {"iat": 1},
    ],
)
def test_assertions_with_a_spoilt_claim(exchange: Exchange, changes: dict[str, Any]) -> None:
    answer = exchange.ask_token(exchange.assertion(OFFICE, **changes))
    if changes == {"iat": 1}:
        assert answer.status == 401  # a lifetime of half a century
    assert (answer.status, answer.json["error"]) == (401, "invalid_client")
    assert answer.json["error_description"] and "www-authenticate" in answer.headers


def test_assertions_of_another_key_or_kind(exchange: Exchange) -> None:
    good = exchange.assertion(OFFICE)
    header, claims, signature = good.split(".")
    spoilt = [
        exchange.assertion(OFFICE, signer=LocalSigner()),
        exchange.assertion(OFFICE, signer=exchange.keys[BIZ]),
        exchange.assertion(OFFICE, typ="at+jwt"),
        f"{part({'alg': 'none', 'typ': 'JWT'})}.{claims}.",
        f"{part({'alg': 'HS256', 'typ': 'JWT', 'kid': exchange.keys[OFFICE].kid})}.{claims}.{signature}",
        f"{header}.{claims}.{'A' * len(signature)}",
        f"{header}.{claims}",
        "x",
        "a.b.c",
    ]
    for assertion in spoilt:
        answer = exchange.ask_token(assertion)
        assert (answer.status, answer.json["error"]) == (401, "invalid_client"), assertion[:40]
    assert exchange.ask_token(good).status == 200


def test_another_named_client(exchange: Exchange) -> None:
    assert exchange.ask_token(exchange.assertion(OFFICE), client_id=BIZ).status == 401
    assert exchange.ask_token(exchange.assertion(OFFICE), client_id=OFFICE).status == 200


def test_a_withdrawn_subsystem(exchange: Exchange) -> None:
    body = {"id": OFFICE, "name_th": "ก", "name_en": "k", "active": False}
    exchange.client.post("/gdx/v1/subsystems", token=exchange.operator(), json=body)
    assert exchange.ask_token(exchange.assertion(OFFICE)).status == 401


def test_a_replaced_key_is_dead_at_once_where_it_was_replaced(exchange: Exchange) -> None:
    fresh = LocalSigner()
    body = {"id": OFFICE, "name_th": "ก", "name_en": "k", "jwks": {"keys": [dict(fresh.public_jwk)]}}
    exchange.client.post("/gdx/v1/subsystems", token=exchange.operator(), json=body)
    assert exchange.ask_token(exchange.assertion(OFFICE)).status == 401
    assert exchange.ask_token(exchange.assertion(OFFICE, signer=fresh)).status == 200


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"client_assertion_type": "x"}, "invalid_request"),
        ({"client_assertion": ""}, "invalid_request"),
    ],
)
def test_forms_that_are_no_token_request(exchange: Exchange, form: dict[str, str], error: str) -> None:
    answer = exchange.ask_token(form.pop("client_assertion", "x"), **form)
    assert (answer.status, answer.json["error"]) == (400, error)


@pytest.mark.parametrize(
    ("body", "media"),
    [
        (b"{}", "application/json"),
        (b"grant_type=client_credentials&grant_type=client_credentials", "application/x-www-form-urlencoded"),
        (b"\xff=1", "application/x-www-form-urlencoded"),
        (b"", "application/x-www-form-urlencoded"),
        (b"&".join(b"a%d=1" % n for n in range(30)), "application/x-www-form-urlencoded"),
        (b"a" * 20_000, "application/x-www-form-urlencoded"),
    ],
)
def test_bodies_that_are_no_form(exchange: Exchange, body: bytes, media: str) -> None:
    answer = exchange.client.post("/oauth2/token", body=body, headers={"content-type": media})
    assert answer.status in (400, 413) and answer.json["error"] == "invalid_request"


def test_what_others_need_to_find_and_check_it(exchange: Exchange) -> None:
    found = exchange.client.get("/.well-known/openid-configuration").json
    assert found["issuer"] == BASE and found["token_endpoint"] == f"{BASE}/oauth2/token"
    assert found["token_endpoint_auth_methods_supported"] == ["private_key_jwt"]
    (key,) = exchange.client.get("/.well-known/jwks.json").json["keys"]
    assert key["kid"] == exchange.signer.kid and "d" not in key
