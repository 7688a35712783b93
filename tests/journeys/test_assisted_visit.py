"""Prasit has no telephone and comes to the counter; Kamon's sister looks after him; Somchai acts for his small son.

At the counter nothing opens before Prasit has confirmed it at the kiosk with the code that the desk shows, and his end
of it bites at the officer's next call. Everything stands in his log with the officer's agency.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from demo.story_gdx import persona
from demo.world import HttpTransport, Person, World
from infra.local.stack import Stack
from tests.journeys.passing_time import today
from tests.journeys.visitors import Visitor, visitor

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("journey")]

PRASIT, SOMCHAI, MALEE = (persona(name)["pid"] for name in ("prasit", "somchai", "malee"))
SON = "1990100028080"
DESK, MINE = "/citizen/v1/assistance", "/citizen/v1/me/assistance"
ME, MANDATES = "/citizen/v1/me", "/citizen/v1/me/mandates"
LAEMNGOP = "TH/LOCAL/LAEMNGOP"


@pytest.fixture(scope="module")
def world(stack: Stack) -> World:
    """The town without its story."""
    return World(HttpTransport(stack.address))


def open_visit(world: World, pid: str = PRASIT, *scopes: str) -> Any:
    """Jintana opens a visit for who stands before her."""
    body = {"pid": pid, "purpose": "several", "scopes": list(scopes or ("profile", "inbox", "entitlements"))}
    return world.person("assistant-jintana").post(DESK, body, expect=201).json


def acting(world: World, who: Person, token: Any) -> Visitor:
    """Somebody with an acting token."""
    assert token["issued_token_type"].endswith("access_token") and token["token_type"] == "Bearer"
    return Visitor(world, token["access_token"])


def deeds(who: Person) -> list[Any]:
    """What the person's own log says, newest first."""
    items: list[Any] = who.get(f"{ME}/activity").json["items"]
    return items


def test_at_the_counter(world: World) -> None:
    prasit, jintana = world.person("prasit"), world.person("assistant-jintana")
    visit = open_visit(world)
    desk = f"{DESK}/{visit['id']}"
    early = jintana.post(f"{desk}/token", {"scopes": ["profile"]}, expect=409)
    assert "ยังไม่ได้ยืนยัน" in early.json["detail"]
    # at the kiosk, by his own login: the visit waits there, and needs what the desk shows
    (waiting,) = prasit.get(MINE).json["items"]
    assert (waiting["officer_name"], waiting["agency"]) == (persona("assistant-jintana")["name_th"], LAEMNGOP)
    prasit.post(f"{MINE}/{visit['id']}/confirm", {"code": "AAAA-AAAA"}, expect=422)
    prasit.post(f"{MINE}/{visit['id']}/confirm", {"code": visit["desk_code"]})
    shown = jintana.get(desk).json
    assert shown["status"] == "open" and shown["person_name"] == persona("prasit")["name_th"]

    # she acts in his name, within what he confirmed
    jintana.post(f"{desk}/token", {"scopes": ["bills"]}, expect=422)
    helper = acting(world, jintana, jintana.post(f"{desk}/token", {"scopes": ["profile", "inbox"]}).json)
    assert helper.ask("GET", ME).json["acting"] is True
    assert helper.ask("GET", f"{ME}/inbox").status == 200
    assert helper.ask("GET", f"{ME}/entitlements").status == 403, "not among the scopes of this token"
    for path in (f"{ME}/mandates", f"{ME}/sessions", f"{ME}/activity", MINE):
        assert helper.ask("GET", path).status == 403, "never in another's name"
    rights = acting(world, jintana, jintana.post(f"{desk}/token", {"scopes": ["entitlements"]}).json)
    told = rights.ask("POST", f"{ME}/entitlements/old-age-allowance/check", {})
    assert told.status == 200, told.body

    # he ends it; her next call is refused, and she gets no other token
    prasit.post(f"{MINE}/{visit['id']}/end")
    assert helper.ask("GET", f"{ME}/inbox").status == 403
    assert rights.ask("GET", f"{ME}/entitlements").status == 403
    jintana.post(f"{desk}/token", {"scopes": ["inbox"]}, expect=409)
    assert jintana.get(desk).json["person_name"] is None

    # his log says who did what, and the exchange's what was asked
    lines = {line["what"]: line for line in reversed(deeds(prasit)) if line["by"]["mandate"] == visit["id"]}
    used = [line for line in deeds(prasit) if line["what"] == "assistance.used"]
    assert {line["detail"]["scope"] for line in used} == {"profile", "inbox", "entitlements"}
    assert all(line["by"]["actor"].startswith(f"officer:{LAEMNGOP}/") and not line["myself"] for line in used)
    assert lines and PRASIT not in json.dumps(deeds(prasit))
    asked = prasit.get(f"{ME}/access-log").json["items"]
    assert any(line["consumer"] == "TH/CENTRAL/DGA/citizen" for line in asked)


