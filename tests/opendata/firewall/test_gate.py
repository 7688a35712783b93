"""No road leads personal data to the public: every way by which a dataset or a file becomes public is tried."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.opendata.firewall.town import CLEAN, IDS, PEOPLE, Town
from tests.opendata.people import operator
from tests.opendata.portal import METADATA, notification
from tests.support.client import Answer


def refused(answer: Answer, place: int = 0) -> None:
    """Refused in CKAN's way, at the place of the resource, without a value."""
    assert answer.status == 409, answer.text
    error = answer.json["error"]
    told = error["datasets"][0] if "datasets" in error else error
    (text,) = told["resources"][place]["upload"]
    assert "personal data" in text and "“เลขประจำตัวประชาชน”" in text and "(20 rows)" in text
    assert not any(each in answer.text for each in IDS)


def private(town: Town, content: bytes = PEOPLE) -> tuple[str, str]:
    """A private dataset with a file; answers both ids."""
    dataset = town.draft(token=town.publisher)
    return dataset, town.table_of(dataset, content)


def test_a_new_file_of_a_public_dataset_waits_and_the_last_good_one_stays(town: Town) -> None:
    town.dataset()
    resource = town.table_of("food-licences", CLEAN)
    town.table_of("food-licences", PEOPLE, resource=resource)
    assert [row["จำนวน"] for row in town.rows(resource)] == [10, 20]
    shown = town.result(town.act("resource_show", town.publisher, id=resource))["ingest"]
    assert "เลขประจำตัวประชาชน" in shown["message_th"] and "override" in shown["message_en"]
    assert town.ask("datastore_search", resource_id=f"{resource}@2").status == 404
    found = town.shown(resource).json
    assert (found["blocked"], found["public"], found["current"]["findings"]) == (True, True, [])
    assert [(each["kind"], each["certainty"], each["rows"], each["at"]) for each in found["held"]["findings"]] == [
        ("person_name", "sure", 20, [1, 2, 3, 4, 5]),
        ("national_id", "sure", 20, [1, 2, 3, 4, 5]),
    ]


def test_a_first_file_of_a_public_dataset_waits_too(town: Town) -> None:
    town.dataset()
    resource = town.table_of("food-licences", PEOPLE)
    assert town.ask("datastore_search", resource_id=resource).status == 404
    town.table_of("food-licences", CLEAN, resource=resource)
    assert len(town.rows(resource)) == 2
    assert town.shown(resource).json["held"] is None


def test_it_waits_also_where_its_owner_wants_no_table(town: Town) -> None:
    town.dataset()
    resource = town.table_of("food-licences", PEOPLE, ingest={"options": {"plain": True}})
    assert town.shown(resource).json["held"]["version"] == 1
    assert town.client.get(f"/dataset/food-licences/resource/{resource}/download/x.csv").status == 404


ROADS: dict[str, Callable[[Town, str], Answer]] = {
    "patch": lambda town, dataset: town.act("package_patch", town.publisher, id=dataset, private=False),
    "revise": lambda town, dataset: town.act(
        "package_revise", town.publisher, match={"id": dataset}, update={"private": False}
    ),
    "publish": lambda town, dataset: town.act("package_publish", town.publisher, id=dataset),
    "bulk": lambda town, dataset: town.act(
        "bulk_update_public", town.publisher, datasets=[dataset], org_id=town.owner
    ),
    "an operator": lambda town, dataset: town.act("package_patch", operator(town), id=dataset, private=False),
}  # fmt: skip


@pytest.mark.parametrize("road", ROADS)
def test_a_private_dataset_does_not_become_public(town: Town, road: str) -> None:
    dataset, _ = private(town)
    refused(ROADS[road](town, dataset))
    assert town.result(town.act("package_show", town.publisher, id=dataset))["private"] is True
    assert town.ask("package_show", id=dataset).status == 404


def test_an_update_of_the_whole_does_not_publish_it(town: Town) -> None:
    dataset, _ = private(town)
    whole = town.result(town.act("package_show", town.publisher, id=dataset))
    refused(town.act("package_update", town.publisher, **{**whole, "private": False}))


def test_the_three_steps_end_at_the_third(town: Town) -> None:
    dataset, _ = private(town)
    town.step(dataset, "submit", town.editor)
    town.step(dataset, "check", town.steward)
    answer = town.step(dataset, "approve", town.second)
    assert answer.status == 422, answer.text
    assert [each["pointer"] for each in answer.json["errors"]] == ["/resources/0/upload"]
    assert town.ask("package_show", id=dataset).status == 404
    assert not any(each in answer.text for each in IDS)


def test_the_place_in_the_refusal_is_that_of_the_resource(town: Town) -> None:
    dataset = town.draft(token=town.publisher)
    town.table_of(dataset, CLEAN)
    town.table_of(dataset, PEOPLE)
    answer = town.act("package_patch", town.publisher, id=dataset, private=False)
    refused(answer, 1)
    assert answer.json["error"]["resources"][0] == {}


