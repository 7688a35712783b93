"""API Gateway for one machine: a WSGI application that calls a function with the very event AWS would send.

Used twice: in front of the Chalice app in the same process (`make run`, see `infra.local.in_process`), and in
front of deployed packages (`make rehearse`). It answers what the real one answers by itself: unknown paths,
bodies over the limits, CORS preflights and failed functions.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from infra.local.gateway_event import (
    MAX_INVOKE,
    MAX_REQUEST,
    Answer,
    BrokenAnswer,
    Event,
    HttpAnswer,
    HttpRequest,
    Target,
    http_answer,
    proxy_event,
)
from infra.local.wsgi import HEADERS
from infra.package.gateway_responses import BY_KIND
from infra.package.gateway_responses import HEADERS as OWN_HEADERS

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Invoke = Callable[[Event], Answer]


class FunctionFailed(Exception):
    """The function raised, exited or answered nonsense (502)."""


class FunctionTimedOut(Exception):
    """The function did not answer within its time (504)."""


class UnsupportedApi(Exception):
    """The API's definition asks for something that this gateway does not do; it must not quietly let all
    pass.
    """


@dataclass(frozen=True)
class Operation:
    """One method of a resource: the function's, or a CORS preflight with the headers it answers."""

    preflight: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Api:
    """What an API has: operations by resource template and method, and the media types that travel as base64."""

    operations: Mapping[str, Mapping[str, Operation]]
    binary_types: tuple[str, ...] = ()

    @classmethod
    def from_swagger(cls, document: Mapping[str, Any]) -> Api:
        """Reads the definition that Chalice imports into API Gateway.

        Raises:
            UnsupportedApi: it has authorizers or API keys.
        """
        if document.get("securityDefinitions"):
            raise UnsupportedApi(f"authorizers are not served here: {sorted(document['securityDefinitions'])}")
        operations = {
            path: {
                method.upper(): _operation(entry["x-amazon-apigateway-integration"])
                for method, entry in methods.items()
            }
            for path, methods in document["paths"].items()
        }
        return cls(operations, tuple(document.get("x-amazon-apigateway-binary-media-types", ())))

    def find(self, method: str, raw_path: str) -> tuple[Target, Operation] | None:
        """The operation that a request meets; a fixed part beats a named one, from left to right, and a named one
        beats a greedy one."""
        parts = raw_path.rstrip("/").split("/") if raw_path != "/" else ["", ""]
        best: tuple[tuple[int, ...], Target] | None = None
        for template in self.operations:
            parameters = _match(template.split("/"), parts)
            if parameters is None:
                continue
            score = tuple(map(_rank, template.split("/")))
            if best is None or score > best[0]:
                best = score, Target(template, parameters)
        operation = self.operations[best[1].resource].get(method) if best else None
        return (best[1], operation) if best and operation else None


class Gateway:
    """The WSGI application.

    Args:
        api: what is served.
        invoke: calls the function; raises `FunctionFailed` or `FunctionTimedOut`.
        stage: the API's stage name, seen in `requestContext`.
        api_id: the API's id, seen in `requestContext`.
    """

    def __init__(self, api: Api, invoke: Invoke, stage: str = "api", api_id: str = "local") -> None:
        self._api = api
        self._invoke = invoke
        self._stage = stage
        self._api_id = api_id

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """WSGI entry (PEP 3333)."""
        if int(environ.get("CONTENT_LENGTH") or 0) > MAX_REQUEST:
            answer = gateway_answer("REQUEST_TOO_LARGE")
        else:
            answer = self.answer(read_request(environ))
        return send(answer, environ, start_response)

    def answer(self, request: HttpRequest) -> HttpAnswer:
        """Serves one request; never raises for what a client or a function does."""
        if len(request.body) > MAX_REQUEST:
            return gateway_answer("REQUEST_TOO_LARGE")
        found = self._api.find(request.method, request.raw_path)
        if found is None:
            return gateway_answer("MISSING_AUTHENTICATION_TOKEN")
        target, operation = found
        if operation.preflight is not None:
            return HttpAnswer(200, tuple(operation.preflight.items()), b"")
        try:
            event = proxy_event(request, target, self._stage, self._api_id, self._api.binary_types)
        except ValueError:  # more query fields than anybody means
            return gateway_answer("DEFAULT_4XX", 400)
        # A function gets at most 6 MB, and base64 counts: API Gateway passes Lambda's refusal on as 413.
        if len(event["body"] or "") > MAX_INVOKE:
            return gateway_answer("REQUEST_TOO_LARGE")
        return self._call(event, request)

    def _call(self, event: Event, request: HttpRequest) -> HttpAnswer:
        try:
            result = self._invoke(event)
            if len(json.dumps(result, ensure_ascii=False).encode()) > MAX_INVOKE:
                raise FunctionFailed("the answer is over 6 MB")
            answer = http_answer(result, request.header("Accept"), self._api.binary_types)
        except FunctionTimedOut:
            return gateway_answer("INTEGRATION_TIMEOUT")
        except (FunctionFailed, BrokenAnswer, TypeError):
            return gateway_answer("DEFAULT_5XX", 502)
        headers = (*answer.headers, ("x-amzn-RequestId", event["requestContext"]["requestId"]))
        return HttpAnswer(answer.status, headers, answer.body)


