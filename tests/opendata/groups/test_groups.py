"""Organisations and themes through the Action API: shapes, messages and codes are CKAN's."""

from __future__ import annotations

from typing import Any

import pytest

from tests.opendata.people import national_id, officer, operator
from tests.opendata.portal import AGENCY, Portal

LISTED = {
    "approval_status", "created", "description", "display_name", "id", "image_display_url", "image_url",
    "is_organization", "name", "num_followers", "package_count", "state", "title", "type",
}  # fmt: skip


def error(answer: Any) -> Any:
    assert answer.json["success"] is False
    return answer.json["error"]


def theme(portal: Portal, name: str = "health", **more: Any) -> str:
    return str(portal.result(portal.act("group_create", operator(portal), name=name, **more))["id"])


def test_a_publisher_creates_the_agencys_and_the_operator_any(portal: Portal) -> None:
    mine = portal.result(portal.act("organization_create", portal.publisher, name="laemngop", title="แหลมงอบ"))
    assert mine.keys() == LISTED | {"agency", "extras", "groups", "tags", "users"}
    assert (mine["agency"], mine["is_organization"], mine["type"]) == (AGENCY, True, "organization")
    given: dict[str, Any] = {"name": "ministry", "agency": "TH/CENTRAL/MOPH", "extras": [{"key": "k", "value": "v"}]}
    for token in (portal.reader, officer(portal, national_id(110000000002), "TH/CENTRAL/MOPH", "editor")):
        assert portal.act("organization_create", token, **given).status == 403
    made = portal.result(portal.act("organization_create", operator(portal), **given))
    assert made["agency"] == "TH/CENTRAL/MOPH"
    assert made["extras"] == [{"key": "k", "value": "v", "state": "active", "group_id": made["id"]}]
    publisher = officer(portal, national_id(110000000002), "TH/CENTRAL/MOPH", "publisher")
    assert portal.act("package_create", publisher, name="of-ministry", owner_org="ministry", private=True).status == 200
    # a publisher cannot take another's agency
    other = portal.act("organization_create", portal.other, name="grab", agency="TH/CENTRAL/MOPH")
    assert portal.result(other)["agency"] == "TH/LOCAL/OTHER"


def test_the_operator_may_bring_an_id(portal: Portal) -> None:
    boss = operator(portal)
    moved = "0f3b3e7c-0000-4000-8000-00000000000a"
    assert portal.result(portal.act("organization_create", boss, name="moved", id=moved))["id"] == moved
    again = portal.act("organization_create", boss, name="moved-too", id=moved)
    assert error(again) == {"id": ["Already exists"], "__type": "Validation Error"}
    assert portal.act("organization_create", boss, name="moved-three", id="../x").status == 409
    mine = portal.act("organization_create", portal.publisher, name="laemngop", id="1234")
    assert portal.result(mine)["id"] != "1234"


def test_the_parts_of_a_group_are_switched(portal: Portal) -> None:
    portal.organization()
    portal.dataset()
    portal.dataset("hidden", private=True)
    shown = portal.result(portal.ask("organization_show", id="laemngop", include_datasets="true"))
    assert [each["name"] for each in shown["packages"]] == ["food-licences"]
    assert shown["package_count"] == 1
    for token in (portal.publisher, operator(portal)):
        inside = portal.result(portal.act("organization_show", token, id="laemngop", include_datasets=True))
        assert {each["name"] for each in inside["packages"]} == {"food-licences", "hidden"}
    off: dict[str, Any] = {
        f"include_{each}": False for each in ("dataset_count", "extras", "groups", "tags", "users", "followers")
    }
    bare = portal.result(portal.act("organization_show", id="laemngop", **off))
    assert bare.keys() == (LISTED | {"agency"}) - {"package_count", "num_followers"}


def test_an_update_empties_and_a_patch_keeps(portal: Portal) -> None:
    organization = portal.organization()
    patched = portal.result(portal.act("organization_patch", portal.publisher, id="laemngop", description="D"))
    assert (patched["title"], patched["description"]) == ("เทศบาลตำบลแหลมงอบ", "D")
    updated = portal.result(portal.act("organization_update", portal.publisher, id=organization, name="laem-ngop"))
    assert (updated["id"], updated["name"], updated["title"], updated["description"]) == (
        organization, "laem-ngop", "laem-ngop", "",
    )  # fmt: skip
    assert portal.ask("organization_show", id="laemngop").status == 404
    assert portal.ask("organization_show", id="laem-ngop").status == 200
    missing = portal.act("organization_update", portal.publisher, id=organization)
    assert error(missing) == {"name": ["Missing value"], "__type": "Validation Error"}
    for token in (portal.other, portal.reader):
        assert portal.act("organization_patch", token, id=organization, title="x").status == 403
    assert error(portal.act("organization_patch", portal.publisher)) == {
        "id": ["Missing value"], "__type": "Validation Error",
    }  # fmt: skip


