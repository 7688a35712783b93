"""The exchange's own keys: what it publishes while a key is changed, and what it remembers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.gdx.onboarding.service import OVERLAP
from chalicelib.shared.jose import verify_jwt
from tests.gdx.exchange import MALEE, Exchange
from tests.support.keys import LocalSigner

RECEIPT = "gdx-receipt+jwt"


@pytest.fixture
def exchange() -> Exchange:
    return Exchange()


def published(exchange: Exchange) -> dict[str, Any]:
    found: dict[str, Any] = exchange.client.get("/.well-known/jwks.json").json
    return found


def kids(exchange: Exchange) -> list[str]:
    return [key["kid"] for key in published(exchange)["keys"]]


def changed(exchange: Exchange) -> LocalSigner:
    """An operator moves the alias to a new key; the process notices at its next start."""
    key = LocalSigner()
    exchange.keyring.__dict__["signer"] = key
    exchange.service.sweep(exchange.now)
    return key


def test_the_present_key_is_published_before_anything_was_noted(exchange: Exchange) -> None:
    assert kids(exchange) == [exchange.signer.kid]
    (entry,) = exchange.client.get("/gdx/v1/exchange-keys").json["items"]
    assert (entry["kid"], entry["exp"], entry["revoked"]) == (exchange.signer.kid, None, None)


def test_while_a_key_is_changed_both_are_published_and_then_one(exchange: Exchange) -> None:
    exchange.service.sweep(exchange.now)
    exchange.pass_time(days=100)
    new = changed(exchange)
    assert kids(exchange) == [new.kid, exchange.signer.kid]
    exchange.pass_time(seconds=OVERLAP.total_seconds() - 1)
    assert kids(exchange) == [new.kid, exchange.signer.kid]
    exchange.pass_time(seconds=62)
    assert kids(exchange) == [new.kid]
    history = exchange.client.get("/gdx/v1/exchange-keys").json["items"]
    assert [entry["kid"] for entry in history] == [exchange.signer.kid, new.kid]
    assert history[0]["exp"] == history[1]["iat"]


def test_a_token_of_the_old_key_opens_during_the_change(exchange: Exchange) -> None:
    exchange.service.sweep(exchange.now)
    token = exchange.token()
    changed(exchange)
    assert exchange.client.get("/gdx/v1/agreements", token=token).status == 200
    assert exchange.client.get("/gdx/v1/agreements", token=exchange.token()).status == 200


def test_a_receipt_of_long_ago_verifies_by_the_history(exchange: Exchange) -> None:
    exchange.service.sweep(exchange.now)
    receipt = exchange.service.exchanges.run(exchange.ask()).receipt
    exchange.pass_time(days=700)
    changed(exchange)
    exchange.pass_time(days=700)
    assert exchange.signer.kid not in kids(exchange)
    keys = [entry["jwk"] for entry in exchange.client.get("/gdx/v1/exchange-keys").json["items"]]
    assert verify_jwt(receipt, {"keys": keys}, RECEIPT, now=exchange.now)["client"]


def test_an_announced_key_is_published_before_it_signs(exchange: Exchange) -> None:
    next_key = LocalSigner()
    signing = exchange.service.onboarding.signing
    assert signing.announce(next_key.public_jwk) is True
    assert signing.announce(next_key.public_jwk) is False
    exchange.pass_time(days=1)
    assert signing.note() is False, "the present one goes on until the alias is moved"
    assert kids(exchange) == [exchange.signer.kid, next_key.kid]
    exchange.keyring.__dict__["signer"] = next_key
    exchange.service.sweep(exchange.now)
    assert kids(exchange) == [next_key.kid, exchange.signer.kid]
    exchange.keyring.__dict__["signer"] = exchange.signer
    assert signing.note() is False, "a process that has not noticed yet undoes nothing"
    old, new = signing.history()
    assert (old["exp"], new["exp"]) == (int(exchange.now.timestamp()), None)


def test_noting_again_changes_nothing_and_two_at_once_note_once(exchange: Exchange) -> None:
    signing = exchange.service.onboarding.signing
    assert signing.note() is True
    assert signing.note() is False
    exchange.keyring.__dict__["signer"] = LocalSigner()
    exchange.table.blind = True
    assert signing.note() is False, "another process was faster"
    exchange.table.blind = False
    assert signing.note() is True
    assert len(signing.history()) == 2


def test_an_operator_revokes_a_past_key_but_not_the_present_one(exchange: Exchange) -> None:
    exchange.service.sweep(exchange.now)
    old, new = exchange.signer, changed(exchange)
    client, body = exchange.client, {"reason": "compromised"}
    path = f"/gdx/v1/exchange-keys/{old.kid}/revoke"
    somebody = exchange.people.token(pid=MALEE, name="ม", ial="2.3")
    for token, status in ((None, 401), (somebody, 403), (exchange.token(), 403)):
        assert client.post(path, token=token, json=body).status == status
    operator = exchange.operator()
    assert client.post(f"/gdx/v1/exchange-keys/{new.kid}/revoke", token=operator, json=body).status == 409
    assert client.post("/gdx/v1/exchange-keys/none/revoke", token=operator, json=body).status == 409
    assert client.post(path, token=operator, json={**body, "subsystem": "TH/CENTRAL/DGA/gdx"}).status == 422
    assert client.post(path, token=operator, json=body).status == 200
    assert kids(exchange) == [new.kid]
    history = {entry["kid"]: entry for entry in client.get("/gdx/v1/exchange-keys").json["items"]}
    assert history[old.kid]["revoked"]["reason"] == "compromised"


def test_the_published_keys_are_read_once_a_minute(exchange: Exchange) -> None:
    kids(exchange)
    exchange.table.requests.clear()
    kids(exchange)
    assert exchange.table.requests == []
    exchange.now += timedelta(seconds=61)
    kids(exchange)
    assert exchange.table.requests == ["get"]
