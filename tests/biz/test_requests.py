"""How many requests to the table each command costs: at most one read and one transaction."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chalicelib.shared.openapi import document

from .payments.bank import staffed, unknown
from .samples import food, small
from .town import AGENCY, ANONG, BUNDIT, FOOD, MALEE, THANA, Town

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


COUNTED: dict[str, str] = {
    "POST /applications": "test_requests.py::test_opening_is_one_read_and_one_transaction",
    "POST /applications/{id}/prefill": "test_requests.py::test_a_command_is_one_read_and_one_transaction",
    "PATCH /applications/{id}/answers": "test_requests.py::test_a_command_is_one_read_and_one_transaction",
    "POST /applications/{id}/documents": "test_requests.py::test_a_command_is_one_read_and_one_transaction",
    "POST /applications/{id}/{command}": "test_requests.py::test_a_command_is_one_read_and_one_transaction",
    "POST /applications/{id}/payments": "test_requests.py::test_a_command_is_one_read_and_one_transaction",
    "POST /applications/{id}/claim": "test_requests.py::test_a_command_is_one_read_and_one_transaction",
    "POST /applications/{id}/deficiencies": "test_requests.py::test_a_command_is_one_read_and_one_transaction",
    "POST /applications/{id}/inspections": "test_requests.py::test_a_command_is_one_read_and_one_transaction",
    "POST /applications/{id}/actions/{action}": "test_requests.py::test_a_command_is_one_read_and_one_transaction",
    "POST /applications/{id}/validate": "test_requests.py::"
    "test_asking_what_is_missing_reads_the_case_and_writes_nothing",
    "POST /applications/{id}/documents/held": "documents/test_reuse.py::test_a_command_and_an_offer_cost_what_they_may",
    "PUT /applications/{id}/inspections": "officers/test_inspections.py::"
    "test_announcing_a_photograph_is_one_read_and_one_transaction_and_a_repeat_gives_the_same",
    "PUT /applications/{id}/claim": "officers/test_desk.py::test_a_command_is_one_read_and_one_transaction",
    "DELETE /applications/{id}/claim": "officers/test_desk.py::test_a_command_is_one_read_and_one_transaction",
    "POST /applications/{id}/notes": "officers/test_desk.py::test_a_command_is_one_read_and_one_transaction",
    "POST /applications/{id}/letters": "officers/test_delays.py::test_giving_reasons_is_one_read_and_one_transaction",
    "POST /applications/{id}/hand-over": "linked/test_handing_over.py::test_each_step_is_one_read_and_one_transaction",
    "POST /delegations": "delegations/test_giving.py::test_requests_to_the_table",
    "POST /delegations/{id}/{command}": "delegations/test_giving.py::test_requests_to_the_table",
    "POST /guide": "guide/test_routes.py::test_the_guide_reads_nothing_but_what_is_new_on_the_shelf",
    "POST /officers": "test_requests.py::test_what_operators_and_finance_officers_do_is_one_read_and_one_transaction",
    "PUT /payments/providers/{provider}": "test_requests.py::"
    "test_what_operators_and_finance_officers_do_is_one_read_and_one_transaction",
    "POST /payments/entries/{entry}": "test_requests.py::"
    "test_what_operators_and_finance_officers_do_is_one_read_and_one_transaction",
    "POST /payments/callbacks/{provider}": "payments/test_callbacks.py::"
    "test_whatever_a_bank_says_costs_a_look_at_its_secret_one_read_and_at_most_one_transaction",
    "PUT /payments/providers/{provider}/{day}": "payments/test_statements.py::"
    "test_a_known_day_costs_a_request_for_a_hundred_lines",
    "PUT /preferences": "notices/test_contacts.py::"
    "test_a_command_is_one_read_and_one_transaction_and_keeps_no_address_in_the_open",
    "POST /preferences": "test_requests.py::test_confirming_an_address_is_one_read_and_one_transaction",
    "PUT /services/{id}/draft": "definitions/test_workshop.py::test_each_change_is_one_read_and_one_transaction",
    "POST /services/{id}/draft": "test_requests.py::test_trying_a_draft_writes_nothing",
    "DELETE /services/{id}/draft": "definitions/test_workshop.py::test_each_change_is_one_read_and_one_transaction",
    "POST /services/{id}/versions": "definitions/test_workshop.py::test_each_change_is_one_read_and_one_transaction",
    "PATCH /services/{id}": "definitions/test_workshop.py::test_each_change_is_one_read_and_one_transaction",
    "POST /services/{id}/migrations": "definitions/test_migrations.py::"
    "test_cases_are_looked_at_page_by_page_and_moved_one_by_one",
    "POST /licences/{no}/{change}": "licences/test_keeping.py::test_it_is_one_read_and_one_transaction_and_once_only",
}
"""The test that counts the requests of each command. The commands of a noun with many of them are in `BY_NOUN`."""
BY_NOUN = {"/bundles": "bundles", "/linked": "linked"}
HERE = Path(__file__).parent


def test_every_command_is_counted_somewhere(town: Town) -> None:
    paths = [(route.method, route.path.removeprefix("/biz/v1")) for route in town.room.routes if route.method != "GET"]
    several = {noun for _, path in paths for noun in BY_NOUN if path.startswith(noun)}
    alone = {f"{method} {path}" for method, path in paths if not path.startswith(tuple(BY_NOUN))}
    assert alone == set(COUNTED), "count the requests of each command, and name the test here"
    for test in COUNTED.values():
        file, _, name = test.partition("::")
        body = (HERE / file).read_text(encoding="utf-8").partition(f"def {name}(")[2].partition("\ndef ")[0]
        assert "memory.requests" in body, f"{test} counts nothing"
    for noun in several:
        texts = [path.read_text(encoding="utf-8") for path in (HERE / BY_NOUN[noun]).glob("test_*.py")]
        assert any("memory.requests ==" in text for text in texts), f"nothing counts the requests of {noun}"


def test_asking_what_is_missing_reads_the_case_and_writes_nothing(town: Town) -> None:
    case = town.open()
    town.memory.requests.clear()
    assert town.ok(MALEE, "POST", f"/applications/{case}/validate")["complete"] is False
    assert town.memory.requests == ["get_many"]


def test_what_operators_and_finance_officers_do_is_one_read_and_one_transaction(town: Town) -> None:
    staffed(town)
    assert unknown(town, "T-NOBODYS-1") == "kept"
    officer = {"pid": BUNDIT, "agency": AGENCY, "roles": ["approver", "head"], "name": "เจ้าหน้าที่"}
    wish = {"step": "propose", "way": "write_off", "reason": "ไม่ทราบเจ้าของ"}
    for method, path, body in (
        ("POST", "/officers", officer),
        ("PUT", "/payments/providers/bank", {"secret": "another secret of the bank, 32 characters"}),
        ("POST", "/payments/entries/bank~T-NOBODYS-1", wish),
    ):
        town.call(THANA, "GET", "/payments/entries")  # the gate knows the operator from here on
        town.memory.requests.clear()
        town.ok(THANA, method, path, json=body, headers={"Idempotency-Key": path})
        assert town.memory.requests == ["get_many", "write"], path


def test_confirming_an_address_is_one_read_and_one_transaction(town: Town) -> None:
    body = {"language": "th", "channels": ["app", "email"], "email": "malee@example.com"}
    town.ok(MALEE, "PUT", "/preferences", json=body)
    town.run_queue()
    given = {"channel": "email", "code": town.outbox.code("email")}
    town.memory.requests.clear()
    town.ok(MALEE, "POST", "/preferences", json=given, headers={"Idempotency-Key": "count"})
    assert town.memory.requests == ["get_many", "write"]


def test_trying_a_draft_writes_nothing(town: Town) -> None:
    town.call(ANONG, "GET", "/queue")
    town.call(None, "GET", "/services")
    town.memory.requests.clear()
    assert town.call(ANONG, "POST", "/services/signboard-permit/draft", json=small(agency=AGENCY)).status == 200
    assert "write" not in town.memory.requests
    assert town.memory.requests == ["get"]


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
