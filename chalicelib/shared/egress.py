"""Calls that Klang makes to other systems over HTTP.

Every address is resolved first and judged by what it resolves to, and the connection goes to the very address that
was judged (no second look-up, so no rebinding). Redirects are not followed.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Protocol, runtime_checkable
from urllib.parse import urlsplit

from .dataclass import dataclass

if TYPE_CHECKING:
    import ssl

    from urllib3 import BaseHTTPResponse

MAX_ANSWER = 5 * 1024 * 1024
"""Bytes of an answer that are read at most: a Lambda answers with less than 6 MB."""

MAX_LARGE = 64 * 1024 * 1024
"""The same for a provider that announced large answers: they are held in memory once or twice, of 1024 MB."""

LONGEST_SILENCE = 60.0
"""Seconds without a byte after which whoever answers is taken for dead, however long the whole may take."""

_UNICAST = ipaddress.ip_network("2000::/3")
"""All of IPv6 that is given out to the public (IANA, IPv6 Global Unicast Address Assignments). What lies outside leads
into other networks or nowhere, and `is_global` knows little of it: NAT64, SIIT (`::ffff:0:a.b.c.d`), site-local."""

_NEVER = tuple(ipaddress.ip_network(text) for text in ("2002::/16", "3fff::/20", "192.0.0.0/24", "192.88.99.0/24"))
"""Ranges that `is_global` lets through although they lead to other networks (6to4) or stand in examples only."""


@dataclass(frozen=True)
class HttpAnswer:
    """What came back; header names in lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class Unreachable(Exception):
    """No answer: refused address, no connection, too slow, or too large. `reason` is safe to tell."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Http(Protocol):
    """Sends one request and gives one answer."""

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes | None = None,
        timeout: float = 10.0,
    ) -> HttpAnswer:
        """Raises Unreachable when there is no answer; any status is an answer."""
        ...


@runtime_checkable
class Downloads(Protocol):
    """Sends one request and hands the answer's body on as it comes."""

    def fetch(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        sink: Callable[[bytes], object],
        limit: int,
        timeout: float,
        whole: bool = True,
    ) -> HttpAnswer:
        """The answer without its body, which went into `sink` piece by piece.

        Args:
            limit: bytes of the body at most.
            timeout: seconds for all of it.
            whole: False: where the body is longer, the rest is not read and that is no fault.

        Raises:
            Unreachable: as `Http.send`.
        """
        ...


def downloads(http: Http) -> Downloads:
    """The way out of a room for bodies that are not held in memory, where it knows how."""
    return http if isinstance(http, Downloads) else _InMemory(http)


class _InMemory:
    """`Downloads` by an `Http` that knows only whole answers."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def fetch(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        sink: Callable[[bytes], object],
        limit: int,
        timeout: float,
        whole: bool = True,
    ) -> HttpAnswer:
        answer = self._http.send(method, url, headers=headers, timeout=timeout)
        if whole and len(answer.body) > limit:
            raise _too_large(limit)
        sink(answer.body[:limit])
        return replace(answer, body=b"")


class GuardedHttp:
    """HTTP to public addresses, and to the private networks that this environment names.

    Args:
        networks: CIDR ranges beyond the public internet that may be called (`EGRESS_NETWORKS`).
        max_answer: bytes of an answer that are read at most.
    """

    def __init__(self, networks: Sequence[str] = (), max_answer: int = MAX_ANSWER) -> None:
        self._networks = tuple(ipaddress.ip_network(text) for text in networks)
        self._max_answer = max_answer

    @property
    def wide(self) -> GuardedHttp:
        """The same way out, for answers up to `MAX_LARGE`."""
        return GuardedHttp([str(network) for network in self._networks], MAX_LARGE)

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        """The authorities that vouch for names; kept, for reading them takes about 30 ms of CPU."""
        from urllib3.util.ssl_ import create_urllib3_context

        context = create_urllib3_context()
        context.load_default_certs()
        return context

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes | None = None,
        timeout: float = 10.0,
    ) -> HttpAnswer:
        content = bytearray()
        answer = self.fetch(
            method, url, headers=headers, body=body, sink=content.extend, limit=self._max_answer, timeout=timeout
        )
        return replace(answer, body=bytes(content))

    def fetch(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        sink: Callable[[bytes], object],
        limit: int,
        timeout: float,
        whole: bool = True,
        body: bytes | None = None,
    ) -> HttpAnswer:
        """`Downloads.fetch`, with a body of ours where there is one."""
        import urllib3

        secure, name, port, path = _taken_apart(url)
        address = self._judge(name, port, secure=secure)
        limits = urllib3.Timeout(connect=min(3.0, timeout), read=min(timeout, LONGEST_SILENCE))
        pool: urllib3.HTTPConnectionPool
        if secure:
            pool = urllib3.HTTPSConnectionPool(
                address,
                port,
                timeout=limits,
                retries=False,
                assert_hostname=name,
                server_hostname=name,
                ssl_context=self._trust,
            )
        else:
            pool = urllib3.HTTPConnectionPool(address, port, timeout=limits, retries=False)
        host = f"[{name}]" if ":" in name else name
        if port != (443 if secure else 80):
            host = f"{host}:{port}"
        deadline = time.monotonic() + timeout
        try:
            with pool:
                answer = pool.urlopen(
                    method,
                    path,
                    body=body,
                    headers={**headers, "Host": host},
                    redirect=False,
                    preload_content=False,
                )
                _hand_on(answer, deadline, limit, sink, whole=whole)
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            # ValueError: a header that http.client will not send
            raise Unreachable(type(error).__name__) from error
        return HttpAnswer(answer.status, {name.lower(): value for name, value in answer.headers.items()})

    def _judge(self, host: str, port: int, *, secure: bool) -> str:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise Unreachable("the name does not resolve") from error
        addresses = {ipaddress.ip_address(entry[4][0]) for entry in found}
        named = all(any(address in network for network in self._networks) for address in addresses)
        if not named and not (secure and all(_is_public(address) for address in addresses)):
            raise Unreachable("the address is not allowed")
        return str(min(addresses, key=lambda address: address.version))


def _taken_apart(url: str) -> tuple[bool, str, int, str]:
    """Whether it is https, the host (in IDNA), the port and the path with its query."""
    try:
        parts = urlsplit(url)
        port = parts.port
        name = (parts.hostname or "").encode("idna").decode()
    except ValueError as error:
        raise Unreachable("the address cannot be read") from error
    if parts.scheme not in ("http", "https") or not name or parts.username is not None:
        raise Unreachable("the address is not plain http(s)")
    secure = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return secure, name, port or (443 if secure else 80), path


def _hand_on(
    answer: BaseHTTPResponse, deadline: float, limit: int, sink: Callable[[bytes], object], *, whole: bool
) -> None:
    """The body, unless it is too large or drips in too slowly."""
    room = limit
    while chunk := answer.read1(64 * 1024, decode_content=True):
        if len(chunk) > room:
            if whole:
                raise _too_large(limit)
            sink(chunk[:room])
            return
        room -= len(chunk)
        sink(chunk)
        if time.monotonic() > deadline:
            raise Unreachable("the answer takes too long")


def _too_large(limit: int) -> Unreachable:
    return Unreachable(f"the answer is larger than {limit // 1024 // 1024} MB")


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return (
        address.is_global
        and not address.is_multicast
        and (address.version == 4 or address in _UNICAST)
        and not any(address in network for network in _NEVER if network.version == address.version)
    )
