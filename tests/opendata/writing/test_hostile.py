"""What nobody should send: a clear answer, nothing written, nothing of it repeated."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.opendata.tables.writing import limits
from tests.opendata.portal import Portal
from tests.opendata.writing.tables import new_table, rows_of, upsert

INJECTION = "'); DROP TABLE over; --"


@pytest.fixture
def table(portal: Portal) -> str:
    return new_table(portal, records=[{"code": "a", "price": 1}])


@pytest.mark.parametrize(
    "given",
    [
        {"records": [{"code": {"$gt": ""}}]},
        {"records": [{"code": "a\x00b"}]},
        {"records": [[["a"]]]},
        {"records": {"code": "a"}},
        {"records": "not json"},
        {"records": 7},
        {"records": [None]},
        {"records": [{"code": "a", "price": 1e308}]},
        {"records": [{"code": "a", "price": 10**400}]},
        {"records": [{"code": "a", INJECTION: 1}]},
        {"records": [{"_id": -1, "code": "a"}]},
        {"records": [{"_id": "1", "code": "a"}]},
        {"records": [{"_id": True, "code": "a"}]},
        {"records": [{"code": "x"}], "method": "delete"},
        {"records": [{"code": "x"}], "method": ["insert"]},
        {"records": [{"code": "x"}], "dry_run": "perhaps"},
        {"records": [{"code": "x"}], "include_records": {}},
    ],
    ids=lambda given: json.dumps(given, ensure_ascii=False)[:50],
)
def test_a_bad_write_is_refused(portal: Portal, table: str, given: dict[str, Any]) -> None:
    before = set(portal.objects.kept)
    refused = portal.act("datastore_upsert", portal.publisher, resource_id=table, **given)
    assert refused.status == 409, refused.text
    assert set(portal.objects.kept) == before
    assert rows_of(portal, table) == [{"_id": 1, "code": "a", "price": 1}]


@pytest.mark.parametrize("resource_id", ["", "x", "../x", "a/2", "a@1", 7, None, ["a"], "x" * 5_000, "_table_metadata"])
@pytest.mark.parametrize("action", ["datastore_upsert", "datastore_records_delete", "datastore_delete"])
def test_what_is_no_table_is_told(portal: Portal, action: str, resource_id: Any) -> None:
    refused = portal.act(action, portal.publisher, resource_id=resource_id, records=[], filters={"a": 1})
    assert refused.status in (404, 409), refused.text
    assert "xxxxx" not in refused.text


@pytest.mark.parametrize(
    "filters",
    ["x", [1], {"zz": 1}, {"price": "x"}, {"price": {"like": 1}}, {INJECTION: 1}, {"$or": [[]]}, {"code": {}}],
    ids=str,
)
def test_bad_filters_delete_nothing(portal: Portal, table: str, filters: Any) -> None:
    refused = portal.act("datastore_records_delete", portal.publisher, resource_id=table, filters=filters)
    assert refused.status == 409 and "filters" in refused.json["error"], refused.text
    assert len(rows_of(portal, table)) == 1


def test_values_and_names_that_look_like_sql_are_values_and_names(portal: Portal) -> None:
    names = ["base", "over", "_".join("id"), "select", "a'b", "a\\b", "ราคา (บาท)", "k0", "wanted", "x;--"]
    table = new_table(portal, fields=[{"id": name} for name in names], primary_key=names[:2])
    record = dict.fromkeys(names, INJECTION)
    portal.result(upsert(portal, table, record))
    portal.catalogue.live.compaction.compact(table)
    portal.result(upsert(portal, table, {**record, "select": "2"}))
    assert rows_of(portal, table) == [{"_id": 1, **record, "select": "2"}]
    gone = portal.act("datastore_records_delete", portal.publisher, resource_id=table, filters={"x;--": INJECTION})
    assert portal.result(gone)["resource_id"] == table
    assert rows_of(portal, table) == []


def test_a_table_that_is_full_of_unread_rows_sends_writers_away_for_a_moment(portal: Portal, table: str) -> None:
    rows = portal.catalogue.live.rows
    place = rows.find(table)
    live = place.resource.live
    assert live is not None
    full = replace(live, deltas=tuple(replace(each, rows=limits.MOST_ROWS + 1) for each in live.deltas))
    rows.seal(place, full)
    refused = upsert(portal, table, {"code": "b"})
    assert (refused.status, refused.headers["retry-after"]) == (503, str(limits.WAIT))
    more: dict[str, Any] = {"resource_id": table, "records": [{"code": "b"}]}
    assert portal.act("datastore_create", portal.publisher, **more).status == 503
    assert portal.catalogue.live.compaction.compact(table)
    assert upsert(portal, table, {"code": "b"}).status == 200
    assert len(rows_of(portal, table)) == 2
