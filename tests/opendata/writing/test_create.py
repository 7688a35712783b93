"""`datastore_create`: tables that are new, that were files, and that become others."""

from __future__ import annotations

from typing import Any

import pytest

from tests.opendata.portal import Portal
from tests.opendata.writing.tables import error_of, new_table, rows_of, upsert

CSV = "อำเภอ,จำนวน\nเมือง,5\nเขาสมิง,7\n".encode()


def test_a_new_resource_with_rows_is_read_at_once(portal: Portal) -> None:
    table = new_table(portal, records=[{"code": "a", "price": "1.50"}, {"code": "b"}])
    assert rows_of(portal, table) == [{"_id": 1, "code": "a", "price": 1.5}, {"_id": 2, "code": "b", "price": None}]
    shown = portal.result(portal.ask("resource_show", id=table))
    assert (shown["url_type"], shown["datastore_active"], shown["name"]) == ("datastore", True, "ราคา")
    assert shown["url"] == f"https://data.klang.test/datastore/dump/{table}"


def test_what_is_answered_is_what_ckan_answers(portal: Portal) -> None:
    portal.organization()
    package = portal.dataset()["id"]
    made = portal.result(
        portal.act(
            "datastore_create",
            portal.publisher,
            resource={"package_id": package},
            fields='[{"id": "a", "type": "int4", "info": {"label": "ก"}}]',
            records=[{"a": 1}],
            include_records=True,
        )
    )
    assert made == {
        "resource_id": made["resource_id"],
        "method": "insert",
        "fields": [{"id": "a", "type": "int8", "info": {"label": "ก"}}],
        "resource": {"package_id": package, "id": made["resource_id"]},
        "primary_key": [],
        "indexes": [],
        "records": [{"_id": 1, "a": 1}],
    }


def test_columns_that_nobody_described_are_what_their_values_are(portal: Portal) -> None:
    table = new_table(portal, fields=[], primary_key=[], records=[{"n": 1, "f": 1}, {"f": 2.5, "t": "007", "b": True}])
    fields = portal.result(portal.ask("datastore_info", id=table))["fields"]
    assert {each["id"]: each["type"] for each in fields} == {"n": "int8", "f": "float8", "t": "text", "b": "bool"}
    assert rows_of(portal, table)[1] == {"_id": 2, "n": None, "f": 2.5, "t": "007", "b": True}


def test_more_columns_and_rows_come_by_further_calls(portal: Portal) -> None:
    table = new_table(portal, records=[{"code": "a", "price": 1}])
    more: dict[str, Any] = {"resource_id": table, "fields": [{"id": "วันที่", "type": "date"}]}
    portal.result(
        portal.act("datastore_create", portal.publisher, **more, records=[{"code": "b", "วันที่": "2567-01-02"}])
    )
    assert rows_of(portal, table) == [
        {"_id": 1, "code": "a", "price": 1, "วันที่": None},
        {"_id": 2, "code": "b", "price": None, "วันที่": "2567-01-02"},
    ]
    portal.catalogue.live.compaction.compact(table)
    portal.result(
        portal.act("datastore_create", portal.publisher, resource_id=table, fields=[{"id": "x", "type": "bool"}])
    )
    assert rows_of(portal, table)[0] == {"_id": 1, "code": "a", "price": 1, "วันที่": None, "x": None}


def test_columns_that_are_not_named_go_when_that_is_asked_for(portal: Portal) -> None:
    table = new_table(portal, records=[{"code": "a", "price": 1}])
    portal.catalogue.live.compaction.compact(table)
    kept: dict[str, Any] = {"resource_id": table, "fields": [{"id": "code"}]}
    portal.result(portal.act("datastore_create", portal.publisher, **kept))
    assert rows_of(portal, table) == [{"_id": 1, "code": "a", "price": 1}]
    portal.result(portal.act("datastore_create", portal.publisher, **kept, delete_fields=True))
    assert rows_of(portal, table) == [{"_id": 1, "code": "a"}]
    again = portal.act(
        "datastore_create", portal.publisher, resource_id=table, fields=[{"id": "price", "type": "text"}]
    )
    assert error_of(again)["fields"] == ['"price" was deleted a moment ago; give it another name, or wait some minutes']
    upsert(portal, table, {"code": "b"})
    portal.catalogue.live.compaction.compact(table)
    portal.result(
        portal.act("datastore_create", portal.publisher, resource_id=table, fields=[{"id": "price", "type": "text"}])
    )
    assert rows_of(portal, table) == [{"_id": 1, "code": "a", "price": None}, {"_id": 2, "code": "b", "price": None}]


def test_the_key_cannot_be_taken_away(portal: Portal) -> None:
    table = new_table(portal)
    gone = portal.act(
        "datastore_create", portal.publisher, resource_id=table, fields=[{"id": "price"}], delete_fields=True
    )
    assert error_of(gone) == {"primary_key": ['"code" is not a column']}


