"""`/local`: personas, tokens, calls and queues, and that it stands beside the platforms, not in them."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import jwt
import pytest

from chalicelib.shared.egress import HttpAnswer as EgressAnswer
from chalicelib.shared.egress import Unreachable
from infra.local import personas
from infra.local.calls import Calls
from infra.local.desk import Desk, Front
from infra.local.keys import EphemeralKey
from infra.local.paths import Paths, json_answer
from infra.local.pump import Depth
from infra.local.tokens import PersonTokens, SystemTokens
from infra.local.wsgi import serve
from tests.infra.local_http import as_json, ask, header

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ISSUER = "http://127.0.0.1:8000/local/oidc"
GDX = "http://127.0.0.1:8000"


class Exchange:
    """The exchange's token endpoint as a system sees it."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.asked: list[tuple[str, dict[str, str]]] = []

    def send(
        self, method: str, url: str, *, headers: Any, body: bytes | None = None, timeout: float = 10.0
    ) -> EgressAnswer:
        if self.status == 0:
            raise Unreachable("no connection")
        fields = {name: values[0] for name, values in parse_qs((body or b"").decode()).items()}
        self.asked.append((url, fields))
        granted = {"access_token": "t", "token_type": "Bearer", "expires_in": 600, "scope": "x"}
        return EgressAnswer(self.status, {}, json.dumps(granted).encode())


class Local:
    """The desk with an exchange behind it."""

    def __init__(self, exchange: Exchange) -> None:
        people = personas.load()
        self.keys = {system.client_id: EphemeralKey() for system in people if system.client_id}

        def clock() -> datetime:
            return datetime.now(UTC)

        systems = SystemTokens(self.keys, lambda: GDX, exchange, clock)
        desk = Desk(people, PersonTokens(ISSUER, people, clock), systems, Calls(), lambda: {"q": Depth(1, 2, 3)})
        self.app = Paths(desk.handlers)


@pytest.fixture
def exchange() -> Exchange:
    return Exchange()


@pytest.fixture
def local(exchange: Exchange) -> Paths:
    return Local(exchange).app


def test_personas_are_listed_in_the_agreed_shape(local: Paths) -> None:
    shown = as_json(ask(local, "GET", "/local/personas"))
    assert {entry["kind"] for entry in shown} == {
        "citizen",
        "business",
        "officer",
        "system",
        "publisher",
        "operator",
        "assistant",
    }
    (anong,) = [entry for entry in shown if entry["id"] == "officer-anong"]
    assert anong["agency"] == "TH/LOCAL/LAEMNGOP"
    assert set(anong) == {"id", "kind", "agency", "name_th", "name_en", "description"}


def test_a_person_gets_a_token_for_an_hour(local: Paths) -> None:
    answer = as_json(ask(local, "POST", "/local/token", {"persona": "somchai"}))
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 3600)
    claims = jwt.decode(answer["access_token"], options={"verify_signature": False})
    assert (claims["iss"], claims["aud"]) == (ISSUER, "klang")


def test_a_system_logs_in_at_the_exchange_with_its_own_key(exchange: Exchange) -> None:
    local = Local(exchange)
    answer = as_json(ask(local.app, "POST", "/local/token", {"persona": "dopa-civil"}))
    assert answer == {"access_token": "t", "token_type": "Bearer", "expires_in": 600}
    ((url, fields),) = exchange.asked
    assert url == f"{GDX}/oauth2/token"
    assert fields["grant_type"] == "client_credentials"
    key = jwt.PyJWK(dict(local.keys["TH/CENTRAL/DOPA/civil"].public_jwk))
    claims = jwt.decode(fields["client_assertion"], key, ["ES256"], audience=url)
    assert claims["iss"] == claims["sub"] == "TH/CENTRAL/DOPA/civil"
    assert len({key.kid for key in local.keys.values()}) == len(local.keys)


def test_a_system_signs_a_text_byte_by_byte_with_its_own_key(exchange: Exchange) -> None:
    local = Local(exchange)
    text = '{"th":"ข้อตกลง","n":1}'
    asked = {"persona": "dopa-civil", "text": text, "typ": "gdx-agreement+jwt"}
    token = as_json(ask(local.app, "POST", "/local/sign", asked))["jws"]
    key = jwt.PyJWK(dict(local.keys["TH/CENTRAL/DOPA/civil"].public_jwk))
    assert jwt.PyJWS().decode(token, key, algorithms=["ES256"]) == text.encode()
    header = jwt.get_unverified_header(token)
    assert header == {"alg": "ES256", "typ": "gdx-agreement+jwt", "kid": key.key_id}
    for persona in ("malee", "nobody"):
        assert ask(local.app, "POST", "/local/sign", {**asked, "persona": persona}).status == 404


@pytest.mark.parametrize(("status", "seen"), [(0, 503), (400, 502)])
def test_an_exchange_that_will_not_is_said_so(status: int, seen: int) -> None:
    answer = ask(Local(Exchange(status)).app, "POST", "/local/token", {"persona": "dopa-civil"})
    assert answer.status == seen


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"persona": "nobody"}, 404),
        ({"persona": "malee", "role": "admin"}, 422),
        ({"persona": 7}, 422),
        ({}, 422),
        ("not json", 400),
        ('{"persona": "malee", "persona": "somchai"}', 400),
        ("[]", 422),
    ],
)
def test_a_bad_request_is_a_problem_in_both_languages(local: Paths, body: Any, status: int) -> None:
    thai = ask(local, "POST", "/local/token", body)
    english = ask(local, "POST", "/local/token", body, accept_language="en")
    for answer in (thai, english):
        assert answer.status == status
        assert header(answer, "Content-Type") == "application/problem+json"
        assert as_json(answer)["status"] == status
    assert as_json(thai)["title"] != as_json(english)["title"]


def test_an_unknown_field_is_pointed_at(local: Paths) -> None:
    answer = as_json(ask(local, "POST", "/local/token", {"persona": "malee", "role": "admin"}))
    assert [fault["pointer"] for fault in answer["errors"]] == ["/role"]


def test_calls_and_queues_can_be_seen(local: Paths) -> None:
    assert as_json(ask(local, "GET", "/local/calls")) == {"total": 0, "operations": {}}
    assert as_json(ask(local, "GET", "/local/notices")) == []
    assert as_json(ask(local, "GET", "/local/queues")) == [{"name": "q", "waiting": 1, "in_flight": 2, "dead": 3}]


def test_an_unforeseen_error_says_nothing() -> None:
    def broken(_: Any) -> Any:
        raise RuntimeError("pid 3990100001013")

    answer = ask(Paths({("GET", "/local/x"): broken}), "GET", "/local/x")
    assert answer.status == 500
    assert b"3990100001013" not in answer.body


def test_local_stands_beside_the_platforms() -> None:
    def platforms(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"platforms"]

    from chalicelib.shared.egress import GuardedHttp

    http = GuardedHttp(["127.0.0.0/8"])
    front = Front()
    with serve(front) as server:
        early = http.send("GET", f"{server.address}/health", headers={})
        assert (early.status, early.headers["retry-after"]) == (503, "1")
        front.open(Paths({("GET", "/local/x"): lambda _: json_answer("local")}), platforms)
        assert http.send("GET", f"{server.address}/local/x", headers={}).body == b'"local"'
        assert http.send("GET", f"{server.address}/local/y", headers={}).status == 404
        assert http.send("GET", f"{server.address}/localities", headers={}).body == b"platforms"
        assert http.send("GET", f"{server.address}/", headers={}).body == b"platforms"
