"""How a service is linked to the agency's own system: where it answers, which keys it signs with, what it may say.

A linked service is a service like any other; only the moves of the agency are made by its system instead of by
officers here (role `linked` in the workflow).
"""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated, Any, Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import Field

from chalicelib.shared.sourced import Part, Said

MAX_URL = 500
_NAME = re.compile(r"(?=.{4,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_NOT_PUBLIC = ("local", "localhost", "internal", "localdomain", "lan", "home", "test", "invalid", "example", "onion")
Url = Annotated[str, Field(min_length=10, max_length=MAX_URL)]


class PublicKey(Part):
    """A public key of the agency's system (RFC 7517): P-256, for ES256. A private key is refused for its `d`."""

    kty: Literal["EC"]
    crv: Literal["P-256"]
    x: str = Field(pattern=r"^[A-Za-z0-9_-]{43}$")
    y: str = Field(pattern=r"^[A-Za-z0-9_-]{43}$")
    kid: str = Field(pattern=r"^[A-Za-z0-9._~-]{1,100}$")
    alg: Literal["ES256"] = "ES256"
    use: Literal["sig"] = "sig"

    def jwk(self) -> dict[str, Any]:
        """As a JWK."""
        return self.model_dump()


class Link(Part):
    """The agency's own system.

    Addresses and keys of the newest published version count at once, also for cases that were opened under an earlier
    one: they are about the system, not about the law of a case.
    """

    mode: Literal["receive", "hand_over"] = Field(
        description="receive: the form is filled here and handed to the system; hand_over: the person is sent to the "
        "agency's own site, and the case appears here when its system takes it over"
    )
    deliver_to: Url = Field(description="https; where the system is told what happened here")
    hand_over_to: Url | None = Field(default=None, description="https; the agency's page that people are sent to")
    keys: tuple[PublicKey, ...] = Field(min_length=1, max_length=4, description="What the system signs with")
    national_id: Said | None = Field(
        default=None,
        description="The law by which the agency gets the national number; absent: a name of the person that only this "
        "agency knows, the same for all of its services",
    )
    fee: Literal["exact", "at_most"] = Field(
        default="exact",
        description="Whether the formulas give what is due, or the most that the agency may ask",
    )
    licence: Literal["here", "agency"] = Field(
        default="here", description="Whether the licence is issued here, or by the agency, whose number is told"
    )


def address_fault(url: str) -> str | None:
    """What is wrong with an address that requests or people are sent to; None for a good one.

    A name needs https. An address within a private network may do without, as it may in the exchange: whether this
    installation may call it at all is for `shared.egress` to say, each time.
    """
    parts = _taken_apart(url)
    if parts is None or parts.username is not None or parts.password is not None:
        return "is not a plain address"
    if parts.query or parts.fragment:
        return "may have no query and no fragment"
    if parts.scheme not in ("http", "https"):
        return "must begin with https://"
    host = (parts.hostname or "").lower()
    try:
        private = not ipaddress.ip_address(host).is_global
    except ValueError:
        if _NAME.fullmatch(host) is None or host.rpartition(".")[2] in _NOT_PUBLIC:
            return "needs a host name that the public internet knows"
        private = False
    if parts.scheme != "https" and not private:
        return "must begin with https://"
    return None


def origin(url: str) -> str:
    """Scheme, host and port of a good address, e.g. https://hotel.example.go.th: whom an assertion is meant for."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def _taken_apart(url: str) -> SplitResult | None:
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        return None
    try:
        parts = urlsplit(url)
        return parts if parts.hostname and parts.port != 0 else None
    except ValueError:
        return None
