"""Counting uses: cheap, by day in Thailand, and published as a dataset; what is private is in no figure."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from chalicelib.opendata.usage import counters, rollup
from chalicelib.shared.errors import Unavailable
from chalicelib.shared.storage import Change
from tests.opendata.portal import Portal, notification


@pytest.fixture
def portal(portal: Portal) -> Portal:
    portal.organization()
    portal.dataset("one")
    return portal


def id_of(portal: Portal, name: str = "one") -> str:
    package = portal.catalogue.store.package(name)
    assert package is not None
    return package.id


def usage(portal: Portal, name: str = "one") -> dict[str, Any]:
    answer = portal.client.get(f"/opendata/v1/usage?dataset={name}")
    assert answer.status == 200, answer.text
    found: dict[str, Any] = answer.json
    return found


def sweep(portal: Portal) -> None:
    portal.catalogue.sweep(portal.clock())
    portal.settle()


def test_downloads_and_queries_are_counted(portal: Portal) -> None:
    rid = portal.table_of("one", b"a\n1\n")
    shown = portal.result(portal.ask("resource_show", id=rid))
    assert portal.client.get(shown["url"].removeprefix("https://data.klang.test")).status == 302
    portal.now += timedelta(minutes=1)
    portal.result(portal.act("datastore_search", resource_id=rid))
    assert usage(portal)["totals"] == {"views": 0, "downloads": 1, "queries": 1}


def test_a_busy_process_writes_once_in_ten_seconds_and_a_quiet_one_at_once(portal: Portal) -> None:
    counting, one = portal.catalogue.counters, id_of(portal)
    portal.memory.requests.clear()
    for _ in range(500):
        counting.count(one, "views")  # the test's clock moves a millisecond with each look
    assert portal.memory.requests.count("write") == 1
    portal.now += counters.PAUSE
    counting.count(one, "views")
    assert portal.memory.requests.count("write") == 2
    assert usage(portal)["totals"]["views"] == 501


def test_a_table_that_does_not_answer_costs_the_figure_and_not_the_reader(portal: Portal) -> None:
    real = portal.memory.write

    def down(changes: list[Change], token: str) -> None:
        raise Unavailable("x", "x")

    setattr(portal.memory, "write", down)  # noqa: B010 - the outage, at the store's boundary
    portal.catalogue.counters.count(id_of(portal), "views")
    setattr(portal.memory, "write", real)  # noqa: B010 - its end
    assert usage(portal)["totals"]["views"] == 0


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 11, 25, 16, 59, 59, tzinfo=UTC), date(2026, 11, 25)),
        (datetime(2026, 11, 25, 17, 0, tzinfo=UTC), date(2026, 11, 26)),
    ],
)
def test_a_day_begins_at_midnight_in_thailand(moment: datetime, day: date) -> None:
    assert counters.day_of(moment) == day


def rolled(portal: Portal, *, days: int = 1) -> None:
    """The sweeps of the next minutes, after midnight has passed."""
    portal.now += timedelta(days=days)
    for _ in range(days + 1):
        sweep(portal)


def test_the_day_becomes_a_total_and_a_row_of_the_published_dataset(portal: Portal) -> None:
    sweep(portal)
    today = counters.day_of(portal.now)
    portal.dataset("draft", private=True)
    for name, times in (("one", 3), ("draft", 2)):
        for _ in range(times):
            portal.now += counters.PAUSE
            portal.catalogue.counters.count(id_of(portal, name), "views")
    rolled(portal)
    assert usage(portal)["totals"]["views"] == 3
    assert usage(portal)["days"] == {today.isoformat(): {"views": 3}}
    package = portal.catalogue.store.package(rollup.NAME)
    assert package is not None and package.dataset.public
    (resource,) = package.resources
    assert resource.upload is not None
    content = portal.objects.read(resource.upload.key)
    assert list(csv.DictReader(io.StringIO(content.decode()))) == [
        {"date": today.isoformat(), "dataset_id": id_of(portal), "views": "3", "downloads": "0", "queries": "0"}
    ]
    portal.catalogue.uploads.take_message(notification(resource.upload.key))
    found = portal.result(portal.act("datastore_search", resource_id=resource.id))
    assert found["records"][0]["views"] == 3


def test_the_month_grows_by_a_version_each_day(portal: Portal) -> None:
    sweep(portal)
    for _ in range(2):
        portal.now += counters.PAUSE
        portal.catalogue.counters.count(id_of(portal), "downloads")
        rolled(portal)
    package = portal.catalogue.store.package(rollup.NAME)
    assert package is not None
    (resource,) = package.resources
    assert resource.uploads == 2
    rows = portal.objects.read(f"uploads/{resource.id}/2").decode().splitlines()
    assert len(rows) == 3
    assert usage(portal)["totals"]["downloads"] == 2


def test_a_run_that_dies_anywhere_is_finished_by_the_next_one(portal: Portal) -> None:
    sweep(portal)
    portal.now += counters.PAUSE
    portal.catalogue.counters.count(id_of(portal), "views")
    portal.now += timedelta(days=1)
    real_write, real_put = portal.memory.write, portal.objects.put
    for at in range(1, 9):
        calls = 0

        def dying(real: Any, at: int = at) -> Any:
            def call(*args: Any, **given: Any) -> Any:
                nonlocal calls
                calls += 1
                if calls == at:
                    raise Unavailable("x", "x")
                return real(*args, **given)

            return call

        setattr(portal.memory, "write", dying(real_write))  # noqa: B010 - the death, at the store's boundary
        setattr(portal.objects, "put", dying(real_put))  # noqa: B010 - the same
        try:
            portal.catalogue.usage.run(portal.clock())
        except Unavailable:
            continue
        finally:
            setattr(portal.memory, "write", real_write)  # noqa: B010 - its end
            setattr(portal.objects, "put", real_put)  # noqa: B010 - the same
    portal.settle()
    assert usage(portal)["totals"]["views"] == 1
    package = portal.catalogue.store.package(rollup.NAME)
    assert package is not None
    (resource,) = package.resources
    assert resource.upload is not None
    assert len(portal.objects.read(resource.upload.key).decode().splitlines()) == 2
    assert json.loads(portal.objects.read(f"usage/{counters.day_of(portal.now) - timedelta(days=1)}.json"))


def test_what_is_not_public_has_no_figures(portal: Portal) -> None:
    portal.dataset("draft", private=True)
    assert portal.client.get("/opendata/v1/usage?dataset=draft").status == 404
    assert portal.client.get("/opendata/v1/usage?dataset=nothing").status == 404
    assert portal.client.get("/opendata/v1/usage").status == 422
