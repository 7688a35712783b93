"""Access tokens that must not hold: what RFC 8725, RFC 9068 and the history of JWT libraries warn of.

`forgeries(issuers)` yields (name, token). Wherever a case is about the content, the trusted key itself signs it, so
that only the check in question can refuse it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import math
from collections.abc import Iterator
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chalicelib.shared.jose import base64url
from tests.support.keys import LocalSigner
from tests.support.tokens import NOW, PEOPLE, SYSTEMS, Issuers, TestIssuer, part

Case = tuple[str, str]
PID = "1101700207030"
SECOND = int(NOW.timestamp())


def forgeries(issuers: Issuers) -> Iterator[Case]:
    """Every forgery, by name."""
    people = issuers.people
    yield from of_any_token(people)
    yield from _types(people)
    yield from _claims(people)
    yield from _borrowed(issuers)


def of_any_token(issuer: TestIssuer) -> Iterator[Case]:
    """Forgeries of whatever is signed as this issuer signs: access tokens, or the proof of a client."""
    yield from _algorithms(issuer)
    yield from _key_confusion(issuer)
    yield from _headers(issuer)
    yield from _times(issuer)
    yield from _signatures(issuer)
    yield from _shapes(issuer)
    yield from _encodings(issuer)


def _claims_of(people: TestIssuer, **changes: Any) -> dict[str, Any]:
    return people.claims(pid=PID, ial="2.3", **changes)


def _signed(people: TestIssuer, header: dict[str, Any] | None = None, **claims: Any) -> str:
    return people.sign(people.header(**(header or {})), _claims_of(people, **claims))


def _algorithms(people: TestIssuer) -> Iterator[Case]:
    """`alg` that promises no signature, or another than was made."""
    for alg in ("none", "None", "NONE", "nOnE", "", "es256", "ES256 ", "HS256", "ES384", "EdDSA", "RS512", "ES256K"):
        yield f"alg {alg!r}, signed", _signed(people, {"alg": alg})
        header, claims = people.header(alg=alg), _claims_of(people)
        yield f"alg {alg!r}, a signature of one byte", f"{part(header)}.{part(claims)}.AA"
    strange: tuple[Any, ...] = ([], ["ES256"], {}, 256, True)
    for thing in strange:
        yield f"alg {thing!r}", _signed(people, {"alg": thing})
    header = people.header()
    del header["alg"]
    yield "no alg", people.sign(header, _claims_of(people))
    yield "alg none, empty signature", f"{part(people.header(alg='none'))}.{part(_claims_of(people))}."


def _key_confusion(people: TestIssuer) -> Iterator[Case]:
    """The public key taken for a shared secret (CVE-2015-9235), or for a key of another kind."""
    public = people.signer.private.public_key()
    secrets = {
        "PEM": public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        "PEM without newline": public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).strip(),
        "DER": public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        "point": public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint),
        "JWK": json.dumps(people.signer.public_jwk).encode(),
        "x": str(people.signer.public_jwk["x"]).encode(),
        "nothing": b"",
    }
    for name, secret in secrets.items():
        for alg in ("HS256", "ES256"):
            text = f"{part(people.header(alg=alg))}.{part(_claims_of(people))}"
            yield f"HMAC by {name} as {alg}", f"{text}.{base64url(hmac.digest(secret, text.encode(), 'sha256'))}"
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    for alg in ("RS256", "PS256", "ES256"):
        text = f"{part(people.header(alg=alg))}.{part(_claims_of(people))}"
        yield f"RSA as {alg}", f"{text}.{base64url(key.sign(text.encode(), PKCS1v15(), SHA256()))}"


def _types(people: TestIssuer) -> Iterator[Case]:
    for typ in ("JWT", "jwt", "AT+JWT", "at+jwt ", "application/at+jwt", "logout+jwt", "dpop+jwt", "gdx-request+jwt"):
        yield f"typ {typ!r}", _signed(people, {"typ": typ})
    yield "no typ", _signed(people, {"typ": None})
    yield "typ as a list", _signed(people, {"typ": ["at+jwt"]})


def _headers(people: TestIssuer) -> Iterator[Case]:
    stranger = LocalSigner()
    kids: tuple[Any, ...] = (
        "unknown",
        "",
        "../../../../dev/null",
        "/dev/null",
        "' OR '1'='1",
        "None",
        "|id",
        f"{people.signer.kid}\0",
        f" {people.signer.kid}",
        1,
        [people.signer.kid],
        {"kid": people.signer.kid},
    )
    for kid in kids:
        yield f"kid {kid!r}"[:60], _signed(people, {"kid": kid})
    yield "no kid", _signed(people, {"kid": None})
    yield "crit of something unknown", _signed(people, {"crit": ["exp"]})
    yield "crit empty", _signed(people, {"crit": []})
    yield "crit as text", _signed(people, {"crit": "b64"})
    yield "b64 false", _signed(people, {"b64": False, "crit": ["b64"]})
    yield "b64 false without crit", _signed(people, {"b64": False})
    # the sender brings a key along: it must be neither used nor fetched
    carried: dict[str, Any] = {
        "jwk": dict(stranger.public_jwk),
        "jku": "https://evil.example/jwks.json",
        "x5u": "https://evil.example/cert.pem",
        "x5c": ["MIIB"],
    }
    for name, value in carried.items():
        for kid in (stranger.kid, people.signer.kid):
            header = people.header(kid=kid, **{name: value})
            text = f"{part(header)}.{part(_claims_of(people))}"
            whose = "its own kid" if kid == stranger.kid else "our kid"
            yield f"{name} with {whose}", f"{text}.{base64url(stranger.sign(text.encode()))}"


def _claims(people: TestIssuer) -> Iterator[Case]:
    for aud in ("other", "klang ", "KLANG", "", ["klang"], ["klang", "other"], [], {"klang": 1}, 1, True):
        yield f"aud {aud!r}", _signed(people, aud=aud)
    issuers: tuple[Any, ...] = (
        "https://evil.example",
        f"{PEOPLE}.evil.example",
        f"{PEOPLE}/",
        PEOPLE.upper(),
        PEOPLE.replace("https", "http"),
        "",
        [PEOPLE],
        {"iss": PEOPLE},
        1,
    )
    for iss in issuers:
        yield f"iss {iss!r}", _signed(people, iss=iss)
    for name in ("exp", "iat", "sub", "jti", "aud", "iss"):
        yield f"no {name}", _signed(people, **{name: None})
    strange: tuple[Any, ...] = (1, True, ["x"], {"x": 1})
    for name in ("sub", "jti"):
        for value in strange:
            yield f"{name} {value!r}", _signed(people, **{name: value})


def _times(people: TestIssuer) -> Iterator[Case]:
    good: dict[str, Any] = {"exp": SECOND + 3600, "iat": SECOND, "nbf": SECOND}
    values: tuple[Any, ...] = (
        str(SECOND),
        f"{SECOND}.0",
        True,
        False,
        [SECOND],
        {"at": SECOND},
        "",
        "never",
        math.inf,
        -math.inf,
        math.nan,
        10**400,
        -(10**400),
        1e300,
    )
    for name in good:
        for value in values:
            if not (name != "exp" and isinstance(value, float | int) and value in (-math.inf,)):
                yield f"{name} {value!r}"[:40], _signed(people, **{name: value})
    year = 365 * 24 * 3600
    yield "expired a minute ago", _signed(people, exp=SECOND - 60, iat=SECOND - 3600)
    yield "expired long ago", _signed(people, exp=1, iat=0, nbf=0)
    yield "exp zero", _signed(people, exp=0)
    yield "exp negative", _signed(people, exp=-SECOND)
    yield "exp in ten years", _signed(people, exp=SECOND + 10 * year)
    yield "exp in a day", _signed(people, exp=SECOND + 24 * 3600)
    yield "exp in milliseconds", _signed(people, exp=(SECOND + 3600) * 1000)
    yield "iat in the future", _signed(people, iat=SECOND + 600)
    yield "iat after exp", _signed(people, iat=SECOND + 7200)
    yield "nbf in the future", _signed(people, nbf=SECOND + 600)
    yield "nbf null", people.sign(people.header(), {**_claims_of(people), "nbf": None})
    yield "exp null", people.sign(people.header(), {**_claims_of(people), "exp": None})


def _borrowed(issuers: Issuers) -> Iterator[Case]:
    """Keys of one trusted issuer used in the name of the other."""
    people, systems = issuers.people, issuers.systems
    yield "signed by systems for people", systems.sign(systems.header(), _claims_of(people))
    yield "people's kid, systems' key", systems.sign(people.header(), _claims_of(people))
    yield "signed by people for systems", people.sign(people.header(), people.claims(iss=SYSTEMS, client_id="a/b/c/d"))
    stranger = TestIssuer(PEOPLE, "person")
    yield "a stranger's key with our kid", stranger.sign(people.header(), _claims_of(people))
    yield "a stranger's key and kid", stranger.sign(stranger.header(), _claims_of(people))


def _signatures(people: TestIssuer) -> Iterator[Case]:
    token = _signed(people)
    header, claims, signature = token.split(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    for bit in (0, 7, 255, 256, 300, 511):
        flipped = bytearray(raw)
        flipped[bit // 8] ^= 1 << bit % 8
        yield f"signature with bit {bit} flipped", f"{header}.{claims}.{base64url(bytes(flipped))}"
    lengths = {
        "zero r and s": bytes(64),
        "zero s": raw[:32] + bytes(32),
        "r and s swapped": raw[32:] + raw[:32],
        "63 bytes": raw[:63],
        "65 bytes": raw + b"\0",
        "twice": raw + raw,
        "all ones": b"\xff" * 64,
        "a hash": hashlib.sha256(token.encode()).digest(),
    }
    for name, changed in lengths.items():
        yield f"signature {name}", f"{header}.{claims}.{base64url(changed)}"
    yield "signature stripped", f"{header}.{claims}."
    yield "signature of another token", f"{header}.{claims}.{_signed(people, sub='another').split('.')[2]}"
    yield "claims swapped", f"{header}.{part(_claims_of(people, sub='another'))}.{signature}"
    yield "header swapped", f"{part({**people.header(), 'x': 1})}.{claims}.{signature}"


def _shapes(people: TestIssuer) -> Iterator[Case]:
    token = _signed(people)
    header, claims, signature = token.split(".")
    yield "empty", ""
    yield "dots", ".."
    yield "one segment", header
    yield "two segments", f"{header}.{claims}"
    yield "four segments", f"{token}.{signature}"
    yield "five segments, as if encrypted", f"{header}.{claims}.{signature}.{signature}.{signature}"
    yield "trailing dot", f"{token}."
    yield "leading dot", f".{token}"
    yield "no header", f".{claims}.{signature}"
    yield "no claims", f"{header}..{signature}"
    yield "JSON serialisation", json.dumps({"protected": header, "payload": claims, "signature": signature})
    strange: tuple[Any, ...] = ([], "text", 1, None, True)
    for content in strange:
        yield f"claims {content!r}", people.sign(people.header(), content)
        yield f"header {content!r}", people.sign(content, _claims_of(people))
    deep = b'{"a":' * 5000 + b"1" + b"}" * 5000
    yield "claims nested 5000 deep", people.sign(people.header(), deep)
    yield "header nested 5000 deep", people.sign(deep, _claims_of(people))
    yield "header of a megabyte", people.sign(people.header(x="x" * 1_000_000, alg="none"), _claims_of(people))


def _encodings(people: TestIssuer) -> Iterator[Case]:
    token = _signed(people)
    header, claims, signature = token.split(".")
    yield "padding", f"{header}==.{claims}==.{signature}=="
    yield "padding of the signature", f"{token}=="
    for name, extra in (
        ("space", " "),
        ("newline", "\n"),
        ("tab", "\t"),
        ("null", "\0"),
        ("Thai", "ก"),
        ("wide", "．"),
    ):
        yield f"{name} at the end", token + extra
        yield f"{name} at the beginning", extra + token
        yield f"{name} in the middle", f"{header}.{extra}{claims}.{signature}"
    yield "base64 instead of base64url", f"{header}.{claims}.{signature.replace('-', '+').replace('_', '/')}+"
    # the last character of 64 bytes carries 4 bits that nobody reads
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    stray = alphabet[alphabet.index(signature[-1]) | 1]
    yield "stray bits in the signature", token[:-1] + stray
    text = json.dumps(_claims_of(people))[1:]
    for first in ('"sub":"somebody-else"', f'"iss":"{PEOPLE}"', '"exp":1'):
        yield f"claim twice: {first[:6]}", people.sign(people.header(), f"{{{first},{text}".encode())
    head = json.dumps(people.header())[1:]
    for first in ('"alg":"none"', '"typ":"JWT"', '"kid":"x"'):
        yield f"header entry twice: {first[:6]}", people.sign(f"{{{first},{head}".encode(), _claims_of(people))
    yield "claims in UTF-16", people.sign(people.header(), json.dumps(_claims_of(people)).encode("utf-16"))
    yield "claims not UTF-8", people.sign(people.header(), b'{"sub":"\xff\xfe"}')
    yield (
        "claims with a byte order mark",
        people.sign(people.header(), b"\xef\xbb\xbf" + json.dumps(_claims_of(people)).encode()),
    )
