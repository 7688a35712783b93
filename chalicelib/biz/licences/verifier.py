"""Checks a licence offline: one file, Python 3.11 and the package `cryptography`, nothing else.

    python verifier.py LICENCE --keys KEYS.json --issuer ISSUER [--list STATUS.jwt] [--at 2026-12-31T10:00:00+07:00]

LICENCE is what the QR says (an address whose end, after `#`, is the licence), a file that holds it, or `-` for standard
input. KEYS.json is the issuer's key set (`/biz/v1/jwks.json`) and ISSUER its name; these two are all that you must
believe, so get them once and keep them. STATUS.jwt is the status list that the licence names, fetched earlier: it tells
which licences were suspended or revoked.

It answers, and exits with

    0  good     signed by the issuer, in time, and not suspended or revoked by a list that may still be believed
    1  BAD      forged, altered, expired, suspended or revoked
    3  UNSURE   signed and in time, but without a list, or with one that is too old to be believed

It never asks the network. The formats are public: SD-JWT (RFC 9901), SD-JWT VC, Token Status List, JWS (RFC 7515).
"""

from __future__ import annotations

import argparse
import base64
import datetime as dt
import hashlib
import json
import sys
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

LONGEST = 64 * 1024
LARGEST_LIST = 4 * 1024 * 1024
STATES = {0: "valid", 1: "revoked, replaced or cancelled", 2: "suspended"}
HIDDEN = frozenset({"_sd", "_sd_alg", "..."})
ALWAYS_SHOWN = frozenset({"iss", "nbf", "exp", "cnf", "vct", "status"}) | HIDDEN
PLUMBING = ALWAYS_SHOWN | {"iat"}


class Bad(Exception):
    """Something is not as it should be."""


class Unsure(Exception):
    """What is there is not enough to tell."""


def unbase64(text: str) -> bytes:
    """Base64url without padding, strictly."""
    if not text.isascii() or "=" in text or "+" in text or "/" in text:
        raise Bad("not base64url")
    try:
        found = base64.b64decode(text.translate(str.maketrans("-_", "+/")) + "=" * (-len(text) % 4), validate=True)
    except ValueError:
        raise Bad("not base64url") from None
    if base64.urlsafe_b64encode(found).rstrip(b"=").decode() != text:
        raise Bad("not base64url")
    return found


