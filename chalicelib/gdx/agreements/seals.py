"""Signatures on an agreement: each party's on the terms, and the exchange's on both.

A party signs the canonical text of the terms (`terms.terms_text`) as a compact JWS: ES256, `typ` gdx-agreement+jwt,
`kid` of a key that the directory holds for its system. Both sign the same bytes, so neither can later show other terms.
The exchange's countersignature names the hash of the terms and of both signatures; of what the law ordered it is the
only one. With each signature the public key is kept that it was checked with: taking a key out of the directory stops
new signatures, and proves the old ones no less.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from ...shared.errors import Fault, Invalid
from ...shared.jose import TokenRefused, base64url, sign_jwt, verify_jwt
from ..evidence import Voice
from .model import Negotiation, Party, Seal
from .terms import digest

PARTY_TYPE = "gdx-agreement+jwt"
EXCHANGE_TYPE = "gdx-countersignature+jwt"

_JWK = ("kty", "crv", "x", "y", "kid")
_WRONG = {
    "malformed": ("ไม่ใช่ JWS แบบย่อ", "It is not a compact JWS."),
    "type": (f"typ ต้องเป็น {PARTY_TYPE}", f"Its typ must be {PARTY_TYPE}."),
    "algorithm": ("ต้องลงนามด้วย ES256", "It must be signed by ES256."),
    "unknown_key": (
        "ไม่พบกุญแจ (kid) ของระบบนี้ในสมุดรายชื่อ",
        "The directory holds no such key (kid) of this system.",
    ),
    "signature": ("ลายมือชื่อไม่ถูกต้อง", "The signature does not hold."),
}


def party_seal(token: str, terms: str, jwks: Mapping[str, Any], now: datetime) -> Seal:
    """A party's signature, checked.

    Args:
        token: what the party sent.
        terms: the canonical text on the table.
        jwks: the keys of the party's system, as they stand in the directory now.
        now: the time.

    Raises:
        Invalid: the signature is none, by no key of this system, or on other terms; points at `/signature`.
    """
    header, _, rest = token.partition(".")
    payload, _, signature = rest.partition(".")
    try:
        verify_jwt(token, {"keys": _keys(jwks)}, PARTY_TYPE, now=now)
    except TokenRefused as refused:
        raise _invalid(*_WRONG.get(refused.reason, _WRONG["malformed"])) from None
    if payload != base64url(terms.encode()):
        raise _invalid(
            "ลงนามในข้อความอื่น โปรดลงนามใน terms_text ของการเจรจานี้ตามตัวอักษร",
            "It signs another text: sign terms_text of this negotiation, byte by byte.",
        )
    kid = json.loads(_decoded(header))["kid"]
    jwk = next(key for key in _keys(jwks) if key["kid"] == kid)
    return Seal(f"{header}..{signature}", {name: jwk[name] for name in _JWK}, now.isoformat(timespec="seconds"))


def countersigned(voice: Voice, negotiation: Negotiation, now: datetime) -> Seal:
    """The exchange's signature on the terms and on the signatures of both parties."""
    claims = {"iss": voice.issuer, "iat": int(now.timestamp()), **_attested(negotiation)}
    header, payload, signature = sign_jwt(claims, voice, EXCHANGE_TYPE).split(".")
    jwk = voice.signer.public_jwk
    return Seal(
        f"{header}..{signature}",
        {name: jwk[name] for name in _JWK},
        now.isoformat(timespec="seconds"),
        payload=_decoded(payload).decode(),
    )


def token_of(seal: Seal, terms: str) -> str:
    """The whole compact JWS of a signature, for whoever checks it with a library of their own."""
    header, _, signature = seal.jws.split(".")
    return f"{header}.{base64url((terms if seal.payload is None else seal.payload).encode())}.{signature}"


def holds(negotiation: Negotiation, party: Party, now: datetime) -> bool:
    """True when a party's, or the exchange's, signature is there and proves these terms."""
    seal = negotiation.seals.get(party)
    if seal is None:
        return False
    kind = EXCHANGE_TYPE if party is Party.EXCHANGE else PARTY_TYPE
    try:
        claims = verify_jwt(token_of(seal, negotiation.terms), {"keys": [dict(seal.jwk)]}, kind, now=now)
    except (TokenRefused, ValueError):
        return False
    if party is not Party.EXCHANGE:
        return seal.payload is None
    return all(claims.get(name) == value for name, value in _attested(negotiation).items())


def proven(negotiation: Negotiation, now: datetime) -> bool:
    """True when all signatures that this kind of agreement needs are there and hold."""
    needed = [Party.EXCHANGE]
    if negotiation.agreement.order == "agreed":
        needed += [Party.CONSUMER, Party.PROVIDER]
    return all(holds(negotiation, party, now) for party in needed)


def _attested(negotiation: Negotiation) -> dict[str, Any]:
    agreement = negotiation.agreement
    parties = (Party.CONSUMER, Party.PROVIDER)
    return {
        "agreement": agreement.id,
        "version": agreement.version,
        "order": agreement.order,
        "terms_sha256": digest(negotiation.terms),
        "signatures": {
            party.value: digest(negotiation.seals[party].jws) for party in parties if party in negotiation.seals
        },
    }


def _keys(jwks: Mapping[str, Any]) -> list[dict[str, Any]]:
    keys: Iterable[Any] = jwks.get("keys", ())
    return [dict(key) for key in keys]


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _invalid(th: str, en: str) -> Invalid:
    return Invalid("ลายมือชื่อบนข้อตกลงใช้ไม่ได้", "The signature on the agreement is no good.", [Fault("/signature", th, en)])
