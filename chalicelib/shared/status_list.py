"""Token Status List (draft-ietf-oauth-status-list): is a credential still good, without asking who asks.

One signed list holds the states of thousands of credentials, one or two bits each, compressed; a verifier
fetches the whole list, so the issuer does not learn which licence was looked at.
"""

import base64
import datetime as dt
import zlib
from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Any, Literal

from chalicelib.shared.credentials import StatusReference
from chalicelib.shared.jose import Jwks, Signer, TokenRefused, base64url, sign_jwt, verify_jwt

STATUS_LIST_TYPE = "statuslist+jwt"

Bits = Literal[1, 2]

# A compressed list can expand a thousandfold: 4 MiB hold 16 million credentials of two bits.
_LARGEST_LIST = 4 * 1024 * 1024


class Status(IntEnum):
    """State of a credential; one bit per credential has room for the first two only."""

    VALID = 0
    INVALID = 1
    SUSPENDED = 2


def encode(statuses: Sequence[int], bits: Bits) -> dict[str, Any]:
    """The claim `status_list`: states packed from the lowest bit of each byte, zlib level 9, base64url.

    Raises ValueError for a state that needs more bits.
    """
    per_byte = 8 // bits
    packed = bytearray(-(-len(statuses) // per_byte))
    for idx, status in enumerate(statuses):
        if not 0 <= status < 1 << bits:
            raise ValueError(f"a status of {bits} bits cannot be {status}")
        packed[idx // per_byte] |= status << (idx % per_byte * bits)
    return {"bits": bits, "lst": base64url(zlib.compress(bytes(packed), 9))}


def status_at(status_list: Mapping[str, Any], idx: int) -> int:
    """The state with that index; raises TokenRefused for a list that cannot be read or is too short."""
    bits, packed = status_list.get("bits"), _unpack(status_list.get("lst"))
    if bits not in (1, 2) or isinstance(bits, bool):
        raise TokenRefused("status", "the status list has an unknown width")
    per_byte = 8 // int(bits)
    if not 0 <= idx < len(packed) * per_byte:
        raise TokenRefused("status", "the status list does not reach that index")
    return packed[idx // per_byte] >> (idx % per_byte * int(bits)) & (1 << int(bits)) - 1


def status_list_token(
    uri: str,
    statuses: Sequence[int],
    bits: Bits,
    *,
    signer: Signer,
    issued_at: dt.datetime,
    lifetime: dt.timedelta,
    ttl: dt.timedelta | None = None,
) -> str:
    """The signed list to be served at `uri`.

    After its lifetime nobody may believe it; after its `ttl` (by default the same) a verifier that has a network
    fetches it again.
    """
    claims = {
        "sub": uri,
        "iat": int(issued_at.timestamp()),
        "exp": int((issued_at + lifetime).timestamp()),
        "ttl": int((ttl or lifetime).total_seconds()),
        "status_list": encode(statuses, bits),
    }
    return sign_jwt(claims, signer, STATUS_LIST_TYPE)


def look_up(
    token: str, reference: StatusReference, jwks: Jwks, *, now: dt.datetime, issuer: str | None = None
) -> Status:
    """The state of a credential in a fetched list; raises TokenRefused when the list does not hold or fit."""
    claims = verify_jwt(token, jwks, STATUS_LIST_TYPE, now=now, issuer=issuer)
    found = claims.get("status_list")
    if claims.get("sub") != reference.uri or not isinstance(found, dict):
        raise TokenRefused("status", "this is not the list that the credential names")
    try:
        return Status(status_at(found, reference.idx))
    except ValueError as unknown:
        raise (unknown if isinstance(unknown, TokenRefused) else TokenRefused("status", "unknown state")) from None


def _unpack(lst: object) -> bytes:
    if not isinstance(lst, str):
        raise TokenRefused("status", "the status list cannot be read")
    try:
        unzip = zlib.decompressobj()
        packed = unzip.decompress(base64.urlsafe_b64decode(lst + "=" * (-len(lst) % 4)), _LARGEST_LIST)
    except (ValueError, zlib.error):
        raise TokenRefused("status", "the status list cannot be read") from None
    if not unzip.eof:
        raise TokenRefused("status", "the status list is cut off or too large")
    return packed
