"""The person's own log, and Estonia's data tracker asked through the exchange."""

from __future__ import annotations

from typing import Any

import pytest

from tests.gdx.exchange import BASE, CITIZEN, MALEE, OFFICE, SOMCHAI, Exchange
from tests.support.client import Answer

TRACKER = "/r1/TH/CENTRAL/DGA/tracker/findUsage/v2"


@pytest.fixture
def exchange() -> Exchange:
    """An exchange in which the office asked about one person three times, an hour apart."""
    made = Exchange()
    for number in range(3):
        made.service.exchanges.run(made.ask(case=f"LN-{number}"))
        made.pass_time(hours=1)
    return made


def track(exchange: Exchange, what: str = "findUsage", user: str | None = f"TH{MALEE}", **more: str) -> Answer:
    """The citizen portal asks the tracker."""
    headers = {**({} if user is None else {"x-road-userid": user}), **more}
    return exchange.r1(f"{TRACKER}/{what}", method="GET", client=CITIZEN, headers=headers)


def test_a_person_reads_their_own_log_page_by_page(exchange: Exchange) -> None:
    token = exchange.people.token(pid=MALEE, name="มาลี", ial="2.3")
    first = exchange.client.get("/gdx/v1/me/usage?limit=2", token=token).json
    rest = exchange.client.get(f"/gdx/v1/me/usage?limit=2&cursor={first['next']}", token=token).json
    lines = [*first["items"], *rest["items"]]
    assert len(lines) == 3 and rest["next"] is None
    assert lines == sorted(lines, key=lambda line: str(line["at"]), reverse=True)
    line = lines[0]
    assert line["consumer"] == OFFICE and line["purpose_th"] and line["legal_basis_th"] and line["receipt"]
    assert line["fields"] == ["/first_name_th", "/last_name_th", "/status"] and line["until"] is None


def test_the_log_is_for_the_person_alone(exchange: Exchange) -> None:
    other = exchange.people.token(pid=SOMCHAI, name="สมชาย", ial="2.3")
    assert exchange.client.get("/gdx/v1/me/usage", token=other).json == {"items": [], "next": None}
    assert exchange.client.get("/gdx/v1/me/usage").status == 401
    assert exchange.client.get("/gdx/v1/me/usage", token=exchange.token()).status == 403


def test_find_usage_answers_as_estonias_contract_says(exchange: Exchange) -> None:
    found = track(exchange).json
    assert found["totalUsages"] == 3 and len(found["usages"]) == 3
    times = [usage["logtime"] for usage in found["usages"]]
    assert times == sorted(times, reverse=True), "newest first"
    assert found["usages"][0] == {
        "logtime": times[0],
        "action": "ข้อมูลทะเบียนราษฎรรายบุคคล: เพื่อตรวจสอบผู้ประกอบกิจการก่อนออกตรวจสถานที่",
        "receiverCode": "TH/LOCAL/LAEMNGOP",
        "receiverName": "เทศบาลตำบลแหลมงอบ",
        "receiverSystem": OFFICE,
    }
    english = track(exchange, user=MALEE, **{"accept-language": "en"}).json["usages"][0]
    assert english["receiverName"] == "Laem Ngop Subdistrict Municipality" and "inspection" in english["action"]
    assert exchange.service.access_log.entries(MALEE).items[0].consumer == OFFICE, "looking is no use of one's data"


def test_the_total_ignores_limit_and_offset_and_heeds_the_period(exchange: Exchange) -> None:
    every = track(exchange).json["usages"]
    page = track(exchange, "findUsage?limit=1&offset=1").json
    assert page == {"totalUsages": 3, "usages": [every[1]]}
    middle = track(exchange, "findUsage?periodStart=2026-11-25T03:30:00Z&periodEnd=2026-11-25T04:30:00Z").json
    assert middle == {"totalUsages": 1, "usages": [every[1]]}
    thai = track(exchange, "findUsage?periodStart=2026-11-25T10:30:00").json
    assert thai["totalUsages"] == 2, "a time without a zone is Thai"


@pytest.mark.parametrize("user", [None, "", MALEE[:-1], "TH3990100001014", f"EE{MALEE}"])
def test_a_person_must_be_named(exchange: Exchange, user: str | None) -> None:
    answer = track(exchange, user=user)
    assert answer.status == 422 and MALEE not in answer.text


def test_nobody_asks_about_somebody_else(exchange: Exchange) -> None:
    assert track(exchange, f"findUsage?userCode=TH{MALEE}").json["totalUsages"] == 3
    assert track(exchange, f"findUsage?userCode={SOMCHAI}").status == 403
    for wrong in ("limit=0", "limit=5001", "offset=-1", "periodStart=yesterday", "surplus=1"):
        assert track(exchange, f"findUsage?{wrong}").status == 422, wrong


def test_the_period_begins_when_the_exchange_was_opened(exchange: Exchange) -> None:
    assert track(exchange, "usagePeriod").json == {"periodStart": "2026-11-25T03:00:00.000+00:00"}
    assert track(exchange, "heartbeat").json == {"status": "OK", "message": "API is ready"}


def test_the_tracker_answers_the_exchange_and_those_with_an_agreement_only(exchange: Exchange) -> None:
    refused = exchange.r1(f"{TRACKER}/findUsage", method="GET", headers={"x-road-userid": MALEE})
    assert refused.headers["x-road-error"] == "server.serverproxy.access_denied"
    tokens: list[Any] = [None, "x", exchange.token(CITIZEN), exchange.operator()]
    for what in ("findUsage", "usagePeriod", "heartbeat"):
        for token in tokens:
            path = f"/gdx/v1/provider/tracker/findUsage/v2/{what}"
            answer = exchange.client.get(path, token=token, headers={"x-road-userid": MALEE})
            assert answer.status == 401, what
    assert not [sent for sent in exchange.providers.sent if sent.url.startswith(BASE)]
