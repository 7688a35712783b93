"""Versions over the API: listed, compared, cited, at their stable addresses."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from chalicelib.opendata.versions.chain import Listed, check
from tests.opendata.people import operator
from tests.opendata.portal import Portal
from tests.support.client import Answer

FIRST = "จังหวัด,ปี,จำนวน\nตราด,2566,120\nจันทบุรี,2566,310\nระยอง,2566,455\n".encode()
SECOND = FIRST.replace(b"455", b"545")


def get(portal: Portal, path: str, token: str | None = None, **headers: str) -> Answer:
    if token is not None:
        headers["Authorization"] = token
    return portal.client.get(path, headers=headers)


def listed(portal: Portal, resource: str, token: str | None = None, query: str = "") -> Any:
    found = get(portal, f"/opendata/v1/resources/{resource}/versions{query}", token)
    assert found.status == 200, found.text
    return found.json


@pytest.fixture
def resource(portal: Portal) -> str:
    """A file that was corrected once."""
    portal.organization()
    resource = portal.table_of(portal.dataset()["id"], FIRST)
    portal.now += timedelta(days=3)
    portal.table_of("", SECOND, resource=resource)
    portal.settle()
    return resource


def test_the_list_says_what_each_version_is_and_what_was_different(portal: Portal, resource: str) -> None:
    second, first = listed(portal, resource)["items"]
    assert [(each["number"], each["kind"], each["told"]) for each in (second, first)] == [
        (2, "upload", True),
        (1, "upload", True),
    ]
    assert first["change"] is None
    assert first["until"] == second["at"] and second["until"] is None
    assert second["file_name"] == "ใบอนุญาต.csv"
    assert second["size"] == len(SECOND)
    assert [column["id"] for column in second["tables"][0]["columns"]][:2] == ["จังหวัด", "ปี"]
    change = second["change"]
    assert change["since"] == 1
    (table,) = change["tables"]
    assert {name: table[name] for name in ("key", "key_from", "added", "removed", "changed", "unchanged")} == {
        "key": ["จังหวัด"],
        "key_from": "found",
        "added": 0,
        "removed": 0,
        "changed": 1,
        "unchanged": 2,
    }
    assert (
        get(portal, urlsplit(first["tables"][0]["rows_url"])._replace(scheme="", netloc="").geturl()).json["result"][
            "total"
        ]
        == 3
    )


def test_the_list_alone_proves_that_nothing_was_changed(portal: Portal, resource: str) -> None:
    for letter in b"789":
        portal.table_of("", FIRST + b"x,2566,%c\n" % letter, resource=resource)
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = listed(portal, resource, query=f"?limit=2{cursor}")
        found += page["items"]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert [each["number"] for each in found] == [5, 4, 3, 2, 1]
    assert [each["until"] for each in found] == [None, *(each["at"] for each in found[:-1])]
    versions = [
        Listed(each["number"], each["statement"], each["digest"], each["previous"], each["hash"])
        for each in reversed(found)
    ]
    assert check(versions) == found[0]["hash"]
    assert versions[0].previous == ""


def test_rows_that_are_different_are_told_value_by_value(portal: Portal, resource: str) -> None:
    found = get(portal, f"/opendata/v1/resources/{resource}/diff?from=1&to=2").json
    assert found["rows"] == [
        {
            "kind": "changed",
            "row_before": 3,
            "row_after": 3,
            "key": {"จังหวัด": "ระยอง"},
            "before": {"จำนวน": 455},
            "after": {"จำนวน": 545},
        }
    ]
    assert found["next"] is None


def test_any_two_versions_are_compared_when_somebody_asks_and_only_once(portal: Portal, resource: str) -> None:
    portal.table_of("", "จังหวัด,ปี,จำนวน,หมายเหตุ\nตราด,2566,120,-\n".encode(), resource=resource)
    path = f"/opendata/v1/resources/{resource}/diff?from=1&to=3"
    found = get(portal, path).json
    assert found["tables"][0]["schema_diff"]["added"] == ["หมายเหตุ"]
    assert (found["tables"][0]["removed"], found["tables"][0]["unchanged"]) == (2, 1)
    portal.memory.requests.clear()
    assert get(portal, path).json == found
    assert "write" not in portal.memory.requests


def test_many_different_rows_come_in_pages(portal: Portal) -> None:
    portal.organization()
    rows = [f"{number},{number % 7}" for number in range(250)]
    resource = portal.table_of(portal.dataset()["id"], "\n".join(["a,b", *rows]).encode())
    portal.table_of("", "\n".join(["a,b", *(f"{each}1" for each in rows)]).encode(), resource=resource)
    seen, cursor = [], ""
    while True:
        page = get(portal, f"/opendata/v1/resources/{resource}/diff?from=1&to=2{cursor}").json
        seen += [row["key"]["a"] for row in page["rows"]]
        if page["next"] is None:
            break
        assert len(page["rows"]) == 100
        cursor = f"&cursor={page['next']}"
    assert seen == list(range(250))


def test_what_cannot_be_answered_says_so(portal: Portal, resource: str) -> None:
    for path, status in (
        ("versions/3", 404),
        ("versions/0", 404),
        ("versions/x", 404),
        ("versions/1/proof", 409),
        ("diff?from=2&to=1", 422),
        ("diff?from=1&to=1", 422),
        ("diff?from=1&to=9", 404),
        ("diff?from=1", 422),
        ("diff?from=1&to=2&table=2", 422),
        ("versions?limit=0", 422),
        ("versions?cursor=zz", 400),
        ("versions/1/citation?form=doc", 422),
    ):
        refused = get(portal, f"/opendata/v1/resources/{resource}/{path}")
        assert refused.status == status, (path, refused.text)
        assert refused.headers["content-type"].startswith("application/problem+json")


def test_what_is_not_there_or_not_shown_looks_the_same(portal: Portal, resource: str) -> None:
    portal.dataset("hidden", private=True)
    hidden = portal.table_of("hidden", FIRST)
    for path in ("versions", "versions/1", "versions/1/proof", "versions/1/citation", "diff?from=1&to=2"):
        for each in (hidden, "f" * 32):
            assert get(portal, f"/opendata/v1/resources/{each}/{path}", portal.other).status == 404
    assert listed(portal, hidden, portal.publisher)["items"][0]["number"] == 1


def test_a_version_that_never_stood_in_public_is_there_by_its_digest_alone(portal: Portal) -> None:
    portal.organization()
    dataset = portal.dataset(private=True)["id"]
    resource = portal.table_of(dataset, FIRST)
    portal.table_of("", SECOND, resource=resource)
    portal.settle()
    portal.result(portal.act("package_patch", portal.publisher, id=dataset, private=False))
    second, first = listed(portal, resource)["items"]
    assert second["told"] and second["change"] is None
    assert {name for name, value in first.items() if value is not None} == {
        "number",
        "told",
        "digest",
        "previous",
        "hash",
    }
    assert not first["told"]
    assert check(
        Listed(each["number"], each["statement"], each["digest"], each["previous"], each["hash"])
        for each in (first, second)
    )
    assert get(portal, f"/opendata/v1/resources/{resource}/versions/1").status == 404
    assert get(portal, f"/opendata/v1/resources/{resource}/diff?from=1&to=2").status == 404
    assert get(portal, f"/dataset/{dataset}/resource/{resource}/version/1").status == 404
    assert get(portal, f"/dataset/{dataset}/resource/{resource}/version/1", Accept="text/html").status == 404
    assert get(portal, f"/dataset/{dataset}/resource/{resource}/version/1/download/x.csv").status == 404
    mine = listed(portal, resource, portal.publisher)["items"]
    assert mine[1]["told"] and mine[0]["change"]["tables"][0]["changed"] == 1
    assert get(portal, f"/opendata/v1/resources/{resource}/diff?from=1&to=2", portal.publisher).status == 200


def test_the_stable_address_shows_a_version_as_it_was(portal: Portal, resource: str) -> None:
    first = listed(portal, resource)["items"][1]
    path = urlsplit(first["url"]).path
    told = get(portal, path)
    assert told.status == 200
    assert told.json["version"]["number"] == 1
    assert told.json["citation"]["url"] == first["url"]
    page = get(portal, path, Accept="text/html")
    assert page.status == 200
    for text in (">455<", "เวอร์ชัน 1", "มีเวอร์ชันใหม่กว่าแล้ว", first["sha256"], first["hash"]):
        assert text in page.text
    assert ">545<" not in page.text
    assert "<script" not in page.text
    second = get(portal, path[:-1] + "2", Accept="text/html", **{"Accept-Language": "en"})
    for text in (">545<", ">455<", "This is the current version", "0 rows added, 0 removed, 1 changed, 2 unchanged"):
        assert text in second.text
    sent = get(portal, f"{path}/download/x.csv")
    assert sent.status == 302
    assert sent.headers["location"].startswith(
        f"https://bucket.test/files/sha256/{first['sha256'][:2]}/{first['sha256']}"
    )
    assert "%E0%B9%83%E0%B8%9A" in sent.headers["location"]


def test_a_version_is_at_home_in_its_own_dataset_only(portal: Portal, resource: str) -> None:
    portal.dataset("other")
    assert get(portal, f"/dataset/food-licences/resource/{resource}/version/1").status == 200
    for accept in ("*/*", "text/html"):
        assert get(portal, f"/dataset/other/resource/{resource}/version/1", Accept=accept).status == 404
    assert get(portal, f"/dataset/other/resource/{resource}/version/1/download/x").status == 404


def test_a_citation_is_for_people_and_for_programs(portal: Portal, resource: str) -> None:
    path = f"/opendata/v1/resources/{resource}/versions/1/citation"
    told = get(portal, path).json
    assert told["th"].startswith(
        "เทศบาลตำบลแหลมงอบ. (2569). ใบอนุญาตจัดตั้งสถานที่จำหน่ายอาหาร: ใบอนุญาต.csv [ชุดข้อมูล เวอร์ชัน 1 ("
    )
    assert "(2026)" in told["en"] and "version 1" in told["en"]
    assert told["url"] in told["th"] and told["url"] in told["en"]
    for form, beginning in (("bibtex", "@misc{food-licences-v1,"), ("ris", "TY  - DATA\r\n")):
        answer = get(portal, f"{path}?form={form}")
        assert answer.text.startswith(beginning)
        assert "attachment" in answer.headers["content-disposition"]
    (item,) = json.loads(get(portal, f"{path}?form=csl").text)
    assert (item["type"], item["version"], item["URL"]) == ("dataset", "1", told["url"])


def test_pages_cite_the_version_that_they_show(portal: Portal, resource: str) -> None:
    for path in ("/dataset/food-licences", f"/dataset/food-licences/resource/{resource}"):
        page = get(portal, path, Accept="text/html")
        assert f"/resource/{resource}/version/2" in page.text, path


def test_linked_data_names_the_version_that_it_describes(portal: Portal, resource: str) -> None:
    text = get(portal, "/dataset/food-licences.ttl").text
    assert f"/resource/{resource}/version/2>" in text
    assert "foaf:page" in text


def test_a_purge_takes_the_differences_along(portal: Portal, resource: str) -> None:
    assert any(key.startswith("diffs/") for key in portal.objects.kept)
    dataset = portal.catalogue.store.package_of_resource(resource)
    assert dataset is not None
    portal.result(portal.act("dataset_purge", operator(portal), id=dataset.id))
    portal.settle()
    assert not any(key.startswith("diffs/") for key in portal.objects.kept)
    assert get(portal, f"/dataset/{dataset.id}/resource/{resource}/version/1").status == 404
