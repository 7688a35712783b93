"""A room behind Chalice and the gateway stand-in: what a client sends arrives, and what the room says goes out."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from chalice.app import Chalice
from chalice.deploy.swagger import SwaggerGenerator

from chalicelib.shared.chalice_edge import LARGE, mount, to_chalice, to_request
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
    mount(app, rooms)
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

    @made.post("/echo/same/{rest+}", allow=[PUBLIC], raw=True, summary="Give it back", limit=8 * LARGE)
    def same(call: Call) -> Reply:
        return Reply(call.raw, media_type=call.headers.get("content-type"), headers={"X-Rest": call.params["rest"]})

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


@pytest.mark.parametrize("accept", [None, "image/jpeg", "text/html", "application/json;q=0.5, */*"])
@pytest.mark.parametrize("media", ["image/jpeg", "application/pdf", "application/xml", "application/json", "x", "a/b"])
def test_bytes_of_any_type_pass_both_ways_whatever_is_accepted(
    gateway: Gateway, media: str, accept: str | None
) -> None:
    headers = {"Content-Type": media} | ({} if accept is None else {"Accept": accept})
    surrogate = "ก\ud83d".encode("utf-8", "surrogatepass")
    for sent in (PNG, "<ชื่อ/>".encode("tis-620"), b"\x00\xff" * 5, surrogate, b'{"a":1}'):
        answer = ask(gateway, "POST", "/echo/same/x", sent, headers)
        assert (answer.status, answer.body, headers_of(answer)["content-type"]) == (200, sent, media)


def test_large_text_fits_into_what_a_function_may_answer(gateway: Gateway) -> None:
    sent = b'"' * (4 * LARGE)
    answer = ask(gateway, "POST", "/echo/same/x", sent, {"Content-Type": "application/json"})
    assert (answer.status, answer.body) == (200, sent)


@pytest.mark.parametrize("rest", ["a", "a/b/c", "a%2Fb/%E0%B8%81%3B", "a//b", "/".join("x" * 40)])
def test_a_greedy_parameter_takes_the_rest_of_the_path_undecoded(gateway: Gateway, rest: str) -> None:
    answer = ask(gateway, "POST", f"/echo/same/{rest}", b"x", {"Content-Type": "text/plain"})
    assert headers_of(answer)["x-rest"] == rest
    assert ask(gateway, "POST", "/echo/same", b"x").status == 404


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


def test_a_header_sent_twice_is_joined_and_known_to_repeat() -> None:
    request = to_request(event(headers={"X-A": "2", "X-B": "1"}, multiValueHeaders={"X-A": ["1", "2"], "X-B": ["1"]}))
    assert request.headers == {"x-a": "1, 2", "x-b": "1"}
    assert request.repeated == {"x-a"}


def test_two_spellings_of_a_name_are_one_header() -> None:
    twins = {"X-A": "1", "x-a": "2"}
    request = to_request(event(headers=twins, multiValueHeaders={name: [value] for name, value in twins.items()}))
    assert request.headers == {"x-a": "1, 2"}
    assert request.repeated == {"x-a"}


def test_a_query_is_written_in_its_one_form() -> None:
    several = {"b": ["x y", "a/ก"], "a": [""], "~": ["+", "%2F"]}
    request = to_request(event(multiValueQueryStringParameters=several))
    assert request.query_string == "a=&b=x%20y&b=a%2F%E0%B8%81&~=%2B&~=%252F"


def test_text_stays_text_and_bytes_are_base64() -> None:
    text = to_chalice(Response(200, {"Content-Type": "text/csv; charset=utf-8"}, "ก".encode())).to_dict()
    assert (text["body"], text["isBase64Encoded"]) == ("ก", False)
    picture = to_chalice(Response(200, {"Content-Type": "image/png"}, PNG)).to_dict()
    assert (base64.b64decode(picture["body"]), picture["isBase64Encoded"]) == (PNG, True)
    nothing = to_chalice(Response(204, {}, b"")).to_dict()
    assert (nothing["body"], nothing["isBase64Encoded"]) == ("", False)


def test_one_room_serves_two_apps() -> None:
    """One Blueprint object registered on two apps would silently serve only the second."""
    shared = echo()
    for gateway in [in_process(app_of(shared)) for _ in range(2)]:
        assert json_of(ask(gateway, "PUT", "/echo/1/with/2", b"x"))["params"] == {"a": "1", "b": "2"}


def test_preflights_survive_that_every_body_is_binary() -> None:
    """A MOCK integration cannot read a binary request: without the conversion API Gateway answers 500."""
    resources = {"api_handler_arn": "arn:aws:lambda:ap-southeast-1:123456789012:function:edge", "lambda_functions": {}}
    described = SwaggerGenerator("ap-southeast-1", resources).generate_swagger(app_of(room(), echo()))
    assert described["x-amazon-apigateway-binary-media-types"] == ["*/*"]
    own = [
        operation["x-amazon-apigateway-integration"]
        for methods in described["paths"].values()
        for operation in methods.values()
    ]
    preflights = [each for each in own if each["type"] == "mock"]
    assert preflights and {each["contentHandling"] for each in preflights} == {"CONVERT_TO_TEXT"}


def test_a_greedy_parameter_is_declared_under_its_own_name() -> None:
    resources = {"api_handler_arn": "arn:aws:lambda:ap-southeast-1:123456789012:function:edge", "lambda_functions": {}}
    described = SwaggerGenerator("ap-southeast-1", resources).generate_swagger(app_of(echo()))
    (declared,) = described["paths"]["/echo/same/{rest+}"]["post"]["parameters"]
    assert (declared["name"], declared["in"]) == ("rest", "path")
