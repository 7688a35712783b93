"""A steward's word: who may give it, what it is about, how long it holds, and what follows from it."""

from __future__ import annotations

from typing import Any

from tests.opendata.firewall.town import CLEAN, IDS, PEOPLE, Town
from tests.opendata.people import operator


def with_phones() -> bytes:
    lines = PEOPLE.decode().splitlines()
    return "\n".join(
        [f"{lines[0]},มือถือ", *(f"{line},081-234-56{at:02d}" for at, line in enumerate(lines[1:]))]
    ).encode()


def held(town: Town, content: bytes = PEOPLE) -> str:
    """A public dataset with a clean file and a newer one that waits."""
    town.dataset()
    resource = town.table_of("food-licences", CLEAN)
    town.table_of("food-licences", content, resource=resource)
    return resource


def test_a_stewards_word_shows_the_version_that_waited(town: Town) -> None:
    resource = held(town)
    answer = town.allow(resource, version=2)
    assert answer.status == 201, answer.text
    assert (answer.json["held"], answer.json["blocked"]) == (None, False)
    assert answer.json["current"]["version"] == 2
    assert all(each["covered"] for each in answer.json["current"]["findings"])
    assert len(town.rows(resource)) == 20
    (kept,) = answer.json["overrides"]
    assert (kept["version"], kept["basis"], kept["scope"]) == (2, "public_register", "version")
    assert {each["kind"] for each in kept["findings"]} == {"person_name", "national_id"}
    assert kept["by"].startswith("officer:") and kept["revoked_at"] is None


def test_the_same_request_again_gives_no_second_word(town: Town) -> None:
    resource = held(town)
    for _ in range(2):
        answer = town.client.post(
            f"/opendata/v1/resources/{resource}/personal-data/override",
            json={"version": 2, "basis": "consent", "reason": "ยินยอมเป็นหนังสือ"},
            headers={**town.headers(town.steward), "Idempotency-Key": "once-and-again-0001"},
        )
        assert answer.status == 201
    assert len(answer.json["overrides"]) == 1


def test_the_word_is_about_this_content_alone(town: Town) -> None:
    resource = held(town)
    town.allow(resource, version=2)
    more = PEOPLE + f"นายกมล รักไทย,{IDS[0]},บางปิด\n".encode()
    town.table_of("food-licences", more, resource=resource)
    assert town.shown(resource).json["held"]["version"] == 3
    assert len(town.rows(resource)) == 20


def test_a_word_for_the_column_holds_for_later_versions_but_for_nothing_new(town: Town) -> None:
    resource = held(town)
    town.allow(resource, version=2, scope="column")
    more = PEOPLE + f"นายกมล รักไทย,{IDS[0]},บางปิด\n".encode()
    town.table_of("food-licences", more, resource=resource)
    assert len(town.rows(resource)) == 21
    town.table_of("food-licences", with_phones(), resource=resource)
    found = town.shown(resource).json
    assert len(town.rows(resource)) == 21
    assert {each["kind"]: each["covered"] for each in found["held"]["findings"]} == {
        "person_name": True,
        "national_id": True,
        "mobile_phone": False,
    }


def test_a_word_on_some_findings_does_not_show_the_others(town: Town) -> None:
    resource = held(town)
    named = [{"table": 1, "column": "ชื่อผู้รับสิทธิ", "kind": "person_name"}]
    answer = town.allow(resource, version=2, findings=named)
    assert (answer.status, answer.json["blocked"]) == (201, True)
    assert len(town.rows(resource)) == 2
    assert town.allow(resource, version=2, basis="not_personal").json["blocked"] is False
    assert len(town.rows(resource)) == 20


def test_a_private_dataset_is_published_with_the_word(town: Town) -> None:
    dataset = town.draft(token=town.publisher)
    resource = town.table_of(dataset, PEOPLE)
    assert town.act("package_patch", town.publisher, id=dataset, private=False).status == 409
    assert town.allow(resource).status == 201
    assert town.act("package_patch", town.publisher, id=dataset, private=False).status == 200
    assert len(town.rows(resource)) == 20


def test_a_word_taken_back_takes_the_dataset_from_the_public(town: Town) -> None:
    resource = held(town)
    override = town.allow(resource, version=2).json["overrides"][0]["id"]
    answer = town.end(resource, override)
    assert answer.status == 200, answer.text
    assert (answer.json["public"], answer.json["blocked"]) == (False, True)
    assert answer.json["overrides"][0]["revoked_by"].startswith("officer:")
    assert town.ask("datastore_search", resource_id=resource).status == 404
    assert town.act("package_patch", town.publisher, id="food-licences", private=False).status == 409
    assert town.end(resource, override).status == 404


