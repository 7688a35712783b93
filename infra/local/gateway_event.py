"""From an HTTP request to the REST proxy event of API Gateway, and from the function's answer back to HTTP.

Shapes and limits: "Lambda proxy integrations in API Gateway" (input and output format), "API Gateway quotas" (10 MB
payload) and "Lambda quotas" (6 MB each way of a synchronous call) in the AWS documentation.
"""

from __future__ import annotations

import base64
import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import parse_qs

Event = dict[str, Any]
Answer = Mapping[str, Any]

MAX_REQUEST = 10 * 1024 * 1024
"""What API Gateway takes in."""

MAX_HEAD = 10_240
"""Bytes of request line and headers together that API Gateway takes in; beyond it the laptop says 431 (RFC 6585)."""

MAX_INVOKE = 6 * 1024 * 1024
"""What Lambda takes in, and gives back, in one synchronous call."""

ACCOUNT = "123456789012"


class BrokenAnswer(Exception):
    """The function answered something that is no REST proxy answer; API Gateway says 502 to it."""


@dataclass(frozen=True)
class HttpRequest:
    """A request as it came over the wire: the path and query are raw, header names as sent."""

    method: str
    raw_path: str
    raw_query: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    source_ip: str
    scheme: str = "http"
    protocol: str = "HTTP/1.1"

    def header(self, name: str) -> str | None:
        """The last value of a header; names are compared without case."""
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        return values[-1] if values else None


@dataclass(frozen=True)
class HttpAnswer:
    """What goes back over the wire."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True)
class Target:
    """The resource that a request met: its template, e.g. `/r1/{instance}`, and the parts it names,
    undecoded.
    """

    resource: str
    parameters: Mapping[str, str] = field(default_factory=dict)


def proxy_event(request: HttpRequest, target: Target, stage: str, api_id: str, binary_types: Iterable[str]) -> Event:
    """The event a function gets.

    Names that repeat keep all values in the `multiValue...` members and the last one in the plain ones. Path
    parameters stay percent-encoded as the client sent them; the query is decoded once.
    """
    request_id = str(uuid.uuid4())
    headers = [*_forwarded(request, request_id)]
    many: dict[str, list[str]] = {}
    for name, value in headers:
        many.setdefault(name, []).append(value)
    query = parse_qs(request.raw_query, keep_blank_values=True, max_num_fields=1000)
    binary = bool(request.body) and matches_binary(_media_type(request.header("Content-Type")), binary_types)
    return {
        "resource": target.resource,
        "path": request.raw_path,
        "httpMethod": request.method,
        "headers": {name: values[-1] for name, values in many.items()},
        "multiValueHeaders": many,
        "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": dict(target.parameters) or None,
        "stageVariables": None,
        "requestContext": _context(request, target, stage, api_id, request_id),
        "body": _body(request.body, binary),
        "isBase64Encoded": binary,
    }


def http_answer(answer: Any, accept: str | None, binary_types: Iterable[str]) -> HttpAnswer:
    """The HTTP answer for what a function returned.

    As in AWS, base64 becomes bytes only if the FIRST media type of `Accept` is one of the API's binary types
    ("API Gateway honors only the first Accept media type"); otherwise the client gets the base64 text.

    Raises:
        BrokenAnswer: it is no proxy answer.
    """
    if not isinstance(answer, Mapping) or not isinstance(answer.get("statusCode"), int | str):
        raise BrokenAnswer("no statusCode")
    body = answer.get("body")
    if body is not None and not isinstance(body, str):
        raise BrokenAnswer("the body is not text")
    try:
        status = int(answer["statusCode"])
        headers = _answer_headers(answer)
        content = (body or "").encode()
        if answer.get("isBase64Encoded") and matches_binary(_media_type((accept or "").split(",")[0]), binary_types):
            content = base64.b64decode(content, validate=True)
    except (ValueError, AttributeError, TypeError) as error:
        raise BrokenAnswer(str(error)) from error
    if not 100 <= status <= 599:
        raise BrokenAnswer("statusCode out of range")
    if "content-type" not in {name.lower() for name, _ in headers}:
        headers.append(("Content-Type", "application/json"))
    return HttpAnswer(status, tuple(headers), content)


def matches_binary(media_type: str, binary_types: Iterable[str]) -> bool:
    """True if a media type is one of the API's binary types; those may hold wildcards such as `*/*`."""
    return any(
        pattern == "*/*" or fnmatchcase(media_type or "application/json", pattern.lower()) for pattern in binary_types
    )


def _answer_headers(answer: Answer) -> list[tuple[str, str]]:
    many = {name: [str(value) for value in values] for name, values in (answer.get("multiValueHeaders") or {}).items()}
    for name, value in (answer.get("headers") or {}).items():
        values = many.setdefault(name, [])
        if str(value) not in values:
            values.append(str(value))
    return [(name, value) for name, values in many.items() for value in values]


def _media_type(value: str | None) -> str:
    return (value or "").split(";")[0].strip().lower()


def _body(content: bytes, binary: bool) -> str | None:
    if not content:
        return None
    return base64.b64encode(content).decode() if binary else content.decode("utf-8", "replace")


def _forwarded(request: HttpRequest, request_id: str) -> Iterable[tuple[str, str]]:
    """The client's headers and the ones that the gateway adds; it appends to X-Forwarded-For, never replaces."""
    before = request.header("X-Forwarded-For")
    own = {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-port", "x-amzn-trace-id"}
    yield from ((name, value) for name, value in request.headers if name.lower() not in own)
    port = (request.header("Host") or "").rpartition(":")[2]
    yield "X-Forwarded-For", f"{before}, {request.source_ip}" if before else request.source_ip
    yield "X-Forwarded-Proto", request.scheme
    yield "X-Forwarded-Port", port if port.isdecimal() else "443"
    yield "X-Amzn-Trace-Id", f"Root=1-{int(time.time()):08x}-{request_id.replace('-', '')[:24]}"


def _context(request: HttpRequest, target: Target, stage: str, api_id: str, request_id: str) -> dict[str, Any]:
    now = time.time()
    return {
        "accountId": ACCOUNT,
        "apiId": api_id,
        "domainName": (request.header("Host") or "").partition(":")[0],
        "extendedRequestId": request_id,
        "httpMethod": request.method,
        "identity": {
            "accountId": None,
            "apiKey": None,
            "caller": None,
            "cognitoIdentityId": None,
            "sourceIp": request.source_ip,
            "user": None,
            "userAgent": request.header("User-Agent"),
            "userArn": None,
        },
        "path": request.raw_path,
        "protocol": request.protocol,
        "requestId": request_id,
        "requestTime": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(now)),
        "requestTimeEpoch": int(now * 1000),
        "resourceId": target.resource,
        "resourcePath": target.resource,
        "stage": stage,
    }
