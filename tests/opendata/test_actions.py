"""The Action API as CKAN's clients see it: shapes, statuses, messages; and what outsiders must not see."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.opendata.portal import METADATA, Portal

HELP = "https://data.klang.test/api/3/action/help_show?name="


def error(answer: Any) -> Any:
    assert answer.json["success"] is False
    return answer.json["error"]


def test_the_envelope_is_ckans(portal: Portal) -> None:
    answer = portal.ask("status_show")
    assert answer.json["help"] == f"{HELP}status_show"
    assert answer.headers["content-type"] == "application/json;charset=utf-8"
    assert answer.json["result"]["ckan_version"] == "2.11.6"
    assert portal.client.get("/api/action/status_show").json["result"] == answer.json["result"]


def test_an_unknown_action_and_bad_json_are_bare_strings(portal: Portal) -> None:
    answer = portal.ask("nope")
    assert (answer.status, answer.json) == (400, "Bad request - Action name not known: nope")
    for body in (b"{", b"[1]", b"\xff", b'{"a":1,"a":2}'):
        answer = portal.client.post("/api/3/action/package_show", body=body)
        assert answer.status == 400
        assert answer.json.startswith("Bad request - JSON Error: ")


def test_a_write_needs_post_and_a_publisher(portal: Portal) -> None:
    assert portal.ask("package_create", portal.publisher, name="x").json == (
        "Bad request - JSON Error: Invalid request. Please use POST method for your request"
    )
    for token in (None, portal.reader, "forged", "a.b.c"):
        answer = portal.act("package_create", token, name="x")
        assert answer.status == 403
        assert error(answer) == {
            "__type": "Authorization Error",
            "message": "Access denied: Action package_create requires an authenticated user",
        }


def test_a_token_that_does_not_hold_still_reads_as_nobody(portal: Portal) -> None:
    assert portal.ask("package_list", "Bearer nonsense").status == 200


def test_the_token_may_come_raw_or_as_bearer(portal: Portal) -> None:
    portal.organization()
    given = {**METADATA, "name": "a-dataset", "owner_org": "laemngop"}
    assert portal.act("package_create", portal.publisher, **given).status == 200
    assert portal.act("package_create", f"Bearer {portal.publisher}", **{**given, "name": "b-dataset"}).status == 200


def test_an_organization_belongs_to_its_agency(portal: Portal) -> None:
    portal.organization()
    shown = portal.result(portal.ask("organization_show", id="laemngop"))
    assert shown["title"] == "เทศบาลตำบลแหลมงอบ"
    assert shown["package_count"] == 0
    again = portal.act("organization_create", portal.publisher, name="second")
    assert error(again) == {"name": ["Group name already exists in database"], "__type": "Validation Error"}
    assert portal.act("organization_create", portal.reader, name="mine").status == 403
    assert portal.result(portal.ask("organization_list")) == ["laemngop"]
    assert portal.result(portal.ask("organization_list", all_fields="true"))[0]["name"] == "laemngop"
    assert portal.ask("organization_show", id="nobody").status == 404
    assert error(portal.ask("organization_show"))["id"] == ["Missing value"]


def test_a_dataset_comes_back_with_every_key_of_ckan(portal: Portal) -> None:
    organization = portal.organization()
    made = portal.dataset(extras=[{"key": "k", "value": "v"}])
    keys = {
        "author", "author_email", "creator_user_id", "id", "isopen", "license_id", "license_title", "license_url",
        "maintainer", "maintainer_email", "metadata_created", "metadata_modified", "name", "notes", "num_resources",
        "num_tags", "organization", "owner_org", "private", "state", "title", "type", "url", "version", "extras",
        "groups", "resources", "tags", "relationships_as_object", "relationships_as_subject",
    }  # fmt: skip
    assert keys <= made.keys()
    assert made["owner_org"] == organization
    assert made["organization"]["name"] == "laemngop"
    assert [tag["name"] for tag in made["tags"]] == sorted(["ใบอนุญาต", "น้ำ", "อาหาร"])
    assert made["objective"] == ["เพื่อการให้บริการประชาชน"]
    assert re.fullmatch(r"2026-11-25T03:00:00\.[0-9]{6}", made["metadata_created"])
    assert portal.result(portal.ask("package_show", id="food-licences")) == made
    assert portal.result(portal.ask("package_show", name_or_id=made["id"])) == made
    assert error(portal.ask("package_show"))["name_or_id"] == ["Missing value"]
    assert error(portal.ask("package_show", id="nope")) == {"__type": "Not Found Error", "message": "Not found"}


def test_publishing_needs_the_whole_thai_standard_and_a_draft_does_not(portal: Portal) -> None:
    portal.organization()
    bare = {"name": "draft", "owner_org": "laemngop"}
    answer = portal.act("package_create", portal.publisher, **bare)
    assert answer.status == 409
    missing = error(answer)
    assert missing.pop("__type") == "Validation Error"
    assert set(missing) == (set(METADATA) - {"update_frequency_interval"})
    assert all(messages == ["Missing value"] for messages in missing.values())
    assert portal.act("package_create", portal.publisher, **bare, private=True).status == 200
    published = portal.act("package_patch", portal.publisher, id="draft", private=False)
    assert published.status == 409
    assert "notes" in error(published)
    assert portal.act("package_patch", portal.publisher, id="draft", private=False, **METADATA).status == 200


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"name": ""}, "name", "Missing value"),
        ({"name": "a"}, "name", "Must be at least 2 characters long"),
        ({"name": "x" * 101}, "name", "Name must be a maximum of 100 characters long"),
        ({"name": "ชื่อ"}, "name", "Must be purely lowercase alphanumeric"),
        ({"name": "new"}, "name", "That name cannot be used"),
        ({"name": ["x"]}, "name", "Names must be strings"),
        ({"owner_org": ""}, "owner_org", "An organization must be provided"),
        ({"owner_org": "nobody"}, "owner_org", "Organization does not exist"),
        ({"data_type": "อื่น"}, "data_type", "Value must be one of"),
        ({"objective": ["x"]}, "objective", "Value must be one of"),
        ({"geo_coverage": ["ตำบล", "อำเภอ"]}, "geo_coverage", "Only one value is allowed"),
        ({"license_id": "mine"}, "license_id", "Value must be one of"),
        ({"maintainer_email": "nobody"}, "maintainer_email", "Email is not a valid format"),
        ({"update_frequency_interval": "๑"}, "update_frequency_interval", "Must be a natural number"),
        ({"data_category": "ข้อมูลส่วนบุคคล"}, "data_category", "Only public data"),
        ({"tag_string": "a"}, "tags", "Tag must be 2 to 100"),
        ({"tag_string": "<b>"}, "tags", "Tag must be 2 to 100"),
        ({"private": "perhaps"}, "private", "Must be a boolean value"),
        ({"notes": {"a": 1}}, "notes", "Must be a string"),
        ({"notes": "x" * 20_001}, "notes", "Must be at most 20000 characters long"),
        ({"notes": "a\x00b"}, "notes", "Must not contain control characters"),
        ({"owner_org": "x" * 5_000}, "owner_org", "Organization does not exist"),
        ({"extras": [{"value": "a"}]}, "extras", "Must be a list of {key, value}"),
        ({"extras": [{"key": "a", "value": "1"}, {"key": "a", "value": "2"}]}, "extras_validation", "Duplicate key"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(portal: Portal, changes: dict[str, Any], field: str, message: str) -> None:
    portal.organization()
    given = {**METADATA, "name": "a-dataset", "owner_org": "laemngop", **changes}
    answer = portal.act("package_create", portal.publisher, **given)
    assert answer.status == 409
    assert error(answer)[field][0].startswith(message)


def test_names_are_unique_and_a_patch_keeps_the_rest(portal: Portal) -> None:
    portal.organization()
    first = portal.dataset("first-one")
    portal.dataset("second")
    taken = portal.act("package_create", portal.publisher, **METADATA, name="first-one", owner_org="laemngop")
    assert error(taken)["name"] == ["That URL is already in use."]
    assert error(portal.act("package_patch", portal.publisher, id="second", name="first-one"))["name"] == [
        "That URL is already in use."
    ]
    renamed = portal.result(portal.act("package_patch", portal.publisher, id="first-one", name="renamed", notes="ใหม่"))
    assert (renamed["id"], renamed["notes"], renamed["title"]) == (first["id"], "ใหม่", first["title"])
    assert portal.ask("package_show", id="first-one").status == 404
    assert portal.result(portal.ask("package_list")) == ["renamed", "second"]
    portal.dataset("first-one")


def test_only_the_own_organization_is_published_for(portal: Portal) -> None:
    portal.organization()
    portal.dataset()
    assert portal.act("package_patch", portal.other, id="food-licences", notes="x").status == 403
    given = {**METADATA, "name": "theirs", "owner_org": "laemngop"}
    assert portal.act("package_create", portal.other, **given).status == 403
    assert (
        portal.act("resource_create", portal.other, package_id="food-licences", url="https://x.example").status == 403
    )


def test_the_same_idempotency_key_makes_one_dataset(portal: Portal) -> None:
    portal.organization()
    given = {**METADATA, "name": "once", "owner_org": "laemngop"}
    first = portal.act("package_create", portal.publisher, key="k-1", **given)
    again = portal.act("package_create", portal.publisher, key="k-1", **given)
    assert portal.result(first) == portal.result(again)
    other = portal.act("package_create", portal.publisher, key="k-1", **{**given, "name": "other"})
    assert other.status == 409


def test_a_private_dataset_is_invisible_everywhere(portal: Portal) -> None:
    portal.organization()
    portal.dataset("open-one")
    secret = portal.dataset("secret-one", private=True, title="ลับสุดยอด")
    resource = portal.table_of(secret["id"], b"a,b\n1,2\n")
    seen = portal.result(portal.ask("package_show", portal.publisher, id="secret-one"))
    assert seen["private"] is True
    for token in (None, portal.reader, portal.other):
        for answer in (
            portal.ask("package_show", token, id="secret-one"),
            portal.ask("package_show", token, id=secret["id"]),
            portal.ask("resource_show", token, id=resource),
            portal.ask("datastore_search", token, resource_id=resource),
            portal.ask("datastore_info", token, id=resource),
            portal.ask("package_list", token),
            portal.ask("package_search", token, q="ลับ"),
            portal.ask("package_search", token, include_private="true"),
            portal.ask("organization_show", token, id="laemngop"),
        ):
            assert secret["id"] not in answer.text
            assert "ลับสุดยอด" not in answer.text
            assert "secret-one" not in answer.text
        assert portal.ask("package_show", token, id="secret-one").status == 404
        assert portal.ask("datastore_search", token, resource_id=resource).status == 404
        assert portal.result(portal.ask("organization_show", token, id="laemngop"))["package_count"] == 1
        address = f"/dataset/{secret['id']}/resource/{resource}/download/x.csv"
        assert portal.client.get(address, headers={"Authorization": token} if token else {}).status == 404
    assert portal.act("package_patch", portal.other, id="secret-one", notes="x").status == 404
    assert portal.result(portal.ask("package_search", portal.publisher))["count"] == 1
    own = portal.result(portal.ask("package_search", portal.publisher, include_private="true"))
    assert [found["name"] for found in own["results"]] == ["secret-one", "open-one"]


def test_search_finds_words_and_filters_and_refuses_what_it_does_not_know(portal: Portal) -> None:
    portal.organization()
    portal.dataset("water", title="แหล่งน้ำ", tag_string="น้ำ")
    portal.dataset("roads", title="ถนน", tag_string="ถนน")
    found = portal.result(portal.ask("package_search", q="แหล่ง"))
    assert (found["count"], [each["name"] for each in found["results"]]) == (1, ["water"])
    everything = portal.result(portal.ask("package_search", fq="organization:laemngop", rows="1", start="1"))
    assert (everything["count"], [each["name"] for each in everything["results"]]) == (2, ["water"])
    for fq, names in (
        ("name:water", ["water"]),
        ("-name:water", ["roads"]),
        ('tags:"ถนน" AND organization:laemngop', ["roads"]),
        ("organization:nobody", []),
    ):
        assert [each["name"] for each in portal.result(portal.ask("package_search", fq=fq))["results"]] == names
    by_title = portal.result(portal.act("package_search", sort="title asc"))
    assert [each["name"] for each in by_title["results"]] == ["roads", "water"]
    assert set(found) == {"count", "facets", "results", "sort", "search_facets"}
    for bad in ({"fq": "(("}, {"sort": "x"}, {"zzz": "1"}):
        answer = portal.ask("package_search", **bad)
        assert (answer.status, error(answer)["__type"]) == (400, "Search Query Error")
    assert error(portal.ask("package_search", rows="-1"))["rows"] == ["Must be a natural number"]
    assert error(portal.ask("package_search", rows="x"))["rows"] == ["Invalid integer", "Please enter an integer value"]


def test_help_and_licences(portal: Portal) -> None:
    assert "14 mandatory" in portal.result(portal.ask("help_show", name="package_create"))
    assert portal.ask("help_show", name="nope").status == 404
    assert {"id", "title", "url", "od_conformance"} <= portal.result(portal.ask("license_list"))[0].keys()


def test_hostile_ids_and_texts_are_nothing_but_not_found_or_bad(portal: Portal) -> None:
    for hostile in ("x" * 5_000, "a\nb", "../x", "NAME#package#x"):
        for action in ("package_show", "resource_show", "organization_show", "datastore_info"):
            assert portal.act(action, id=hostile).status == 404
    assert portal.client.get(f"/dataset/x/resource/{'y' * 5_000}/download/z").status == 404
    assert portal.client.post("/api/3/action/package_show", body=b'{"id":"\\ud800"}').status == 400


def test_metadata_that_would_not_fit_is_refused(portal: Portal) -> None:
    portal.organization()
    fields = dict.fromkeys(("notes", "author", "version", "url"), "ก" * 19000)
    answer = portal.act("package_create", portal.publisher, name="big", owner_org="laemngop", private=True, **fields)
    assert answer.status == 409
    assert "larger" in error(answer)["__before"][0]
