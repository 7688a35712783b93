"""What is played to learn which rights each function uses: the story, and scenes that it has no place for."""

from __future__ import annotations

from typing import Any
from wsgiref.types import StartResponse

from chalicelib.opendata.tables.writing.compaction import AT_MINUTE
from demo.story import STEPS
from demo.story_opendata import act
from demo.story_tables import NAME as BUDGET
from demo.world import World
from tests.biz.linked.hotel import ANSWERS, definition
from tests.biz.linked.hotel import SERVICE as LINKED
from tests.journeys.visitors import visitor
from tests.support.apart import Apart
from tests.support.town import ADDRESS, InProcess

A_GOOD_ONE = {**definition()["tests"][0], "documents": []}
"""A test case of a service whose documents were left out."""


def play(here: Apart) -> None:
    """Plays everything."""
    world = World(InProcess(here))
    for step in STEPS:
        step.play(world)
    _harvest_somebody(world)
    _ask_for_long_work(world)
    here.moves_in("http://127.0.0.1:8104", _takes)
    _link_somebody(world)
    here.settle()  # whoever sweeps finds the link planned
    here.sweep_at(AT_MINUTE)
    here.settle()


def _harvest_somebody(world: World) -> None:
    """A publisher harvests a CKAN that answers: Klang itself."""
    publisher, sources = visitor(world, "publisher-laemngop"), "/opendata/v1/harvest/sources"
    given = {"kind": "ckan", "title": "กรมน้ำ", "url": ADDRESS, "organization": "laemngop"}
    made = publisher.ask("POST", sources, given)
    assert made.status == 201, made.json
    started = publisher.ask("POST", f"{sources}/{made.json['id']}/runs", {})
    assert started.status == 202, started.json


def _ask_for_long_work(world: World) -> None:
    """A publisher has a file read otherwise, compares two versions and has a link mirrored: a queue for each."""
    publisher, table = visitor(world, "publisher-laemngop"), world.known["budget"]
    otherwise = {"options": {"types": {"รายการ": "text"}}}
    again = publisher.ask("POST", f"/opendata/v1/resources/{table}/ingest", otherwise)
    assert again.status == 202, again.json
    compared = {"kind": "diff", "given": {"resource": table, "from": 1, "to": 2}}
    asked = publisher.ask("POST", "/opendata/v1/jobs", compared)
    assert asked.status == 202, asked.json
    link = {"package_id": BUDGET, "name": "สถานี", "url": "https://stations.example/list.csv", "mirror": True}
    act(world.person("publisher-laemngop"), "resource_create", link)


def _takes(_: Any, start: StartResponse) -> list[bytes]:
    """An office's system that takes whatever it is told."""
    start("200 OK", [])
    return []


def _link_somebody(world: World) -> None:
    """An office links its system, and somebody applies."""
    anong, bundit, somchai = (visitor(world, who) for who in ("officer-anong", "officer-bundit", "somchai"))
    path = f"/biz/v1/services/{LINKED}"
    there = {"deliver_to": "http://127.0.0.1:8104/klang"}
    service = definition(there, documents=[], tests=[A_GOOD_ONE, *definition()["tests"][1:]])
    drafted = anong.ask("PUT", f"{path}/draft", service)
    assert drafted.json["problems"] == []
    assert bundit.ask("POST", f"{path}/versions", if_match=drafted.headers["etag"]).status < 300
    opening = {"service": LINKED, "applicant": {"kind": "person"}}
    case = somchai.ask("POST", "/biz/v1/applications", opening)
    path = f"/biz/v1/applications/{case.json['id']}"
    assert somchai.ask("PATCH", f"{path}/answers", ANSWERS, if_match=case.headers["etag"]).status == 200
    assert somchai.ask("POST", f"{path}/submit").status == 200
