"""Members: who may enter them, and that a change counts from the next call on."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.shared.journal import chain_is_whole
from tests.opendata.people import national_id, officer, operator
from tests.opendata.portal import Portal


def user(portal: Portal, token: str) -> str:
    return str(portal.result(portal.ask("user_show", token))["name"])


def put(portal: Portal, token: str, who: str, role: str) -> Any:
    return portal.act("organization_member_create", token, id="laemngop", username=who, role=role)


def writes(portal: Portal, token: str, name: str) -> bool:
    return portal.act("package_create", token, name=name, owner_org="laemngop", private=True).status == 200


def test_a_member_counts_from_the_next_call_on(portal: Portal) -> None:
    organization = portal.organization()
    portal.dataset("hidden", private=True)
    who = user(portal, portal.reader)

    def can() -> tuple[bool, bool, bool]:
        number = len(portal.memory.requests)
        return (
            portal.ask("package_show", portal.reader, id="hidden").status == 200,
            writes(portal, portal.reader, f"by-reader-{number}"),
            portal.act("organization_patch", portal.reader, id="laemngop", description="x").status == 200,
        )

    assert can() == (False, False, False)
    made = portal.result(put(portal, portal.publisher, who, "member"))
    assert made.keys() == {"id", "table_name", "table_id", "capacity", "group_id", "state"}
    assert (made["table_name"], made["capacity"], made["group_id"]) == ("user", "member", organization)
    assert can() == (True, False, False)
    assert portal.result(put(portal, portal.publisher, who, "editor"))["id"] == made["id"]
    assert can() == (True, True, False)
    put(portal, portal.publisher, who, "admin")
    assert can() == (True, True, True)
    gone = portal.act("organization_member_delete", portal.publisher, id="laemngop", username=who)
    assert portal.result(gone) is None
    assert can() == (False, False, False)
    # who left does not see what they wrote there themselves
    assert portal.result(portal.act("package_search", portal.reader, include_private=True))["count"] == 0
    assert put(portal, portal.publisher, who, "editor").status == 200
    assert can() == (True, True, False)


def test_what_happened_to_a_membership_is_a_chain(portal: Portal) -> None:
    organization = portal.organization()
    reader = portal.result(portal.ask("user_show", portal.reader))["id"]
    for role in ("member", "member", "editor"):
        put(portal, portal.publisher, reader, role)
    portal.act("organization_member_delete", portal.publisher, id=organization, username=reader)
    portal.act("organization_member_delete", portal.publisher, id=organization, username=reader)
    events = portal.catalogue.parts.journal.history(f"MEMBER#{organization}#{reader}")
    assert [(each.data["before"], each.data["after"]) for each in events] == [
        (None, "member"), ("member", "editor"), ("editor", None),
    ]  # fmt: skip
    assert chain_is_whole(events)


def test_only_admins_enter_and_take_out(portal: Portal) -> None:
    portal.organization()
    who = user(portal, portal.reader)
    editor = officer(portal, national_id(110000000003), "TH/LOCAL/LAEMNGOP", "editor")
    for token in (portal.reader, portal.other, editor):
        assert put(portal, token, who, "admin").status == 403
        assert portal.act("organization_member_delete", token, id="laemngop", username=who).status == 403
        given = {"id": "laemngop", "object": who, "object_type": "user", "capacity": "admin"}
        assert portal.act("member_create", token, **given).status == 403
        assert portal.act("member_delete", token, **given).status == 403
    assert put(portal, operator(portal), who, "admin").status == 200
    assert put(portal, portal.reader, user(portal, editor), "member").status == 200


@pytest.mark.parametrize(
    ("given", "messages"),
    [
        ({}, {"username": ["Missing value"], "role": ["Missing value"]}),
        ({"username": "nobody", "role": "admin"}, {"username": ["That user name or ID does not exist."]}),
        ({"username": "nobody", "role": "boss"}, {
            "role": ["role does not exist."], "username": ["That user name or ID does not exist."],
        }),
    ],
)  # fmt: skip
def test_a_member_that_will_not_do_is_refused(portal: Portal, given: dict[str, str], messages: dict[str, Any]) -> None:
    portal.organization()
    refused = portal.act("organization_member_create", portal.publisher, id="laemngop", **given)
    assert refused.json["error"] == {**messages, "__type": "Validation Error"}


def test_people_are_told_to_people_of_the_organization(portal: Portal) -> None:
    organization = portal.organization()
    editor = officer(portal, national_id(110000000003), "TH/LOCAL/LAEMNGOP", "editor")
    reader, mine, second = (user(portal, each) for each in (portal.reader, portal.publisher, editor))
    put(portal, portal.publisher, reader, "member")
    for token in (portal.publisher, portal.reader, operator(portal)):
        users = portal.result(portal.ask("organization_show", token, id="laemngop"))["users"]
        assert {each["name"]: each["capacity"] for each in users} == {reader: "member", mine: "admin", second: "editor"}
        listed = portal.result(portal.ask("member_list", token, id=organization, object_type="user"))
        assert sorted(each[1:] for each in listed) == [["user", "Admin"], ["user", "Editor"], ["user", "Member"]]
        admins = portal.result(portal.ask("member_list", token, id=organization, object_type="user", capacity="admin"))
        assert [each[2] for each in admins] == ["Admin"]
    for outsider in (None, portal.other):
        assert portal.result(portal.ask("organization_show", outsider, id="laemngop"))["users"] == []
        assert portal.result(portal.ask("member_list", outsider, id=organization)) == []


def test_member_create_enters_users_too(portal: Portal) -> None:
    portal.organization()
    given = {"id": "laemngop", "object": user(portal, portal.reader), "object_type": "user", "capacity": "editor"}
    assert portal.result(portal.act("member_create", portal.publisher, **given))["capacity"] == "editor"
    assert writes(portal, portal.reader, "by-reader")
    assert portal.result(portal.act("member_delete", portal.publisher, **given)) is None
    assert not writes(portal, portal.reader, "by-reader-too")
    for changes, field in (
        ({"object_type": "group"}, "object_type"),
        ({"object": ""}, "object"),
        ({"capacity": "boss"}, "capacity"),
        ({"object_type": "package", "object": "x"}, "object_type"),
    ):
        assert field in portal.act("member_create", portal.publisher, **{**given, **changes}).json["error"]
    assert portal.act("member_create", portal.publisher, **{**given, "object": "nobody"}).status == 404
    assert portal.act("member_create", portal.publisher, **{**given, "id": "nobody"}).json["error"] == {
        "__type": "Not Found Error", "message": "Not found: Group was not found.",
    }  # fmt: skip


def test_the_organizations_of_a_user_by_permission(portal: Portal) -> None:
    portal.organization()
    portal.result(portal.act("organization_create", portal.other, name="other"))
    put(portal, portal.publisher, user(portal, portal.reader), "editor")
    put(portal, portal.publisher, user(portal, portal.other), "member")

    def mine(token: str | None, **given: str) -> list[tuple[str, str]]:
        found = portal.result(portal.ask("organization_list_for_user", token, **given))
        return [(each["name"], each["capacity"]) for each in found]

    assert mine(portal.publisher) == [("laemngop", "admin")]
    assert mine(portal.reader) == []
    assert mine(portal.reader, permission="create_dataset") == [("laemngop", "editor")]
    assert sorted(mine(portal.other, permission="read")) == [("laemngop", "member"), ("other", "admin")]
    assert mine(portal.other, permission="update_dataset") == [("other", "admin")]
    assert mine(None) == []
    assert len(mine(operator(portal))) == 2
    portal.dataset()
    counted = portal.result(portal.ask("organization_list_for_user", portal.publisher, include_dataset_count="true"))
    assert counted[0]["package_count"] == 1


def test_the_groups_into_which_one_may_put(portal: Portal) -> None:
    boss = operator(portal)
    for name in ("health", "water"):
        portal.result(portal.act("group_create", boss, name=name))
    portal.act("group_member_create", boss, id="water", username=user(portal, portal.reader), role="member")
    assert [each["name"] for each in portal.result(portal.ask("group_list_authz", portal.reader))] == ["water"]
    assert [each["name"] for each in portal.result(portal.ask("group_list_authz", boss))] == ["health", "water"]
    assert portal.result(portal.ask("group_list_authz", portal.publisher)) == []


def test_the_roles_by_the_kind_of_group(portal: Portal) -> None:
    admin, member = {"text": "Admin", "value": "admin"}, {"text": "Member", "value": "member"}
    organization = [admin, {"text": "Editor", "value": "editor"}, member]
    assert portal.result(portal.ask("member_roles_list")) == organization
    assert portal.result(portal.ask("member_roles_list", group_type="group")) == [admin, member]
    assert portal.ask("member_roles_list", group_type="x").status == 409


def test_a_system_of_the_exchange_may_be_a_member(portal: Portal) -> None:
    portal.organization()
    system = portal.issuers.system("TH/LOCAL/LAEMNGOP/catalogue")
    assert not writes(portal, system, "by-system")
    who = portal.result(portal.ask("user_show", system))
    assert (who["name"], who["agency"]) == ("th-local-laemngop-catalogue", "TH/LOCAL/LAEMNGOP")
    assert put(portal, portal.publisher, who["name"], "editor").status == 200
    assert writes(portal, system, "by-system")
    assert portal.ask("package_show", system, id="by-system").status == 200
