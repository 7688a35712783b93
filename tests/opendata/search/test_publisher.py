"""Snapshots: when they are made, what two publishers do to each other, how one goes back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from chalicelib.opendata.search.model import Exact, Question
from chalicelib.opendata.search.publisher import Held, Publisher
from chalicelib.opendata.search.snapshot import Snapshots
from chalicelib.shared.journal import Once
from chalicelib.shared.storage import Change
from tests.opendata.search.town import SearchTown, names
from tests.support.memory import MemoryTable


@pytest.fixture
def town(tmp_path: Path) -> SearchTown:
    return SearchTown(tmp_path)


def test_is_due_when_it_is_old_or_many_changes_wait(town: SearchTown) -> None:
    publisher = town.maker
    assert publisher.due()  # the organisation alone
    assert publisher.run() is not None
    assert publisher.waiting() == 0 and not publisher.due()
    town.dataset("one")
    assert publisher.waiting() == 1 and not publisher.due()
    catalogue = town.catalogue
    hasty = Publisher(catalogue.store, catalogue.log, catalogue.snapshots, ids=town.ids, clock=town.clock, many=0)
    assert hasty.due() and not publisher.due()
    town.later(16 * 60)
    assert publisher.due() and publisher.run() is not None
    town.later(16 * 60)
    assert publisher.run() is None


class Between(MemoryTable):
    """A table on which something happens right before the pointer moves."""

    def __init__(self) -> None:
        super().__init__()
        self.happens: list[Callable[[], object]] = []

    def write(self, changes: Sequence[Change], token: str) -> None:
        moves = any(getattr(getattr(each, "item", None), "key", ("", ""))[1].startswith("HEAD#") for each in changes)
        if moves and self.happens:
            self.happens.pop()()
        super().write(changes, token)


def test_of_two_publishers_at_once_one_wins_and_nothing_is_lost(town: SearchTown) -> None:
    town.dataset("one")
    town.maker.publish()
    town.dataset("two")
    slow = Between()
    slow._items = town.memory._items  # the same table
    catalogue = town.catalogue
    winners: list[object] = []
    slow.happens.append(lambda: winners.append(town.maker.publish()))
    late = Publisher(catalogue.store, catalogue.log, Snapshots(slow, town.objects), ids=town.ids, clock=town.clock)
    assert late.publish() is None
    head = catalogue.snapshots.head()
    assert head is not None and winners == [head.snapshot]
    assert {key for key in town.objects.kept if key.startswith("search/")} == {
        key for each in catalogue.snapshots.kept() for key in (each.index, each.documents)
    }
    assert names(town.process()) == ["one", "two"]


def test_goes_back_and_holds_until_it_is_let_go_on(town: SearchTown) -> None:
    town.dataset("one")
    first = town.maker.publish()
    town.later(1000)
    town.dataset("two")
    second = town.maker.publish()
    assert first is not None and second is not None
    assert town.maker.back_to("nothing") is None
    assert town.maker.back_to(first.id) == first
    assert names(town.process("back")) == ["one", "two"]  # what changed since is in the log
    town.later(1000)
    town.dataset("three")
    assert not town.maker.due()
    with pytest.raises(Held):
        town.maker.publish()
    third = town.maker.publish(release=True)
    assert third is not None and third.count == 3
    assert names(town.process("on")) == ["one", "three", "two"]


def test_keeps_old_snapshots_a_day_and_the_one_before_for_ever(town: SearchTown) -> None:
    made = []
    for number in range(4):
        town.dataset(f"d{number}")
        made.append(town.maker.publish())
        town.later(3600)
    kept = [each.id for each in town.catalogue.snapshots.kept()]
    assert len(kept) == 4
    town.later(25 * 3600)
    town.dataset("last")
    latest = town.maker.publish()
    assert latest is not None and made[-1] is not None
    assert [each.id for each in town.catalogue.snapshots.kept()] == [latest.id, made[-1].id]
    assert len([key for key in town.objects.kept if key.startswith("search/")]) == 4


def test_a_new_name_of_an_organisation_reaches_its_datasets(town: SearchTown) -> None:
    town.dataset("one")
    town.maker.publish()
    group = town.group()
    changed = replace(group, name="renamed", title="เทศบาลนครใหม่")
    once = Once("x" * 32, "", "x" * 32, claimed=False)
    town.catalogue.groups.save(once, group, changed, "officer:x", "changed organization")
    town.maker.publish()
    cold = town.process()
    assert names(cold, "นครใหม่") == ["one"]
    assert cold.search(Question(filters=(Exact("organization", "renamed"),))).count == 1
    assert cold.search(Question(facets=("organization",))).facets["organization"] == [("renamed", 1)]


def test_rebuilds_from_the_table_alone(town: SearchTown) -> None:
    for number in range(3):
        town.dataset(f"d{number}")
    town.later(600)
    town.maker.publish()
    for key in [key for key in town.objects.kept if key.startswith("search/documents/")]:
        town.objects.kept[key] = (b"broken", "application/gzip")
    made = town.maker.publish(whole=True)
    assert made is not None and made.count == 3
    assert names(town.process()) == ["d0", "d1", "d2"]


def test_a_purged_dataset_leaves_neither_card_nor_document(town: SearchTown) -> None:
    made = town.dataset("one")
    town.maker.publish()
    assert town.table.query(f"CARD#{made['id']}").items
    town.act("package_delete", town.publisher, id="one")
    purged = town.act("dataset_purge", town.publisher, id="one")
    assert purged.status in (200, 403), purged.text
    if purged.status == 200:
        town.maker.publish()
        assert not town.table.query(f"CARD#{made['id']}").items
        assert names(town.process()) == []


def test_a_broken_pointer_of_a_removed_snapshot_is_survived(town: SearchTown) -> None:
    town.dataset("one")
    made = town.maker.publish()
    assert made is not None
    town.objects.delete(made.index)
    assert names(town.process()) == ["one"]  # the table still knows everything
