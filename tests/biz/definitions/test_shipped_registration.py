"""Commercial registration as shipped: fees, documents, lateness; a certificate without an end, changed and closed."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests.biz.town import ANONG, BUNDIT, COMPANY, MALEE, Town

from .shipped import answers, base, faults, service, total, uploads

REG = "commercial-registration"
FOREVER = "9999-12-31"


def changed(**parts: Any) -> dict[str, Any]:
    made = answers(REG)
    for name, part in parts.items():
        made[name] = {**made[name], **part} if isinstance(part, dict) and name in made else part
    return made


@pytest.mark.parametrize(
    ("procedure", "expected"),
    [
        ("new", {"new": "50.00"}),
        ("amend", {"amend": "20.00"}),
        ("cancel", {"cancel": "20.00"}),
        ("replace", {"replace": "30.00"}),
    ],
)
def test_fees(procedure: Any, expected: dict[str, str]) -> None:
    licence = None if procedure == "new" else base(answers(REG), FOREVER)
    assert total(REG, answers(REG), procedure=procedure, licence=licence) == expected


@pytest.mark.parametrize("started_on", ["2026-11-25", "2026-10-26", "2026-10-25", "1998-01-01", "2027-01-01"])
def test_a_late_registration_is_taken_and_the_form_tells_of_the_30_days(started_on: str) -> None:
    assert faults(REG, changed(business={"started_on": started_on})) == set()
    hint = service(REG).form.hints["/business/started_on"]
    assert hint.help is not None and "30 วัน" in hint.help.th and "30 days" in hint.help.en


def test_documents_by_case() -> None:
    lease = {"right": "lease", "owner_name": "นายสมหมาย ศรีสมุทร"}
    partners = [{"first_name_th": "มาลี", "last_name_th": "ศรีสมุทร", "contribution_baht": 0}]
    partnership = changed(business={"form": "partnership"}, partners=partners)
    assert uploads(REG, answers(REG)) == {"site_map"}
    assert uploads(REG, changed(premises=lease)) == {"site_map", "premises_right"}
    assert uploads(REG, partnership) == {"site_map", "partnership_agreement"}
    assert uploads(REG, answers(REG), applicant="juristic") == {"site_map"}


def test_a_change_asks_only_for_what_it_touches() -> None:
    licence = base(answers(REG), FOREVER)
    assert uploads(REG, changed(activities=[{"name": "ขายของชำ"}]), "amend", licence) == set()
    moved = changed(premises={"house_no": "12"})
    assert uploads(REG, moved, "amend", licence) == {"new_site_map"}
    leased = changed(premises={"house_no": "12", "right": "consent", "owner_name": "นางสาวสายใจ ดีงาม"})
    assert uploads(REG, leased, "amend", licence) == {"new_site_map", "new_premises_right"}


@pytest.mark.parametrize(("count", "told"), [(0, {"/activities"}), (1, set()), (10, set()), (11, {"/activities"})])
def test_kinds_of_business(count: int, told: set[str]) -> None:
    assert faults(REG, changed(activities=[{"name": f"ขายของชนิดที่ {number}"} for number in range(count)])) == told


def test_what_was_seen_in_titles_only_is_not_called_verified() -> None:
    definition = service(REG)
    assert [row.verified for rows in definition.tables.values() for row in rows] == ["title", "no", "no", "no"]
    assert not definition.sla.is_verified and not definition.credential.validity.is_verified


def paid(town: Town, case: str, transaction: str) -> str:
    town.act(ANONG, case, "accept")
    town.act(BUNDIT, case, "approve")
    assert town.pay(case, transaction=transaction).json == {"status": "booked"}
    return str(town.ok(MALEE, "GET", f"/applications/{case}")["licence"])


def registered(town: Town) -> str:
    case = town.open(MALEE, REG)
    town.ok(MALEE, "POST", f"/applications/{case}/prefill")
    given = answers(REG)
    del given["operator"]
    town.patch(case, given)
    town.send(case, "site_map")
    assert town.ok(MALEE, "POST", f"/applications/{case}/submit")["due"] == "2026-11-26"
    return paid(town, case, "BANK-REG-1")


def test_a_certificate_has_no_end_on_the_register_the_page_the_paper_and_in_the_wallet() -> None:
    town = Town()
    no = registered(town)
    shown = town.ok(None, "GET", f"/verify/{no}")
    assert (shown["status"], shown["valid_until"]) == ("valid", None)
    assert shown["claims"]["activities"] == [{"name": "ขายอาหารและเครื่องดื่ม", "tsic": "56101"}]
    page = town.call(None, "GET", f"/verify/{no}", headers={"Accept": "text/html"}).text
    assert "ไม่มีกำหนด" in page and "9999" not in page and "ขายอาหารและเครื่องดื่ม" in page
    town.run_queue()
    (paper,) = [paper for _, paper in town.neighbours.papers.values() if paper.kind == "licence"]
    claims = paper.credential.split("~")[0].split(".")[1]
    assert "exp" not in json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    town.pass_time(days=20000)
    assert town.ok(None, "GET", f"/verify/{no}")["status"] == "valid"
    town.biz.sweep(town.now())
    town.run_queue()
    assert [each for each in town.neighbours.bodies(MALEE) if "ends on" in each or "ended" in each] == []


def test_a_registration_is_changed_and_then_closed() -> None:
    town = Town()
    old = registered(town)
    town.pass_time(days=60)
    case = str(town.ok(MALEE, "POST", "/applications", json={"procedure": "amend", "licence": old})["id"])
    more = [{"name": "ขายอาหารและเครื่องดื่ม"}, {"name": "ขายของที่ระลึก"}]
    town.patch(case, {"activities": more, "business": {"changed_on": "2027-01-15"}})
    assert town.ok(MALEE, "GET", f"/applications/{case}/quote")["total_baht"] == "20.00"
    town.ok(MALEE, "POST", f"/applications/{case}/submit")
    new = paid(town, case, "BANK-REG-2")
    assert town.ok(None, "GET", f"/verify/{new}")["claims"]["activities"] == more
    assert town.ok(None, "GET", f"/verify/{old}")["status"] == "replaced"

    end = str(town.ok(MALEE, "POST", "/applications", json={"procedure": "cancel", "licence": new})["id"])
    town.patch(end, {"closure": {"closed_on": "2027-01-20", "reason": "ended"}, "declaration": True})
    town.ok(MALEE, "POST", f"/applications/{end}/submit")
    paid(town, end, "BANK-REG-3")
    assert town.ok(None, "GET", f"/verify/{new}")["status"] == "cancelled"


def test_a_company_is_prefilled_from_its_register() -> None:
    town = Town()
    case = town.open(MALEE, REG, juristic_id=COMPANY)
    town.ok(MALEE, "POST", f"/applications/{case}/prefill")
    filled = town.ok(MALEE, "GET", f"/applications/{case}")
    assert filled["answers"]["company"] == {"name_th": "บริษัท ครัวกลาง จำกัด", "status": "active"}
    assert filled["answers"]["premises"]["house_no"] == "88"
    assert filled["sources"]["/company/status"]["locked"] and not filled["sources"]["/premises/moo"]["locked"]
