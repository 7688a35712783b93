"""The hotel licence as shipped: fees by type and rooms, the large building, changes, and the way to the licence."""

from __future__ import annotations

import copy
import hashlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.shared.ids import new_id
from chalicelib.shared.journal import Once
from tests.biz.documents.files import a_jpeg
from tests.biz.town import MALEE, PDF, Town, arrival, pointers

from .shipped import answers, base, faults, raw, service, total, uploads

HOTEL = "hotel-licence"
DOPA = "TH/CENTRAL/DOPA"
REGISTRAR, DEPUTY = "3990100011019", "3990100012023"
FIRST = {"building_plans", "premises_right", "land_right", "building_permit", "site_map"}


def hotel(**changes: Any) -> dict[str, Any]:
    made = answers(HOTEL)
    made["hotel"] |= changes
    return made


@pytest.mark.parametrize(
    ("type", "rooms", "licence", "by_room", "renewal"),
    [
        ("type_1", 1, "10000.00", "40.00", "5000.00"),
        ("type_1", 50, "10000.00", "2000.00", "5000.00"),
        ("type_2", 79, "20000.00", "3160.00", "10000.00"),
        ("type_2", 80, "20000.00", "3200.00", "10000.00"),
        ("type_3", 120, "30000.00", "4800.00", "15000.00"),
        ("type_4", 5000, "40000.00", "200000.00", "20000.00"),
    ],
)
def test_fees(type: str, rooms: int, licence: str, by_room: str, renewal: str) -> None:
    there = hotel(type=type, rooms=rooms)
    assert total(HOTEL, there) == {"licence": licence, "rooms": by_room}
    again = total(HOTEL, there, procedure="renew", licence=base(there, "2026-12-31"))
    assert again == {"renewal": renewal, "rooms": by_room}


def test_changes_and_closure_are_free_and_a_replacement_costs_200() -> None:
    licence = base(hotel(), "2031-11-24")
    assert total(HOTEL, hotel(), procedure="amend", licence=licence) == {}
    assert total(HOTEL, {}, procedure="cancel", licence=licence) == {}
    assert total(HOTEL, {}, procedure="replace", licence=licence) == {"replacement": "200.00"}


@pytest.mark.parametrize(
    ("changes", "needed"),
    [
        ({}, False),  # 79 rooms, 22.99 m, 9,999 m2
        ({"rooms": 80}, True),
        ({"height_m": 23}, True),
        ({"height_m": 22.999}, False),
        ({"area_m2": 10000}, True),
        ({"area_m2": 9999.99}, False),
        ({"rooms": 80, "height_m": 23, "area_m2": 10000}, True),
        ({"rooms": 1, "height_m": 600, "area_m2": 1}, True),
    ],
)
def test_a_large_building_shows_its_inspection_when_it_renews(changes: dict[str, Any], needed: bool) -> None:
    there = hotel(**changes)
    licence = base(hotel(), "2026-12-31")
    assert ("building_inspection" in uploads(HOTEL, there, "renew", licence)) is needed
    assert "building_inspection" not in uploads(HOTEL, there)


@settings(max_examples=50, deadline=None)
@given(
    st.integers(1, 5000), st.floats(0.01, 600, allow_nan=False), st.floats(0.01, 2_000_000, allow_nan=False)
)  # fmt: skip
def test_any_building_is_large_by_any_one_of_the_three(rooms: int, height: float, area: float) -> None:
    there = hotel(rooms=rooms, height_m=height, area_m2=area)
    found = uploads(HOTEL, there, "renew", base(hotel(), "2026-12-31"))
    assert ("building_inspection" in found) is (rooms >= 80 or height >= 23 or area >= 10000)


def test_documents_by_case() -> None:
    assert uploads(HOTEL, hotel()) == FIRST
    assert uploads(HOTEL, hotel(building_control=False)) == (FIRST - {"building_permit"}) | {"engineer_report"}
    agent = hotel() | {"contact": {"phone": "0800000001", "by_agent": True, "agent_name": "นางสาวดวงใจ ดีงาม"}}
    assert uploads(HOTEL, agent) == FIRST | {"power_of_attorney"}
    licence = base(hotel(), "2031-11-24")
    assert uploads(HOTEL, hotel(), "amend", licence) == set()
    for change in ({"type": "type_3"}, {"rooms": 78}):
        assert uploads(HOTEL, hotel(**change), "amend", licence) == {"changed_building_permit", "floor_plans"}
    assert uploads(HOTEL, hotel(rooms=78, building_control=False), "amend", licence) == {"floor_plans"}
    renamed = hotel() | {"establishment": {"name_th": "โรงแรมแหลมงอบทะเล"}}
    assert uploads(HOTEL, renamed, "amend", licence) == set()


