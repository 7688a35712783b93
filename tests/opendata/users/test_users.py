"""Users as callers see them: who is entered when, what is told of whom."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.shared.identity import Posting
from chalicelib.shared.ids import new_token
from tests.opendata.people import OPERATOR_AGENCY, operator
from tests.opendata.portal import AGENCY, PUBLISHER, READER, Portal
from tests.support.keys import local_keyring

PUBLIC_KEYS = {
    "about", "activity_streams_email_notifications", "created", "display_name", "fullname", "id", "image_display_url",
    "image_url", "name", "number_created_packages", "state", "sysadmin",
}  # fmt: skip


def me(portal: Portal, token: str) -> Any:
    return portal.result(portal.ask("user_show", token))


def test_an_officer_is_shown_with_what_the_posting_says_and_citizens_without_a_name(portal: Portal) -> None:
    officer, citizen = me(portal, portal.publisher), me(portal, portal.reader)
    assert officer["name"].startswith("laemngop-")
    assert (officer["fullname"], officer["agency"], officer["roles"]) == ("เจ้าหน้าที่", AGENCY, ["publisher"])
    assert citizen["name"].startswith("user-")
    assert (citizen["fullname"], citizen["display_name"]) == (None, citizen["name"])
    for each in (officer, citizen):
        assert PUBLISHER not in str(each)
        assert READER not in str(each)
    assert me(portal, portal.publisher) == officer


def test_strangers_see_public_fields_only(portal: Portal) -> None:
    portal.organization()
    mine = me(portal, portal.publisher)
    portal.result(portal.act("user_patch", portal.publisher, id=mine["id"], email="health@laemngop.example"))
    portal.dataset()
    portal.dataset("secret", private=True)
    for token in (None, portal.reader, portal.other):
        shown = portal.result(portal.ask("user_show", token, id=mine["name"]))
        assert shown.keys() == PUBLIC_KEYS
        assert shown["number_created_packages"] == 1
    listed = portal.result(portal.act("user_show", id=mine["id"], include_datasets=True))["datasets"]
    assert [each["name"] for each in listed] == ["food-licences"]
    assert me(portal, portal.publisher)["email"] == "health@laemngop.example"
    # an address may stand in a dataset's metadata; of a user it is kept sealed
    stored = [item.data for key, (item, _) in portal.memory._items.items() if key.sk == "USER"]
    assert any(each["email"] for each in stored)
    assert "laemngop.example" not in str(stored)


def test_whoever_wrote_has_a_row_and_refused_writes_make_none(portal: Portal) -> None:
    pseudonym = local_keyring().pseudonym(READER)
    assert portal.act("package_create", portal.reader, name="x").status == 403
    assert portal.ask("user_show", id=pseudonym).status == 404
    portal.organization()
    made = portal.dataset()
    assert portal.result(portal.ask("user_show", id=made["creator_user_id"]))["number_created_packages"] == 1


def test_a_second_write_asks_nothing_more_about_its_writer(portal: Portal) -> None:
    portal.organization()
    counts = []
    for name in ("first-one", "second-one", "third-one"):
        portal.memory.requests.clear()
        portal.dataset(name)
        counts.append(len(portal.memory.requests))
    assert counts[1] == counts[2] <= counts[0]


def test_a_user_is_changed_by_themselves_and_the_operator(portal: Portal) -> None:
    mine = me(portal, portal.publisher)
    patched = portal.result(portal.act("user_patch", portal.publisher, id=mine["id"], about="กองสาธารณสุข"))
    assert (patched["about"], patched["fullname"]) == ("กองสาธารณสุข", "เจ้าหน้าที่")
    updated = portal.result(portal.act("user_update", portal.publisher, id=mine["name"], fullname="สธ."))
    assert (updated["about"], updated["fullname"]) == (None, "สธ.")
    for action in ("user_patch", "user_update"):
        for asked in (mine["id"], "nobody-at-all"):
            refused = portal.act(action, portal.other, id=asked, about="x")
            assert refused.status == 403
            assert refused.json["error"]["message"] == "Access denied: User not authorized to edit this user"
    assert portal.act("user_patch", operator(portal), id=mine["id"], about="x").status == 200
    assert portal.act("user_patch", operator(portal), id="nobody-at-all", about="x").status == 404


def test_the_list_of_users_is_the_operators(portal: Portal) -> None:
    names = sorted(me(portal, each)["name"] for each in (portal.publisher, portal.other, portal.reader))
    for token in (None, portal.reader, portal.publisher):
        assert portal.ask("user_list", token).status == 403
    assert portal.result(portal.act("user_list", operator(portal), all_fields=False)) == names
    assert portal.result(portal.act("user_list", operator(portal), all_fields=False, limit=1, offset=1)) == [names[1]]
    found = portal.result(portal.act("user_list", operator(portal), q="laemngop"))
    assert [each["name"] for each in found] == [me(portal, portal.publisher)["name"]]
    assert "email" not in found[0]


def test_names_are_completed_within_the_agency(portal: Portal) -> None:
    mine, other = me(portal, portal.publisher), me(portal, portal.other)
    found = portal.result(portal.ask("user_autocomplete", portal.publisher, q="e"))
    assert found == [{"id": mine["id"], "name": mine["name"], "fullname": "เจ้าหน้าที่"}]
    exact = portal.result(portal.ask("user_autocomplete", portal.publisher, q=other["name"]))
    assert [each["id"] for each in exact] == [other["id"]]
    assert portal.ask("user_autocomplete", q="laem").status == 403
    assert portal.ask("user_autocomplete", portal.reader).status == 409


def test_the_operator_enters_an_agencys_machine(portal: Portal) -> None:
    portal.organization()
    posting: dict[str, Any] = {"agency": AGENCY, "roles": ["editor"]}
    given = {"name": "laemngop-harvester", "fullname": "ระบบส่งข้อมูล", **posting}
    assert portal.act("user_create", portal.publisher, **given).status == 403
    made = portal.result(portal.act("user_create", operator(portal), **given, password="never kept"))
    assert (made["name"], made["agency"], made["roles"]) == ("laemngop-harvester", AGENCY, ["editor"])
    assert "never kept" not in str(portal.memory._items)
    again = portal.act("user_create", operator(portal), **given)
    assert again.json["error"] == {"__type": "Validation Error", "name": ["That login name is not available."]}
    token = portal.result(portal.act("api_token_create", operator(portal), user=made["id"], name="t"))["token"]
    assert portal.act("package_create", token, name="by-machine", owner_org="laemngop", private=True).status == 200
    assert portal.act("organization_create", token, name="another").status == 403
    assert portal.result(portal.act("user_delete", operator(portal), id=made["id"])) is None
    assert portal.act("package_create", token, name="too-late", owner_org="laemngop", private=True).status == 403
    assert portal.ask("user_show", id="laemngop-harvester").status == 404


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"name": ""}, "name"), ({"name": "ก"}, "name"), ({"roles": ["operator"], "agency": AGENCY}, "roles")],
)
def test_a_service_user_that_will_not_do_is_refused(portal: Portal, changes: dict[str, Any], field: str) -> None:
    refused = portal.act("user_create", operator(portal), **{"name": "machine", **changes})
    assert refused.status == 409
    assert field in refused.json["error"]


def test_a_user_moves_with_the_posting(portal: Portal) -> None:
    portal.organization()
    portal.dataset()
    mine = me(portal, portal.publisher)
    person = local_keyring().pseudonym(PUBLISHER)
    portal.catalogue.staff.post(person, Posting(OPERATOR_AGENCY, frozenset({"editor"}), "คนใหม่"), new_token())
    moved = me(portal, portal.publisher)
    assert (moved["agency"], moved["roles"], moved["name"]) == (OPERATOR_AGENCY, ["editor"], mine["name"])
