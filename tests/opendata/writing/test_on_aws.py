"""The same on DynamoDB and S3: conditions, keys and objects are what AWS takes, and a write needs few requests."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from chalicelib.shared.aws.dynamo import DynamoTable
from chalicelib.shared.aws.objects import S3Objects
from tests.opendata.portal import Portal
from tests.opendata.writing.tables import new_table, rows_of, upsert
from tests.support.cloud import local_cloud


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[tuple[Portal, S3Objects, list[str]]]:
    asked: list[str] = []
    with local_cloud(["opendata"]) as session:
        dynamodb, s3 = session.client("dynamodb"), session.client("s3")
        for client in (dynamodb, s3):
            client.meta.events.register("before-call.*.*", lambda model, **_: asked.append(str(model.name)))
        objects = S3Objects(lambda: s3, "klang-test-opendata-local")
        yield Portal(tmp_path / "tables", DynamoTable(lambda: dynamodb, "klang-test-opendata"), objects), objects, asked


def test_rows_are_written_put_together_and_cleared_away(cloud: tuple[Portal, S3Objects, list[str]]) -> None:
    portal, objects, asked = cloud
    table = new_table(portal, records=[{"code": "a", "price": 1.5}, {"code": "b"}])
    portal.result(upsert(portal, table, {"code": "b", "price": 2}))
    asked.clear()
    portal.result(upsert(portal, table, {"code": "b", "price": 3}, {"code": "c"}))
    assert sorted(asked).count("PutObject") == 1 and sorted(asked).count("TransactWriteItems") == 1
    assert set(asked) <= {"BatchGetItem", "GetItem", "PutObject", "TransactWriteItems"} and len(asked) <= 8, asked
    filters: dict[str, Any] = {"code": "a"}
    portal.result(portal.act("datastore_records_delete", portal.publisher, resource_id=table, filters=filters))
    expected = [{"_id": 2, "code": "b", "price": 3}, {"_id": 3, "code": "c", "price": None}]
    assert rows_of(portal, table) == expected
    assert portal.catalogue.live.compaction.compact(table) is True
    assert rows_of(portal, table) == expected
    portal.result(upsert(portal, table, {"code": "b", "price": 4}))
    assert rows_of(portal, table)[0]["price"] == 4
    assert len(list(objects.keys("deltas/"))) == 5
    portal.catalogue.live.compaction.clear((portal.now + timedelta(hours=2)).replace(minute=17))
    assert len(list(objects.keys("deltas/"))) == 1
    portal.now += timedelta(hours=1)
    portal.catalogue.sweep(portal.now)
    portal.settle()
    assert rows_of(portal, table)[0] == {"_id": 2, "code": "b", "price": 4}
    assert [each.number for each in portal.catalogue.store.files(table, limit=9)[0]] == [3, 2, 1]
