"""An ingest that dies before or after any of its steps: the next delivery makes exactly one version of it, nothing is
seen by half, and the last good version is served throughout. And how many steps there are.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chalicelib.opendata.contents import LEASE
from chalicelib.shared.aws.dynamo import DynamoTable
from chalicelib.shared.aws.objects import S3Objects
from tests.opendata.portal import Portal, notification
from tests.support.cloud import local_cloud
from tests.support.faults import Crash, Kind, Pick, faults

BUCKET = "klang-test-opendata-local"
OLD, NEW = b"n,v\n1,1\n", b"n,v\n2,2\n3,3\n"


class Cloud:
    """The room on moto, with a good version and the next one on its way."""

    def __init__(self, folder: Path, session: Any) -> None:
        dynamodb, s3 = session.client("dynamodb"), session.client("s3")
        self.objects = S3Objects(lambda: s3, BUCKET)
        self.portal = Portal(folder, DynamoTable(lambda: dynamodb, "klang-test-opendata"), self.objects)
        self.portal.organization()
        self.package = self.portal.dataset()["id"]
        made = self.announce({"package_id": self.package}, OLD, "resource_create")
        self.file = made["id"]
        self.hears()
        self.number = 1

    def announce(self, given: dict[str, Any], content: bytes, action: str = "resource_patch") -> Any:
        upload = {
            "file_name": "ก.csv",
            "size": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
            "media_type": "text/csv",
        }
        made = self.portal.result(self.portal.act(action, self.portal.publisher, upload=upload, **given))
        self.key = str(made["upload"]["fields"]["key"])
        self.objects.put(self.key, content, media_type="text/csv")
        return made

    def next(self, content: bytes) -> None:
        self.announce({"id": self.file}, content)

    def hears(self) -> None:
        self.portal.catalogue.uploads.take_message(notification(self.key))

    @property
    def rows(self) -> list[int]:
        found = self.portal.result(self.portal.act("datastore_search", resource_id=self.file))
        return [each["n"] for each in found["records"]]

    @property
    def versions(self) -> list[int]:
        files, _ = self.portal.catalogue.store.files(self.file, limit=100)
        return [each.number for each in reversed(files)]


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    with local_cloud(["opendata"]) as session:
        yield Cloud(tmp_path_factory.mktemp("tables"), session)


def at(step: int, kind: Kind) -> Pick:
    """This fault at this call, and none at the others."""
    return lambda service, operation, n: kind if n == step else "ok"


def content_of(step: int, kind: str) -> bytes:
    """A file that no other test has sent: what is there already spares steps."""
    return f"n,v\n{step},{kind}\n".encode()


def test_how_many_requests_a_new_version_costs(cloud: Cloud) -> None:
    cloud.next(content_of(-1, "cost"))
    with faults(lambda *_: "ok") as layer:
        cloud.hears()
    used = Counter(service for service, _, _ in layer.trace)
    assert used["s3"] == 6, layer.trace  # get, head, copy, three puts
    assert used["dynamodb"] <= 8, layer.trace
    assert sum(operation == "TransactWriteItems" for _, operation, _ in layer.trace) == 2
    with faults(lambda *_: "ok") as layer:
        cloud.hears()
    assert [(service, operation) for service, operation, _ in layer.trace] == [
        ("dynamodb", "GetItem"),
        ("dynamodb", "Query"),
    ]


@pytest.mark.parametrize("kind", ["crash", "crash_after"])
def test_an_ingest_that_dies_anywhere_is_finished_by_the_next_delivery(cloud: Cloud, kind: Kind) -> None:
    step, died = 0, True
    before, known = cloud.rows, cloud.versions
    while died:
        cloud.next(content_of(step, kind))
        died = False
        with faults(at(step, kind)) as layer:
            try:
                cloud.hears()
            except Crash:
                died = True
            layer.on = False
            assert cloud.rows in (before, [step]), "the last good version, or the new one; nothing between"
        cloud.hears()
        cloud.hears()
        before = [step]
        assert len(cloud.versions) == len(known) + step + 1, "exactly one version"
        cloud.portal.now += LEASE
        step += 1
    assert step > 10 and cloud.rows == before