def test_a_key_is_taken_only_where_it_tells_rows_apart(portal: Portal) -> None:
    table = new_table(portal, primary_key=None, records=[{"code": "a", "price": 1}, {"code": "a", "price": 2}])
    portal.catalogue.live.compaction.compact(table)
    keyed: dict[str, Any] = {"resource_id": table, "primary_key": "code, price"}
    wrong = portal.act("datastore_create", portal.publisher, resource_id=table, primary_key=["code"])
    assert error_of(wrong) == {
        "primary_key": ["The rows that are there have empty or repeated values in these columns"]
    }
    portal.result(portal.act("datastore_create", portal.publisher, **keyed))
    portal.result(upsert(portal, table, {"code": "a", "price": 2}, {"code": "a", "price": 3}))
    assert [row["price"] for row in rows_of(portal, table)] == [1, 2, 3]


def test_an_uploaded_table_opens_to_writers_who_insist(portal: Portal) -> None:
    portal.organization()
    table = portal.table_of(portal.dataset()["id"], CSV)
    for action in ("datastore_upsert", "datastore_records_delete", "datastore_create", "datastore_delete"):
        more = (
            {"filters": {"อำเภอ": "เมือง"}}
            if "records" in action
            else {"records": [{"อำเภอ": "เมือง"}], "method": "insert"}
        )
        refused = portal.act(action, portal.publisher, resource_id=table, **more)
        assert list(error_of(refused)) == ["read-only"], action
    portal.result(upsert(portal, table, {"อำเภอ": "แหลมงอบ", "จำนวน": 2}, method="insert", force=True))
    assert [(row["_id"], row["อำเภอ"], row["จำนวน"]) for row in rows_of(portal, table)] == [
        (1, "เมือง", 5),
        (2, "เขาสมิง", 7),
        (3, "แหลมงอบ", 2),
    ]
    portal.result(portal.act("datastore_create", portal.publisher, resource_id=table, primary_key=["อำเภอ"]))
    portal.result(upsert(portal, table, {"อำเภอ": "เมือง", "จำนวน": 6}))
    assert [row["จำนวน"] for row in rows_of(portal, table)] == [6, 7, 2]
    first = portal.result(portal.act("datastore_search", resource_id=f"{table}@1"))
    assert [row["จำนวน"] for row in first["records"]] == [5, 7]


def test_what_columns_mean_is_said_of_any_table(portal: Portal) -> None:
    portal.organization()
    table = portal.table_of(portal.dataset()["id"], CSV)
    info = {"label": "District", "notes": "ตามกรมการปกครอง"}
    given: dict[str, Any] = {"resource_id": table, "fields": [{"id": "อำเภอ", "type": "text", "info": info}]}
    made = portal.result(portal.act("datastore_create", portal.publisher, **given))
    assert made["fields"][0] == {"id": "อำเภอ", "type": "text", "info": info}
    resource = portal.catalogue.store.package_of_resource(table)
    assert resource is not None and resource.resources[0].live is None
    sent = portal.file(resource.id, CSV + "คลองใหญ่,1\n".encode(), resource=table)
    portal.catalogue.uploads.take_in(table, 2)
    assert portal.catalogue.sources.find(_anybody(), sent["id"]).table.columns[0]["info"] == info


def _anybody() -> Any:
    from chalicelib.shared.identity import NOBODY

    return NOBODY


def test_a_client_that_sends_back_what_it_read_changes_nothing(portal: Portal) -> None:
    table = new_table(portal, records=[{"code": "a"}])
    shown = portal.result(portal.ask("resource_show", id=table))
    again = portal.result(portal.act("resource_update", portal.publisher, **shown))
    assert {**again, "ingest": None} == {**shown, "ingest": None, "metadata_modified": again["metadata_modified"]}
    portal.result(portal.act("resource_patch", portal.publisher, id=table, description="ใหม่"))
    assert rows_of(portal, table) == [{"_id": 1, "code": "a", "price": None}]


