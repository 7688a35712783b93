"""The history of a dataset: immutable, whole for its organisation, without its drafts for everybody else."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.opendata.changes import Version
from chalicelib.opendata.rest import history
from tests.opendata.packages.town import LINK, Town, whole
from tests.support.client import Answer

PATH = "/opendata/v1/datasets/food-licences/versions"
SECRET = "ความลับ"


def versions(town: Town, token: str | None = None, query: str = "") -> Answer:
    return town.portal.client.get(PATH + query, headers={"Authorization": token} if token else {})


def test_the_organization_sees_who_did_what(town: Town) -> None:
    made = town.write("package_create", **whole())
    town.write("package_patch", id="food-licences", notes="ใหม่")
    link = made["resources"][0]["id"]
    town.write("resource_patch", id=link, description="ก")
    town.write("resource_delete", id=link)
    told = versions(town, town.portal.publisher).json["items"]
    assert [each["activity"] for each in told] == [
        "deleted resource", "changed resource", "changed package", "new package",
    ]  # fmt: skip
    assert told[1]["resource"] == link
    assert told[1]["diff"] == {"resources": {link: {"description": [None, "ก"]}}}
    assert told[2]["diff"] == {"notes": [made["notes"], "ใหม่"]}
    assert told[0]["diff"]["resources"][link]["name"] == ["a", None]
    assert all(each["by"].startswith("officer:") for each in told)
    assert all(each["at"].endswith("Z") for each in told)


def test_everybody_sees_what_was_public_and_nobodys_name(town: Town) -> None:
    town.write("package_create", **whole(private=True, notes=SECRET, resources=[{**LINK, "description": SECRET}]))
    link = town.show()["resources"][0]["id"]
    town.write("package_patch", id="food-licences", notes=f"{SECRET} 2")
    town.write("resource_patch", id=link, description="เปิด")
    assert versions(town).status == 404
    town.write("package_patch", id="food-licences", notes="เปิด", private=False)
    town.write("package_patch", id="food-licences", notes="เปิดแล้ว")
    for token in (None, town.portal.reader, town.portal.other):
        answer = versions(town, token)
        assert SECRET not in answer.text
        assert "officer:" not in answer.text
        told = answer.json["items"]
        assert [each["diff"].get("notes") for each in told] == [["เปิด", "เปิดแล้ว"], [None, "เปิด"]]
    assert SECRET in versions(town, town.portal.publisher).text
    town.write("package_patch", id="food-licences", private=True, notes=SECRET)
    assert versions(town).status == 404
    town.write("package_patch", id="food-licences", private=False, notes="อีกครั้ง")
    assert SECRET not in versions(town).text


def test_files_are_told_without_where_they_lie(town: Town) -> None:
    made = town.write("package_create", **whole())
    town.portal.table_of(made["id"], b"a\n1\n")
    text = versions(town, town.portal.publisher).text
    assert "sha256" in text
    for inside in ("uploads/", "files/sha256", "tables/", "data.parquet", '"chain"', '"report"'):
        assert inside not in text


def test_the_history_is_told_page_by_page(town: Town) -> None:
    town.write("package_create", **whole())
    for n in range(4):
        town.write("package_patch", id="food-licences", notes=f"{n}")
    seen: list[str] = []
    query = "?limit=2"
    for _ in range(3):
        page = versions(town, query=query).json
        seen += [each["id"] for each in page["items"]]
        query = f"?limit=2&cursor={page['next']}"
    assert (len(seen), len(set(seen)), page["next"]) == (5, 5, None)
    assert seen == sorted(seen, reverse=True)
    other = versions(town, town.portal.publisher, query="?limit=2").json["next"]
    assert versions(town, query=f"?limit=2&cursor={other}").status == 400
    assert versions(town, query="?limit=0").status == 422


def test_nothing_of_a_version_is_ever_changed(town: Town) -> None:
    made = town.write("package_create", **whole())
    rows = {key: item for key, item in town.portal.memory._items.items() if key.sk.startswith("VER#")}
    town.write("package_patch", id=made["id"], notes="x")
    town.write("package_delete", id=made["id"])
    assert rows.items() <= town.portal.memory._items.items()


@pytest.mark.parametrize(
    ("diff", "package", "was"),
    [
        ({"private": [None, False], "state": [None, "active"]}, {"private": False, "state": "active"}, False),
        ({"private": [True, False]}, {"private": False, "state": "active"}, False),
        ({"notes": ["a", "b"]}, {"private": False, "state": "active"}, True),
        ({"notes": ["a", "b"]}, {"private": False, "state": "draft"}, False),
        ({"state": ["draft", "active"]}, {"private": False, "state": "active"}, False),
        ({"state": ["active", "deleted"]}, {"private": False, "state": "deleted"}, True),
        ({"private": [False, True]}, {"private": True, "state": "active"}, True),
    ],
)
def test_whether_it_was_public_before(diff: dict[str, Any], package: dict[str, Any], was: bool) -> None:
    public = package["private"] is False and package["state"] == "active"
    version = Version("1", "", "officer:x", "changed package", "d", public, diff, package=package)
    assert history.was_public(version) is was
    told = history.difference(version, member=False)
    assert all(pair[0] is None for pair in told.values()) or was
