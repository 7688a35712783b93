"""The edge of a room, free of any framework: routes, calls, replies, and what happens around every one of them.

A room's `routes.py` builds a `Room` and hangs functions on it:

    @room.post("/biz/v1/applications", allow=[CITIZEN], body=Open, answer=CaseView, status=201, summary="...")
    def open_case(call: Call) -> Reply: ...

Around the function the edge authenticates, reads and validates, heeds the Idempotency-Key, turns refusals into
problem+json and anything unforeseen into a 500 that says only a request id. `shared/chalice_edge.py` binds it to
Chalice; another framework would need only another such file.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict, ValidationError

from .errors import Fault, Invalid, Malformed, PreconditionNeeded, Refusal, TooLarge, UnsupportedMedia
from .identity import Allow, Caller
from .ids import new_id, new_token
from .journal import Once, Replayed
from .json_text import parse_json as parse_json
from .problems import MEDIA_TYPE, invalid_body, problem, status_of, unexpected

log = logging.getLogger("klang.edge")

DEFAULT_LIMIT = 256 * 1024


class Incoming(BaseModel):
    """Base of everything that comes from outside: frozen, strict, nothing unknown."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)


class Outgoing(BaseModel):
    """Base of everything that goes out."""

    model_config = ConfigDict(frozen=True, defer_build=True)


@dataclass(frozen=True)
class Request:
    """One HTTP request. `path` and `params` are as the client sent them: not percent-decoded."""

    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, Sequence[str]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case; what came more than once is joined by ", " (RFC 9110 §5.3)."""
    body: bytes = b""
    query_string: str = ""
    repeated: frozenset[str] = frozenset()
    """Names of headers that came more than once."""


@dataclass(frozen=True)
class Response:
    """One HTTP answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """What a route answers when a plain model with the route's status is not enough.

    Attributes:
        body: a model, JSON types, text, bytes, or None for no body.
        status: HTTP status, or None for the route's own.
        headers: more headers.
        media_type: of text and bytes.
        version: of the thing shown; becomes the ETag.
    """

    body: Any = None
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str | None = None
    version: int | None = None


@dataclass(frozen=True)
class Call:
    """What a route function gets."""

    caller: Caller
    request: Request
    once: Once
    language: str
    request_id: str
    body: Any = None
    query: Any = None
    if_match: int | None = None

    @property
    def params(self) -> Mapping[str, str]:
        """Path parameters, undecoded."""
        return self.request.params

    @property
    def headers(self) -> Mapping[str, str]:
        """Headers, names in lower case."""
        return self.request.headers

    @property
    def raw(self) -> bytes:
        """The body as sent."""
        return self.request.body


Handler = Callable[[Call], Any]
Again = Callable[[Any], "Reply"]
"""Makes of a kept answer what a repeated request gets, where headers (Location, ETag) belong to it."""
Dialect = Callable[[Refusal | None, str, str, Request], Response]
"""Turns (refusal or None for an unforeseen error, language, request id, request) into the room's own kind of error."""


@dataclass(frozen=True)
class Route:
    """One route and all that is promised of it; OpenAPI and the guard tests read this."""

    method: str
    path: str
    handler: Handler
    allow: Sequence[Allow]
    summary: str
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    answer: Any = None
    status: int = 200
    limit: int = DEFAULT_LIMIT
    raw: bool = False
    media: str = "application/json"
    if_match: bool = False
    dialect: Dialect | None = None
    again: Again | None = None
    hidden: bool = False

    @property
    def writes(self) -> bool:
        """True for methods that change something."""
        return self.method in ("POST", "PUT", "PATCH", "DELETE")


class Admits(Protocol):
    """Whatever decides who a request comes from (`identity.Gate`)."""

    def admit(self, authorization: str | None, allow: Sequence[Allow]) -> Caller:
        """The caller, or a refusal."""
        ...


