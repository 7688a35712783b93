"""A recorder on the socket: whatever this process asks the network for is told by Python itself, and does not happen.

Python raises an audit event before it connects, sends, resolves a name or opens a file (PEP 578), whichever library
asks. An audit hook cannot be taken away again, so there is one for the process, and it looks only while somebody
records.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from socket import SOCK_STREAM, AddressFamily, gaierror
from typing import Any

CANARY = "/klang-canary/secret.txt"
"""A file that hostile input names; nobody else would open it."""

_CONNECTS = ("socket.connect", "socket.sendto", "socket.sendmsg")
_RESOLVES = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo")
_LIBRARIES = ("urllib.Request", "http.client.connect", "ftplib.connect", "smtplib.connect", "subprocess.Popen")


class NotAnswered(ConnectionRefusedError):
    """The connection that was tried is not made."""


@dataclass
class Seen:
    """What was asked for.

    Attributes:
        connects: (host, port) of every connection or datagram.
        names: every name or address that the system's resolver was asked for, but for those in `names_of`.
        opened: files of hostile input that were opened.
        other: what libraries announced.
    """

    connects: list[tuple[str, int]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)

    @property
    def anything(self) -> bool:
        """Whether the process tried to leave by any way."""
        return bool(self.connects or self.names or self.opened or self.other)

    def clear(self) -> None:
        """Forgets it."""
        for each in (self.connects, self.names, self.opened, self.other):
            each.clear()


_looking: list[Seen] = []


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if not _looking:
        return
    seen = _looking[-1]
    if event in _CONNECTS:
        address = arguments[1]
        if isinstance(address, tuple):
            seen.connects.append((str(address[0]), int(address[1])))
            raise NotAnswered("recorded")
    elif event in _RESOLVES:
        seen.names.append(str(arguments[0]))
    elif event in _LIBRARIES:
        # urllib3 announces what it connects to by http.client too; the connection itself is told a moment later
        if event != "http.client.connect":
            seen.other.append(event)
    elif event == "open" and arguments and isinstance(arguments[0], str) and arguments[0].endswith(CANARY):
        seen.opened.append(arguments[0])
        raise NotAnswered("recorded")


@cache
def _hooked() -> bool:
    sys.addaudithook(_hook)
    return True


@contextmanager
def recording() -> Iterator[Seen]:
    """What is asked of the network meanwhile; none of it happens."""
    _hooked()
    seen = Seen()
    _looking.append(seen)
    try:
        yield seen
    finally:
        _looking.remove(seen)


class Names:
    """A resolver: names have the addresses that a test gives them, one set for each time they are asked for (the last
    stays); numbers in whatever spelling are read by the system's own resolver, which asks nobody for them.

    Args:
        real: the system's `getaddrinfo`.

    Attributes:
        asked: names in the order in which they were asked for.
    """

    def __init__(self, real: Any) -> None:
        self._real = real
        self._answers: dict[str, list[tuple[str, ...]]] = {}
        self.asked: list[str] = []

    def give(self, name: str, *rounds: tuple[str, ...]) -> None:
        """What a name resolves to, the first time, the second time..."""
        self._answers[name] = list(rounds)

    def give_all(self, names: Mapping[str, tuple[tuple[str, ...], ...]]) -> None:
        """Several at once."""
        for name, rounds in names.items():
            self.give(name, *rounds)

    def __call__(self, host: Any, port: Any, family: int = 0, type: int = 0, proto: int = 0, flags: int = 0) -> Any:
        name = host.decode() if isinstance(host, bytes) else str(host)
        self.asked.append(name)
        rounds = self._answers.get(name.rstrip(".").lower())
        if rounds is None:
            from socket import AI_NUMERICHOST

            if name.rstrip(".").lower().endswith("localhost"):
                rounds = [("127.0.0.1", "::1")]
            else:
                looking, _looking[:] = list(_looking), []  # reading a number is no question to anybody
                try:
                    return self._real(host, port, family, type, proto, flags | AI_NUMERICHOST)
                except gaierror:
                    raise gaierror(-2, "Name or service not known") from None
                finally:
                    _looking[:] = looking
        addresses = rounds.pop(0) if len(rounds) > 1 else rounds[0]
        return [
            (AddressFamily.AF_INET6 if ":" in text else AddressFamily.AF_INET, SOCK_STREAM, 6, "", (text, port))
            for text in addresses
        ]
