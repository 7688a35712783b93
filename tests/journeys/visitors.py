"""People who try things at the platforms and look at what they are told, and tokens that they made themselves."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from demo.world import Answer, World


class Visitor:
    """Somebody with a token, or nobody, who looks at statuses instead of expecting one."""

    def __init__(self, world: World, token: str | None, language: str = "th") -> None:
        self._world = world
        self._token = token
        self._language = language

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """One request; a body that is bytes goes as it is."""
        sent = {"content-type": "application/json", "accept-language": self._language}
        if self._token is not None:
            sent["authorization"] = f"Bearer {self._token}"
        raw = body if isinstance(body, bytes) or body is None else json.dumps(body, ensure_ascii=False).encode()
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._world.transport.send(method, path, {**sent, **given}, raw)


def visitor(world: World, persona: str, language: str = "th") -> Visitor:
    """A sample person or system as a visitor."""
    return Visitor(world, world.person(persona).token, language)


def part(value: Mapping[str, Any]) -> str:
    """One part of a compact JWT."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def hs256(header: Mapping[str, Any], claims: str, secret: bytes) -> str:
    """A token signed with a secret that everybody knows (CVE-2015-9235)."""
    signed = f"{part(header)}.{claims}"
    code = hmac.new(secret, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(code).rstrip(b'=').decode()}"
