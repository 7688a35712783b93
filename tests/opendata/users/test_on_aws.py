"""Users, members, followers and activities on DynamoDB: their conditions, counters and keys are what AWS takes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chalicelib.shared.aws.dynamo import DynamoTable
from tests.opendata.people import operator
from tests.opendata.portal import Portal
from tests.support.cloud import local_cloud


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Portal]:
    with local_cloud(["opendata"]) as session:
        dynamodb = session.client("dynamodb")
        yield Portal(tmp_path / "tables", DynamoTable(lambda: dynamodb, "klang-test-opendata"))


def result(portal: Portal, action: str, token: str | None = None, **given: Any) -> Any:
    return portal.result(portal.act(action, token, **given))


def test_people_groups_follows_and_activities_hold_there_too(portal: Portal) -> None:
    boss = operator(portal)
    portal.organization()
    portal.dataset()
    machine = result(portal, "user_create", boss, name="machine", agency="TH/LOCAL/LAEMNGOP", roles=["editor"])["id"]
    token = result(portal, "api_token_create", boss, user=machine, name="t", expires_in=1)["token"]
    assert result(portal, "package_create", token, name="draft", owner_org="laemngop", private=True)["name"] == "draft"
    reader = result(portal, "user_show", portal.reader)
    for role in ("member", "editor"):
        given = {"id": "laemngop", "username": reader["name"], "role": role}
        assert portal.act("organization_member_create", portal.publisher, **given).status == 200
    assert portal.act("package_patch", portal.reader, id="draft", notes="x").status == 200
    people = result(portal, "organization_show", portal.publisher, id="laemngop")["users"]
    assert sorted(each["capacity"] for each in people) == ["admin", "editor", "editor"]
    gone = portal.act("organization_member_delete", portal.publisher, id="laemngop", username=reader["name"])
    assert gone.status == 200
    assert portal.act("package_patch", portal.reader, id="draft", notes="y").status == 404
    result(portal, "group_create", boss, name="health")
    result(portal, "member_create", boss, id="health", object="food-licences", object_type="package")
    portal.settle()
    for kind, name in (("dataset", "food-licences"), ("organization", "laemngop"), ("group", "health")):
        result(portal, f"follow_{kind}", portal.reader, id=name)
        assert portal.act(f"follow_{kind}", portal.reader, id=name).status == 409
        assert result(portal, f"{kind}_follower_count", id=name) == 1
    assert result(portal, "followee_count", portal.reader) == 3
    result(portal, "package_patch", portal.publisher, id="food-licences", notes="ใหม่")
    portal.settle()
    news = result(portal, "dashboard_activity_list", portal.reader)
    assert [(each["data"]["package"]["notes"], each["is_new"]) for each in news] == [("ใหม่", True)]
    result(portal, "dashboard_mark_activities_old", portal.reader)
    assert result(portal, "dashboard_new_activities_count", portal.reader) == 0
    found = result(portal, "organization_activity_list", id="laemngop")
    assert [each["activity_type"] for each in found] == [
        "changed package",
        "changed package",
        "new package",
        "new organization",
    ]
    result(portal, "unfollow_dataset", portal.reader, id="food-licences")
    assert result(portal, "dataset_follower_count", id="food-licences") == 0
    assert portal.act("api_token_revoke", token, token=token).status == 200
    assert portal.act("package_patch", token, id="draft", notes="z").status == 403
    assert result(portal, "group_purge", boss, id="health") is None
    assert result(portal, "group_list") == []
