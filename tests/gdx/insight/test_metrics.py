"""Exchanges as X-Road's operational monitoring tells them, and summed up."""

from __future__ import annotations

import json

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.gdx.insight.summary import nearest_rank, summaries
from tests.gdx.exchange import BIZ, COMPANY, MALEE, OFFICE, PERSON, Exchange
from tests.gdx.insight.schema import RECORD
from tests.support.client import Answer

METRICS = "/gdx/v1/metrics"
DOPA = "TH/CENTRAL/DOPA/civil"
CASE = "LN-2569/00042"


@pytest.fixture
def exchange() -> Exchange:
    return Exchange()


def metrics(exchange: Exchange, caller: str = OFFICE, **query: str) -> Answer:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    return exchange.client.get(f"{METRICS}?{asked}", token=exchange.token(caller))


def test_records_have_the_shape_of_x_roads_monitoring(exchange: Exchange) -> None:
    exchange.r1(headers={"x-road-issue": CASE})
    exchange.r1(headers={"x-gdx-purpose": "curiosity"})
    good, bad = metrics(exchange).json["records"]
    for each in (good, bad):
        jsonschema.validate(each, RECORD)
    assert (good["succeeded"], good["statusCode"], good["restPath"]) == (True, 200, "/lookup")
    assert good["clientMemberCode"] == "LAEMNGOP" and good["serviceCode"] == "person"
    assert good["requestInTs"] <= good["requestOutTs"] <= good["responseInTs"] <= good["responseOutTs"]
    assert good["messageIssue"] == CASE
    assert (bad["succeeded"], bad["faultCode"]) == (False, "server.serverproxy.access_denied")


def test_nothing_personal_is_in_a_record(exchange: Exchange) -> None:
    exchange.r1(headers={"x-road-userid": MALEE})
    exchange.r1(path=f"/r1/{PERSON}/lookup/{MALEE}")
    exchange.r1(json={"pid": "1234567890123"})
    said = metrics(exchange).text
    assert len(json.loads(said)["records"]) == 3
    for hidden in (MALEE, "1234567890123", "มาลี"):
        assert hidden not in said


def test_a_provider_sees_the_calls_on_its_service_and_not_the_consumers_case(exchange: Exchange) -> None:
    exchange.r1(headers={"x-road-issue": CASE})
    exchange.r1(path="/r1/TH/CENTRAL/DOPA/civil/nothing/lookup")
    (record,) = metrics(exchange, DOPA, service=PERSON).json["records"]
    assert record["securityServerType"] == "Producer"
    assert "messageIssue" not in record
    jsonschema.validate(record, RECORD)


def test_everybody_sees_their_own_and_operators_all(exchange: Exchange) -> None:
    exchange.r1()
    assert metrics(exchange, BIZ).json == {"records": [], "next": None}
    assert metrics(exchange, BIZ, client=OFFICE).status == 403
    assert metrics(exchange, BIZ, service=PERSON).status == 403
    assert metrics(exchange, client=OFFICE, service=PERSON).status == 422
    operator = exchange.operator()
    assert exchange.client.get(METRICS, token=operator).status == 422
    found = exchange.client.get(f"{METRICS}?client={OFFICE}", token=operator)
    assert len(found.json["records"]) == 1
    citizen = exchange.people.token(pid=MALEE, name="มาลี", ial="2.3")
    assert exchange.client.get(METRICS, token=citizen).status == 403


def test_a_span_is_days_and_not_too_many(exchange: Exchange) -> None:
    exchange.r1()
    exchange.pass_time(days=1)
    exchange.r1()
    today = exchange.service.insight.today()
    day_before = today.replace(day=today.day - 1)
    assert len(metrics(exchange).json["records"]) == 1
    assert len(metrics(exchange, **{"from": str(day_before), "to": str(today)}).json["records"]) == 2
    assert len(metrics(exchange, to=str(day_before)).json["records"]) == 1
    refused = metrics(exchange, **{"from": str(today), "to": str(day_before)})
    assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, "query:to")
    assert metrics(exchange, **{"from": "2026-01-01", "to": "2026-03-01"}).status == 422


def test_pages_hold_each_record_once_and_their_cursors_hold_elsewhere_nothing(exchange: Exchange) -> None:
    for _ in range(5):
        exchange.r1()
    seen: list[str] = []
    cursor, pages = "", 0
    while True:
        page = metrics(exchange, limit="2", **({"cursor": cursor} if cursor else {})).json
        seen += [record["messageId"] for record in page["records"]]
        pages += 1
        if page["next"] is None:
            break
        cursor = page["next"]
    assert len(seen) == len(set(seen)) == 5
    assert pages >= 3
    assert metrics(exchange, BIZ, cursor=cursor).status == 400
    assert metrics(exchange, cursor=cursor, to="2026-01-01").status == 400
    assert metrics(exchange, cursor="bm9uc2Vuc2U").status == 400
    assert exchange.client.get(f"{METRICS}/summary?cursor={cursor}", token=exchange.token()).status == 400


def test_a_summary_counts_per_service_and_day(exchange: Exchange) -> None:
    for _ in range(3):
        exchange.r1()
    exchange.r1(headers={"x-gdx-purpose": "curiosity"})
    exchange.r1(path=f"/r1/{COMPANY}/elsewhere")
    found = exchange.client.get(f"{METRICS}/summary", token=exchange.token()).json
    told = {each["service"]: each for each in found["items"]}
    person = told[PERSON]
    assert (person["total"], person["succeeded"], person["success_rate"]) == (4, 3, 0.75)
    assert person["faults"] == {"server.serverproxy.access_denied": 1}
    assert set(person["latency_ms"]) == {"p50", "p95", "p99"}
    assert (told[COMPANY]["succeeded"], told[COMPANY]["latency_ms"]) == (0, {})
    assert found["next"] is None


@settings(max_examples=80)
@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=200), st.integers(1, 100))
def test_a_percentile_is_a_value_that_enough_values_do_not_pass(values: list[int], percentile: int) -> None:
    ordered = sorted(values)
    found = nearest_rank(ordered, percentile)
    assert found in ordered
    assert sum(value <= found for value in ordered) * 100 >= percentile * len(ordered)
    assert sum(value < found for value in ordered) * 100 < percentile * len(ordered)


def test_a_day_is_a_thai_day() -> None:
    base = {f"service{name}": "x" for name in ("XRoadInstance", "MemberClass", "MemberCode", "SubsystemCode", "Code")}
    late = {**base, "requestInTs": 1_795_625_999_000, "succeeded": True}  # 23:59:59 in Bangkok
    next_day = {**base, "requestInTs": 1_795_626_000_000, "succeeded": True}
    days = [each.day for each in summaries([late, next_day])]
    assert len(days) == 2 and days[0] < days[1]