def test_a_file_takes_the_place_of_written_rows_which_stay_a_version(portal: Portal) -> None:
    table = new_table(portal, records=[{"code": "a"}])
    package = portal.result(portal.ask("resource_show", id=table))["package_id"]
    portal.file(package, CSV, resource=table)
    upsert(portal, table, {"code": "b"})
    portal.catalogue.live.compaction.compact(table)
    upsert(portal, table, {"code": "c"})
    portal.catalogue.uploads.take_in(table, 2)
    assert len(rows_of(portal, table)) == 2
    files, _ = portal.catalogue.store.files(table, limit=9)
    assert [(each.number, each.kind) for each in files] == [
        (5, "upload"),
        (4, "compaction"),
        (3, "compaction"),
        (1, "compaction"),
    ]
    before = portal.result(portal.act("datastore_search", portal.publisher, resource_id=f"{table}@4"))
    assert [row["code"] for row in before["records"]] == ["a", "b", "c"]
    assert list(error_of(upsert(portal, table, {"code": "d"}))) == ["read-only"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "resource_id"),
        ({"resource_id": "x", "resource": {"package_id": "y"}}, "resource"),
        ({"resource": "x"}, "resource"),
        ({"resource": {"url": "https://x.example/a.csv"}, "fields": [{"id": "a"}]}, "resource"),
        ({"resource": {}}, "fields"),
        ({"resource": {}, "fields": "x"}, "fields"),
        ({"resource": {}, "fields": [{"id": "_id"}]}, "fields"),
        ({"resource": {}, "fields": [{"id": 'a"b'}]}, "fields"),
        ({"resource": {}, "fields": [{"id": " a"}]}, "fields"),
        ({"resource": {}, "fields": [{"id": "a"}, {"id": "a"}]}, "fields"),
        ({"resource": {}, "fields": [{"id": "a", "type": "point"}]}, "fields"),
        ({"resource": {}, "fields": [{"id": "a", "info": {"label": {}}}]}, "fields"),
        ({"resource": {}, "fields": [{"id": f"c{n}"} for n in range(401)]}, "fields"),
        ({"resource": {}, "fields": [{"id": "a"}], "primary_key": ["b"]}, "primary_key"),
        ({"resource": {}, "fields": [{"id": "a"}], "primary_key": 7}, "primary_key"),
        ({"resource": {}, "fields": [{"id": "a"}], "indexes": ["b"]}, "indexes"),
        ({"resource": {}, "fields": [{"id": "a"}], "aliases": ["b"]}, "aliases"),
        ({"resource": {}, "fields": [{"id": "a"}], "triggers": [{"function": "b"}]}, "triggers"),
        ({"resource": {}, "fields": [{"id": "a"}], "records": [7]}, "records"),
        ({"resource": {}, "fields": [{"id": "a"}], "records": "x"}, "records"),
        ({"resource": {}, "fields": [{"id": "a"}], "force": "perhaps"}, "force"),
        ({"resource": {}, "fields": [{"id": "a", "type": "int"}], "records": [{"a": "x"}]}, "records"),
    ],
)
def test_what_is_wrong_is_said_of_its_field_and_nothing_is_made(
    portal: Portal, given: dict[str, Any], field: str
) -> None:
    portal.organization()
    package = portal.dataset()["id"]
    if isinstance(given.get("resource"), dict) and "resource_id" not in given:
        given = {**given, "resource": {"package_id": package, **given["resource"]}}
    refused = portal.act("datastore_create", portal.publisher, **given)
    assert field in error_of(refused)
    assert portal.result(portal.ask("package_show", id=package))["num_resources"] == 0


def test_the_type_of_a_column_stays(portal: Portal) -> None:
    table = new_table(portal)
    same = portal.act(
        "datastore_create", portal.publisher, resource_id=table, fields=[{"id": "price", "type": "decimal"}]
    )
    assert same.status == 200
    other = portal.act(
        "datastore_create", portal.publisher, resource_id=table, fields=[{"id": "price", "type": "text"}]
    )
    assert error_of(other)["fields"] == ['the type of "price" is numeric and cannot be changed']


def test_who_may_not_write_the_dataset_may_not_write_its_rows(portal: Portal) -> None:
    table = new_table(portal, records=[{"code": "a"}])
    for action, more in (
        ("datastore_create", {"fields": [{"id": "x"}]}),
        ("datastore_upsert", {"records": [{"code": "b"}]}),
        ("datastore_records_delete", {"filters": {}}),
        ("datastore_delete", {}),
    ):
        for token in (portal.other, portal.reader, None):
            assert portal.act(action, token, resource_id=table, **more).status == 403, action
    portal.result(portal.act("package_patch", portal.publisher, id="food-licences", private=True))
    for action in ("datastore_upsert", "datastore_delete", "datastore_create"):
        assert portal.act(action, portal.other, resource_id=table, records=[]).status == 404, action
    assert len(rows_of(portal, table)) == 1


def test_the_description_of_a_table_knows_its_key(portal: Portal) -> None:
    table = new_table(portal, records=[{"code": "a"}])
    for _ in range(2):
        fields = portal.result(portal.ask("datastore_info", id=table))["fields"]
        assert [each["id"] for each in fields if each["schema"]["uniquekey"]] == ["code"]
        portal.catalogue.live.compaction.compact(table)


def test_a_table_in_writers_hands_is_not_read_anew_from_a_file(portal: Portal) -> None:
    portal.organization()
    table = portal.table_of(portal.dataset()["id"], CSV)
    portal.result(upsert(portal, table, {"อำเภอ": "แหลมงอบ"}, method="insert", force=True))
    for _ in range(2):
        portal.act("resource_patch", portal.publisher, id=table, ingest={"options": {"header": 2}})
        portal.settle()
        assert len(rows_of(portal, table)) == 3
        portal.catalogue.live.compaction.compact(table)
