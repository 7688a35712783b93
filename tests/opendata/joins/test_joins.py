"""The index of joinable columns: it follows what everybody may see, and a purge leaves nothing in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from chalicelib.opendata.joins.following import Following
from chalicelib.opendata.joins.model import Entry
from chalicelib.opendata.joins.store import JoinStore
from chalicelib.opendata.rows import place_key
from chalicelib.shared.journal import Event
from chalicelib.shared.storage import Item, every
from tests.opendata.people import operator
from tests.opendata.portal import Portal

LICENCES = "จังหวัด,ปี พ.ศ.,ใบอนุญาต\nจ.ตราด,2566,10\nกทม.,2566,20\nภูเก็ต,2567,30\n".encode()
PEOPLE = "รหัสจังหวัด,ประชากร\n23,229914\n10,5527994\n50,1789385\n".encode()


class Town:
    """Two datasets with a table each, taken in and followed."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        portal.organization()
        self.licences = portal.dataset("licences")["id"]
        self.people = portal.dataset("people", title="ประชากรรายจังหวัด")["id"]
        self.mine = portal.table_of(self.licences, LICENCES, format="CSV")
        self.theirs = portal.table_of(self.people, PEOPLE, name="ประชากร", format="CSV")
        portal.settle()

    def joins(self, resource: str | None = None, query: str = "", token: str | None = None) -> Any:
        headers = {} if token is None else {"Authorization": token}
        return self.portal.client.get(f"/opendata/v1/resources/{resource or self.mine}/joins{query}", headers=headers)

    def index(self) -> list[str]:
        return [
            row.key.sk
            for key in ("province", "year", "amphoe", "organization", "date")
            for row in every(self.portal.table, f"JOIN#{key}")
        ]


@pytest.fixture
def town(portal: Portal) -> Town:
    return Town(portal)


def test_a_table_names_what_it_can_be_joined_with_and_how(town: Town) -> None:
    answer = town.joins()
    assert answer.status == 200, answer.text
    told = answer.json
    assert [(key["column"], key["means"]) for key in told["keys"]] == [
        ("จังหวัด", "province_name"),
        ("ปี พ.ศ.", "year_be"),
        ("ปี พ.ศ._ce", "year_ce"),
    ]
    (join,) = told["joins"]
    assert (join["dataset"], join["dataset_title"], join["table"]) == ("people", "ประชากรรายจังหวัด", town.theirs)
    assert join["on"] == [
        {
            "column": "จังหวัด",
            "means": "province_name",
            "other": "รหัสจังหวัด",
            "other_means": "province_code",
            "share": pytest.approx(2 / 3, abs=0.001),
            "exact": True,
        }
    ]
    assert f'"{town.theirs}"' in join["sql"] and "'จ.ตราด', '23'" in join["sql"]
    assert told["more"] is False
    # it is sent as it is, by anybody
    found = town.portal.result(town.portal.act("datastore_search_sql", sql=join["sql"]))
    assert sorted((row["จังหวัด"], row["ใบอนุญาต"], row["ประชากร"]) for row in found["records"]) == [
        ("กทม.", 20, 5527994),
        ("จ.ตราด", 10, 229914),
    ]


def test_finding_joins_scans_nothing_and_asks_for_little(town: Town) -> None:
    town.joins()
    town.portal.objects.reads.clear()
    assert town.joins().status == 200
    assert town.portal.objects.reads == []  # reports never change, and were read already


def test_only_what_everybody_may_see_is_offered(town: Town) -> None:
    portal = town.portal
    portal.result(portal.act("package_patch", portal.publisher, id=town.people, private=True))
    assert town.joins().json["joins"] == []  # even before the index has heard of it
    portal.settle()
    assert not any(each.startswith(town.theirs) for each in town.index())
    assert town.joins(town.theirs).status == 404
    mine = town.joins(town.theirs, token=portal.publisher)
    assert [each["dataset"] for each in mine.json["joins"]] == ["licences"]
    portal.result(portal.act("package_patch", portal.publisher, id=town.people, private=False))
    portal.settle()
    assert len(town.joins().json["joins"]) == 1


def test_a_new_version_replaces_what_was_known_of_the_old_one(town: Town) -> None:
    portal = town.portal
    portal.table_of(town.people, "ชื่อ,ประชากร\nก,1\nข,5\n".encode(), resource=town.theirs)
    portal.settle()
    assert town.joins().json["joins"] == [] and not any(each.startswith(town.theirs) for each in town.index())


def test_a_deleted_file_goes_and_a_repeated_event_changes_nothing(town: Town) -> None:
    portal = town.portal
    before = dict(portal.memory._items)
    following = portal.catalogue.insight.following
    following._follow(town.people)
    assert portal.memory._items == before
    portal.result(portal.act("resource_delete", portal.publisher, id=town.theirs))
    portal.settle()
    assert not any(each.startswith(town.theirs) for each in town.index()) and town.index()


def test_a_purge_leaves_no_entry(town: Town) -> None:
    portal = town.portal
    portal.result(portal.act("dataset_purge", operator(portal), id=town.people))
    portal.settle()
    assert town.joins().json["joins"] == []
    left = [key for key in portal.memory._items if town.theirs in f"{key.pk}{key.sk}" and key.pk.startswith("JOIN#")]
    assert left == [] and JoinStore(portal.table).kept(town.people) == {}


@pytest.mark.parametrize(
    ("path", "status"), [("?limit=0", 422), ("?version=x", 422), ("?version=9", 404), ("?limit=999", 422)]
)
def test_bad_questions_are_told_so(town: Town, path: str, status: int) -> None:
    answer = town.joins(query=path)
    assert answer.status == status
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert town.joins("nobody").status == 404


class Overtaken(JoinStore):
    """An index in which another follower is faster, once."""

    def __init__(self, town: Town, meanwhile: Callable[[], None]) -> None:
        super().__init__(town.portal.table)
        self._meanwhile: Callable[[], None] | None = meanwhile

    def put(self, dataset: str, resource: str, old: Item | None, of: Sequence[Any], entries: Sequence[Entry]) -> None:
        meanwhile, self._meanwhile = self._meanwhile, None
        if meanwhile is not None:
            meanwhile()
        super().put(dataset, resource, old, of, entries)


def test_whoever_was_overtaken_looks_again_and_never_brings_back_what_is_hidden(town: Town) -> None:
    portal = town.portal
    portal.table_of(town.people, PEOPLE + b"83,417891\n", resource=town.theirs)
    (event,) = [
        Event(**row.data)
        for row in every(portal.table, place_key(town.theirs).pk, prefix="EVT#")
        if row.data["type"] == "opendata.resource.taken_in"
    ][-1:]

    def hidden() -> None:
        portal.result(portal.act("package_patch", portal.publisher, id=town.people, private=True))
        portal.settle()

    slow = Following(portal.table, portal.catalogue.store, Overtaken(town, hidden), portal.catalogue.insight.reports)
    slow.on_event(event)
    assert not any(each.startswith(town.theirs) for each in town.index())