def read_json(raw: bytes) -> dict[str, Any]:
    """A JSON object in which no name stands twice."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({name for name, _ in pairs}) != len(pairs):
            raise Bad("a name stands twice in it")
        return dict(pairs)

    try:
        found = json.loads(raw, object_pairs_hook=once)
    except (ValueError, RecursionError):
        raise Bad("it cannot be read") from None
    if not isinstance(found, dict):
        raise Bad("it cannot be read")
    return found


def public_key(keys: Mapping[str, Any], kid: object) -> ec.EllipticCurvePublicKey:
    """The P-256 key of that id in a key set (RFC 7517); keys that a token brings itself are never looked at."""
    listed = keys.get("keys")
    for key in listed if isinstance(listed, list) else []:
        if isinstance(key, dict) and kid is not None and key.get("kid") == kid:
            if (key.get("kty"), key.get("crv")) != ("EC", "P-256"):
                break
            x, y = (int.from_bytes(unbase64(str(key.get(name))), "big") for name in ("x", "y"))
            try:
                return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
            except ValueError:
                raise Bad("the key set holds a key that is none") from None
    raise Bad("signed with a key that is not in the key set")


def verified(token: str, typ: str, keys: Mapping[str, Any], issuer: str) -> dict[str, Any]:
    """The claims of a JWT of that type, signed by that issuer (ES256)."""
    parts = token.split(".")
    if len(parts) != 3:
        raise Bad("this is not a signed licence or list")
    header, signature = read_json(unbase64(parts[0])), unbase64(parts[2])
    if header.get("typ") != typ or header.get("alg") != "ES256" or "crit" in header or len(signature) != 64:
        raise Bad(f"not of the kind {typ}, signed by ES256")
    key = public_key(keys, header.get("kid"))
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    try:
        key.verify(encode_dss_signature(r, s), f"{parts[0]}.{parts[1]}".encode(), ec.ECDSA(SHA256()))
    except InvalidSignature:
        raise Bad("the signature does not hold: forged or altered") from None
    claims = read_json(unbase64(parts[1]))
    if claims.get("iss") != issuer:
        raise Bad("it is of another issuer")
    return claims


def number(claims: Mapping[str, Any], name: str) -> int | None:
    """A time in a token, as a number of seconds."""
    found = claims.get(name)
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, int):
        raise Bad(f"{name} is not a time")
    return found


def opened(claims: Mapping[str, Any], disclosures: Sequence[str]) -> dict[str, Any]:
    """The claims that the holder chose to show; each must be one that the issuer signed (RFC 9901 section 7.1)."""
    digests = claims.get("_sd", [])
    if not isinstance(digests, list) or claims.get("_sd_alg", "sha-256") != "sha-256":
        raise Bad("the digests cannot be read")
    found: dict[str, Any] = {}
    for disclosure in disclosures:
        try:
            _, name, value = json.loads(unbase64(disclosure))
        except (ValueError, TypeError):
            raise Bad("a disclosure cannot be read") from None
        digest = base64.urlsafe_b64encode(hashlib.sha256(disclosure.encode()).digest()).rstrip(b"=").decode()
        if not isinstance(name, str) or name in ALWAYS_SHOWN or digests.count(digest) != 1:
            raise Bad("the issuer did not sign this disclosure")
        if name in claims or name in found:
            raise Bad("a claim is given twice")
        found[name] = value
    return found


def licence(text: str, keys: Mapping[str, Any], issuer: str, at: int) -> dict[str, Any]:
    """The claims of a licence that is signed and in time."""
    if len(text) > LONGEST:
        raise Bad("too long for a licence")
    token, *disclosures = text.strip().rpartition("#")[2].split("~")
    if not disclosures or disclosures.pop():
        raise Bad("this is not a licence")
    claims = verified(token, "dc+sd-jwt", keys, issuer)
    if not isinstance(claims.get("vct"), str):
        raise Bad("it does not say what kind it is of")
    issued, before, end = number(claims, "iat"), number(claims, "nbf"), number(claims, "exp")
    if issued is not None and at < issued:
        raise Bad("it is not valid yet")
    if before is not None and at < before:
        raise Bad(f"it is not valid yet: valid from {moment(before)}")
    if end is not None and at >= end:
        raise Bad(f"it expired: valid until before {moment(end)}")
    return {**claims, **opened(claims, disclosures)}


def state(claims: Mapping[str, Any], token: str | None, keys: Mapping[str, Any], issuer: str, at: int) -> str:
    """What a status list says of a licence, and when it said so; raises Unsure where it may not be believed."""
    try:
        reference = claims["status"]["status_list"]
        uri, index = reference["uri"], reference["idx"]
    except (KeyError, TypeError):
        return "has no status"
    if not isinstance(uri, str) or isinstance(index, bool) or not isinstance(index, int) or index < 0:
        raise Bad("its place in the status list cannot be read")
    if token is None:
        raise Unsure(f"not checked whether it was suspended or revoked: fetch {uri}")
    told = verified(token.strip(), "statuslist+jwt", keys, issuer)
    if told.get("sub") != uri:
        raise Bad(f"the status list is another one: fetch {uri}")
    issued, end = number(told, "iat"), number(told, "exp")
    if issued is None:
        raise Bad("the status list has no time")
    found = STATES.get(entry(told.get("status_list"), index))
    if found is None:
        raise Bad("the status list has a state that nobody knows")
    if found != "valid":  # an old list may have missed a change for the worse, and one for the better as well
        raise Bad(f"it was {found} when the list was made ({moment(issued)})")
    if at < issued:
        raise Unsure(f"the list was made later ({moment(issued)})")
    if end is not None and at >= end:
        raise Unsure(f"not suspended or revoked at {moment(issued)}, but that list may no longer be believed")
    return f"not suspended or revoked at {moment(issued)}"


def entry(listed: object, index: int) -> int:
    """One state of a Token Status List."""
    if not isinstance(listed, dict) or listed.get("bits") not in (1, 2, 4, 8) or not isinstance(listed.get("lst"), str):
        raise Bad("the status list cannot be read")
    bits, unzip = int(listed["bits"]), zlib.decompressobj()
    try:
        packed = unzip.decompress(unbase64(listed["lst"]), LARGEST_LIST)
    except zlib.error:
        raise Bad("the status list cannot be read") from None
    each = 8 // bits
    if not unzip.eof or index >= len(packed) * each:
        raise Bad("the status list does not reach that place")
    return packed[index // each] >> (index % each * bits) & (1 << bits) - 1


def moment(seconds: int) -> str:
    """A time as clocks in Thailand show it."""
    try:
        return dt.datetime.fromtimestamp(seconds, dt.timezone(dt.timedelta(hours=7))).isoformat(timespec="minutes")
    except (OverflowError, ValueError, OSError):
        raise Bad("a time that no calendar has") from None


def content(text: str) -> str:
    """What the argument means: text of a QR, a file, or standard input."""
    if text == "-":
        return sys.stdin.read()
    if "~" in text:
        return text
    try:
        return Path(text).read_text(encoding="utf-8")
    except (OSError, ValueError):
        raise Bad("neither a licence nor a file") from None


def plain(value: object) -> str:
    """A claim on one line: nothing in it can pass for a line of ours, or move the cursor."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if text.isprintable() else json.dumps(text)


def main(arguments: Sequence[str], clock: Callable[[], float]) -> int:
    """Command line; see the top of this file. The clock tells seconds since 1970."""
    parser = argparse.ArgumentParser(prog="verifier.py", description="Checks a licence without a network.")
    parser.add_argument("licence", help="what the QR says, a file, or -")
    parser.add_argument("--keys", required=True, type=Path, help="the issuer's key set (jwks.json)")
    parser.add_argument("--issuer", required=True, help="the issuer's name, e.g. https://biz.klang.example/biz")
    parser.add_argument("--list", type=Path, help="the status list, fetched earlier")
    parser.add_argument("--at", type=dt.datetime.fromisoformat, help="as of then; with an offset. Absent: now")
    given = parser.parse_args(arguments)
    if given.at is not None and given.at.tzinfo is None:
        parser.error("--at needs an offset, e.g. +07:00")
    at = int(clock() if given.at is None else given.at.timestamp())
    try:
        keys = read_json(given.keys.read_bytes())
        claims = licence(content(given.licence), keys, given.issuer, at)
        token = None if given.list is None else given.list.read_text(encoding="utf-8")
        said, code = [f"good: {state(claims, token, keys, given.issuer, at)}"], 0
    except (Bad, OSError, UnicodeDecodeError) as wrong:
        said, code, claims = [f"BAD: {wrong}"], 1, {}
    except Unsure as doubt:
        said, code = [f"UNSURE: {doubt}"], 3
    said += [f"  {plain(name)}: {plain(value)}" for name, value in claims.items() if name not in PLUMBING]
    sys.stdout.buffer.write("".join(f"{line}\n" for line in said).encode())
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], time.time))
