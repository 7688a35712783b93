"""Purging: nothing is left, whatever dies on the way; the name and in the end the id are free again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.opendata.purging import PURGES, Purge
from chalicelib.shared.journal import chain_is_whole
from chalicelib.shared.storage import Change
from tests.opendata.packages.town import LINK, Town, whole


class Down(Exception):
    """The table died just now."""


def traces(town: Town, *words: str) -> list[str]:
    """Rows that still hold one of these words, the purge's own left out."""
    found = []
    for key, (item, _) in town.portal.memory._items.items():
        text = f"{key} {item.data}"
        if any(word in text for word in words) and not key.pk.startswith(("OUT#", "ONCE#", "CHG")):
            found.append(str(key))
    return found


def purged(town: Town) -> tuple[str, str]:
    """A dataset with files and a past, purged but not cleared away; answers its id and a resource's."""
    made = town.write("package_create", **whole(notes="ความลับ", private=True))
    resource = town.portal.table_of(made["id"], b"a\n1\n")
    town.write("resource_delete", id=made["resources"][0]["id"])
    town.write("package_patch", id=made["id"], notes="ความลับที่สอง")
    town.portal.queues.waiting.clear()
    assert town.write("dataset_purge", town.operator, id="food-licences") is None
    return made["id"], resource


def test_nothing_can_be_read_from_the_first_moment(town: Town) -> None:
    dataset, resource = purged(town)
    for token in (town.portal.publisher, town.operator):
        assert town.portal.ask("package_show", token, id=dataset).status == 404
        assert town.portal.ask("package_show", token, id="food-licences").status == 404
        assert town.portal.ask("resource_show", token, id=resource).status == 404
        assert town.portal.ask("datastore_search", token, resource_id=resource).status == 404
        found = town.portal.ask("package_search", token, include_private="true", include_deleted="true")
        assert town.portal.result(found)["count"] == 0
    assert town.refused("resource_create", package_id=dataset, **LINK)[0] == 404
    status, error = town.refused("package_create", town.operator, **whole("again", id=dataset))
    assert (status, error["id"]) == (409, ["Dataset id already exists"])
    assert town.write("package_create", **whole())["name"] == "food-licences"


def test_nothing_is_left_afterwards_and_the_id_is_free(town: Town) -> None:
    dataset, resource = purged(town)
    town.portal.settle()
    assert traces(town, dataset, resource, "ความลับ") == []
    log = [item.data for key, (item, _) in town.portal.memory._items.items() if key.pk == "CHG"]
    assert [row["activity"] for row in log if row["dataset"] == dataset] == ["purged package"]
    assert "ความลับ" not in str(log)
    # for whoever restores the table, or has lost this very log
    (note,) = [body for name, (body, _) in town.portal.objects.kept.items() if name.startswith(PURGES)]
    assert Purge.model_validate_json(note) == Purge(dataset=dataset, at=log[-1]["at"])
    assert town.write("package_create", town.operator, **whole(id=dataset))["id"] == dataset


def test_a_purge_that_is_told_again_harms_nobody(town: Town) -> None:
    dataset, _ = purged(town)
    message = list(town.portal.queues.waiting)
    town.portal.settle()
    again = town.write("package_create", town.operator, **whole(id=dataset))
    rows = dict(town.portal.memory._items)
    (event,) = [
        item.data["event"]
        for key, (item, _) in rows.items()
        if key.pk == f"OUT#{message[0][1]}" and item.data["event"]["type"] == "opendata.dataset.purged"
    ]
    from chalicelib.shared.journal import Event

    town.portal.catalogue.purging.clear(Event(**event))
    assert dict(town.portal.memory._items) == rows
    assert town.show(dataset) == again


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(1, 4))
def test_a_purge_that_dies_anywhere_is_finished_by_the_next_delivery(town: Town, at: int, after: bool) -> None:
    made = town.write("package_create", **whole(resources=[{**LINK, "name": f"r{n}"} for n in range(40)]))
    for n in range(20):
        town.write("resource_create", package_id=made["id"], **{**LINK, "name": f"s{n}"})
    town.portal.queues.waiting.clear()
    town.write("dataset_purge", town.operator, id=made["id"])
    waiting = list(town.portal.queues.waiting)
    real = town.portal.memory.write
    setattr(town.portal.memory, "write", dying(real, at, after=after))  # noqa: B010 - the fault, at the boundary
    with pytest.raises(Down):
        town.portal.settle()
    setattr(town.portal.memory, "write", real)  # noqa: B010 - as above
    town.portal.queues.waiting = waiting
    town.portal.settle()
    assert traces(town, made["id"]) == []


