"""A write is found by the very next search, in every process, with and without a snapshot."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from chalicelib.opendata.model import Package, Resource, ResourceId
from chalicelib.opendata.search.following import Following
from chalicelib.opendata.search.model import Question, Words
from chalicelib.shared.errors import Stale
from chalicelib.shared.identity import NOBODY
from tests.opendata.search.town import SearchTown, everywhere, names


@pytest.fixture
def town(tmp_path: Path) -> SearchTown:
    return SearchTown(tmp_path)


def test_a_write_is_found_by_the_very_next_search(town: SearchTown) -> None:
    warm = town.process()
    assert names(warm) == []
    town.dataset("one", title="แม่น้ำ", tag_string="ป่า")
    assert names(warm, "น้ำ") == ["one"]
    town.act("package_patch", town.publisher, id="one", title="ภูเขา")
    assert names(warm, "น้ำ") == [] and names(warm, "ภูเขา") == ["one"]
    town.act("package_delete", town.publisher, id="one")
    assert names(warm) == []


def test_a_snapshot_changes_nothing_of_what_is_found(town: SearchTown) -> None:
    for number in range(5):
        town.dataset(f"d{number}", title=f"ชุดข้อมูลที่ {number}")
        town.later(1)
    warm = town.process()
    before = names(warm)
    town.later(200)
    assert town.maker.publish() is not None
    town.dataset("after")
    town.act("package_patch", town.publisher, id="d3", title="สะพาน")
    town.act("package_delete", town.publisher, id="d1")

    def check(process: Following) -> None:
        assert names(process) == ["after", *(name for name in before if name != "d1")]
        assert names(process, "สะพาน") == ["d3"]

    everywhere(town, warm, check=check)


def test_a_warm_process_takes_the_next_snapshot_and_leaves_the_old_one(town: SearchTown, tmp_path: Path) -> None:
    town.dataset("one")
    first = town.maker.publish()
    warm = town.process("warm")
    assert names(warm) == ["one"]
    town.dataset("two")
    town.later(120)
    second = town.maker.publish()
    assert names(warm) == ["one", "two"]
    town.later(120)
    assert names(warm) == ["one", "two"]
    assert first is not None and second is not None
    assert [each.name for each in (tmp_path / "warm").iterdir()] == [second.id]


def test_a_page_of_a_warm_process_costs_two_requests(town: SearchTown) -> None:
    for number in range(20):
        town.dataset(f"d{number:02d}")
    town.later(600)
    town.maker.publish()
    warm = town.process()
    reading = town.reading(warm)
    question = Question(rows=20, query=Words("อาหาร"))
    reading.pages(reading.engine.search(question).ids)

    town.memory.requests.clear()
    page = reading.pages(reading.engine.search(question).ids)
    assert len(page) == 20
    assert town.memory.requests == ["query", "get_many"]
    assert page == [
        town.catalogue.reading.package(NOBODY, each["id"]) for each in page
    ]  # what a card holds is what the dataset's own rows hold

    town.later(600)
    town.act("package_patch", town.publisher, id="d03", notes="ใหม่")
    reading.engine.search(question)
    town.memory.requests.clear()
    page = reading.pages(reading.engine.search(question).ids)
    assert sorted(town.memory.requests) == ["get_many", "query", "query"]
    assert [each["notes"] for each in page if each["name"] == "d03"] == ["ใหม่"]


def test_fifty_resources_at_once_are_all_found(town: SearchTown) -> None:
    made = town.dataset("many")
    town.later(600)
    town.maker.publish()
    warm = town.process()
    assert names(warm) == ["many"]
    before = town.catalogue.store.package(made["id"])
    assert before is not None
    threads = [
        threading.Thread(target=lambda number=number: _add(town, before, f"ทรัพยากร{number:02d}ก"))
        for number in range(50)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number in (0, 17, 49):
        assert names(warm, f"ทรัพยากร{number:02d}ก") == ["many"]
    package = town.catalogue.store.package(made["id"])
    assert package is not None and len(package.resources) == 50


def _add(town: SearchTown, seen: Package, name: str) -> Package:
    new = Resource(
        id=ResourceId(town.ids()),
        package_id=seen.id,
        fields={"name": name},
        created=seen.dataset.created,
        modified=seen.dataset.modified,
        url="https://x.example/",
    )
    return town.save(seen, replace(seen, resources=(*seen.resources, new)), subject=new.id)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["read", "add", "add", "title", "publish", "look", "later"]),
        st.integers(0, 2),
    ),
    min_size=4,
    max_size=14,
)


@settings(
    max_examples=15,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(steps=STEPS)
def test_whatever_meets_what_is_found_is_what_stands(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]]
) -> None:
    """Three writers read and write at any moment, snapshots are made in between; nothing that was written is missed."""
    town = SearchTown(tmp_path_factory.mktemp("town"))
    made = town.dataset("it")
    warm = town.process("warm")
    names(warm)
    town.later(300)
    first = town.catalogue.store.package(made["id"])
    assert first is not None
    held = dict.fromkeys(range(3), first)
    expected: set[str] = set()
    for place, (step, writer) in enumerate(steps):
        if step == "read":
            found = town.catalogue.store.package(made["id"])
            assert found is not None
            held[writer] = found
        elif step == "add":
            word = f"word{'abcdefghijklmnop'[place]}"
            try:
                held[writer] = _add(town, held[writer], word)
            except Stale:
                continue
            expected.add(word)
        elif step == "title":
            old = held[writer]
            word = f"title{'abcdefghijklmnop'[place]}"
            fields = {**old.dataset.fields, "notes": f"{old.dataset.fields['notes']} {word}"}
            try:
                held[writer] = town.save(old, replace(old, dataset=replace(old.dataset, fields=fields)))
            except Stale:
                continue
            expected.add(word)
        elif step == "publish":
            town.maker.publish()
        elif step == "later":
            town.later((1, 30, 90)[writer])
        elif step == "look":
            names(warm)
    for process in (warm, town.process("cold")):
        for word in expected:
            assert names(process, word) == ["it"], (word, steps)


def test_a_row_that_appears_late_is_still_found(town: SearchTown) -> None:
    """Ids are made before the write commits: a row may come behind one with a later id."""
    town.dataset("one")
    warm = town.process()
    town.later(600)
    early = town.ids()
    town.later(20)
    names(warm)
    town.dataset("two")
    names(warm)
    row = next(iter(town.catalogue.log.latest(limit=1)))
    package = town.catalogue.store.package("one")
    assert package is not None
    # what a slow writer committed only now, under the id that it made twenty seconds ago
    ids, town.catalogue.store._ids = town.catalogue.store._ids, lambda: early
    try:
        fields = {**package.dataset.fields, "title": "ช้า"}
        town.save(package, replace(package, dataset=replace(package.dataset, fields=fields)))
    finally:
        town.catalogue.store._ids = ids
    assert early < row.id
    assert names(warm, "ช้า") == ["one"]
