"""Whatever is wrong with a signature is refused with the same words, and nothing is learnt or changed by it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt
import pytest

from tests.support.client import Answer

from .hotel import KEY, OFFICE, OTHER_KEY, SERVICE, SYSTEM, Hotels, client, definition

Forgery = Callable[[Hotels, str, bytes], str]
"""Makes of the town, a path and a body what stands in `Authorization`."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> tuple[Hotels, str]:
    """A town with an application that every forgery below would approve."""
    town = Hotels(tmp_path_factory.mktemp("hotels"))
    case = town.handed()
    town.pushed(f"/cases/{case}/actions", {"action": "accept"})
    return town, case


def claims(town: Hotels, path: str, body: bytes) -> dict[str, Any]:
    at = int(town.at.timestamp())
    digest = base64.urlsafe_b64encode(hashlib.sha256(body).digest()).decode().rstrip("=")
    return {
        "iss": SYSTEM, "aud": "https://klang.test/biz", "iat": at, "exp": at + 60, "jti": "forgery-0001",
        "htm": "POST", "htu": f"https://klang.test{path}", "body_sha256": digest,
    }  # fmt: skip


def signed(payload: Any, key: Any = KEY, **header: Any) -> str:
    made = {"typ": "klang-linked+jwt", "kid": "hotel-1", **header}
    kept = {name: value for name, value in made.items() if value is not None}
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return f"Bearer {jwt.PyJWS().encode(raw, key, algorithm='ES256', headers=kept)}"


def with_claims(**changes: Any) -> Forgery:
    """Well signed, but with other claims; None takes one away."""

    def forge(town: Hotels, path: str, body: bytes) -> str:
        changed = {**claims(town, path, body), **changes}
        return signed({name: value for name, value in changed.items() if value is not None})

    return forge


def at(**seconds: int) -> Forgery:
    """Well signed, with times that far from now."""

    def forge(town: Hotels, path: str, body: bytes) -> str:
        now = int(town.at.timestamp())
        return signed({**claims(town, path, body), **{name: now + value for name, value in seconds.items()}})

    return forge


def with_header(key: Any = KEY, **header: Any) -> Forgery:
    """With another header or key."""
    return lambda town, path, body: signed(claims(town, path, body), key, **header)


def altered(change: Callable[[str], str]) -> Forgery:
    """A good one, altered afterwards."""
    return lambda town, path, body: change(signed(claims(town, path, body)))


