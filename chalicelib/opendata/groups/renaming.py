"""Search learns that an organisation or theme has another name.

Names and titles of groups stand in the search documents of their datasets, so that one question finds and counts by
them. When a group is renamed or a theme goes, its datasets enter the log of changes once more, with a fresh document
and nothing else changed.

    RENAMED#{event} / AT             up to which dataset the log was told; a week
    DATASET#{id} / TOLD#{change id}  that the log has such a row of a dataset: a purge takes it away with the others
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from chalicelib.shared.ids import new_token
from chalicelib.shared.journal import Event, NotYet
from chalicelib.shared.storage import Change as Write
from chalicelib.shared.storage import Create, Item, Key, Require, Table, Update, WriteRefused

from .. import changes
from ..model import Group, Package
from ..reading import Reading
from ..rows import dataset_key
from ..search.document import document
from ..search.model import PUBLIC, Exact, Question, Range

AT_ONCE = 10
"""Datasets of one transaction: a document may have 200 kB, a transaction 4 MB."""
RUN = 1_000
"""Datasets of one run; where more wait, the outbox calls again."""


class Renaming:
    """Enters the datasets of a group that is shown differently now; a listener of the catalogue.

    Args:
        run: see `RUN`.
    """

    def __init__(
        self,
        table: Table,
        reading: Reading,
        *,
        ids: Callable[[], str],
        clock: Callable[[], datetime],
        run: int = RUN,
    ) -> None:
        self._table = table
        self._reading = reading
        self._ids = ids
        self._clock = clock
        self._run = run

    def follow(self, event: Event) -> None:
        """Enters what the event concerns. Called again, it goes on where it ended; twice does no harm.

        Raises:
            NotYet: more datasets wait.
        """
        kind = event.type.split(".")[1]
        if kind not in ("organization", "group") or not event.data.get("shown_differently"):
            return
        key = Key(f"RENAMED#{event.id}", "AT")
        place = self._table.get(key)
        done = 0
        while True:
            last = "" if place is None else str(place.data["last"])
            ids = self._reading.engine.search(self._question(event, last)).ids
            if not ids:
                return
            if done >= self._run:
                raise NotYet
            done += len(ids)
            rows: list[Write] = [row for each in self._reading.packages(ids) for row in self._rows(event, *each)]
            soon = int((self._clock() + timedelta(days=7)).timestamp())
            data = {"last": ids[-1]}
            item = Item(key, data, expires=soon) if place is None else place.next(data, expires=soon)
            try:
                self._table.write([*rows, Create(item) if place is None else Update(item)], new_token())
            except WriteRefused:
                raise NotYet from None  # another run of this event is at it, or somebody changes one of the datasets
            place = item

    def _question(self, event: Event, last: str) -> Question:
        labels = [f"org-{group.id}" for group in self._reading.groups() if group.kind == "organization"]
        field = "owner_org" if event.type.startswith("opendata.organization.") else "group_ids"
        beyond = (Range("id", last, None, with_low=False),) if last else ()
        return Question(
            filters=(Exact(field, event.subject), *beyond),
            labels=(PUBLIC, *dict.fromkeys([*labels, f"org-{event.subject}"])),
            sort=(("id", False),),
            rows=AT_ONCE,
        )

    def _rows(self, event: Event, package: Package, organization: Group, themes: list[Group]) -> list[Write]:
        dataset = package.dataset
        change = changes.Change(
            id=self._ids(),
            at=self._clock().isoformat(timespec="microseconds"),
            by=event.by,
            thing="package",
            activity=str(event.data["activity"]),
            subject=package.id,
            name=dataset.name,
            title=str(dataset.fields.get("title", "")),
            dataset=package.id,
            owner_org=dataset.owner_org,
            before=dataset.public,
            after=dataset.public,
            saw=package.changed,
            document=document(package, organization, themes),
        )
        key = dataset_key(package.id)
        told = Create(Item(Key(key.pk, f"TOLD#{change.id}"), {}))
        return [changes.change_row(change), told, Require(key, dataset.version)]
