"""How governance lies in the table, beside the dataset.

    DATASET#{id} / GOV          where it stands and whose hands it went through
                                by_organization: TASKS#{organisation}, {state}#{since}#{dataset} while somebody must act
    DATASET#{id} / GOV#{step}   one step: who, when, why; never changed

The dataset's own `governance` decides; the row beside it serves lists, and four eyes. Both are written in the
transaction that changes the dataset.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.storage import Change as Write
from chalicelib.shared.storage import Create, Item, Key, Table, Update

from ..model import Dataset, DatasetId, GroupId
from ..rows import dataset_key, dataset_of
from ..standard.governance import WAITING, State, state_of


@dataclass(frozen=True)
class Standing:
    """Where a dataset stands.

    Attributes:
        since: ISO time of the last step.
        submitted_by, checked_by, approved_by: `Caller.label`s of this round; "" where nobody has yet.
        reason: of the last step.
        owner_org: at the last step.
        version: of the row; 0 where there is none.
    """

    state: State = "draft"
    since: str = ""
    submitted_by: str = ""
    checked_by: str = ""
    approved_by: str = ""
    reason: str = ""
    owner_org: str = ""
    version: int = 0


@dataclass(frozen=True)
class Taken:
    """One step that was taken.

    Attributes:
        id: sortable by time.
        step: its name.
        by: `Caller.label`.
        one_hand: whether one person submitted, checked and approved in this step.
    """

    id: str
    at: str
    by: str
    step: str
    before: State
    after: State
    reason: str = ""
    one_hand: bool = False


@dataclass(frozen=True)
class Task:
    """A dataset that waits for somebody of an organisation."""

    dataset: Dataset
    state: State
    since: str
    submitted_by: str


class GovernanceRows:
    """Reads standings and steps, and makes the rows of new ones."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def standing(self, dataset: Dataset) -> Standing:
        """Where a dataset stands; its own word goes before the row's."""
        row = self._table.get(_key(dataset.id))
        state = state_of(dataset)
        if row is None:
            return Standing(state=state)
        kept = Standing(**{**row.data, "version": row.version})
        if kept.state == state:
            return kept
        return Standing(state=state, version=row.version)

    def rows(self, dataset: DatasetId, new: Standing, taken: Taken) -> list[Write]:
        """The rows of a step; `new.version` is that of the row which stands there."""
        data = {name: value for name, value in asdict(new).items() if name != "version"}
        indexes: dict[str, Key] = {}
        if new.state in WAITING:
            indexes["by_organization"] = Key(f"TASKS#{new.owner_org}", f"{new.state}#{new.since}#{dataset}")
        item = Item(_key(dataset), data, new.version + 1, indexes)
        step = Item(Key(dataset_key(dataset).pk, f"GOV#{taken.id}"), asdict(taken))
        return [Create(item) if new.version == 0 else Update(item), Create(step)]

    def steps(self, dataset: DatasetId, *, limit: int = 100) -> Sequence[Taken]:
        """The latest steps, the latest first."""
        page = self._table.query(dataset_key(dataset).pk, prefix="GOV#", limit=limit, newest_first=True)
        return [Taken(**item.data) for item in page.items]

    def tasks(
        self, organization: GroupId, state: str, *, after: str | None, limit: int
    ) -> tuple[list[Task], str | None]:
        """Datasets of an organisation that wait in a state ("" for both), the longest waiting first.

        The list is the index's, a moment late; what has moved on meanwhile is left out.
        """
        page = self._table.query(
            f"TASKS#{organization}",
            index="by_organization",
            prefix=f"{state}#" if state else "",
            after=after,
            limit=limit,
        )
        heads = {item.key: dataset_key(item.key.pk.removeprefix("DATASET#")) for item in page.items}
        there = self._table.get_many(list(heads.values())) if heads else {}
        found: list[Task] = []
        for item in page.items:
            head = there.get(heads[item.key])
            dataset = None if head is None or "purged" in head.data else dataset_of(head)
            if dataset is None or dataset.owner_org != organization or state_of(dataset) != item.data["state"]:
                continue
            found.append(_task(dataset, item.data))
        return found, page.after


def _task(dataset: Dataset, standing: Mapping[str, Any]) -> Task:
    return Task(dataset, standing["state"], standing["since"], standing["submitted_by"])


def _key(dataset: DatasetId) -> Key:
    return Key(dataset_key(dataset).pk, "GOV")
