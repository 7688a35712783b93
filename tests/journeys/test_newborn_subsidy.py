"""The child support grant over real HTTP: told, checked, applied for, granted; and what must not happen on the way."""

from __future__ import annotations

from typing import Any

import pytest

from demo.story import RIGHT
from demo.story_rights import BABY, DECLARED, GRANT
from demo.world import HttpTransport, World
from infra.local.stack import Stack
from tests.journeys.visitors import visitor

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("journey")]

CHECK = f"/citizen/v1/me/entitlements/{GRANT}/check"
APPLY = f"/citizen/v1/me/entitlements/{GRANT}/applications"


@pytest.fixture(scope="module")
def world(stack: Stack) -> World:
    """The town after the grant was given."""
    world = World(HttpTransport(stack.address))
    for step in RIGHT:
        step.play(world)
    return world


def home(world: World, who: str) -> dict[str, int]:
    """How many cards of each kind somebody has."""
    counts: dict[str, int] = world.person(who).get("/citizen/v1/me/home").json["counts"]
    return counts


def test_what_was_granted_is_over_and_stays_readable(world: World) -> None:
    ploy = world.person("ploy")
    assert home(world, "ploy") == {"bill": 0, "case": 0, "offer": 0, "task": 0}
    (mine,) = ploy.get("/citizen/v1/me/applications").json["items"]
    assert (mine["turn"], mine["entitlement"], mine["filed"]) == ("nobody", GRANT, True)
    whole = ploy.get(f"/citizen/v1/me/applications/{mine['id']}").json
    assert whole["licence"] and whole["sources"], "the decision, and which register gave which answer"
    offers = ploy.get("/citizen/v1/me/offers").json["items"]
    assert [offer["state"] for offer in offers] == ["taken_up"]
    assert ploy.get(f"/citizen/v1/me/entitlements/{GRANT}/payments").json["items"] is not None


def test_the_birth_told_once_more_tells_nobody_anything(world: World) -> None:
    before = len(world.person("ploy").get("/citizen/v1/me/inbox").json["items"])
    RIGHT[0].play(world)
    world.transport.pause()
    assert len(world.person("ploy").get("/citizen/v1/me/inbox").json["items"]) == before


def test_each_access_stands_in_the_log_with_its_purpose(world: World) -> None:
    lines = world.person("ploy").get("/citizen/v1/me/access-log").json["items"]
    by_portal = [line for line in lines if line["consumer"] == "TH/CENTRAL/DGA/citizen"]
    assert {line["purpose_en"] for line in by_portal} >= {
        "To see which right you probably have and tell you of it, without your asking"
    }
    assert all(line["purpose_en"] and line["legal_basis_en"] and line["receipt"] for line in by_portal)
    assert any(line["fields"] for line in by_portal), "where a register knew nothing, nothing was handed over"


def test_a_register_that_is_away_is_never_a_no(stack: Stack, world: World) -> None:
    centre = stack.surroundings.data_centre.address
    admin = f"{centre}/TH.CENTRAL.DCY.welfare/admin"

    def mode(name: str) -> None:
        sent = world.transport.send(
            "POST", admin, {"content-type": "application/json"}, f'{{"mode": "{name}"}}'.encode()
        )
        assert sent.status == 200, sent.body

    mode("dead")
    try:
        shown = world.person("ploy").post(CHECK, {"subject": BABY}).json
        assert shown["status"] == "unknown", shown["headline"]
        assert shown["waiting_for"] and all(each["retry_after"] for each in shown["waiting_for"])
    finally:
        mode("normal")
    again = world.person("ploy").post(CHECK, {"subject": BABY}).json
    assert again["status"] in ("entitled", "already") and again["waiting_for"] == []


def test_somebody_elses_child_opens_nothing(world: World) -> None:
    somchai = visitor(world, "somchai")
    told = somchai.ask("POST", CHECK, {"subject": BABY})
    assert told.json["status"] == "unknown" and "2026-11-11" not in told.body.decode()
    draft = somchai.ask("POST", APPLY, {"subject": BABY})
    assert draft.status == 201 and "2026-11-11" not in draft.body.decode()
    mine = world.person("ploy").get("/citizen/v1/me/applications").json["items"][0]["id"]
    assert somchai.ask("GET", f"/citizen/v1/me/applications/{mine}").status == 404
    assert somchai.ask("GET", f"/biz/v1/applications/{mine}").status == 404


def test_what_is_not_said_is_not_filed(world: World) -> None:
    somchai = visitor(world, "somchai")
    made: Any = somchai.ask("POST", APPLY, {"subject": BABY}).json
    path = f"/citizen/v1/me/applications/{made['id']}"
    assert somchai.ask("POST", f"{path}/submit").status == 422
    etag = somchai.ask("GET", path).headers["etag"]
    half = somchai.ask("PATCH", f"{path}/answers", {"payment": DECLARED["payment"]}, if_match=etag)
    assert half.status == 200
    stale = somchai.ask("PATCH", f"{path}/answers", DECLARED, if_match=etag)
    assert stale.status == 412
    refused = somchai.ask("POST", f"{path}/submit")
    assert refused.status == 422 and {each["pointer"] for each in refused.json["errors"]} >= {"/answers/declaration"}
    assert somchai.ask("POST", f"{path}/withdraw").status == 200 and home(world, "somchai")["case"] == 1
