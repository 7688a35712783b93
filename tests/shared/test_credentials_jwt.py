"""Compact JWTs: what must hold, and every forgery that must not."""

import base64
import datetime as dt
import hmac
import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from chalicelib.shared.jose import IssuerKey, TokenRefused, sign_jwt, verify_jwt
from chalicelib.shared.keyring import ec_jwk
from tests.shared.credential_keys import LocalKey

NOW = dt.datetime(2026, 11, 25, 5, 0, tzinfo=dt.UTC)
AT = int(NOW.timestamp())
KEY = LocalKey()
CLAIMS = {"aud": "klang", "iat": AT, "nbf": AT, "exp": AT + 300, "name": "สมชาย"}


def verify(token: str, **more: Any) -> dict[str, Any]:
    expected = {"now": NOW, "issuer": KEY.issuer, "audience": "klang", **more}
    return verify_jwt(token, expected.pop("jwks", KEY.jwks), "at+jwt", **expected)


def reason(token: str, **more: Any) -> str:
    with pytest.raises(TokenRefused) as refused:
        verify(token, **more)
    return refused.value.reason


def packed(header: dict[str, Any], claims: dict[str, Any], signature: bytes = b"") -> str:
    parts = [json.dumps(header).encode(), json.dumps(claims).encode(), signature]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def test_a_token_is_read_back_and_pyjwt_agrees() -> None:
    token = sign_jwt(CLAIMS, KEY, "at+jwt")
    assert verify(token) == {"iss": KEY.issuer, **CLAIMS}
    key = jwt.PyJWK(KEY.jwks["keys"][0])
    by_pyjwt = jwt.PyJWS().decode(token, key, algorithms=["ES256"])
    assert json.loads(by_pyjwt) == verify(token)


def test_one_key_may_sign_for_several_issuers() -> None:
    other = IssuerKey("https://gdx.klang.test", KEY)
    token = sign_jwt(CLAIMS, other, "at+jwt")
    assert verify(token, issuer="https://gdx.klang.test")["iss"] == other.issuer
    assert reason(token) == "issuer"


def test_an_audience_may_be_one_of_several() -> None:
    assert verify(sign_jwt(CLAIMS | {"aud": ["other", "klang"]}, KEY, "at+jwt"))
    for audience in ("other", ["other"], None, 5):
        assert reason(sign_jwt(CLAIMS | {"aud": audience}, KEY, "at+jwt")) == "audience"


def test_times_are_judged_by_the_given_clock() -> None:
    token = sign_jwt(CLAIMS, KEY, "at+jwt")
    later, earlier = NOW + dt.timedelta(seconds=300), NOW - dt.timedelta(seconds=1)
    assert reason(token, now=later) == "expired"
    assert reason(token, now=earlier) == "not_yet_valid"
    assert verify(token, now=later, leeway=dt.timedelta(seconds=1))
    assert verify(token, now=earlier, leeway=dt.timedelta(seconds=1))
    for wrong in ("soon", True, [1]):
        assert reason(sign_jwt(CLAIMS | {"exp": wrong}, KEY, "at+jwt")) == "malformed"


@pytest.mark.parametrize(
    "token",
    ["", "a", "a.b", "a.b.c", "....", "ก.ข.ค", packed({"alg": "ES256"}, {})[:-1] + "~", "x" * 70_000],
)  # fmt: skip
def test_what_is_no_token_is_malformed_or_of_no_type(token: str) -> None:
    assert reason(token) in {"malformed", "type"}


def test_the_classic_forgeries_fail() -> None:
    header = {"alg": "none", "typ": "at+jwt", "kid": KEY.kid}
    assert reason(packed(header, CLAIMS)) == "algorithm"
    assert reason(packed(header, CLAIMS), algorithms=("none", "ES256")) == "algorithm"
    # the public key used as an HMAC secret
    unsigned = packed(header | {"alg": "HS256"}, CLAIMS).rstrip(".")
    mark = hmac.digest(KEY.der, unsigned.encode(), "sha256")
    confused = packed(header | {"alg": "HS256"}, CLAIMS, mark)
    assert reason(confused) == "algorithm"
    assert reason(confused, algorithms=("ES256", "HS256")) == "unknown_key"


def test_keys_that_the_token_brings_are_not_used() -> None:
    other = LocalKey()
    header = {
        "alg": "ES256",
        "typ": "at+jwt",
        "kid": KEY.kid,
        "jwk": other.jwks["keys"][0],
        "jku": "https://evil.test",
    }
    signed = packed(header, {"iss": KEY.issuer, **CLAIMS}).rstrip(".")
    token = f"{signed}.{base64.urlsafe_b64encode(other.sign(signed.encode())).rstrip(b'=').decode()}"
    assert reason(token) == "signature"


def test_the_key_must_be_known_and_meant_for_this() -> None:
    token = sign_jwt(CLAIMS, KEY, "at+jwt")
    jwk = KEY.jwks["keys"][0]
    assert reason(token, jwks={"keys": []}) == "unknown_key"
    assert reason(token, jwks={"keys": [jwk | {"use": "enc"}]}) == "unknown_key"
    assert reason(token, jwks={"keys": [jwk | {"alg": "ES384"}]}) == "unknown_key"
    assert reason(token, jwks={"keys": [jwk | {"x": "AA"}]}) == "unknown_key"
    assert reason(packed({"alg": "ES256", "typ": "at+jwt"}, CLAIMS)) == "unknown_key"


def test_a_changed_token_of_another_type_or_without_claims_fails() -> None:
    token = sign_jwt(CLAIMS, KEY, "at+jwt")
    head, body, signature = token.split(".")
    changed = packed({}, {"iss": KEY.issuer, **CLAIMS, "aud": "klang", "name": "x"}).split(".")[1]
    assert reason(f"{head}.{changed}.{signature}") == "signature"
    assert reason(f"{head}.{body}.{signature[4:]}AAAA") == "signature"
    assert reason(f"{head}.{body}.{signature[:-4]}") in {"signature", "malformed"}
    assert reason(sign_jwt(CLAIMS, KEY, "JWT")) == "type"
    for payload in (b"[]", b"no json", b"\xff"):
        signed = f"{head}.{base64.urlsafe_b64encode(payload).rstrip(b'=').decode()}"
        mark = base64.urlsafe_b64encode(KEY.sign(signed.encode())).rstrip(b"=").decode()
        assert reason(f"{signed}.{mark}") == "malformed"


def test_only_p256_keys_become_es256_keys() -> None:
    for key in (ec.generate_private_key(ec.SECP384R1()), rsa.generate_private_key(65537, 2048)):
        with pytest.raises(ValueError, match="P-256"):
            ec_jwk(key.public_key())
