"""A restaurant changes its name and grows, loses its licence, and is never licensed twice, over real HTTP."""

from __future__ import annotations

import hashlib

import pytest

from demo.story_biz import BETTER_MAP
from demo.world import World
from infra.local.stack import Stack
from tests.journeys.licensed import (
    ANONG,
    BUNDIT,
    MALEE,
    PORTAL,
    act,
    answer,
    begin,
    licensed,
    on_the_list,
    papers,
    shown,
    submit,
)

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("journey")]

WHY = {"reasons": {"th": "พบหนูในครัว", "en": "Rats in the kitchen."}}


@pytest.fixture(scope="module")
def world(stack: Stack) -> World:
    """The world with a licensed restaurant."""
    return licensed(stack)


def send_map(world: World, case: str) -> None:
    """Malee sends a new map of the site."""
    malee = world.person(MALEE)
    body = {
        "code": "site_map",
        "file_name": "แผนที่ร้าน.pdf",
        "media_type": "application/pdf",
        "size": len(BETTER_MAP),
        "sha256": hashlib.sha256(BETTER_MAP).hexdigest(),
    }
    form = malee.post(f"{PORTAL}/{case}/documents", body, expect=201).json
    assert world.transport.upload(form["url"], form["fields"], "map.pdf", BETTER_MAP) in (200, 201, 204)

    def accepted() -> bool:
        return any(each["status"] == "accepted" for each in malee.get(f"{PORTAL}/{case}").json["documents"])

    world.until("the map to be checked", accepted)


def test_a_licence_is_changed_and_copied(world: World) -> None:
    first, end = world.known["licence"], shown(world, world.known["licence"])["valid_until"]
    malee = world.person(MALEE)

    # nothing changed is nothing to file; what is asked may change, and only that
    case = begin(world, "amend", first)
    malee.post(f"{PORTAL}/{case}/prefill")
    assert submit(world, case, expect=422)["errors"][0]["pointer"] == "/answers"
    assert answer(world, case, {"premises": {"province": "กรุงเทพมหานคร"}}, expect=422)["errors"][0]["pointer"] == (
        "/premises/province"
    )
    answer(world, case, {"establishment": {"name_th": "ครัวกลางริมทะเล", "area_m2": 320}})
    assert malee.get(f"{PORTAL}/{case}").json["needed_documents"] == ["site_map"], "a larger place needs a new map"
    send_map(world, case)
    submit(world, case)

    # the office: what is different, the place looked at again, two officers
    seen = world.person(ANONG).get(f"{PORTAL}/{case}").json
    assert {each["pointer"]: (each["before"], each["after"]) for each in seen["changes"]} == {
        "/establishment/name_th": ("ครัวกลาง แหลมงอบ", "ครัวกลางริมทะเล"),
        "/establishment/area_m2": (240, 320),
    }
    act(world, ANONG, case, "accept", expect=409)  # a larger place must be visited
    act(world, ANONG, case, "accept_to_visit")
    findings = [{"code": code, "passed": True} for code in world.known["checklist"]]
    world.person(ANONG).post(f"{PORTAL}/{case}/inspections", {"findings": findings, "summary": "กว้างขวาง"})

    # suspended meanwhile: a change does not get around that
    bundit = world.person(BUNDIT)
    bundit.post(f"/biz/v1/licences/{first}/suspend", WHY)
    hindered = act(world, BUNDIT, case, "approve", expect=409)
    assert first in hindered["detail"]
    bundit.post(f"/biz/v1/licences/{first}/reinstate", WHY)
    before = papers(world, world.known["case"])["licence"]
    second = act(world, BUNDIT, case, "approve")["licence"]
    assert second and second != first

    # at once the old one is none any more; the new one says what was changed, until the same day
    old, new = shown(world, first), shown(world, second)
    assert (old["status"], old["replaced_by"], new["replaces"]) == ("replaced", second, first)
    assert (new["status"], new["valid_until"]) == ("valid", end)
    assert new["claims"]["establishment_name"] == "ครัวกลางริมทะเล"
    assert on_the_list(world, before) == 1
    assert on_the_list(world, papers(world, case)["licence"]) == 0
    bundit.post(f"/biz/v1/licences/{first}/revoke", WHY, expect=409)
    followed = world.public(f"/biz/v1/verify/{first}?lang=th", accept="text/html").body.decode()
    assert "ถูกแทนที่ด้วยใบอนุญาตฉบับใหม่" in followed and second in followed

    # the copy of a lost one: another number, the same content, one in force
    copy = begin(world, "replace", second)
    lost = {
        "replacement": {
            "reason": "lost",
            "known_on": "2026-11-20",
            "police_station": "สถานีตำรวจภูธรแหลมงอบ",
            "police_report_no": "112/2569",
        },
        "contact": {"phone": "0800000001", "by_agent": False},
        "declaration": True,
    }
    answer(world, copy, lost)
    submit(world, copy)
    third = act(world, BUNDIT, copy, "approve")["licence"]
    assert [shown(world, no)["status"] for no in (first, second, third)] == ["replaced", "replaced", "valid"]
    assert shown(world, third)["claims"] == new["claims"]
    register = world.public("/biz/v1/licences?agency=TH%2FLOCAL%2FLAEMNGOP&status=valid").json["items"]
    assert [entry["no"] for entry in register] == [third]
    history = malee.get(f"/biz/v1/licences/{first}").json["history"]
    assert [line["type"].rpartition(".")[2] for line in history] == ["issued", "suspended", "reinstated", "replaced"]
