"""What a table promises, proved on both that exist: the one in memory and the one in DynamoDB.

`EMULATOR=ministack` runs the same class on the second, stricter emulator.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib.shared.aws.clients import Clients
from chalicelib.shared.aws.dynamo import DynamoTable
from chalicelib.shared.errors import Unavailable
from chalicelib.shared.ids import new_token
from chalicelib.shared.storage import (
    Change,
    Count,
    Create,
    Item,
    Key,
    Remove,
    Require,
    Table,
    Update,
    WriteRefused,
    every,
    key_of,
)
from tests.support.cloud import REGION, local_cloud
from tests.support.memory import MemoryTable

THAI: dict[str, object] = {
    "name": "ร้านข้าวแกงแหลมงอบ สาขา ๒",
    "empty": "",
    "nothing": None,
    "number": 12.5,
    "large": 2**60,
    "yes": True,
    "list": [],
    "map": {"ก": {"ข": ["ค", {"ง": 0.1}]}},
    "zero width": "\u200b",
    "emoji": "🍜",
}


class TableContract:
    """Every test works in a partition of its own, so that one table serves them all."""

    @pytest.fixture
    def pk(self) -> str:
        """A partition nobody else uses."""
        return f"TEST#{secrets.token_hex(8)}"

    @pytest.fixture
    def token(self) -> str:
        """The token of a write."""
        return new_token()

    # ---------------------------------------------------------------- reading

    def test_what_is_absent_is_none(self, table: Table, pk: str) -> None:
        assert table.get(Key(pk, "1")) is None
        assert table.get_many([Key(pk, "1"), Key(pk, "2")]) == {}
        assert table.get_many([]) == {}
        page = table.query(pk)
        assert (page.items, page.after) == ((), None)

    def test_an_item_comes_back_as_it_went_in(self, table: Table, pk: str, token: str) -> None:
        item = Item(Key(pk, "ก"), THAI, indexes={"by_owner": Key(pk, "เจ้าของ")}, expires=2_000_000_000)
        table.write([Create(item)], token)
        assert table.get(item.key) == item
        assert table.get_many([item.key]) == {item.key: item}
        assert table.query(pk).items == (item,)
        assert table.query(pk, index="by_owner").items == (item,)

    def test_what_is_read_is_a_copy(self, table: Table, pk: str, token: str) -> None:
        data = {"list": [1]}
        table.write([Create(Item(Key(pk, "1"), data))], token)
        data["list"].append(2)
        first = table.get(Key(pk, "1"))
        assert first is not None and first.data == {"list": [1]}
        first.data["list"].append(3)
        again = table.get(Key(pk, "1"))
        assert again is not None and again.data == {"list": [1]}

    def test_many_are_read_at_once_even_if_some_are_asked_for_twice(self, table: Table, pk: str) -> None:
        self.fill(table, pk, 5)
        keys = [Key(pk, f"{number:03d}") for number in (1, 3, 3, 99)]
        assert set(table.get_many(keys)) == {Key(pk, "001"), Key(pk, "003")}

    # ---------------------------------------------------------------- conditions

    def test_create_refuses_what_exists(self, table: Table, pk: str) -> None:
        first = Item(Key(pk, "1"), {"n": 1})
        table.write([Create(first)], new_token())
        refused = self.refused(table, [Create(Item(Key(pk, "1"), {"n": 2}))])
        assert refused.failed == ((Create(Item(Key(pk, "1"), {"n": 2})), first),)
        assert table.get(first.key) == first

    def test_update_needs_the_version_before(self, table: Table, pk: str) -> None:
        first = Item(Key(pk, "1"), {"n": 1})
        table.write([Create(first)], new_token())
        second = first.next({"n": 2})
        table.write([Update(second)], new_token())
        assert table.get(first.key) == second
        stale = self.refused(table, [Update(first.next({"n": 3}))])
        assert stale.failed[0][1] == second
        ahead = self.refused(table, [Update(second.next({}).next({"n": 4}))])
        assert ahead.failed[0][1] == second
        assert table.get(first.key) == second

    def test_update_refuses_what_is_absent(self, table: Table, pk: str) -> None:
        refused = self.refused(table, [Update(Item(Key(pk, "1"), {}, version=2))])
        assert refused.failed[0][1] is None
        assert table.get(Key(pk, "1")) is None

    def test_update_moves_an_item_between_indexes(self, table: Table, pk: str) -> None:
        first = Item(Key(pk, "1"), {}, indexes={"by_owner": Key(pk, "a"), "by_queue": Key(pk, "b")})
        table.write([Create(first)], new_token())
        kept = first.next({"n": 2})
        table.write([Update(kept)], new_token())
        assert table.query(pk, index="by_queue").items == (kept,)
        moved = kept.next({}, indexes={"by_owner": Key(pk, "z")})
        table.write([Update(moved)], new_token())
        assert table.query(pk, index="by_owner").items == (moved,)
        assert table.query(pk, index="by_queue").items == ()

    @pytest.mark.parametrize("version", [None, 1])
    def test_require_passes_where_it_holds_and_changes_nothing(
        self, table: Table, pk: str, version: int | None
    ) -> None:
        item = Item(Key(pk, "1"), {"n": 1})
        table.write([Create(item)], new_token())
        table.write([Require(item.key, version), Create(Item(Key(pk, "2"), {}))], new_token())
        assert table.get(item.key) == item
        assert table.get(Key(pk, "2")) is not None

    @pytest.mark.parametrize(("sk", "version"), [("1", 2), ("absent", None), ("absent", 1)])
    def test_require_stops_everything_where_it_does_not_hold(
        self, table: Table, pk: str, sk: str, version: int | None
    ) -> None:
        table.write([Create(Item(Key(pk, "1"), {"n": 1}))], new_token())
        require = Require(Key(pk, sk), version)
        refused = self.refused(table, [Create(Item(Key(pk, "2"), {})), require])
        assert [change for change, _ in refused.failed] == [require]
        assert table.get(Key(pk, "2")) is None

    def test_remove(self, table: Table, pk: str) -> None:
        item = Item(Key(pk, "1"), {"n": 1}, indexes={"by_owner": Key(pk, "a")})
        table.write([Create(item)], new_token())
        stale = self.refused(table, [Remove(item.key, 2)])
        assert stale.failed == ((Remove(item.key, 2), item),)
        table.write([Remove(item.key, 1)], new_token())
        assert table.get(item.key) is None
        assert table.query(pk, index="by_owner").items == ()
        absent = self.refused(table, [Remove(item.key, 1)])
        assert absent.failed == ((Remove(item.key, 1), None),)

    def test_remove_without_a_version_is_content_with_absence(self, table: Table, pk: str) -> None:
        table.write([Remove(Key(pk, "1"))], new_token())
        table.write([Create(Item(Key(pk, "1"), {}))], new_token())
        table.write([Remove(Key(pk, "1"))], new_token())
        assert table.get(Key(pk, "1")) is None

    # ---------------------------------------------------------------- counters

    def test_a_counter_stops_at_its_limit(self, table: Table, pk: str) -> None:
        key = Key(pk, "COUNT")
        for number in (1, 2, 3):
            table.write([Count(key, 1, 3, expires=2_000_000_000)], new_token())
            assert self.count(table, key) == number
        refused = self.refused(table, [Count(key, 1, 3)])
        assert refused.failed[0][0] == Count(key, 1, 3)
        assert refused.failed[0][1] is not None and refused.failed[0][1].data == {"count": 3}
        assert self.count(table, key) == 3

    def test_a_counter_keeps_its_end_of_life(self, table: Table, pk: str) -> None:
        table.write([Count(Key(pk, "C"), 1, 5, expires=2_000_000_000)], new_token())
        table.write([Count(Key(pk, "C"), 1, 5)], new_token())
        item = table.get(Key(pk, "C"))
        assert item is not None and item.expires == 2_000_000_000

    def test_a_counter_takes_steps_and_gives_back(self, table: Table, pk: str) -> None:
        key = Key(pk, "COUNT")
        table.write([Count(key, 5, 7)], new_token())
        self.refused(table, [Count(key, 3, 7)])
        table.write([Count(key, -2, 7)], new_token())
        table.write([Count(key, 4, 7)], new_token())
        assert self.count(table, key) == 7

    def test_even_the_first_step_may_not_pass_the_limit(self, table: Table, pk: str) -> None:
        refused = self.refused(table, [Count(Key(pk, "C"), 5, 4)])
        assert refused.failed[0][1] is None
        assert table.get(Key(pk, "C")) is None

    def test_a_full_counter_stops_everything(self, table: Table, pk: str) -> None:
        table.write([Count(Key(pk, "C"), 1, 1)], new_token())
        self.refused(table, [Create(Item(Key(pk, "1"), {})), Count(Key(pk, "C"), 1, 1)])
        assert table.get(Key(pk, "1")) is None

    def test_many_at_once_never_pass_the_limit(self, table: Table, pk: str) -> None:
        def attempt(_: int) -> bool:
            try:
                table.write([Count(Key(pk, "C"), 1, 5)], new_token())
            except (WriteRefused, Unavailable):
                return False
            return True

        with ThreadPoolExecutor(8) as pool:
            won = sum(pool.map(attempt, range(20)))
        assert won == self.count(table, Key(pk, "C")) <= 5

    # ---------------------------------------------------------------- all or nothing

    def test_a_transaction_names_each_conflict_and_writes_nothing(self, table: Table, pk: str) -> None:
        there = Item(Key(pk, "there"), {"n": 1})
        table.write([Create(there), Count(Key(pk, "C"), 1, 1)], new_token())
        changes: list[Change] = [
            Create(Item(Key(pk, "new"), {})),
            Create(Item(Key(pk, "there"), {"n": 2})),
            Update(Item(Key(pk, "absent"), {}, version=2)),
            Count(Key(pk, "C"), 1, 1),
        ]
        refused = self.refused(table, changes)
        assert [change for change, _ in refused.failed] == changes[1:]
        assert [item and item.data for _, item in refused.failed] == [{"n": 1}, None, {"count": 1}]
        assert table.get(Key(pk, "new")) is None
        assert self.count(table, Key(pk, "C")) == 1

    def test_a_transaction_holds_a_hundred_changes(self, table: Table, pk: str, token: str) -> None:
        table.write([Create(Item(Key(pk, f"{number:03d}"), {})) for number in range(100)], token)
        assert len(list(every(table, pk))) == 100

    # ---------------------------------------------------------------- own token

    def test_a_write_that_finds_its_own_token_has_won(self, table: Table, pk: str, token: str) -> None:
        old = Item(Key(pk, "old"), {"n": 1})
        table.write([Create(old), Create(Item(Key(pk, "gone"), {}))], new_token())
        changes: list[Change] = [
            Create(Item(Key(pk, "new"), {"n": 1})),
            Update(old.next({"n": 2})),
            Remove(Key(pk, "gone"), 1),
            Count(Key(pk, "C"), 1, 9),
        ]
        table.write(changes, token)
        table.write(changes, token)
        updated = table.get(old.key)
        assert updated is not None and (updated.version, updated.data) == (2, {"n": 2})
        assert self.count(table, Key(pk, "C")) == 1

    def test_anothers_token_has_not(self, table: Table, pk: str) -> None:
        changes: list[Change] = [Create(Item(Key(pk, "new"), {})), Count(Key(pk, "C"), 1, 9)]
        table.write(changes, new_token())
        self.refused(table, changes)
        assert self.count(table, Key(pk, "C")) == 1

    # ---------------------------------------------------------------- paging

    @pytest.mark.parametrize("index", [None, "by_owner"])
    @pytest.mark.parametrize("newest_first", [False, True])
    @pytest.mark.parametrize("limit", [1, 3, 7, 50])
    def test_pages_show_everything_once_and_in_order(
        self, table: Table, pk: str, index: str | None, newest_first: bool, limit: int
    ) -> None:
        self.fill(table, pk, 7)
        seen: list[str] = []
        after = None
        for _ in range(9):
            page = table.query(pk, index=index, after=after, limit=limit, newest_first=newest_first)
            assert len(page.items) <= limit
            seen += [item.key.sk for item in page.items]
            after = page.after
            if after is None:
                break
        assert after is None
        assert seen == sorted(seen, reverse=newest_first) and len(seen) == 7

    def test_items_with_one_place_in_an_index_are_all_shown(self, table: Table, pk: str) -> None:
        same = {"by_queue": Key(pk, "same")}
        changes: list[Change] = [Create(Item(Key(pk, f"{number}"), {}, indexes=same)) for number in range(5)]
        table.write(changes, new_token())
        seen, after = [], None
        while True:
            page = table.query(pk, index="by_queue", after=after, limit=2)
            seen += [item.key.sk for item in page.items]
            after = page.after
            if after is None:
                break
        assert sorted(seen) == ["0", "1", "2", "3", "4"]

    def test_a_lower_end_narrows(self, table: Table, pk: str) -> None:
        keys = [Key(pk, sk) for sk in ("a1", "a2", "b1", "ก1")]
        table.write([Create(Item(key, {}, indexes={"by_queue": Key(f"{pk}!", key.sk)})) for key in keys], new_token())
        for index, partition in ((None, pk), ("by_queue", f"{pk}!")):
            found = table.query(partition, index=index, at_least="a2", limit=2)
            assert [item.key.sk for item in found.items] == ["a2", "b1"]
            rest = table.query(partition, index=index, at_least="a2", after=found.after, limit=2)
            assert [item.key.sk for item in rest.items] == ["ก1"]
            newest = table.query(partition, index=index, at_least="b1", newest_first=True)
            assert [item.key.sk for item in newest.items] == ["ก1", "b1"]

    def test_a_prefix_narrows(self, table: Table, pk: str) -> None:
        names = ("EVT#1", "EVT#2", "EVTX", "DOC#1", "ร้าน#1")
        table.write([Create(Item(Key(pk, sk), {}, indexes={"by_owner": Key(pk, sk)})) for sk in names], new_token())
        for index in (None, "by_owner"):
            assert [item.key.sk for item in table.query(pk, index=index, prefix="EVT#").items] == ["EVT#1", "EVT#2"]
            assert [item.key.sk for item in table.query(pk, index=index, prefix="ร้าน").items] == ["ร้าน#1"]
            assert table.query(pk, index=index, prefix="NO").items == ()

    def test_order_is_that_of_the_bytes_of_utf_8(self, table: Table, pk: str) -> None:
        names = ["Z", "a", "é", "ก", "ฮ", "\uffff", "🍜"]
        table.write([Create(Item(Key(pk, sk), {})) for sk in reversed(names)], new_token())
        assert [item.key.sk for item in table.query(pk).items] == names

    def test_a_page_goes_on_even_if_its_last_item_is_gone(self, table: Table, pk: str) -> None:
        self.fill(table, pk, 5)
        for index in (None, "by_owner"):
            page = table.query(pk, index=index, limit=2)
            assert page.after is not None
            last = page.items[-1]
            table.write([Remove(last.key)], new_token())
            rest = table.query(pk, index=index, after=page.after, limit=9)
            assert [item.key.sk for item in rest.items] == ["002", "003", "004"]
            table.write([Create(Item(last.key, {}, indexes=last.indexes))], new_token())

    def test_an_item_outside_an_index_is_not_in_it(self, table: Table, pk: str) -> None:
        table.write([Create(Item(Key(pk, "1"), {}))], new_token())
        assert table.query(pk, index="by_owner").items == ()

    def test_every_walks_over_all_pages(self, table: Table, pk: str) -> None:
        self.fill(table, pk, 230)
        assert [item.data["n"] for item in every(table, pk)] == list(range(230))
        assert [item.data["n"] for item in every(table, pk, index="by_owner")] == list(range(230))

    # ---------------------------------------------------------------- helpers

    @staticmethod
    def fill(table: Table, pk: str, number: int) -> None:
        """Items 000, 001 ... in the table and, in the same order, in the index `by_owner`."""
        items = [Item(Key(pk, f"{n:03d}"), {"n": n}, indexes={"by_owner": Key(pk, f"{n:03d}")}) for n in range(number)]
        for start in range(0, number, 100):
            table.write([Create(item) for item in items[start : start + 100]], new_token())

    @staticmethod
    def refused(table: Table, changes: list[Change]) -> WriteRefused:
        """The refusal of a write."""
        with pytest.raises(WriteRefused) as refused:
            table.write(changes, new_token())
        assert {key_of(change) for change, _ in refused.value.failed} <= {key_of(change) for change in changes}
        return refused.value

    @staticmethod
    def count(table: Table, key: Key) -> int:
        """What a counter stands at."""
        item = table.get(key)
        assert item is not None
        return int(item.data["count"])


class TestMemoryTable(TableContract):
    """The double."""

    @pytest.fixture
    def table(self, memory_table: MemoryTable) -> MemoryTable:
        """One for all tests."""
        return memory_table


class TestDynamoTable(TableContract):
    """The real one, on the table that `infra/template.yaml` makes for Biz."""

    @pytest.fixture
    def table(self, dynamo_table: DynamoTable) -> DynamoTable:
        """One for all tests."""
        return dynamo_table


@pytest.fixture(scope="module")
def memory_table() -> MemoryTable:
    """The double."""
    return MemoryTable()


@pytest.fixture(scope="module")
def dynamo_table() -> Iterator[DynamoTable]:
    """The table of Biz in the emulator."""
    with local_cloud(["biz"]) as session:
        clients = Clients(REGION, session)
        yield DynamoTable(lambda: clients.dynamodb, "klang-test-biz")
