"""An existing client of the Thai gateway, written from the gateway's guide: two steps, three headers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from tests.gdx.exchange import OFFICE, Exchange
from tests.support.client import Answer

OFFICER = "3990100003032"
LINK = "/ws/dopa/linkage/v1/link"
DATA_SET = {"OfficeID": "00023", "ServiceID": "001", "Version": "01"}


@dataclass
class Legacy:
    """A client with its key; it asks for a token when it has none."""

    exchange: Exchange
    id: str
    key: str
    secret: str
    token: str | None = None

    def validate(self, **changes: str) -> Answer:
        """Step 1 as the guide has it: the secret in the address."""
        asked = {"ConsumerSecret": self.secret, "AgentID": OFFICER, **changes}
        headers = {"Consumer-Key": self.key, "Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
        return self.exchange.client.get(f"/ws/auth/validate?{urlencode(asked)}", headers=headers)

    def log_in(self) -> str:
        """Gets a token and keeps it."""
        self.token = str(self.validate().json["Result"])
        return self.token

    def get(self, path: str = LINK, *, headers: Any = None, **asked: str) -> Answer:
        """Step 2: any GET with key and token."""
        target = f"{path}?{urlencode(asked, quote_via=quote)}" if asked else path
        return self.exchange.client.get(target, headers={**self.headers, **(headers or {})})

    def post(self, path: str, *, json: Any = None, form: dict[str, str] | None = None) -> Answer:
        """Step 2 with a body."""
        if form is None:
            return self.exchange.client.post(path, json=json, headers=self.headers)
        media = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.exchange.client.post(path, body=urlencode(form).encode(), headers={**self.headers, **media})

    @property
    def headers(self) -> dict[str, str]:
        """Key and token."""
        return {"Consumer-Key": self.key, "Token": self.token or self.log_in()}


def client_of(exchange: Exchange, subsystem: str = OFFICE, **more: Any) -> Legacy:
    """A client whose key the operator issued."""
    posted = {"subsystem": subsystem, "label": "old counter program", **more}
    issued = exchange.client.post("/gdx/v1/consumer-keys", token=exchange.operator(), json=posted)
    assert issued.status == 201, issued.text
    return Legacy(exchange, issued.json["id"], issued.json["consumer_key"], issued.json["consumer_secret"])
