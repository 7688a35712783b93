"""The figures of a day, made after midnight: totals by dataset, and the month's file of the published dataset.

Every step may be done twice or by two at once: a total knows the last day it holds, the day's figures lie under an
immutable key, and the day is marked done at the end.

    USAGE         / DONE          the last day that is rolled up
    USED#{id}     / TOTAL         a dataset's totals, and its last 31 days
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from chalicelib.shared.errors import NotFound
from chalicelib.shared.ids import new_id, new_token
from chalicelib.shared.journal import Once
from chalicelib.shared.objects import Objects
from chalicelib.shared.storage import Create, Item, Key, Require, Table, Update, WriteRefused

from ..groups.store import GroupStore
from ..model import Dataset, DatasetId, Group, GroupId, Package, Resource, ResourceId, Upload
from ..purging import take_away
from ..rows import dataset_key
from ..store import Store, Writing
from .counters import KEPT_DAYS, METRICS, Counters, day_of

log = logging.getLogger("klang.opendata.usage")

BY = "system:opendata-usage"
NAME = "open-data-usage"
DONE = Key("USAGE", "DONE")
DAYS = 31
ATTEMPTS = 5
SETTLED = timedelta(minutes=5)
"""After midnight, until every process has written what it counted."""
FIELDS: Mapping[str, Any] = {
    "title": "สถิติการใช้ข้อมูลเปิดภาครัฐ",
    "notes": "จำนวนครั้งที่ชุดข้อมูลถูกเปิดดู ดาวน์โหลด และสืบค้นผ่าน API รายวัน (Uses of open datasets by day)",
    "data_type": "ข้อมูลสถิติ",
    "maintainer": "สำนักงานพัฒนารัฐบาลดิจิทัล (องค์การมหาชน)",
    "maintainer_email": "opendata@dga.or.th",
    "tags": ["ข้อมูลเปิด", "สถิติการใช้งาน"],
    "objective": ["เพื่อการให้บริการประชาชน"],
    "update_frequency_unit": "วัน",
    "update_frequency_interval": "1",
    "geo_coverage": "ประเทศ",
    "data_source": "ระบบข้อมูลเปิดภาครัฐ",
    "data_format": ["CSV"],
    "data_category": "ข้อมูลสาธารณะ",
    "license_id": "Open Data Common",
    "unit_of_measure": "ครั้ง",
}


class RollUp:
    """Makes the figures of each day.

    Args:
        counters: what was counted.
        table, objects: the room's.
        store, groups: the catalogue, where the figures are published.
        agency: the platform's own agency, whose organisation publishes them.
        ids: makes ids.
    """

    def __init__(
        self,
        counters: Counters,
        table: Table,
        objects: Objects,
        store: Store,
        groups: GroupStore,
        *,
        agency: str,
        ids: Callable[[], str],
    ) -> None:
        self._counters = counters
        self._table = table
        self._objects = objects
        self._store = store
        self._groups = groups
        self._agency = agency
        self._ids = ids

    def run(self, now: datetime) -> date | None:
        """Makes the figures of the oldest day that is over and not done (each minute); answers it, or None."""
        yesterday = day_of(now - SETTLED) - timedelta(days=1)
        done = self._table.get(DONE)
        if done is None:  # the first minute of this catalogue: nothing was counted before
            self._write(Create(Item(DONE, {"day": yesterday.isoformat()})))
            return None
        day = date.fromisoformat(done.data["day"]) + timedelta(days=1)
        if day > yesterday:
            return None
        figures = self._figures(day)
        for dataset, counts in list(figures.items()):
            if not self._total(dataset, day, counts):
                del figures[dataset]
        key = _figures_key(day)
        rows = [
            [dataset, *(counts.get(metric, 0) for metric in METRICS)] for dataset, counts in sorted(figures.items())
        ]
        self._objects.put(key, json.dumps(rows).encode(), media_type="application/json", only_if_new=True)
        if figures:
            self._publish(day, now)
        self._write(Update(done.next({"day": day.isoformat()})))
        return day

    def of(self, dataset: str, now: datetime) -> tuple[dict[str, int], dict[str, dict[str, int]]]:
        """A dataset's uses in all, and by day for the last month, today's so far included."""
        row = self._table.get(_total_key(dataset))
        totals: dict[str, int] = dict(row.data["totals"]) if row else {}
        days: dict[str, dict[str, int]] = dict(row.data["days"]) if row else {}
        today = day_of(now)
        for day in (today - timedelta(days=1), today):
            if day.isoformat() in days or (row and row.data["last"] >= day.isoformat()):
                continue
            counts = {str(metric): count for metric, count in self._counters.of(day, dataset).items()}
            if counts:
                days[day.isoformat()] = counts
                totals = {name: totals.get(name, 0) + counts.get(name, 0) for name in METRICS}
        return {name: totals.get(name, 0) for name in METRICS}, days

    def forget(self, dataset: str, now: datetime, still: Require) -> None:
        """Takes away how often a purged dataset was used, but for the published figures of past days.

        A process that counted it a moment ago may write that afterwards; the day's figures leave it out and take it
        away.
        """
        take_away(self._table, [_total_key(dataset)], still)
        for past in range(KEPT_DAYS + 1):
            self._counters.forget(day_of(now) - timedelta(days=past), dataset, still)

    def _figures(self, day: date) -> dict[str, dict[str, int]]:
        """The day's figures of datasets that are public now."""
        found: dict[str, dict[str, int]] = {}
        for dataset, counts in self._counters.all_of(day).items():
            package = self._store.package(dataset)
            if package is not None and package.dataset.public:
                found[dataset] = {str(metric): count for metric, count in counts.items()}
            elif package is None:
                self._counters.forget(day, dataset)
        return found

    def _total(self, dataset: str, day: date, counts: Mapping[str, int]) -> bool:
        """Adds a day to a dataset's totals; False where there is no such dataset any more."""
        key, head = _total_key(dataset), dataset_key(dataset)
        for _ in range(ATTEMPTS):
            there = self._table.get_many([key, head])
            row, of = there.get(key), there.get(head)
            if of is None or "purged" in of.data:
                return False
            if row is not None and row.data["last"] >= day.isoformat():
                break  # an earlier run came this far
            if self._write(_totalled(key, row, day, counts), Require(head, of.version)):
                break
        return True

    def _write(self, *changes: Create | Update | Require) -> bool:
        try:
            self._table.write(changes, new_token())
        except WriteRefused:
            log.info("somebody else rolls up, or changes the dataset, at the same time")
            return False
        return True

    def _publish(self, day: date, now: datetime) -> None:
        """The month's file, with this day in it, as a new version of its resource."""
        content = self._month(day)
        sha256 = hashlib.sha256(content).hexdigest()
        organization = self._organization(now)
        at = now.isoformat(timespec="microseconds")
        package = self._store.package(NAME) or self._founded(organization, at)
        file_name = f"usage-{day:%Y-%m}.csv"
        old = next((each for each in package.resources if each.fields.get("name") == file_name), None)
        if old is not None and old.upload is not None and old.upload.sha256 == sha256:
            self._objects.put(old.upload.key, content, media_type="text/csv")  # announced by a run that died here
            return
        if old is not None and old.file is not None and old.file.sha256 == sha256:
            return
        number = 1 if old is None else old.uploads + 1
        own = old.id if old else ResourceId(hashlib.sha256(f"{package.id}/{file_name}".encode()).hexdigest()[:32])
        upload = Upload(number, f"uploads/{own}/{number}", file_name, "text/csv", len(content), sha256)
        fields = {"name": file_name, "format": "CSV", "description": f"{day:%Y-%m}"}
        new = Resource(own, package.id, fields, at, at) if old is None else old
        new = replace(new, upload=upload, uploads=number, modified=at)
        resources = (*(each for each in package.resources if each.id != own), new)
        writing = Writing(
            _once(),
            BY,
            "new resource" if old is None else "changed resource",
            "opendata.resource.changed",
            subject=own,
        )
        self._store.save(writing, package, replace(package, resources=resources), organization, ())
        self._objects.put(upload.key, content, media_type="text/csv")

    def _founded(self, organization: Group, at: str) -> Package:
        dataset = Dataset(
            id=DatasetId(self._ids()),
            name=NAME,
            owner_org=organization.id,
            private=False,
            fields=dict(FIELDS),
            creator=BY,
            created=at,
            modified=at,
        )
        writing = Writing(_once(), BY, "new package", "opendata.dataset.created")
        return self._store.save(writing, None, Package(dataset), organization, ())

    def _organization(self, now: datetime) -> Group:
        found = self._store.organization_of_agency(self._agency)
        if found is not None:
            return found
        new = Group(
            id=GroupId(self._ids()),
            kind="organization",
            type="organization",
            name=self._agency.rsplit("/", 1)[1].lower(),
            title=str(FIELDS["maintainer"]),
            description="",
            image_url="",
            agency=self._agency,
            created=now.isoformat(timespec="microseconds"),
        )
        return self._groups.save(_once(), None, new, BY, "new organization")

    def _month(self, last: date) -> bytes:
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(["date", "dataset_id", *METRICS])
        for number in range(1, last.day + 1):
            day = last.replace(day=number)
            try:
                rows: list[list[Any]] = json.loads(self._objects.read(_figures_key(day)))
            except NotFound:
                continue  # nothing was counted that day, or it was before the first
            writer.writerows([day.isoformat(), *row] for row in rows)
        return out.getvalue().encode()


def _once() -> Once:
    """No claim: names and versions keep two runs apart, and the run that loses is made again a minute later."""
    return Once(new_id(), "", new_token(), claimed=False)


def _totalled(key: Key, row: Item | None, day: date, counts: Mapping[str, int]) -> Create | Update:
    totals = dict(row.data["totals"]) if row else {}
    days = dict(row.data["days"]) if row else {}
    oldest = (day - timedelta(days=DAYS)).isoformat()
    data = {
        "last": day.isoformat(),
        "totals": {name: totals.get(name, 0) + counts.get(name, 0) for name in METRICS},
        "days": {each: of for each, of in days.items() if each > oldest} | {day.isoformat(): dict(counts)},
    }
    return Create(Item(key, data)) if row is None else Update(row.next(data))


def _total_key(dataset: str) -> Key:
    return Key(f"USED#{dataset}", "TOTAL")


def _figures_key(day: date) -> str:
    return f"usage/{day.isoformat()}.json"
