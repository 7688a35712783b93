"""The gateway stand-in: the event AWS would send, the limits it has, and what it answers by itself."""

from __future__ import annotations

import base64
import http.client
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from chalice.app import Blueprint, Chalice, CORSConfig, Response

from infra.local.gateway import Api, FunctionTimedOut, Gateway, Operation, UnsupportedApi, raw_path
from infra.local.gateway_event import MAX_INVOKE, MAX_REQUEST, Answer, Event, HttpRequest
from infra.local.in_process import api_of, in_process, threadsafe
from infra.local.wsgi import Server, serve

PNG = b"\x89PNG\r\n\x1a\n"


def _request(method: str = "GET", path: str = "/", query: str = "", body: bytes = b"", **headers: str) -> HttpRequest:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return HttpRequest(method, path, query, named, body, source_ip="192.0.2.7")


class Recorder:
    """A function that keeps its events and gives one answer."""

    def __init__(self, answer: Any = None) -> None:
        self.events: list[Event] = []
        self._answer = {"statusCode": 200, "body": "ok"} if answer is None else answer

    def __call__(self, event: Event) -> Answer:
        self.events.append(event)
        answer: Answer = self._answer
        return answer


def _gateway(function: Any, *paths: str, method: str = "GET") -> Gateway:
    return Gateway(Api({path: {method: Operation()} for path in paths}, ("image/png",)), function)


@pytest.mark.parametrize(
    ("path", "resource", "parameters"),
    [
        ("/cases/A%2FB", "/cases/{id}", {"id": "A%2FB"}),
        ("/cases/%E0%B8%81", "/cases/{id}", {"id": "%E0%B8%81"}),
        ("/cases/mine", "/cases/mine", None),
        ("/cases/mine/", "/cases/mine", None),
        ("/cases/mine/notes", "/cases/{id}/notes", {"id": "mine"}),
        ("/", "/", None),
    ],
)
def test_a_fixed_part_beats_a_named_one_and_names_stay_encoded(
    path: str, resource: str, parameters: dict[str, str] | None
) -> None:
    function = Recorder()
    gateway = _gateway(function, "/", "/cases/{id}", "/cases/mine", "/cases/{id}/notes")
    assert gateway.answer(_request(path=path)).status == 200
    event = function.events[0]
    assert event["resource"] == event["requestContext"]["resourcePath"] == resource
    assert event["pathParameters"] == parameters
    assert event["path"] == event["requestContext"]["path"] == path


@pytest.mark.parametrize("path", ["/nothing", "/cases", "/cases//notes", "/cases/1/notes/2"])
def test_an_unknown_path_is_refused_by_the_gateway_as_a_problem(path: str) -> None:
    function = Recorder()
    answer = _gateway(function, "/cases/{id}", "/cases/{id}/notes").answer(_request(path=path))
    assert answer.status == 404
    assert dict(answer.headers)["Content-Type"] == "application/problem+json"
    problem = json.loads(answer.body)
    assert (problem["status"], problem["type"]) == (404, "https://klang.example/problems/not-found")
    assert problem["instance"].startswith("urn:klang:request:")
    assert function.events == []


def test_a_method_the_path_lacks_is_unknown_too() -> None:
    assert _gateway(Recorder(), "/a").answer(_request("POST", "/a")).status == 404


def test_repeated_query_names_keep_all_values() -> None:
    function = Recorder()
    _gateway(function, "/a").answer(_request(path="/a", query="x=1&x=%E0%B8%81&y="))
    event = function.events[0]
    assert event["multiValueQueryStringParameters"] == {"x": ["1", "ก"], "y": [""]}
    assert event["queryStringParameters"] == {"x": "ก", "y": ""}