def dying(real: Callable[[Any, str], None], at: int, *, after: bool) -> Callable[[list[Change], str], None]:
    calls = 0

    def write(changes: list[Change], token: str) -> None:
        nonlocal calls
        calls += 1
        if calls != at:
            real(changes, token)
            return
        if after:
            real(changes, token)
        raise Down

    return write


def test_only_the_operator_purges(town: Town) -> None:
    town.write("package_create", **whole())
    for token in (town.portal.publisher, town.portal.other, town.portal.reader, None):
        answer = town.portal.act("dataset_purge", token, id="food-licences")
        assert (answer.status, answer.json["error"]["__type"]) == (403, "Authorization Error")
    assert town.refused("dataset_purge", town.operator)[1]["id"] == ["Missing value"]
    assert town.refused("dataset_purge", town.operator, id="nope")[0] == 404


def test_the_same_purge_with_its_key_is_one(town: Town) -> None:
    town.write("package_create", **whole())
    for _ in range(2):
        answer = town.portal.act("dataset_purge", town.operator, key="k", id="food-licences")
        assert town.portal.result(answer) is None
    assert town.refused("dataset_purge", town.operator, id="food-licences")[0] == 404


def test_a_resource_id_that_was_given_again_is_taken_apart(town: Town) -> None:
    """A resource of one dataset, deleted; its id in another one: each purge takes its own part and no more."""
    one = town.write("package_create", **whole("one", title="ชื่อหนึ่ง", resources=[]))["id"]
    two = town.write("package_create", **whole("two", resources=[]))["id"]
    town.portal.table_of(one, b"a\n1\n", id="shared-id")
    town.write("resource_delete", id="shared-id")
    town.portal.table_of(two, b"b\n2\n", id="shared-id")
    town.portal.settle()
    town.write("dataset_purge", town.operator, id=one)
    town.portal.settle()
    read = town.portal.result(town.portal.act("datastore_search", resource_id="shared-id"))
    assert read["records"] == [{"_id": 1, "b": 2}]
    files = [key for key in town.portal.memory._items if key.sk.startswith("FILE#")]
    users = [key for key in town.portal.memory._items if key.sk.startswith("USED#")]
    assert (len(files), len(users)) == (1, 1)
    assert chain_is_whole(town.portal.catalogue.parts.journal.history("RESOURCE#shared-id"))
    # what is chained stays as long as the chain goes on
    assert all(" sk='EVT#" in each for each in traces(town, one, "ชื่อหนึ่ง"))
    town.write("dataset_purge", town.operator, id=two)
    town.portal.settle()
    assert traces(town, one, two, "shared-id", "ชื่อหนึ่ง") == []
    town.portal.now += timedelta(hours=2)
    assert town.portal.catalogue.contents.sweep(town.portal.clock()) == 2


def test_a_purge_of_the_later_one_leaves_the_earlier_one_whole(town: Town) -> None:
    one = town.write("package_create", **whole("one", resources=[]))["id"]
    two = town.write("package_create", **whole("two", resources=[]))["id"]
    town.portal.table_of(one, b"a\n1\n", id="shared-id")
    town.write("resource_delete", id="shared-id")
    town.portal.table_of(two, b"b\n2\n", id="shared-id")
    town.portal.settle()
    town.write("dataset_purge", town.operator, id=two)
    town.portal.settle()
    left = {key.sk for key in town.portal.memory._items if key.pk == "RESOURCE#shared-id"}
    events = town.portal.catalogue.parts.journal.history("RESOURCE#shared-id")
    assert chain_is_whole(events) and {event.data["package_id"] for event in events} == {one}
    assert {sk for sk in left if not sk.startswith("EVT#")} == {"FILE#000001"}
    town.portal.now += timedelta(hours=2)
    assert town.portal.catalogue.contents.sweep(town.portal.clock()) == 1
    assert traces(town, two) == []