def gateway_answer(kind: str, status: int | None = None) -> HttpAnswer:
    """An answer of the gateway itself, from the one table of gateway responses."""
    response = BY_KIND[kind]
    number = response.status or status or 500
    return HttpAnswer(number, tuple(OWN_HEADERS.items()), response.body(str(uuid.uuid4()), str(number)).encode())


def raw_path(environ: WSGIEnvironment) -> str:
    """The path as the client sent it, percent signs and all (WSGI's PATH_INFO is already decoded)."""
    uri = str(environ.get("REQUEST_URI") or environ.get("RAW_URI") or "")
    if not uri:
        return quote(environ.get("PATH_INFO", "/").encode("latin-1"))
    if "://" in uri.partition("?")[0]:  # absolute form (RFC 9112, 3.2.2)
        uri = "/" + uri.partition("://")[2].partition("/")[2]
    return uri.partition("?")[0]


def read_request(environ: WSGIEnvironment) -> HttpRequest:
    """The request in a WSGI environment, its body read whole."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    return HttpRequest(
        method=environ["REQUEST_METHOD"],
        raw_path=raw_path(environ),
        raw_query=environ.get("QUERY_STRING", ""),
        headers=tuple(_headers(environ)),
        body=environ["wsgi.input"].read(length) if length else b"",
        source_ip=environ.get("REMOTE_ADDR", "127.0.0.1"),
        scheme=environ.get("wsgi.url_scheme", "http"),
        protocol=environ.get("SERVER_PROTOCOL", "HTTP/1.1"),
    )


def _headers(environ: WSGIEnvironment) -> Iterable[tuple[str, str]]:
    """Every header as it came, where the server tells; else as WSGI has them. A body that came in chunks has a length
    by now.
    """
    sent = environ.get(HEADERS)
    if sent is None:
        yield from ((key[5:].replace("_", "-").title(), environ[key]) for key in environ if key.startswith("HTTP_"))
        if environ.get("CONTENT_TYPE"):
            yield "Content-Type", environ["CONTENT_TYPE"]
    else:
        yield from (
            (name, value) for name, value in sent if name.lower() not in ("content-length", "transfer-encoding")
        )
    if environ.get("CONTENT_LENGTH"):
        yield "Content-Length", environ["CONTENT_LENGTH"]


def send(answer: HttpAnswer, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Writes an answer to a WSGI server; HEAD gets the headers only."""
    reasons = {status.value: status.phrase for status in HTTPStatus}
    kept = [(name, value) for name, value in answer.headers if name.lower() not in _HOP_BY_HOP]
    length = [] if answer.status in (204, 304) else [("Content-Length", str(len(answer.body)))]
    start_response(f"{answer.status} {reasons.get(answer.status, 'Unknown')}", [*kept, *length])
    return [] if environ["REQUEST_METHOD"] == "HEAD" or not length else [answer.body]


_HOP_BY_HOP = frozenset({"connection", "content-length", "keep-alive", "transfer-encoding", "upgrade", "trailer", "te"})
"""Headers that belong to one connection (RFC 9110, 7.6.1); API Gateway sets its own."""


def _operation(integration: Mapping[str, Any]) -> Operation:
    if integration["type"].lower() != "mock":
        return Operation()
    given = integration["responses"]["default"].get("responseParameters", {})
    return Operation({name.rpartition(".")[2]: value.strip("'") for name, value in given.items()})


def _rank(part: str) -> int:
    return 0 if part.endswith("+}") else 1 if part.startswith("{") else 2


def _match(template: list[str], parts: list[str]) -> dict[str, str] | None:
    parameters = {}
    if template[-1].endswith("+}"):  # a greedy part takes the rest, and at least one part
        if len(parts) < len(template):
            return None
        at = len(template) - 1
        template, parts = [*template[:at], template[at].replace("+", "")], [*parts[:at], "/".join(parts[at:])]
    if len(template) != len(parts):
        return None
    for wanted, given in zip(template, parts, strict=True):
        if wanted.startswith("{") and given:
            parameters[wanted[1:-1]] = given
        elif wanted != given:
            return None
    return parameters
