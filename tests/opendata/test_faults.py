"""Whatever breaks while a file is taken in, whoever writes at the same time: nothing is lost, nothing doubled."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chalicelib.shared.storage import Change
from tests.opendata.portal import Portal, notification


class Down(Exception):
    """The neighbour died just now."""


def broken(real: Callable[..., Any], *, after: bool, at: int) -> Callable[..., Any]:
    """A method whose `at`-th call fails, before or after its effect."""
    calls = 0

    def method(*args: Any, **given: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls != at:
            return real(*args, **given)
        if after:
            real(*args, **given)
        raise Down

    return method


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    ("owner", "method", "at"),
    [
        ("objects", "read", 1),
        ("objects", "head", 1),
        ("objects", "copy", 1),
        ("objects", "put", 1),
        ("objects", "put", 2),
        ("memory", "write", 1),
        ("memory", "get", 1),
    ],
)
def test_an_ingest_that_dies_anywhere_is_finished_by_the_next_delivery(
    tmp_path: Path, owner: str, method: str, at: int, after: bool
) -> None:
    portal = Portal(tmp_path / "tables")
    portal.organization()
    sent = portal.file(portal.dataset()["id"], b"a,b\n1,2\n")
    message = notification(sent["upload"]["fields"]["key"])
    thing = getattr(portal, owner)
    real = getattr(thing, method)
    setattr(thing, method, broken(real, after=after, at=at))
    with pytest.raises(Down):
        portal.catalogue.uploads.take_message(message)
    setattr(thing, method, real)
    portal.catalogue.uploads.take_message(message)
    found = portal.result(portal.act("datastore_search", resource_id=sent["id"]))
    assert found["records"] == [{"_id": 1, "a": 1, "b": 2}]
    rows = [key.sk for key in portal.memory._items if key.pk == f"RESOURCE#{sent['id']}"]
    assert sorted(rows) == ["AT", "EVT#000001", "EVT#000002", "FILE#000001"]


def overtaken(portal: Portal, other: Callable[[], object]) -> None:
    """Lets `other` write just before the next write."""
    real = portal.memory.write
    waiting = [other]

    def write(changes: list[Change], token: str) -> None:
        while waiting:
            waiting.pop()()
        real(changes, token)

    setattr(portal.memory, "write", write)  # noqa: B010 - the race, at the store's boundary


def test_two_patches_at_once_are_both_kept(portal: Portal) -> None:
    portal.organization()
    portal.dataset()
    overtaken(portal, lambda: portal.act("package_patch", portal.publisher, id="food-licences", notes="theirs"))
    mine = portal.result(portal.act("package_patch", portal.publisher, id="food-licences", author="mine"))
    assert (mine["notes"], mine["author"]) == ("theirs", "mine")


def test_two_datasets_at_once_cannot_take_one_name(portal: Portal) -> None:
    portal.organization()
    overtaken(portal, lambda: portal.dataset("same-name"))
    answer = portal.act("package_create", portal.publisher, name="same-name", owner_org="laemngop", private=True)
    assert answer.json["error"]["name"] == ["That URL is already in use."]


def test_fifty_resources_at_once_are_fifty_and_do_not_touch_the_dataset(portal: Portal) -> None:
    portal.organization()
    package = portal.dataset()["id"]
    add = {"package_id": package, "url": "https://x.example/a"}

    def another(left: int) -> None:
        if left:
            overtaken(portal, lambda: another(left - 1))
        assert portal.act("resource_create", portal.publisher, **add).status == 200

    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(5 * limit)  # fifty calls stand within one another
    try:
        another(49)
    finally:
        sys.setrecursionlimit(limit)
    assert portal.result(portal.ask("package_show", id=package))["num_resources"] == 50
    assert sum(key == (f"DATASET#{package}", "VER#000002") for key in portal.memory._items) == 0


def test_an_edit_during_the_ingest_is_kept(portal: Portal) -> None:
    portal.organization()
    sent = portal.file(portal.dataset()["id"], b"a\n1\n")
    overtaken(portal, lambda: portal.act("resource_patch", portal.publisher, id=sent["id"], description="ใหม่"))
    portal.catalogue.uploads.take_message(notification(sent["upload"]["fields"]["key"]))
    shown = portal.result(portal.ask("resource_show", id=sent["id"]))
    assert (shown["description"], shown["datastore_active"]) == ("ใหม่", True)
