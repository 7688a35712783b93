"""How grades are kept.

DATASET#{id} / GRADE         the latest; of a public dataset
                             by_organization: GRADES#{organisation}, {score}#{dataset}
                             open: GRADES#due, {when it will fall}#{dataset}
DATASET#{id} / GRADE#{day}   how it stood at the end of a day on which it changed
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, field
from datetime import datetime

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.ids import new_token
from chalicelib.shared.storage import Change as Write
from chalicelib.shared.storage import Create, Item, Key, Table, Update

from ..forgetting import lives, take_away
from ..model import Dataset
from ..rows import dataset_key
from .model import Quality

DUE = "GRADES#due"
"""Partition of the index `open`: grades that will fall by themselves, by the moment when."""
PREFIX = "GRADE#"


@dataclass(frozen=True)
class Kept:
    """A grade as it was at a time.

    Attributes:
        day: ISO date.
        at: when it was first so on that day.
        points: by dimension, [given, measured].
        stars: how many.
    """

    dataset: str
    name: str
    title: str
    day: str
    at: str
    score: int
    grade: str
    points: Mapping[str, list[float]] = field(default_factory=dict)
    stars: int = 0

    def same(self, other: Kept) -> bool:
        """Whether both tell the same, whenever they were."""
        return (self.score, self.grade, dict(self.points), self.stars, self.name, self.title) == (
            other.score,
            other.grade,
            dict(other.points),
            other.stars,
            other.name,
            other.title,
        )

    def graded_as(self, other: Kept) -> bool:
        """Whether the grade and all its points are the same."""
        return (self.score, self.grade, dict(self.points), self.stars) == (
            other.score,
            other.grade,
            dict(other.points),
            other.stars,
        )


def kept(dataset: Dataset, found: Quality, stars: int, now: datetime) -> Kept:
    """A quality as it is kept."""
    return Kept(
        dataset=dataset.id,
        name=dataset.name,
        title=str(dataset.fields.get("title") or dataset.name),
        day=now.date().isoformat(),
        at=now.isoformat(timespec="seconds"),
        score=found.score,
        grade=found.grade or "",
        points={each.name: [each.points, each.measured] for each in found.dimensions},
        stars=stars,
    )


class Grades:
    """Reads and writes grades."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def latest(self, dataset: str) -> tuple[Kept | None, Item | None]:
        """The latest of a dataset, with its row."""
        row = self._table.get(_key(dataset))
        return (None if row is None else Kept(**row.data["kept"])), row

    def save(self, dataset: Dataset, new: Kept, old: Item | None, due: datetime | None) -> None:
        """Keeps a grade: as the latest, and as that of its day where the grade itself is another one.

        Raises:
            WriteRefused: somebody else kept one meanwhile.
        """
        indexes: dict[str, Key] = {}
        if dataset.public:
            indexes["by_organization"] = Key(f"GRADES#{dataset.owner_org}", f"{new.score:03d}#{dataset.id}")
            if due is not None:
                indexes["open"] = Key(DUE, f"{due.isoformat(timespec='seconds')}#{dataset.id}")
        data = {"kept": asdict(new), "due": "" if due is None else due.isoformat(), "public": dataset.public}
        item = Item(_key(dataset.id), data, 1 if old is None else old.version + 1, indexes)
        writes: list[Write] = [Create(item) if old is None else Update(item)]
        before = None if old is None else Kept(**old.data["kept"])
        if dataset.public and (before is None or not new.graded_as(before) or not (old and old.data["public"])):
            day = self._table.get(_day_key(dataset.id, new.day))
            told = Item(_day_key(dataset.id, new.day), asdict(new), 1 if day is None else day.version + 1)
            writes.append(Create(told) if day is None else Update(told))
        self._table.write(writes, new_token())
        if not lives(self._table, dataset.id):
            take_away(self._table, [item.key, _day_key(dataset.id, new.day)])

    def history(self, dataset: str, *, after: str | None, limit: int) -> tuple[list[Kept], str | None]:
        """The grades of a dataset, the latest first, and where they go on."""
        pk = dataset_key(dataset).pk
        page = self._table.query(pk, prefix=PREFIX, after=after, limit=limit, newest_first=True)
        return [Kept(**row.data) for row in page.items], page.after

    def worst(self, organization: str, *, after: str | None, limit: int) -> tuple[list[Kept], str | None]:
        """Public datasets of an organisation, the worst first, and where they go on; a moment late."""
        page = self._table.query(f"GRADES#{organization}", index="by_organization", after=after, limit=limit)
        return [Kept(**row.data["kept"]) for row in page.items], page.after

    def due(self, now: datetime, most: int) -> list[str]:
        """Datasets whose grade falls by itself by now."""
        page = self._table.query(DUE, index="open", limit=most)
        until = now.isoformat(timespec="seconds")
        due = (row.indexes["open"].sk.rpartition("#") for row in page.items)
        return [dataset for when, _, dataset in due if when < until]


def _key(dataset: str) -> Key:
    return Key(dataset_key(dataset).pk, "GRADE")


def _day_key(dataset: str, day: str) -> Key:
    return Key(dataset_key(dataset).pk, f"{PREFIX}{day}")