def test_a_word_that_nothing_stands_on_any_more_is_taken_back_quietly(town: Town) -> None:
    resource = held(town)
    override = town.allow(resource, version=2).json["overrides"][0]["id"]
    town.table_of("food-licences", CLEAN + "คลองใหญ่,5\n".encode(), resource=resource)
    assert town.end(resource, override).json["public"] is True
    assert len(town.rows(resource)) == 3


def test_only_stewards_and_publishers_give_it(town: Town) -> None:
    resource = held(town)
    refused = town.allow(resource, town.editor, version=2)
    assert refused.status == 403 and len(town.rows(resource)) == 2
    assert town.shown(resource, town.editor).json["may_override"] is False
    assert town.shown(resource, town.steward).json["may_override"] is True
    assert town.allow(resource, town.other, version=2).status == 404
    assert town.allow(resource, operator(town), version=2).status == 201


def test_with_four_eyes_it_is_not_the_uploaders(town: Town) -> None:
    eyes = [{"key": "four_eyes", "value": "true"}]
    town.dataset()
    town.result(town.act("organization_patch", operator(town), id="laemngop", extras=eyes))
    resource = town.table_of("food-licences", CLEAN)
    town.table_of("food-licences", PEOPLE, resource=resource)  # by the publisher
    assert town.allow(resource, town.publisher, version=2).status == 403
    assert town.shown(resource, town.publisher).json["may_override"] is False
    assert town.allow(resource, town.second, version=2).status == 201


WRONG: list[tuple[dict[str, Any], int, str | None]] = [
    ({"version": 1}, 412, None),
    ({"reason": " "}, 422, "/reason"),
    ({"reason": f"เพราะเป็นของ {IDS[0]}"}, 422, "/reason"),
    ({"reason": "ก" * 1001}, 422, "/reason"),
    ({"basis": "because"}, 422, "/basis"),
    ({"findings": [{"column": "ตำบล", "kind": "person_name"}]}, 422, "/findings"),
    ({"scope": "for ever"}, 422, "/scope"),
]


def test_what_is_not_whole_is_refused(town: Town) -> None:
    resource = held(town)
    for changes, status, field in WRONG:
        answer = town.allow(resource, **{"version": 2, **changes})
        assert answer.status == status, (changes, answer.text)
        assert field is None or [each["pointer"] for each in answer.json["errors"]] == [field]
        assert IDS[0] not in answer.text
    assert len(town.rows(resource)) == 2
    assert town.shown(resource).json["overrides"] == []


def test_where_nothing_was_found_there_is_nothing_to_say(town: Town) -> None:
    town.dataset()
    resource = town.table_of("food-licences", CLEAN)
    assert town.allow(resource).status == 409


def test_nobody_else_learns_of_findings(town: Town) -> None:
    resource = held(town)
    path = f"/opendata/v1/resources/{resource}/personal-data"
    assert town.client.get(path).status == 401
    for token in (town.reader, town.other):
        assert town.client.get(path, headers=town.headers(token)).status == 404


def test_operators_see_all_of_them_and_nobody_else_does(town: Town) -> None:
    resource = held(town)
    town.allow(resource, version=2)
    path = "/opendata/v1/personal-data-overrides"
    assert town.client.get(path, headers=town.headers(town.publisher)).status == 403
    listed = town.client.get(path, headers=town.headers(operator(town))).json
    assert [(each["resource"], each["version"]) for each in listed["items"]] == [(resource, 2)]
    assert (listed["items"][0]["reason"], listed["next"]) == ("ทะเบียนนี้กฎหมายให้เปิดเผย", None)


def test_a_word_given_while_the_file_is_taken_in_again_is_not_lost(town: Town) -> None:
    """The dataset is written with each word: a take-in that looked before it is refused and looks again."""
    resource = held(town)
    package = town.catalogue.store.package("food-licences")
    assert package is not None
    version = package.dataset.version
    town.allow(resource, version=2)
    after = town.catalogue.store.package("food-licences")
    assert after is not None and after.dataset.version == version + 1


def test_the_history_says_that_a_word_was_given(town: Town) -> None:
    resource = held(town)
    town.allow(resource, version=2)
    package = town.catalogue.store.package("food-licences")
    assert package is not None
    told = town.memory.query(f"DATASET#{package.id}", prefix="EVT#", newest_first=True).items[0].data
    assert told["type"] == "opendata.resource.override_given"
    assert told["data"]["resource"] == resource and told["data"]["override"]


def test_purging_leaves_none_of_it(town: Town) -> None:
    resource = held(town)
    town.allow(resource, version=2)
    town.result(town.act("dataset_purge", operator(town), id="food-licences"))
    town.settle()
    assert town.memory.query(f"RESOURCE#{resource}", prefix="OVERRIDES").items == ()
    listed = town.client.get("/opendata/v1/personal-data-overrides", headers=town.headers(operator(town)))
    assert listed.json["items"] == []
