"""Login providers of a test, and the portal whose people log in at them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives.asymmetric import rsa

from chalicelib.citizen.sessions.idtoken import half_hash
from chalicelib.shared.egress import HttpAnswer, Unreachable
from chalicelib.shared.jose import base64url
from chalicelib.shared.storage import Table
from tests.citizen.portal import MALEE, Portal
from tests.support.client import Answer
from tests.support.keys import LocalSigner
from tests.support.memory import MemoryTable

BACK = "https://portal.klang.test/back"
OTHER_BACK = "https://portal.klang.test/other"
PHONE = {"user-agent": "Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 Chrome/140.0 Mobile"}
LAPTOP = {"user-agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Gecko/20100101 Firefox/145.0"}


def places(issuer: str) -> dict[str, str]:
    return {name: f"{issuer}/{name}" for name in ("authorization", "token", "jwks", "userinfo", "end_session")}


def login(id: str, /, **changes: Any) -> dict[str, Any]:
    """A provider as configured; a change to None takes the entry out."""
    issuer = f"https://{id}.test"
    given = {
        "id": id,
        "names": {"th": "ผู้ให้บริการทดสอบ", "en": "Test provider"},
        "issuer": issuer,
        "client_id": f"klang-at-{id}",
        "scopes": ["openid", "pid"],
        "endpoints": places(issuer),
        "algorithm": "ES256",
        "names_itself": True,
        "assurance": {
            "values": {"low": "1.1", "high": "2.3", "2.3": "2.3", "3": "3"},
            "default": "1.1",
            "ask": {"2.3": "high"},
        },
        "redirect_uris": [BACK, OTHER_BACK],
        "after_logout": "https://portal.klang.test/bye",
        "source": "this test",
        "verified": "design",
    }
    return {name: value for name, value in {**given, **changes}.items() if value is not None}


@dataclass
class Provider:
    """An OpenID provider: gives tokens for codes, as its fields say.

    Attributes:
        config: what the portal knows of it.
        asked: the token requests, as forms with their headers.
        header: changes to the ID token's header; None takes one out.
        claims: changes to its claims.
        told: what userinfo says.
        answer: changes to the token answer.
        status: of the token answer.
    """

    config: dict[str, Any]
    key: LocalSigner = field(default_factory=LocalSigner)
    now: Any = None
    asked: list[tuple[dict[str, str], Mapping[str, str]]] = field(default_factory=list)
    header: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    told: dict[str, Any] | None = None
    answer: dict[str, Any] = field(default_factory=dict)
    status: int = 200
    signed_by: LocalSigner | None = None
    dead: bool = False
    raw: bytes | None = None
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    discovery: dict[str, Any] = field(default_factory=dict)

    @property
    def issuer(self) -> str:
        return str(self.config["issuer"])

    def enter(self, url: str, pid: str = MALEE) -> str:
        """A person logs in at the address that the portal made; gives the code."""
        query = asked_of(url)
        code = f"{self.config['id']}-code-{len(self.codes)}"
        self.codes[code] = {**query, "pid": pid}
        return code

    def answers(self, url: str, body: bytes | None, headers: Mapping[str, str]) -> HttpAnswer:
        if self.dead:
            raise Unreachable("dead")
        match url.removeprefix(self.issuer):
            case "/jwks":
                return _json({"keys": [dict(self.key.public_jwk)]})
            case "/userinfo":
                if self.raw is not None:
                    return HttpAnswer(200, {}, self.raw)
                return _json({"sub": "s-1"} | (self.told or {}))
            case "/.well-known/openid-configuration":
                return _json(self.discovery)
            case "/token":
                return self._token({name: v[0] for name, v in parse_qs((body or b"").decode()).items()}, headers)
            case _:
                return HttpAnswer(404)

    def _token(self, form: dict[str, str], headers: Mapping[str, str]) -> HttpAnswer:
        self.asked.append((form, headers))
        grant = self.codes.pop(form.get("code", ""), None)
        if self.status != 200:
            return HttpAnswer(self.status, {}, b"{}")
        if (
            grant is None
            or grant["redirect_uri"] != form["redirect_uri"]
            or grant["code_challenge"] != base64url(_sha256(form["code_verifier"]))
        ):
            return HttpAnswer(400, {}, b'{"error":"invalid_grant"}')
        token = self.id_token(grant)
        return _json({"access_token": "at-1", "token_type": "Bearer", "id_token": token, **self.answer})

    def id_token(self, grant: Mapping[str, str]) -> str:
        now = int(self.now().timestamp())
        claims = {
            "iss": self.issuer,
            "sub": "s-1",
            "aud": self.config["client_id"],
            "nonce": grant["nonce"],
            "iat": now,
            "exp": now + 300,
            "auth_time": now,
            "at_hash": half_hash("at-1"),
            "acr": "high",
            "pid": grant["pid"],
            "name": "มาลี ใจงาม",
        }
        header = {"alg": "ES256", "kid": self.key.kid, "typ": "JWT"}
        return signed(changed(header, self.header), changed(claims, self.claims), self.signed_by or self.key)


class Providers:
    """The network of the test: providers by their address."""

    def __init__(self, *them: Provider) -> None:
        self.them = them

    def send(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None = None, timeout: float = 10.0
    ) -> HttpAnswer:
        for each in self.them:
            if url.startswith(f"{each.issuer}/"):
                return each.answers(url, body, headers)
        raise Unreachable("nobody there")


class Doors:
    """The portal with two providers, `one` and `two`, and whoever else is given."""

    def __init__(self, *more: Provider, table: Table | None = None) -> None:
        self.one, self.two = Provider(login("one")), Provider(login("two"))
        them = (self.one, self.two, *more)
        self.portal = Portal(logins=[each.config for each in them], http=Providers(*them), table=table)
        for each in them:
            each.now = lambda: self.portal.now
        self.client = self.portal.client

    @property
    def memory(self) -> MemoryTable:
        return self.portal.memory

    def start(self, provider: str = "one", **wish: Any) -> Any:
        answer = self.client.post("/citizen/v1/login", json={"provider": provider, "redirect_uri": BACK, **wish})
        assert answer.status == 200, answer.text
        return answer.json

    def finish(self, begun: Any, code: str, *, at: Provider | None = None, **changes: Any) -> Answer:
        given = {"login": begun["login"], "code": code, "state": begun["state"], "iss": (at or self.one).issuer}
        body = {name: value for name, value in {**given, **changes}.items() if value is not None}
        return self.client.post("/citizen/v1/sessions", json=body, headers=PHONE)

    def enter(self, pid: str = MALEE, at: Provider | None = None, **wish: Any) -> Answer:
        provider = at or self.one
        begun = self.start(str(provider.config["id"]), **wish)
        return self.finish(begun, provider.enter(begun["authorization_url"], pid), at=provider)

    def session(self, pid: str = MALEE, at: Provider | None = None) -> Any:
        answer = self.enter(pid, at)
        assert answer.status == 201, answer.text
        return answer.json

    def refresh(self, token: str, headers: Mapping[str, str] = PHONE) -> Answer:
        return self.client.post("/citizen/v1/sessions/refresh", json={"refresh_token": token}, headers=headers)

    def rows(self, *beginnings: str) -> list[str]:
        """Keys of the rows whose partition begins so."""
        return [key.pk for key in self.memory._items if key.pk.startswith(beginnings)]


def asked_of(url: str) -> dict[str, str]:
    """The fields of an authorization request."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def changed(good: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def signed(header: Mapping[str, Any], claims: Mapping[str, Any], key: LocalSigner) -> str:
    text = f"{base64url(json.dumps(header).encode())}.{base64url(json.dumps(claims).encode())}"
    return f"{text}.{base64url(key.sign(text.encode()))}"


def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def _json(value: Any) -> HttpAnswer:
    return HttpAnswer(200, {"content-type": "application/json"}, json.dumps(value).encode())


def _sha256(text: str) -> bytes:
    import hashlib

    return hashlib.sha256(text.encode()).digest()
