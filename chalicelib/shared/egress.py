"""Calls that Klang makes to other systems over HTTP.

Every address is resolved first and judged by what it resolves to, and the connection goes to the very address that
was judged (no second look-up, so no rebinding). Redirects are not followed.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

MAX_ANSWER = 5 * 1024 * 1024
"""Bytes of an answer that are read at most: a Lambda answers with less than 6 MB."""

_NEVER = tuple(
    ipaddress.ip_network(text)
    for text in (
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2002::/16",
        "fec0::/10",
        "::/96",
        "192.0.0.0/24",
        "192.88.99.0/24",
    )
)
"""Ranges that `is_global` lets through although they lead to other networks (NAT64, 6to4, site-local...)."""


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


class GuardedHttp:
    """HTTP to public addresses, and to the private networks that this environment names.

    Args:
        networks: CIDR ranges beyond the public internet that may be called (`EGRESS_NETWORKS`).
    """

    def __init__(self, networks: Sequence[str] = ()) -> None:
        self._networks = tuple(ipaddress.ip_network(text) for text in networks)

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes | None = None,
        timeout: float = 10.0,
    ) -> HttpAnswer:
        import urllib3

        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
            raise Unreachable("the address is not plain http(s)")
        port = parts.port or (443 if parts.scheme == "https" else 80)
        address = self._judge(parts.hostname, port, secure=parts.scheme == "https")
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        limits = urllib3.Timeout(connect=min(3.0, timeout), read=timeout)
        pool: urllib3.HTTPConnectionPool
        if parts.scheme == "https":
            pool = urllib3.HTTPSConnectionPool(
                address,
                port,
                timeout=limits,
                retries=False,
                assert_hostname=parts.hostname,
                server_hostname=parts.hostname,
            )
        else:
            pool = urllib3.HTTPConnectionPool(address, port, timeout=limits, retries=False)
        host = parts.hostname if parts.port is None else f"{parts.hostname}:{port}"
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
                content = answer.read(MAX_ANSWER + 1, decode_content=True)
                answer.release_conn()
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise Unreachable(type(error).__name__) from error
        if len(content) > MAX_ANSWER:
            raise Unreachable("the answer is larger than 5 MB")
        return HttpAnswer(answer.status, {name.lower(): value for name, value in answer.headers.items()}, content)

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


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return (
        address.is_global
        and not address.is_multicast
        and not any(address in network for network in _NEVER if network.version == address.version)
    )