class Room:
    """The routes of one room, behind one gate."""

    def __init__(self, name: str, gate: Admits) -> None:
        self.name = name
        self.gate = gate
        self.routes: list[Route] = []

    def get(self, path: str, **promises: Any) -> Callable[[Handler], Handler]:
        """Declares a GET route; the keyword arguments are the fields of `Route`."""
        return self.route("GET", path, **promises)

    def post(self, path: str, **promises: Any) -> Callable[[Handler], Handler]:
        """Declares a POST route."""
        return self.route("POST", path, **promises)

    def put(self, path: str, **promises: Any) -> Callable[[Handler], Handler]:
        """Declares a PUT route."""
        return self.route("PUT", path, **promises)

    def patch(self, path: str, **promises: Any) -> Callable[[Handler], Handler]:
        """Declares a PATCH route."""
        return self.route("PATCH", path, **promises)

    def delete(self, path: str, **promises: Any) -> Callable[[Handler], Handler]:
        """Declares a DELETE route."""
        return self.route("DELETE", path, **promises)

    def route(self, method: str, path: str, **promises: Any) -> Callable[[Handler], Handler]:
        """Declares a route of any method."""

        def hang(handler: Handler) -> Handler:
            self.routes.append(Route(method=method, path=path, handler=handler, **promises))
            return handler

        return hang

    def answer(self, route: Route, request: Request) -> Response:
        """Everything between a request and its response; never raises an Exception."""
        request_id = _request_id(request.headers.get("x-correlation-id"))
        language = _language(request.headers.get("accept-language", ""))
        common = {"X-Correlation-Id": request_id, "Content-Language": language}
        try:
            response = self._attempt(route, request, request_id, language)
        except Refusal as refusal:
            if refusal.faults or status_of(refusal) >= 500:
                log.info("refused", extra={"slug": refusal.slug, "route": f"{route.method} {route.path}"})
            response = _refused(route, refusal, language, request_id, request)
        except Exception as error:
            # the traceback's last frames locate it; the message may hold what the caller sent, so it stays out
            log.error(
                "unforeseen error",
                extra={
                    "request_id": request_id,
                    "route": f"{route.method} {route.path}",
                    "error": where(error),
                },
            )
            response = _refused(route, None, language, request_id, request)
        own = {name.lower() for name in response.headers}
        added = {name: value for name, value in common.items() if name.lower() not in own}
        return Response(response.status, {**added, **response.headers}, response.body)

    def _attempt(self, route: Route, request: Request, request_id: str, language: str) -> Response:
        if len(request.body) > route.limit:
            raise TooLarge(
                f"ข้อมูลต้องไม่เกิน {route.limit // 1024} กิโลไบต์",
                f"The body may be at most {route.limit // 1024} kB.",
            )
        caller = self.gate.admit(request.headers.get("authorization"), route.allow)
        call = Call(
            caller=caller,
            request=request,
            once=_once(route, request, caller),
            language=language,
            request_id=request_id,
            body=None if route.raw else _body(route, request),
            query=_query(route, request),
            if_match=_if_match(route, request),
        )
        try:
            result = route.handler(call)
        except Replayed as replayed:
            again = Reply(replayed.answer) if route.again is None else route.again(replayed.answer)
            return _rendered(replace(again, headers={**again.headers, "Idempotent-Replayed": "true"}), route)
        return _rendered(result if isinstance(result, Reply) else Reply(result), route)


