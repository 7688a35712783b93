"""A signed root a day: whatever breaks, whoever runs at the same time, each version is in one root, and proves it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.opendata.model import DatasetId, File, Resource, ResourceId
from chalicelib.opendata.rows import place_key
from chalicelib.opendata.store import Store, file_key
from chalicelib.opendata.versions import rows
from chalicelib.opendata.versions.chain import joined
from chalicelib.opendata.versions.roots import Roots, entry
from chalicelib.shared import tlog_verifier as verifier
from chalicelib.shared.errors import Unavailable
from chalicelib.shared.ids import new_token
from chalicelib.shared.journal import Journal
from chalicelib.shared.storage import Create, Item
from chalicelib.shared.tlog_key import LogKey
from chalicelib.shared.tlog_proof import proof_text
from tests.support.keys import local_keyring
from tests.support.memory import MemoryTable
from tests.support.memory_objects import MemoryObjects

ORIGIN = "data.klang.test/opendata/v1/roots"
NOON = datetime(2026, 3, 2, 5, tzinfo=UTC)
"""Noon in Thailand."""
DAY = timedelta(days=1)


class Nobody:
    """No queue."""

    def send(self, queue: str, body: str) -> None:
        raise AssertionError("nothing is told")


class Rig:
    """Versions in a memory table, and the roots over them."""

    def __init__(self) -> None:
        self.table, self.objects = MemoryTable(), MemoryObjects()
        self.now = NOON
        clock = lambda: self.now  # noqa: E731 - one expression
        self.store = Store(
            self.table, Journal(self.table, Nobody(), ids=new_token, clock=clock), ids=new_token, clock=clock
        )
        self.key = LogKey(self.table, local_keyring(), ORIGIN, place=rows.KEY, context="opendata/roots/ed25519")
        self.roots = Roots(self.table, self.objects, self.key, clock=clock)
        self.resources: dict[str, Resource] = {}
        self.files: dict[tuple[str, int], File] = {}

    def version(self, name: str, at: datetime | None = None) -> File:
        """A new version of a resource."""
        there = self.resources.get(name) or Resource(ResourceId(name), DatasetId("d"), {}, "2026-01-01", "2026-01-01")
        number = there.uploads + 1
        moment = (at or self.now).isoformat(timespec="microseconds")
        file = File(number, "a.csv", "text/csv", 1, "a" * 64, "files/a", moment)
        there, file = joined(replace(there, uploads=number), file)
        self.table.write([self.store.file_row(name, file)], new_token())
        self.resources[name] = there
        self.files[name, number] = file
        return file

    def night(self) -> str | None:
        """The next night, some minutes after the rest."""
        self.now = self.now.replace(hour=18) + (DAY if self.now.hour >= 18 else timedelta())
        made = self.roots.sweep(self.now)
        self.now = self.now + timedelta(hours=11)
        return made

    def check(self) -> int:
        """That every root grew from the one before, and every version in one is proven by it; answers how many are."""
        key = verifier.key_of(str(self.key.vkey))
        days, _ = self.roots.latest(limit=100)
        known: verifier.Checkpoint | None = None
        hashes: list[bytes] = []
        for root in reversed(days):
            told = verifier.checkpoint_of(root.checkpoint, key)
            assert f"\nday {root.day}\n" in root.checkpoint
            assert told.size == root.size and root.first == len(hashes)
            hashes += [entry(each) for each in self.roots.heads(root)]
            assert verifier.tree_head(hashes) == told.root
            if known is not None:
                verifier.check_consistency(known, told, self.roots.consistency(root))
            known = told
        assert len(set(hashes)) == len(hashes), "nothing stands twice"
        proven = 0
        for (name, number), file in self.files.items():
            place = self.roots.place(name, number)
            row = self.table.get(file_key(name, number))
            assert row is not None and bool(row.indexes) == (place is None)
            if place is None:
                continue
            root_of = self.roots.of_day(place.day)
            assert root_of is not None and number <= place.head
            head = self.files[name, place.head]
            text = proof_text(place.index, self.roots.inclusion(root_of, place.index), root_of.checkpoint)
            verifier.check_proof(text, entry(head.chain), key)
            assert file.chain == head.chain or number < place.head
            proven += 1
        return proven


@pytest.fixture
def rig() -> Rig:
    return Rig()


def test_the_ends_of_the_days_chains_become_leaves(rig: Rig) -> None:
    rig.version("a")
    last = rig.version("a")
    other = rig.version("b")
    assert rig.night() == "2026-03-02"
    (root,), _ = rig.roots.latest(limit=9)
    assert rig.roots.heads(root) == sorted([last.chain, other.chain])
    assert (root.first, root.size, root.previous) == (0, 2, "")
    assert rig.check() == 3
    place = rig.roots.place("a", 1)
    assert place is not None and place.head == 2


def test_a_day_has_one_root_and_a_quiet_day_none(rig: Rig) -> None:
    rig.version("a")
    assert rig.night() == "2026-03-02"
    for _ in range(3):
        assert rig.roots.sweep(rig.now) is None
    assert rig.night() is None
    rig.version("a")
    rig.version("b")
    assert rig.night() == "2026-03-04"
    days, _ = rig.roots.latest(limit=9)
    assert [(root.day, root.previous, root.size) for root in days] == [
        ("2026-03-04", "2026-03-02", 3),
        ("2026-03-02", "", 1),
    ]
    assert rig.check() == 3


def test_a_day_is_not_closed_before_it_is_over_in_thailand_and_settled(rig: Rig) -> None:
    rig.version("a", datetime(2026, 3, 2, 16, 59, tzinfo=UTC))  # a minute before midnight in Bangkok
    rig.version("b", datetime(2026, 3, 2, 17, 0, tzinfo=UTC))
    assert rig.roots.sweep(datetime(2026, 3, 2, 17, 29, tzinfo=UTC)) is None
    assert rig.roots.sweep(datetime(2026, 3, 2, 17, 31, tzinfo=UTC)) == "2026-03-02"
    assert rig.roots.place("b", 1) is None
    assert rig.roots.sweep(datetime(2026, 3, 3, 17, 31, tzinfo=UTC)) == "2026-03-03"
    assert rig.check() == 2


def test_nights_that_were_missed_are_made_up_for_day_by_day(rig: Rig) -> None:
    for _ in range(4):
        rig.version("a")
        rig.now += DAY
    made = [rig.roots.sweep(rig.now) for _ in range(5)]
    assert made == ["2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05", None]
    assert rig.check() == 4


def test_a_version_that_came_late_goes_into_the_next_root(rig: Rig) -> None:
    rig.version("a")
    then = rig.now
    rig.night()
    rig.version("b", then)
    assert rig.roots.sweep(rig.now) is None
    assert rig.night() == "2026-03-03"
    assert rig.check() == 2


def test_a_new_version_changes_nothing_of_what_is_proven(rig: Rig) -> None:
    rig.version("a")
    rig.night()
    before = rig.roots.of_day("2026-03-02")
    for _ in range(3):
        rig.version("a")
        rig.version("c")
        rig.night()
    assert rig.roots.of_day("2026-03-02") == before
    assert rig.check() == 7


def test_a_purged_version_leaves_a_hash_that_tells_nothing(rig: Rig) -> None:
    rig.version("a")
    rig.version("b")
    del rig.table._items[file_key("b", 1)]
    assert rig.night() == "2026-03-02"
    assert rig.roots.place("b", 1) is None
    root = rig.roots.of_day("2026-03-02")
    assert root is not None
    assert json.loads(rig.roots.leaves(root)) == {
        "day": "2026-03-02",
        "first": 0,
        "leaves": [rig.files["a", 1].chain],
    }


def test_what_was_changed_in_the_leaves_is_not_proven(rig: Rig) -> None:
    rig.version("a")
    rig.version("b")
    rig.night()
    root = rig.roots.of_day("2026-03-02")
    assert root is not None
    content = json.loads(rig.roots.leaves(root))
    content["leaves"][0] = "0" * 64
    rig.objects.kept[root.leaves] = (json.dumps(content).encode(), "application/json")
    for index in range(2):
        with pytest.raises(Unavailable):
            rig.roots.inclusion(root, index)


def test_another_run_at_the_same_time_makes_no_second_root(rig: Rig) -> None:
    rig.version("a")
    real = rig.table.write
    waiting: list[Callable[[], Any]] = [
        lambda: rig.version("b"),
        lambda: Roots(rig.table, rig.objects, rig.key, clock=lambda: rig.now).sweep(rig.now),
    ]

    def write(changes: Any, token: str) -> None:
        rig.table.write = real  # type: ignore[method-assign]  # the race, at the store's boundary
        for each in waiting:
            each()
        real(changes, token)

    rig.now += DAY
    rig.version("b", NOON)
    rig.table.write = write  # type: ignore[method-assign]  # the race, at the store's boundary
    assert rig.roots.sweep(rig.now) is None
    days, _ = rig.roots.latest(limit=9)
    assert [root.day for root in days] == ["2026-03-02"]
    rig.now += DAY
    rig.roots.sweep(rig.now)
    assert rig.check() == 3


class Down(Exception):
    """The neighbour died just now."""


def failing(rig: Rig, at: int, *, after: bool) -> Callable[[], bool]:
    """Lets the `at`-th request to the table or the bucket fail; answers what ends this and tells whether one did."""
    calls = 0

    def wrapped(real: Callable[..., Any]) -> Callable[..., Any]:
        def method(*args: Any, **given: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls != at:
                return real(*args, **given)
            if after:
                real(*args, **given)
            raise Down

        return method

    for thing, names in ((rig.table, ("get", "get_many", "query", "write")), (rig.objects, ("put", "read"))):
        for name in names:
            setattr(thing, name, wrapped(getattr(thing, name)))

    def calm() -> bool:
        nonlocal calls
        died, calls = calls >= at, at
        return died

    return calm


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_run_that_dies_at_any_step_is_finished_by_the_next(after: bool) -> None:
    at, died, log = 1, True, list[int]()
    while died:
        rig = Rig()
        rig.version("a")
        rig.night()
        for name in ("a", "b", "b", *"cdefghijklm"):
            rig.version(name)
        rig.now += DAY
        calm = failing(rig, at, after=after)
        try:
            rig.roots.sweep(rig.now)
        except Down:
            log.append(at)
        died = calm()
        if died:  # life goes on meanwhile
            rig.version("b")
            rig.version("z", rig.now - DAY)
        for _ in range(3):
            rig.roots.sweep(rig.now)
        rig.now += DAY
        rig.roots.sweep(rig.now)
        assert rig.check() == len(rig.files)
        at += 1
    assert log == list(range(1, at - 1)) and at > 12


def test_a_night_costs_few_requests(rig: Rig) -> None:
    rig.version("a")
    rig.night()
    rig.table.requests.clear()
    for _ in range(60):
        rig.roots.sweep(rig.now)
    assert rig.table.requests.count("get") == 60 and len(rig.table.requests) == 60
    for number in range(100):
        rig.version(f"r{number}")
    rig.now += DAY
    rig.table.requests.clear()
    rig.roots.sweep(rig.now)
    assert len(rig.table.requests) < 40


def test_the_key_is_made_once_and_names_the_log(rig: Rig) -> None:
    made = str(rig.key.vkey)
    again = LogKey(rig.table, local_keyring(), "another.name/roots", place=rows.KEY, context="opendata/roots/ed25519")
    assert str(again.vkey) == made
    assert str(rig.key.vkey).startswith(f"{ORIGIN}+")
    row = rig.table.get(rows.KEY)
    assert row is not None and base64.b64encode(rig.key.vkey.public).decode() not in json.dumps(row.data)


def test_a_row_that_is_no_file_version_is_left_alone(rig: Rig) -> None:
    rig.table.write([Create(Item(place_key("a"), {"package_id": "d"}))], new_token())
    rig.version("a")
    rig.night()
    assert rig.table.get(place_key("a")) is not None
