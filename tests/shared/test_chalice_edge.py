"""A room behind Chalice and the gateway stand-in: what a client sends arrives, and what the room says goes out."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from chalice.app import Chalice

from chalicelib.shared.chalice_edge import BINARY_TYPES, blueprint, to_chalice, to_request
from chalicelib.shared.identity import PUBLIC, Gate
from chalicelib.shared.web import Call, Reply, Response, Room
from infra.local.gateway import Gateway
from infra.local.gateway_event import HttpAnswer, HttpRequest
from infra.local.in_process import in_process
from tests.shared.web_room import GOOD, ISSUERS, SOMEBODY, room
from tests.support.keys import local_keyring

PNG = b"\x89PNG\r\n\x1a\n\x00\xff"


def app_of(*rooms: Room) -> Chalice:
    """An app with fresh blueprints."""
    app = Chalice(app_name="edge", configure_logs=False)
    app.api.binary_types = list(BINARY_TYPES)
    for each in rooms:
        app.register_blueprint(blueprint(each))
    return app


@pytest.fixture(scope="module")
def gateway() -> Gateway:
    """The gateway in front of the room of tests."""
    return in_process(app_of(room(), echo()))


def echo() -> Room:
    """A room that says what arrived."""
    made = Room("echo", Gate(ISSUERS.tokens, local_keyring()))

    @made.put("/echo/{a}/with/{b}", allow=[PUBLIC], raw=True, summary="Say what arrived")
    def say(call: Call) -> dict[str, Any]:
        return {
            "path": call.request.path,
            "params": dict(call.params),
            "query": {name: list(values) for name, values in call.request.query.items()},
            "query_string": call.request.query_string,
            "body": base64.b64encode(call.raw).decode(),
            "header": call.headers.get("x-thing"),
        }

    @made.get("/echo/picture", allow=[PUBLIC], media="image/png", summary="Show a picture")
    def picture(call: Call) -> Reply:
        return Reply(PNG, media_type="image/png")

    return made


def ask(
    gateway: Gateway, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
) -> HttpAnswer:
    """One request over the wire."""
    place, _, query = path.partition("?")
    sent = tuple((headers or {}).items())
    return gateway.answer(HttpRequest(method, place, query, sent, body, source_ip="192.0.2.7"))


def json_of(answer: HttpAnswer) -> Any:
    return json.loads(answer.body)


def headers_of(answer: HttpAnswer) -> dict[str, str]:
    return {name.lower(): value for name, value in answer.headers}


def test_a_request_arrives_as_it_was_sent(gateway: Gateway) -> None:
    answer = ask(gateway, "PUT", "/echo/a%2Fb/with/%E0%B8%81?x=1&x=2&y=%26", b'{"a": 1}', {"X-Thing": "v"})
    said = json_of(answer)
    assert said["path"] == "/echo/a%2Fb/with/%E0%B8%81"
    assert said["params"] == {"a": "a%2Fb", "b": "%E0%B8%81"}
    assert said["query"] == {"x": ["1", "2"], "y": ["&"]}
    assert said["query_string"] == "x=1&x=2&y=%26"
    assert base64.b64decode(said["body"]) == b'{"a": 1}'
    assert said["header"] == "v"


@pytest.mark.parametrize("media", ["application/json", "text/plain", "application/x-www-form-urlencoded", "x/y", ""])
def test_every_media_type_reaches_the_edge(gateway: Gateway, media: str) -> None:
    answer = ask(gateway, "PUT", "/echo/1/with/2", "ก".encode(), {"Content-Type": media})
    assert base64.b64decode(json_of(answer)["body"]).decode() == "ก"


def test_bytes_arrive_and_leave(gateway: Gateway) -> None:
    answer = ask(gateway, "PUT", "/echo/1/with/2", PNG, {"Content-Type": "application/octet-stream"})
    assert base64.b64decode(json_of(answer)["body"]) == PNG
    picture = ask(gateway, "GET", "/echo/picture", headers={"Accept": "image/png"})
    assert (picture.body, headers_of(picture)["content-type"]) == (PNG, "image/png")


def test_a_refusal_goes_out_as_a_problem(gateway: Gateway) -> None:
    answer = ask(gateway, "POST", "/test/v1/shops", b"{", {"Authorization": f"Bearer {SOMEBODY}"})
    assert answer.status == 400
    assert headers_of(answer)["content-type"] == "application/problem+json"
    assert json_of(answer)["type"].endswith("/malformed")


def test_a_room_answers_the_same_through_chalice(gateway: Gateway) -> None:
    headers = {"Authorization": f"Bearer {SOMEBODY}", "Content-Type": "application/json", "Accept-Language": "en"}
    answer = ask(gateway, "POST", "/test/v1/shops", json.dumps(GOOD).encode(), headers)
    assert (answer.status, json_of(answer)["name"]) == (201, GOOD["name"])
    assert headers_of(answer)["etag"] == '"v1"'
    assert headers_of(answer)["content-language"] == "en"


def test_a_web_page_may_ask_and_read(gateway: Gateway) -> None:
    preflight = headers_of(ask(gateway, "OPTIONS", "/test/v1/shops/1", headers={"Origin": "https://a.example"}))
    allowed = {name.strip().lower() for name in preflight["access-control-allow-headers"].split(",")}
    assert {"authorization", "content-type", "idempotency-key", "if-match", "x-correlation-id"} <= allowed
    assert {"PATCH", "DELETE", "GET"} <= {name.strip() for name in preflight["access-control-allow-methods"].split(",")}
    answer = headers_of(ask(gateway, "GET", "/test/v1/shops/1"))
    assert answer["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer
    assert "etag" in answer["access-control-expose-headers"].lower()


def event(**changes: Any) -> dict[str, Any]:
    """A proxy event as API Gateway sends it for a request without query, headers or body."""
    bare = {
        "resource": "/a/{id}",
        "path": "/a/1",
        "pathParameters": {"id": "1"},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "headers": None,
        "multiValueHeaders": None,
        "body": None,
        "isBase64Encoded": False,
        "requestContext": {"httpMethod": "GET", "resourcePath": "/a/{id}", "path": "/api/a/1"},
    }
    return {**bare, **changes}


def test_what_is_absent_in_the_event_is_empty_in_the_request() -> None:
    request = to_request(event())
    assert (request.method, request.path, request.params) == ("GET", "/a/1", {"id": "1"})
    assert (request.query, request.headers, request.body, request.query_string) == ({}, {}, b"", "")


def test_the_stage_is_no_part_of_the_path() -> None:
    assert to_request(event()).path == "/a/1"


def test_a_header_sent_twice_is_joined() -> None:
    request = to_request(event(headers={"X-A": "2"}, multiValueHeaders={"X-A": ["1", "2"]}))
    assert request.headers == {"x-a": "1, 2"}


def test_text_stays_text_and_bytes_stay_bytes() -> None:
    assert to_chalice(Response(200, {"Content-Type": "text/csv; charset=utf-8"}, "ก".encode())).body == "ก"
    assert to_chalice(Response(200, {"Content-Type": "image/png"}, PNG)).body == PNG
    assert to_chalice(Response(204, {}, b"")).body == ""


def test_one_room_serves_two_apps() -> None:
    """One Blueprint object registered on two apps would silently serve only the second."""
    shared = echo()
    for gateway in [in_process(app_of(shared)) for _ in range(2)]:
        assert json_of(ask(gateway, "PUT", "/echo/1/with/2", b"x"))["params"] == {"a": "1", "b": "2"}
