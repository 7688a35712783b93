"""A table as a file: which address leads to it, what is in it, and who waits."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from chalicelib.opendata.contents import QUARANTINE
from chalicelib.opendata.exports.service import AT_ONCE, form_of, wanted_form
from chalicelib.opendata.usage.counters import day_of
from tests.opendata.people import operator
from tests.opendata.portal import Portal

TWO = "ตำบล,จำนวน,วันที่\r\nแหลมงอบ,10,25/11/2569\r\n=1+1,20,26/11/2569\r\n".encode()


@pytest.fixture
def resource(portal: Portal) -> str:
    portal.organization()
    return portal.table_of(portal.dataset()["id"], TWO)


def fetched(portal: Portal, address: str, token: str | None = None) -> bytes:
    """What is at the end of a redirect."""
    answer = portal.client.get(address, headers={"Authorization": token} if token else {})
    assert answer.status == 302, answer.text
    return portal.objects.read(unquote(urlsplit(answer.headers["location"]).path).lstrip("/"))


def test_the_dump_is_ckans(portal: Portal, resource: str) -> None:
    content = fetched(portal, f"/datastore/dump/{resource}?bom=true").decode("utf-8-sig")
    assert content == "_id,ตำบล,จำนวน,วันที่\r\n1,แหลมงอบ,10,2026-11-25\r\n2,=1+1,20,2026-11-26\r\n"
    told = json.loads(fetched(portal, f"/datastore/dump/{resource}?format=json"))
    assert told["fields"][0] == {"id": "_id", "type": "int"}
    assert told["records"] == [[1, "แหลมงอบ", 10, "2026-11-25"], [2, "=1+1", 20, "2026-11-26"]]


def test_lasting_addresses_say_what_the_office_published(portal: Portal, resource: str) -> None:
    base = f"/opendata/v1/resources/{resource}/exports"
    assert fetched(portal, f"{base}/data.csv").decode().splitlines()[2] == "=1+1,20,2026-11-26"
    assert fetched(portal, f"{base}/data-safe.csv").decode().splitlines()[2] == "'=1+1,20,2026-11-26"
    assert fetched(portal, f"{base}/data.tsv").decode().splitlines()[1] == "แหลมงอบ\t10\t2026-11-25"
    assert fetched(portal, f"{base}/data.parquet")[:4] == b"PAR1"
    assert b'<value key="' in fetched(portal, f"{base}/data.xml")
    assert len(fetched(portal, f"{base}/data.jsonl").splitlines()) == 2
    answer = portal.client.get(f"{base}/data.csv")
    assert "%E0%B9%83%E0%B8%9A" in answer.headers["location"]  # ใบอนุญาต.csv, its own name


def test_what_was_made_once_is_not_made_again(portal: Portal, resource: str) -> None:
    address = f"/opendata/v1/resources/{resource}/exports/data.csv"
    first = fetched(portal, address)
    portal.objects.reads.clear()
    assert fetched(portal, address) == first
    assert [key for key in portal.objects.reads if key.endswith(".parquet")] == []


def test_every_version_has_its_own_file(portal: Portal, resource: str) -> None:
    portal.table_of("", TWO.replace(b",20,", b",21,"), resource=resource)
    base = f"/opendata/v1/resources/{resource}/exports/data.csv"
    assert b",21," in fetched(portal, base)
    assert b",20," in fetched(portal, f"{base}?version=1")
    assert b",20," in fetched(portal, f"/datastore/dump/{resource}@1")


def test_the_schema_describes_the_csv(portal: Portal, resource: str) -> None:
    told = portal.client.get(f"/opendata/v1/resources/{resource}/exports/schema.json").json
    assert [(field["name"], field["type"]) for field in told["fields"]] == [
        ("ตำบล", "string"), ("จำนวน", "integer"), ("วันที่", "date"),
    ]  # fmt: skip


def test_a_large_table_is_made_by_a_job_that_all_wait_for(portal: Portal) -> None:
    portal.organization()
    dataset = portal.dataset()["id"]
    large = portal.table_of(dataset, b"n\n" + b"1\n" * (AT_ONCE + 1))
    address = f"/opendata/v1/resources/{large}/exports/data.csv"
    portal.settle()
    for _ in range(3):
        answer = portal.client.get(address)
        assert (answer.status, answer.headers["retry-after"]) == (202, "20")
    assert len([queue for queue, _ in portal.queues.waiting if queue == "opendata-jobs"]) == 1
    portal.settle()
    assert fetched(portal, address).count(b"\n") == AT_ONCE + 2
    counters = portal.catalogue.counters
    counters.write()
    assert counters.of(day_of(portal.now), dataset)["downloads"] == 1, "to wait for it is not to take it"


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("filters=%7B%22n%22%3A%5B1%2C3%5D%7D", ["1,1,ก", "3,3,ค"]),
        ("sort=n+desc&limit=2", ["3,3,ค", "2,2,ข"]),
        ("offset=1&fields=n", ["2", "3"]),
        ("q=%E0%B8%82", ["2,2,ข"]),
    ],
)
def test_a_dump_can_be_of_some_rows(portal: Portal, query: str, rows: list[str]) -> None:
    portal.organization()
    resource = portal.table_of(portal.dataset()["id"], "n,x\n1,ก\n2,ข\n3,ค\n".encode())
    answer = portal.client.get(f"/datastore/dump/{resource}?{query}")
    assert (answer.status, answer.headers["content-disposition"][:10]) == (200, "attachment")
    assert answer.text.splitlines()[1:] == rows
    assert not [key for key in portal.objects.kept if key.startswith("exports/")]


def test_a_choice_of_rows_that_is_none_is_refused(portal: Portal, resource: str) -> None:
    answer = portal.client.get(f"/datastore/dump/{resource}?filters=%7B%22nope%22%3A1%7D")
    assert answer.status in (400, 409, 422)
    assert answer.json["errors"][0]["pointer"].startswith("/filters")


def test_a_table_that_is_written_is_dumped_as_it_is_now(portal: Portal) -> None:
    portal.organization()
    fields = [{"id": "k", "type": "text"}, {"id": "n", "type": "int"}]
    where: dict[str, Any] = {"resource": {"package_id": portal.dataset()["id"], "name": "เขียนได้"}}
    rows = [{"k": "a", "n": 1}, {"k": "b", "n": 2}]
    made = portal.result(
        portal.act("datastore_create", portal.publisher, **where, fields=fields, primary_key=["k"], records=rows)
    )
    address = f"/datastore/dump/{made['resource_id']}"
    assert portal.client.get(address).text.splitlines() == ["_id,k,n", "1,a,1", "2,b,2"]
    change = {"resource_id": made["resource_id"], "method": "upsert", "records": [{"k": "b", "n": 3}]}
    portal.result(portal.act("datastore_upsert", portal.publisher, force=True, **change))
    assert portal.client.get(address).text.splitlines() == ["_id,k,n", "1,a,1", "2,b,3"]


def test_a_private_table_is_for_its_organisation(portal: Portal) -> None:
    portal.organization()
    resource = portal.table_of(portal.dataset(private=True)["id"], TWO)
    for address in (f"/datastore/dump/{resource}", f"/opendata/v1/resources/{resource}/exports/data.csv"):
        assert portal.client.get(address).status == 404
        assert b"10" in fetched(portal, address, portal.publisher)


@pytest.mark.parametrize(
    ("query", "field"),
    [("format=xls", "format"), ("format=json&safe=true", "safe"), ("format=jsonl&bom=true", "bom")],
)
def test_what_cannot_be_had_is_refused_by_name(portal: Portal, resource: str, query: str, field: str) -> None:
    answer = portal.client.get(f"/datastore/dump/{resource}?{query}")
    assert answer.status in (400, 409, 422)
    assert [fault["pointer"] for fault in answer.json["errors"]] == [f"/{field}"]


def test_there_is_no_other_file(portal: Portal, resource: str) -> None:
    for name in ("data.exe", "other.csv", "data", "schema.csv", "..%2Fdata.csv"):
        assert portal.client.get(f"/opendata/v1/resources/{resource}/exports/{name}").status in (404, 400, 409, 422)


@pytest.mark.parametrize("marks", [{}, {"bom": True}, {"safe": True, "numbered": True}, {"numbered": True}])
def test_a_forms_key_is_read_back(marks: dict[str, bool]) -> None:
    form = wanted_form("csv", **marks)
    assert form_of(form.key) == form


def test_a_data_package_is_valid_and_leads_to_its_tables(portal: Portal, resource: str) -> None:
    from frictionless import Package

    link = {"name": "เอกสาร", "url": "https://agency.example/a.pdf", "format": "PDF"}
    portal.result(portal.act("resource_create", portal.publisher, package_id="food-licences", **link))
    answer = portal.client.get("/opendata/v1/datasets/food-licences/datapackage.json")
    described: dict[str, Any] = answer.json
    assert Package.metadata_validate(described) is not None
    assert [error.note for error in Package.metadata_validate(described)] == []
    table, other = described["resources"]
    assert table["path"].endswith(f"/opendata/v1/resources/{resource}/exports/data.csv?version=1")
    assert [field["name"] for field in table["schema"]["fields"]] == ["ตำบล", "จำนวน", "วันที่"]
    assert other["path"] == "https://agency.example/a.pdf"
    assert described["licenses"][0]["title"]


def test_a_purge_takes_the_files_along(portal: Portal, resource: str) -> None:
    fetched(portal, f"/opendata/v1/resources/{resource}/exports/data.csv")
    assert any(key.startswith("exports/") for key in portal.objects.kept)
    portal.result(portal.act("dataset_purge", operator(portal), id="food-licences"))
    portal.settle()
    portal.now += QUARANTINE * 2
    portal.catalogue.contents.sweep(portal.clock())
    assert not [key for key in portal.objects.kept if key.startswith(("exports/", "tables/", "files/"))]
