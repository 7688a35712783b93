"""Malee sees that the municipality looked her up, checks the proof herself, asks why, and is answered, or is not.

Real HTTP: the exchange, the portal, the published verifier without a network, and days that pass.
"""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from demo.story_gdx import persona
from demo.world import HttpTransport, World
from infra.local.stack import Stack
from tests.journeys.passing_time import moved
from tests.journeys.test_verify_a_receipt_offline import OFFLINE
from tests.journeys.visitors import visitor

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("journey")]

MALEE = persona("malee")["pid"]
PERSON = "TH/CENTRAL/DOPA/civil/person"
OFFICE, AGENCY = "TH/LOCAL/LAEMNGOP/office", "TH/LOCAL/LAEMNGOP"
ME, LOG = "/citizen/v1/me", "/citizen/v1/me/access-log"
WHY = {"text": "ทำไมเทศบาลจึงดูข้อมูลของดิฉัน"}
ANSWER = {
    "answer": {
        "th": "เพื่อตรวจสอบผู้ขออนุญาตก่อนออกตรวจสถานที่",
        "en": "To check who applies before we inspect the premises.",
    }
}


@pytest.fixture(scope="module")
def world(stack: Stack) -> World:
    """The town without its story."""
    return World(HttpTransport(stack.address))


def looked_up(world: World, case: str) -> str:
    """The municipality asks the civil register about Malee; id of the exchange."""
    answer = world.person("laemngop-office").post(
        f"/r1/{PERSON}/lookup",
        {"pid": MALEE},
        x_road_client=OFFICE,
        x_gdx_purpose="premises-inspection",
        x_road_issue=case,
    )
    return answer.headers["x-gdx-exchange"]


def told(world: World, title: str) -> Any:
    """The message with this title, once it is there."""

    def found() -> Any:
        items = world.person("malee").get(f"{ME}/inbox").json["items"]
        return next((item for item in items if item["title"]["en"] == title), None)

    return world.until(title, found)


def test_she_sees_it_and_checks_the_proof_without_anybody(world: World, tmp_path: Path) -> None:
    receipt = looked_up(world, "LN-2569-1")
    malee = world.person("malee")
    mine = malee.get(LOG, query={"agency": AGENCY, "service": "TH/CENTRAL/DOPA"}).json["items"]
    assert [line["receipt"] for line in mine] == [receipt], "all of the agency, and nothing else"
    assert malee.get(LOG, query={"agency": "TH/SOE/GSB"}).json["items"] == []

    def proven() -> Any:
        shown = malee.get(f"{LOG}/{receipt}").json
        return shown if shown["proof"]["verified"] == "verified" else None

    shown = world.until("the proof", proven)
    assert shown["case"] == "LN-2569-1" and shown["consent"] is None
    assert "เทศบาลตำบลแหลมงอบ" in shown["explained"]["th"] and "without your consent" in shown["explained"]["en"]
    assert visitor(world, "somchai").ask("GET", f"{LOG}/{receipt}").status == 404

    # at home, without a network, with the published program and what the page showed
    (tmp_path / "verifier.py").write_bytes(world.public(shown["proof"]["verifier"]).body)
    (tmp_path / "proof").write_text(shown["proof"]["proof"], encoding="utf-8")
    (tmp_path / "entry").write_text(shown["proof"]["entry"], encoding="utf-8")
    vkey = world.public("/gdx/v1/log/vkey").body.decode().strip()
    assert vkey == shown["proof"]["log_key"]

    def offline() -> tuple[int, str]:
        asked = ["verifier.py", "proof", "proof", "--vkey", vkey, "--entry", "entry"]
        ran = subprocess.run(
            [sys.executable, "-I", "-c", OFFLINE, *asked],
            cwd=tmp_path,
            env={},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        return ran.returncode, ran.stdout

    code, said = offline()
    assert code == 0 and said.startswith("good: entry ")
    (tmp_path / "entry").write_text(shown["proof"]["entry"].replace(OFFICE, "TH/SOE/GSB/loans"), encoding="utf-8")
    assert offline()[0] == 1, "another asker is another entry"


def test_she_asks_why_and_is_answered(world: World) -> None:
    receipt = looked_up(world, "LN-2569-2")
    malee, office = world.person("malee"), world.person("laemngop-office")
    asked = malee.post(f"{LOG}/{receipt}/why", WHY, expect=201).json
    assert asked["to"] == AGENCY and asked["due_verified"] == "no"
    assert visitor(world, "malee").ask("POST", f"{LOG}/{receipt}/why", WHY).status == 409, "one is open"
    waiting = office.get("/citizen/v1/questions").json["items"]
    assert [(each["id"], each["about"]["case"]) for each in waiting] == [(asked["id"], "LN-2569-2")]
    assert MALEE not in json.dumps(waiting)
    bank = visitor(world, "gsb-loans")
    assert bank.ask("GET", f"/citizen/v1/questions/{asked['id']}").status == 404
    assert bank.ask("POST", f"/citizen/v1/questions/{asked['id']}/answer", ANSWER).status == 404
    office.post(f"/citizen/v1/questions/{asked['id']}/answer", ANSWER)
    assert told(world, "The agency has answered you")["category"] == "data"
    shown = malee.get(f"{ME}/questions/{asked['id']}").json
    assert shown["state"] == "answered" and shown["answer"] == ANSWER["answer"]
    assert office.get("/citizen/v1/questions").json["items"] == []
    deeds = [deed["what"] for deed in malee.get(f"{ME}/activity").json["items"]]
    assert deeds[:2] == ["question.answered", "question.asked"]


def test_an_agency_that_is_silent_is_reminded_and_then_seen_by_the_operators(world: World) -> None:
    receipt = looked_up(world, "LN-2569-3")
    asked = world.person("malee").post(f"{LOG}/{receipt}/why", WHY, expect=201).json
    due = dt.date.fromisoformat(asked["due"])
    moved(world, to=f"{due - dt.timedelta(days=5)}T10:00:00+07:00")
    told(world, "The agency was reminded of your question")
    assert world.person("operator-dga").get("/citizen/v1/questions/overdue").json["items"] == []
    moved(world, to=f"{due + dt.timedelta(days=1)}T10:00:00+07:00")
    late = told(world, "The agency did not answer in time")
    assert "มาตรา 73" in late["body"]["th"]
    (seen,) = world.person("operator-dga").get("/citizen/v1/questions/overdue").json["items"]
    assert (seen["id"], seen["to"]) == (asked["id"], AGENCY) and set(seen) == {"id", "to", "kind", "asked_at", "due"}
    assert visitor(world, "malee").ask("GET", "/citizen/v1/questions/overdue").status == 403
    world.person("laemngop-office").post(f"/citizen/v1/questions/{asked['id']}/answer", ANSWER)
    assert world.person("operator-dga").get("/citizen/v1/questions/overdue").json["items"] == []
    assert world.person("malee").get(f"{ME}/questions/{asked['id']}").json["overdue"], "it stays said that it was late"
