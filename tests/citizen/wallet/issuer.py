"""An issuer's site: its metadata, its keys and its status list, away when told to."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

from chalicelib.shared.egress import HttpAnswer, Unreachable
from chalicelib.shared.jose import Signer
from chalicelib.shared.status_list import status_list_token


class IssuerSite:
    """`egress.Http` with one issuer behind it.

    Attributes:
        asked: paths, in order.
        away: whether it does not answer.
        statuses: of its list `/lists/1`, by index.
        wrong: address -> what it answers instead.
        types: what it says of its types of credentials.
    """

    def __init__(self, address: str, signer: Signer, jwk: Mapping[str, Any], now: Callable[[], dt.datetime]) -> None:
        self.address = address
        self.asked: list[str] = []
        self.away = False
        self.statuses = [0] * 8
        self.wrong: dict[str, HttpAnswer] = {}
        self.types: dict[str, bytes] = {}
        self._signer = signer
        self._jwk = jwk
        self._now = now

    def send(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None = None, timeout: float = 10.0
    ) -> HttpAnswer:
        """See `Http.send`."""
        assert method == "GET" and body is None and "authorization" not in headers, "nothing goes with the question"
        self.asked.append(url.removeprefix(self.address))
        if self.away:
            raise Unreachable("nobody answers")
        if url in self.wrong:
            return self.wrong[url]
        match url.removeprefix(self.address):
            case "/.well-known/jwt-vc-issuer":
                return _json({"issuer": self.address, "jwks_uri": f"{self.address}/jwks.json"})
            case path if path.startswith("/types?vct="):
                told = self.types.get(unquote(path.removeprefix("/types?vct=")))
                return HttpAnswer(404) if told is None else HttpAnswer(200, {}, told)
            case "/jwks.json":
                return _json({"keys": [dict(self._jwk)]})
            case "/lists/1":
                token = status_list_token(
                    url, self.statuses, 2, signer=self._signer, issued_at=self._now(), lifetime=dt.timedelta(hours=1)
                )
                return HttpAnswer(200, {}, token.encode())
        return HttpAnswer(404)


def _json(value: Any) -> HttpAnswer:
    return HttpAnswer(200, {"content-type": "application/json"}, json.dumps(value).encode())
