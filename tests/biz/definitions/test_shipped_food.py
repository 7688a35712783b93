"""The shipped services for food places and for alcohol, against figures worked out by hand."""

from __future__ import annotations

import copy
import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from chalicelib.biz.definitions import fees, forms, procedures
from chalicelib.biz.definitions.catalogue import shipped
from chalicelib.biz.definitions.model import ServiceDefinition
from chalicelib.biz.definitions.procedures import Base
from chalicelib.biz.licences import succession
from chalicelib.biz.licences.rules import valid_until
from chalicelib.biz.noun import ApplicantKind, Procedure
from chalicelib.shared import pointers

from ..town import ANONG, BUNDIT, MALEE, START, Town
from ..walk import Walk, first_valid

LICENCE, NOTIFICATION, ALCOHOL = (
    "food-establishment-licence",
    "food-establishment-notification",
    "alcohol-retail-licence",
)
OURS = [LICENCE, NOTIFICATION, ALCOHOL]
YOUNG = "1990100007091"


def service(id: str) -> ServiceDefinition:
    """A shipped service of today."""
    return shipped().current(id, START.date())


def answers(id: str, patch: dict[str, Any] | None = None) -> Any:
    """The answers of the service's own first case, changed."""
    return pointers.merge(copy.deepcopy(first_valid(service(id), "new").answers), patch or {})


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def lease(owner: str = "นายสมหมาย ศรีสมุทร") -> dict[str, Any]:
    return {"premises": {"right": "lease", "owner_name": owner}}


def sells(least: str, *, vat: bool) -> dict[str, Any]:
    return {"alcohol": {"smallest_sale": least, "vat_registered": vat}}


@pytest.mark.parametrize(
    ("id", "patch", "baht"),
    [
        (LICENCE, {"establishment": {"area_m2": 200.01}}, "200.00"),
        (LICENCE, {"establishment": {"area_m2": 100000}}, "200.00"),
        (NOTIFICATION, {"establishment": {"area_m2": 0.5}}, "100.00"),
        (NOTIFICATION, {"establishment": {"area_m2": 200}}, "100.00"),
        (ALCOHOL, sells("from_10", vat=True), "5500.00"),
        (ALCOHOL, sells("from_10", vat=False), "5500.00"),
        (ALCOHOL, sells("under_10", vat=True), "2200.00"),
        (ALCOHOL, sells("under_10", vat=False), "330.00"),
    ],
)
def test_the_fee_of_a_first_application(id: str, patch: dict[str, Any], baht: str) -> None:
    given = answers(id, patch)
    assert forms.judge(service(id), given) == []
    assert fees.quote(service(id).of("new"), given, START.date()).total_baht == baht


@pytest.mark.parametrize(
    ("id", "area", "right"),
    [
        (LICENCE, 200, False),
        (LICENCE, 200.01, True),
        (LICENCE, 100000, True),
        (LICENCE, 100001, False),
        (NOTIFICATION, 0, False),
        (NOTIFICATION, 0.01, True),
        (NOTIFICATION, 200, True),
        (NOTIFICATION, 200.01, False),
    ],
)
def test_two_hundred_square_metres_are_the_border_of_two_services(id: str, area: float, right: bool) -> None:
    faults = forms.judge(service(id), answers(id, {"establishment": {"area_m2": area}}))
    assert [fault.pointer for fault in faults] == ([] if right else ["/answers/establishment/area_m2"])


@given(area=some.decimals(Decimal("0.01"), Decimal(100_000), places=2))
def test_every_area_has_exactly_one_of_the_two(area: Decimal) -> None:
    patch = {"establishment": {"area_m2": float(area)}}
    fits = [one for one in (LICENCE, NOTIFICATION) if not forms.judge(service(one), answers(one, patch))]
    assert fits == [LICENCE if area > 200 else NOTIFICATION]


@pytest.mark.parametrize(
    ("id", "ends", "filed", "baht"),
    [
        (LICENCE, "2027-11-24", "2027-09-25", "200.00"),
        (LICENCE, "2027-11-24", "2027-11-24", "200.00"),
        (LICENCE, "2027-11-24", "2027-11-25", "240.00"),
        (LICENCE, "2027-11-24", "2027-12-24", "240.00"),
        (LICENCE, "2028-02-29", "2028-02-29", "200.00"),
        (LICENCE, "2028-02-29", "2028-03-01", "240.00"),
        (LICENCE, "2027-02-28", "2027-03-01", "240.00"),
        (NOTIFICATION, "2027-11-24", "2027-11-24", "100.00"),
        (NOTIFICATION, "2027-11-24", "2027-11-25", "120.00"),
        (ALCOHOL, "2027-11-24", "2027-08-26", "330.00"),
        (ALCOHOL, "2027-11-24", "2027-11-24", "330.00"),
    ],
)
def test_the_fee_of_a_renewal(id: str, ends: str, filed: str, baht: str) -> None:
    base = Base(valid_until=day(ends), answers=answers(id))
    assert fees.quote(service(id).of("renew"), base.answers, day(filed), base).total_baht == baht


