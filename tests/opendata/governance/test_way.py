"""A dataset's way to the public and back, over both surfaces."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.shared.identity import Caller, Gate, officer
from chalicelib.shared.ids import new_token
from chalicelib.shared.journal import Once
from chalicelib.shared.storage import Change
from tests.opendata.governance.town import Municipality
from tests.opendata.portal import METADATA
from tests.support.keys import local_keyring


def found(town: Municipality) -> list[str]:
    """Names of what everybody finds."""
    results = town.result(town.ask("package_search", rows="100"))["results"]
    return [each["name"] for each in results]


def history(town: Municipality, package: str) -> list[tuple[str, str, str]]:
    seen = town.stand(package, town.publisher).json["history"]
    return [(each["step"], each["before"], each["after"]) for each in reversed(seen)]


def test_an_editor_a_steward_and_a_publisher_bring_a_dataset_to_everybody(town: Municipality) -> None:
    package = town.draft()
    assert found(town) == []
    stand = town.stand(package, town.editor).json
    assert (stand["state"]["code"], stand["state"]["th"], stand["missing"]) == ("draft", "ฉบับร่าง", [])
    assert [each["step"] for each in stand["steps"]] == ["submit"]
    assert town.step(package, "submit", town.editor).json["state"]["national"] == "wait"
    assert found(town) == []
    assert town.step(package, "check", town.editor).status == 403
    assert town.step(package, "approve", town.steward).status == 409
    assert town.step(package, "check", town.steward).json["state"]["code"] == "approval"
    assert town.step(package, "approve", town.steward).status == 403
    assert town.step(package, "approve", town.publisher).json["state"]["th"] == "เผยแพร่"
    assert found(town) == ["waste-points"]
    assert history(town, package) == [
        ("submit", "draft", "wait"),
        ("check", "wait", "approval"),
        ("approve", "approval", "published"),
    ]
    versions, _ = town.catalogue.store.versions(package, limit=10)
    assert [each.diff.get("governance") for each in versions][:3] == [
        ["approval", "published"],
        ["wait", "approval"],
        ["", "wait"],
    ]


def test_what_is_missing_is_listed_in_both_languages_and_nothing_moves(town: Municipality) -> None:
    package = town.draft(notes="", objective=["อื่นๆ"], data_category="ข้อมูลส่วนบุคคล")
    refused = town.step(package, "submit", town.editor)
    assert refused.status == 422
    faults = {each["pointer"]: each for each in refused.json["errors"]}
    assert faults.keys() == {"/notes", "/objective_other", "/data_category"}
    assert faults["/notes"]["message_th"] == "โปรดระบุรายละเอียด"
    assert "ข้อมูลส่วนบุคคล" not in refused.text
    by_action = town.act("package_submit", town.editor, id=package)
    assert by_action.status == 409
    assert by_action.json["error"]["notes"] == ["Missing value"]
    assert by_action.json["error"]["__type"] == "Validation Error"
    assert town.stand(package, town.editor).json["state"]["code"] == "draft"


def test_a_resource_without_a_name_is_missing_something_too(town: Municipality) -> None:
    package = town.draft()
    town.result(town.act("resource_create", town.editor, package_id=package, url="https://x.example/a.csv"))
    refused = town.step(package, "submit", town.editor)
    assert [each["pointer"] for each in refused.json["errors"]] == ["/resources/0/name"]


def test_the_actions_take_the_same_steps(town: Municipality) -> None:
    package = town.draft()
    assert town.result(town.act("package_submit", town.editor, id=package))["state"]["code"] == "wait"
    assert town.act("package_reject", town.steward, id=package).json["error"]["reason"] == ["Missing value"]
    back = town.result(town.act("package_reject", town.steward, id=package, reason="ขาดวิธีเก็บข้อมูล"))
    assert (back["state"]["code"], back["reason"]) == ("draft", "ขาดวิธีเก็บข้อมูล")
    town.result(town.act("package_submit", town.editor, id="waste-points"))
    town.result(town.act("package_withdraw", town.editor, id=package))
    town.result(town.act("package_submit", town.editor, id=package))
    town.result(town.act("package_review", town.steward, id=package))
    shown = town.result(town.ask("package_governance_show", town.publisher, id=package))
    assert [each["step"] for each in shown["steps"]] == ["approve", "reject", "withdraw", "publish"]
    town.result(town.act("package_approve", town.publisher, id=package))
    assert town.act("package_revoke", town.publisher, id=package).status == 409
    gone = town.result(town.act("package_revoke", town.publisher, id=package, reason="พบข้อมูลส่วนบุคคล"))
    assert (gone["state"]["code"], gone["state"]["national"]) == ("revoked", "เพิกถอน")
    assert town.result(town.act("package_publish", town.publisher, id=package))["history"][0]["one_hand"] is True


def test_a_revoked_dataset_is_gone_for_everybody_but_its_organisation(town: Municipality) -> None:
    package = town.dataset("waste-points")["id"]
    assert found(town) == ["waste-points"]
    assert town.step(package, "revoke", town.publisher, reason="พบข้อมูลส่วนบุคคล").status == 200
    assert found(town) == []
    for token in (None, town.reader, town.other):
        assert town.ask("package_show", token, id=package).status == 404
        if token:
            assert town.stand(package, token).status == 404
    assert town.result(town.ask("package_show", town.editor, id=package))["private"] is True
    assert town.stand(package, town.editor).json["reason"] == "พบข้อมูลส่วนบุคคล"
    assert [each["step"] for each in town.stand(package, town.editor).json["steps"]] == ["submit"]


def test_an_editor_cannot_make_anything_public_by_the_side_door(town: Municipality) -> None:
    package = town.draft()
    for answer in (
        town.act("package_patch", town.editor, id=package, private=False),
        town.act("package_create", town.steward, **{**_given(town, package), "name": "second", "private": False}),
    ):
        assert (answer.status, answer.json["error"]["__type"]) == (403, "Authorization Error")
        assert "package_submit" in answer.json["error"]["message"]
    assert found(town) == []
    without = {name: value for name, value in _given(town, package).items() if name != "private"}
    made = town.result(town.act("package_create", town.editor, **{**without, "name": "third"}))
    assert made["private"] is True


def _given(town: Municipality, package: str) -> dict[str, Any]:
    shown: dict[str, Any] = town.result(town.ask("package_show", town.editor, id=package))
    kept = ("title", "notes", "owner_org", "private", "tags", "license_id")
    return {name: shown[name] for name in kept} | {
        name: value for name, value in shown.items() if name.startswith(("data_", "update_", "geo_", "maint", "obj"))
    }


def test_a_publisher_publishes_at_once_and_the_history_says_that_it_was_one_hand(town: Municipality) -> None:
    package = town.dataset("waste-points")["id"]
    (step,) = town.stand(package, town.publisher).json["history"]
    assert (step["step"], step["before"], step["after"], step["one_hand"]) == ("publish", "draft", "published", True)
    town.result(town.act("package_patch", town.publisher, id=package, private=True))
    assert town.stand(package, town.publisher).json["state"]["code"] == "draft"
    assert history(town, package)[-1] == ("hide", "published", "draft")


def test_a_resource_that_is_marked_as_private_does_not_become_public(town: Municipality) -> None:
    package = town.draft()
    secret: dict[str, Any] = {
        "package_id": package,
        "url": "https://x.example/a.csv",
        "name": "ลับ",
        "resource_private": True,
    }
    made = town.result(town.act("resource_create", town.editor, **secret))
    assert made["resource_private"] == "True"
    for refused in (
        town.act("package_patch", town.publisher, id=package, private=False),
        town.act("package_publish", town.publisher, id=package),
    ):
        assert (refused.status, list(refused.json["error"])) == (409, ["resources", "__type"])
    town.result(town.act("resource_patch", town.editor, id=made["id"], resource_private="False"))
    town.result(town.act("package_publish", town.publisher, id=package))
    assert town.act("resource_patch", town.editor, id=made["id"], resource_private="True").status == 409
    assert town.act("resource_patch", town.editor, id=made["id"], resource_private="maybe").status == 409
    assert town.act("resource_patch", town.editor, id=made["id"], resource_unit_of_multiplier="สิบ").status == 200


def test_an_edit_of_a_published_dataset_is_seen_at_once(town: Municipality) -> None:
    package = town.dataset("waste-points")["id"]
    town.result(town.act("package_patch", town.editor, id=package, notes="แก้คำผิด"))
    assert town.result(town.ask("package_show", id=package))["notes"] == "แก้คำผิด"
    assert town.act("package_patch", town.editor, id=package, notes="").status == 409
    assert town.act("package_patch", town.editor, id=package, data_category="ข้อมูลส่วนบุคคล").status == 409
    assert town.stand(package, town.editor).json["state"]["code"] == "published"


def test_what_is_changed_after_its_check_is_checked_again(town: Municipality) -> None:
    package = town.draft()
    town.step(package, "submit", town.editor)
    town.result(town.act("package_patch", town.steward, id=package, notes="บริกรแก้คำผิด"))
    assert town.stand(package, town.editor).json["state"]["code"] == "wait"
    town.step(package, "check", town.steward)
    town.result(town.act("resource_create", town.editor, package_id=package, url="https://x.example/a.csv", name="ก"))
    assert town.stand(package, town.editor).json["state"]["code"] == "wait"
    assert town.step(package, "approve", town.publisher).status == 409
    assert history(town, package)[-1] == ("change", "approval", "wait")


def test_four_eyes_where_the_organisation_asks_for_them(town: Municipality) -> None:
    organization = town.catalogue.store.group("organization", "laemngop")
    assert organization is not None
    once = Once(new_token(), "", new_token(), claimed=False)
    careful = replace(organization, extras=({"key": "four_eyes", "value": "true"},))
    town.catalogue.groups.save(once, organization, careful, "officer:x", "changed organization")
    refused = town.act(
        "package_create", town.publisher, **METADATA, name="at-once", owner_org="laemngop", private=False
    )
    assert refused.status == 403 and "four eyes" in refused.json["error"]["message"]
    package = town.draft(token=town.publisher)
    assert town.step(package, "publish", town.publisher).status == 403
    town.step(package, "submit", town.publisher)
    assert town.step(package, "check", town.publisher).status == 403
    assert [each["step"] for each in town.stand(package, town.publisher).json["steps"]] == ["reject", "withdraw"]
    assert town.step(package, "check", town.second).status == 200
    assert town.step(package, "approve", town.publisher).status == 403
    assert town.step(package, "approve", town.second).status == 200
    assert found(town) == ["waste-points"]


def test_a_step_on_something_else_than_what_was_read_is_refused(town: Municipality) -> None:
    package = town.draft()
    etag = town.stand(package, town.editor).headers["etag"]
    town.result(town.act("package_patch", town.editor, id=package, notes="ใหม่กว่า"))
    assert town.step(package, "submit", town.editor, etag=etag).status == 412
    headers = {"Authorization": f"Bearer {town.editor}"}
    path = f"/opendata/v1/datasets/{package}/governance"
    assert town.client.post(path, json={"step": "submit"}, headers=headers).status == 428
    assert town.client.post(path, json={"step": "jump"}, headers={**headers, "If-Match": '"v1"'}).status == 422


def test_a_repeat_of_a_step_is_one_step(town: Municipality) -> None:
    package = town.draft()
    etag = town.stand(package, town.editor).headers["etag"]
    first, again = (town.step(package, "submit", town.editor, etag=etag, key="once") for _ in range(2))
    assert (first.status, again.status) == (200, 200)
    assert again.json["state"]["code"] == "wait"
    assert len(history(town, package)) == 1


def test_two_stewards_at_once_take_one_step(town: Municipality) -> None:
    package = town.draft()
    town.step(package, "submit", town.editor)
    etag = town.stand(package, town.publisher).headers["etag"]
    real, waiting = town.memory.write, [1]

    def write(changes: list[Change], token: str) -> None:
        while waiting:
            waiting.pop()
            assert town.step(package, "check", town.second, etag=etag).status == 200
        real(changes, token)

    setattr(town.memory, "write", write)  # noqa: B010 - the race, at the store's boundary
    assert town.step(package, "check", town.publisher, etag=etag).status == 412
    assert history(town, package) == [("submit", "draft", "wait"), ("check", "wait", "approval")]


def test_a_step_is_one_transaction_with_what_others_learn(town: Municipality) -> None:
    package = town.draft()
    before = len(town.memory.requests)
    town.catalogue.publishing.governance.take(
        _caller(town, town.editor), Once(new_token(), "", new_token(), claimed=False), package, "submit"
    )
    # the dataset, its organisation and membership, and where it stands
    assert town.memory.requests[before:].count("write") == 1
    assert len(town.memory.requests) - before <= 8
    rows = [key.sk for key in town.memory._items if key.pk == f"DATASET#{package}"]
    assert sum(sk.startswith("GOV#") for sk in rows) == 1 and "GOV" in rows


def _caller(town: Municipality, token: str) -> Caller:
    gate = Gate(town.issuers.tokens, local_keyring(), town.catalogue.staff)
    return gate.admit(f"Bearer {token}", [officer()])


def test_the_list_of_what_waits(town: Municipality) -> None:
    first, second, third = (town.draft(name) for name in ("one", "two", "three"))
    for package in (first, second, third):
        town.step(package, "submit", town.editor)
    town.step(second, "check", town.steward)

    def waits(query: str = "", token: str = town.steward) -> Any:
        return town.client.get(f"/opendata/v1/tasks{query}", headers={"Authorization": f"Bearer {token}"})

    assert sorted(each["name"] for each in waits().json["items"]) == ["one", "three", "two"]
    assert [each["name"] for each in waits("?state=wait").json["items"]] == ["one", "three"]
    assert [each["name"] for each in waits("?state=approval&organization=laemngop").json["items"]] == ["two"]
    page = waits("?state=wait&limit=1").json
    assert [each["name"] for each in page["items"]] == ["one"]
    assert [each["name"] for each in waits(f"?state=wait&cursor={page['next']}").json["items"]] == ["three"]
    assert waits("?cursor=abc").status == 400
    assert waits(token=town.editor).status == 403
    assert waits(token=town.other).status == 404
    assert waits("?organization=laemngop", town.other).status == 403
    town.result(town.act("package_patch", town.publisher, id=first, private=False))
    assert [each["name"] for each in waits("?state=wait").json["items"]] == ["three"]


def test_a_purged_dataset_leaves_the_list_at_once_and_no_row_behind(town: Municipality) -> None:
    package = town.draft()
    town.step(package, "submit", town.editor)
    operator = town.person("1990100010041", "operator", agency="TH/CENTRAL/DGA")
    town.result(town.act("dataset_purge", operator, id=package))
    waits = town.client.get("/opendata/v1/tasks", headers={"Authorization": f"Bearer {town.steward}"})
    assert waits.json["items"] == []
    town.settle()
    assert [key for key in town.memory._items if key.pk == f"DATASET#{package}"] == []


def test_titles_that_others_have_are_pointed_out(town: Municipality) -> None:
    town.dataset("first")
    package = town.draft("second")
    warned = [each for each in town.stand(package, town.editor).json["missing"] if each["warning"]]
    assert [each["pointer"] for each in warned] == ["/title"]
    assert town.step(package, "submit", town.editor).status == 200


def test_no_stranger_learns_of_a_draft(town: Municipality) -> None:
    package = town.draft()
    for token in (town.other, town.reader):
        assert town.stand(package, token).status == 404
        assert town.step(package, "submit", token).status == 404
        assert town.act("package_submit", token, id=package).status == 404
    absent = town.stand("no-such-thing", town.other)
    assert absent.json["detail"] == town.stand(package, town.other).json["detail"]
    assert town.act("package_submit", None, id=package).status == 403


def test_reasons_are_texts_of_a_decent_length(town: Municipality) -> None:
    package = town.dataset("waste-points")["id"]
    for reason in ("ก" * 2_001, "a\x00b", 5, ["x"]):
        assert town.act("package_revoke", town.publisher, id=package, reason=reason).status == 409
    assert found(town) == ["waste-points"]


def test_the_standard_is_told_over_http(town: Municipality) -> None:
    answer = town.client.get("/opendata/v1/standard")
    assert answer.headers["content-type"] == "application/schema+json"
    assert "data_category" in answer.json["required"]
    assert town.result(town.ask("scheming_dataset_schema_list")) == ["dataset"]
    shown = town.result(town.ask("scheming_dataset_schema_show", type="dataset", expanded="true"))
    assert shown["dataset_fields"][0]["field_name"] == "data_type"
    assert town.ask("scheming_dataset_schema_show", type="other").status == 404
    assert town.ask("scheming_dataset_schema_show").status == 409


@pytest.mark.parametrize("steps", list(itertools.permutations(["submit", "check", "approve", "revoke"])))
def test_only_one_order_of_the_steps_leads_to_the_public(town: Municipality, steps: tuple[str, ...]) -> None:
    package = town.draft()
    people = {"submit": town.editor, "check": town.steward, "approve": town.publisher, "revoke": town.publisher}
    done = [step for step in steps if town.step(package, step, people[step], reason="ทดสอบ").status == 200]
    right = ["submit", "check", "approve", "revoke"]
    assert done == right[: len(done)]
    assert found(town) == (["waste-points"] if len(done) == 3 else [])


def test_a_write_that_is_no_step_leaves_no_step(town: Municipality) -> None:
    package = town.draft()
    town.result(town.act("package_patch", town.editor, id=package, notes="ยังเป็นร่าง"))
    assert history(town, package) == []
