"""The same room on DynamoDB: keys, the index, the counter and its conditions are what AWS takes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chalicelib.shared.aws.dynamo import DynamoTable
from tests.citizen.portal import Portal
from tests.support.cloud import local_cloud


@pytest.fixture
def portal() -> Iterator[Portal]:
    with local_cloud(["citizen"]) as session:
        client = session.client("dynamodb")
        yield Portal(table=DynamoTable(lambda: client, "klang-test-citizen"))


def test_inbox_and_wallet(portal: Portal) -> None:
    made = [portal.message(f"m-{number}").json["id"] for number in range(3)]
    assert portal.message("m-0").json["id"] == made[0]
    for _ in range(2):
        assert portal.client.post(f"/citizen/v1/me/inbox/{made[1]}/read", token=portal.malee).status == 200
    first = portal.inbox(portal.malee, "?limit=2")
    assert [item["id"] for item in first["items"]] == [made[2], made[1]]
    assert first["unread"] == 2
    rest = portal.inbox(portal.malee, f"?limit=2&cursor={first['next']}")
    assert [item["id"] for item in rest["items"]] == [made[0]]
    paper = portal.credential(portal.licence()).json["id"]
    listed = portal.client.get("/citizen/v1/me/wallet", token=portal.malee).json
    assert [item["id"] for item in listed["items"]] == [paper]
    assert portal.client.get("/citizen/v1/me/wallet", token=portal.somchai).json["items"] == []