def test_the_context_tells_who_and_where() -> None:
    function = Recorder()
    request = _request(path="/a", Host="gdx.klang.example:8443", User_Agent="ua", X_Forwarded_For="203.0.113.9")
    answer = _gateway(function, "/a").answer(request)
    event = function.events[0]
    context = event["requestContext"]
    assert context["stage"] == "api"
    assert context["identity"]["sourceIp"] == "192.0.2.7"
    assert context["domainName"] == "gdx.klang.example"
    assert event["headers"]["X-Forwarded-For"] == "203.0.113.9, 192.0.2.7"
    assert event["multiValueHeaders"]["User-Agent"] == ["ua"]
    assert dict(answer.headers)["x-amzn-RequestId"] == context["requestId"]


def test_binary_bodies_travel_as_base64_and_text_as_text() -> None:
    function = Recorder()
    gateway = _gateway(function, "/a", method="POST")
    gateway.answer(_request("POST", "/a", body=PNG, Content_Type="image/png"))
    gateway.answer(_request("POST", "/a", body="ก".encode(), Content_Type="application/json; charset=utf-8"))
    gateway.answer(_request("POST", "/a"))
    assert [(event["body"], event["isBase64Encoded"]) for event in function.events] == [
        (base64.b64encode(PNG).decode(), True),
        ("ก", False),
        (None, False),
    ]


@pytest.mark.parametrize(
    ("accept", "body"),
    [
        ("image/png,text/html", PNG),
        ("text/html,image/png", base64.b64encode(PNG)),
        ("*/*", base64.b64encode(PNG)),
    ],
)
def test_a_binary_answer_is_decoded_only_if_the_first_accepted_type_is_binary(accept: str, body: bytes) -> None:
    function = Recorder({"statusCode": 200, "body": base64.b64encode(PNG).decode(), "isBase64Encoded": True})
    assert _gateway(function, "/a").answer(_request(path="/a", Accept=accept)).body == body


def test_answer_headers_of_both_kinds_go_out() -> None:
    function = Recorder(
        {
            "statusCode": 201,
            "headers": {"ETag": '"1"'},
            "multiValueHeaders": {"Link": ["<a>", "<b>"]},
            "body": "{}",
        }
    )
    answer = _gateway(function, "/a").answer(_request(path="/a"))
    assert answer.status == 201
    assert [pair for pair in answer.headers if pair[0] in ("ETag", "Link")] == [
        ("Link", "<a>"),
        ("Link", "<b>"),
        ("ETag", '"1"'),
    ]


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"statusCode": "x"},
        {"statusCode": 200, "body": {}},
        {"statusCode": 999},
        {"statusCode": 200, "body": "x" * MAX_INVOKE},
    ],
)
def test_a_broken_or_too_large_answer_is_502(answer: dict[str, Any]) -> None:
    refused = _gateway(Recorder(answer or []), "/a").answer(_request(path="/a"))
    assert refused.status == 502
    assert json.loads(refused.body)["status"] == 502


def test_a_function_that_takes_too_long_is_504() -> None:
    def late(event: Event) -> Answer:
        raise FunctionTimedOut

    assert _gateway(late, "/a").answer(_request(path="/a")).status == 504


@pytest.mark.parametrize(
    ("size", "content_type", "status"),
    [
        (MAX_REQUEST + 1, "application/json", 413),
        (MAX_INVOKE + 1, "application/json", 413),
        (MAX_INVOKE * 3 // 4 + 3, "image/png", 413),
        (MAX_INVOKE // 2, "image/png", 200),
    ],
)
def test_bodies_over_the_limits_are_refused(size: int, content_type: str, status: int) -> None:
    function = Recorder()
    answer = _gateway(function, "/a", method="POST").answer(
        _request("POST", "/a", body=b"x" * size, Content_Type=content_type)
    )
    assert answer.status == status
    assert len(function.events) == (status == 200)


def test_more_query_fields_than_anybody_means_are_refused() -> None:
    answer = _gateway(Recorder(), "/a").answer(_request(path="/a", query="&".join(["a=1"] * 1001)))
    assert answer.status == 400


def test_an_api_with_authorizers_is_refused_rather_than_left_open() -> None:
    with pytest.raises(UnsupportedApi, match="mine"):
        Api.from_swagger({"paths": {}, "securityDefinitions": {"mine": {}}})


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"REQUEST_URI": "/a%2Fb?c=1"}, "/a%2Fb"),
        ({"REQUEST_URI": "http://h/a?u=http://x"}, "/a"),
        ({"RAW_URI": "/a?u=http://x"}, "/a"),
        ({"PATH_INFO": "ก/ข".encode().decode("latin-1")}, "%E0%B8%81/%E0%B8%82"),
    ],
)
def test_the_path_is_the_one_on_the_wire(environ: dict[str, str], expected: str) -> None:
    assert raw_path(environ) == expected


