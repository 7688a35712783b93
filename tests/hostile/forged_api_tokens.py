"""API tokens of the catalogue (CKAN's) that must open nothing: altered, mixed, ended, and what only looks like one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tests.opendata.people import operator
from tests.opendata.portal import Portal
from tests.support.forgeries import Case

URL_SAFE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
HEX = "0123456789abcdef"


@dataclass(frozen=True)
class Made:
    """Tokens that the catalogue made.

    Attributes:
        good, other: of two users, and both hold.
        revoked, expired, orphan: hold no more: taken back, past their end, of a user who was deleted.
        user: id of whom the good one speaks for.
    """

    good: str
    other: str
    revoked: str
    expired: str
    orphan: str
    user: str


def made(portal: Portal) -> Made:
    """Makes them, and ends those that are to be ended."""
    user = _me(portal, portal.publisher)
    good, revoked = _token(portal, portal.publisher), _token(portal, portal.publisher)
    expired, orphan = _token(portal, portal.publisher, expires_in=1, unit=3600), _token(portal, portal.reader)
    portal.result(portal.act("api_token_revoke", portal.publisher, token=revoked))
    portal.result(portal.act("user_delete", operator(portal), id=_me(portal, portal.reader)))
    portal.now += timedelta(hours=2)
    return Made(good, _token(portal, portal.other), revoked, expired, orphan, user)


def _me(portal: Portal, login: str) -> str:
    return str(portal.result(portal.ask("user_show", login))["id"])


def _token(portal: Portal, login: str, **more: Any) -> str:
    answer = portal.act("api_token_create", login, user=_me(portal, login), name="a machine", **more)
    return str(portal.result(answer)["token"])


def _turned(text: str, place: int, alphabet: str) -> str:
    """The text with the lowest bit of one character's value turned."""
    return text[:place] + alphabet[alphabet.index(text[place]) ^ 1] + text[place + 1 :]


def forged(tokens: Made) -> Iterator[Case]:
    """Every forgery, by name."""
    good, jti, secret = tokens.good, tokens.good[6:38], tokens.good[39:]
    yield "revoked", tokens.revoked
    yield "expired", tokens.expired
    yield "of a deleted user", tokens.orphan
    yield "a revoked id with a secret that holds", f"klang_{tokens.revoked[6:38]}_{secret}"
    yield "an id that holds with a revoked secret", f"klang_{jti}_{tokens.revoked[39:]}"
    yield "another's id", f"klang_{tokens.other[6:38]}_{secret}"
    yield "another's secret", f"klang_{jti}_{tokens.other[39:]}"
    for place in range(0, 43, 3):
        yield f"secret, character {place}", f"klang_{jti}_{_turned(secret, place, URL_SAFE)}"
    for place in range(0, 32, 4):
        yield f"id, character {place}", f"klang_{_turned(jti, place, HEX)}_{secret}"
    # what is kept of it, and what stands in lists, is no token
    digest = hashlib.sha256(secret.encode()).hexdigest()
    yield "the hash instead of the secret", f"klang_{jti}_{digest[:43]}"
    yield "the whole hash", f"klang_{jti}_{digest}"
    yield "the id twice", f"klang_{jti}_{jti}{jti[:11]}"
    yield "no secret", f"klang_{jti}_"
    yield "no secret and no line", f"klang_{jti}"
    yield "the prefix", "klang_"
    yield "nothing known", f"klang_{'0' * 32}_{'A' * 43}"
    yield from {
        "cut": good[:-1], "longer": f"{good}A", "padded": f"{good}=", "in capitals": f"klang_{good[6:].upper()}",
        "id in capitals": f"klang_{jti.upper()}_{secret}", "two": f"{good}{good}", "two with a comma": f"{good},{good}",
        "null at the end": f"{good}\0", "null inside": f"{good[:20]}\0{good[20:]}", "line": f"{good}\nX-Injected: 1",
        "a path": f"klang_../{jti[3:]}_{secret}", "wide": f"klang_{jti}＿{secret}", "prefix twice": f"klang_{good}",
        "a quote": f"klang_' OR 1=1 --_{secret}", "huge": f"klang_{jti}_{'A' * 100_000}", "as a JWT": f"{good}.x.x",
        "half a pair": f"klang_{jti}_{chr(0xD800) * 43}", "a space inside": f"klang_{jti} {secret}",
        "Thai": f"klang_{'๐' * 32}_{secret}", "accents": f"klang_{jti}_{'é' * 43}",
    }.items()  # fmt: skip
