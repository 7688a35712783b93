"""Whoever dies and whoever comes at the same time: no row is lost, none is doubled, and nothing stays behind."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.opendata.tables.writing import limits
from tests.opendata.portal import Portal
from tests.opendata.writing.breaking import Down, broken, overtaken
from tests.opendata.writing.tables import error_of, new_table, rows_of, upsert


def deltas(portal: Portal) -> list[str]:
    return [key for key in portal.objects.kept if key.startswith("deltas/")]


@pytest.fixture
def table(portal: Portal) -> str:
    return new_table(portal, records=[{"code": "a", "price": 1}])


def test_writes_that_meet_are_all_there(portal: Portal, table: str) -> None:
    def another(left: int) -> None:
        answer = upsert(portal, table, {"code": f"n{left}"}, {"code": "shared", "price": left})
        assert answer.status == 200, answer.text

    with overtaken(portal, lambda: another(1), times=3):
        another(0)
    rows = rows_of(portal, table)
    assert sorted(row["code"] for row in rows) == ["a", "n0", "n1", "shared"]
    assert len({row["_id"] for row in rows}) == 4
    assert next(row["price"] for row in rows if row["code"] == "shared") == 0


def test_a_key_that_another_took_meanwhile_is_seen(portal: Portal, table: str) -> None:
    with overtaken(portal, lambda: portal.result(upsert(portal, table, {"code": "b"}, method="insert"))):
        late = upsert(portal, table, {"code": "b"}, method="insert")
    assert "duplicate key value" in error_of(late)["records"][0]


def test_who_is_overtaken_again_and_again_is_asked_to_come_later(portal: Portal, table: str) -> None:
    numbers = iter(range(99))
    with overtaken(portal, lambda: portal.result(upsert(portal, table, {"code": f"n{next(numbers)}"})), times=50):
        late = upsert(portal, table, {"code": "late"})
    assert (late.status, late.headers["retry-after"]) == (503, "1")
    assert "late" not in {row["code"] for row in rows_of(portal, table)}


def test_an_edit_of_the_resource_and_a_write_of_rows_are_both_kept(portal: Portal, table: str) -> None:
    edit: dict[str, Any] = {"id": table, "description": "ใหม่"}
    with overtaken(portal, lambda: portal.result(portal.act("resource_patch", portal.publisher, **edit))):
        portal.result(upsert(portal, table, {"code": "b"}))
    with overtaken(portal, lambda: portal.result(upsert(portal, table, {"code": "c"}))):
        portal.result(portal.act("resource_patch", portal.publisher, id=table, name="ชื่อใหม่"))
    shown = portal.result(portal.ask("resource_show", id=table))
    assert (shown["description"], shown["name"]) == ("ใหม่", "ชื่อใหม่")
    assert [row["code"] for row in rows_of(portal, table)] == ["a", "b", "c"]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    ("what", "at"),
    [("memory.write", at) for at in (1, 2, 3)]
    + [("objects.store", 1), ("objects.put", 1), ("objects.put", 2), ("objects.fetch", 1)],
)
def test_a_compaction_that_dies_anywhere_is_done_by_the_next(
    portal: Portal, table: str, what: str, at: int, after: bool
) -> None:
    portal.catalogue.live.compaction.compact(table)
    portal.result(upsert(portal, table, {"code": "b"}))
    with broken(portal, what, at=at, after=after), suppress(Down):
        portal.catalogue.live.compaction.compact(table)
    portal.result(upsert(portal, table, {"code": "c"}, {"code": "a", "price": 5}))
    before = rows_of(portal, table)
    assert [(row["code"], row["price"]) for row in before] == [("a", 5), ("b", None), ("c", None)]
    portal.catalogue.live.compaction.compact(table)
    assert rows_of(portal, table) == before
    live = portal.catalogue.live.rows.find(table).resource.live
    assert live is not None and live.deltas == () and live.sealed == 0


def test_two_compactions_at_once_make_one_version(portal: Portal, table: str) -> None:
    compaction = portal.catalogue.live.compaction
    with overtaken(portal, lambda: compaction.compact(table), at=3):
        compaction.compact(table)
    files, _ = portal.catalogue.store.files(table, limit=9)
    assert [each.number for each in files] == [2, 1]
    assert len(rows_of(portal, table)) == 1


def test_writers_leave_what_is_being_put_together_as_it_is(portal: Portal, table: str) -> None:
    compaction, numbers = portal.catalogue.live.compaction, iter(range(999))

    def many() -> None:
        for _ in range(limits.FOLD + 3):
            portal.result(upsert(portal, table, {"code": f"n{next(numbers)}"}))

    with overtaken(portal, many, at=2):
        assert compaction.compact(table) is True
    live = portal.catalogue.live.rows.find(table).resource.live
    assert live is not None and 0 < len(live.deltas) <= limits.FOLD
    assert len(rows_of(portal, table)) == limits.FOLD + 4


def test_what_lies_over_the_base_for_long_is_put_together(portal: Portal, table: str) -> None:
    portal.catalogue.sweep(portal.now)
    portal.settle()
    assert len(portal.catalogue.store.files(table, limit=9)[0]) == 1
    portal.now += limits.DUE_AGE
    portal.catalogue.sweep(portal.now)
    portal.catalogue.sweep(portal.now)
    assert [queue for queue, _ in portal.queues.waiting].count("opendata-jobs") == 1
    portal.settle()
    assert len(portal.catalogue.store.files(table, limit=9)[0]) == 2
    assert len(rows_of(portal, table)) == 1


def test_a_large_write_is_put_together_at_once(portal: Portal, table: str) -> None:
    rows = [{"code": f"{number:06}"} for number in range(limits.DUE_ROWS + 1)]
    portal.result(upsert(portal, table, *rows))
    assert [queue for queue, _ in portal.queues.waiting].count("opendata-jobs") == 1
    portal.settle()
    live = portal.catalogue.live.rows.find(table).resource.live
    assert live is not None and live.deltas == () and live.rows == limits.DUE_ROWS + 2


def test_deltas_that_nobody_refers_to_are_deleted_after_a_while(portal: Portal, table: str) -> None:
    with broken(portal, "memory.write", at=1, after=False):
        assert upsert(portal, table, {"code": "lost"}).status == 500
    portal.result(upsert(portal, table, {"code": "b"}))
    assert len(deltas(portal)) == 3
    at_minute = portal.now.replace(minute=17)
    portal.catalogue.live.compaction.clear(at_minute)
    assert len(deltas(portal)) == 3  # somebody may just be at it
    portal.now = at_minute + timedelta(hours=2)
    portal.catalogue.live.compaction.clear(portal.now)
    assert len(deltas(portal)) == 2
    portal.catalogue.live.compaction.compact(table)
    portal.catalogue.live.compaction.clear(portal.now)
    assert len(deltas(portal)) == 2  # readers of a moment ago
    portal.catalogue.live.compaction.clear(portal.now + timedelta(hours=1))
    assert deltas(portal) == []
    assert [row["code"] for row in rows_of(portal, table)] == ["a", "b"]


@pytest.mark.parametrize("times", [1, 3])
def test_a_write_needs_few_requests(portal: Portal, table: str, times: int) -> None:
    portal.catalogue.live.compaction.compact(table)
    portal.result(upsert(portal, table, {"code": "warm"}))
    for _ in range(times):
        portal.memory.requests.clear()
        portal.objects.reads.clear()
        before = len(portal.objects.kept)
        portal.result(upsert(portal, table, {"code": "b", "price": 1}, {"code": "a", "price": 2}))
        # of the login; then place and claim, dataset and resource, the organisation
        assert portal.memory.requests == ["get", "get_many", "get_many", "get_many", "write"]
        assert portal.objects.reads == []
        assert len(portal.objects.kept) == before + 1
