"""Services that are away: callers are told why and when to come back, and nothing passes meanwhile."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.gdx.exchange import PERSON, Exchange
from tests.gdx.services.register import CIVIL, PATH, Json, card_of_person, describe, with_more
from tests.support.client import Answer


@pytest.fixture
def exchange() -> Exchange:
    return Exchange()


def test_a_notice_switches_a_service_off_and_on(exchange: Exchange) -> None:
    token, notice = exchange.token(CIVIL), {"th": "ย้ายศูนย์ข้อมูล", "en": "Moving the data centre"}
    assert exchange.client.put(f"{PATH}/notice", token=token, json=notice).json == {"id": PERSON, "changed": True}
    refused = exchange.r1(headers={"accept-language": "en"})
    assert refused.json["type"] == "server.serverproxy.service_disabled" and "Moving" in refused.json["message"]
    assert refused.headers["retry-after"] == "600"
    for shown in (exchange.client.get(PATH).json, card_of_person(exchange)):
        assert (shown["notice_th"], shown["notice_en"]) == (notice["th"], notice["en"])
    assert describe(exchange, with_more()).json["changed"] is True
    assert exchange.client.get(PATH).json["notice_en"] == notice["en"], "a new description does not switch it on"
    assert exchange.client.delete(f"{PATH}/notice", token=token).status == 200
    assert exchange.r1().status == 200


def window(exchange: Exchange, begins: float, ends: float) -> Json:
    at = [(exchange.now + timedelta(hours=hours)).isoformat() for hours in (begins, ends)]
    return {"from": at[0], "until": at[1], "th": "ปรับปรุงฐานข้อมูล", "en": "Database upgrade"}


def plan(exchange: Exchange, *windows: Json) -> Answer:
    body = {"windows": list(windows)}
    return exchange.client.put(f"{PATH}/maintenance", token=exchange.token(CIVIL), json=body)


def test_a_planned_absence_begins_and_ends_by_itself(exchange: Exchange) -> None:
    assert plan(exchange, window(exchange, 3, 4), window(exchange, 1, 2)).status == 200
    shown = exchange.client.get(PATH).json["maintenance"]
    assert [each["en"] for each in shown] == ["Database upgrade"] * 2 and shown[0]["from"] < shown[1]["from"]
    assert card_of_person(exchange)["maintenance"] == shown
    assert exchange.r1().status == 200
    exchange.pass_time(hours=1)
    refused = exchange.r1(headers={"accept-language": "en"})
    assert refused.json["type"] == "server.serverproxy.service_disabled"
    assert refused.headers["retry-after"] == "3600" and "Database upgrade" in refused.json["message"]
    exchange.pass_time(hours=1)
    assert exchange.r1().status == 200
    assert plan(exchange).status == 200
    exchange.pass_time(hours=1)
    assert exchange.r1().status == 200, "it was taken back"


@pytest.mark.parametrize(
    ("windows", "pointer"),
    [
        ([(2, 1)], "/windows/0/until"),
        ([(1, 1)], "/windows/0/until"),
        ([(-2, -1)], "/windows/0/until"),
        ([(1, 3), (2, 4)], "/windows/1"),
    ],
)
def test_absences_that_make_no_sense(exchange: Exchange, windows: list[tuple[float, float]], pointer: str) -> None:
    answer = plan(exchange, *(window(exchange, *each) for each in windows))
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, pointer)


def test_a_time_without_a_zone_is_none(exchange: Exchange) -> None:
    naive = {**window(exchange, 1, 2), "from": "2030-01-01T00:00:00"}
    assert plan(exchange, naive).status == 422


def test_a_repeat_of_a_notice_gets_the_same_answer(exchange: Exchange) -> None:
    token, notice = exchange.token(CIVIL), {"th": "ก", "en": "k"}
    given: Json = {"token": token, "json": notice, "headers": {"idempotency-key": "k"}}
    answers = [exchange.client.put(f"{PATH}/notice", **given) for _ in range(2)]
    assert [answer.json for answer in answers] == [{"id": PERSON, "changed": True}] * 2