@pytest.mark.parametrize("id", OURS)
@pytest.mark.parametrize("procedure", ["amend", "cancel", "replace"])
def test_nothing_is_charged_for_what_no_source_tells_a_fee(id: str, procedure: Procedure) -> None:
    assert service(id).of(procedure).fees == ()
    assert not service(id).procedures[procedure].is_verified


@pytest.mark.parametrize(
    ("id", "ends", "first", "last"),
    [
        (LICENCE, "2027-11-24", "2027-09-25", "2027-12-24"),
        (LICENCE, "2028-02-29", "2027-12-31", "2028-03-30"),
        (NOTIFICATION, "2027-11-24", "2027-09-25", "2027-12-24"),
        (ALCOHOL, "2027-11-24", "2027-08-26", "2027-11-24"),
        (ALCOHOL, "2028-02-29", "2027-12-01", "2028-02-29"),
        (ALCOHOL, "2028-03-31", "2028-01-01", "2028-03-31"),
    ],
)
def test_when_a_licence_can_be_renewed(id: str, ends: str, first: str, last: str) -> None:
    rule, one = service(id).procedures["renew"], dt.timedelta(days=1)
    for on, closed in ((day(first) - one, True), (day(first), False), (day(last), False), (day(last) + one, True)):
        assert (succession.out_of_time("renew", rule, day(ends), on) is not None) == closed, on


@pytest.mark.parametrize(
    ("begins", "ends"),
    [
        ("2026-11-25", "2027-11-24"),
        ("2027-03-01", "2028-02-29"),
        ("2028-02-29", "2029-02-28"),
        ("2028-03-01", "2029-02-28"),
        ("2027-02-28", "2028-02-27"),
    ],
)
@pytest.mark.parametrize("id", OURS)
def test_a_licence_holds_for_a_year_also_over_a_leap_day(id: str, begins: str, ends: str) -> None:
    assert valid_until(day(begins), service(id).credential.validity) == day(ends)


AGENT = {"contact": {"by_agent": True, "agent_name": "นางสาวดวงใจ ดีงาม"}}
LOST = {"replacement": {"reason": "lost"}}
MOVED = {"premises": {"house_no": "140", "road": "สุขุมวิท"}}


@pytest.mark.parametrize(
    ("id", "procedure", "applicant", "patch", "uploads"),
    [
        (LICENCE, "new", "person", {}, {"site_map"}),
        (LICENCE, "new", "juristic", lease(), {"site_map", "premises_right"}),
        (LICENCE, "new", "person", AGENT, {"site_map", "power_of_attorney"}),
        (LICENCE, "renew", "person", {}, set()),
        (LICENCE, "renew", "person", AGENT, {"power_of_attorney"}),
        (LICENCE, "amend", "person", {"establishment": {"name_th": "ใหม่"}}, set()),
        (LICENCE, "amend", "person", {"establishment": {"area_m2": 300}}, {"site_map"}),
        (LICENCE, "amend", "person", MOVED, {"site_map"}),
        (LICENCE, "amend", "person", lease(), {"premises_right"}),
        (NOTIFICATION, "new", "person", {}, {"site_map"}),
        (NOTIFICATION, "amend", "person", {"establishment": {"area_m2": 199}}, {"site_map"}),
        (NOTIFICATION, "amend", "person", MOVED, set()),
        (ALCOHOL, "new", "person", {}, {"site_map"}),
        (ALCOHOL, "amend", "person", MOVED, {"site_map"}),
        (ALCOHOL, "amend", "person", pointers.merge(MOVED, lease()), {"site_map", "premises_right"}),
        (ALCOHOL, "cancel", "person", {}, set()),
        (ALCOHOL, "replace", "person", LOST, set()),
    ],
)
def test_only_what_proves_something_is_to_be_uploaded(
    id: str, procedure: Procedure, applicant: ApplicantKind, patch: dict[str, Any], uploads: set[str]
) -> None:
    definition = service(id)
    base = Base(valid_until=day("2027-11-24"), answers=answers(id))
    given = pointers.merge(base.answers, patch)
    changed = procedures.changed(definition.procedures.get(procedure), base, given)
    needed = forms.needed_documents(definition.of(procedure), applicant, given, changed)
    assert {rule.code for rule in needed if rule.mode == "upload"} == uploads
    assert ("juristic_certificate" in {rule.code for rule in needed}) == (applicant == "juristic")


