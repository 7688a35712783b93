"""A member's own systems: named and placed by itself, within the domains that operators approved."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.gdx.directory.rules import approved
from chalicelib.gdx.ids import MemberId
from chalicelib.gdx.model import Member
from tests.gdx.exchange import OFFICE, Exchange
from tests.gdx.onboarding.agency import CLINICS, ENDPOINT, MEMBER, Agency

NAMES = {"name_th": "ระบบ", "name_en": "System"}


@pytest.fixture
def agency() -> Agency:
    return Agency(Exchange()).joined()


def test_an_agency_moves_its_endpoint_and_adds_systems(agency: Agency) -> None:
    path = f"/gdx/v1/subsystems/{CLINICS}"
    moved = {**NAMES, "endpoint": "https://api.trathealth.go.th:8443/gdx"}
    assert agency.send("PUT", path, moved).json == {"id": CLINICS, "changed": True}
    assert agency.send("PUT", path, moved).json == {"id": CLINICS, "changed": False}
    assert agency.send("GET", path).json["endpoint"] == moved["endpoint"]
    assert agency.send("GET", path).json["kids"] == [agency.key.kid], "keys stay as they are"
    assert agency.send("PUT", f"/gdx/v1/subsystems/{MEMBER}/beds", NAMES).json["changed"] is True
    assert agency.send("GET", f"/gdx/v1/subsystems/{MEMBER}/beds").json["kids"] == []


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://elsewhere.go.th",
        "http://api.trathealth.go.th",
        "https://nottrathealth.go.th",
        "https://trathealth.go.th.evil.test",
        "https://trathealth.go.th@evil.test",
        "https://127.0.0.1",
        "https://169.254.169.254/latest",
        "ftp://trathealth.go.th",
        "https://trathealth.go.th/",
        "https://trathealth.go.th?x",
    ],
)
def test_an_endpoint_outside_the_approved_domains_is_refused(agency: Agency, endpoint: str) -> None:
    answer = agency.send("PUT", f"/gdx/v1/subsystems/{CLINICS}", {**NAMES, "endpoint": endpoint})
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/endpoint")
    assert agency.send("GET", f"/gdx/v1/subsystems/{CLINICS}").json["endpoint"] == ENDPOINT


def test_without_approved_domains_only_an_operator_sets_an_endpoint(agency: Agency) -> None:
    exchange, path = agency.exchange, f"/gdx/v1/subsystems/{OFFICE}"
    placed = {**NAMES, "endpoint": "https://laemngop.go.th"}
    assert exchange.client.put(path, token=exchange.token(), json=placed).status == 422
    assert exchange.client.put(path, token=exchange.operator(), json=placed).status == 200
    again = exchange.client.put(path, token=exchange.token(), json={**placed, "name_en": "Renamed"})
    assert again.status == 200, "an endpoint that stays needs no approval"
    member = {"id": "TH/LOCAL/LAEMNGOP", "name_th": "แหลมงอบ", "name_en": "Laem Ngop", "domains": ["laemngop.go.th"]}
    assert exchange.client.post("/gdx/v1/members", token=exchange.operator(), json=member).json["changed"] is True
    moved = {**placed, "endpoint": "https://api.laemngop.go.th"}
    assert exchange.client.put(path, token=exchange.token(), json=moved).status == 200
    kept = {name: value for name, value in member.items() if name != "domains"}
    assert exchange.client.post("/gdx/v1/members", token=exchange.operator(), json=kept).json["changed"] is False


def test_nobody_touches_another_agency_s_systems(agency: Agency) -> None:
    path = f"/gdx/v1/subsystems/{OFFICE}"
    assert agency.send("PUT", path, NAMES).status == 403
    assert agency.send("GET", path).status == 403
    assert agency.send("PUT", "/gdx/v1/subsystems/TH/GOV/X/y", NAMES).status == 404
    assert agency.send("GET", f"/gdx/v1/subsystems/{MEMBER}/none").status == 404
    assert agency.exchange.client.put(path, json=NAMES).status == 401


def test_a_system_is_withdrawn_by_another_one_not_by_itself(agency: Agency) -> None:
    own = agency.send("PUT", f"/gdx/v1/subsystems/{CLINICS}", {**NAMES, "active": False})
    assert (own.status, own.json["errors"][0]["pointer"]) == (403, "/active")
    beds = f"/gdx/v1/subsystems/{MEMBER}/beds"
    agency.send("PUT", beds, NAMES)
    assert agency.send("PUT", beds, {**NAMES, "active": False}).status == 200
    assert agency.send("GET", beds).json["active"] is False


def test_a_repeat_with_a_key_changes_nothing(agency: Agency) -> None:
    path = f"/gdx/v1/subsystems/{MEMBER}/beds"
    answers = [agency.send("PUT", path, NAMES, idempotency_key="k") for _ in range(2)]
    assert [answer.json for answer in answers] == [{"id": f"{MEMBER}/beds", "changed": True}] * 2


@pytest.mark.parametrize(
    ("endpoint", "domains", "is_approved"),
    [
        ("https://a.go.th", ["a.go.th"], True),
        ("https://A.GO.TH", ["a.go.th"], True),
        ("https://a.go.th.", ["a.go.th"], True),
        ("https://b.a.go.th", ["a.go.th"], True),
        ("https://ba.go.th", ["a.go.th"], False),
        ("https://a.go.th", [], False),
        ("http://a.go.th", ["a.go.th"], False),
        ("http://10.1.2.3:8080", ["10.1.2.3"], True),
        ("https://10.1.2.3", ["10.1.2.3"], True),
        ("http://10.1.2.3", ["10.1.2.4"], False),
        ("http://203.150.1.1", ["203.150.1.1"], False),
        ("https://203.150.1.1", ["203.150.1.1"], True),
        ("https://1.10.1.2.3", ["10.1.2.3"], False),
        ("https://[::1]", ["::1"], True),
        ("https://a.go.th:99999", ["a.go.th"], False),
        ("https://a.go.th:0", ["a.go.th"], False),
        ("https://", ["a.go.th"], False),
    ],
)
def test_what_a_member_may_set_by_itself(endpoint: str, domains: list[str], is_approved: bool) -> None:
    member = Member(MemberId.parse(MEMBER), "ก", "k", tuple(domains))
    assert approved(endpoint, member) is is_approved


def test_who_may_read_and_change(agency: Agency) -> None:
    other: dict[str, Any] = {"subsystem": OFFICE}
    assert agency.send("POST", "/gdx/v1/doctor", other).status == 403
