"""`datastore_upsert`, `datastore_records_delete` and `datastore_delete` as CKAN's clients use them."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.opendata.tables.writing import limits
from tests.opendata.portal import Portal
from tests.opendata.writing.tables import error_of, new_table, rows_of, upsert


@pytest.fixture(params=["over its base", "in its base"])
def table(portal: Portal, request: pytest.FixtureRequest) -> str:
    """Three rows, of which the second was deleted; written a moment ago, or put together."""
    made = new_table(portal, records=[{"code": code, "price": at} for at, code in enumerate("abc", start=1)])
    portal.result(portal.act("datastore_records_delete", portal.publisher, resource_id=made, filters={"code": "b"}))
    if request.param == "in its base":
        portal.catalogue.live.compaction.compact(made)
    return made


def test_an_upsert_changes_what_is_given_and_adds_what_is_new(portal: Portal, table: str) -> None:
    answer = portal.result(upsert(portal, table, {"code": "c", "price": 9}, {"code": "d"}, {"code": "c"}))
    assert answer == {"resource_id": table, "method": "upsert"}
    assert rows_of(portal, table) == [
        {"_id": 1, "code": "a", "price": 1},
        {"_id": 3, "code": "c", "price": 9},
        {"_id": 4, "code": "d", "price": None},
    ]


def test_a_deleted_key_may_come_again_under_another_id(portal: Portal, table: str) -> None:
    portal.result(upsert(portal, table, {"code": "b", "price": 2}, method="insert"))
    assert [(row["_id"], row["code"]) for row in rows_of(portal, table)] == [(1, "a"), (3, "c"), (4, "b")]


def test_a_row_is_known_by_its_id_too(portal: Portal, table: str) -> None:
    portal.result(upsert(portal, table, {"_id": 3, "price": 7}, method="update"))
    assert rows_of(portal, table)[1] == {"_id": 3, "code": "c", "price": 7}
    for gone in (2, 4, 1 << 40):
        assert error_of(upsert(portal, table, {"_id": gone, "price": 7})) == {
            "key": ['row "1": there is no row with this key'],
            "records_row": 0,
        }
    moved = upsert(portal, table, {"_id": 3, "code": "a"})
    assert "cannot be changed" in error_of(moved)["records"][0]


@pytest.mark.parametrize(
    ("method", "record", "said"),
    [
        ("insert", {"code": "a"}, {"records": ['duplicate key value: row "2" has a key that another row has']}),
        ("insert", {"code": "new"}, {"records": ['duplicate key value: row "2" has a key that another row has']}),
        ("update", {"code": "b"}, {"key": ['row "2": there is no row with this key']}),
        ("upsert", {"code": "a", "zz": 1}, {"records": ['row "2" has extra keys "zz"']}),
        ("upsert", {"price": 1}, {"key": ['row "2" has no "code", which the key of the table needs']}),
        ("upsert", {"code": None}, {"key": ['row "2": a column of the key is empty']}),
        ("upsert", {"code": "a", "price": "1,2"}, {"records": ['row "2": "price" takes values of type numeric']}),
        ("insert", {"code": "q", "_id": 7}, {"records": ['row "2" has extra keys "_id"']}),
    ],
)
def test_one_bad_record_and_none_is_written(
    portal: Portal, table: str, method: str, record: dict[str, Any], said: dict[str, Any]
) -> None:
    before = rows_of(portal, table)
    good = {"code": "a", "price": 5} if method == "update" else {"code": "new"}
    assert error_of(upsert(portal, table, good, record, method=method)) == {**said, "records_row": 1}
    assert rows_of(portal, table) == before


def test_no_value_that_was_sent_comes_back(portal: Portal, table: str) -> None:
    for price in ("1101700230708" * 2, ["1101700230708"]):
        wrong = upsert(portal, table, {"code": "a", "price": price})
        assert wrong.status == 409 and "1101700230708" not in wrong.text


def test_a_dry_run_finds_everything_and_writes_nothing(portal: Portal, table: str) -> None:
    before, objects = rows_of(portal, table), set(portal.objects.kept)
    told = portal.result(upsert(portal, table, {"code": "x", "price": "2.50"}, dry_run=True, include_records=True))
    assert told["records"] == [{"_id": 4, "code": "x", "price": 2.5}]
    assert error_of(upsert(portal, table, {"code": "a"}, dry_run=True, method="insert"))["records_row"] == 0
    assert (rows_of(portal, table), set(portal.objects.kept)) == (before, objects)


def test_the_same_request_again_writes_once(portal: Portal, table: str) -> None:
    given: dict[str, Any] = {"resource_id": table, "records": [{"code": "x"}], "method": "insert"}
    first = portal.act("datastore_upsert", portal.publisher, key="one", **given, include_records=True)
    again = portal.act("datastore_upsert", portal.publisher, key="one", **given, include_records=True)
    assert (first.status, again.status) == (200, 200)
    assert portal.result(first)["records"][0]["_id"] == portal.result(again)["records"][0]["_id"] == 4
    assert len(rows_of(portal, table)) == 3
    other = portal.act("datastore_upsert", portal.publisher, key="one", **{**given, "records": [{"code": "y"}]})
    assert other.status == 409


def test_a_table_without_a_key_only_grows(portal: Portal) -> None:
    made = new_table(portal, primary_key=None)
    portal.result(upsert(portal, made, {"code": "a"}, {"code": "a"}, method="insert"))
    assert list(error_of(upsert(portal, made, {"code": "a"}))) == ["table"]
    portal.result(upsert(portal, made, {"_id": 1, "price": 5}))
    assert [(row["_id"], row["price"]) for row in rows_of(portal, made)] == [(1, 5), (2, None)]


def test_rows_are_deleted_by_filters(portal: Portal, table: str) -> None:
    gone = portal.act(
        "datastore_delete",
        portal.publisher,
        resource_id=table,
        filters={"code": ["a", "q"]},
        include_deleted_records=True,
    )
    assert portal.result(gone) == {
        "resource_id": table,
        "filters": {"code": ["a", "q"]},
        "deleted_records": [{"_id": 1, "code": "a", "price": 1}],
    }
    assert [row["code"] for row in rows_of(portal, table)] == ["c"]
    wrong = portal.act("datastore_records_delete", portal.publisher, resource_id=table, filters={"zz": 1})
    assert list(error_of(wrong)) == ["filters"]
    missing = portal.act("datastore_records_delete", portal.publisher, resource_id=table)
    assert error_of(missing) == {"filters": ["Missing value"]}


def test_all_rows_go_and_the_table_stays(portal: Portal, table: str) -> None:
    portal.result(portal.act("datastore_records_delete", portal.publisher, resource_id=table, filters={}))
    assert rows_of(portal, table) == []
    portal.result(upsert(portal, table, {"code": "a"}))
    assert rows_of(portal, table) == [{"_id": 4, "code": "a", "price": None}]
    portal.catalogue.live.compaction.compact(table)
    assert rows_of(portal, table) == [{"_id": 4, "code": "a", "price": None}]


def test_a_dropped_table_is_no_more_and_may_be_made_again(portal: Portal, table: str) -> None:
    portal.result(portal.act("datastore_delete", portal.publisher, resource_id=table))
    assert portal.act("datastore_search", resource_id=table).status == 404
    shown = portal.result(portal.ask("resource_show", id=table))
    assert (shown["datastore_active"], shown["url_type"]) == (False, "datastore")
    assert upsert(portal, table, {"code": "a"}).status == 404
    assert portal.act("datastore_delete", portal.publisher, resource_id=table).status == 404
    again: dict[str, Any] = {"resource_id": table, "fields": [{"id": "n", "type": "int"}], "records": [{"n": 1}]}
    portal.result(portal.act("datastore_create", portal.publisher, **again))
    assert rows_of(portal, table) == [{"_id": 1, "n": 1}]


def test_a_loader_takes_the_place_of_the_table_of_a_file(portal: Portal) -> None:
    """What CKAN's loaders do with a file: look, drop, make, send in chunks."""
    portal.organization()
    made = portal.table_of(portal.dataset()["id"], b"a,b\n1,2\n")
    fields = [{"id": "a", "type": "numeric"}, {"id": "b", "type": "text"}]
    portal.result(portal.act("datastore_search", portal.publisher, resource_id=made, limit=0))
    portal.result(portal.act("datastore_delete", portal.publisher, resource_id=made, force=True))
    assert portal.result(portal.ask("resource_show", id=made))["url_type"] == "upload"
    for chunk in ([{"a": "1", "b": "2"}], [{"a": "3", "b": ""}], []):
        given: dict[str, Any] = {"fields": fields, "records": chunk, "force": True, "aliases": None}
        portal.result(portal.act("datastore_create", portal.publisher, resource_id=made, **given))
    assert rows_of(portal, made) == [{"_id": 1, "a": 1, "b": "2"}, {"_id": 2, "a": 3, "b": ""}]
    portal.result(portal.act("datastore_delete", portal.publisher, resource_id=made, force=True))
    shown = portal.result(portal.ask("resource_show", id=made))
    assert (shown["url_type"], shown["url"].rsplit("/", 1)[1], shown["datastore_active"]) == (
        "upload",
        "%E0%B9%83%E0%B8%9A%E0%B8%AD%E0%B8%99%E0%B8%B8%E0%B8%8D%E0%B8%B2%E0%B8%95.csv",
        False,
    )


