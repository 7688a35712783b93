"""A client of rooms without any server or framework: finds the route as API Gateway would and calls the edge."""

from __future__ import annotations

import json as jsonlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from chalicelib.shared.next_door import find_route
from chalicelib.shared.web import Request, Response, Room, Route


@dataclass(frozen=True)
class Answer:
    """A response, with what tests ask of it."""

    response: Response

    @property
    def status(self) -> int:
        """HTTP status."""
        return self.response.status

    @property
    def headers(self) -> Mapping[str, str]:
        """Header names in lower case."""
        return {name.lower(): value for name, value in self.response.headers.items()}

    @property
    def text(self) -> str:
        """The body as text."""
        return self.response.body.decode()

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return jsonlib.loads(self.response.body)


class NoSuchRoute(Exception):
    """API Gateway would answer 403 by itself: no room has this path with this method."""


class Client:
    """Calls the rooms of a house.

    Args:
        rooms: the rooms, by name or not.
        token: sent with every call that names no other.
    """

    def __init__(self, rooms: Mapping[str, Room] | Iterable[Room], *, token: str | None = None) -> None:
        self._rooms = list(rooms.values() if isinstance(rooms, Mapping) else rooms)
        self._token = token

    def get(self, path: str, **given: Any) -> Answer:
        """GET; see `call`."""
        return self.call("GET", path, **given)

    def post(self, path: str, **given: Any) -> Answer:
        """POST; see `call`."""
        return self.call("POST", path, **given)

    def put(self, path: str, **given: Any) -> Answer:
        """PUT; see `call`."""
        return self.call("PUT", path, **given)

    def patch(self, path: str, **given: Any) -> Answer:
        """PATCH; see `call`."""
        return self.call("PATCH", path, **given)

    def delete(self, path: str, **given: Any) -> Answer:
        """DELETE; see `call`."""
        return self.call("DELETE", path, **given)

    def call(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        json: Any = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        address: str = "203.0.113.7",
    ) -> Answer:
        """One request.

        Args:
            method: HTTP method.
            path: path and query string, percent-encoded as a client would send them.
            token: bearer token.
            json: the body, as JSON types.
            body: the body, as bytes.
            headers: more headers.
            address: whom the request comes from.

        Raises:
            NoSuchRoute: no room serves it.
        """
        parts = urlsplit(path)
        room, route, params = self.find(method, parts.path)
        sent = {name.lower(): value for name, value in (headers or {}).items()}
        if json is not None:
            body = jsonlib.dumps(json, ensure_ascii=False).encode()
            sent.setdefault("content-type", "application/json")
        if (bearer := token or self._token) is not None:
            sent.setdefault("authorization", f"Bearer {bearer}")
        request = Request(
            method=method,
            path=parts.path,
            params=params,
            query={name: tuple(values) for name, values in parse_qs(parts.query, keep_blank_values=True).items()},
            headers=sent,
            body=body or b"",
            query_string=parts.query,
            address=address,
        )
        return Answer(room.answer(route, request))

    def find(self, method: str, path: str) -> tuple[Room, Route, dict[str, str]]:
        """The route that serves a path; raises NoSuchRoute."""
        found = find_route(self._rooms, method, path)
        if found is None:
            raise NoSuchRoute(f"{method} {path}")
        return found
