"""Asking a source: politely, within limits, and never anywhere else than where it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urljoin, urlsplit

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.egress import Http, Unreachable
from chalicelib.shared.ids import new_token
from chalicelib.shared.storage import Count, Key, Table, WriteRefused

HOPS = 3
"""Redirects that are followed, each judged anew."""
TIMEOUT = 10.0
"""Seconds for one answer."""
PER_MINUTE = 60
"""Requests to one host in a minute, of all sources and runs together."""
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_LATER = frozenset({408, 425, 429, 500, 502, 503, 504})


class Away(Exception):
    """The source cannot be asked just now; `reason` is a key of `words.REASONS`.

    Attributes:
        counts: whether this was a try of the source: waiting for one's turn is none.
    """

    def __init__(self, reason: str, *, counts: bool = True) -> None:
        super().__init__(reason)
        self.reason = reason
        self.counts = counts


class Broken(Exception):
    """The source answered something that asking again will not mend; `reason` is a key of `words.REASONS`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Answer:
    """What a source answered, and from where in the end."""

    url: str
    media_type: str
    body: bytes


class Remote:
    """Fetches from sources.

    Args:
        http: the guarded way out: it refuses addresses that nobody outside may have.
        table: where requests are counted.
        clock: tells the time.
        site: our own address, for the user agent: whoever is asked may know by whom.
    """

    def __init__(self, http: Http, table: Table, clock: Callable[[], datetime], site: str) -> None:
        self._http = http
        self._table = table
        self._clock = clock
        self._agent = f"Klang-Harvester/1.0 (+{site})"

    def fetch(self, url: str, accept: str) -> Answer:
        """One document.

        Raises:
            Away: not now.
            Broken: not this way.
        """
        host = host_of(url)
        for _ in range(HOPS + 1):
            self._take_turn(host)
            try:
                answer = self._http.send(
                    "GET", url, headers={"user-agent": self._agent, "accept": accept}, timeout=TIMEOUT
                )
            except Unreachable as error:
                raise _no_answer(error) from error
            if answer.status in _REDIRECTS and answer.headers.get("location"):
                url = _next_hop(url, answer.headers["location"])
            elif answer.status == 200:
                return Answer(url, answer.headers.get("content-type", ""), answer.body)
            elif answer.status in _LATER:
                raise Away("busy")
            else:
                raise Broken("refused")
        raise Broken("redirects")

    def _take_turn(self, host: str) -> None:
        now = self._clock()
        minute = now.strftime("%Y-%m-%dT%H:%M")
        expires = int((now + timedelta(hours=1)).timestamp())
        turn = Count(Key(f"HARVEST-HOST#{host}", minute), 1, PER_MINUTE, expires)
        try:
            self._table.write([turn], new_token())
        except WriteRefused:
            raise Away("turn", counts=False) from None


def host_of(url: str) -> str:
    """The host (and port, if it is an odd one) that an address is about, in lower case; "" where it has none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    name = (parts.hostname or "").lower()
    return name if port in (None, 80, 443) else f"{name}:{port}"


def _next_hop(url: str, location: str) -> str:
    try:
        there = urljoin(url, location)
    except ValueError:
        raise Broken("redirects") from None
    if host_of(there) != host_of(url) or (url.startswith("https:") and not there.startswith("https:")):
        raise Broken("moved")
    return there


def _no_answer(error: Unreachable) -> Away | Broken:
    """What no answer means: an address that is not allowed, or an answer that is too large, stays so."""
    if "not allowed" in error.reason or "address" in error.reason:
        return Broken("address")
    if "larger" in error.reason:
        return Broken("large")
    return Away("silent")
