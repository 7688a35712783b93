"""Malee opens a restaurant that sells beer and has a sign: four licences of two agencies, asked for in one go.

She asks what she needs, begins the bundle with that answer, fills it in once, sends each document once, and pays two
agencies with one QR. The commercial registration waits by itself for the number of the food licence.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from demo.story_biz import MAP
from demo.world import HttpTransport, World, check
from infra.local.stack import Stack

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("journey")]

MUNICIPALITY, EXCISE = "TH/LOCAL/LAEMNGOP", "TH/CENTRAL/EXCISE"
FOOD, SHOP, SIGN, BEER = "food_licence", "commercial_registration", "signboard_tax", "alcohol_licence"
EXCISE_OFFICERS = {"somchai": "1990100002021", "publisher-laemngop": "3990100005051"}
"""Two people whom the operator makes officers of the excise department."""

SHARED = {
    "registered": False,
    "sells_alcohol": True,
    "alcohol_litres": "under_10",
    "establishment": {"name_th": "ครัวริมเล", "name_en": "Khrua Rim Le", "kind": "restaurant", "food_handlers": 4},
    "premises": {
        "house_no": "12/3",
        "road": "ตราด-แหลมงอบ",
        "subdistrict": "แหลมงอบ",
        "district": "แหลมงอบ",
        "province": "ตราด",
        "postal_code": "23120",
        "right": "owner",
    },
    "contact": {"phone": "0800000001", "by_agent": False},
    "declaration": True,
}
OWN = {
    SHOP: {
        "activities": [{"name": "ขายอาหารและเครื่องดื่ม", "tsic": "56101"}],
        "business": {"form": "sole", "started_on": "2026-11-20", "capital_baht": 300000, "online": False},
    },
    SIGN: {
        "signs": [
            {
                "text": "ครัวริมเล",
                "kind": "thai_only",
                "moving": False,
                "width_cm": 300,
                "height_cm": 100,
                "shown_since": "jan_mar",
            }
        ]
    },
    BEER: {"establishment": {"kind": "restaurant"}},
}


@pytest.fixture(scope="module")
def world(stack: Stack) -> World:
    """The world with officers of the excise department."""
    world = World(HttpTransport(stack.address))
    for pid in EXCISE_OFFICERS.values():
        body = {"pid": pid, "agency": EXCISE, "roles": ["intake", "approver"], "name": "เจ้าหน้าที่สรรพสามิต"}
        world.person("operator-dga").post("/biz/v1/officers", body, expect=201)
    return world


def send(world: World, case: str, code: str) -> None:
    """Announces a file, posts it to S3 and waits until it was checked."""
    malee, path = world.person("malee"), f"/biz/v1/applications/{case}"
    file = {
        "code": code,
        "file_name": f"{code}.pdf",
        "media_type": "application/pdf",
        "size": len(MAP),
        "sha256": hashlib.sha256(MAP).hexdigest(),
    }
    announced = malee.post(f"{path}/documents", file, expect=201).json
    status = world.transport.upload(announced["url"], announced["fields"], f"{code}.pdf", MAP)
    check(status in (200, 201, 204), f"S3 refused the document: {status}")

    def checked() -> bool:
        return all(each["status"] == "accepted" for each in malee.get(path).json["documents"])

    world.until(f"the check of {code}", checked)


def members(world: World, run: str) -> dict[str, Any]:
    """The members of her bundle by code."""
    return {each["code"]: each for each in world.person("malee").get(f"/biz/v1/bundles/{run}").json["members"]}


def carried(world: World, officers: tuple[str, str], case: str) -> None:
    """The officers of an agency carry an application to its approval."""
    first, second = (world.person(name) for name in officers)
    path = f"/biz/v1/applications/{case}"
    state = first.post(f"{path}/actions/accept", {}).json["state"]
    if state == "inspecting":
        service = world.public("/biz/v1/services/food-establishment-licence").json
        findings = [{"code": item["code"], "passed": True} for item in service["checklist"]]
        state = first.post(f"{path}/inspections", {"findings": findings}).json["state"]
    action = "assess" if state == "assessing" else "approve"
    check(second.post(f"{path}/actions/{action}", {}).json["state"] == "payment", "it was not approved")


def paid(world: World, run: str) -> Any:
    """She pays the one QR, and her bank tells."""
    bill = world.person("malee").post(f"/biz/v1/bundles/{run}/payments", expect=201).json
    body = json.dumps({"qr": bill["qr"], "notices": 2}).encode()
    told = world.transport.send("POST", "/local/bank/pay", {"content-type": "application/json"}, body)
    assert [notice["body"]["status"] for notice in told.json["platform"]] == ["booked", "duplicate"]
    return bill


def test_she_opens_a_restaurant(world: World) -> None:
    malee = world.person("malee")

    said = {
        "where": "laem_ngop",
        "owner_kind": "person",
        "business": ["food", "alcohol"],
        "area_m2": 240,
        "in_market": False,
        "has_signboard": True,
        "vat_registered": False,
        "registered": False,
    }
    guided = malee.post("/biz/v1/guide", {"answers": said}).json
    bundle = next(each for each in guided["bundles"] if each["bundle"] == "open-a-restaurant")
    assert len(bundle["needed"]) == 4
    begun = malee.post(bundle["open"]["path"], bundle["open"]["body"], expect=201).json
    run = begun["id"]
    assert world.person("somchai").get(f"/biz/v1/bundles/{run}", expect=404)

    path = f"/biz/v1/bundles/{run}"
    malee.patch(f"{path}/answers", {"answers": SHARED}, malee.get(path).etag)
    malee.patch(f"{path}/answers", {"members": OWN}, malee.get(path).etag)
    malee.post(f"{path}/prefill")
    there = members(world, run)
    assert {code for code, member in there.items() if member["case"]} == {FOOD, SHOP, SIGN, BEER}
    send(world, there[FOOD]["case"], "site_map")
    send(world, there[SIGN]["case"], "sign_photo")
    whole = malee.get(path).json
    assert not any(member["missing"] for member in whole["members"]), whole["members"]
    assert (whole["quote"]["complete"], whole["quote"]["by_payee"]) == (True, {EXCISE: 33000, MUNICIPALITY: 55000})

    malee.post(f"{path}/submit")
    there = members(world, run)
    assert {code: member["stand"] for code, member in there.items() if member["case"]} == {
        FOOD: "running",
        SIGN: "running",
        BEER: "running",
        SHOP: "waits",
    }
    clocks = malee.get(path).json["clocks"]
    assert set(clocks) == {FOOD, SIGN, BEER} and all(clock["state"] == "running" for clock in clocks.values())
    assert there[BEER]["case"] not in [
        card["id"] for card in world.person("officer-anong").get("/biz/v1/queue").json["items"]
    ]

    municipality, excise = ("officer-anong", "officer-bundit"), ("somchai", "publisher-laemngop")
    carried(world, municipality, there[FOOD]["case"])
    carried(world, excise, there[BEER]["case"])
    bill = paid(world, run)
    assert {part["agency"]: part["satang"] for part in bill["parts"]} == {MUNICIPALITY: 20000, EXCISE: 33000}
    receipts = [each for each in malee.get(f"{path}/payments").json["members"] if each["receipt_url"]]
    assert sorted(each["agency"] for each in receipts) == [EXCISE, MUNICIPALITY]
    for each in receipts:
        page = world.transport.send("GET", each["receipt_url"], {}, None).json
        assert (page["agency"], {line["payee"] for line in page["lines"]}) == (each["agency"], {each["agency"]})

    food = members(world, run)[FOOD]["licence"]
    world.until("the registration to be filed", lambda: members(world, run)[SHOP]["stand"] == "running")
    shop = malee.get(f"/biz/v1/applications/{there[SHOP]['case']}").json
    assert (shop["answers"]["business"]["permit_no"], shop["sources"]["/business/permit_no"]["receipt"]) == (food, food)
    assert shop["documents"][0]["origin"]["case"] == there[FOOD]["case"]

    carried(world, municipality, there[SIGN]["case"])
    carried(world, municipality, there[SHOP]["case"])
    bill = paid(world, run)
    assert [part["agency"] for part in bill["parts"]] == [MUNICIPALITY, MUNICIPALITY]

    there = members(world, run)
    assert {member["stand"] for member in there.values() if member["case"]} == {"licensed"}
    for member in there.values():
        if member["case"]:
            papers = malee.get(f"/biz/v1/applications/{member['case']}/credentials").json
            assert papers["licence_no"] == member["licence"]
            assert world.public(f"/biz/v1/verify/{papers['verify_token']}").json["status"] == "valid"

    def wallet() -> bool:
        kinds = [item["kind"] for item in malee.get("/citizen/v1/me/wallet").json["items"]]
        return (kinds.count("licence"), kinds.count("receipt")) == (4, 4)

    world.until("four licences and four receipts in her wallet", wallet)
    assert malee.get(f"{path}/payments").json["owed_satang"] == 0
    history = malee.get(f"/biz/v1/applications/{there[SHOP]['case']}/timeline").json["items"]
    assert [item["type"] for item in history].count("biz.application.submitted") == 1