def _app() -> Chalice:
    app = Chalice("small", configure_logs=False)
    room = Blueprint(__name__)
    together = threading.Barrier(8)

    @room.route("/echo/{word}", methods=["GET", "POST"])
    def echo(word: str) -> dict[str, Any]:
        request = room.current_request
        return {"word": word, "query": request.query_params, "body": request.to_original_event()["body"]}

    @room.route("/who/{name}")
    def who(name: str) -> Response:
        before = room.lambda_context.aws_request_id
        together.wait(timeout=10)
        request = room.current_request
        assert room.lambda_context.aws_request_id == before
        assert room.lambda_context.get_remaining_time_in_millis() > 0
        return Response(body=(request.uri_params or {})["name"], headers={"Content-Type": "text/plain"})

    @app.route("/open", cors=CORSConfig(allow_origin="https://a.example"))
    def open_() -> dict[str, str]:
        return {}

    @app.route("/big", methods=["POST"])
    def big() -> dict[str, str]:
        return {}

    app.register_blueprint(room)
    return app


@pytest.fixture
def server() -> Iterator[Server]:
    with serve(in_process(_app())) as running:
        yield running


def test_thai_and_slashes_reach_the_app_as_sent_over_one_kept_connection(server: Server) -> None:
    connection = http.client.HTTPConnection(server.host, server.port)
    for _ in range(3):
        connection.request("POST", "/echo/a%2Fb%20%E0%B8%81?q=%E0%B8%82", body="ค".encode())
        response = connection.getresponse()
        assert json.loads(response.read()) == {"word": "a%2Fb%20%E0%B8%81", "query": {"q": "ข"}, "body": "ค"}
        assert not response.will_close
    connection.close()


def test_parallel_requests_do_not_see_each_other(server: Server) -> None:
    def ask(name: str) -> str:
        connection = http.client.HTTPConnection(server.host, server.port)
        connection.request("GET", f"/who/{name}")
        text = connection.getresponse().read().decode()
        connection.close()
        return text

    names = [f"n{number}" for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, names)) == names


def test_preflights_are_answered_by_the_gateway(server: Server) -> None:
    connection = http.client.HTTPConnection(server.host, server.port)
    connection.request("OPTIONS", "/open")
    response = connection.getresponse()
    response.read()
    assert response.getheader("Access-Control-Allow-Origin") == "https://a.example"
    connection.close()


def test_a_body_over_ten_megabytes_is_a_problem_and_the_connection_lives(server: Server) -> None:
    connection = http.client.HTTPConnection(server.host, server.port)
    connection.request("POST", "/big", body=b"x" * (MAX_REQUEST + 1))
    response = connection.getresponse()
    assert (response.status, json.loads(response.read())["status"]) == (413, 413)
    connection.close()


def test_head_has_no_body(server: Server) -> None:
    connection = http.client.HTTPConnection(server.host, server.port)
    connection.request("HEAD", "/nothing")
    response = connection.getresponse()
    assert (response.status, response.read()) == (404, b"")
    connection.close()


def test_stopping_frees_the_port_and_twice_is_once() -> None:
    first = serve(in_process(_app()))
    first.stop()
    first.stop()
    second = serve(in_process(_app()), port=first.port)
    second.stop()


def test_an_app_is_made_threadsafe_once() -> None:
    app = _app()
    assert type(threadsafe(threadsafe(app))) is type(app)
    assert set(api_of(app).operations) == {"/echo/{word}", "/who/{name}", "/open", "/big"}