@pytest.mark.parametrize("id", OURS)
def test_what_the_state_holds_is_never_to_be_uploaded(id: str) -> None:
    held = {"identity", "juristic_certificate", "building_permit", "vat_registration", "police_report"}
    modes = {rule.code: rule.mode for rule in service(id).documents}
    assert {modes[code] for code in held & modes.keys()} == {"exchange"}


def licensed(town: Town, id: str) -> tuple[Walk, str]:
    """A licence that was just given."""
    walk = Walk(town, service(id))
    return walk, walk.licence_of(walk.through("new"))


def offered(town: Town, case: str) -> list[str]:
    return [action["action"] for action in town.ok(ANONG, "GET", f"/applications/{case}")["actions"]]


def filed(walk: Walk, no: str, patch: dict[str, Any]) -> str:
    """An amendment that waits for the agency."""
    case = walk.opened("amend", no)
    walk.filled(case, "amend", patch)
    walk.town.ok(MALEE, "POST", f"/applications/{case}/submit")
    return case


@pytest.mark.parametrize(
    ("patch", "plain"),
    [
        ({"establishment": {"name_th": "ครัวกลางริมทะเล", "seats": 40}}, True),
        (lease(), True),
        ({"establishment": {"area_m2": 201}}, False),
        ({"establishment": {"kind": "cafe"}}, False),
        ({"premises": {"house_no": "88/1"}}, False),
    ],
)
def test_a_food_place_is_visited_again_only_where_the_place_changes(
    town: Town, patch: dict[str, Any], plain: bool
) -> None:
    walk, no = licensed(town, LICENCE)
    case = filed(walk, no, patch)
    assert ("accept" in offered(town, case), "accept_to_visit" in offered(town, case)) == (plain, True)
    answer = town.call(ANONG, "POST", f"/applications/{case}/actions/accept", json={})
    if plain:
        assert (answer.status, answer.json["state"]) == (200, "deciding")
    else:
        assert (answer.status, "ต้องส่งตรวจสถานที่ก่อน" in answer.text) == (409, True)


def test_alcohol_is_sold_elsewhere_only_once_that_place_was_seen(town: Town) -> None:
    walk, no = licensed(town, ALCOHOL)
    case = filed(walk, no, MOVED)
    town.act(ANONG, case, "accept")
    assert "approve" not in offered(town, case)
    assert town.call(BUNDIT, "POST", f"/applications/{case}/actions/approve", json={}).status == 409
    assert walk.decided(case, "amend") is not None
    assert [move for procedure, move in walk.moves if procedure == "amend"] == ["visit", "inspect", "approve"]


def test_alcohol_under_another_name_needs_no_visit(town: Town) -> None:
    walk, no = licensed(town, ALCOHOL)
    walk.decided(filed(walk, no, {"establishment": {"name_th": "ครัวกลางริมทะเล"}}), "amend")
    assert [move for procedure, move in walk.moves if procedure == "amend"] == ["accept", "approve"]


@pytest.mark.parametrize(("born", "complete"), [("2006-11-25", True), ("2006-11-26", False)])
def test_alcohol_is_for_people_of_twenty_by_the_civil_register(town: Town, born: str, complete: bool) -> None:
    town.neighbours.records[YOUNG] = {"first_name_th": "ใหม่", "last_name_th": "ใจกล้า", "birth_date": born}
    case = town.open(YOUNG, ALCOHOL)
    town.ok(YOUNG, "POST", f"/applications/{case}/prefill")
    given = answers(ALCOHOL)
    del given["operator"]
    town.patch(case, given, YOUNG)
    town.send(case, "site_map", pid=YOUNG)
    judged = town.ok(YOUNG, "POST", f"/applications/{case}/validate")
    assert [fault["pointer"] for fault in judged["errors"]] == ([] if complete else ["/answers/operator/birth_date"])
    assert town.call(YOUNG, "POST", f"/applications/{case}/submit").status == (200 if complete else 422)
    if not complete:
        town.pass_time(days=1)
        assert town.call(YOUNG, "POST", f"/applications/{case}/submit").status == 200
