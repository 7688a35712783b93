"""The bytes of files go when nobody uses them any more, and never before, whatever happens at the same moment."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from chalicelib.opendata.contents import LEASE, LOOSE, QUARANTINE
from chalicelib.shared.aws.dynamo import DynamoTable
from chalicelib.shared.aws.objects import S3Objects
from chalicelib.shared.errors import Stale
from chalicelib.shared.storage import Change, Item, Key, Page
from tests.opendata.packages.town import Town, settled
from tests.opendata.portal import Portal, notification
from tests.support.cloud import local_cloud
from tests.support.memory import MemoryTable
from tests.support.memory_objects import MemoryObjects

CONTENT = "n,ตำบล\n1,แหลมงอบ\n".encode()
SHA = hashlib.sha256(CONTENT).hexdigest()
BUCKET = "klang-test-opendata-local"


class Tap:
    """Lets something happen right before the n-th step of whatever runs."""

    def __init__(self) -> None:
        self.steps = 0
        self.at = 0
        self.happens: Callable[[], object] | None = None

    def step(self) -> None:
        self.steps += 1
        if self.happens is not None and self.steps == self.at:
            happens, self.happens = self.happens, None
            happens()

    def before(self, at: int, happens: Callable[[], object]) -> None:
        self.steps, self.at, self.happens = 0, at, happens


class TappedTable(MemoryTable):
    def __init__(self, tap: Tap) -> None:
        super().__init__()
        self._tap = tap

    def get(self, key: Key) -> Item | None:
        self._tap.step()
        return super().get(key)

    def get_many(self, keys: Sequence[Key]) -> Mapping[Key, Item]:
        self._tap.step()
        return super().get_many(keys)

    def query(self, pk: str, **asked: Any) -> Page:
        self._tap.step()
        return super().query(pk, **asked)

    def write(self, changes: Sequence[Change], token: str) -> None:
        self._tap.step()
        super().write(changes, token)


class TappedObjects(MemoryObjects):
    def __init__(self, tap: Tap) -> None:
        super().__init__()
        self._tap = tap

    def head(self, key: str) -> Any:
        self._tap.step()
        return super().head(key)

    def copy(self, source: str, target: str) -> None:
        self._tap.step()
        super().copy(source, target)

    def put(self, key: str, body: bytes, **given: Any) -> bool:
        self._tap.step()
        return super().put(key, body, **given)

    def delete(self, key: str) -> None:
        self._tap.step()
        super().delete(key)


class Stage:
    """A town in which one dataset has the file, and another is about to get the same."""

    def __init__(self, folder: Path) -> None:
        self.tap = Tap()
        self.table, self.objects = TappedTable(self.tap), TappedObjects(self.tap)
        portal = Portal(folder, self.table, self.objects)
        portal.memory, portal.objects = self.table, self.objects
        self.portal = portal
        self.town: Town = settled(portal)
        self.first, self.second = (portal.dataset(name)["id"] for name in ("first", "second"))
        portal.table_of(self.first, CONTENT)
        self.waiting = portal.file(self.second, CONTENT)
        portal.settle()
        self._saved = (dict(self.table._items), dict(self.objects.kept), portal.now)

    def again(self) -> Stage:
        """As it was in the beginning."""
        rows, objects, self.portal.now = self._saved
        self.table._items, self.objects.kept = dict(rows), dict(objects)
        self.tap.happens = None
        return self

    def take_in(self) -> None:
        """The second dataset's file; as often as the queue would."""
        for _ in range(3):
            try:
                return self.portal.catalogue.uploads.take_message(notification(self.waiting["upload"]["fields"]["key"]))
            except Stale:
                self.portal.now += LEASE
        raise AssertionError("it was never taken in")

    def purge(self) -> None:
        """The first dataset, to the end."""
        self.town.write("dataset_purge", self.town.operator, id=self.first)
        self.portal.settle()

    def sweep(self) -> None:
        self.portal.catalogue.contents.sweep(self.portal.clock())

    def keys(self) -> set[str]:
        """Objects of the content."""
        return {key for key in self.objects.kept if SHA in key}

    def state(self) -> str | None:
        row = self.table.get(Key(f"CONTENT#{SHA}", "STATE"))
        return None if row is None else str(row.data["state"])

    def rows(self) -> list[dict[str, Any]]:
        resource = self.waiting["id"]
        found: list[dict[str, Any]] = self.portal.result(
            self.portal.act("datastore_search", resource_id=resource, limit=1)
        )["records"]
        return found


ROWS = [{"_id": 1, "n": 1, "ตำบล": "แหลมงอบ"}]


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path / "tables")


def test_the_last_user_takes_the_bytes_along_after_the_quarantine(stage: Stage) -> None:
    assert (len(stage.keys()), stage.state()) == (4, "kept")
    stage.purge()
    assert (len(stage.keys()), stage.state()) == (4, "loose")
    stage.portal.now += QUARANTINE - timedelta(seconds=10)
    stage.sweep()
    assert len(stage.keys()) == 4
    stage.portal.now += timedelta(seconds=20)
    stage.sweep()
    assert (stage.keys(), stage.state()) == (set(), None)
    assert SHA not in str([key for key in stage.table._items if key.pk.startswith("CONTENT#")])
    stage.take_in()
    assert (stage.rows(), stage.state()) == (ROWS, "kept")


def test_bytes_that_another_dataset_uses_stay(stage: Stage) -> None:
    stage.take_in()
    stage.purge()
    stage.portal.now += QUARANTINE * 2
    stage.sweep()
    assert (stage.rows(), stage.state()) == (ROWS, "kept")
    assert not stage.table.query(LOOSE, index="by_organization").items


