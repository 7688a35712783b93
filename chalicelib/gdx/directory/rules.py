"""What may stand in the directory: keys, endpoints, and who may change what."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import SplitResult, urlsplit

from ...shared.errors import Fault, Invalid, NotAllowed
from ...shared.identity import Caller
from ..ids import MemberId
from ..model import Member

MAX_KEYS = 5
MAX_DOMAINS = 20
KID = re.compile(r"[A-Za-z0-9._-]{1,64}")

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})+")


def refuse(faults: Iterable[Fault]) -> None:
    """Refuses a registration that has faults (`Invalid`)."""
    found = list(faults)
    if found:
        raise Invalid("ลงทะเบียนไม่ได้ โปรดแก้ไขตามรายการ", "It cannot be registered; see errors.", found)


def must_own(caller: Caller, member: MemberId) -> None:
    """Refuses a system that is not of this member (`NotAllowed`); operators may do everything for everybody."""
    if caller.kind != "officer" and caller.agency != str(member):
        raise NotAllowed("ทำรายการแทนหน่วยงานอื่นไม่ได้", "You may do this for your own agency only.")


# -- keys ----------------------------------------------------------------------------------------------


def usable_keys(jwks: Mapping[str, Any], now: datetime) -> list[Mapping[str, Any]]:
    """The keys of a system that hold now: a retired one carries `exp` (seconds, as in OpenID Federation 1.0 §8.7.2)."""
    at = now.timestamp()
    return [key for key in jwks["keys"] if at < key.get("exp", at + 1)]


def key_faults(jwks: Mapping[str, Any], where: str = "/jwks") -> list[Fault]:
    """What is wrong with a JWK Set of a system; empty when it can be registered."""
    keys = jwks.get("keys")
    if not isinstance(keys, list) or len(keys) > MAX_KEYS:
        return [Fault(f"{where}/keys", "ต้องเป็นรายการกุญแจไม่เกิน 5 ดอก", "A list of at most 5 keys.")]
    faults = [fault for at, key in enumerate(keys) for fault in key_fault(key, f"{where}/keys/{at}")]
    if len({str(key.get("kid")) for key in keys if isinstance(key, dict)}) != len(keys):
        faults.append(Fault(f"{where}/keys", "kid ซ้ำกัน", "Two keys have one kid."))
    return faults


def key_fault(key: object, where: str) -> list[Fault]:
    """What is wrong with one JWK, if anything is: public EC P-256 keys with a short `kid` only."""
    if not isinstance(key, dict) or "d" in key:
        return [Fault(where, "ต้องเป็นกุญแจสาธารณะเท่านั้น", "A public key only.")]
    kid = key.get("kid")
    if (key.get("kty"), key.get("crv")) != ("EC", "P-256") or not isinstance(kid, str) or not KID.fullmatch(kid):
        return [
            Fault(
                where,
                "ต้องเป็น EC P-256 พร้อม kid (ตัวอักษร ตัวเลข . _ - ไม่เกิน 64)",
                "An EC P-256 key with a kid (letters, digits and . _ -, at most 64).",
            )
        ]
    return []


# -- endpoints -----------------------------------------------------------------------------------------


def endpoint_faults(endpoint: str | None) -> list[Fault]:
    """What is wrong with an endpoint as an address; empty for None."""
    if endpoint is None:
        return []
    wrong = [Fault("/endpoint", "ต้องเป็นที่อยู่ http(s)", "Must be an http(s) address without query or slash at its end.")]
    parts = _taken_apart(endpoint)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        return wrong
    return wrong if parts.query or parts.fragment or endpoint.endswith("/") else []


def approved(endpoint: str, member: Member) -> bool:
    """Whether a member may set this endpoint by itself: its host is, or lies below, an approved domain, over https; a
    private address that was approved as such may be called in the clear within the environment's networks.
    """
    parts = _taken_apart(endpoint)
    host = (parts.hostname or "").lower().rstrip(".") if parts is not None else ""
    if parts is None or not host:
        return False
    address = _address(host)
    if address is not None:
        return host in member.domains and (parts.scheme == "https" or not address.is_global)
    return parts.scheme == "https" and any(
        host == domain or host.endswith(f".{domain}") for domain in member.domains if _address(domain) is None
    )


def domain_faults(domains: Sequence[str], where: str = "/domains") -> list[Fault]:
    """What is wrong with the domains that an operator approves."""
    return [
        Fault(f"{where}/{at}", "ต้องเป็นชื่อโดเมนตัวพิมพ์เล็กหรือที่อยู่ IP", "A domain name in lower case, or an IP address.")
        for at, domain in enumerate(domains)
        if _address(domain) is None and (len(domain) > 253 or not _DOMAIN.fullmatch(domain) or "." not in domain)
    ]


def _taken_apart(endpoint: str) -> SplitResult | None:
    try:
        parts = urlsplit(endpoint)
        if parts.port == 0:
            return None
    except ValueError:
        return None
    return parts


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
