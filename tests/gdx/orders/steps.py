"""What the two sides of an asynchronous exchange do, over HTTP."""

from __future__ import annotations

import base64
import json
from typing import Any

from chalicelib.shared.journal import Event
from tests.gdx.exchange import MALEE, OFFICE, PERSON, Exchange
from tests.support.client import Answer

CIVIL = "TH/CENTRAL/DOPA/civil"
ORDER = {"service": PERSON, "method": "POST", "path": "/lookup", "body": {"pid": MALEE}, "case": "LN-7"}


def place(exchange: Exchange, *, key: str | None = None, client: str = OFFICE, **changes: Any) -> Answer:
    headers = {} if key is None else {"idempotency-key": key}
    return exchange.client.post(
        "/gdx/v1/exchanges", token=exchange.token(client), json={**ORDER, **changes}, headers=headers
    )


def state(exchange: Exchange, order: Answer) -> Any:
    return exchange.client.get(f"/gdx/v1/exchanges/{order.json['id']}", token=exchange.token()).json


def fetch(exchange: Exchange, order: Answer, client: str = OFFICE) -> Answer:
    return exchange.client.get(f"/gdx/v1/exchanges/{order.json['id']}/answer", token=exchange.token(client))


def take(exchange: Exchange, order: Answer, client: str = OFFICE) -> Answer:
    return exchange.client.delete(f"/gdx/v1/exchanges/{order.json['id']}/answer", token=exchange.token(client))


def accepted(exchange: Exchange) -> Event:
    """The event that the exchange's queue tells of the last order."""
    rows = [row["event"] for row in exchange.rows("OUT#")]
    return Event(**[event for event in rows if event["type"] == "gdx.exchange.accepted"][-1])


def settle_time(exchange: Exchange, **given: float) -> None:
    """Lets time pass, and what is due in it happen."""
    exchange.pass_time(**given)
    exchange.service.sweep(exchange.now)
    exchange.pump()


def change_provider(exchange: Exchange, **changes: Any) -> None:
    """Changes how the provider of persons is registered, as an operator does."""
    jwks = {"keys": [dict(exchange.keys[CIVIL].public_jwk)]}
    posted = {"id": CIVIL, "name_th": "ทะเบียนราษฎร", "name_en": "Civil registration", "jwks": jwks, **changes}
    answer = exchange.client.post("/gdx/v1/subsystems", token=exchange.operator(), json=posted)
    assert answer.status == 200, answer.text
    exchange.pass_time(seconds=31)  # longer than the directory is remembered


def lease(exchange: Exchange, most: int = 1, seconds: int = 120, provider: str = CIVIL) -> list[dict[str, Any]]:
    """A worker takes requests from its inbox."""
    answer = worker(exchange, "lease", {"max": most, "seconds": seconds}, provider)
    assert answer.status == 200, answer.text
    items: list[dict[str, Any]] = answer.json["items"]
    return items


def worker(exchange: Exchange, path: str, posted: Any, provider: str = CIVIL) -> Answer:
    """A call of a provider's worker."""
    return exchange.client.post(f"/gdx/v1/inbox/{path}", token=exchange.token(provider), json=posted)


def answered(exchange: Exchange, held: dict[str, Any], body: Any, **changes: Any) -> Answer:
    """A worker hands in an answer."""
    return worker(exchange, f"{held['id']}/answer", {"lease": held["lease"], "body": body, **changes})


def asked(held: dict[str, Any]) -> Any:
    """The JSON of a leased request."""
    return json.loads(base64.b64decode(held["body"]))
