"""Rights that find the person: a birth is reported, a birthday comes, and everybody can see whether it was fair."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.opendata.figures.service import CITIZEN
from demo.story_gdx import persona
from demo.world import HttpTransport, World
from infra.local.stack import Stack
from tests.journeys.passing_time import THAI, morning_of, today
from tests.journeys.visitors import visitor

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("journey")]

EVENTS = "/r1/TH/CENTRAL/DGA/citizen/events/events"
DOPA = "TH/CENTRAL/DOPA/civil"
NAMSAI = "1990100027075"
PATIENCE = 150.0
"""Seconds. A run that meets an exchange that stands still rests for a minute."""


@pytest.fixture(scope="module")
def world(stack: Stack) -> World:
    """The town without its story."""
    return World(HttpTransport(stack.address))


def until(found: Callable[[], Any], what: str) -> Any:
    """Waits for a queue or a minute's sweep to bring something."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        there = found()
        if there:
            return there
        time.sleep(0.2)
    raise AssertionError(f"{what} did not come")


def looked_at(stack: Stack) -> bool:
    """Whether nothing waits on the queue of the portal's events any more, and no report is still to be looked at."""
    waiting = next(depth for name, depth in stack.depths().items() if name.endswith("citizen-events"))
    return waiting.waiting + waiting.in_flight == 0


def turns_sixty(stack: Stack, who: str, day: dt.date) -> None:
    """Somebody of the civil register becomes sixty on that day, whenever this story is told."""
    records: Any = stack.surroundings.agencies[0].register.records
    records[persona(who)["pid"]]["birth_date"] = day.replace(year=day.year - 60).isoformat()


def report(world: World, number: int, **changes: Any) -> Any:
    """The civil register's system tells of Ploy's baby, by the exchange."""
    given = {
        "id": f"birth-{world.seed}",
        "type": "birth-registered",
        "time": dt.datetime.combine(today(world), dt.time(), THAI).isoformat(),
        "pid": persona("ploy")["pid"],
        "subject": NAMSAI,
        "person": {"province": "ตราด", "birth_date": "1999-06-03", "sex": "F"},
        **changes,
    }
    headers = {"x_road_client": DOPA, "x_road_id": f"{world.seed}-{number}", "x_gdx_purpose": "event-report"}
    return visitor(world, "dopa-civil").ask("POST", EVENTS, given, **headers)


def offers(world: World, who: str) -> list[dict[str, Any]]:
    return list(world.person(who).get("/citizen/v1/me/offers").json["items"])


def about_offers(world: World, who: str) -> list[dict[str, Any]]:
    items = world.person(who).get("/citizen/v1/me/inbox").json["items"]
    return [each for each in items if each["category"] == "entitlement"]


def downloaded(world: World, url: str) -> str:
    """A file of the catalogue; empty until its upload was looked at."""
    answer = world.transport.send("GET", url, {}, None)
    if answer.status in (302, 303, 307):
        answer = world.transport.send("GET", answer.headers["location"], {}, None)
    return answer.body.decode() if answer.status == 200 else ""


def test_a_birth_is_reported_three_times_and_ploy_is_told_once(stack: Stack, world: World) -> None:
    assert report(world, 1).status == 200
    (offer,) = until(lambda: offers(world, "ploy"), "the offer")
    assert report(world, 2).status == 200, "the same report"
    assert report(world, 3, id=f"again-{world.seed}").status == 200, "another report of the same birth"
    until(lambda: about_offers(world, "ploy"), "the message")
    until(lambda: looked_at(stack), "the look at the repeats")
    assert [each["id"] for each in offers(world, "ploy")] == [offer["id"]] and len(about_offers(world, "ploy")) == 1
    assert (offer["entitlement"], offer["state"]) == ("newborn-grant", "open")
    assert report(world, 4, subject=None, id="nobody").status == 422


