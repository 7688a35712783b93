"""How many requests to the table each command costs: at most one read and one transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.shared.openapi import document

from .samples import food
from .town import ANONG, BUNDIT, FOOD, MALEE, Town

MISSING = {"items": [{"document": "site_map", "th": "ไม่ชัด", "en": "Unclear."}]}
FINDINGS = {"findings": [{"code": item["code"], "passed": True} for item in food()["checklist"]]}
FILE = {"code": "site_map", "file_name": "m.pdf", "media_type": "application/pdf", "size": 9, "sha256": "0" * 64}
Prepare = Callable[[Town], str]


def inspecting(town: Town) -> str:
    case = town.filed()
    town.act(ANONG, case, "accept")
    return case


def deciding(town: Town) -> str:
    case = town.filed()
    town.inspected(case)
    return case


@pytest.mark.parametrize(
    ("prepare", "who", "method", "path", "given"),
    [
        (Town.open, MALEE, "POST", "/prefill", {}),
        (Town.open, MALEE, "PATCH", "/answers", {"json": {"declaration": True}, "headers": {"If-Match": '"v1"'}}),
        (Town.open, MALEE, "POST", "/documents", {"json": FILE}),
        (Town.draft, MALEE, "POST", "/submit", {}),
        (Town.filed, MALEE, "POST", "/withdraw", {}),
        (Town.filed, ANONG, "POST", "/claim", {}),
        (Town.filed, ANONG, "POST", "/deficiencies", {"json": MISSING}),
        (Town.filed, ANONG, "POST", "/actions/accept", {"json": {}}),
        (inspecting, ANONG, "POST", "/inspections", {"json": FINDINGS}),
        (deciding, BUNDIT, "POST", "/actions/approve", {"json": {}}),
        (Town.approved, MALEE, "POST", "/payments", {}),
    ],
)
def test_a_command_is_one_read_and_one_transaction(
    town: Town, prepare: Prepare, who: str, method: str, path: str, given: dict[str, Any]
) -> None:
    case = prepare(town)
    town.call(ANONG, "GET", "/queue")  # the gate knows the officers from here on
    town.call(BUNDIT, "GET", "/queue")
    town.memory.requests.clear()
    headers = {"Idempotency-Key": "count", **given.get("headers", {})}
    answer = town.call(who, method, f"/applications/{case}{path}", **{**given, "headers": headers})
    assert answer.status < 300, answer.text
    assert town.memory.requests == ["get_many", "write"]


def test_opening_is_one_read_and_one_transaction(town: Town) -> None:
    body = {"service": FOOD, "applicant": {"kind": "person"}}
    town.call(None, "GET", "/services")  # the process knows what is on offer from here on
    town.memory.requests.clear()
    town.ok(MALEE, "POST", "/applications", json=body)
    assert town.memory.requests == ["write"]
    town.memory.requests.clear()
    town.ok(MALEE, "POST", "/applications", json=body, headers={"Idempotency-Key": "count"})
    assert town.memory.requests == ["get_many", "write"]


def test_a_payment_with_its_licence_is_one_read_and_one_transaction_besides_the_providers_key(town: Town) -> None:
    case = town.approved()
    bill = town.ok(MALEE, "POST", f"/applications/{case}/payments")
    town.memory.requests.clear()
    town.pay(case, **{name: bill[name] for name in ("ref1", "ref2")})
    assert town.memory.requests[-3:] == ["get", "get_many", "write"]


@pytest.mark.parametrize("count", [1, 40])
def test_lists_cost_the_same_however_many_cases_there_are(town: Town, count: int) -> None:
    for _ in range(count):
        town.filed()
    for who, path in ((MALEE, "/applications"), (ANONG, "/queue")):
        town.call(who, "GET", path)
        town.memory.requests.clear()
        town.ok(who, "GET", path)
        assert town.memory.requests == ["query"]


def test_every_route_is_described(town: Town) -> None:
    described = document([town.room], server="https://klang.test")
    assert len(described["paths"]) >= 25
    assert all(route.allow and route.summary for route in town.room.routes)
