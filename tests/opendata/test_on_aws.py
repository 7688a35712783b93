"""The same room on DynamoDB and S3: keys, indexes, conditions and the immutable objects are what AWS takes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from chalicelib.shared.aws.dynamo import DynamoTable
from chalicelib.shared.aws.objects import S3Objects
from chalicelib.shared.storage import Change
from tests.opendata.packages.town import LINK, settled, whole
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


def test_packages_are_written_whole_there_too(cloud: tuple[Portal, S3Objects]) -> None:
    portal, _ = cloud
    town = settled(portal)
    made = town.write("package_create", **whole(resources=[{**LINK, "name": each} for each in "abc"]))
    a, b, c = (each["id"] for each in made["resources"])
    assert town.write("package_update", **town.show()) == made
    kept = [{**made["resources"][2], "name": "third"}, {**LINK, "name": "new"}, made["resources"][0]]
    updated = town.write("package_update", **{**made, "resources": kept})
    assert [each["name"] for each in updated["resources"]] == ["third", "new", "a"]
    revised = town.write(
        "package_revise",
        match={"id": made["id"]},
        filter=f"-resources__{a}",
        update__resources__extend=[{**LINK, "name": "last"}],
    )
    assert [each["name"] for each in revised["package"]["resources"]] == ["third", "new", "last"]
    answer = town.form("resource_create", {"package_id": made["id"]}, {"upload": ("จังหวัด.csv", b"a,b\n1,2\n")})
    file = portal.result(answer)["id"]
    portal.settle()
    assert portal.result(portal.act("datastore_search", resource_id=file))["records"] == [{"_id": 1, "a": 1, "b": 2}]
    town.write("resource_delete", id=c)
    assert [each["name"] for each in town.show()["resources"]] == ["new", "last", "จังหวัด.csv"]
    path = f"/opendata/v1/datasets/{made['id']}/versions"
    assert len(portal.client.get(path).json["items"]) == 6
    town.write("dataset_purge", town.operator, id=made["id"])
    portal.settle()
    for partition in (f"DATASET#{made['id']}", *(f"RESOURCE#{each}" for each in (a, b, c, file))):
        assert portal.table.query(partition).items == ()
    assert town.write("package_create", town.operator, **whole(id=made["id"]))["id"] == made["id"]


def test_ten_resources_at_once_are_ten_there_too(cloud: tuple[Portal, S3Objects]) -> None:
    portal, _ = cloud
    town = settled(portal)
    town.write("package_create", **whole(resources=[]))
    real = portal.table.write
    left = list(range(9))

    def write(changes: Sequence[Change], token: str) -> None:
        if left:
            name = f"r{left.pop()}"
            town.write("resource_create", package_id="food-licences", **{**LINK, "name": name})
        real(changes, token)

    setattr(portal.table, "write", write)  # noqa: B010 - the race, at the store's boundary
    town.write("resource_create", package_id="food-licences", **{**LINK, "name": "mine"})
    assert sorted(each["name"] for each in town.show()["resources"]) == ["mine", *(f"r{n}" for n in range(9))]
