"""Proofs of a client at the token endpoint (RFC 7523 `private_key_jwt`) that must not be taken.

Wherever a case is about the content, the client's own key signs it, so that only the check in question can refuse it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from tests.gdx.exchange import BASE, BIZ, OFFICE, Exchange
from tests.support.forgeries import Case, of_any_token
from tests.support.keys import LocalSigner
from tests.support.tokens import TestIssuer

ENDPOINT = f"{BASE}/oauth2/token"
NAMES: tuple[Any, ...] = (
    "", "nonsense", "TH/LOCAL/LAEMNGOP", f"{OFFICE}/x", f"{OFFICE} ", f" {OFFICE}", f"{OFFICE}\n", f"{OFFICE}\0",
    OFFICE.lower(), OFFICE.replace("/", "."), OFFICE.replace("/", "%2F"), "../office", "TH/LOCAL/LAEMNGOP/../office",
    "TH/LOCAL/LAEMNGOP/none", "ＴＨ/LOCAL/LAEMNGOP/office", BIZ, [OFFICE], {"id": OFFICE}, 1, True, "' OR '1'='1", "*",
)  # fmt: skip
"""What is no name of this client."""
AUDIENCES: tuple[Any, ...] = (
    "", "klang", f"{ENDPOINT}/", f"{ENDPOINT} ", f"{ENDPOINT}?x=1", f"{ENDPOINT}#x", ENDPOINT.upper(), BASE[8:],
    ENDPOINT.replace("https", "http"), f"{BASE}/", f"{BASE}.evil.example/oauth2/token", f"{BASE}@evil.example",
    "https://elsewhere.test/oauth2/token", [BASE], [ENDPOINT], [ENDPOINT, "https://elsewhere.test"], [],
    {"aud": BASE}, 1, True,
)  # fmt: skip
"""Who is not the token endpoint; several audiences would let one of them use the proof at another."""
ONCE: tuple[Any, ...] = ("", "short", "x" * 129, "\ud800aaaaaaaa", 12345678, 1.5, True, ["x" * 20], {"x": "x" * 20})
"""What is no `jti` that could be remembered."""


class Client(TestIssuer):
    """A system that proves itself with its own key."""

    def __init__(self, name: str, signer: LocalSigner, now: Callable[[], datetime]) -> None:
        super().__init__(name, "system", now)
        self.signer = signer

    def header(self, **changes: Any) -> dict[str, Any]:
        """See `TestIssuer`."""
        return super().header(**{"typ": "JWT", **changes})

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Of a proof that holds for two minutes."""
        until = int(self._now().timestamp()) + 120
        return super().claims(**{"sub": self.iss, "aud": ENDPOINT, "exp": until, **changes})


def office(exchange: Exchange) -> Client:
    """A client that the exchange knows."""
    return Client(OFFICE, exchange.keys[OFFICE], exchange.clock)


def assertions(exchange: Exchange) -> Iterator[Case]:
    """Every forged proof, by name."""
    client, second = office(exchange), int(exchange.now.timestamp())
    yield from of_any_token(client)
    for typ in ("at+jwt", "AT+JWT", "jwt", "", "JWT ", "application/jwt", "logout+jwt", "gdx-key-proof+jwt", None,
                ["JWT"], 1):  # fmt: skip
        yield f"typ {typ!r}", client.sign(client.header(typ=typ), client.claims())
    for name in NAMES:
        yield f"sub {name!r}", client.token(sub=name)
        yield f"iss {name!r}", client.token(iss=name)
        yield f"iss and sub {name!r}", client.token(iss=name, sub=name)
    for audience in AUDIENCES:
        yield f"aud {audience!r}", client.token(aud=audience)
    for jti in ONCE:
        yield f"jti {jti!r}"[:40], client.token(jti=jti)
    for name in ("iss", "sub", "aud", "exp", "jti"):
        yield f"no {name}", client.token(**{name: None})
        yield f"{name} null", client.sign(client.header(), {**client.claims(), name: None})
    # good for longer than a proof may be, whatever it says of its beginning
    yield "lives six minutes", client.token(exp=second + 360)
    yield "lives an hour", client.token(exp=second + 3600)
    yield "was made long ago", client.token(iat=1)
    yield "lives an hour and does not say since when", client.token(exp=second + 3600, iat=None, nbf=None)
    # another's key, or a key of another use
    stranger, other = LocalSigner(), Client(BIZ, exchange.keys[BIZ], exchange.clock)
    yield "another client's key and kid", other.token(iss=OFFICE, sub=OFFICE)
    yield "another client's key, our kid", other.sign(client.header(), client.claims())
    yield "another client about us", other.token(sub=OFFICE)
    yield "we about another client", client.token(sub=BIZ)
    exchanges = Client(OFFICE, exchange.signer, exchange.clock)
    yield "the exchange's own key", exchanges.token()
    yield "the exchange's own key, our kid", exchanges.sign(client.header(), client.claims())
    unknown = Client(OFFICE, stranger, exchange.clock)
    certificate = {
        "x5c": ["MIIB"],
        "x5t#S256": "x",
        "jku": "https://evil.example/jwks.json",
        "jwk": stranger.public_jwk,
    }
    for entry, value in certificate.items():
        yield f"a stranger's {entry} with our kid", unknown.sign(client.header(**{entry: value}), client.claims())
        yield f"a stranger's {entry}", unknown.sign(unknown.header(**{entry: value}), client.claims())
    # a token in a token, and tokens of other uses
    inner = client.token()
    yield "a proof inside a proof", client.sign(client.header(cty="JWT"), {"jwt": inner})
    yield "a proof as the claims of a proof", client.sign(client.header(cty="JWT"), inner.encode())
    yield "an access token", exchange.token()
    yield "a login of a person", exchange.people.token(pid="1101700207030")
    yield "SD-JWT", f"{inner}~"
