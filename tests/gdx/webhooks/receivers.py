"""Receivers of webhooks for tests: they agree, take events and check signatures, or do not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import jwt

from chalicelib.gdx.ids import MemberId
from chalicelib.gdx.model import Member
from chalicelib.shared.egress import HttpAnswer, Unreachable
from tests.gdx.exchange import BASE, OFFICE, Exchange, Providers
from tests.support.client import Answer

HOOK = "https://hooks.laemngop.go.th/gdx"
LAEMNGOP = Member(MemberId.parse("TH/LOCAL/LAEMNGOP"), "แหลมงอบ", "Laem Ngop", ("laemngop.go.th",))


@dataclass
class Receiver:
    """One receiver: `answer` is what it says to an event (an exception: it is away)."""

    answer: HttpAnswer | Exception = field(default_factory=lambda: HttpAnswer(204))
    allowed: str = "gdx.klang.test"
    got: list[tuple[Mapping[str, str], bytes]] = field(default_factory=list)
    asked: list[Mapping[str, str]] = field(default_factory=list)

    def send(self, method: str, headers: Mapping[str, str], body: bytes | None) -> HttpAnswer:
        if method == "OPTIONS":
            self.asked.append(dict(headers))
            return HttpAnswer(200, {"webhook-allowed-origin": self.allowed} if self.allowed else {})
        self.got.append((dict(headers), body or b""))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    @property
    def events(self) -> list[Any]:
        """What was told, in order."""
        return [json.loads(body) for _, body in self.got]


class Town:
    """An exchange whose way out leads to receivers too.

    Attributes:
        receivers: by address.
    """

    def __init__(self) -> None:
        self.receivers: dict[str, Receiver] = {HOOK: Receiver()}
        self.providers = Providers()
        self.exchange = Exchange(http=self)
        self.exchange.providers = self.providers
        self.exchange.service.directory.register_member(LAEMNGOP, "test")
        self.exchange.pass_time(seconds=31)

    def send(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None = None, timeout: float = 10.0
    ) -> HttpAnswer:
        if url in self.receivers:
            assert timeout <= 5
            return self.receivers[url].send(method, headers, body)
        if "hooks." in url:
            raise Unreachable("the name does not resolve")
        return self.providers.send(method, url, headers=headers, body=body, timeout=timeout)

    def put(self, url: str = HOOK, events: Any = ("gdx.exchange.*",), client: str = OFFICE, **headers: str) -> Answer:
        """A system sets its webhook."""
        posted = {"url": url, "events": list(events)}
        return self.exchange.client.put(
            "/gdx/v1/webhook", token=self.exchange.token(client), json=posted, headers=headers
        )

    def deliveries(self, client: str = OFFICE, query: str = "") -> Any:
        """How the telling went."""
        path = f"/gdx/v1/webhook/deliveries{query}"
        return self.exchange.client.get(path, token=self.exchange.token(client)).json["items"]

    def pump(self) -> None:
        """Lets happen what is due."""
        self.exchange.service.sweep(self.exchange.now)
        self.exchange.pump()

    def verified(self, headers: Mapping[str, str], audience: str = OFFICE) -> dict[str, Any]:
        """What a receiver learns from the signature, checked with PyJWT as any receiver would."""
        token = headers["x-gdx-signature"]
        head = jwt.get_unverified_header(token)
        assert head["typ"] == "gdx-webhook+jwt"
        keys = {key["kid"]: jwt.PyJWK(key) for key in self.exchange.service.voice.jwks()["keys"]}
        # the tests' clock is not this machine's, so times are checked by the tests themselves
        return jwt.decode(
            token,
            keys[head["kid"]],
            algorithms=["ES256"],
            issuer=BASE,
            audience=audience,
            options={"verify_exp": False, "verify_iat": False, "require": ["iss", "aud", "iat", "exp", "jti"]},
        )
