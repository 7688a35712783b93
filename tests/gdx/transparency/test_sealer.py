"""The sealer in any weather: nothing lost, doubled or forked, whatever dies when; and planted defects are found."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import greenlet
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from chalicelib.gdx.store import leaf_key, unsealed_place
from chalicelib.gdx.transparency import store
from chalicelib.gdx.transparency.sealer import Sealer
from chalicelib.gdx.transparency.signing_key import SigningKey
from chalicelib.gdx.transparency.staging import step
from chalicelib.gdx.transparency.store import Head, head_from
from chalicelib.gdx.transparency.tiles import BrokenLog, Tree, tile_path, unpack
from chalicelib.shared import tlog_merkle as merkle
from chalicelib.shared.errors import Unavailable
from chalicelib.shared.storage import Change, Create, Item, Update
from chalicelib.shared.tlog_note import Checkpoint, Note
from tests.gdx.transparency import trees
from tests.gdx.transparency.weather import KINDS, Crash, Kind, RoughObjects, RoughTable, Weather
from tests.support.keys import local_keyring
from tests.support.memory import MemoryTable

WIDTH = 4
START = datetime(2026, 11, 25, 4, tzinfo=UTC)


def entry_of(data: Mapping[str, Any]) -> bytes:
    """A small entry."""
    return json.dumps(data["leaf"], sort_keys=True).encode()


@dataclass
class World:
    """A log with its surroundings."""

    sealing: type[Sealer] = Sealer
    rough_table: type[RoughTable] = RoughTable
    rough_objects: type[RoughObjects] = RoughObjects
    now: datetime = START
    acked: list[str] = field(default_factory=list)
    heads: list[Head] = field(default_factory=list)
    told: int = 0

    def __post_init__(self) -> None:
        self.weather = Weather()
        self.table = self.rough_table(self.weather)
        self.objects = self.rough_objects(self.weather)
        self.key = SigningKey(self.table, local_keyring(), "klang.test/gdx/v1/log")
        assert self.key.vkey.name

    def sealer(self, batch: int = 5) -> Sealer:
        """One of perhaps several."""
        return self.sealing(self.table, self.objects, self.key, entry_of, lambda: self.now, width=WIDTH, batch=batch)

    def append(self, *, covert: bool = False) -> None:
        """An exchange records its leaf."""
        self.now += timedelta(seconds=1)
        number = len(self.table._items)
        identifier = f"e{number:04d}{'c' if covert else ''}"
        leaf: dict[str, Any] = {"id": identifier, "at": self.now.isoformat(timespec="milliseconds")}
        if covert:
            leaf |= {"until": (self.now + timedelta(days=30)).isoformat(), "sealed": "x"}
        place = {"open": unsealed_place(identifier, leaf["at"])}
        row = Item(leaf_key(identifier), {"leaf": leaf, "cover": None, "log": None}, indexes=place)
        self.table.write([Create(row)], f"token of {identifier}")
        self.acked.append(identifier)

    def attempt(self, run: Callable[[], object]) -> None:
        """Something that may fail or die on the way."""
        try:
            run()
        except (Crash, BrokenLog) as end:
            assert not isinstance(end, BrokenLog), f"BROKEN: {end}"
        except Exception as error:
            assert type(error).__name__ == "Unavailable", repr(error)

    def seal(self, faults: Sequence[Kind] = (), batch: int = 5) -> None:
        """One run in this weather."""
        self.weather.coming, self.weather.on, self.weather.stale = list(faults), True, False
        try:
            self.attempt(self.sealer(batch).run)
        finally:
            self.weather.coming, self.weather.on = [], False

    def race(self, order: Sequence[tuple[int, int]], faults: Sequence[Kind]) -> None:
        """Two sealers and an exchange at once; each pair of the order lets one of them run some calls further."""
        self.weather.coming, self.weather.on, self.weather.stale = list(faults), True, False
        self.weather.main = greenlet.getcurrent()
        runs: list[Callable[[], object]] = [self.sealer().run, self.append, self.sealer().run]
        actors = [greenlet.greenlet(lambda run=run: self.attempt(run)) for run in runs]
        turns = iter(order)
        try:
            while any(not actor.dead for actor in actors):
                living = [actor for actor in actors if not actor.dead]
                which, calls = next(turns, (0, 50))
                for _ in range(calls):
                    if not living[which % len(living)].dead:
                        living[which % len(living)].switch()
        finally:
            self.weather.coming, self.weather.on = [], False

    def head(self) -> Head:
        """Where the log stands."""
        item = self.table.get(store.HEAD)
        return Head() if item is None else head_from(item.data)

    def checkpoint(self) -> Checkpoint:
        """What is told to the world."""
        if self.objects.head(store.CHECKPOINT) is None:
            return Checkpoint(self.key.vkey.name, 0, merkle.EMPTY)
        return Checkpoint.parse(Note.parse(self.objects.read(store.CHECKPOINT).decode()).text)

    def entries(self, size: int) -> list[bytes]:
        """All entries of the log, from its bundles."""
        found: list[bytes] = []
        for at in range(0, size, WIDTH):
            found += unpack(self.objects.read(tile_path("entries", at // WIDTH, min(WIDTH, size - at), WIDTH)))
        return found

    def look(self) -> None:
        """What must hold at every moment, for anybody who looks."""
        head = self.head()
        if not self.heads or self.heads[-1] != head:
            self.heads.append(head)
        told = self.checkpoint()
        assert told.size <= head.size, "AHEAD: the checkpoint tells of more than was decided"
        assert told.size >= self.told, "BACK: the checkpoint tells of less than it did"
        self.told = told.size
        tree = Tree(told.size, self.objects.read, WIDTH)
        assert told.root == merkle.head(told.size, tree.perfect), "ROOT: the tiles do not give the checkpoint"
        assert told.root == trees.mth(self.entries(told.size)), "ENTRIES: the bundles do not give the checkpoint"

    def settle(self) -> None:
        """Good weather: what was late arrives, and some more runs."""
        while self.weather.zombies:
            self.weather.land()
            self.look()
        for _ in range(2 + len(self.acked) // 5):
            self.seal()
            self.look()

    def judge(self) -> None:
        """What must hold in the end."""
        head, told = self.head(), self.checkpoint()
        assert (told.size, told.root) == (head.size, head.root), "BEHIND: the checkpoint stays behind"
        assert head.published or head.size == 0
        entries = self.entries(head.size)
        for earlier in self.heads:
            assert earlier.root == trees.mth(entries[: earlier.size]), "FORK: a head of another history"
        ids = [json.loads(entry)["id"] for entry in entries]
        assert set(self.acked) <= set(ids), "LOST"
        assert max(Counter(ids).values(), default=1) == 1, "DUP"
        for place, identifier in enumerate(ids):
            row = self.table.get(leaf_key(identifier))
            assert row is not None and row.data["log"] == {"index": place} and not row.indexes, "PLACE"
        assert sum(head.covert.values()) == sum(identifier.endswith("c") for identifier in ids), "COUNT"


FAULTS = st.lists(st.sampled_from(["ok", "ok", *KINDS]), max_size=14)
ORDER = st.lists(st.tuples(st.integers(0, 2), st.integers(1, 14)), min_size=2, max_size=10)


class Machine(RuleBasedStateMachine):
    """Exchanges and sealers in any order and weather."""

    world_of: Callable[[], World] = World

    def __init__(self) -> None:
        super().__init__()
        self.world = type(self).world_of()

    @rule(count=st.integers(1, 6), covert=st.booleans())
    def append(self, count: int, covert: bool) -> None:
        for _ in range(count):
            self.world.append(covert=covert)

    @rule(faults=FAULTS, batch=st.integers(1, 9))
    def seal(self, faults: list[Kind], batch: int) -> None:
        self.world.seal(faults, batch)

    @rule(order=ORDER, faults=FAULTS)
    def race(self, order: list[tuple[int, int]], faults: list[Kind]) -> None:
        self.world.race(order, faults)

    @precondition(lambda self: self.world.weather.zombies)
    @rule()
    def land(self) -> None:
        self.world.weather.land()

    @invariant()
    def whatever_is_published_holds(self) -> None:
        self.world.look()

    def teardown(self) -> None:
        self.world.settle()
        self.world.judge()


def schedules(examples: int) -> settings:
    """So many of them."""
    return settings(
        max_examples=examples,
        stateful_step_count=12,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


def test_any_schedule_of_exchanges_sealers_and_faults() -> None:
    run_state_machine_as_test(Machine, settings=schedules(120))


class PublishesFirst(Sealer):
    """Planted: tiles and checkpoint go out before the head is swapped."""

    def step(self) -> Any:
        item = self._recovered(self._head())
        rows, _ = self._open_rows()
        if rows:
            entries = [(row.data["leaf"]["id"], self._entry_of(row.data)) for row in rows]
            head = head_from(item.data)
            self._publish(*step(head, entries, self._clock(), self._read, self._width), {})
        return super().step()


class ForgetsToRecover(Sealer):
    """Planted: what a dead sealer left half published stays so."""

    def _recovered(self, item: Item) -> Item:
        return item


class TrustsTheIndex(Sealer):
    """Planted: a hint of the index is taken for the row."""

    def _open_rows(self) -> tuple[list[Item], bool]:
        hints: list[Item] = []
        more = False
        for shard in range(4):
            page = self._table.query(f"SEAL#{shard}", index="open", limit=self._batch)
            hints += page.items
            more = more or page.after is not None
        return hints[: self._batch], more


class MarksFirst(Sealer):
    """Planted: rows leave the index before the step is sure."""

    def _open_rows(self) -> tuple[list[Item], bool]:
        rows, more = super()._open_rows()
        size = head_from(self._head().data).size
        self._mark({row.key: size + at for at, row in enumerate(rows)}, {})
        return rows, more


class SettlesAtOnce(Sealer):
    """Planted: the head counts as published from the start, so that nobody finishes what died half way."""

    def _head(self) -> Item:
        found = super()._head()
        return Item(found.key, {**found.data, "published": True}, found.version)


class Unconditional(RoughTable):
    """Planted: the head is swapped without a condition."""

    def write(self, changes: Sequence[Change], token: str) -> None:
        there = MemoryTable.get(self, store.HEAD)
        eased = [
            Update(Item(store.HEAD, change.item.data, there.version + 1))
            if isinstance(change, Update) and change.item.key == store.HEAD and there is not None
            else change
            for change in changes
        ]
        super().write(eased, token)


class Overwrites(RoughObjects):
    """Planted: the checkpoint is written over, whatever stands there."""

    def put(
        self, key: str, body: bytes, *, media_type: str, only_if_new: bool = False, if_match: str | None = None
    ) -> bool:
        return super().put(key, body, media_type=media_type, only_if_new=only_if_new and if_match is None)


PLANTED: dict[str, Callable[[], World]] = {
    "published before the swap": lambda: World(sealing=PublishesFirst),
    "no recovery": lambda: World(sealing=ForgetsToRecover),
    "hints taken for rows": lambda: World(sealing=TrustsTheIndex),
    "rows marked before the swap": lambda: World(sealing=MarksFirst),
    "taken as published": lambda: World(sealing=SettlesAtOnce),
    "a swap without condition": lambda: World(rough_table=Unconditional),
}


@pytest.mark.parametrize("defect", sorted(PLANTED))
def test_a_planted_defect_is_found(defect: str) -> None:
    class Spoilt(Machine):
        world_of = staticmethod(PLANTED[defect])

    with pytest.raises(AssertionError, match=r"FORK|BACK|LOST|DUP|BEHIND|AHEAD|ROOT|ENTRIES|PLACE|BROKEN|COUNT"):
        run_state_machine_as_test(Spoilt, settings=schedules(1000))


class SlowCheckpoint(RoughObjects):
    """The next write of the checkpoint arrives late."""

    slow = False

    def put(
        self, key: str, body: bytes, *, media_type: str, only_if_new: bool = False, if_match: str | None = None
    ) -> bool:
        def real() -> bool:
            return super(SlowCheckpoint, self).put(
                key, body, media_type=media_type, only_if_new=only_if_new, if_match=if_match
            )

        if key == store.CHECKPOINT and self.slow:
            self.slow = False
            self.weather.zombies.append(real)
            raise Unavailable("ไม่มีคำตอบ", "No answer came.")
        return real()


class SlowAndWrittenOver(SlowCheckpoint, Overwrites):
    """That, and without its condition."""


def late(objects: type[SlowCheckpoint]) -> None:
    """A write of an old checkpoint arrives when the log has gone on."""
    world = World(rough_objects=objects)
    assert isinstance(world.objects, SlowCheckpoint)
    for slow in (False, True, False):
        world.objects.slow = slow
        world.append()
        world.seal()
        world.look()
    assert (world.told, len(world.weather.zombies)) == (3, 1)
    world.weather.land()
    world.look()


def test_a_late_write_does_not_set_the_checkpoint_back() -> None:
    late(SlowCheckpoint)
    with pytest.raises(AssertionError, match="BACK"):
        late(SlowAndWrittenOver)