@pytest.mark.parametrize("quality", ["resident", "solvent", "competent", "no_record"])
def test_every_quality_of_section_16_is_declared(quality: str) -> None:
    without = answers(HOTEL)
    without["qualification"][quality] = False
    assert faults(HOTEL, without) == {f"/qualification/{quality}"}


def test_another_manager_is_named() -> None:
    there = answers(HOTEL) | {"manager": {"same_as_operator": False}}
    assert faults(HOTEL, there) == {"/manager/first_name_th", "/manager/last_name_th"}


def test_the_sources_disagree_on_the_fee_for_rooms_and_the_manual_says_so() -> None:
    (row,) = service(HOTEL).tables["room"]
    assert (row.value, row.is_verified) == ("40", False)
    assert "40 THB" in row.source and "80 THB" in row.source
    verified = {name for name, (each,) in service(HOTEL).tables.items() if each.is_verified}
    assert verified == {"replacement"}
    assert not service(HOTEL).credential.validity.is_verified


@pytest.fixture
def town() -> Town:
    """A town with the two officers of the district office."""
    made = Town()
    for pid, roles in ((DEPUTY, ["intake", "inspector", "approver"]), (REGISTRAR, ["approver"])):
        made.biz.enlist(Once(new_id(), "", new_id(), claimed=False), pid, DOPA, roles, "ปลัดอำเภอ")
    return made


def filed(town: Town) -> str:
    case = town.open(MALEE, HOTEL)
    town.ok(MALEE, "POST", f"/applications/{case}/prefill")
    given = answers(HOTEL)
    del given["operator"]
    town.patch(case, given)
    for number, code in enumerate(sorted(FIRST)):
        town.send(case, code, PDF + b"%" + bytes([48 + number]))
    town.ok(MALEE, "POST", f"/applications/{case}/submit")
    return case


def photographed(town: Town, case: str) -> str:
    picture = a_jpeg()
    body = {
        "file_name": "ทางหนีไฟ.jpg",
        "media_type": "image/jpeg",
        "size": len(picture),
        "sha256": hashlib.sha256(picture).hexdigest(),
    }
    made = town.ok(DEPUTY, "PUT", f"/applications/{case}/inspections", json=body)
    town.post_form(made, picture)
    town.biz.on_upload(arrival(made["fields"]["key"]))
    return str(made["document"]["id"])


def report(photo: str, **changes: Any) -> dict[str, Any]:
    measured = {"rooms": 79, "smallest_room_m2": 14.5, "extinguishers": 24}
    findings: list[dict[str, Any]] = []
    for item in raw(HOTEL)["checklist"]:
        found: dict[str, Any] = {"code": item["code"], "passed": True}
        if "value" in item:
            found["value"] = measured[item["code"]]
        if item.get("photo"):
            found["photos"] = [photo]
        findings.append(found)
    return {"findings": [copy.deepcopy(each) | changes.get(each["code"], {}) for each in findings]}


def test_the_way_to_the_licence_with_opinions_a_failed_inspection_and_four_eyes(town: Town) -> None:
    case = filed(town)
    assert town.ok(MALEE, "GET", f"/applications/{case}")["due"] == "2026-12-30"
    for action in ("accept", "building_opinion", "health_opinion"):
        town.act(DEPUTY, case, action)
    photo = photographed(town, case)
    without = town.call(DEPUTY, "POST", f"/applications/{case}/inspections", json=report(photo, exits={"photos": []}))
    assert (without.status, list(pointers(without))) == (422, ["/findings/exits/photos"])
    blocked = report(photo, exits={"passed": False, "note": "มีของวางกีดขวาง"})
    town.ok(DEPUTY, "POST", f"/applications/{case}/inspections", json=blocked)
    refused = town.call(REGISTRAR, "POST", f"/applications/{case}/actions/approve", json={})
    assert refused.status == 409 and "not passed" in refused.text
    town.act(REGISTRAR, case, "inspect_again")
    town.ok(DEPUTY, "POST", f"/applications/{case}/inspections", json=report(photo))
    same = town.call(DEPUTY, "POST", f"/applications/{case}/actions/approve", json={})
    assert same.status == 403
    town.act(REGISTRAR, case, "approve")
    assert town.ok(MALEE, "GET", f"/applications/{case}/quote")["total_baht"] == "23160.00"
    assert town.pay(case).json == {"status": "booked"}
    no = town.ok(MALEE, "GET", f"/applications/{case}")["licence"]
    shown = town.ok(None, "GET", f"/verify/{no}")
    assert (shown["status"], shown["valid_until"]) == ("valid", "2031-11-24")
    assert shown["claims"]["rooms"] == 79
    assert "operator_first_name" not in shown["claims"]