def as_json(value: Any) -> Any:
    """A model, or JSON types holding models, as JSON types."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True)
    if isinstance(value, Mapping):
        return {name: as_json(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(part) for part in value]
    return value


def where(error: BaseException) -> str:
    """Type and place of an error without its message, which may hold personal data."""
    import traceback

    frames = traceback.extract_tb(error.__traceback__)[-4:]
    return " <- ".join(
        [type(error).__name__, *(f"{f.filename.rsplit('/', 1)[-1]}:{f.lineno}" for f in reversed(frames))]
    )


def _rendered(reply: Reply, route: Route) -> Response:
    headers = dict(reply.headers)
    status = reply.status or route.status
    if reply.version is not None:
        headers["ETag"] = f'"v{reply.version}"'
    match reply.body:
        case None:
            body = b""
        case bytes() as content:
            body = content
            headers.setdefault("Content-Type", reply.media_type or route.media)
        case str() as text if reply.media_type or route.media != "application/json":
            body = text.encode()
            headers.setdefault("Content-Type", f"{reply.media_type or route.media}; charset=utf-8")
        case content:
            body = json.dumps(as_json(content), ensure_ascii=False, separators=(",", ":")).encode()
            headers.setdefault("Content-Type", reply.media_type or "application/json")
    headers.setdefault("Cache-Control", "no-store")
    return Response(status, headers, body)


def _refused(route: Route, refusal: Refusal | None, language: str, request_id: str, request: Request) -> Response:
    if route.dialect is not None:
        return route.dialect(refusal, language, request_id, request)
    if refusal is None:
        document = unexpected(language=language, instance=request_id)
    else:
        document = problem(refusal, language=language, instance=request_id)
    headers = {"Content-Type": MEDIA_TYPE, "Cache-Control": "no-store"}
    if refusal is not None and refusal.retry_after is not None:
        headers["Retry-After"] = str(refusal.retry_after)
    if document["status"] == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="klang"'
    return Response(document["status"], headers, json.dumps(document, ensure_ascii=False).encode())


def _request_id(given: str | None) -> str:
    return given if given is not None and re.fullmatch(r"[A-Za-z0-9._-]{8,64}", given) else new_id()


def _language(accept: str) -> str:
    """`en` if the caller prefers it to Thai (RFC 9110 §12.5.4), else `th`."""
    best = {"th": 0.001, "en": 0.0}
    for part in accept.lower().split(","):
        tag, _, weight = "".join(part.split()).partition(";q=")
        language = tag.split("-")[0]
        if language in best:
            try:
                best[language] = max(best[language], float(weight) if weight else 1.0)
            except ValueError:
                continue
    return "en" if best["en"] > best["th"] else "th"


def _once(route: Route, request: Request, caller: Caller) -> Once:
    key = request.headers.get("idempotency-key")
    if key is None or not route.writes:
        return Once(new_id(), "", new_token(), claimed=False)
    if not 1 <= len(key) <= 255 or not key.isascii() or not key.isprintable():
        raise Malformed(
            "Idempotency-Key ต้องเป็น ASCII ยาว 1 ถึง 255 ตัวอักษร",
            "Idempotency-Key must be 1 to 255 printable ASCII characters.",
            [Fault("header:Idempotency-Key", "แก้ไขค่านี้", "Change this value.")],
        )
    scope = "\n".join((caller.label, route.method, request.path, key))
    print_of = b"\n".join((request.query_string.encode(), request.body))
    return Once(
        hashlib.sha256(scope.encode()).hexdigest(),
        hashlib.sha256(print_of).hexdigest(),
        new_token(),
        claimed=True,
    )


def _body(route: Route, request: Request) -> Any:
    if route.body is None:
        return None
    media = request.headers.get("content-type", "application/json").split(";")[0].strip().lower()
    if media not in ("application/json", "application/merge-patch+json"):
        raise UnsupportedMedia("โปรดส่งข้อมูลเป็น application/json", "Send application/json.")
    parsed = parse_json(request.body)
    try:
        # by way of JSON, so that strict models still take ISO dates and lists for tuples
        return route.body.model_validate_json(json.dumps(parsed))
    except ValidationError as error:
        raise invalid_body(error) from None


def _query(route: Route, request: Request) -> Any:
    if route.query is None:
        return {name: values[-1] for name, values in request.query.items()}
    repeated = [name for name, values in request.query.items() if len(values) > 1]
    if repeated:
        raise Invalid(
            "มีพารามิเตอร์ซ้ำ",
            "A query parameter is repeated.",
            [Fault(f"query:{name}", "ระบุได้ครั้งเดียว", "Give it once.") for name in repeated],
        )
    try:
        # text is all a query string has, so types are converted here and only here
        return route.query.model_validate({name: values[0] for name, values in request.query.items()}, strict=False)
    except ValidationError as error:
        raise invalid_body(error, "query:") from None


def _if_match(route: Route, request: Request) -> int | None:
    given = request.headers.get("if-match")
    if route.raw and not route.if_match:
        return None  # it is meant for whoever the raw request goes on to
    if given is None:
        if route.if_match:
            raise PreconditionNeeded(
                "โปรดส่ง If-Match ตามค่า ETag ที่อ่านได้ล่าสุด",
                "Send If-Match with the ETag that you read.",
                [Fault("header:If-Match", "ต้องระบุ", "Mandatory here.")],
            )
        return None
    found = re.fullmatch(r'"v([0-9]{1,9})"', given.strip())
    if found is None:
        raise Malformed(
            "If-Match ไม่ถูกต้อง",
            "If-Match is not an ETag of ours.",
            [Fault("header:If-Match", 'ต้องอยู่ในรูป "v3"', 'Must look like "v3".')],
        )
    return int(found[1])
