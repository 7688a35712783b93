"""The shapes of `datastore_search` and `datastore_info`, over HTTP, as CKAN's clients know them."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from ckanapi import RemoteCKAN
from ckanapi.errors import ValidationError

from tests.opendata.portal import Portal
from tests.support.served import served

PLACES = (
    "name,year,area\nเชียงใหม่,2569,20107.1\nเชียงราย,2568,11678.4\nแม่นํ้าปิง,2569,\nน่าน,2567,11472.1\nเชียงใหม่,2569,20107.1\n"
).encode()


@pytest.fixture
def places(portal: Portal) -> str:
    portal.organization()
    return portal.table_of(portal.dataset()["id"], PLACES)


def search(portal: Portal, resource: str, **given: Any) -> Any:
    return portal.result(portal.act("datastore_search", resource_id=resource, **given))


def names(found: Any) -> list[str]:
    return [record["name"] for record in found["records"]]


def test_the_whole_shape_of_an_answer(portal: Portal, places: str) -> None:
    found = search(portal, places, q="เชียง", filters={"year": 2569}, limit=1, offset=0, sort="_id")
    record = {"_id": 1, "name": "เชียงใหม่", "year": 2569, "year_ce": 2026, "area": 20107.1, "rank": 0.555556}
    assert found["records"] == [record]
    del found["records"]
    assert found == {
        "resource_id": places,
        "version": 1,
        "q": "เชียง",
        "filters": {"year": 2569},
        "sort": "_id",
        "offset": 0,
        "limit": 1,
        "include_total": True,
        "records_format": "objects",
        "total_estimation_threshold": None,
        "total": 2,
        "total_was_estimated": False,
        "fields": [
            {"id": "_id", "type": "int"},
            {"id": "name", "type": "text"},
            {"id": "year", "type": "int8"},
            {"id": "year_ce", "type": "int8"},
            {"id": "area", "type": "numeric"},
            {"id": "rank", "type": "float4"},
        ],
        "_links": {
            "start": "/api/3/action/datastore_search",
            "next": "/api/3/action/datastore_search?offset=1",
        },
    }


def test_words_are_found_inside_thai_and_the_best_come_first(portal: Portal, places: str) -> None:
    assert names(search(portal, places, q="เชียง")) == ["เชียงราย", "เชียงใหม่", "เชียงใหม่"]
    assert names(search(portal, places, q="น้ำ")) == ["แม่นํ้าปิง"]
    assert names(search(portal, places, q="เชียง ๒๕๖๘")) == ["เชียงราย"]
    assert names(search(portal, places, q={"name": "น่าน"})) == ["น่าน"]
    assert search(portal, places, q={"name": "น่าน"})["records"][0]["rank name"] == 1.0
    assert names(search(portal, places, q="น่าน | ราย", plain=False)) == ["น่าน", "เชียงราย"]
    assert names(search(portal, places, q="เชียง & !ใหม่", plain="false")) == ["เชียงราย"]
    assert "rank" not in search(portal, places, full_text="เชียง")["records"][0]
    assert search(portal, places, q="ไม่มี")["total"] == 0
    assert search(portal, places, q="เชียง", language="thai")["language"] == "thai"


def test_rows_come_once_where_that_is_asked(portal: Portal, places: str) -> None:
    found = search(portal, places, distinct=True, fields=["name", "year"])
    assert (found["total"], len(found["records"])) == (4, 4)
    assert search(portal, places, distinct=True)["total"] == 5, "each row has an _id of its own"


def test_missing_values_stand_where_postgresql_puts_them(portal: Portal, places: str) -> None:
    assert names(search(portal, places, sort="area desc"))[0] == "แม่นํ้าปิง"
    assert names(search(portal, places, sort="area desc nulls last"))[-1] == "แม่นํ้าปิง"
    assert names(search(portal, places, sort="area"))[-1] == "แม่นํ้าปิง"
    assert names(search(portal, places, sort="area nulls first"))[0] == "แม่นํ้าปิง"


@pytest.mark.parametrize(
    ("form", "records"),
    [
        ("lists", [[3, "แม่นํ้าปิง", None]]),
        ("csv", "3,แม่นํ้าปิง,\n"),
        ("tsv", "3\tแม่นํ้าปิง\t\n"),
        ("objects", [{"_id": 3, "name": "แม่นํ้าปิง", "area": None}]),
    ],
)
def test_four_forms_of_records(portal: Portal, places: str, form: str, records: Any) -> None:
    found = search(portal, places, records_format=form, fields="_id,name,area", filters={"_id": 3})
    assert found["records"] == records


def test_a_page_tells_the_filters_of_the_next(portal: Portal, places: str) -> None:
    seen: list[int] = []
    filters: Any = None
    for _ in range(9):
        found = search(portal, places, limit=2, **({"filters": filters} if filters else {}))
        seen += [record["_id"] for record in found["records"]]
        filters = found.get("next_page")
        if filters is None:
            break
        assert filters == {"_id": {"gt": seen[-1]}}
    assert seen == [1, 2, 3, 4, 5]
    narrowed = search(portal, places, limit=1, filters={"year": 2569})
    assert narrowed["next_page"] == {"year": 2569, "_id": {"gt": 1}}
    listed = search(portal, places, limit=1, filters=[{"year": 2569}, {"year": 2568}])
    assert search(portal, places, limit=9, filters=listed["next_page"])["total"] == 3
    for given in (
        {},
        {"limit": 2, "sort": "name"},
        {"limit": 2, "include_next_page": False},
        {"limit": 2, "q": "เชียง"},
    ):
        assert "next_page" not in search(portal, places, **given)


def test_a_get_asks_the_same(portal: Portal, places: str) -> None:
    asked = portal.ask(
        "datastore_search", resource_id=places, filters=json.dumps({"year": {"gt": 2567}}), q="เชียง",
        sort="year,_id desc", fields="name, year", include_total="false", limit="2",
    )  # fmt: skip
    found = portal.result(asked)
    assert found["records"] == [{"name": "เชียงราย", "year": 2568}, {"name": "เชียงใหม่", "year": 2569}]
    assert "total" not in found and found["_links"]["next"].endswith("limit=2&offset=2")
    assert found["filters"] == {"year": {"gt": 2567}}
    script = portal.client.get(f"/api/3/action/datastore_search?resource_id={places}&limit=1&callback=f")
    assert script.text.startswith("f({") and script.headers["content-type"].startswith("application/javascript")


def test_ckanapi_can_use_it(portal: Portal, places: str) -> None:
    with served(portal.client) as address:
        ckan = RemoteCKAN(address)
        found = ckan.action.datastore_search(resource_id=places, q="เชียง", limit=2)
        assert (found["total"], len(found["records"])) == (3, 2)
        assert ckan.action.datastore_search(resource_id=places, limit=0)["fields"][0]["id"] == "_id"
        assert ckan.action.datastore_info(id=places)["meta"]["count"] == 5
        with pytest.raises(ValidationError) as refused:
            ckan.action.datastore_search(resource_id=places, filters={"nope": 1})
        assert refused.value.error_dict["filters"] == ['invalid value "nope"']
        asking = RemoteCKAN(address, get_only=True)
        assert asking.action.datastore_search(resource_id=places, q="น่าน")["total"] == 1


def test_an_unchanged_answer_is_not_sent_again(portal: Portal, places: str) -> None:
    path = f"/api/3/action/datastore_search?resource_id={places}&q={quote('เชียง')}"
    first = portal.client.get(path)
    tag = first.headers["etag"]
    assert first.headers["cache-control"] == "public, no-cache"
    portal.objects.reads.clear()
    again = portal.client.get(path, headers={"If-None-Match": tag})
    assert (again.status, again.text, again.headers["etag"]) == (304, "", tag)
    assert portal.client.get(f"{path}&limit=1", headers={"If-None-Match": tag}).status == 200
    portal.table_of(
        "", PLACES + b"\xe0\xb9\x80\xe0\xb8\x8a\xe0\xb8\xb5\xe0\xb8\xa2\xe0\xb8\x87,2569,1\n", resource=places
    )
    fresh = portal.client.get(path, headers={"If-None-Match": tag})
    assert (fresh.status, fresh.json["result"]["total"]) == (200, 4)
    pinned = portal.client.get(path.replace(places, f"{places}@1"))
    assert (pinned.json["result"]["total"], pinned.json["result"]["version"]) == (3, 1)


def test_info_has_the_shape_of_ckans(portal: Portal, places: str) -> None:
    info = portal.result(portal.act("datastore_info", resource_id=places))
    assert info["meta"].items() >= {
        "id": places, "count": 5, "table_type": "BASE TABLE", "idx_size": 0, "aliases": [], "version": 1,
        "current": True,
    }.items()  # fmt: skip
    assert info["meta"]["size"] == info["meta"]["db_size"] > 0
    assert [field["id"] for field in info["fields"]] == ["name", "year", "year_ce", "area"]
    assert info["fields"][2].items() >= {"twin_of": "year", "filled": 5}.items()
    assert info["fields"][0]["schema"] == {
        "native_type": "text", "notnull": False, "index_name": None, "is_index": False, "uniquekey": False,
    }  # fmt: skip


def test_the_list_of_tables_is_a_table(portal: Portal, places: str) -> None:
    other = portal.table_of(portal.dataset("second")["id"], b"a\n1\n")
    hidden = portal.table_of(portal.dataset("third", private=True)["id"], b"a\n1\n")
    portal.settle()
    found = portal.result(portal.act("datastore_search", resource_id="_table_metadata", sort="name"))
    assert [record["name"] for record in found["records"]] == sorted([places, other])
    assert found["fields"][1:] == [{"id": "name", "type": "text"}, {"id": "alias_of", "type": "text"}]
    ours = portal.result(portal.act("datastore_search", portal.publisher, resource_id="_table_metadata", q=hidden))
    assert ours["total"] == 1
    one = portal.result(
        portal.ask("datastore_search", resource_id="_table_metadata", filters=json.dumps({"name": other}))
    )
    assert (one["total"], one["records"][0]["alias_of"]) == (1, None)
    assert portal.result(portal.ask("datastore_info", id="_table_metadata"))["meta"]["count"] == 2


def test_a_huge_answer_ends_early_and_says_how_to_go_on(portal: Portal) -> None:
    portal.organization()
    cell = "ก" * 3_000
    content = "n,text\n" + "".join(f"{n},{cell}{n}\n" for n in range(1_200))
    resource = portal.table_of(portal.dataset()["id"], content.encode())
    seen = 0
    while seen < 1_200:
        found = search(portal, resource, limit=1_000, offset=seen, fields=["n", "text"])
        assert [record["n"] for record in found["records"][:1]] == [seen]
        if found.get("records_truncated"):
            assert found["limit"] == len(found["records"]) and f"offset={seen + found['limit']}" in found["message"]
            assert found["_links"]["next"].endswith(f"offset={seen + found['limit']}")
        seen += found["limit"]
    assert seen >= 1_200
    packed = portal.client.post(
        "/api/3/action/datastore_search",
        json={"resource_id": resource, "limit": 1_200},
        headers={"Accept-Encoding": "gzip"},
    )
    assert packed.headers["content-encoding"] == "gzip"
