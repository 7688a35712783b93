"""The same room on DynamoDB and S3: keys, indexes, conditions and the immutable objects are what AWS takes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.shared.aws.dynamo import DynamoTable
from chalicelib.shared.aws.objects import S3Objects
from tests.opendata.portal import METADATA, Portal, notification
from tests.support.cloud import local_cloud

BUCKET = "klang-test-opendata-local"


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[tuple[Portal, S3Objects]]:
    with local_cloud(["opendata"]) as session:
        dynamodb, s3 = session.client("dynamodb"), session.client("s3")
        objects = S3Objects(lambda: s3, BUCKET)
        yield Portal(tmp_path / "tables", DynamoTable(lambda: dynamodb, "klang-test-opendata"), objects), objects


def test_a_table_is_published_and_read_back(cloud: tuple[Portal, S3Objects]) -> None:
    portal, objects = cloud
    portal.organization()
    package = portal.dataset()
    content = "n,ตำบล\n1,แหลมงอบ\n2,คลองใหญ่\n".encode("cp874")
    upload = {
        "file_name": "ใบอนุญาต.csv",
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "media_type": "text/csv",
    }
    made = portal.result(portal.act("resource_create", portal.publisher, package_id=package["id"], upload=upload))
    key = made["upload"]["fields"]["key"]
    objects.put(key, content, media_type="text/csv")
    portal.catalogue.uploads.take_message(notification(key, key))
    found = portal.result(portal.act("datastore_search", resource_id=made["id"], filters={"ตำบล": "คลองใหญ่"}))
    assert (found["total"], found["records"]) == (1, [{"_id": 2, "n": 2, "ตำบล": "คลองใหญ่"}])
    shown = portal.result(portal.ask("package_show", id="food-licences"))
    assert shown["resources"][0]["datastore_active"] is True
    location = portal.client.get(shown["resources"][0]["url"].removeprefix("https://data.klang.test"))
    assert "response-content-disposition" in location.headers["location"].lower()


def test_names_drafts_and_changes_hold_there_too(cloud: tuple[Portal, S3Objects]) -> None:
    portal, _ = cloud
    portal.organization()
    portal.dataset("open-one")
    portal.dataset("draft-one", private=True)
    taken = portal.act("package_create", portal.publisher, **METADATA, name="open-one", owner_org="laemngop")
    assert taken.json["error"]["name"] == ["That URL is already in use."]
    for number in range(3):
        assert portal.act("package_patch", portal.publisher, id="open-one", notes=f"v{number}").status == 200
    assert portal.result(portal.act("package_patch", portal.publisher, id="open-one", name="renamed"))["notes"] == "v2"
    assert portal.result(portal.ask("package_search"))["count"] == 1
    assert portal.result(portal.ask("package_list")) == ["renamed"]
    assert portal.ask("package_show", id="draft-one").status == 404
    assert portal.result(portal.ask("organization_list")) == ["laemngop"]
