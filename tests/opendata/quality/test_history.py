"""Grades over time: kept when they change, one for each day, and none of what never was public."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from chalicelib.opendata.tables.ingest import table
from tests.opendata.people import operator
from tests.opendata.portal import Portal

CSV = "ตำบล,จำนวน\nแหลมงอบ,10\nบางปิด,20\n".encode()


@pytest.fixture
def portal(tmp_path: Path) -> Portal:
    portal = Portal(tmp_path / "tables")
    portal.catalogue.build = table.build
    portal.organization()
    return portal


def quality(portal: Portal, name: str = "food-licences") -> dict[str, Any]:
    found: dict[str, Any] = portal.client.get(f"/opendata/v1/datasets/{name}/quality").json
    return found


def history(portal: Portal, name: str = "food-licences") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = portal.client.get(f"/opendata/v1/datasets/{name}/quality/history").json["items"]
    return found


def later(portal: Portal, days: float) -> None:
    portal.now += timedelta(days=days)


def test_the_grade_says_what_to_mend_and_what_that_gives(portal: Portal) -> None:
    portal.dataset()
    portal.table_of("food-licences", CSV)
    found = quality(portal)
    # short notes and an undescribed file: 2 + 2 of 100
    assert (found["score"], found["grade"], found["measured"], found["stars"]) == (96, "A", 100, 3)
    told = {each["key"]: each for dimension in found["dimensions"] for each in dimension["findings"]}
    assert {key: each["points"] for key, each in told.items()} == {"short_notes": 2, "undescribed_files": 2}
    assert told["undescribed_files"]["en"] == "Describe the files: ใบอนุญาต.csv"
    assert [mark["given"] for mark in found["star_marks"]] == [True, True, True, False, False]
    assert {mark["key"] for mark in found["high_value"] if not mark["given"]} == {"hvd_flag", "hvd_documented"}


def test_each_change_is_kept_once_a_day(portal: Portal) -> None:
    portal.dataset()
    portal.settle()
    portal.table_of("food-licences", CSV)
    portal.settle()
    (only,) = history(portal)
    assert (only["score"], only["day"]) == (96, portal.now.date().isoformat())
    later(portal, 1)
    portal.result(portal.act("package_patch", portal.publisher, id="food-licences", notes="ก" * 80))
    portal.settle()
    assert [each["score"] for each in history(portal)] == [98, 96]


def test_reading_writes_nothing_and_what_changes_no_grade_is_not_kept(portal: Portal) -> None:
    portal.dataset()
    portal.table_of("food-licences", CSV)
    portal.settle()
    later(portal, 1)
    portal.result(portal.act("package_patch", portal.publisher, id="food-licences", author="กองสาธารณสุข"))
    portal.settle()
    assert len(history(portal)) == 1
    before = portal.memory.requests.count("write")
    quality(portal)
    assert portal.memory.requests.count("write") == before


def test_a_grade_falls_by_itself_when_the_promised_data_does_not_come(portal: Portal) -> None:
    portal.dataset()  # every month
    portal.table_of("food-licences", CSV)
    portal.settle()
    later(portal, 30)
    assert portal.catalogue.grading.sweep(portal.now) == 0
    later(portal, 1.1)
    assert portal.catalogue.grading.sweep(portal.now) == 1
    assert [each["score"] for each in history(portal)] == [91, 96]  # 20 * 0.25 less
    assert portal.catalogue.grading.sweep(portal.now) == 0
    later(portal, 100)
    while portal.catalogue.grading.sweep(portal.now):
        pass
    assert [each["score"] for each in history(portal)] == [76, 91, 96]
    assert history(portal)[0]["points"]["timeliness"] == [0, 20]


def test_a_private_dataset_has_no_history_and_leaves_the_lists(portal: Portal) -> None:
    hidden = portal.dataset("hidden-one", private=True)
    portal.settle()
    assert portal.memory.query(f"DATASET#{hidden['id']}", prefix="GRADE").items == ()
    made = portal.dataset()
    portal.settle()
    portal.result(portal.act("package_patch", portal.publisher, id=made["id"], private=True))
    portal.settle()
    overview = portal.client.get("/opendata/v1/organizations/laemngop/quality").json
    assert (overview["items"], overview["counted"], overview["average"]) == ([], 0, None)
    assert portal.client.get(f"/opendata/v1/datasets/{made['id']}/quality").status == 404
    assert portal.client.get(f"/opendata/v1/datasets/{made['id']}/quality/history").status == 404


def test_an_organisation_sees_its_worst_first(portal: Portal) -> None:
    portal.dataset("good-one", notes="ก" * 80)
    portal.table_of("good-one", CSV)
    portal.dataset("empty-one")
    portal.settle()
    found = portal.client.get("/opendata/v1/organizations/laemngop/quality").json
    assert [each["name"] for each in found["items"]] == ["empty-one", "good-one"]
    scores = [each["score"] for each in found["items"]]
    assert (found["counted"], found["whole"], found["average"]) == (2, True, sum(scores) / 2)
    first = portal.client.get("/opendata/v1/organizations/laemngop/quality?limit=1").json
    assert [each["name"] for each in first["items"]] == ["empty-one"]
    following = f"/opendata/v1/organizations/laemngop/quality?limit=1&cursor={first['next']}"
    assert [each["name"] for each in portal.client.get(following).json["items"]] == ["good-one"]
    assert portal.client.get("/opendata/v1/organizations/nobody/quality").status == 404


def test_an_overview_costs_few_requests(portal: Portal) -> None:
    portal.dataset()
    portal.settle()
    before = len(portal.memory.requests)
    portal.client.get("/opendata/v1/organizations/laemngop/quality")
    assert len(portal.memory.requests) - before <= 4


def test_the_same_event_again_keeps_nothing_more(portal: Portal) -> None:
    portal.dataset()
    waiting = list(portal.queues.waiting)
    portal.settle()
    kept = history(portal)
    for _, body in waiting:
        portal.catalogue.on_event(body)
    portal.settle()
    assert history(portal) == kept


def test_purging_takes_the_history_too(portal: Portal) -> None:
    made = portal.dataset()
    portal.settle()
    portal.result(portal.act("dataset_purge", operator(portal), id=made["id"]))
    portal.settle()
    assert portal.memory.query(f"DATASET#{made['id']}").items == ()
    assert portal.client.get("/opendata/v1/organizations/laemngop/quality").json["items"] == []


def test_the_page_shows_points_and_stars(portal: Portal) -> None:
    portal.dataset()
    portal.table_of("food-licences", CSV)
    page = portal.client.get("/dataset/food-licences?lang=en").text
    assert "3 of 5 stars of open data" in page
    assert "Describe the files: ใบอนุญาต.csv (+2 points)" in page
