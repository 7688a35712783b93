"""Asking for what a link leads to: within limits, step by step, and never where the guarded way out does not go."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from chalicelib.shared.egress import Downloads, HttpAnswer

from .rules import LATER, REDIRECTS

HOPS = 5
"""Redirects that are followed; each is judged by the way out like the first address."""
TIMEOUT = 15.0
"""Seconds for a look."""
FETCH_TIMEOUT = 200.0
"""Seconds for a whole file."""


class Turn(Exception):
    """A host has been asked enough in this minute."""


class Lost(Exception):
    """Redirects without an end, or to nowhere."""


class Reached(NamedTuple):
    """An answer, and the address that gave it in the end."""

    url: str
    answer: HttpAnswer


class Asker:
    """Sends requests for links.

    Args:
        way: the guarded way out.
        may_ask: takes a turn at a host.
        site: our own address, for the user agent: whoever is asked may know by whom.
    """

    def __init__(self, way: Downloads, may_ask: Callable[[str], bool], site: str) -> None:
        self._way = way
        self._may_ask = may_ask
        self._agent = f"Klang-Links/1.0 (+{site})"

    def look(self, url: str) -> Reached:
        """Whether something is there, without its content: HEAD, or the first byte where a server knows no HEAD.

        Raises:
            Turn, Lost, Unreachable.
        """
        found = self._follow("HEAD", url, {}, None, 0, TIMEOUT)
        if found.answer.status < 400 or found.answer.status in LATER:
            return found
        return self._follow("GET", url, {"range": "bytes=0-0"}, None, 1, TIMEOUT)

    def fetch(self, url: str, known: Mapping[str, str], to: Path, limit: int) -> Reached:
        """What is there, into a file of the local disk; with another status than 200 the file means nothing.

        Args:
            known: the headers of a conditional request.
            limit: bytes at most.

        Raises:
            Turn, Lost, Unreachable.
        """
        return self._follow("GET", url, known, to, limit, FETCH_TIMEOUT)

    def _follow(
        self, method: str, url: str, headers: Mapping[str, str], to: Path | None, limit: int, timeout: float
    ) -> Reached:
        sent = {"user-agent": self._agent, "accept": "*/*", **headers}
        for _ in range(HOPS + 1):
            if not self._may_ask(host_of(url)):
                raise Turn
            with nullcontext() if to is None else to.open("wb") as out:
                answer = self._way.fetch(
                    method,
                    url,
                    headers=sent,
                    sink=_nowhere if out is None else out.write,
                    limit=limit,
                    timeout=timeout,
                    whole=to is not None,
                )
            if answer.status not in REDIRECTS or not answer.headers.get("location"):
                return Reached(url, answer)
            url = _next(url, answer.headers["location"])
        raise Lost


def host_of(url: str) -> str:
    """The host of an address in lower case; "" where it has none."""
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def _next(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:
        raise Lost from None


def _nowhere(_: bytes) -> None:
    return
