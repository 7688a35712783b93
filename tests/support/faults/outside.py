"""Systems that are not AWS, reached over HTTP, while their answers fail, come late, or do not come at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, get_args

from chalicelib.shared.egress import Http, HttpAnswer, Unreachable

Mood = Literal["well", "away", "silent", "broken", "busy", "nonsense"]
"""away: no connection. silent: it did what was asked and nobody heard so. broken: 500 before the effect.
busy: 503. nonsense: 200 with a body that is no answer."""

MOODS: tuple[Mood, ...] = get_args(Mood)


class RoughHttp:
    """Other systems in whatever mood `mood` tells; what they did is theirs to remember.

    Args:
        inner: the systems themselves.
        mood: of whoever is asked next.
        meanwhile: happens before each request: a moment in which other processes go on.

    Attributes:
        sent: how many requests there were.
        failed: how many were not answered well.
    """

    def __init__(self, inner: Http, mood: Callable[[], Mood], meanwhile: Callable[[], None]) -> None:
        self._inner = inner
        self._mood = mood
        self._meanwhile = meanwhile
        self.sent = 0
        self.failed = 0

    def send(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None = None, timeout: float = 10.0
    ) -> HttpAnswer:
        """As `Http`."""
        self._meanwhile()
        mood = self._mood()
        self.sent += 1
        self.failed += mood != "well"
        match mood:
            case "away":
                raise Unreachable("ConnectTimeoutError")
            case "broken":
                return HttpAnswer(500)
            case "busy":
                return HttpAnswer(503, {"retry-after": "1"})
        answer = self._inner.send(method, url, headers=headers, body=body, timeout=timeout)
        if mood == "silent":
            raise Unreachable("ReadTimeoutError")
        return HttpAnswer(200, {"content-type": "text/html"}, b"<html>") if mood == "nonsense" else answer
