"""Whoever writes at the same time: nothing is lost, and whoever names a revision writes on that one alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.shared.storage import Change
from tests.opendata.packages.town import LINK, Town, whole
from tests.support.client import Answer


def overtaken(town: Town, *others: Callable[[], object]) -> None:
    """Lets each of `others` write just before the next write."""
    real = town.portal.memory.write
    waiting = list(reversed(others))
    writing: list[Callable[[], object]] = []

    def write(changes: list[Change], token: str) -> None:
        if waiting and not writing:
            writing.append(waiting.pop())
            writing[0]()
            writing.clear()
        real(changes, token)

    setattr(town.portal.memory, "write", write)  # noqa: B010 - the race, at the store's boundary


def matching(town: Town, action: str, revision: str, **given: Any) -> Answer:
    headers = {"Authorization": town.portal.publisher, "If-Match": revision}
    return town.portal.client.post(f"/api/3/action/{action}", json=given, headers=headers)


def revision(town: Town) -> str:
    return str(town.portal.ask("package_show", town.portal.publisher, id="food-licences").headers["etag"])


def add(town: Town, name: str) -> Callable[[], object]:
    return lambda: town.write("resource_create", package_id="food-licences", **{**LINK, "name": name})


def names(town: Town) -> list[str]:
    return [each["name"] for each in town.show()["resources"]]


def test_a_resource_that_is_added_during_a_patch_stays(town: Town) -> None:
    made = town.write("package_create", **whole())
    overtaken(town, add(town, "c"))
    town.write("package_patch", id=made["id"], notes="ใหม่")
    assert (names(town), town.show()["notes"]) == (["a", "b", "c"], "ใหม่")


def test_a_resource_that_is_added_during_an_update_is_not_lost_with_what_it_did_not_know(town: Town) -> None:
    made = town.write("package_create", **whole())
    overtaken(town, add(town, "c"))
    town.write("package_update", **{**made, "notes": "ใหม่"})
    assert (names(town), town.show()["notes"]) == (["a", "b", "c"], "ใหม่")


def test_two_updates_of_one_dataset_are_one_after_the_other(town: Town) -> None:
    made = town.write("package_create", **whole())
    overtaken(town, lambda: town.write("package_patch", id=made["id"], author="theirs"))
    town.write("package_patch", id=made["id"], maintainer="mine")
    assert (town.show()["author"], town.show()["maintainer"]) == ("theirs", "mine")


def test_a_resource_that_another_one_changes_meanwhile_is_changed_on_that(town: Town) -> None:
    made = town.write("package_create", **whole())
    one = made["resources"][0]["id"]
    overtaken(town, lambda: town.write("resource_patch", id=one, description="theirs"))
    mine = town.write("resource_patch", id=one, name="mine")
    assert (mine["name"], mine["description"]) == ("mine", "theirs")


def test_a_revision_holds_against_whoever_comes_between(town: Town) -> None:
    made = town.write("package_create", **whole())
    overtaken(town, lambda: town.write("package_patch", id=made["id"], notes="theirs"))
    status, error = town.refused(
        "package_revise", match={"id": made["id"], "notes": made["notes"]}, update={"notes": "mine"}
    )
    assert (status, error["match"], town.show()["notes"]) == (409, ["notes"], "theirs")


@pytest.mark.parametrize(
    "between",
    [
        lambda town, made: town.write("package_patch", id=made["id"], author="theirs"),
        lambda town, made: add(town, "c")(),
        lambda town, made: town.write("resource_patch", id=made["resources"][0]["id"], name="theirs"),
        lambda town, made: town.write("resource_delete", id=made["resources"][0]["id"]),
        lambda town, made: town.write("package_resource_reorder", id=made["id"], order=[made["resources"][1]["id"]]),
        lambda town, made: town.write("package_delete", id=made["id"]),
    ],
    ids=["patch", "add", "change", "delete", "reorder", "delete-package"],
)
@pytest.mark.parametrize(
    ("action", "given"),
    [
        ("package_update", {"notes": "mine"}),
        ("package_patch", {"notes": "mine"}),
        ("package_delete", {}),
        ("package_revise", {"update": {"notes": "mine"}}),
        ("resource_create", {"url": "https://x.example/mine"}),
        ("resource_update", {"url": "https://x.example/mine"}),
        ("resource_patch", {"description": "mine"}),
        ("resource_delete", {}),
    ],
)
def test_if_match_writes_on_what_was_read_and_on_nothing_else(
    town: Town, action: str, given: dict[str, Any], between: Callable[[Town, dict[str, Any]], object]
) -> None:
    made = town.write("package_create", **whole())
    read = revision(town)
    asked = {**given, "id": made["resources"][1]["id"] if action.startswith("resource_") else made["id"]}
    if action == "resource_create":
        asked = {**given, "package_id": made["id"]}
    if action == "package_revise":
        asked = {**given, "match": {"id": made["id"]}}
    if action == "package_update":
        asked = {**made, **asked}
    between(town, made)
    theirs = town.show()
    refused = matching(town, action, read, **asked)
    assert refused.status == 412, refused.text
    assert town.show() == theirs
    assert matching(town, action, revision(town), **asked).status == 200


@pytest.mark.parametrize("touched", [0, 1], ids=["another", "the same"])
def test_in_the_same_instant_nothing_that_both_touch_is_written_twice(town: Town, touched: int) -> None:
    made = town.write("package_create", **whole())
    read = revision(town)
    theirs = made["resources"][touched]["id"]
    overtaken(town, lambda: town.write("resource_patch", id=theirs, description="theirs"))
    mine = {**made, "resources": [made["resources"][0], {**made["resources"][1], "description": "mine"}]}
    answer = matching(town, "package_update", read, **mine)
    assert answer.status == (412 if touched == 1 else 200)
    found = [each["description"] for each in town.show()["resources"]]
    assert found == (["", "theirs"] if touched == 1 else ["theirs", "mine"])


def test_a_repeat_with_its_key_is_answered_though_the_revision_has_moved_on(town: Town) -> None:
    made = town.write("package_create", **whole())
    headers = {"Authorization": town.portal.publisher, "If-Match": revision(town), "Idempotency-Key": "k"}
    path, given = "/api/3/action/package_patch", {"id": made["id"], "notes": "mine"}
    one, two = (town.portal.client.post(path, json=given, headers=headers) for _ in range(2))
    assert town.portal.result(one) == town.portal.result(two)


@pytest.mark.parametrize(
    ("action", "given"),
    [
        ("package_create", whole("new-one")),
        ("package_update", {"id": "food-licences", "title": "ใหม่"}),
        ("package_patch", {"id": "food-licences", "notes": "ใหม่"}),
        ("package_revise", {"match": {"name": "food-licences", "author": None}, "update": {"author": "ใหม่"}}),
        ("package_delete", {"id": "food-licences"}),
        ("resource_create", {"package_id": "food-licences", **LINK, "id": "given-one"}),
        ("resource_patch", {"id": "RESOURCE", "name": "ใหม่"}),
        ("resource_update", {"id": "RESOURCE", "name": "ใหม่"}),
        ("resource_delete", {"id": "RESOURCE"}),
        ("package_resource_reorder", {"id": "food-licences", "order": ["RESOURCE"]}),
        ("bulk_update_delete", {"datasets": ["food-licences"], "org_id": "laemngop"}),
    ],
)
def test_the_same_request_with_its_key_takes_effect_once(town: Town, action: str, given: dict[str, Any]) -> None:
    made = town.write("package_create", **whole(private=True))
    second = made["resources"][1]["id"]
    sent = {
        name: second if value == "RESOURCE" else [second] if value == ["RESOURCE"] else value
        for name, value in given.items()
    }
    first = town.portal.act(action, town.portal.publisher, key="k", **sent)
    rows = dict(town.portal.memory._items)
    again = town.portal.act(action, town.portal.publisher, key="k", **sent)
    assert (first.status, again.json) == (200, first.json)
    assert dict(town.portal.memory._items) == rows


def test_a_repeat_of_what_changed_nothing_undoes_nobodys_work(town: Town) -> None:
    made = town.write("package_create", **whole())
    same = {"id": made["id"], "notes": made["notes"]}
    for _ in range(2):
        assert town.portal.act("package_patch", town.portal.publisher, key="k", **same).status == 200
        town.write("package_patch", id=made["id"], notes="theirs")
    assert town.show()["notes"] == "theirs"


def test_who_is_overtaken_again_and_again_is_asked_to_come_back(town: Town) -> None:
    made = town.write("package_create", **whole())
    overtaken(town, *[lambda n=n: town.write("package_patch", id=made["id"], author=f"{n}") for n in range(5)])
    answer = town.portal.act("package_patch", town.portal.publisher, id=made["id"], notes="mine")
    assert (answer.status, answer.headers["retry-after"]) == (503, "1")
    assert town.show()["author"] == "4"
