"""A machine with an API token, by a client that knows nothing of Klang: ckanapi, over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ckanapi import NotAuthorized, NotFound, RemoteCKAN, ValidationError

from tests.opendata.people import operator
from tests.opendata.portal import AGENCY, METADATA, Portal
from tests.support.served import served


@pytest.fixture
def address(portal: Portal) -> Iterator[str]:
    portal.organization()
    with served(portal.client) as address:
        yield address


def client(address: str, token: str | None) -> Any:
    return RemoteCKAN(address, apikey=token).action


def test_a_machine_publishes_and_manages_with_its_token(portal: Portal, address: str) -> None:
    boss = client(address, operator(portal))
    machine = boss.user_create(name="machine", agency=AGENCY, roles=["publisher"])
    ckan = client(address, boss.api_token_create(user="machine", name="nightly")["token"])
    assert ckan.user_show(id="machine")["id"] == machine["id"]
    assert [each["name"] for each in ckan.organization_list_for_user(permission="create_dataset")] == ["laemngop"]
    ckan.package_create(**METADATA, name="by-machine", owner_org="laemngop")
    assert client(address, None).package_show(id="by-machine")["creator_user_id"] == machine["id"]
    assert ckan.organization_patch(id="laemngop", description="D")["description"] == "D"
    reader = portal.result(portal.ask("user_show", portal.reader))["name"]
    member = ckan.organization_member_create(id="laemngop", username=reader, role="editor")
    assert member["capacity"] == "editor"
    people = sorted(each[2] for each in ckan.member_list(id="laemngop", object_type="user"))
    assert people == ["Admin", "Admin", "Editor"]  # it, who made the organisation, and who was entered
    assert ckan.package_activity_list(id="by-machine")[0]["user_id"] == machine["id"]
    ckan.follow_dataset(id="by-machine")
    assert ckan.am_following_dataset(id="by-machine") is True
    with pytest.raises(ValidationError) as twice:
        ckan.follow_dataset(id="by-machine")
    assert twice.value.error_dict["message"] == "You are already following by-machine"
    with pytest.raises(ValidationError) as full:
        ckan.organization_delete(id="laemngop")
    assert full.value.error_dict["message"] == "Organization cannot be deleted while it still has datasets"
    with pytest.raises(NotAuthorized):
        ckan.organization_purge(id="laemngop")
    with pytest.raises(NotFound):
        ckan.group_show(id="nobody")
    ckan.api_token_revoke(jti=boss.api_token_list(user_id="machine")[0]["id"])
    with pytest.raises(NotAuthorized):
        ckan.package_patch(id="by-machine", notes="x")
