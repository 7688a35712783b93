"""The grade of a dataset now, as it was, and those of an organisation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import NotFound
from chalicelib.shared.identity import Caller
from chalicelib.shared.journal import Event, NotYet
from chalicelib.shared.parts import Parts
from chalicelib.shared.storage import Item, WriteRefused

from ..links.model import Link
from ..model import Group, Package
from ..packages import Packages
from ..store import Store
from . import marks
from .grading import quality
from .marks import Mark
from .model import Quality
from .store import Grades, Kept, kept
from .timeliness import next_change

Links = Callable[[Sequence[str]], dict[str, Link]]
"""How links stood when somebody looked last, by resource."""
AT_ONCE = 25
"""Grades that one run of the sweep looks at."""
COUNTED = 1_000
"""Datasets of an organisation that its average is made of at most, the worst of them: ten requests."""
ATTEMPTS = 3


@dataclass(frozen=True)
class Report:
    """All that is said of a dataset's quality."""

    package: Package
    quality: Quality
    stars: Sequence[Mark]
    high_value: Sequence[Mark]
    at: datetime


@dataclass(frozen=True)
class Overview:
    """How an organisation's public datasets stand.

    Attributes:
        counted: datasets that the figures are made of.
        whole: whether that is all of them.
        grades: how many have each grade; "" for none.
    """

    organization: Group
    counted: int
    whole: bool
    average: float | None
    grades: dict[str, int]
    worst: Sequence[Kept]
    next: str | None


class Grading:
    """Grades datasets, and keeps what is new."""

    def __init__(self, parts: Parts, store: Store, packages: Packages, links: Links) -> None:
        self._grades = Grades(parts.table)
        self._store = store
        self._packages = packages
        self._links = links
        self._cursors = parts.cursors
        self._clock = parts.clock

    # -- reading

    def report(self, caller: Caller, id: str) -> Report:
        """The quality of a dataset that the caller may see.

        Raises:
            NotFound.
        """
        package, _ = self._packages.find(caller, id)
        return self.of(package, self._clock())

    def of(self, package: Package, now: datetime) -> Report:
        """The same of a package that was read; one request more where it has links."""
        found = quality(package, now, self.links_of(package))
        return Report(package, found, marks.stars(package), marks.high_value(package, found), now)

    def links_of(self, package: Package) -> dict[str, Link]:
        """How the package's links stood when somebody looked last."""
        wanted = [each.id for each in package.resources if not each.uploaded]
        return self._links(wanted) if wanted else {}

    def history(self, caller: Caller, id: str, cursor: str | None, limit: int) -> tuple[str, list[Kept], str | None]:
        """The dataset's id, and its grades day by day, those days alone on which they changed, the latest first.

        Raises:
            NotFound.
        """
        package, _ = self._packages.find(caller, id)
        scope = ("grades", package.id)
        found, after = self._grades.history(package.id, after=self._cursors.read(cursor, scope), limit=limit)
        return package.id, found, self._cursors.make(after, scope)

    def overview(self, id: str, cursor: str | None, limit: int) -> Overview:
        """How an organisation's public datasets stand, the worst first.

        Raises:
            NotFound.
        """
        organization = self._store.group("organization", id)
        if organization is None or organization.state != "active":
            raise NotFound("ไม่พบหน่วยงาน", "Not found")
        scope = ("worst", organization.id)
        page, after = self._grades.worst(organization.id, after=self._cursors.read(cursor, scope), limit=limit)
        counted: list[Kept] = []
        more: str | None = None
        while len(counted) < COUNTED:
            some, more = self._grades.worst(organization.id, after=more, limit=100)
            counted += some
            if more is None:
                break
        grades: dict[str, int] = {}
        for each in counted:
            grades[each.grade] = grades.get(each.grade, 0) + 1
        average = round(sum(each.score for each in counted) / len(counted), 1) if counted else None
        following = self._cursors.make(after, scope)
        return Overview(organization, len(counted), more is None, average, grades, page, following)

    # -- keeping

    def on_event(self, event: Event) -> None:
        """Something happened to a dataset: its grade is kept if it is another one. Harmless when repeated.

        Raises:
            NotYet: others are busy with the same.
        """
        dataset = str(event.data.get("package_id") or "")
        if dataset and event.type.startswith(("opendata.dataset.", "opendata.resource.")):
            self._keep(dataset)

    def sweep(self, now: datetime) -> int:
        """Grades that fall by themselves, because nobody brought the data that was promised (each minute)."""
        due = self._grades.due(now, AT_ONCE)
        for dataset in due:
            self._keep(dataset)
        return len(due)

    def _keep(self, dataset: str) -> None:
        for _ in range(ATTEMPTS):
            package = self._store.package(dataset)
            if package is None:
                return
            now = self._clock()
            before, row = self._grades.latest(dataset)
            if not package.dataset.public and row is None:
                return  # what never was public has no history
            report = self.of(package, now)
            new = kept(package.dataset, report.quality, marks.count(report.stars), now)
            due = next_change(package, now) if package.dataset.public else None
            if before is not None and row is not None and before.same(new) and _stands(row, package, due):
                return
            try:
                self._grades.save(package.dataset, new, row, due)
            except WriteRefused:
                continue
            return
        raise NotYet


def _stands(row: Item, package: Package, due: datetime | None) -> bool:
    """Whether the row is in the lists in which it belongs."""
    listed = row.indexes.get("by_organization")
    owner = f"GRADES#{package.dataset.owner_org}" if package.dataset.public else None
    when = "" if due is None else due.isoformat()
    return (None if listed is None else listed.pk) == owner and row.data["due"] == when