def test_names_are_unique_within_a_kind(portal: Portal) -> None:
    portal.organization()
    theme(portal, "laemngop")
    taken = portal.act("group_create", operator(portal), name="laemngop")
    assert error(taken) == {"name": ["Group name already exists in database"], "__type": "Validation Error"}
    theme(portal, "second")
    assert portal.act("group_patch", operator(portal), id="second", name="laemngop").status == 409
    assert portal.ask("group_show", id="second").status == 200


def test_an_organization_with_datasets_stays(portal: Portal) -> None:
    organization = portal.organization()
    portal.dataset("a-draft", private=True)
    boss = operator(portal)
    text = "Organization cannot be {} while it still has datasets"
    for action, token, word in (
        ("organization_delete", portal.publisher, "deleted"),
        ("organization_delete", boss, "deleted"),
        ("organization_purge", boss, "purged"),
    ):
        refused = portal.act(action, token, id=organization)
        assert refused.status == 409
        assert error(refused) == {"message": text.format(word), "__type": "Validation Error"}
    assert portal.act("organization_patch", portal.publisher, id=organization, state="deleted").status == 409
    assert portal.ask("organization_show", id=organization).status == 200


def test_a_deleted_organization_is_gone_for_others_and_comes_back(portal: Portal) -> None:
    organization = portal.organization()
    for token in (portal.other, portal.reader):
        assert portal.act("organization_delete", token, id=organization).status == 403
    assert portal.result(portal.act("organization_delete", portal.publisher, id="laemngop")) is None
    assert portal.result(portal.ask("organization_list")) == []
    for outsider in (None, portal.reader, portal.other):
        assert portal.ask("organization_show", outsider, id=organization).status == 404
    assert portal.result(portal.ask("organization_show", portal.publisher, id=organization))["state"] == "deleted"
    assert (
        portal.act("package_create", portal.publisher, name="late", owner_org=organization, private=True).status == 403
    )
    assert portal.act("organization_patch", portal.publisher, id=organization, state="active").status == 403
    assert portal.act("organization_patch", operator(portal), id=organization, state="active").status == 200
    assert portal.result(portal.ask("organization_list")) == ["laemngop"]


def test_a_purge_frees_the_name_and_the_agency(portal: Portal) -> None:
    organization = portal.organization()
    assert portal.act("organization_purge", portal.publisher, id=organization).status == 403
    assert portal.result(portal.act("organization_purge", operator(portal), id=organization)) is None
    assert portal.ask("organization_show", portal.publisher, id=organization).status == 404
    assert portal.result(portal.ask("organization_list")) == []
    assert portal.organization() != organization
    gone = portal.act("organization_purge", operator(portal), id=organization)
    assert error(gone) == {"__type": "Not Found Error", "message": "Not found: Organization was not found"}


def test_a_list_has_names_or_wholes_in_any_order(portal: Portal) -> None:
    boss = operator(portal)
    for name, title in (("alpha", "ค"), ("beta", "ข"), ("gamma", "ก")):
        portal.result(portal.act("organization_create", boss, name=name, title=title))
    portal.result(portal.act("organization_create", portal.publisher, name="laemngop", title="ง"))
    portal.dataset()

    def listed(**given: Any) -> Any:
        return portal.result(portal.act("organization_list", **given))

    assert listed() == ["gamma", "beta", "alpha", "laemngop"]
    assert listed(sort="name desc") == ["laemngop", "gamma", "beta", "alpha"]
    assert listed(sort="package_count desc")[0] == "laemngop"
    assert listed(order_by="packages")[0] == "laemngop"
    assert listed(limit=2, offset=1) == ["beta", "alpha"]
    assert listed(organizations=["alpha", "nobody"]) == ["alpha"]
    assert portal.result(portal.ask("organization_list", organizations='["beta"]')) == ["beta"]
    assert listed(q="BET") == ["beta"]
    assert listed(type="ministry") == []
    whole = listed(all_fields=True)
    assert [each.keys() - {"agency"} for each in whole] == [LISTED] * 4
    assert [each["package_count"] for each in whole] == [0, 0, 0, 1]
    extended = listed(all_fields=True, include_extras=True, include_users=True, include_dataset_count=False, limit=1)
    assert extended[0].keys() == (LISTED | {"extras", "users"}) - {"package_count"}
    assert error(portal.act("organization_list", sort="created asc"))["message"].startswith("Cannot sort by this field")
    assert error(portal.act("organization_list", limit=-1)) == {
        "limit": ["Must be a natural number"], "__type": "Validation Error",
    }  # fmt: skip


def test_a_list_of_wholes_ends_at_25_and_asks_the_table_once(portal: Portal) -> None:
    boss = operator(portal)
    for number in range(27):
        portal.result(portal.act("group_create", boss, name=f"theme-{number:02d}"))
    assert len(portal.result(portal.act("group_list", all_fields=True, limit=100))) == 25
    assert len(portal.result(portal.act("group_list", limit=100))) == 27
    portal.memory.requests.clear()
    portal.act("group_list", all_fields=True)
    # one look at the log before the groups and one before the counts; all followers together
    assert portal.memory.requests.count("get_many") == 1
    assert len(portal.memory.requests) <= 4


