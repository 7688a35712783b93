"""How often one caller may ask what can be guessed or costs much: a count that all processes of a room share.

Most operations have no such count: their callers are known, or have quotas of their own, and a request to DynamoDB
more would cost more than it saves. A route that names a `Pace` pays one conditional write per request. Whoever is
known is counted under their own name, everybody else by network; neither lies in the table in the clear.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from datetime import datetime

from .dataclass import dataclass
from .errors import TooMany
from .identity import Caller
from .ids import new_token
from .keyring import Keyring
from .storage import Count, Key, Table, WriteRefused

KEPT = 300
"""Seconds that a count outlives its window, until DynamoDB's TTL takes it away."""


@dataclass(frozen=True)
class Pace:
    """How often one caller may ask.

    Attributes:
        name: what is counted; routes of one name share the count.
        most: requests in one window.
        seconds: length of a window; windows begin at full multiples of it, for everybody.
        counted_inside: the handler counts by itself, in the transaction that it writes anyway.
    """

    name: str
    most: int
    seconds: int = 60
    counted_inside: bool = False

    @property
    def policy(self) -> str:
        """The header `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-10 s.3)."""
        return f'"{self.name}";q={self.most};w={self.seconds}'


class Paces:
    """Counts the requests of one room.

    Args:
        table: the room's.
        keyring: the room's; names of callers are kept as codes of it.
        clock: tells the time (aware, UTC).
    """

    def __init__(self, table: Table, keyring: Keyring, clock: Callable[[], datetime]) -> None:
        self._table = table
        self._keyring = keyring
        self._clock = clock

    def take(self, pace: Pace, caller: Caller, address: str) -> None:
        """Counts one request, unless its handler does.

        A request without an address comes from this very process (`next_door.NextDoor`) and is not counted.

        Raises:
            TooMany: the caller has had all of this window.
            Unavailable: it cannot be counted just now; then nothing is tried either.
        """
        if pace.counted_inside or (not address and caller.kind == "public"):
            return
        now = int(self._clock().timestamp())
        window = now // pace.seconds
        who = caller.label if caller.kind != "public" else network_of(address)
        code = self._keyring.mac("pace", f"{pace.name}\n{who}".encode())
        key = Key(f"PACE#{pace.name}#{code}", str(window))
        try:
            self._table.write([Count(key, 1, pace.most, (window + 1) * pace.seconds + KEPT)], new_token())
        except WriteRefused:
            raise too_often(pace, (window + 1) * pace.seconds - now) from None


def too_often(pace: Pace, wait: int) -> TooMany:
    """The refusal of who asked too often; `wait` is in seconds, until the next window begins."""
    refusal = TooMany(
        f"เรียกใช้บ่อยเกินไป โปรดลองใหม่ในอีก {wait} วินาที",
        f"You ask too often; try again in {wait} seconds.",
        retry_after=wait,
    )
    refusal.limits = {"RateLimit-Policy": pace.policy, "RateLimit": f'"{pace.name}";r=0;t={wait}'}
    return refusal


def told(pace: Pace | None) -> Mapping[str, str]:
    """The header that every answer of a route with a pace carries."""
    return {} if pace is None else {"RateLimit-Policy": pace.policy}


def network_of(address: str) -> str:
    """What is counted of a client's address: all of IPv4, the first 64 bits of IPv6 (one household has them all)."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.IPv6Network((found.packed[:8] + bytes(8), 64)))
    return str(found)
