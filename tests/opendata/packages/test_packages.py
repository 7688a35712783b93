"""Whole packages over the Action API: what is kept, what is lost, what is refused, who may."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.opendata.store import AT_ONCE
from tests.opendata.packages.town import LINK, Town, whole


def test_a_package_is_made_with_all_that_belongs_to_it(town: Town) -> None:
    made = town.write("package_create", **whole(extras=[{"key": "z", "value": 1}, {"key": "a", "value": "x"}]))
    assert [each["name"] for each in made["resources"]] == ["a", "b"]
    first, second = made["resources"]
    assert (first["format"], first["wms_layer"], first["position"]) == ("CSV", {"n": [1, "ก"]}, 0)
    assert (second["size"], second["url_type"], second["position"]) == (5, None, 1)
    assert made["extras"] == [{"key": "a", "value": "x"}, {"key": "z", "value": "1"}]
    assert made["num_resources"] == 2
    assert town.show() == made


def test_parameters_that_ckan_does_not_know_are_taken_without_a_word(town: Town) -> None:
    made = town.write("package_create", **whole(unheard_of={"a": [1]}, num_tags=7, organization="x", isopen="y"))
    assert "unheard_of" not in made and made["num_tags"] == 3
    asked = {"use_default_schema": "true", "include_tracking": "true", "include_datasets": "false", "zzz": "1"}
    assert town.portal.result(town.portal.ask("package_show", id=made["id"], **asked)) == made
    posted = town.portal.act("package_show", id=made["id"], include_users=False, include_password_hash=True)
    assert town.portal.result(posted) == made


def test_what_is_read_and_sent_back_changes_nothing(town: Town) -> None:
    made = town.write("package_create", **whole(extras=[{"key": "k", "value": ""}], version="", notes="น้ำ\r\nไหล"))
    town.portal.table_of(made["id"], b"a,b\n1,2\n", wms="x")
    read = town.show()
    rows = dict(town.portal.memory._items)
    for action in ("package_update", "package_patch"):
        assert town.write(action, **read) == read
    assert town.write("package_revise", match={"id": made["id"]})["package"] == read
    for resource in read["resources"]:
        again = town.write("resource_update", **resource)
        assert {name: value for name, value in again.items() if name != "ingest"} == resource
    assert dict(town.portal.memory._items) == rows


def test_an_update_loses_what_is_not_given_and_nothing_that_would_publish_or_hide(town: Town) -> None:
    made = town.write("package_create", **whole(author="ใคร", private=True, groups=[]))
    town.write("package_update", id="food-licences", title="ใหม่")
    left = town.show()
    assert (left["title"], left["author"], left["notes"], left["tags"]) == ("ใหม่", None, None, [])
    assert left["resources"] == []
    assert (left["private"], left["name"], left["owner_org"]) == (True, "food-licences", made["owner_org"])
    assert (left["type"], left["state"], left["id"]) == ("dataset", "active", made["id"])
    assert town.portal.ask("resource_show", id=made["resources"][0]["id"]).status == 404


def test_an_update_knows_resources_by_their_ids(town: Town) -> None:
    made = town.write("package_create", **whole())
    first, second = made["resources"]
    given = {**made, "resources": [{**LINK, "name": "new"}, {**second, "name": "changed"}]}
    updated = town.write("package_update", **given)
    assert [each["name"] for each in updated["resources"]] == ["new", "changed"]
    assert updated["resources"][1]["id"] == second["id"]
    assert updated["resources"][1]["created"] == second["created"]
    assert town.portal.ask("resource_show", id=first["id"]).status == 404


def test_an_unchanged_resource_does_not_count_toward_the_limit(town: Town) -> None:
    made = town.write("package_create", **whole(resources=[{**LINK, "name": f"r{n}"} for n in range(AT_ONCE)]))
    for n in range(AT_ONCE, AT_ONCE + 5):
        town.write("resource_create", package_id=made["id"], **{**LINK, "name": f"r{n}"})
    read = town.show()
    read["resources"][3]["name"] = "changed"
    updated = town.write("package_update", **read)
    assert [each["name"] for each in updated["resources"]][2:5] == ["r2", "changed", "r4"]
    status, error = town.refused("package_create", **whole("more", resources=[LINK] * (AT_ONCE + 1)))
    assert (status, error["resources"]) == (
        409,
        [f"At most {AT_ONCE} resources can be changed in one call; send the others after"],
    )


def test_a_patch_replaces_lists_and_keeps_the_rest(town: Town) -> None:
    town.write("package_create", **whole(author="ใคร"))
    patched = town.write("package_patch", id="food-licences", tags=[{"name": "ถนน"}], resources=[LINK])
    assert ([tag["name"] for tag in patched["tags"]], patched["num_resources"]) == (["ถนน"], 1)
    assert patched["author"] == "ใคร"
    assert town.refused("package_patch", notes="x")[1]["id"] == ["Missing value"]
    assert town.refused("package_patch", id="nope")[0] == 404


@pytest.mark.parametrize(
    ("changes", "field", "expected"),
    [
        ({"resources": "x"}, "resources", ["Must be a list of dictionaries"]),
        ({"resources": [LINK, {"url": "javascript:1"}]}, "resources", [{}, {"url": ["Please provide a valid URL"]}]),
        ({"resources": [{**LINK, "size": "x"}]}, "resources", [{"size": ["Invalid integer"]}]),
        ({"resources": [{**LINK, "last_modified": "x"}]}, "resources", [{"last_modified": ["Date format incorrect"]}]),
        ({"resources": [{**LINK, "id": "a/b#c-d"}]}, "resources", [{"id": ["Invalid characters in an id"]}]),
        ({"resources": [{**LINK, "id": "abc"}]}, "resources", [{"id": ["Invalid length for an id"]}]),
        (
            {"resources": [{**LINK, "id": "same-one"}, {**LINK, "id": "same-one"}]},
            "resources",
            [{}, {"id": ["Resource id already exists."]}],
        ),
        ({"resources": [{**LINK, "x": "a\x00"}]}, "resources", [{"x": ["Must not contain control characters"]}]),
        ({"groups": "x"}, "groups", ["Must be a list of {id} or {name}"]),
        ({"groups": [{}]}, "groups", ["Must be a list of {id} or {name}"]),
        ({"state": "gone"}, "state", ["Value must be one of active, draft, deleted"]),
        ({"type": "A B"}, "type", ["Must be purely lowercase alphanumeric (ascii) characters and these symbols: -_"]),
        ({"id": "an-id-of-mine"}, "id", ["The input field id was not expected."]),
        ({"tags": [{"name": "x", "vocabulary_id": "none"}]}, "tags", ["Tag vocabulary was not found."]),
        (
            {"extras": [{"key": "title", "value": "x"}]},
            "extras",
            [{"key": ["There is a schema field with the same name"]}],
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_where_ckan_says_it(
    town: Town, changes: dict[str, Any], field: str, expected: list[Any]
) -> None:
    status, error = town.refused("package_create", **whole(**changes))
    assert (status, error) == (409, {field: expected, "__type": "Validation Error"})


def test_an_id_is_the_operators_to_give(town: Town) -> None:
    given = whole(id="6fe6a6b0-0000-4000-8000-1234567890ab", resources=[{**LINK, "id": "resource-of-a-dump"}])
    made = town.write("package_create", town.operator, **given)
    assert (made["id"], made["resources"][0]["id"]) == (given["id"], "resource-of-a-dump")
    assert town.show(given["id"])["name"] == "food-licences"
    status, error = town.refused("package_create", town.operator, **{**given, "name": "another"})
    assert (status, error["id"]) == (409, ["Resource id already exists."])
    status, error = town.refused("package_create", town.operator, **{**given, "name": "another", "resources": []})
    assert (status, error["id"]) == (409, ["Dataset id already exists"])


def test_a_draft_may_name_any_licence_and_a_public_dataset_one_that_is_known(town: Town) -> None:
    town.write("package_create", **whole(private=True, license_id="our-own"))
    assert (town.show()["license_id"], town.show()["license_title"]) == ("our-own", "our-own")
    status, error = town.refused("package_patch", id="food-licences", private=False)
    assert (status, list(error)) == (409, ["license_id", "__type"])
    assert town.write("package_patch", id="food-licences", private=False, license_id="cc-by")["isopen"] is True


def test_a_draft_is_not_public_until_it_is_active(town: Town) -> None:
    town.write("package_create", name="a-draft", owner_org="laemngop", state="draft")
    assert town.show("a-draft")["state"] == "draft"
    assert town.portal.ask("package_show", id="a-draft").status == 404
    assert town.refused("package_patch", id="a-draft", state="active")[1]["notes"] == ["Missing value"]


def test_a_deleted_dataset_is_its_organizations_and_keeps_its_name(town: Town) -> None:
    made = town.write("package_create", **whole())
    assert town.write("package_delete", id="food-licences") is None
    assert town.write("package_delete", id=made["id"]) is None
    assert town.show()["state"] == "deleted"
    for token in (None, town.portal.reader, town.portal.other):
        assert town.portal.ask("package_show", token, id="food-licences").status == 404
    assert town.portal.result(town.portal.ask("package_search"))["count"] == 0
    assert town.refused("package_create", **whole())[1]["name"] == ["That URL is already in use."]
    assert town.write("package_patch", id="food-licences", state="active")["state"] == "active"
    assert town.portal.ask("package_show", id="food-licences").status == 200
    assert town.portal.act("package_delete", town.portal.reader, id="food-licences").status == 403
    assert town.refused("package_delete")[1]["id"] == ["Missing value"]


def test_a_dataset_moves_between_organizations_of_the_caller(town: Town) -> None:
    town.write("package_create", **whole())
    moved = {"id": "food-licences", "organization_id": "other"}
    assert town.refused("package_owner_org_update", **moved)[0] == 403
    assert town.refused("package_owner_org_update", town.portal.other, **moved)[0] == 403
    assert town.refused("package_patch", id="food-licences", owner_org="other")[0] == 403
    assert town.write("package_owner_org_update", town.operator, **moved) is None
    assert town.show()["organization"]["name"] == "other"
    assert town.refused("package_patch", id="food-licences", notes="x")[0] == 403
    assert town.refused("package_owner_org_update", town.operator, id="food-licences")[1]["organization_id"]
    assert town.refused("package_owner_org_update", town.operator, id="food-licences", organization_id="no")[0] == 404


def test_resources_are_put_in_order(town: Town) -> None:
    made = town.write("package_create", **whole(resources=[{**LINK, "name": each} for each in "abcd"]))
    a, b, c, d = (each["id"] for each in made["resources"])
    answer = town.write("package_resource_reorder", id="food-licences", order=[c, a])
    assert answer == {"id": "food-licences", "order": [c, a, b, d]}
    assert [each["name"] for each in town.show()["resources"]] == ["c", "a", "b", "d"]
    town.write("resource_create", package_id="food-licences", **{**LINK, "name": "e"})
    assert [each["name"] for each in town.show()["resources"]] == ["c", "a", "b", "d", "e"]
    town.write("resource_delete", id=a)
    town.write("package_resource_reorder", id="food-licences", order=d)
    assert [each["name"] for each in town.show()["resources"]] == ["d", "c", "b", "e"]
    for order, message in (
        ([a], "A resource_id can not be found"),
        ([b, b], "Must supply unique resource_ids"),
        ([1], "Must be a list of resource ids"),
        (None, "Missing value"),
    ):
        assert town.refused("package_resource_reorder", id="food-licences", order=order)[1]["order"] == [message]


def test_many_datasets_change_at_once(town: Town) -> None:
    ids = [town.write("package_create", **whole(f"d-{n}"))["id"] for n in range(3)]
    theirs = town.write("package_create", town.portal.other, **whole("theirs", owner_org="other"))["id"]
    given = {"datasets": [*ids, theirs, "nope"], "org_id": "laemngop"}
    assert town.write("bulk_update_private", **given) is None
    assert {town.show(each)["private"] for each in ids} == {True}
    assert town.show(theirs)["private"] is False
    town.write("package_update", id=ids[1], title="ร่าง")
    status, error = town.refused("bulk_update_public", **given)
    assert (status, error["datasets"][0]["id"]) == (409, [ids[1]])
    town.write("bulk_update_delete", **given)
    assert {town.show(each)["state"] for each in ids} == {"deleted"}
    assert town.refused("bulk_update_delete", town.portal.other, **given)[0] == 403
    assert town.refused("bulk_update_delete", datasets=ids)[1]["org_id"] == ["Missing value"]
    assert town.refused("bulk_update_delete", datasets=ids, org_id="no")[0] == 404
    assert (
        "At most 100" in town.refused("bulk_update_delete", datasets=["d"] * 101, org_id="laemngop")[1]["datasets"][0]
    )


def test_themes_are_joined_by_their_editors(town: Town) -> None:
    theme = town.write("group_create", town.operator, name="water", title="น้ำ")
    assert town.refused("package_create", **whole(groups=[{"name": "water"}]))[0] == 403
    made = town.write("package_create", town.operator, **whole(groups=[{"name": "water"}]))
    assert [each["id"] for each in made["groups"]] == [theme["id"]]
    assert town.write("package_patch", id="food-licences", notes="x")["groups"] == made["groups"]
    assert town.write("package_patch", id="food-licences", groups=[])["groups"] == []
    status, error = town.refused("package_patch", town.operator, id="food-licences", groups=["nope"])
    assert (status, error["message"]) == (404, "Not found: Group was not found.")


def test_what_has_no_counterpart_here_says_so_as_ckan_does(town: Town) -> None:
    town.write("package_create", **whole())
    assert town.write("package_relationships_list", id="food-licences") == []
    for action in ("list", "list_for_user", "create", "delete"):
        assert town.refused(f"package_collaborator_{action}", id="x")[1]["message"] == [
            "Dataset collaborators not enabled"
        ]


@pytest.mark.parametrize(
    ("action", "given"),
    [
        ("package_update", {"notes": "x"}),
        ("package_patch", {"notes": "x"}),
        ("package_revise", {"update": {"notes": "x"}}),
        ("package_delete", {}),
        ("dataset_purge", {}),
        ("package_resource_reorder", {"order": ["RESOURCE"]}),
        ("resource_create", {"url": "https://x.example"}),
        ("resource_update", {"url": "https://x.example"}),
        ("resource_patch", {"name": "x"}),
        ("resource_delete", {}),
    ],
)
def test_nobody_else_writes(town: Town, action: str, given: dict[str, Any]) -> None:
    made = town.write("package_create", **whole())
    rows = dict(town.portal.memory._items)
    asked = dict(given)
    asked["match" if action == "package_revise" else "id"] = made["id"]
    if action == "package_revise":
        asked["match"] = {"id": made["id"]}
    if action.startswith("resource_"):
        asked |= {"id": made["resources"][0]["id"], "package_id": made["id"]}
        if action == "resource_create":
            del asked["id"]
    for token in (None, town.portal.reader, town.portal.other):
        answer = town.portal.act(action, token, **asked)
        assert (answer.status, answer.json["error"]["__type"]) == (403, "Authorization Error")
        assert answer.json["error"]["message"].startswith("Access denied: ")
    kept = {key: item for key, item in town.portal.memory._items.items() if not key.pk.startswith("USER#")}
    assert kept.keys() <= rows.keys()
    assert town.show() == made
