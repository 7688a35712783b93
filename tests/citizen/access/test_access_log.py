"""Who saw my data: from the exchange in the same process, or through it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest

from chalicelib.citizen.access.log import AccessLogByExchange
from chalicelib.shared.errors import UpstreamFailed
from chalicelib.shared.gdx_client import Answer
from tests.citizen.portal import MALEE, Line, Portal


class FakeGdx:
    """An exchange that answers one thing."""

    def __init__(self, value: Any) -> None:
        self.value = value
        self.asked: list[tuple[Any, ...]] = []

    def ask(
        self,
        service: str,
        method: str,
        path: str,
        body: Any,
        purpose: str | None,
        case: str | None = None,
        once: str | None = None,
    ) -> Answer:
        self.asked.append((service, method, path, body, purpose))
        return Answer(self.value, "r", "now", service)


def test_my_log_is_mine(portal: Portal) -> None:
    answer = portal.client.get("/citizen/v1/me/access-log?limit=5", token=portal.malee)
    assert answer.json["items"][0]["purpose_th"] == "ขอใบอนุญาต"
    # the exchange's cursor stays inside ours, which is of this list and this person
    following = f"/citizen/v1/me/access-log?limit=5&cursor={answer.json['next']}"
    assert portal.client.get("/citizen/v1/me/access-log?cursor=more", token=portal.malee).status == 400
    assert portal.client.get(following, token=portal.somchai).status == 400
    assert portal.client.get(following, token=portal.malee).status == 200
    assert portal.log.asked == [(None, 5), ("more", 5)]
    assert portal.client.get("/citizen/v1/me/access-log", token=portal.somchai).json == {"items": [], "next": None}


def test_the_log_is_asked_for_as_any_member_asks() -> None:
    line = {**asdict(Line()), "fields": ["name"]}
    gdx = FakeGdx({"items": [line], "next": None})
    portal = Portal(AccessLogByExchange(gdx))
    answer = portal.client.get("/citizen/v1/me/access-log?limit=7", token=portal.malee)
    assert answer.json == {"items": [line], "next": None}
    assert gdx.asked == [("TH/CENTRAL/DGA/gdx/usage", "POST", "/find", {"pid": MALEE, "limit": 7}, "own-access-log")]


def test_nonsense_of_the_exchange_is_said_to_be_that() -> None:
    with pytest.raises(UpstreamFailed):
        AccessLogByExchange(FakeGdx({"items": 5})).entries(MALEE, "after")
