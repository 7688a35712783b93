"""A right is added by one file: the one of the how-to is shown, checked, explained, kept and found by its trigger."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from chalicelib.citizen.entitlements.catalogue import SHIPPED, Catalogue
from scripts import check_entitlements
from tests.citizen.entitlements.town import CIVIL, check
from tests.citizen.portal import MALEE, SOMCHAI, Portal

HOW_TO = Path(__file__).parents[3] / "docs" / "how-to" / "add-an-entitlement.md"
NEW = "/citizen/v1/entitlements/home-visit"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The how-to's file, as somebody would write it down."""
    text = HOW_TO.read_text(encoding="utf-8")
    path = tmp_path / "home-visit.json"
    path.write_text(text.partition("```json\n")[2].partition("```")[0], encoding="utf-8")
    return path


@pytest.fixture
def town(file: Path) -> Portal:
    portal = Portal(rights=Catalogue.read(SHIPPED, file.parent))
    portal.gdx.records[CIVIL] = {
        MALEE: {"birth_date": "1940-02-01", "address": {"district": "แหลมงอบ", "province": "ตราด"}},
        SOMCHAI: {"birth_date": "1990-11-02", "address": {"district": "แหลมงอบ", "province": "ตราด"}},
    }
    return portal


def test_it_is_well(file: Path) -> None:
    assert list(check_entitlements.problems([file])) == []


def test_it_stands_in_the_catalogue_with_its_sources(town: Portal) -> None:
    listed = town.client.get("/citizen/v1/entitlements?category=older").json
    assert [each["id"] for each in listed["items"]] == ["old-age-allowance", "home-visit"]
    page = town.client.get(NEW).json
    assert page["values"][0]["rows"][0]["value"] == "80" and page["all_verified"] is True
    assert [told["en"] for told in page["asked"][0]["told"]] == ["Birth date", "District"]


def test_it_is_checked_and_explained(town: Portal) -> None:
    told = check(town, "home-visit", town.malee).json
    assert told["status"] == "entitled"
    assert [step["text"]["en"] for step in told["steps"]] == [
        "You are registered in Laem Ngop.",
        "You are 86.",
        "The municipality may visit you once a month.",
    ]
    assert check(town, "home-visit", town.somchai).json["headline"]["en"] == "You are 36, not 80 yet."
    town.gdx.down(CIVIL)
    assert check(town, "home-visit", town.somchai).json["status"] == "unknown"
    kept = town.client.get("/citizen/v1/me/entitlements", token=town.malee).json["items"]
    assert [(each["entitlement"], each["result"]) for each in kept] == [("home-visit", "entitled")]


def test_it_is_found_by_its_trigger(town: Portal) -> None:
    ages = {
        definition.id: trigger.age
        for definition in town.citizen.entitlements.live()
        for trigger in definition.triggers
        if trigger.age is not None
    }
    assert ages == {"old-age-allowance": 60, "home-visit": 80}


def test_a_new_version_takes_over_on_its_day(file: Path) -> None:
    document = json.loads(file.read_text(encoding="utf-8"))
    document |= {"version": 2, "effective_from": "2027-01-01"}
    document["parameters"]["from_age"]["rows"][0]["value"] = "75"
    (file.parent / "home-visit-2.json").write_text(json.dumps(document), encoding="utf-8")
    rights = Catalogue.read(file.parent)
    days = [dt.date(2025, 12, 31), dt.date(2026, 12, 31), dt.date(2027, 1, 1)]
    assert [[one.version for one in rights.live(day)] for day in days] == [[], [1], [2]]
    assert rights.version("home-visit", 1) is not None, "what was judged by it is still explained by it"