def test_a_deleted_public_dataset_does_not_come_back_with_it(town: Town) -> None:
    dataset, _ = private(town)
    town.result(town.act("package_delete", town.publisher, id=dataset))
    refused(town.act("package_patch", town.publisher, id=dataset, state="active", private=False))


def test_a_clean_file_lets_it_through(town: Town) -> None:
    dataset, resource = private(town)
    town.table_of(dataset, CLEAN, resource=resource)
    assert town.act("package_patch", town.publisher, id=dataset, private=False).status == 200
    # what never stood in public stays out of it
    assert town.ask("datastore_search", resource_id=f"{resource}@1").status == 404
    assert len(town.rows(resource)) == 2


def test_a_dataset_that_leaves_the_public_gets_the_version_that_waited(town: Town) -> None:
    made = town.dataset()
    resource = town.table_of("food-licences", CLEAN)
    town.table_of("food-licences", PEOPLE, resource=resource)
    town.result(town.act("package_patch", town.publisher, id=made["id"], private=True))
    town.settle()
    found = town.shown(resource).json
    assert (found["held"], found["current"]["version"], found["blocked"]) == (None, 2, True)
    refused(town.act("package_patch", town.publisher, id=made["id"], private=False))
    town.settle()


def test_personal_data_cannot_be_the_category_of_public_data(town: Town) -> None:
    given: dict[str, Any] = {**METADATA, "name": "people", "owner_org": "laemngop", "data_category": "ข้อมูลส่วนบุคคล"}
    answer = town.act("package_create", town.publisher, **given)
    assert answer.status == 409
    assert "data_category" in answer.json["error"]
    assert town.act("package_create", town.publisher, **given, private=True).status == 200


@pytest.mark.parametrize(
    ("changes", "field"), [({"notes": f"ติดต่อ {IDS[0]}"}, "notes"), ({"title": f"ของ {IDS[1]}"}, "title")]
)
def test_texts_of_a_public_dataset_tell_no_national_id(town: Town, changes: dict[str, str], field: str) -> None:
    made = town.dataset()
    answer = town.act("package_patch", town.publisher, id=made["id"], **changes)
    assert answer.status == 409
    assert list(answer.json["error"]) == [field, "__type"]
    assert IDS[0] not in answer.text and IDS[1] not in answer.text
    hidden = town.draft(token=town.publisher, **changes)
    assert town.act("package_patch", town.publisher, id=hidden, private=False).status == 409


def test_so_do_those_of_its_files(town: Town) -> None:
    town.dataset()
    answer = town.act(
        "resource_create", town.publisher, package_id="food-licences", url="https://a.example", description=IDS[0]
    )
    assert answer.status == 409
    assert list(answer.json["error"]["resources"][0]) == ["description"]


def test_a_dataset_that_becomes_public_while_its_file_is_taken_in_does_not_show_it(town: Town) -> None:
    dataset = town.draft(token=town.publisher)
    published: list[int] = []

    def publish(_: str) -> None:
        if not published:
            published.append(town.act("package_patch", town.publisher, id=dataset, private=False).status)

    sent = town.file(dataset, PEOPLE)
    town.objects.before_put = publish
    town.catalogue.uploads.take_message(notification(sent["upload"]["fields"]["key"]))
    assert published == [200]
    assert town.ask("datastore_search", resource_id=sent["id"]).status == 404
    assert town.shown(sent["id"]).json["held"]["version"] == 1


def test_rows_that_are_written_one_by_one_are_looked_at_too(town: Town) -> None:
    town.dataset()
    fields = [{"id": "ชื่อ", "type": "text"}, {"id": "เลข", "type": "text"}]
    resource = {"package_id": "food-licences", "name": "rows"}
    made = town.result(town.act("datastore_create", town.publisher, resource=resource, fields=fields))
    asked = {"resource_id": made["resource_id"], "method": "insert", "force": True}
    answer = town.act("datastore_upsert", town.publisher, **asked, records=[{"ชื่อ": "ก", "เลข": IDS[0]}])
    assert answer.status == 409
    assert "national id" in answer.json["error"]["records"][0] and IDS[0] not in answer.text
    assert town.act("datastore_upsert", town.publisher, **asked, records=[{"ชื่อ": "ก", "เลข": "7"}]).status == 200
    assert [row["เลข"] for row in town.rows(made["resource_id"])] == ["7"]


def test_a_dataset_without_findings_costs_no_request_more(town: Town) -> None:
    dataset = town.draft(token=town.publisher)
    town.table_of(dataset, CLEAN)
    before = len(town.memory.requests)
    town.result(town.act("package_patch", town.publisher, id=dataset, private=False))
    cost = len(town.memory.requests) - before
    other = town.draft("plain-one", token=town.publisher)
    before = len(town.memory.requests)
    town.result(town.act("package_patch", town.publisher, id=other, private=False))
    assert cost == len(town.memory.requests) - before
