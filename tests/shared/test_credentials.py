"""E-licences as SD-JWT VC and their status lists; the sd-jwt package is the independent verifier."""

import base64
import datetime as dt
import itertools
import json
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jwcrypto.jwk import JWK
from sd_jwt.verifier import SDJWTVerifier

from chalicelib.shared import credentials, status_list
from chalicelib.shared.credentials import NotDisclosable, SdJwt, StatusReference
from chalicelib.shared.jose import TokenRefused, base64url, sign_jwt, verify_jwt
from tests.shared.credential_keys import LocalKey

NOW = dt.datetime(2026, 11, 25, 5, 0, tzinfo=dt.UTC)
YEAR = dt.timedelta(days=365)
KEY = LocalKey()
VCT = "https://biz.klang.test/credentials/food-licence"
STATUS = StatusReference(uri="https://biz.klang.test/status/1", idx=3)
CLAIMS: dict[str, Any] = {
    "licence_no": "69/0001",
    "premises": "ครัวกลาง",
    "holder_id": "3100600445635",
    "area": {"value": 240, "unit": "m2"},
}


def licence(hidden: tuple[str, ...] = ("holder_id", "area"), key: LocalKey = KEY) -> SdJwt:
    return credentials.issue(CLAIMS, hidden, vct=VCT, signer=key, issued_at=NOW, expires_at=NOW + YEAR, status=STATUS)


def verify(presentation: str, **more: Any) -> credentials.Credential:
    return credentials.verify(presentation, KEY.jwks, **{"now": NOW, **more})


def by_oracle(presentation: str) -> dict[str, Any]:
    key = JWK.from_json(json.dumps(KEY.jwks["keys"][0]))
    found: dict[str, Any] = SDJWTVerifier(presentation, lambda *_: key).get_verified_payload()
    return found


@pytest.mark.parametrize("shown", [(), ("holder_id",), ("area",), ("holder_id", "area")])
def test_an_independent_verifier_reads_the_same_claims(shown: tuple[str, ...]) -> None:
    presentation = credentials.present(licence(), shown)
    found = verify(presentation, issuer=KEY.issuer, vct=VCT)
    assert found.claims == by_oracle(presentation)
    assert set(found.disclosed) == set(shown)
    assert found.claims["licence_no"] == "69/0001"
    assert ("holder_id" in found.claims) == ("holder_id" in shown)


def test_what_is_hidden_is_not_in_the_clear_part() -> None:
    token = credentials.present(licence(), ())
    payload = base64.urlsafe_b64decode(token.split(".")[1] + "==").decode()
    assert "3100600445635" not in payload
    assert "holder_id" not in payload
    assert credentials.disclosable_names(licence()) == ("holder_id", "area")


def test_a_credential_names_its_type_issuer_and_status() -> None:
    found = verify(licence())
    assert (found.issuer, found.vct, found.status) == (KEY.issuer, VCT, STATUS)
    assert found.claims["status"] == {"status_list": {"uri": STATUS.uri, "idx": 3}}
    header = json.loads(base64.urlsafe_b64decode(licence().split(".")[0] + "=="))
    assert header == {"alg": "ES256", "typ": "dc+sd-jwt", "kid": "key-1"}


def test_salts_make_equal_claims_look_different() -> None:
    assert licence().split("~")[1] != licence().split("~")[1]
    salts = (f"salt-{n}" for n in itertools.count())
    fixed = credentials.issue(CLAIMS, ["area"], vct=VCT, signer=KEY, issued_at=NOW, new_salt=lambda: next(salts))
    assert json.loads(base64.urlsafe_b64decode(fixed.split("~")[1] + "=="))[0] == "salt-0"


@given(
    st.dictionaries(
        st.text(min_size=1, max_size=8).filter(lambda name: name not in {"iat", "sub", "aud", "..."}),
        st.recursive(
            st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8),
            lambda inner: st.lists(inner, max_size=3),
        ),
        max_size=5,
    ),
    st.data(),
)
def test_any_claims_survive_and_only_the_chosen_are_shown(claims: dict[str, Any], data: st.DataObject) -> None:
    claims = {f"c_{name}": value for name, value in claims.items()}
    some = st.sets(st.sampled_from(sorted(claims))) if claims else st.just(set())
    hidden, shown = data.draw(some), data.draw(some)
    made = credentials.issue(claims, hidden, vct=VCT, signer=KEY, issued_at=NOW)
    presentation = credentials.present(made, shown & hidden)
    found = verify(presentation)
    expected = {name: value for name, value in claims.items() if name not in hidden or name in shown}
    assert {name: found.claims[name] for name in found.claims if name.startswith("c_")} == expected
    assert found.claims == by_oracle(presentation)


@pytest.mark.parametrize("name", ["vct", "status", "exp", "iss", "nobody"])
def test_some_claims_may_not_be_hidden(name: str) -> None:
    with pytest.raises(NotDisclosable):
        credentials.issue(CLAIMS | {"exp": 1}, [name], vct=VCT, signer=KEY, issued_at=NOW)
    with pytest.raises(NotDisclosable):
        credentials.issue({"_sd": []}, [], vct=VCT, signer=KEY, issued_at=NOW)
    with pytest.raises(NotDisclosable):
        credentials.present(licence(), [name])


def disclosure(*parts: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).rstrip(b"=").decode()