def part(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def without_signature(town: Hotels, path: str, body: bytes) -> str:
    head = {"alg": "none", "typ": "klang-linked+jwt", "kid": "hotel-1"}
    return f"Bearer {part(head)}.{part(claims(town, path, body))}."


def public_key_as_a_secret(town: Hotels, path: str, body: bytes) -> str:
    head = {"alg": "HS256", "typ": "klang-linked+jwt", "kid": "hotel-1"}
    text = f"{part(head)}.{part(claims(town, path, body))}"
    secret = json.dumps(client.public_jwk(KEY, "hotel-1")).encode()
    return f"Bearer {text}.{part(hmac.new(secret, text.encode(), hashlib.sha256).digest())}"


def zero_signature(town: Hotels, path: str, body: bytes) -> str:
    """r = s = 0, which some verifiers took (CVE-2022-21449)."""
    text = signed(claims(town, path, body)).rpartition(".")[0]
    return f"{text}.{part(bytes(64))}"


def der_signature(town: Hotels, path: str, body: bytes) -> str:
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.hashes import SHA256

    text = signed(claims(town, path, body)).rpartition(".")[0]
    raw = KEY.sign(text.removeprefix("Bearer ").encode(), ec.ECDSA(SHA256()))
    return f"{text}.{part(raw)}"


def other_claims(town: Hotels, path: str, body: bytes) -> str:
    head, _, signature = signed(claims(town, path, body)).split(".")
    return f"{head}.{part({**claims(town, path, body), 'jti': 'forgery-0002'})}.{signature}"


def of_the_portal(town: Hotels, path: str, body: bytes) -> str:
    """The portal's own signature of a delivery, sent back to it."""
    town.run_queue()
    return town.system.got[0][1]


FORGERIES: dict[str, Forgery] = {
    "nothing": lambda *_: "",
    "a word": lambda *_: "Bearer abc",
    "two dots": lambda *_: "Bearer ..",
    "an access token of a citizen": lambda town, *_: f"Bearer {town.token('3990100001013')}",
    "of the portal itself": of_the_portal,
    "Basic": altered(lambda token: token.replace("Bearer", "Basic")),
    "no scheme": altered(lambda token: token.removeprefix("Bearer ")),
    "two tokens": altered(lambda token: f"{token}, {token}"),
    "half of it": altered(lambda token: token[: len(token) // 2]),
    "one bit of the signature": altered(lambda token: token[:-4] + ("AAAA" if token[-4:] != "AAAA" else "BBBB")),
    "too long": altered(lambda token: token + "A" * 70_000),
    "no signature": without_signature,
    "the public key as a secret": public_key_as_a_secret,
    "zeroes for a signature": zero_signature,
    "a signature in DER": der_signature,
    "other claims": other_claims,
    "another key": with_header(OTHER_KEY),
    "a key that it brings along": with_header(OTHER_KEY, jwk=client.public_jwk(OTHER_KEY, "hotel-1")),
    "a key at an address that it names": with_header(OTHER_KEY, jku="https://evil.example/jwks.json", kid="evil"),
    "an unknown kid": with_header(kid="hotel-2"),
    "no kid": with_header(kid=None),
    "another type": with_header(typ="JWT"),
    "the type of the exchange": with_header(typ="gdx-request+jwt"),
    "a critical extension": with_header(crit=["exp2"], exp2=1),
    "a payload that is not encoded (RFC 7797)": with_header(b64=False, crit=["b64"]),
    "not JSON": lambda *_: signed(b"\xff\xfe"),
    "a list of claims": lambda *_: signed([1]),
    "another system": with_claims(iss=f"{OFFICE}/food-establishment-licence"),
    "another agency": with_claims(iss=f"TH/LOCAL/TRAT/{SERVICE}"),
    "no issuer": with_claims(iss=None),
    "another audience": with_claims(aud="https://other.test/biz"),
    "several audiences": with_claims(aud=["https://klang.test/biz", "https://other.test"]),
    "no audience": with_claims(aud=None),
    "another method": with_claims(htm="PUT"),
    "no method": with_claims(htm=None),
    "another address": with_claims(htu="https://klang.test/biz/v1/linked/x/cases/1/actions"),
    "another host": with_claims(htu="https://other.test/"),
    "no address": with_claims(htu=None),
    "another body": with_claims(body_sha256=part(hashlib.sha256(b"{}").digest())),
    "a digest in hex": with_claims(body_sha256=hashlib.sha256(b"").hexdigest()),
    "no digest": with_claims(body_sha256=None),
    "no jti": with_claims(jti=None),
    "a short jti": with_claims(jti="1"),
    "a long jti": with_claims(jti="j" * 101),
    "a jti of several lines": with_claims(jti="forgery\n0001"),
    "a jti that is a number": with_claims(jti=12345678),
    "expired": at(iat=-120, exp=-11),
    "from the future": at(iat=11, exp=60),
    "good for too long": at(exp=301),
    "ends before it begins": at(exp=-1),
    "without an end": with_claims(exp=None),
    "without a beginning": with_claims(iat=None),
    "an end that is text": with_claims(exp="2099-01-01"),
    "an end that is true": with_claims(exp=True),
    "an end that is never": with_claims(exp=float("inf")),
}


def attempt(town: Hotels, authorization: str, path: str, body: bytes) -> Answer:
    headers = {"content-type": "application/json", **({"authorization": authorization} if authorization else {})}
    return town.client.call("POST", path, body=body, headers=headers)


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_is_refused_like_any_other(place: tuple[Hotels, str], name: str) -> None:
    town, case = place
    path, body = f"/biz/v1/linked/{SERVICE}/cases/{case}/actions", b'{"action": "approve"}'
    authorization = FORGERIES[name](town, path, body)
    town.memory.requests.clear()
    answer = attempt(town, authorization, path, body)
    assert answer.status == 401, answer.text
    assert answer.json["detail"] == "คำขอนี้ไม่มีลายมือชื่อที่ใช้ได้ของระบบที่เชื่อมกับบริการนี้"
    assert set(town.memory.requests) <= {"query"}, "nothing but what is on offer was asked for"


def test_the_same_thing_well_signed_is_taken(place: tuple[Hotels, str]) -> None:
    """So that the table above refuses for what its names say."""
    town, case = place
    path, body = f"/biz/v1/linked/{SERVICE}/cases/{case}/actions", b'{"action": "unknown"}'
    good = signed(claims(town, path, body))
    assert attempt(town, good, path, body).status == 409
    assert attempt(town, at(iat=9, exp=60)(town, path, body), path, body).status == 409
    assert attempt(town, good, path, b'{"action": "approve"}').status == 401


@pytest.mark.parametrize(
    "path",
    [
        "/biz/v1/linked/{}/cases/1",
        "/biz/v1/linked/{}/deliveries",
    ],
)
@pytest.mark.parametrize("service", ["none-such", "food-establishment-licence", "X%231", "%2e%2e"])
def test_a_service_that_is_not_linked_looks_like_a_forgery(place: tuple[Hotels, str], path: str, service: str) -> None:
    town, _ = place
    there = path.format(service)
    portal = town.portal(service=service)
    answer = town.client.call("GET", there, token=portal.sign("GET", there, b"", "request-none"))
    assert answer.status == 401
    assert answer.json["title"] == attempt(town, "", f"/biz/v1/linked/{SERVICE}/hand-overs", b"").json["title"]


def test_another_agencys_system_may_nothing_on_this_service(tmp_path: Path) -> None:
    other = definition({"keys": [client.public_jwk(OTHER_KEY, "inn-1")]}, id="inn-licence", agency="TH/LOCAL/TRAT")
    town = Hotels(tmp_path, definition(), other)
    case = town.handed()
    path, body = f"/biz/v1/linked/{SERVICE}/cases/{case}/actions", b'{"action": "accept"}'
    inn = town.portal(agency="TH/LOCAL/TRAT", service="inn-licence", key=OTHER_KEY, kid="inn-1")
    assert attempt(town, f"Bearer {inn.sign('POST', path, body, 'request-inn')}", path, body).status == 401
    own = path.replace(SERVICE, "inn-licence")
    answer = attempt(town, f"Bearer {inn.sign('POST', own, body, 'request-inn')}", own, body)
    assert (answer.status, answer.json["type"].rpartition("/")[2]) == (404, "not-found")


def test_the_system_of_another_service_of_the_same_agency_does_not_see_the_case(tmp_path: Path) -> None:
    other = definition({"keys": [client.public_jwk(OTHER_KEY, "inn-1")]}, id="inn-licence")
    town = Hotels(tmp_path, definition(), other)
    case = town.handed()
    inn = town.portal(service="inn-licence", key=OTHER_KEY, kid="inn-1")
    for method, tail, body in (
        ("GET", "", b""),
        ("POST", "/actions", b'{"action": "accept"}'),
        ("POST", "/deficiencies", b'{"items": [{"pointer": "/hotel/name", "th": "x", "en": "x"}]}'),
        ("POST", "/inspections", b'{"findings": [{"code": "x", "passed": true}]}'),
        ("POST", "/letters", b'{"reasons": {"th": "x", "en": "x"}}'),
        ("POST", "/filing", b'{"answers": {}}'),
    ):
        path = f"/biz/v1/linked/inn-licence/cases/{case}{tail}"
        token = inn.sign(method, path, body, f"request-{tail or 'show'}".replace("/", "-"))
        headers = {"content-type": "application/json"}
        assert town.client.call(method, path, token=token, body=body, headers=headers).status == 404, tail