def test_she_sees_why_and_what_was_asked_about_her(world: World) -> None:
    (line,) = offers(world, "ploy")
    shown = world.person("ploy").get(f"/citizen/v1/me/offers/{line['id']}").json
    assert shown["amount"]["en"] == "600 baht a month"
    assert [step["rule"] for step in shown["steps"] if step["held"]] == ["entitled"] and shown["how_to_apply"]
    assert "240000" not in json.dumps(shown), "no value of hers is kept"
    receipts = {each["receipt"] for each in shown["receipts"]}
    log = world.person("ploy").get("/citizen/v1/me/access-log").json["items"]
    mine = [each for each in log if each["receipt"] in receipts]
    assert mine and all("โดยท่านไม่ต้องขอ" in json.dumps(each, ensure_ascii=False) for each in mine)
    home = world.person("ploy").get("/citizen/v1/me/home").json
    assert line["id"] in json.dumps(home)


def test_she_says_no_and_is_left_alone(stack: Stack, world: World) -> None:
    (line,) = offers(world, "ploy")
    refused = world.person("ploy").post(f"/citizen/v1/me/offers/{line['id']}/refuse", {"scope": "right"}).json
    assert refused["state"] == "refused"
    home = world.person("ploy").get("/citizen/v1/me/home").json
    assert line["id"] not in json.dumps(home)
    assert report(world, 5, id=f"later-{world.seed}").status == 200
    until(lambda: looked_at(stack), "the look at it")
    assert len(offers(world, "ploy")) == 1 and len(about_offers(world, "ploy")) == 1
    wishes = world.person("ploy").get("/citizen/v1/me/offers/preferences").json
    assert wishes["never"] == ["newborn-grant"]


def test_another_person_knows_nothing_of_it(world: World) -> None:
    (line,) = offers(world, "ploy")
    assert visitor(world, "wichai").ask("GET", f"/citizen/v1/me/offers/{line['id']}").status == 404
    outsider = {"x_road_client": "TH/SOE/GSB/loans", "x_gdx_purpose": "event-report"}
    assert visitor(world, "gsb-loans").ask("POST", EVENTS, {}, **outsider).status != 200


def test_prasit_is_found_by_his_birthday_though_nobody_told_of_him(stack: Stack, world: World) -> None:
    turns_sixty(stack, "prasit", today(world) + dt.timedelta(days=10))
    house = stack.loaded.house
    house.sweeps["citizen_sweep"]()  # the first minute of a portal tells nobody; its first run is the next day's
    assert offers(world, "prasit") == []
    morning_of(world, today(world) + dt.timedelta(days=1))
    house.sweeps["gdx_seal"]()  # after such a jump the exchange stands still until its log is sealed
    (line,) = until(lambda: offers(world, "prasit"), "the offer")
    assert line["entitlement"] == "old-age-allowance" and line["amount"]["en"] == "600 baht a month"
    (message,) = until(lambda: about_offers(world, "prasit"), "the message")
    assert "60" in message["body"]["en"]
    again = world.person("prasit").post(f"/citizen/v1/me/offers/{line['id']}/later", {}).json
    assert again["state"] == "later"


def test_the_next_day_everybody_can_see_the_figures(world: World) -> None:
    found_in = today(world).isoformat()[:7]
    morning_of(world, today(world) + dt.timedelta(days=1))

    def resources() -> dict[str, str]:
        answer = visitor(world, "malee").ask("GET", f"/api/3/action/package_show?id={CITIZEN.name}")
        found = answer.json["result"]["resources"] if answer.status == 200 else []
        return {each["name"]: each["url"] for each in found if each.get("url")}

    def there() -> dict[str, str]:
        found = resources()
        return found if any(name.endswith("old-age-allowance.csv") for name in found) else {}

    files = until(there, "the dataset")
    assert "rights-data-dictionary.csv" in files
    name = next(each for each in files if each.endswith("old-age-allowance.csv"))
    text = until(lambda: downloaded(world, files[name]), "the file")
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) > 1 and all(row[-1].startswith("row") for row in rows[1:]), "so few people are hidden whole"
    shown = world.public("/citizen/v1/fairness").json
    assert shown["month"] == found_in
    assert "old-age-allowance" in [each["right"] for each in shown["rights"]], "the baby's may be of the month before"
