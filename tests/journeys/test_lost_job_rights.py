"""Wichai has lost his job and asks what he has now: the registers answer, one of them does not, and his credit data.

He learns until when he is covered, what he may do and by which day, and which law says so. What a dead register would
have told stays open instead of becoming a "no". What the credit bureau tells is shown once and kept nowhere.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from demo.story_gdx import persona
from demo.world import HttpTransport, World
from infra.local.data_centre import endpoint_of
from infra.local.stack import Stack
from tests.journeys.passing_time import morning_of, today
from tests.journeys.visitors import visitor

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("journey")]

WICHAI = persona("wichai")["pid"]
RIGHTS = "/citizen/v1/me/entitlements"
SSO, NHSO, NCB = "TH/CENTRAL/SSO/insured", "TH/CENTRAL/NHSO/rights", "TH/PARTNER/NCB/credit/report"
A_MONTH_LATER = dt.date(2026, 12, 1)
COVERED_UNTIL = dt.date(2027, 4, 30)
"""Six months that began on 1 November 2026 (CCC s.193/5)."""


@pytest.fixture(scope="module")
def world(stack: Stack) -> World:
    """The town a month after the job ended, or later if the machine's calendar is: the clock never goes back."""
    world = World(HttpTransport(stack.address))
    if today(world) <= A_MONTH_LATER:
        morning_of(world, A_MONTH_LATER)
    return world


def set_mode(stack: Stack, subsystem: str, mode: str) -> None:
    """A register of the data centre is well, slow or dead from now on."""
    place = f"{stack.surroundings.data_centre.address}{endpoint_of(subsystem)}/admin"
    wish = json.dumps({"mode": mode}).encode()
    answer = HttpTransport("").send("POST", place, {"content-type": "application/json"}, wish)
    assert answer.status == 200


def check(world: World, right: str, **body: Any) -> Any:
    """Wichai asks about one right."""
    return world.person("wichai").post(f"{RIGHTS}/{right}/check", body).json


def lines_of(world: World, service: str) -> list[Any]:
    """What the exchange says of its questions to a service about Wichai."""
    items = world.person("wichai").get("/citizen/v1/me/access-log").json["items"]
    return [line for line in items if line["service"] == service]


def test_he_finds_the_right_among_all_of_them(world: World) -> None:
    found = world.public("/citizen/v1/entitlements?category=work").json
    assert [right["id"] for right in found["items"]] == ["social-security"]
    page = world.public("/citizen/v1/entitlements/social-security").json
    assert page["asked"][0]["service"] == f"{SSO}/status" and page["not_asked"]
    assert page["all_verified"] is False, "nobody confirmed the amounts, and the page says so"


def test_he_learns_until_when_he_is_covered_and_by_when_to_act(world: World) -> None:
    told = check(world, "social-security")
    assert told["status"] == "entitled"
    if today(world) > COVERED_UNTIL:
        assert told["steps"][-1]["rule"] == "may-join-40", "told to whoever runs this half a year later"
        return
    assert "30 เมษายน พ.ศ. 2570" in told["headline"]["th"] and "30 April 2027" in told["headline"]["en"]
    steps = {step["rule"]: step for step in told["steps"]}
    assert steps["cover-after-job"]["outcome"] == "holds"
    used = {each["code"]: each for each in steps["go-on-under-39"]["used"]}
    assert used["months_paid"]["from"] == f"{SSO}/status" and used["least_months"]["source"]["is_verified"] is True
    assert [each["service"] for each in told["asked"]] == [f"{SSO}/status"], (
        "his age does not matter, so it is not asked"
    )
    (line,) = lines_of(world, f"{SSO}/status")
    assert line["receipt"] == told["asked"][0]["receipt"] and "/wage_baht" not in line["fields"]


def test_a_dead_register_leaves_it_open_and_answers_later(stack: Stack, world: World) -> None:
    set_mode(stack, NHSO, "dead")
    told = check(world, "health-cover")
    assert told["status"] == "unknown" and "not mean" in told["headline"]["en"]
    (waiting,) = told["waiting_for"]
    assert waiting["service"] == f"{NHSO}/search" and waiting["reason"] == "away" and waiting["retry_after"] > 0
    set_mode(stack, NHSO, "normal")
    again = check(world, "health-cover")
    assert again["status"] == "already" and "โรงพยาบาลตราด" in again["headline"]["th"]
    kept = {each["entitlement"]: each["result"] for each in world.person("wichai").get(RIGHTS).json["items"]}
    assert kept == {"social-security": "entitled", "health-cover": "already"}


def test_the_credit_bureau_is_asked_with_his_consent_once_and_nothing_stays(stack: Stack, world: World) -> None:
    wichai = world.person("wichai")
    first = check(world, "credit-bureau")
    assert first["status"] == "consent_needed" and lines_of(world, NCB) == []
    assert check(world, "credit-bureau")["consent"] == first["consent"], "one question, not two"
    consent = f"/citizen/v1/me/consents/{first['consent']['id']}"
    read = wichai.get(consent)
    wichai.post(f"{consent}/give", if_match=read.etag)
    told = check(world, "credit-bureau")
    assert told["status"] == "entitled" and "701" in told["headline"]["th"] and told["consent"] is None
    assert [line["fields"] for line in lines_of(world, NCB)] == [first_fields()]
    assert "credit-bureau" not in [each["entitlement"] for each in wichai.get(RIGHTS).json["items"]]
    assert kept_of(stack, "701") == [], "the portal's table does not know his score"
    again = check(world, "credit-bureau")
    assert again["status"] == "consent_needed" and again["consent"]["id"] != first["consent"]["id"]
    assert len(lines_of(world, NCB)) == 1


def test_a_consent_that_is_withdrawn_lets_nothing_through(world: World) -> None:
    wichai = world.person("wichai")
    asked = check(world, "credit-bureau")["consent"]
    consent = f"/citizen/v1/me/consents/{asked['id']}"
    wichai.post(f"{consent}/give", if_match=wichai.get(consent).etag)
    wichai.post(f"{consent}/withdraw")
    told = check(world, "credit-bureau")
    assert told["status"] == "consent_needed" and {step["outcome"] for step in told["steps"]} == {"unknown"}
    assert len(lines_of(world, NCB)) == 1


def test_nobody_else_sees_what_he_asked(world: World) -> None:
    assert world.person("somchai").get(RIGHTS).json["items"] == []
    assert visitor(world, "gsb-loans").ask("GET", RIGHTS).status == 403
    assert visitor(world, "wichai").ask("POST", f"{RIGHTS}/no-such-right/check", {}).status == 404


def first_fields() -> list[str]:
    """What the consent names, and the line of the log with it."""
    return ["/score", "/grade", "/as_of", "/open_accounts", "/overdue_accounts"]


def kept_of(stack: Stack, text: str) -> list[str]:
    """Rows of the portal's table in whose clear text something stands."""
    table = stack.loaded.house.settings.table("citizen")
    rows = stack.loaded.house.clients.dynamodb.scan(TableName=table)["Items"]
    return [json.dumps(row["pk"]) for row in rows if f'"{text}"' in json.dumps(row) or f" {text} " in json.dumps(row)]
