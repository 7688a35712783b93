"""Snapshots and cards on DynamoDB and S3."""

from __future__ import annotations

from pathlib import Path

from chalicelib.opendata.model import Package
from chalicelib.opendata.search.following import Following
from chalicelib.opendata.search.model import Question, Words
from chalicelib.opendata.search.snapshot import Snapshots
from chalicelib.shared.aws.dynamo import DynamoTable
from chalicelib.shared.aws.objects import S3Objects
from tests.opendata.portal import Portal
from tests.opendata.search.town import names
from tests.support.cloud import local_cloud

BUCKET = "klang-test-opendata-local"


def test_a_snapshot_is_published_opened_and_gone_on_from(tmp_path: Path) -> None:
    with local_cloud(["opendata"]) as session:
        dynamodb, s3 = session.client("dynamodb"), session.client("s3")
        objects = S3Objects(lambda: s3, BUCKET)
        portal = Portal(tmp_path / "tables", DynamoTable(lambda: dynamodb, "klang-test-opendata"), objects)
        portal.organization()
        for number in range(3):
            portal.dataset(f"d{number}", title=f"แม่น้ำสาย {number}")
        catalogue = portal.catalogue
        first = catalogue.publisher.publish()
        assert first is not None and first.count == 3
        assert objects.head(first.index) is not None and objects.head(first.documents) is not None

        snapshots = Snapshots(portal.table, objects, tmp_path / "cold")
        cold = Following(catalogue.store, catalogue.log, ids=portal.ids, snapshots=snapshots)
        assert names(cold, "น้ำ") == ["d0", "d1", "d2"]
        assert set(cold.settled([each.id for each in _packages(portal)]).values()) <= {first.id}
        portal.act("package_patch", portal.publisher, id="d1", title="ภูเขา", tag_string="ป่า")
        assert names(cold, "น้ำ") == ["d0", "d2"]
        second = catalogue.publisher.publish()
        assert second is not None
        assert {each.id for each in catalogue.snapshots.kept()} == {first.id, second.id}
        found = cold.search(Question(query=Words("ภูเขา"), facets=("tags",)))
        assert (found.count, found.facets) == (1, {"tags": [("ป่า", 1)]})


def _packages(portal: Portal) -> list[Package]:
    found = [portal.catalogue.store.package(f"d{number}") for number in range(3)]
    assert all(found)
    return [each for each in found if each is not None]
