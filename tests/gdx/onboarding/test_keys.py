"""Keys of a system: added with an overlap, retired with a date, revoked at once; never none; remembered for ever."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.gdx.directory.keys import KeyRecord
from chalicelib.gdx.directory.rules import usable_keys
from chalicelib.shared.jose import IssuerKey, TokenRefused, sign_jwt, verify_jwt
from tests.gdx.exchange import OFFICE, PERSON, Exchange
from tests.gdx.onboarding.agency import CLINICS, Agency
from tests.support.client import Answer
from tests.support.keys import LocalSigner


@pytest.fixture
def agency() -> Agency:
    return Agency(Exchange()).joined()


def add(agency: Agency, key: LocalSigner, **changes: Any) -> Answer:
    body = {"jwk": dict(key.public_jwk), "proof": agency.proof(key), **changes}
    return agency.send("POST", "/gdx/v1/keys", body)


def until(agency: Agency, **delta: float) -> dict[str, str]:
    return {"until": (agency.exchange.now + timedelta(**delta)).isoformat()}


def opens(agency: Agency, key: LocalSigner) -> bool:
    return agency.exchange.ask_token(agency.exchange.assertion(CLINICS, signer=key)).status == 200


def listed(agency: Agency, at: str = "") -> dict[str, Any]:
    query = f"&at={at}" if at else ""
    items = agency.exchange.client.get(f"/gdx/v1/keys?subsystem={CLINICS}{query}").json["items"]
    return {key["kid"]: key for key in items}


def test_both_keys_open_while_they_overlap_and_then_only_the_new_one(agency: Agency) -> None:
    old, new = agency.key, LocalSigner()
    assert add(agency, new).status == 200
    assert opens(agency, old) and opens(agency, new)
    retired = agency.send("POST", f"/gdx/v1/keys/{old.kid}/retire", until(agency, days=7))
    assert retired.status == 200, retired.text
    agency.exchange.pass_time(days=7, seconds=-1)
    assert opens(agency, old) and opens(agency, new)
    agency.exchange.pass_time(seconds=1)
    assert not opens(agency, old) and opens(agency, new)


def test_a_revoked_key_opens_nothing_from_the_next_request_on(agency: Agency) -> None:
    old, new = agency.key, LocalSigner()
    add(agency, new)
    assert agency.send("POST", f"/gdx/v1/keys/{old.kid}/revoke", {"reason": "superseded"}).status == 200
    assert not opens(agency, old) and opens(agency, new)
    agency.exchange.keys[CLINICS] = new
    assert agency.send("POST", f"/gdx/v1/keys/{old.kid}/revoke", {}).status == 404


def test_a_system_is_never_left_without_a_key(agency: Agency) -> None:
    only = agency.key.kid
    assert agency.send("POST", f"/gdx/v1/keys/{only}/revoke", {}).status == 409
    assert agency.send("POST", f"/gdx/v1/keys/{only}/retire", until(agency, days=1)).status == 409
    new = LocalSigner()
    add(agency, new)
    agency.send("POST", f"/gdx/v1/keys/{new.kid}/retire", until(agency, days=1))
    late = agency.send("POST", f"/gdx/v1/keys/{only}/retire", until(agency, days=2))
    assert late.status == 409, "the other one has an end"
    assert opens(agency, agency.key)


def test_an_operator_may_take_the_last_key_from_a_thief(agency: Agency) -> None:
    body = {"subsystem": CLINICS, "reason": "compromised"}
    path = f"/gdx/v1/keys/{agency.key.kid}/revoke"
    assert agency.exchange.client.post(path, token=agency.exchange.operator(), json=body).status == 200
    assert not opens(agency, agency.key)


def test_old_signatures_can_be_judged_by_the_history(agency: Agency) -> None:
    exchange, old, new = agency.exchange, agency.key, LocalSigner()
    began = exchange.now
    signed = sign_jwt({"iat": int(began.timestamp())}, IssuerKey(CLINICS, old), "statement+jwt")
    add(agency, new)
    agency.send("POST", f"/gdx/v1/keys/{old.kid}/retire", until(agency, days=7))
    exchange.pass_time(days=400)
    then = (began + timedelta(hours=1)).isoformat().replace("+", "%2B")
    now = exchange.now.isoformat().replace("+", "%2B")
    assert set(listed(agency)) == {old.kid, new.kid}
    assert old.kid in listed(agency, then) and set(listed(agency, now)) == {new.kid}
    keys = [key["jwk"] for key in listed(agency, then).values()]
    assert verify_jwt(signed, {"keys": keys}, "statement+jwt", now=began)["iss"] == CLINICS
    with pytest.raises(TokenRefused):
        verify_jwt(signed, {"keys": [new.public_jwk]}, "statement+jwt", now=began)


def test_a_compromised_key_is_not_believed_at_any_time(agency: Agency) -> None:
    old, new = agency.key, LocalSigner()
    add(agency, new)
    agency.send("POST", f"/gdx/v1/keys/{old.kid}/revoke", {"reason": "compromised"})
    before = (agency.exchange.now - timedelta(seconds=1)).isoformat().replace("+", "%2B")
    assert old.kid not in listed(agency, before)
    assert listed(agency)[old.kid]["revoked"]["reason"] == "compromised"


def test_a_kid_never_names_two_keys(agency: Agency) -> None:
    old, new = agency.key, LocalSigner()
    add(agency, new)
    agency.send("POST", f"/gdx/v1/keys/{old.kid}/revoke", {})
    agency.exchange.keys[CLINICS] = new
    other = LocalSigner()
    again = {**other.public_jwk, "kid": old.kid}
    proof = agency.proof(KidOf(other, old.kid))
    answer = agency.send("POST", "/gdx/v1/keys", {"jwk": again, "proof": proof})
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/jwks/keys")


class KidOf(LocalSigner):
    """A key that goes by another name."""

    def __init__(self, key: LocalSigner, kid: str) -> None:
        super().__init__()
        self.private = key.private
        self._kid = kid

    @property
    def kid(self) -> str:
        return self._kid


def test_a_key_that_was_in_wrong_hands_never_comes_back_under_any_name(agency: Agency) -> None:
    old, new = agency.key, LocalSigner()
    add(agency, new)
    agency.send("POST", f"/gdx/v1/keys/{old.kid}/revoke", {"reason": "compromised"})
    agency.exchange.keys[CLINICS] = new
    for kid in (old.kid, "another-name"):
        named = {**old.public_jwk, "kid": kid}
        answer = agency.send("POST", "/gdx/v1/keys", {"jwk": named, "proof": agency.proof(KidOf(old, kid))})
        assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/jwks/keys")
    assert set(listed(agency)) == {old.kid, new.kid}


def test_there_are_five_keys_at_most_and_each_once(agency: Agency) -> None:
    assert add(agency, agency.key).status == 409
    for _ in range(4):
        assert add(agency, LocalSigner()).status == 200
    full = add(agency, LocalSigner())
    assert full.status == 409 and "five" in full.json["errors"][0]["message_en"]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"proof": "x.y.z"}, 422),
        ({"jwk": {"kty": "EC", "crv": "P-256", "x": "x", "y": "y", "kid": "1"}}, 422),
        ({"jwk": {}}, 422),
        ({"subsystem": OFFICE}, 403),
        ({"subsystem": "nonsense"}, 422),
    ],
)
def test_keys_that_are_not_taken(agency: Agency, changes: dict[str, Any], status: int) -> None:
    assert add(agency, LocalSigner(), **changes).status == status


def test_a_private_key_is_refused_and_extra_members_are_not_kept(agency: Agency) -> None:
    key = LocalSigner()
    assert add(agency, key, jwk={**key.public_jwk, "d": "secret"}).status == 422
    assert add(agency, key, jwk={**key.public_jwk, "x5u": "https://elsewhere.test", "exp": 1}).status == 200
    assert set(listed(agency)[key.kid]["jwk"]) == {"kty", "crv", "x", "y", "kid", "alg", "use"}
    assert listed(agency)[key.kid]["exp"] is None


@pytest.mark.parametrize("delta", [{"seconds": 0}, {"days": -1}, {"days": 401}])
def test_a_date_of_retirement_lies_ahead(agency: Agency, delta: dict[str, float]) -> None:
    add(agency, LocalSigner())
    answer = agency.send("POST", f"/gdx/v1/keys/{agency.key.kid}/retire", until(agency, **delta))
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/until")


def test_nobody_changes_the_keys_of_another_agency(agency: Agency) -> None:
    exchange = agency.exchange
    office = exchange.keys[OFFICE].kid
    assert agency.send("POST", f"/gdx/v1/keys/{office}/revoke", {"subsystem": OFFICE}).status == 403
    assert agency.send("POST", f"/gdx/v1/keys/{office}/revoke", {}).status == 404
    assert agency.send("POST", "/gdx/v1/keys/%2e%2e/revoke", {}).status == 404
    assert exchange.client.post("/gdx/v1/keys", json={}).status == 401
    assert exchange.client.post(f"/gdx/v1/keys/{office}/revoke", token=exchange.operator(), json={}).status == 404


def test_a_repeat_changes_nothing(agency: Agency) -> None:
    key = LocalSigner()
    body = {"jwk": dict(key.public_jwk), "proof": agency.proof(key)}
    first = agency.send("POST", "/gdx/v1/keys", body, idempotency_key="k")
    again = agency.send("POST", "/gdx/v1/keys", body, idempotency_key="k")
    assert first.status == again.status == 200 and again.headers["idempotent-replayed"] == "true"
    assert len(listed(agency)) == 2


def test_operators_replacing_the_set_leave_a_history_too(agency: Agency) -> None:
    new = LocalSigner()
    body = {"id": CLINICS, "name_th": "ก", "name_en": "k", "jwks": {"keys": [dict(new.public_jwk)]}}
    answer = agency.exchange.client.post("/gdx/v1/subsystems", token=agency.exchange.operator(), json=body)
    assert answer.json["changed"] is True
    assert listed(agency)[agency.key.kid]["revoked"]["reason"] == "superseded"
    assert listed(agency)[new.kid]["revoked"] is None


@given(
    iat=st.integers(0, 100),
    exp=st.none() | st.integers(0, 100),
    revoked=st.none() | st.integers(0, 100),
    at=st.integers(0, 100),
)
def test_a_key_holds_from_its_beginning_to_its_first_end(
    iat: int, exp: int | None, revoked: int | None, at: int
) -> None:
    record = KeyRecord("1", {}, iat, exp, revoked, None if revoked is None else "superseded")
    ended = [each for each in (exp, revoked) if each is not None]
    assert record.held(datetime.fromtimestamp(at, UTC)) is (iat <= at and all(at < each for each in ended))
    assert KeyRecord.of(record.as_json()) == record


def test_a_key_without_an_end_is_usable() -> None:
    now = datetime.fromtimestamp(50, UTC)
    keys: dict[str, Any] = {"keys": [{"kid": "a"}, {"kid": "b", "exp": 50}, {"kid": "c", "exp": 51}]}
    assert [key["kid"] for key in usable_keys(keys, now)] == ["a", "c"]


def test_an_exchange_goes_on_while_keys_change(agency: Agency) -> None:
    office = Exchange()
    new = LocalSigner()
    proof = sign_jwt(
        {"aud": "https://gdx.klang.test", "iat": int(office.now.timestamp()), "exp": int(office.now.timestamp()) + 60},
        IssuerKey(OFFICE, new),
        "gdx-key-proof+jwt",
    )
    body = {"jwk": dict(new.public_jwk), "proof": proof}
    assert office.client.post("/gdx/v1/keys", token=office.token(), json=body).status == 200
    office.keys[OFFICE] = new
    assert office.r1(f"/r1/{PERSON}/lookup").status == 200
