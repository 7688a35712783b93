"""Keeps the index true: told of every change of a dataset or resource, it enters what everybody may join with."""

from __future__ import annotations

import logging

from chalicelib.shared.journal import Event
from chalicelib.shared.storage import Table, WriteRefused

from ..events import PURGED
from ..forgetting import ATTEMPTS, lives
from ..model import Package, Resource
from ..recognition.reports import Reports
from ..store import Store
from . import rules
from .model import Entry
from .store import RULES, JoinStore

log = logging.getLogger("klang.opendata.joins")


class Following:
    """Listens to the events of datasets and resources; harmless when repeated, late or out of order.

    What is in the index is read before the dataset, and written only if it still is what was read: so whoever writes
    last has seen the dataset as it was last.
    """

    def __init__(self, table: Table, store: Store, joins: JoinStore, reports: Reports) -> None:
        self._table = table
        self._store = store
        self._joins = joins
        self._reports = reports

    def on_event(self, event: Event) -> None:
        """Something happened to a dataset or to one of its resources.

        Raises:
            WriteRefused: others are at the same dataset again and again; it is called once more.
        """
        dataset = str(event.data.get("package_id", ""))
        if (
            not dataset
            or event.type == PURGED
            or not event.type.startswith(("opendata.dataset.", "opendata.resource."))
        ):
            return
        for attempt in range(1, ATTEMPTS + 1):
            try:
                self._follow(dataset)
            except WriteRefused:
                if attempt == ATTEMPTS:
                    raise
                continue
            return

    def _follow(self, dataset: str) -> None:
        kept = self._joins.kept(dataset)
        package = self._store.package(dataset)
        if package is None or package.id != dataset:
            return
        resources: dict[str, Resource] = {str(resource.id): resource for resource in package.resources}
        wrote = False
        for each in [*resources, *(gone for gone in kept if gone not in resources)]:
            of = _of(package, resources.get(each))
            old = kept.get(each)
            if (None if old is None else list(old.data["of"])) == of:
                continue
            entries = [] if of is None else self._entries(dataset, resources[each])
            self._joins.put(dataset, each, old, of or [], entries)
            wrote = True
        if wrote and not lives(self._table, dataset):
            self._joins.take_back(dataset)

    def _entries(self, dataset: str, resource: Resource) -> list[Entry]:
        found: list[Entry] = []
        for table in resource.file.tables if resource.file else ():
            found += rules.entries(dataset, resource.id, table, self._reports.recognised(table))
        if len(found) > rules.MOST:
            log.info("more columns than the index takes of one resource", extra={"resource": resource.id})
        return found[: rules.MOST]


def _of(package: Package, resource: Resource | None) -> list[int] | None:
    """What the entries of a resource depend on; None where it has none: not everybody may see it, or it is no table."""
    if resource is None or not package.dataset.public or resource.file is None or not resource.uploaded:
        return None
    if not any(column.get("means") for table in resource.file.tables for column in table.columns):
        return None
    return [RULES, resource.file.number]
