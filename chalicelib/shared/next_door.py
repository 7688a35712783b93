"""A room of the same process called as if over HTTP: the same request, the same gate, the same answer, and no network.

What a room does with a person's own token at a neighbour is one client then, whether the neighbour is open in this
process or stands behind its own address.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from urllib.parse import parse_qs, urlsplit

from .egress import HttpAnswer, Unreachable
from .web import Request, Room, Route


class NextDoor:
    """`egress.Http` for the rooms of this process.

    Args:
        rooms: gives the rooms that are open here, whenever it is used.
    """

    def __init__(self, rooms: Callable[[], Iterable[Room]]) -> None:
        self._rooms = rooms

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes | None = None,
        timeout: float = 10.0,
    ) -> HttpAnswer:
        """See `Http.send`; only path and query of the address matter.

        Raises:
            Unreachable: no room here has such a route.
        """
        parts = urlsplit(url)
        found = find_route(self._rooms(), method, parts.path)
        if found is None:
            raise Unreachable("no such route in this process")
        room, route, params = found
        request = Request(
            method=method,
            path=parts.path,
            params=params,
            query={name: tuple(values) for name, values in parse_qs(parts.query, keep_blank_values=True).items()},
            headers={name.lower(): value for name, value in headers.items()},
            body=body or b"",
            query_string=parts.query,
        )
        answer = room.answer(route, request)
        return HttpAnswer(answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.body)


def find_route(rooms: Iterable[Room], method: str, path: str) -> tuple[Room, Route, dict[str, str]] | None:
    """The route that serves a path, as API Gateway finds it: literal segments win, a trailing slash is nothing."""
    plain = path.rstrip("/") or "/"
    found = [
        (room, route, match.groupdict())
        for room in rooms
        for route in room.routes
        if route.method == method and (match := _pattern(route.path).fullmatch(plain))
    ]
    return min(found, key=lambda each: [part.startswith("{") for part in each[1].path.split("/")], default=None)


@cache
def _pattern(template: str) -> re.Pattern[str]:
    greedy = re.sub(r"{(\w+)\+}", r"(?P<\1>.+)", template)
    return re.compile(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", greedy))
