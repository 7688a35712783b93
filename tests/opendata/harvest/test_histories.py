"""Any history of a source, and any fate of its messages: our copy ends equal to it, and nothing is deleted early."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from random import Random

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from chalicelib.opendata.harvest import rows
from chalicelib.opendata.harvest.model import Thing, dataset_id, thing_id
from chalicelib.opendata.model import GroupId
from chalicelib.shared.storage import Change, every
from tests.opendata.harvest.remotes import Ckan, package
from tests.opendata.harvest.town import Town
from tests.support.memory import MemoryTable

FATES = ("once", "once", "once", "twice", "before", "after", "lost")
IDS = st.sampled_from([f"{number}" for number in range(4)])


class Crash(Exception):
    """The process died."""


class FailingTable(MemoryTable):
    """A table in front of which, or behind which, the process dies at the write that is `left` writes away."""

    def __init__(self) -> None:
        super().__init__()
        self.left: int | None = None
        self.applied = False

    def write(self, changes: Sequence[Change], token: str) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                self.left = None
                if self.applied:
                    super().write(changes, token)
                raise Crash
        super().write(changes, token)


class Histories(RuleBasedStateMachine):
    """A CKAN that changes while it is read, and a queue that repeats, reorders and loses its workers."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.table = FailingTable()
        self.town = Town(Path(self.folder.name), table=self.table)
        self.remote = Ckan(cap=3)
        self.town.serve(self.remote)
        self.source = self.town.source()
        self.rank = 0
        self.was_public: set[str] = set()
        self.removed: dict[str, str] = {}
        self.there_before: set[str] = set()

    # -- the source

    @rule(id=IDS, resources=st.integers(0, 3))
    def put(self, id: str, resources: int) -> None:
        """Adds or changes a dataset."""
        self.rank += 1
        name = self.remote.packages.get(id, {}).get("name")
        modified = self.town.portal.now.isoformat()[:26].ljust(26, "0")
        changed = package(id, name, rank=self.rank, resources=resources, metadata_modified=modified)
        self.remote.put(changed)
        self.removed.pop(id, None)
        self.there_before.discard(id)

    @rule(id=IDS)
    def remove(self, id: str) -> None:
        """Takes a dataset away."""
        if self.remote.packages.pop(id, None) is not None:
            _, public = self._kept(id)
            self.removed[id] = self.town.portal.now.isoformat()
            if public:
                self.there_before.add(id)
        self.was_public.discard(id)

    @rule(id=IDS, other=IDS)
    def rename(self, id: str, other: str) -> None:
        """Gives a dataset a name that another one may have had."""
        names = {each["name"] for each in self.remote.packages.values()}
        if id in self.remote.packages and f"dataset-{other}" not in names:
            self.rank += 1
            modified = self.town.portal.now.isoformat()[:26].ljust(26, "0")
            self.remote.packages[id] |= {"name": f"dataset-{other}", "metadata_modified": modified}

    @rule(id=IDS)
    def flap(self, id: str) -> None:
        """A dataset is away for just one complete reading, and comes back as it was."""
        there = self.remote.packages.get(id)
        if there is not None:
            self.remove(id)
            self.town.harvest(self.source, shrink=True)
            self._nothing_is_deleted_early()
            self.remote.put(there)
            self.removed.pop(id, None)
            self.there_before.discard(id)

    # -- our work

    @rule(
        changes=st.booleans(),
        order=st.randoms(use_true_random=False),
        fate=st.lists(st.sampled_from(FATES), min_size=1, max_size=8),
        meanwhile=st.lists(st.tuples(st.integers(1, 12), st.booleans(), IDS), max_size=3),
    )
    def harvest(self, changes: bool, order: Random, fate: list[str], meanwhile: list[tuple[int, bool, str]]) -> None:
        """A run whose messages suffer any fate, while the source changes after some of them."""
        self.town.start(self.source, changes=changes)
        waiting = self.town.portal.queues.waiting
        for number in range(60):
            for _, there, remote in (each for each in meanwhile if each[0] == number):
                self.put(remote, 1) if there else self.remove(remote)
            if not waiting:
                break
            self._suffer(fate[number % len(fate)], order.randrange(len(waiting)), order)
            self._nothing_is_deleted_early()

    @rule(changes=st.booleans())
    def calm(self, changes: bool) -> None:
        """A run without any fault."""
        self.town.harvest(self.source, changes=changes)

    @rule(seconds=st.sampled_from([61, 4000]))
    def sweep(self, seconds: int) -> None:
        """Time goes by, and what was lost is sent again."""
        self.town.later(seconds=seconds)

    def _suffer(self, fate: str, place: int, order: Random) -> None:
        waiting = self.town.portal.queues.waiting
        queue, body = waiting[place]
        if fate in ("before", "after"):  # the worker dies before or after a write took effect; the message comes again
            self.table.left, self.table.applied = order.randrange(4), fate == "after"
        if fate != "lost" and queue == "opendata-harvest":
            try:
                self.town.portal.catalogue.harvest.on_message(body)
            except Crash:
                return
            finally:
                self.table.left = None
        if fate != "twice":
            waiting.remove((queue, body))

    # -- what must hold

    @invariant()
    def _nothing_is_deleted_early(self) -> None:
        for remote in self.remote.packages:
            thing, public = self._kept(remote)
            assert public or remote not in self.was_public, f"{remote} is gone here, and never was there"
            if public and thing is not None and thing.absent is None:
                self.was_public.add(remote)
        for remote, at in self.removed.items():
            thing, public = self._kept(remote)
            if thing is not None and thing.state == "deleted" and remote in self.there_before:
                runs = [rows.run_of(item) for item in every(self.table, rows.pk(self.source), prefix="RUN#")]
                saw = [run for run in runs if run and run.complete and (not run.ended or run.ended > at)]
                assert len(saw) >= 2, f"{remote} was deleted after {len(saw)} sightings"

    def _kept(self, remote: str) -> tuple[Thing | None, bool]:
        thing = rows.thing_of(self.table.get(rows.thing_key(self.source, thing_id(remote))))
        ours = self.town.package(self.source, remote)
        return thing, ours is not None and ours.dataset.public

    def teardown(self) -> None:
        """After two calm runs our copy is the remote."""
        self.table.left = None
        for _ in range(20):
            self.town.later(hours=2)
        for _ in range(2):
            run = self.town.harvest(self.source, shrink=True)
            assert (run["state"], run["complete"], run["open"]) == ("finished", True, 0)
        self._same()
        again = self.town.harvest(self.source, shrink=True)
        assert again["counts"]["unchanged"] == len(self.remote.packages)
        assert sum(again["counts"].values()) == len(self.remote.packages)
        self.folder.cleanup()

    def _same(self) -> None:
        packages = self.town.portal.catalogue.store.datasets_of(GroupId(self.town.organization))
        ours = {dataset.id for dataset in packages if dataset.state == "active"}
        assert ours == {dataset_id(self.source, remote) for remote in self.remote.packages}
        for remote, there in self.remote.packages.items():
            kept = self.town.package(self.source, remote)
            assert kept is not None and kept.dataset.public
            assert kept.dataset.name == there["name"] or kept.dataset.name.startswith(f"{there['name']}-")
            assert kept.dataset.fields["title"] == there["title"]
            assert [(each.fields["name"], each.url) for each in kept.resources] == [
                (each["name"], each["url"]) for each in there["resources"]
            ]


TestHistories = Histories.TestCase
TestHistories.settings = settings(
    max_examples=10,
    stateful_step_count=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
