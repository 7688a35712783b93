"""Another platform at whose door a consumer key and a token came asks the exchange whose they are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.gdx.seed import load
from chalicelib.shared.errors import NotAllowed
from tests.gdx.exchange import CITIZEN, OFFICE, Exchange
from tests.gdx.facade.legacy import Legacy, client_of

CONSUMERS = "TH/CENTRAL/DGA/gdx/consumers"
SEED = json.loads((Path(__file__).parents[3] / "infra/seed/gdx/miniapps.json").read_text(encoding="utf-8"))


@pytest.fixture
def exchange() -> Exchange:
    made = Exchange()
    lists: dict[str, Any] = dict.fromkeys(("members", "subsystems", "requirements", "facade"), ())
    load(made.service, {**lists, "services": SEED["services"], "agreements": SEED["agreements"]}, made.clock())
    made.pump()
    return made


def asked(exchange: Exchange, key: str, token: str, asker: str = CITIZEN) -> Any:
    body = {"consumer_key": key, "token": token}
    return exchange.service.local(asker).ask(CONSUMERS, "POST", "/find", body, "miniapp-call").value


def test_key_and_token_are_a_system_for_whoever_has_the_agreement(exchange: Exchange) -> None:
    legacy = client_of(exchange)
    assert asked(exchange, legacy.key, legacy.log_in()) == {"system": OFFICE, "wrong": None}
    with pytest.raises(NotAllowed):
        asked(exchange, legacy.key, legacy.log_in(), asker=OFFICE)


@pytest.mark.parametrize(
    ("key", "token", "wrong"), [("x", None, "consumer"), (None, "x", "token"), ("", "", "consumer")]
)
def test_what_does_not_hold_is_said(exchange: Exchange, key: str | None, token: str | None, wrong: str) -> None:
    legacy = client_of(exchange)
    good = legacy.log_in()
    found = asked(exchange, legacy.key if key is None else key, good if token is None else token)
    assert found == {"system": None, "wrong": wrong}


def test_a_token_got_with_another_key_and_a_revoked_key_do_not_hold(exchange: Exchange) -> None:
    one, other = client_of(exchange), client_of(exchange)
    assert asked(exchange, one.key, other.log_in())["wrong"] == "token"
    answer = exchange.client.delete(f"/gdx/v1/consumer-keys/{other.id}", token=exchange.operator())
    assert answer.status in (200, 204), answer.text
    assert asked(exchange, other.key, str(other.token))["wrong"] == "consumer"


def test_neither_key_nor_token_is_kept_of_a_question(exchange: Exchange) -> None:
    legacy: Legacy = client_of(exchange)
    token = legacy.log_in()
    asked(exchange, legacy.key, token)
    kept = json.dumps([dict(item.data) for item, _ in exchange.table._items.values()], default=str)
    assert legacy.key not in kept and token not in kept
