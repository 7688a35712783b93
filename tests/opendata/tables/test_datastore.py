"""From an announced file to rows through the API; what fails leaves the last good version in place."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.shared.journal import Event, chain_is_whole
from tests.opendata.portal import Portal, notification

LICENCES = "เลขที่,ตำบล,พื้นที่,ออกเมื่อ\r\n001,แหลมงอบ,250,25/11/2569\r\n002,คลองใหญ่,310.5,01/12/2569\r\n".encode("cp874")


def rows(portal: Portal, resource: str, **given: Any) -> Any:
    return portal.result(portal.act("datastore_search", resource_id=resource, **given))


@pytest.fixture
def licences(portal: Portal) -> str:
    portal.organization()
    return portal.table_of(portal.dataset()["id"], LICENCES)


def test_a_cp874_file_becomes_a_typed_table(portal: Portal, licences: str) -> None:
    found = rows(portal, licences)
    assert found["total"] == 2
    assert found["fields"] == [
        {"id": "_id", "type": "int"},
        {"id": "เลขที่", "type": "text"},
        {"id": "ตำบล", "type": "text"},
        {"id": "พื้นที่", "type": "numeric"},
        {"id": "ออกเมื่อ", "type": "date"},
    ]
    assert found["records"] == [
        {"_id": 1, "เลขที่": "001", "ตำบล": "แหลมงอบ", "พื้นที่": 250.0, "ออกเมื่อ": "2026-11-25"},
        {"_id": 2, "เลขที่": "002", "ตำบล": "คลองใหญ่", "พื้นที่": 310.5, "ออกเมื่อ": "2026-12-01"},
    ]
    assert found["_links"] == {
        "start": "/api/3/action/datastore_search",
        "next": "/api/3/action/datastore_search?offset=100",
    }
    info = portal.result(portal.ask("datastore_info", id=licences))
    assert (info["meta"]["count"], next(field["id"] for field in info["fields"])) == (2, "เลขที่")


def test_the_first_page_needs_no_engine_and_no_parquet(portal: Portal, licences: str) -> None:
    portal.objects.reads.clear()
    rows(portal, licences, limit=1)
    rows(portal, licences, limit=1, offset=1)
    assert [key.rsplit("/", 1)[1] for key in portal.objects.reads] == ["preview.json"]


@pytest.mark.parametrize(
    ("given", "numbers"),
    [
        ({"filters": {"ตำบล": "แหลมงอบ"}}, [1]),
        ({"filters": {"ตำบล": ["แหลมงอบ", "คลองใหญ่"]}}, [1, 2]),
        ({"filters": {"เลขที่": "001", "ตำบล": "คลองใหญ่"}}, []),
        ({"filters": {"พื้นที่": 310.5}}, [2]),
        ({"filters": {"ออกเมื่อ": "2026-12-01"}}, [2]),
        ({"filters": {"_id": 2}}, [2]),
        ({"filters": {"ตำบล": None}}, []),
        ({"filters": json.dumps({"ตำบล": "แหลมงอบ"})}, [1]),
        ({"filters": {"ตำบล": "' OR 1=1 --"}}, []),
        ({"sort": "พื้นที่ desc"}, [2, 1]),
        ({"sort": '"ตำบล" asc, พื้นที่ desc'}, [2, 1]),
        ({"sort": "_id desc", "limit": 1}, [2]),
        ({"filters": {"ตำบล": ["แหลมงอบ", "คลองใหญ่"]}, "offset": 1}, [2]),
        ({"limit": 0}, []),
        ({"offset": 5}, []),
    ],
)
def test_filters_sorts_and_pages(portal: Portal, licences: str, given: dict[str, Any], numbers: list[int]) -> None:
    assert [record["_id"] for record in rows(portal, licences, **given)["records"]] == numbers


def test_columns_are_chosen_and_lists_are_plain(portal: Portal, licences: str) -> None:
    found = rows(portal, licences, fields="ตำบล,_id", records_format="lists", filters={"_id": 1})
    assert found["records"] == [["แหลมงอบ", 1]]
    assert [field["id"] for field in found["fields"]] == ["ตำบล", "_id"]


@pytest.mark.parametrize(
    ("given", "field", "message"),
    [
        ({"filters": {"nope": 1}}, "filters", 'invalid value "nope"'),
        ({"filters": "[1]"}, "filters", "Must be a JSON object or a list of them"),
        ({"filters": {"พื้นที่": "มาก"}}, "filters", '"พื้นที่" takes values of type numeric'),
        ({"filters": {"ออกเมื่อ": "2026-13-01"}}, "filters", '"ออกเมื่อ" takes values of type date'),
        ({"filters": {"ตำบล": {"near": 1}}}, "filters", '"ตำบล" takes the comparisons eq, lt, lte, gt, gte, in'),
        ({"filters": {"ตำบล": []}}, "filters", "a column takes 1 to 1000 values"),
        ({"sort": "nope"}, "sort", 'invalid value "nope"'),
        ({"sort": "ตำบล; DROP TABLE x"}, "sort", 'invalid value "ตำบล; DROP TABLE x"'),
        ({"fields": ["nope"]}, "fields", 'invalid value "nope"'),
        ({"limit": -1}, "limit", "Must be a natural number"),
        ({"limit": "x"}, "limit", "Invalid integer"),
        ({"records_format": "xml"}, "records_format", "Value must be one of ['objects', 'lists', 'csv', 'tsv']"),
        ({"q": {"nope": "แหลม"}}, "q", 'invalid value "nope"'),
        ({"q": ["แหลม"]}, "q", "Must be a text, or an object of texts by column"),
        ({"q": {"ตำบล": ["แหลม"]}}, "q", "Must be a Unicode string value"),
        ({"q": "ก " * 10 + "ข" * 201}, "q", "Must be at most 20 words of 200 characters"),
        ({"q": "(ก", "plain": False}, "q", "Must close every parenthesis"),
        (
            {"fields": ["ตำบล"], "distinct": True, "sort": "พื้นที่"},
            "sort",
            'with distinct, "พื้นที่" must be among the fields',
        ),
        ({"filters": {"$or": {}}}, "filters", "$or takes a list of filters"),
        ({"total_estimation_threshold": "x"}, "total_estimation_threshold", "Invalid integer"),
        ({"zzz": 1}, "__junk", "The input field was not expected."),
    ],
)
def test_a_bad_question_is_refused(portal: Portal, licences: str, given: Any, field: str, message: str) -> None:
    answer = portal.act("datastore_search", resource_id=licences, **given)
    assert answer.status == 409
    assert answer.json["error"][field] == [message]


def test_a_missing_resource(portal: Portal) -> None:
    answer = portal.act("datastore_search", resource_id="zzz")
    assert (answer.status, answer.json["error"]["message"]) == (404, "Not found: Resource was not found.")
    assert portal.act("datastore_search").json["error"]["resource_id"] == ["Missing value"]


def test_links_keep_the_query_of_a_get(portal: Portal, licences: str) -> None:
    answer = portal.ask("datastore_search", resource_id=licences, limit="1", offset="3")
    links = portal.result(answer)["_links"]
    assert links["start"] == f"/api/3/action/datastore_search?resource_id={licences}&limit=1"
    assert links["next"].endswith("&limit=1&offset=4")
    assert links["prev"].endswith("&limit=1&offset=2")


def test_ten_thousand_rows_page_deep(portal: Portal) -> None:
    portal.organization()
    content = "n,half\n" + "".join(f"{n},{n % 2}\n" for n in range(40_000))
    resource = portal.table_of(portal.dataset()["id"], content.encode())
    assert [record["n"] for record in rows(portal, resource, offset=39_998)["records"]] == [39_998, 39_999]
    odd = rows(portal, resource, filters={"half": 1}, offset=19_999, limit=5)
    assert (odd["total"], odd["records"]) == (20_000, [{"_id": 40_000, "n": 39_999, "half": 1}])
    assert rows(portal, resource, limit=99_999)["limit"] == 32_000


def test_the_file_is_downloaded_under_its_thai_name(portal: Portal, licences: str) -> None:
    shown = portal.result(portal.ask("resource_show", id=licences))
    assert shown["datastore_active"] is True
    assert (shown["format"], shown["url_type"], shown["size"]) == ("CSV", "upload", len(LICENCES))
    assert "ingest" not in shown
    address = shown["url"].removeprefix("https://data.klang.test")
    answer = portal.client.get(address)
    assert answer.status == 302
    assert "filename*=UTF-8''%E0%B9%83%E0%B8%9A" in answer.headers["location"]
    assert answer.headers["location"].startswith("https://bucket.test/files/sha256/")
    assert portal.client.get(f"/dataset/other/resource/{licences}/download/x").status == 404


def test_a_failed_upload_keeps_the_last_good_version_and_says_why(portal: Portal, licences: str) -> None:
    portal.table_of("food-licences", b"a,b\n1,2\n3,4,5\n", resource=licences)
    assert rows(portal, licences)["total"] == 2
    seen = portal.result(portal.ask("resource_show", portal.publisher, id=licences))["ingest"]
    assert seen["state"] == "failed"
    assert (seen["message_th"], seen["message_en"]) == (
        "บรรทัดที่ 3 มีจำนวนช่องมากกว่าหัวตาราง โปรดใส่เครื่องหมายคำพูดรอบช่องที่มีตัวคั่น",
        "Line 3 has more cells than the header; put quotes around cells that hold the delimiter.",
    )
    portal.table_of("food-licences", b"a,b\n1,2\n", resource=licences)
    assert rows(portal, licences)["records"] == [{"_id": 1, "a": 1, "b": 2}]
    done = portal.result(portal.ask("resource_show", portal.publisher, id=licences))["ingest"]
    assert (done["state"], done["number"], done["report"]["encoding"]) == ("done", 3, "utf-8")


def test_messages_come_twice_late_and_broken(portal: Portal, licences: str) -> None:
    before = rows(portal, licences)
    first = portal.file("food-licences", b"a\n1\n", resource=licences)["upload"]["fields"]["key"]
    second = portal.file("food-licences", b"a\n2\n", resource=licences)["upload"]["fields"]["key"]
    take = portal.catalogue.uploads.take_message
    take(notification(first))
    assert rows(portal, licences) == before
    take(notification(second, second))
    take(notification(second, first))
    assert [record["a"] for record in rows(portal, licences)["records"]] == [2]
    for body in ("", "[]", "{}", '{"Event":"s3:TestEvent"}', '{"Records":[{}]}', notification("uploads/../x")):
        take(body)


def test_bytes_other_than_announced_are_not_taken_in(portal: Portal, licences: str) -> None:
    key = portal.file("food-licences", b"a\n1\n", resource=licences)["upload"]["fields"]["key"]
    portal.objects.put(key, b"a\n9\n", media_type="text/csv")
    portal.catalogue.uploads.take_message(notification(key))
    assert rows(portal, licences)["total"] == 2
    assert (
        "announced" in portal.result(portal.ask("resource_show", portal.publisher, id=licences))["ingest"]["message_en"]
    )


def test_a_file_that_is_no_table_is_kept_for_download(portal: Portal) -> None:
    portal.organization()
    resource = portal.table_of(portal.dataset()["id"], b"%PDF-1.7", file_name="คู่มือ.pdf")
    shown = portal.result(portal.ask("resource_show", id=resource))
    assert (shown["format"], shown["datastore_active"]) == ("PDF", False)
    assert portal.client.get(shown["url"].removeprefix("https://data.klang.test")).status == 302
    assert portal.act("datastore_search", resource_id=resource).status == 404


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"url": "javascript:alert(1)"}, "url"),
        ({"url": "file:///etc/passwd"}, "url"),
        ({"upload": "x"}, "upload"),
        ({"upload": {}}, "upload"),
        ({"upload": {"file_name": "../x", "size": 1, "sha256": "0" * 64, "media_type": "text/csv"}}, "upload"),
        ({"upload": {"file_name": "x", "size": 0, "sha256": "0" * 64, "media_type": "text/csv"}}, "upload"),
        ({"upload": {"file_name": "x", "size": 1, "sha256": "0" * 63, "media_type": "text/csv"}}, "upload"),
        ({"upload": {"file_name": "x", "size": 1, "sha256": "0" * 64, "media_type": "text/html"}}, "upload"),
        (
            {"upload": {"file_name": "a\u202egnp.csv", "size": 1, "sha256": "0" * 64, "media_type": "text/csv"}},
            "upload",
        ),
        ({"url": "https://x.example", "name": []}, "name"),
    ],
)
def test_a_resource_that_will_not_do(portal: Portal, given: dict[str, Any], field: str) -> None:
    portal.organization()
    answer = portal.act("resource_create", portal.publisher, package_id=portal.dataset()["id"], **given)
    assert answer.status == 409
    assert field in answer.json["error"]


def test_a_link_is_a_resource_too(portal: Portal) -> None:
    portal.organization()
    package = portal.dataset()["id"]
    made = portal.result(
        portal.act("resource_create", portal.publisher, package_id=package, url="https://x.example/a", format=".csv")
    )
    assert (made["url"], made["url_type"], made["format"], made["position"]) == ("https://x.example/a", None, "CSV", 0)
    shown = portal.result(portal.ask("package_show", id=package))
    assert (shown["num_resources"], shown["resources"][0]["id"]) == (1, made["id"])
    assert shown["metadata_modified"] == made["metadata_modified"]


def test_history_is_chained(portal: Portal, licences: str) -> None:
    events = [
        item.data
        for key, (item, _) in portal.memory._items.items()
        if key.pk == f"RESOURCE#{licences}" and "EVT#" in key.sk
    ]
    assert [event["type"] for event in events] == ["opendata.resource.created", "opendata.resource.taken_in"]
    assert chain_is_whole([Event(**event) for event in events])


def test_a_column_of_coordinates_keeps_its_digits(portal: Portal) -> None:
    portal.organization()
    content = "lat,lon\n13.909067613192729,100.6182799760022\n13.5,100\n"
    resource = portal.table_of(portal.dataset()["id"], content.encode())
    found = rows(portal, resource, filters={"lat": 13.909067613192729})
    assert found["records"] == [{"_id": 1, "lat": 13.909067613192729, "lon": 100.6182799760022}]
