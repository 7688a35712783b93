"""Somchai is asked, consents, takes it back, gets a copy of everything, and leaves: all of it through the portal.

`test_citizen_withdraws_consent.py` tells of the exchange's own routes; here is what a person sees and does.
"""

from __future__ import annotations

import io
import json
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from demo.story_consent import BANK, NEEDED, REPORT
from demo.story_gdx import persona
from demo.world import HttpTransport, Person, World
from infra.local.stack import Stack
from tests.journeys.passing_time import moved
from tests.journeys.visitors import visitor

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("journey")]

SOMCHAI = persona("somchai")["pid"]
ME = "/citizen/v1/me"
CONSENTS = f"{ME}/consents"
QUICK = 3.0
"""Seconds within which a withdrawal through the portal bites, with all that stands between."""


@pytest.fixture(scope="module")
def world(stack: Stack) -> World:
    """The town without its story."""
    return World(HttpTransport(stack.address))


def ask(world: World) -> str:
    """The bank asks Somchai; the consent's id."""
    question = {
        "pid": SOMCHAI,
        "service": REPORT,
        "purposes": ["loan-application"],
        "fields": ["/score", "/grade"],
        "until": (datetime.now(UTC) + timedelta(days=1)).isoformat(),
        "mode": "repeated",
        "data_life_days": 1,
    }
    return str(world.person("gsb-loans").post("/gdx/v1/consents", question, expect=201).json["id"])


def call(world: World) -> Any:
    """The bank asks the credit bureau; whatever comes of it."""
    return visitor(world, "gsb-loans").ask("POST", f"/r1/{REPORT}/lookup", {"pid": SOMCHAI}, x_road_client=BANK)


def give(person: Person, id: str) -> Any:
    """He reads, and gives."""
    shown = person.get(f"{CONSENTS}/{id}")
    return person.post(f"{CONSENTS}/{id}/give", if_match=shown.headers["etag"]).json


def tasks(person: Person) -> set[str]:
    """What waits for him on his home page."""
    cards = person.get(f"{ME}/home").json
    return {match for match in _ids(cards) if match}


def _ids(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {str(value["id"])} if "id" in value else set()
        return own.union(*(_ids(each) for each in value.values()))
    return set().union(*(_ids(each) for each in value)) if isinstance(value, list) else set()


def test_he_is_asked_gives_and_takes_it_back(world: World) -> None:
    somchai = world.person("somchai")
    id_ = ask(world)
    world.until("the question on his home page", lambda: id_ in tasks(somchai))
    (asked,) = somchai.get(CONSENTS).json["asked"]
    assert asked["id"] == id_ and "ธนาคารออมสิน" in asked["summary"]["th"] and asked["if_you_refuse"]["en"]
    assert call(world).headers["x-road-error"] == NEEDED
    assert give(somchai, id_)["standing"] == "given" and id_ not in tasks(somchai)
    assert call(world).json == {"score": 655, "grade": "EE"}
    before = time.monotonic()
    ended = somchai.post(f"{CONSENTS}/{id_}/withdraw").json
    refused = call(world)
    assert time.monotonic() - before < QUICK
    assert refused.headers["x-road-error"] == NEEDED and "655" not in refused.body.decode()
    assert ended["standing"] == "ended" and ended["closed_by"] == "person"
    deeds = [deed["what"] for deed in somchai.get(f"{ME}/activity").json["items"]]
    assert deeds[:2] == ["consent.withdrawn", "consent.given"]
    (line,) = somchai.get(f"{ME}/access-log", query={"agency": "TH/SOE/GSB"}).json["items"]
    assert somchai.get(f"{ME}/access-log/{line['receipt']}").json["consent"] == id_, "under which consent it happened"
    assert visitor(world, "malee").ask("GET", f"{CONSENTS}/{id_}").status == 404
    assert visitor(world, "malee").ask("POST", f"{CONSENTS}/{id_}/withdraw").status == 404


def test_while_calls_run_none_that_began_after_the_withdrawal_gets_data(world: World) -> None:
    somchai = world.person("somchai")
    id_ = ask(world)
    give(somchai, id_)
    withdrawn: list[float] = []

    def calling(_: int) -> tuple[float, int]:
        begun = time.monotonic()
        return begun, call(world).status

    def withdrawing() -> None:
        calling(0)  # one goes through first
        somchai.post(f"{CONSENTS}/{id_}/withdraw")
        withdrawn.append(time.monotonic())

    with ThreadPoolExecutor(4) as pool:
        end = pool.submit(withdrawing)
        answers = list(pool.map(calling, range(16)))
        end.result()
    assert {status for _, status in answers} <= {200, 500}
    assert [status for begun, status in answers if begun > withdrawn[0] and status == 200] == []
    assert call(world).headers["x-road-error"] == NEEDED


def test_the_copy_of_everything_has_it_and_after_the_erasure_the_pages_are_empty(world: World) -> None:
    somchai = world.person("somchai")
    asked = somchai.post(f"{ME}/exports", expect=202).json

    def made() -> Any:
        shown = somchai.get(f"{ME}/exports/{asked['id']}").json
        return shown["url"]

    url = world.until("the copy", made)
    content = world.transport.send("GET", url, {}, None)
    assert content.status == 200
    with zipfile.ZipFile(io.BytesIO(content.body)) as archive:
        assert set(archive.namelist()) == {"README.txt", "data.json", "schema.json"}
        parts = json.loads(archive.read("data.json"))["parts"]
    assert {each["state"] for each in parts["consents"]} == {"WITHDRAWN"}
    assert {"consent.given", "consent.withdrawn"} <= {each["what"] for each in parts["activity"]}
    assert any(line["consumer"] == BANK for line in parts["access_log"]) and parts["inbox"]
    assert visitor(world, "malee").ask("GET", f"{ME}/exports/{asked['id']}").status == 404

    plan = somchai.post(f"{ME}/erasures", expect=201).json
    assert {"inbox", "activity", "exports"} <= {part["name"] for part in plan["parts"]}
    place = f"{ME}/erasures/{plan['id']}"
    assert visitor(world, "somchai").ask("POST", f"{place}/confirm", {"understood": False}).status == 422
    somchai.post(f"{place}/confirm", {"understood": True}, expect=202)
    world.until("the first walk", lambda: somchai.get(place).json["last_look_at"])
    assert somchai.get(f"{ME}/inbox").json["items"] == []
    moved(world, seconds=180)
    somchai = world.person("somchai")
    world.until("the erasure", lambda: somchai.get(place).json["state"] == "done")
    assert somchai.get(f"{ME}/inbox").json["items"] == [] and somchai.get(f"{ME}/activity").json["items"] == []
    assert somchai.get(f"{ME}/exports").json["items"] == []
    assert somchai.get(f"{ME}/access-log").json["items"], "the exchange's own log stays: it holds agencies to account"
    assert somchai.get(CONSENTS).json["ended"], "and so does what he had allowed"