def test_afterwards_he_is_told_and_may_say_that_it_was_not_him(world: World) -> None:
    prasit = world.person("prasit")

    def summary() -> Any:
        items = prasit.get(f"{ME}/inbox").json["items"]
        return next((item for item in items if item["title"]["en"] == "An officer did things in your place"), None)

    letter = world.until("the summary of the visit", summary)
    assert LAEMNGOP in letter["body"]["th"] and "check rights" in letter["body"]["en"]
    prasit.post(f"{MINE}/{letter['case']}/dispute", {"words": "ผมไม่ได้ขอให้ดูสิทธิ"})
    (line,) = world.person("operator-dga").get(f"/citizen/v1/assistance-disputes?agency={LAEMNGOP}").json["items"]
    assert line["id"] == letter["case"] and line["words"] == "ผมไม่ได้ขอให้ดูสิทธิ" and PRASIT not in json.dumps(line)
    answer = {"answer": {"th": "ขออภัย ได้ตักเตือนเจ้าหน้าที่แล้ว", "en": "We are sorry; the officer was told."}}
    world.person("operator-dga").post(f"/citizen/v1/assistance-disputes/{line['id']}/settle", answer)
    assert prasit.get(f"{MINE}/{line['id']}").json["answer"] == answer["answer"]


def test_a_number_of_nobody_looks_like_his(world: World) -> None:
    known = open_visit(world, SOMCHAI, "inbox")
    jintana = visitor(world, "assistant-jintana")
    made = []
    for pid in (SOMCHAI, "1990100027075"):
        visit = open_visit(world, pid, "inbox")
        sent = jintana.ask("POST", f"{DESK}/{visit['id']}/code")
        wrong = jintana.ask("POST", f"{DESK}/{visit['id']}/confirm", {"code": "000000"})
        made.append((sorted(visit), visit["status"], sent.status, sent.json, wrong.status, wrong.json["detail"]))
    assert made[0] == made[1]
    # Somchai never came to that counter: he sees it, cannot confirm it without the desk's code, and refuses
    world.person("somchai").post(f"{MINE}/{known['id']}/refuse")
    assert visitor(world, "malee").ask("GET", f"{MINE}/{known['id']}").status == 404
    assert visitor(world, "officer-anong").ask("POST", DESK, {"pid": SOMCHAI}).status == 403


def test_kamons_mandate(world: World) -> None:
    kamon, sister = world.person("kamon"), world.person("malee")
    until = (today(world) + dt.timedelta(days=180)).isoformat()
    wish = {"kind": "agent", "whom": MALEE, "scopes": ["profile", "inbox"], "until": until}
    mandate = kamon.post(MANDATES, wish, expect=201).json
    (asked,) = [each for each in sister.get(MANDATES).json["items"] if each["id"] == mandate["id"]]
    assert (asked["other_name"], asked["status"]) == (persona("kamon")["name_th"], "offered")
    place = f"{MANDATES}/{mandate['id']}"
    sister.post(f"{place}/token", {"scopes": ["inbox"]}, expect=409)
    sister.post(f"{place}/accept")
    agent = acting(world, sister, sister.post(f"{place}/token", {"scopes": ["inbox", "profile"]}).json)
    assert agent.ask("GET", f"{ME}/inbox").status == 200
    assert agent.ask("GET", ME).json["name"] == persona("kamon")["name_th"]
    assert agent.ask("GET", f"{ME}/wallet").status == 403, "a scope that was not given"
    assert agent.ask("POST", f"{place}/token", {"scopes": ["inbox"]}).status == 403, "nobody passes it on"
    kamon.post(f"{place}/end")
    assert agent.ask("GET", f"{ME}/inbox").status == 403, "at the very next call"
    assert {"mandate.offered", "mandate.held", "mandate.used", "mandate.ended"} <= {x["what"] for x in deeds(kamon)}
    world.until(
        "both are told",
        lambda: all(
            any("ended" in item["body"]["en"] for item in who.get(f"{ME}/inbox").json["items"])
            for who in (kamon, sister)
        ),
    )


def test_somchai_acts_for_his_son_and_ploy_does_not(world: World) -> None:
    somchai, ploy = world.person("somchai"), world.person("ploy")
    claim = {"kind": "guardian", "whom": SON, "scopes": ["profile", "entitlements"]}
    refused = [visitor(world, "ploy").ask("POST", MANDATES, {**claim, "whom": whom}) for whom in (SON, PRASIT)]
    assert [each.status for each in refused] == [403, 403]
    assert refused[0].json["detail"] == refused[1].json["detail"], "a grown man, or no child of hers: the same words"
    assert "ทะเบียนราษฎรไม่แสดง" in refused[0].json["detail"]
    mandate = somchai.post(MANDATES, claim, expect=201).json
    assert (mandate["status"], mandate["until"]) == ("held", "2040-03-13"), "until the day before he is twenty"
    place = f"{MANDATES}/{mandate['id']}"
    father = acting(world, somchai, somchai.post(f"{place}/token", {"scopes": ["profile"]}).json)
    assert "ต้นกล้า" in father.ask("GET", ME).json["name"]
    assert father.ask("GET", f"{ME}/entitlements").status == 403
    ploy.post(f"{place}/token", {"scopes": ["profile"]}, expect=404)
    somchai.post(f"{place}/end")
    assert father.ask("GET", ME).status == 403
