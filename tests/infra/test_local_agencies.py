"""The sample registers: they check who asks, answer whole records, and can be slow, dead or wrong."""

import json
import time
from typing import Any

import pytest

from chalicelib.shared.egress import GuardedHttp, HttpAnswer
from chalicelib.shared.errors import Unauthenticated
from infra.local.agencies import Agency, company_register, credit_register, person_register
from infra.local.gateway_event import HttpRequest

MALEE = "3990100001013"
COMPANY = "0105569999981"
HTTP = GuardedHttp(["127.0.0.0/8"])


def exchange_only(request: HttpRequest, subsystem: str, _: str) -> None:
    if request.header("Authorization") != f"Bearer {subsystem}":
        raise Unauthenticated("ไม่ใช่ GDX", "not the exchange")


def post(agency: Agency, path: str, body: Any, token: str | None = None) -> HttpAnswer:
    bearer = agency.register.subsystem if token is None else token
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {bearer}"}
    return HTTP.send("POST", agency.address + path, headers=headers, body=json.dumps(body).encode())


@pytest.fixture
def dopa() -> Any:
    agency = Agency(person_register(), exchange_only)
    agency.start()
    yield agency
    agency.stop()


def test_a_person_is_answered_whole(dopa: Agency) -> None:
    answer = post(dopa, "/person/lookup", {"pid": MALEE})
    record = json.loads(answer.body)
    assert answer.status == 200
    assert (record["first_name_th"], record["address"]["province"]) == ("มาลี", "ตราด")
    assert "religion" in record  # more than any agreement hands out


def test_a_company_is_answered_with_its_directors() -> None:
    agency = Agency(company_register(), exchange_only)
    agency.start()
    try:
        record = json.loads(post(agency, "/company/lookup", {"juristic_id": COMPANY}).body)
        assert record["status"] == "active"
        assert MALEE in {director["pid"] for director in record["directors"]}
    finally:
        agency.stop()


def test_a_credit_report_says_more_than_anybody_asks_for() -> None:
    agency = Agency(credit_register(), exchange_only)
    agency.start()
    try:
        record = json.loads(post(agency, "/report/lookup", {"pid": MALEE}).body)
        assert record["grade"] == "BB" and record["accounts"] and "employer" in record
    finally:
        agency.stop()


@pytest.mark.parametrize(
    ("body", "token", "status"),
    [
        ({"pid": MALEE}, "somebody", 401),
        ({"pid": "1990100009999"}, None, 404),
        ({"pid": "39901000"}, None, 422),
        ({"pid": MALEE, "all": True}, None, 422),
    ],
)
def test_what_it_refuses(dopa: Agency, body: Any, token: str | None, status: int) -> None:
    answer = post(dopa, "/person/lookup", body, token)
    assert answer.status == status
    assert body["pid"].encode() not in answer.body


def test_it_can_be_dead_wrong_and_well_again(dopa: Agency) -> None:
    assert post(dopa, "/admin", {"mode": "dead"}).status == 200
    assert post(dopa, "/person/lookup", {"pid": MALEE}).status == 503
    post(dopa, "/admin", {"mode": "nonsense"})
    assert json.loads(post(dopa, "/person/lookup", {"pid": MALEE}).body) == {"unexpected": True}
    post(dopa, "/admin", {"mode": "normal"})
    assert post(dopa, "/person/lookup", {"pid": MALEE}).status == 200
    assert post(dopa, "/admin", {"mode": "drunk"}).status == 422


def test_it_can_be_slow(dopa: Agency) -> None:
    post(dopa, "/admin", {"mode": "slow", "seconds": 0.3})
    begun = time.monotonic()
    assert post(dopa, "/person/lookup", {"pid": MALEE}).status == 200
    assert time.monotonic() - begun >= 0.3


def test_one_that_is_not_open_has_no_address() -> None:
    with pytest.raises(RuntimeError, match="not open"):
        _ = Agency(person_register(), exchange_only).address
