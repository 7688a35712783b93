"""The edge of a room, free of any framework: routes, calls, replies, and what happens around every one of them.

A room's `routes.py` builds a `Room` and hangs functions on it:

    @room.post("/biz/v1/applications", allow=[CITIZEN], body=Open, answer=CaseView, status=201, summary="...")
    def open_case(call: Call) -> Reply: ...

Around the function the edge authenticates, reads and validates, heeds the Idempotency-Key, turns refusals into
problem+json and anything unforeseen into a 500 that says only a request id. `shared/chalice_edge.py` binds it to
Chalice; another framework would need only another such file.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field, replace
from functools import partial
from importlib import import_module
from time import perf_counter
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict

from . import reading
from .dataclass import dataclass
from .errors import AssuranceTooLow, Refusal, TooLarge
from .following import following
from .identity import Allow, Caller
from .journal import Once, Replayed
from .json_text import parse_json as parse_json
from .measures import answered, at_work
from .paces import Pace, Paces, told
from .problems import MEDIA_TYPE, headers_of, problem, status_of, unexpected

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
    address: str = ""
    """Who API Gateway was connected to. What a client writes into X-Forwarded-For is only its own word."""


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
    vouched: Any = None

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
    credentials: Callable[[Request], str | None] | None = None
    """Finds the token of a request where it may stand elsewhere than in `Authorization`."""
    vouched: Callable[[Request], Any] | None = None
    """Checks who vouches for a request over its very bytes, before anything is read from it; gives `Call.vouched`."""
    pace: Pace | None = None
    """How often one caller may ask; None: nothing can be guessed and nothing costs much."""

    @property
    def writes(self) -> bool:
        """True for methods that change something."""
        return self.method in ("POST", "PUT", "PATCH", "DELETE")


class Admits(Protocol):
    """Whatever decides who a request comes from (`identity.Gate`)."""

    def admit(self, authorization: str | None, allow: Sequence[Allow]) -> Caller:
        """The caller, or a refusal."""
        ...


Address = tuple[str, str, str]
"""A route as it is asked for: its method, its path, and the noun that hangs it (empty: the room itself)."""


class Room:
    """The routes of one room, behind one gate.

    A room's nouns hang their own routes, and none of them is imported before it is needed: `routes` opens all of them,
    `find` opens one. A deployed process knows from its package which noun a route is hung by (`route_table.py`).

    Attributes:
        login: where a person logs in again when a stronger login is needed; None: not told.
        paces: counts what routes with a pace are asked; None: nothing is counted.
    """

    def __init__(self, name: str, gate: Admits) -> None:
        self.name = name
        self.gate = gate
        self.login: str | None = None
        self.paces: Paces | None = None
        self._hung: dict[tuple[str, str], Route] = {}
        self._nouns: dict[tuple[str, str], str] = {}
        self._closed: dict[str, Callable[[], object]] = {}

    @property
    def routes(self) -> list[Route]:
        """All routes; opens every noun."""
        for noun in list(self._closed):
            self._open(noun)
        return list(self._hung.values())

    @property
    def addresses(self) -> list[Address]:
        """All routes as they are asked for; opens every noun."""
        return [(route.method, route.path, self._nouns.get((route.method, route.path), "")) for route in self.routes]

    def noun(self, name: str, hang: Callable[[], object]) -> None:
        """Names a part of the room; `hang` imports it and declares its routes, when the first of them is needed."""
        self._closed[name] = hang

    def nouns(self, package: str, names: Iterable[str], *whole: object) -> None:
        """Names several modules of a package; each has a function `hang(room, *whole)`."""

        def hang(name: str) -> None:
            import_module(f"{package}.{name}").hang(self, *whole)

        for name in names:
            self.noun(name, partial(hang, name))

    def find(self, address: Address) -> Route:
        """The route with this method and path: in its noun, or wherever it is if the noun does not hang it.

        Raises:
            LookupError: there is none.
        """
        method, path, noun = address
        self._open(noun)
        if (method, path) not in self._hung:
            log.error("route table is wrong", extra={"route": f"{method} {path}"})
            _ = self.routes
        return self._hung[method, path]

    def _open(self, noun: str) -> None:
        if noun not in self._closed:
            return
        before = dict(self._hung)
        try:
            self._closed[noun]()
        except BaseException:
            self._hung = before  # the next call meets the same error, not half a noun
            raise
        del self._closed[noun]
        self._nouns.update(dict.fromkeys(self._hung.keys() - before.keys(), noun))

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
            if (method, path) in self._hung:
                raise ValueError(f"{method} {path} is hung twice")
            self._hung[method, path] = Route(method=method, path=path, handler=handler, **promises)
            return handler

        return hang

    def answer(self, route: Route, request: Request) -> Response:
        """Everything between a request and its response, measured; never raises an Exception."""
        began = perf_counter()
        with at_work(self.name):
            response = self._answer(route, request)
            answered(response.status, "Idempotent-Replayed" in response.headers, perf_counter() - began)
        return response

    def _answer(self, route: Route, request: Request) -> Response:
        request_id = reading.request_id(request.headers.get("x-correlation-id"))
        with following(request_id):
            return self._followed(route, request, request_id)

    def _followed(self, route: Route, request: Request, request_id: str) -> Response:
        language = reading.language(request.headers.get("accept-language", ""))
        common = {"X-Correlation-Id": request_id, "Content-Language": language, **told(route.pace)}
        try:
            response = self._attempt(route, request, request_id, language)
        except Refusal as refusal:
            if refusal.faults or status_of(refusal) >= 500:
                log.info("refused", extra={"slug": refusal.slug, "route": f"{route.method} {route.path}"})
            if self.login is not None and isinstance(refusal, AssuranceTooLow):
                refusal.members = {**refusal.members, "login": self.login}
            response = _refused(route, refusal, language, request_id, request)
            common |= headers_of(refusal, response.status)  # in every dialect
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
        found = request.headers.get("authorization") if route.credentials is None else route.credentials(request)
        caller = self.gate.admit(found, route.allow)
        if route.pace is not None and self.paces is not None:
            self.paces.take(route.pace, caller, request.address)
        vouched = None if route.vouched is None else route.vouched(request)
        call = Call(
            caller=caller,
            vouched=vouched,
            request=request,
            once=reading.once(route, request, caller),
            language=language,
            request_id=request_id,
            body=None if route.raw else reading.body(route, request),
            query=reading.query(route, request),
            if_match=reading.if_match(route, request),
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
    return Response(reply.status or route.status, headers, body)


def _refused(route: Route, refusal: Refusal | None, language: str, request_id: str, request: Request) -> Response:
    if route.dialect is not None:
        return route.dialect(refusal, language, request_id, request)
    said = {"language": language, "instance": request_id}
    document = unexpected(**said) if refusal is None else problem(refusal, **said)
    headers = {"Content-Type": MEDIA_TYPE, "Cache-Control": "no-store"}
    return Response(document["status"], headers, json.dumps(document, ensure_ascii=False).encode())
