"""Forged proofs of clients at the token endpoint, and beside it: none becomes a token, and none leaves a trace."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

import pytest

from chalicelib.gdx.tokens import ASSERTION_TYPE
from chalicelib.shared.jose import TokenRefused, verify_jwt
from tests.gdx.exchange import BIZ, OFFICE, Exchange
from tests.hostile.forged_assertions import ENDPOINT, assertions, office
from tests.hostile.shapes import DOCUMENT
from tests.support.client import Answer
from tests.support.forgeries import of_any_token
from tests.support.keys import LocalSigner

OF_THE_ENDPOINT = ("exp in ",)
"""What only the token endpoint refuses: how long a token lives is its user's affair."""
FORM = {"content-type": "application/x-www-form-urlencoded"}
LARGE = 16 * 1024
"""Bytes of a form that are read at all."""


@pytest.fixture(scope="module")
def exchange() -> Exchange:
    return Exchange()


def refused(answer: Answer) -> str | None:
    """What is wrong with the refusal of a proof (RFC 6749 s.5.2), or None."""
    if (answer.status, answer.json.get("error")) != (401, "invalid_client"):
        return f"{answer.status} {sorted(answer.json)}"
    if 'error="invalid_client"' not in answer.headers.get("www-authenticate", ""):
        return "no challenge"
    return None if answer.headers["cache-control"] == "no-store" else "may be stored"


def used(exchange: Exchange) -> int:
    """Proofs that count as used."""
    return len(exchange.rows("ASSERTION#"))


def test_no_forged_proof_becomes_a_token(exchange: Exchange) -> None:
    forged = dict(assertions(exchange))
    before, wrong = used(exchange), {}
    for name, assertion in forged.items():
        answer = exchange.ask_token(assertion)
        if len(urlencode({"x": assertion})) > LARGE - 300 and answer.status == 413:
            continue
        # an empty parameter is one that was left out
        found = refused(answer) if assertion else None if answer.json["error"] == "invalid_request" else "empty"
        if found is not None:
            wrong[name] = found
    assert wrong == {}
    assert len(forged) >= 250
    # the one access token among the forgeries was bought with a proof that holds
    assert used(exchange) == before == 1
    assert exchange.ask_token(office(exchange).token()).status == 200


def test_a_forgery_that_is_taken_is_seen(exchange: Exchange) -> None:
    assert refused(exchange.ask_token(office(exchange).token())) is not None


def test_a_proof_serves_once_however_it_is_sent(exchange: Exchange) -> None:
    client = office(exchange)
    first = client.token(jti="used-once-only")
    assert exchange.ask_token(first).status == 200
    for again in (first, client.token(jti="used-once-only"), client.token(jti="used-once-only", aud=ENDPOINT[:-13])):
        assert refused(exchange.ask_token(again)) is None
    # as long as the first could still be sent, leeway included
    exchange.pass_time(seconds=129)
    assert refused(exchange.ask_token(first)) is None
    exchange.pass_time(seconds=-129)
    # another's number is another number
    other = exchange.assertion(BIZ, jti="used-once-only")
    assert exchange.ask_token(other).status == 200


def test_forms_around_a_proof_that_holds(exchange: Exchange) -> None:
    client, kind = office(exchange), ASSERTION_TYPE
    good = {"grant_type": "client_credentials", "client_assertion_type": kind, "client_assertion": client.token()}
    before = used(exchange)
    forms: list[tuple[dict[str, str], str]] = [
        ({**good, "client_id": BIZ}, "invalid_client"), ({**good, "client_id": ""}, "invalid_client"),
        ({**good, "client_id": OFFICE.lower()}, "invalid_client"),
        ({**good, "grant_type": "password"}, "unsupported_grant_type"),
        ({**good, "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer"}, "unsupported_grant_type"),
        ({**good, "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange"}, "unsupported_grant_type"),
        ({**good, "grant_type": "refresh_token"}, "unsupported_grant_type"),
        ({**good, "grant_type": ""}, "invalid_request"),
        ({**good, "client_assertion_type": kind.upper()}, "invalid_request"),
        ({**good, "client_assertion_type": kind.replace("jwt", "saml2")}, "invalid_request"),
        ({**good, "client_assertion_type": ""}, "invalid_request"),
        ({"grant_type": "client_credentials", "client_id": OFFICE, "client_secret": "x"}, "invalid_request"),
    ]  # fmt: skip
    for form, error in forms:
        answer = exchange.client.post("/oauth2/token", body=urlencode(form).encode(), headers=FORM)
        status = 401 if error == "invalid_client" else 400
        assert (answer.status, answer.json["error"]) == (status, error), form
    bare = urlencode({"grant_type": "client_credentials"}).encode()
    twice = urlencode([*good.items(), ("client_assertion", client.token())]).encode()
    for body, headers, path in [
        (twice, FORM, "/oauth2/token"),
        (b"", FORM, f"/oauth2/token?{urlencode(good)}"),
        (urlencode(good).encode(), {"content-type": "text/plain"}, "/oauth2/token"),
        (bare, {**FORM, "authorization": "Basic eDp4"}, "/oauth2/token"),
        (bare, {**FORM, "authorization": f"Bearer {client.token()}"}, "/oauth2/token"),
    ]:  # fmt: skip
        answer = exchange.client.post(path, body=body, headers=headers)
        assert answer.status in (400, 401) and answer.json["error"] in ("invalid_request", "invalid_client"), body[:60]
    assert used(exchange) == before


def test_a_key_that_was_withdrawn_proves_nothing() -> None:
    exchange = Exchange()
    fresh = LocalSigner()
    body = {"id": OFFICE, "name_th": "ก", "name_en": "k", "jwks": {"keys": [dict(fresh.public_jwk)]}}
    assert exchange.client.post("/gdx/v1/subsystems", token=exchange.operator(), json=body).status < 300
    old = office(exchange)
    assert refused(exchange.ask_token(old.token())) is None
    assert refused(exchange.ask_token(old.sign(old.header(kid=fresh.kid), old.claims()))) is None
    assert used(exchange) == 0


def test_this_is_the_one_endpoint_that_takes_proofs() -> None:
    """A second one must be tried as well; what else is called a token is given to who is logged in."""
    tokens = {
        f"{method.upper()} {path}"
        for path, methods in DOCUMENT["paths"].items()
        for method, operation in methods.items()
        if method != "get" and path.rpartition("/")[2] == "token" and operation["description"] == "Callers: public."
    }
    assert tokens == {"POST /oauth2/token"}


def test_no_forgery_is_taken_by_whoever_else_checks_a_signature(exchange: Exchange) -> None:
    """Proofs of keys, seals of agreements, calls of linked systems and ID tokens are read by the same function."""
    client = office(exchange)
    keys, taken = {"keys": [client.signer.public_jwk]}, list[str]()

    def holds(token: str) -> bool:
        try:
            verify_jwt(token, keys, "JWT", now=exchange.now, issuer=OFFICE, leeway=timedelta(seconds=10))
        except TokenRefused:
            return False
        return True

    assert holds(client.token())
    taken = [name for name, forged in of_any_token(client) if holds(forged) and not name.startswith(OF_THE_ENDPOINT)]
    assert taken == []