def forged(reason: str) -> tuple[str, dict[str, Any]]:
    """A presentation that must be refused for that reason, and what the verifier expects."""
    good = licence()
    token, first, second, _ = good.split("~")
    match reason:
        case "malformed":
            return token, {}
        case "holder_binding":
            return good + token, {}
        case "expired":
            return good, {"now": NOW + YEAR}
        case "not_yet_valid":
            return good, {"now": NOW - YEAR}
        case "issuer":
            return good, {"issuer": "https://elsewhere.test"}
        case "vct":
            return good, {"vct": "https://biz.klang.test/credentials/other"}
        case "signature":
            return licence(key=LocalKey()), {}
        case "unknown_key":
            return licence(key=LocalKey(kid="key-2")), {}
        case "type":
            return sign_jwt(CLAIMS | {"vct": VCT}, KEY, "JWT") + "~", {}
        case "foreign disclosure":
            return f"{token}~{disclosure('salt', 'holder_id', '1')}~", {}
        case "disclosure twice":
            return f"{token}~{first}~{first}~", {}
        case "reserved disclosure":
            return f"{token}~{disclosure('salt', 'vct', 'x')}~{second}~", {}
        case "unreadable disclosure":
            return f"{token}~%%%~", {}
        case _:
            claims = {"vct": VCT, "status": {"status_list": {"uri": 5}}}
            return sign_jwt(claims, KEY, "dc+sd-jwt") + "~", {}


@pytest.mark.parametrize(
    "reason",
    ["malformed", "holder_binding", "expired", "not_yet_valid", "issuer", "vct", "signature",
     "unknown_key", "type", "status", "foreign disclosure", "disclosure twice", "reserved disclosure",
     "unreadable disclosure"],
)  # fmt: skip
def test_a_credential_that_does_not_hold_is_refused_by_reason(reason: str) -> None:
    presentation, expected = forged(reason)
    with pytest.raises(TokenRefused) as refused:
        verify(presentation, **expected)
    assert refused.value.reason == ("disclosure" if "disclosure" in reason else reason)
    assert "3100600445635" not in str(refused.value)


def test_a_disclosure_may_not_overwrite_a_clear_claim() -> None:
    extra = disclosure("salt", "premises", "another")
    body = {"vct": VCT, "premises": "ครัวกลาง", "_sd_alg": "sha-256", "_sd": [credentials._digest(extra)]}
    with pytest.raises(TokenRefused, match="twice"):
        verify(sign_jwt(body, KEY, "dc+sd-jwt") + f"~{extra}~")


def test_the_status_list_is_the_example_of_the_specification() -> None:
    statuses = [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]
    assert status_list.encode(statuses, 1) == {"bits": 1, "lst": "eNrbuRgAAhcBXQ"}
    assert [status_list.status_at({"bits": 1, "lst": "eNrbuRgAAhcBXQ"}, n) for n in range(16)] == statuses


@given(st.sampled_from([1, 2]), st.lists(st.integers(0, 1), max_size=200), st.booleans())
def test_statuses_go_there_and_back(bits: status_list.Bits, statuses: list[int], double: bool) -> None:
    statuses = [status * (2 if double and bits == 2 else 1) for status in statuses]
    found = status_list.encode(statuses, bits)
    assert [status_list.status_at(found, n) for n in range(len(statuses))] == statuses


def test_a_signed_status_list_answers_for_the_credential() -> None:
    statuses = [0, 0, 0, 2, 1, 3]
    token = status_list.status_list_token(
        STATUS.uri, statuses, 2, signer=KEY, issued_at=NOW, lifetime=dt.timedelta(hours=12)
    )
    assert verify_jwt(token, KEY.jwks, "statuslist+jwt", now=NOW)["ttl"] == 43200

    def look_up(idx: int, uri: str = STATUS.uri, at: dt.datetime = NOW) -> status_list.Status:
        return status_list.look_up(token, StatusReference(uri=uri, idx=idx), KEY.jwks, now=at, issuer=KEY.issuer)

    assert look_up(3) is status_list.Status.SUSPENDED
    assert look_up(0) is status_list.Status.VALID
    for idx, uri, at in (
        (3, "https://elsewhere.test/1", NOW),
        (3, STATUS.uri, NOW + YEAR),
        (5, STATUS.uri, NOW),
        (99, STATUS.uri, NOW),
        (-1, STATUS.uri, NOW),
    ):
        with pytest.raises(TokenRefused):
            look_up(idx, uri, at)


@pytest.mark.parametrize(
    "found",
    [{}, {"bits": 1}, {"bits": 1, "lst": 5}, {"bits": 1, "lst": "AAAA"}, {"bits": 3, "lst": "eNrbuRgAAhcBXQ"},
     {"bits": True, "lst": "eNrbuRgAAhcBXQ"}, {"bits": 1, "lst": "eNrbuRg"}, {"bits": 1, "lst": "ก"}],
)  # fmt: skip
def test_a_damaged_status_list_is_refused(found: dict[str, Any]) -> None:
    with pytest.raises(TokenRefused):
        status_list.status_at(found, 0)


def test_a_status_list_that_unpacks_without_end_is_refused() -> None:
    bomb = {"bits": 1, "lst": base64url(zlib.compress(bytes(4 * 1024 * 1024 + 1), 9))}
    with pytest.raises(TokenRefused, match="too large"):
        status_list.status_at(bomb, 0)


def test_a_status_needs_its_bits() -> None:
    with pytest.raises(ValueError, match="1 bits cannot be 2"):
        status_list.encode([2], 1)
