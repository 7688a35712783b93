"""A catalogue whose ids tell a time that a test sets, with a publisher and several processes that search."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

from chalicelib.opendata.model import Group, Package
from chalicelib.opendata.reading import Reading
from chalicelib.opendata.search.following import Following
from chalicelib.opendata.search.model import Exact, Question, Words
from chalicelib.opendata.search.publisher import Publisher
from chalicelib.opendata.search.snapshot import Snapshots
from chalicelib.opendata.store import Writing
from chalicelib.shared.journal import Once
from tests.opendata.portal import Portal

START_MS = 1_790_000_000_000


class SearchTown(Portal):
    """A portal with one organisation, and time.

    Attributes:
        ms: what ids say, milliseconds since 1970.
    """

    def __init__(self, folder: Path) -> None:
        self.ms = START_MS
        self._count = itertools.count(1)
        super().__init__(folder, ids=self._new_id)
        self._folder = folder
        self.org = self.organization()
        self._tokens = itertools.count(1)

    def _new_id(self) -> str:
        return f"{self.ms:012x}{next(self._count):020x}"

    def later(self, seconds: float) -> None:
        """Time goes by."""
        self.ms += int(seconds * 1000)

    def process(self, name: str = "p") -> Following:
        """A process that has just started, with a disk of its own."""
        catalogue = self.catalogue
        snapshots = Snapshots(self.table, self.objects, self._folder / name)
        return Following(catalogue.store, catalogue.log, ids=self.ids, snapshots=snapshots)

    def reading(self, following: Following) -> Reading:
        """The same process, reading packages."""
        catalogue = self.catalogue
        return Reading(catalogue.store, catalogue.packages, catalogue.access, following, site=catalogue.site)

    @property
    def maker(self) -> Publisher:
        """What makes snapshots."""
        return self.catalogue.publisher

    def save(self, before: Package | None, after: Package, *, subject: str = "") -> Package:
        """Writes a package as its store does, without the rules of an action."""
        store = self.catalogue.store
        organization = store.group("organization", after.dataset.owner_org)
        assert organization is not None
        token = f"{next(self._tokens):032x}"
        writing = Writing(
            Once(token, "", token, claimed=False), "officer:x", "changed package", "opendata.dataset.changed", subject
        )
        return store.save(writing, before, after, organization, ())

    def group(self) -> Group:
        """The organisation as it is kept."""
        found = self.catalogue.store.group("organization", self.org)
        assert found is not None
        return found


def names(following: Following, words: str = "", *, labels: tuple[str, ...] = ("public",)) -> list[str]:
    """Names of what a process finds, in the order of names."""
    query: dict[str, Any] = {"query": Words(words)} if words else {}
    question = Question(filters=(Exact("state", "active"),), labels=labels, sort=(("name", False),), rows=1000, **query)
    return list(following.names(question))


def everywhere(town: SearchTown, *processes: Following, check: Callable[[Following], None]) -> None:
    """Checks each process and one that starts now."""
    for each in (*processes, town.process(f"fresh-{town.ids()}")):
        check(each)
