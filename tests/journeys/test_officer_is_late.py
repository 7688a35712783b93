"""The due day passes and nothing is decided, over real HTTP and weeks that go by: what the law then does.

Licensing Facilitation Act B.E. 2558 s.8 (one list of what is missing), s.10 (written reasons every seven days, with a
copy to OPDC, until decided) and s.7 (a refusal in writing, with reasons). The journey counts the days itself.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from demo.story import STEPS
from demo.story_biz import case_path
from demo.world import HttpTransport, World
from infra.local.stack import Stack
from tests.biz.life.recompute import open_on, walked
from tests.journeys.passing_time import morning_of, today
from tests.journeys.visitors import Visitor, visitor

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("journey")]

DAY = dt.timedelta(days=1)
OPDC = {"agency": "TH/CENTRAL/OPDC", "roles": ["oversight"], "pid": "1990100002021", "name": "เจ้าหน้าที่ ก.พ.ร."}
WHY = {"reasons": {"th": "ผู้ตรวจสถานที่ลาป่วย", "en": "The inspector is ill."}}
MISSING = {"items": [{"pointer": "/contact/phone", "th": "เบอร์โทรไม่ชัด", "en": "The phone number is unclear."}]}


@pytest.fixture(scope="module")
def world(stack: Stack) -> World:
    """An application that was filed on a working day, an officer who has it, and somebody of OPDC who watches."""
    world = World(HttpTransport(stack.address))
    day = today(world) + DAY
    while not open_on(day):
        day += DAY
    morning_of(world, day)
    assert visitor(world, "operator-dga").ask("POST", "/biz/v1/officers", OPDC).status == 201
    play(world, "read_manual", "submit")
    return world


def play(world: World, first: str, last: str) -> None:
    """These steps of the story, and those before them that nobody has played."""
    names = [step.name for step in STEPS]
    begin = 0 if first == "read_manual" else names.index(first)
    for step in STEPS[begin : names.index(last) + 1]:
        step.play(world)


def clock_is_right(world: World) -> Any:
    """The clock as the portal tells it, once it is what the journey counts from the history, day by day."""
    malee = world.person("malee")
    told = malee.get(case_path(world, "/clock")).json["clock"]
    history = malee.get(case_path(world, "/timeline")).json["items"]
    omissions = iter([bool(each["officer_omission"]) for each in malee.get(case_path(world)).json["deficiency_lists"]])
    events = [(item["type"], item["at"], item["type"].endswith(".returned") and next(omissions)) for item in history]
    mine = walked(told["term"], events, today(world))
    due = None if mine.due is None else mine.due.isoformat()
    assert (told["state"], told["due"], told["overdue"]) == (mine.state, due, mine.late)
    return told


def mailbox(world: World) -> list[tuple[str, int]]:
    """What OPDC has been told of this application, oldest first."""
    months = {(today(world) - DAY * back).isoformat()[:7] for back in range(0, 100, 25)}
    found = [
        item
        for month in sorted(months)
        for item in reversed(overseer(world).ask("GET", f"/biz/v1/oversight?month={month}&limit=50").json["items"])
        if item["case"] == world.known["case"]
    ]
    return [(item["kind"], item["count"]) for item in found]


def overseer(world: World) -> Visitor:
    """Somebody of OPDC."""
    return visitor(world, "somchai")


def delays(world: World) -> Any:
    """What the applicant is told of the lateness."""
    return world.person("malee").get(case_path(world, "/letters")).json["delays"]


def inbox(world: World) -> list[str]:
    """What the applicant's inbox says of the application."""
    items = world.person("malee").get("/citizen/v1/me/inbox").json["items"]
    return [item["body"]["en"] for item in items if item["case"] == world.known["case"]]


def explain(world: World, expect: int = 200) -> Any:
    """The officer gives written reasons."""
    return world.person("officer-anong").post(case_path(world, "/letters"), WHY, expect=expect).json