def test_an_older_version_or_a_deleted_resource_of_a_living_dataset_is_a_user(stage: Stage) -> None:
    stage.take_in()
    resource = stage.waiting["id"]
    stage.portal.table_of(stage.second, b"n\n2\n", resource=resource)
    stage.town.write("resource_delete", id=resource)
    stage.purge()
    stage.portal.now += QUARANTINE * 2
    stage.sweep()
    assert (len(stage.keys()), stage.state()) == (4, "kept")


def test_what_cannot_be_read_as_a_table_is_not_kept(stage: Stage) -> None:
    bad = bytes(range(256))
    made = stage.portal.file(stage.second, bad)
    stage.portal.catalogue.uploads.take_message(notification(made["upload"]["fields"]["key"]))
    assert not [key for key in stage.objects.kept if hashlib.sha256(bad).hexdigest() in key]
    assert made["upload"]["fields"]["key"] in stage.objects.kept, "for a week, so that its owner can have it read anew"


def test_a_purge_or_a_sweep_before_any_step_of_an_upload_loses_nothing(stage: Stage) -> None:
    def deleted_meanwhile() -> None:
        stage.purge()
        if at % 4:  # a process that slept; else one that is as quick as they are
            stage.portal.now += QUARANTINE * 2
        stage.sweep()

    at, met = 1, True
    while met:
        stage.again()
        stage.tap.before(at, deleted_meanwhile)
        stage.take_in()
        met = stage.tap.happens is None
        for _ in range(3):
            stage.portal.now += QUARANTINE * 2
            stage.sweep()
        assert (stage.rows(), stage.state(), len(stage.keys())) == (ROWS, "kept", 4), at
        at += 1
    assert at > 10


def test_an_upload_before_any_step_of_a_deletion_loses_nothing(stage: Stage) -> None:
    def upload() -> None:
        with suppress(Stale):  # the queue gives it again
            stage.portal.catalogue.uploads.take_message(notification(stage.waiting["upload"]["fields"]["key"]))

    at, met = 1, True
    while met:
        stage.again().purge()
        stage.portal.now += QUARANTINE * 2
        stage.tap.before(at, upload)
        stage.sweep()
        met = stage.tap.happens is None
        stage.take_in()
        stage.portal.now += QUARANTINE * 2
        stage.sweep()
        assert (stage.rows(), stage.state(), len(stage.keys())) == (ROWS, "kept", 4), at
        at += 1
    assert at > 6


class Down(Exception):
    """The process died."""


def test_a_deletion_that_died_is_ended_by_the_next_sweep_or_overtaken_by_an_upload(stage: Stage) -> None:
    def die() -> None:
        raise Down

    for at in range(1, 8):
        for uploads in (False, True):
            stage.again().purge()
            stage.portal.now += QUARANTINE * 2
            stage.tap.before(at, die)
            with pytest.raises(Down):
                stage.sweep()
            if uploads:
                stage.take_in()
            stage.portal.now += QUARANTINE * 2
            stage.sweep()
            if uploads:
                assert (stage.rows(), stage.state(), len(stage.keys())) == (ROWS, "kept", 4), at
            else:
                assert (stage.keys(), stage.state()) == (set(), None), at


def test_nobody_takes_over_a_deletion_that_may_be_at_work(stage: Stage) -> None:
    def die() -> None:
        raise Down

    stage.purge()
    stage.portal.now += QUARANTINE * 2
    stage.tap.before(5, die)  # before the first object goes
    with pytest.raises(Down):
        stage.sweep()
    assert stage.state() == "going"
    stage.sweep()
    assert len(stage.keys()) == 4
    with pytest.raises(Stale):
        stage.portal.catalogue.uploads.take_message(notification(stage.waiting["upload"]["fields"]["key"]))
    stage.portal.now += LEASE
    stage.sweep()
    assert (stage.keys(), stage.state()) == (set(), None)


def test_on_dynamodb_and_s3(tmp_path: Path) -> None:
    with local_cloud(["opendata"]) as session:
        dynamodb, s3 = session.client("dynamodb"), session.client("s3")
        objects = S3Objects(lambda: s3, BUCKET)
        portal = Portal(tmp_path / "tables", DynamoTable(lambda: dynamodb, "klang-test-opendata"), objects)
        town = settled(portal)
        keys = {}
        for name, content in (("alone", b"x\n7\n"), ("first", CONTENT), ("second", CONTENT)):
            dataset = portal.dataset(name)["id"]
            upload = {
                "file_name": "a.csv",
                "size": len(content),
                "sha256": hashlib.sha256(content).hexdigest(),
                "media_type": "text/csv",
            }
            made = town.write("resource_create", package_id=dataset, upload=upload)
            objects.put(made["upload"]["fields"]["key"], content, media_type="text/csv")
            portal.catalogue.uploads.take_message(notification(made["upload"]["fields"]["key"]))
            file = next(each.file for each in portal.catalogue.store.package(dataset).resources)  # type: ignore[union-attr]  # it was just made
            assert file is not None and file.table is not None
            keys[name] = (file.original, file.table.parquet, file.table.preview)
            town.write("follow_dataset", portal.reader, id=dataset)
        portal.settle()
        for name in ("alone", "first"):
            town.write("dataset_purge", town.operator, id=name)
        portal.settle()
        portal.now += QUARANTINE * 2
        assert portal.catalogue.contents.sweep(portal.clock()) == 1
        assert [objects.head(key) for key in keys["alone"]] == [None] * 3
        assert all(objects.head(key) for key in keys["second"])
        left = dynamodb.scan(TableName="klang-test-opendata")["Items"]
        used = [each["sk"]["S"] for each in left if each["pk"]["S"].startswith("CONTENT#")]
        assert [sk.partition("#")[0] for sk in sorted(used)] == ["STATE", "USED"]