def test_many_small_writes_are_folded_and_seen(portal: Portal) -> None:
    made = new_table(portal)
    for number in range(2 * limits.FOLD + 3):
        portal.result(upsert(portal, made, {"code": f"c{number % 7}", "price": number}, {"code": f"n{number}"}))
    live = portal.catalogue.live.rows.find(made).resource.live
    assert live is not None and len(live.deltas) <= limits.FOLD
    rows = rows_of(portal, made)
    assert len(rows) == live.rows == 7 + 2 * limits.FOLD + 3
    assert {row["code"]: row["price"] for row in rows if row["code"].startswith("c")} == {
        f"c{each}": max(n for n in range(2 * limits.FOLD + 3) if n % 7 == each) for each in range(7)
    }


def test_too_much_at_once_is_told(portal: Portal, table: str) -> None:
    many = upsert(portal, table, *({"code": "a"} for _ in range(50_001)))
    assert "50000 records" in error_of(many)["records"][0]


def test_personal_data_does_not_come_into_a_public_table(portal: Portal) -> None:
    made = new_table(portal, fields=[{"id": "ชื่อ"}, {"id": "เลขประจำตัวประชาชน"}], primary_key=None)
    person = {"ชื่อ": "ร้านหนึ่ง", "เลขประจำตัวประชาชน": "3100600445635"}
    refused = upsert(portal, made, person, method="insert")
    said = error_of(refused)["records"][0]
    assert "national id" in said and "เลขประจำตัวประชาชน" in said and "3100600445635" not in refused.text
    portal.result(portal.act("package_patch", portal.publisher, id="food-licences", private=True))
    portal.result(upsert(portal, made, person, method="insert"))
    opened = portal.act("package_patch", portal.publisher, id="food-licences", private=False)
    assert "resources" in error_of(opened) and "3100600445635" not in opened.text
    portal.catalogue.live.compaction.compact(made)
    assert portal.act("package_patch", portal.publisher, id="food-licences", private=False).status == 409