def test_an_office_that_is_late_must_say_why_until_it_decides(world: World) -> None:
    first = clock_is_right(world)
    assert first["state"] == "running"

    # one list, and no second one, unless the officer overlooked something: then OPDC learns of it and the clock runs on
    morning_of(world, today(world) + 3 * DAY)
    play(world, "return_once", "return_once")
    assert clock_is_right(world)["state"] == "paused"
    morning_of(world, today(world) + 8 * DAY)
    play(world, "mend", "mend")  # it tries a second list, and is refused
    due = dt.date.fromisoformat(clock_is_right(world)["due"])
    assert due > dt.date.fromisoformat(first["due"])
    anong = world.person("officer-anong")
    anong.post(case_path(world, "/deficiencies"), {**MISSING, "officer_omission": "ข้าพเจ้าดูเบอร์โทรไม่ครบ"})
    assert clock_is_right(world)["state"] == "running"
    assert mailbox(world) == [("second_list", 2)]
    world.person("malee").post(case_path(world, "/submit"))
    assert clock_is_right(world)["due"] == due.isoformat()

    # on the due day nobody is late; on the next the sweep sees it, and everybody who must know is told
    morning_of(world, due)
    assert explain(world, expect=409)["title"]
    morning_of(world, due + DAY)
    world.until("the sweep to see the lateness", lambda: delays(world)["overdue"])
    assert clock_is_right(world)["overdue"]
    assert mailbox(world)[1:] == [("late", 1)]
    world.until("the applicant to be told", lambda: any("past the legal time limit" in text for text in inbox(world)))
    late = world.person("officer-anong").get("/biz/v1/queue", query={"show": "overdue"}).json["items"]
    assert world.known["case"] in [card["id"] for card in late]

    # reasons: to the applicant, a copy to OPDC, and again within seven days
    morning_of(world, due + 5 * DAY)
    explain(world)
    world.until("the reasons to arrive", lambda: any("The inspector is ill." in text for text in inbox(world)))
    assert delays(world)["reasons_by"] == (due + 12 * DAY).isoformat()
    assert mailbox(world)[2:] == [("late_reasons", 1)]

    # a week without any is reported too, and the next week begins
    morning_of(world, due + 13 * DAY)
    world.until("the missed reasons", lambda: delays(world)["missed"] == 1)
    assert delays(world)["reasons_by"] == (due + 19 * DAY).isoformat()
    assert mailbox(world)[3:] == [("reasons_missing", 1)]
    explain(world)
    assert mailbox(world)[4:] == [("late_reasons", 2)]
    assert [item["number"] for item in delays(world)["items"]] == [1, 2]

    # no only in writing, with reasons and where to appeal; with the decision the clock stops and nothing more is owed
    anong = world.person("officer-anong")
    anong.post(case_path(world, "/actions/accept"), {})
    findings = [{"code": code, "passed": False} for code in world.known["checklist"]]
    anong.post(case_path(world, "/inspections"), {"findings": findings, "summary": "ไม่ผ่าน"})
    bundit = world.person("officer-bundit")
    refused = bundit.post(case_path(world, "/actions/refuse"), {}, expect=422).json
    assert [fault["pointer"] for fault in refused["errors"]] == ["/reasons"]
    bundit.post(
        case_path(world, "/actions/refuse"), {"reasons": {"th": "ครัวไม่สะอาด", "en": "The kitchen is not clean."}}
    )
    decision = world.person("malee").get(case_path(world)).json["decision"]
    assert decision["reasons"]["en"] == "The kitchen is not clean."
    assert "อุทธรณ์" in decision["appeal"]["th"] and "appeal" in decision["appeal"]["en"].lower()
    letter = world.person("malee").get(case_path(world, "/letters"), query={"format": "html"}, accept_language="th")
    assert "ครัวไม่สะอาด" in letter.body.decode() and "อุทธรณ์" in letter.body.decode()
    stopped = clock_is_right(world)
    assert (stopped["state"], stopped["overdue"]) == ("stopped", True)
    told = mailbox(world)
    morning_of(world, due + 40 * DAY)
    assert clock_is_right(world) == {**stopped, "on": today(world).isoformat()}
    assert (delays(world)["reasons_by"], mailbox(world)) == (None, told)
    history = world.person("malee").get(case_path(world, "/timeline")).json["items"]
    assert [item["seq"] for item in history] == list(range(1, len(history) + 1))