def test_groups_are_the_operators_and_their_admins(portal: Portal) -> None:
    for token in (portal.publisher, portal.reader):
        assert portal.act("group_create", token, name="health").status == 403
    theme(portal, title="สาธารณสุข")
    user = portal.result(portal.ask("user_show", portal.reader))["name"]
    given = {"id": "health", "username": user, "role": "admin"}
    assert portal.act("group_member_create", portal.reader, **given).status == 403
    assert portal.act("group_member_create", operator(portal), **given).status == 200
    assert portal.result(portal.act("group_patch", portal.reader, id="health", description="D"))["description"] == "D"
    assert portal.act("group_purge", portal.reader, id="health").status == 403
    assert portal.act("group_delete", portal.reader, id="health").status == 200


def test_a_dataset_enters_a_theme_by_its_people(portal: Portal) -> None:
    portal.organization()
    dataset = portal.dataset()
    portal.dataset("hidden", private=True)
    group = theme(portal, title="สาธารณสุข")
    given = {"id": "health", "object": "food-licences", "object_type": "package", "capacity": "public"}
    assert portal.act("member_create", portal.publisher, **given).status == 403
    reader = portal.result(portal.ask("user_show", portal.reader))["id"]
    portal.act("group_member_create", operator(portal), id=group, username=reader, role="member")
    member = portal.result(portal.act("member_create", portal.reader, **given))
    assert member == {
        "id": f"{group}:{dataset['id']}", "table_name": "package", "table_id": dataset["id"], "capacity": "public",
        "group_id": group, "state": "active",
    }  # fmt: skip
    shown = portal.result(portal.ask("package_show", id="food-licences"))
    assert [each["name"] for each in shown["groups"]] == ["health"]
    assert portal.result(portal.ask("group_show", id="health"))["package_count"] == 1
    assert [each["name"] for each in portal.result(portal.ask("group_package_show", id=group))] == ["food-licences"]
    listed = portal.result(portal.ask("member_list", id="health", object_type="package"))
    assert listed == [[dataset["id"], "package", "public"]]
    # what they do not see is not there, also to be put in
    hidden = portal.act("member_create", portal.reader, **{**given, "object": "hidden"})
    assert (hidden.status, portal.act("member_create", portal.reader, **{**given, "object": "nobody"}).json) == (
        404, hidden.json,
    )  # fmt: skip
    assert portal.result(portal.act("member_delete", portal.reader, **given)) is None
    assert portal.result(portal.ask("package_show", id="food-licences"))["groups"] == []


def test_completion_finds_names_and_titles(portal: Portal) -> None:
    portal.organization()
    theme(portal, title="แหลมงอบ")
    organizations = portal.result(portal.ask("organization_autocomplete", q="ตำบล"))
    assert [each["name"] for each in organizations] == ["laemngop"]
    assert organizations[0].keys() == {"id", "name", "title"}
    assert [each["name"] for each in portal.result(portal.ask("group_autocomplete", q="HEA"))] == ["health"]
    assert portal.result(portal.ask("group_autocomplete", q="HEA", limit="0")) == []
    assert error(portal.ask("group_autocomplete")) == {"q": ["Missing value"], "__type": "Validation Error"}


def test_what_stands_above_a_group_is_shown(portal: Portal) -> None:
    theme(portal, "life", title="คุณภาพชีวิต")
    theme(portal, "health", groups=[{"name": "life"}])
    above = portal.result(portal.ask("group_show", id="health"))["groups"]
    assert [(each["name"], each["title"], each["capacity"]) for each in above] == [("life", "คุณภาพชีวิต", "public")]


def test_the_same_key_makes_one_group(portal: Portal) -> None:
    boss = operator(portal)
    first = portal.act("group_create", boss, key="k", name="once", id="brought-along")
    second = portal.act("group_create", boss, key="k", name="once", id="brought-along")
    assert portal.result(first)["id"] == portal.result(second)["id"]
    assert portal.result(portal.ask("group_list")) == ["once"]


@pytest.mark.parametrize("kind", ["organization", "group"])
def test_missing_and_unknown_ids(portal: Portal, kind: str) -> None:
    for asked in ("nobody", "x" * 5_000, "..\x00"):
        assert portal.act(f"{kind}_show", id=asked).status == 404
    assert portal.act(f"{kind}_show", id=["a"]).status == 404
    assert error(portal.ask(f"{kind}_show"))["id"] == ["Missing value"]
    assert portal.act(f"{kind}_delete", operator(portal), id="nobody").status == 404


def test_a_repeat_of_a_deletion_is_one(portal: Portal) -> None:
    portal.organization()
    boss = operator(portal)
    for action, token in (("organization_delete", portal.publisher), ("organization_purge", boss)):
        for _ in range(2):
            assert portal.result(portal.act(action, token, key=action, id="laemngop")) is None
    assert portal.act("organization_purge", boss, key="organization_purge", id="another").status == 409
