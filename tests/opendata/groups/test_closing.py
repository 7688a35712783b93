"""An organisation is never deleted under a dataset that comes at the same moment, whichever of the two is first."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import pytest

from chalicelib.shared.storage import Change, Update
from tests.opendata.people import operator
from tests.opendata.portal import METADATA, Portal
from tests.support.client import Answer

Act = Callable[[], Answer]


@pytest.fixture
def portal(portal: Portal) -> Portal:
    portal.organization()
    portal.act("organization_create", portal.other, name="other", title="อื่น")
    return portal


@pytest.fixture
def laemngop(portal: Portal) -> str:
    group = portal.catalogue.store.group("organization", "laemngop")
    assert group is not None
    return group.id


def interrupted(portal: Portal, at: int, act: Act, between: Callable[[], object]) -> tuple[Answer, bool]:
    """`act`, with `between` right before its request number `at` to the table; and whether it came so far."""
    memory, number, busy, done = portal.memory, 0, False, False
    real = {name: getattr(memory, name) for name in ("get", "get_many", "query", "write")}

    def tapped(name: str) -> Callable[..., object]:
        def call(*args: object, **given: object) -> object:
            nonlocal number, busy, done
            if not busy:
                number += 1
                if number == at:
                    busy = done = True
                    between()
                    busy = False
            return real[name](*args, **given)

        return call

    for name in real:
        setattr(memory, name, tapped(name))
    try:
        return act(), done
    finally:
        for name, one in real.items():
            setattr(memory, name, one)


def saved(portal: Portal) -> Callable[[], None]:
    rows = dict(portal.memory._items)

    def again() -> None:
        portal.memory._items = dict(rows)
        portal.queues.waiting.clear()
        # what this process knows of the catalogue is not true any more
        for name in list(vars(portal.catalogue)):
            if isinstance(getattr(type(portal.catalogue), name, None), cached_property):
                del portal.catalogue.__dict__[name]

    return again


def state(portal: Portal, organization: str) -> tuple[str | None, bool]:
    """How the organisation stands, and whether it has a dataset that is not deleted."""
    group = portal.catalogue.store.groups_by_id([organization]).get(organization)
    package = portal.catalogue.store.package("newcomer")
    within = package is not None and package.dataset.state != "deleted" and package.dataset.owner_org == organization
    return None if group is None else group.state, within


def ways(portal: Portal) -> dict[str, tuple[Callable[[], object], Act]]:
    """How a dataset comes into the organisation: what must be there before, and the act itself."""
    boss = operator(portal)
    given = {**METADATA, "name": "newcomer"}
    return {
        "new": (lambda: None, lambda: portal.act("package_create", portal.publisher, **given, owner_org="laemngop")),
        "moved": (
            lambda: portal.result(portal.act("package_create", portal.other, **given, owner_org="other")),
            lambda: portal.act("package_owner_org_update", boss, id="newcomer", organization_id="laemngop"),
        ),
        "back": (
            lambda: (
                portal.result(portal.act("package_create", portal.publisher, **given, owner_org="laemngop")),
                portal.result(portal.act("package_delete", portal.publisher, id="newcomer")),
            ),
            lambda: portal.act("package_patch", portal.publisher, id="newcomer", state="active"),
        ),
    }


@pytest.mark.parametrize("way", ["new", "moved", "back"])
@pytest.mark.parametrize("action", ["organization_delete", "organization_purge", "organization_patch"])
@pytest.mark.parametrize("first", ["deletion", "dataset"])
def test_never_both(portal: Portal, laemngop: str, way: str, action: str, first: str) -> None:
    prepare, come = ways(portal)[way]
    prepare()
    boss = operator(portal)
    more = {"state": "deleted"} if action == "organization_patch" else {}

    def delete() -> Answer:
        return portal.act(action, boss, id="laemngop", **more)

    again = saved(portal)
    outer, inner = (delete, come) if first == "deletion" else (come, delete)
    seen: set[tuple[str | None, bool]] = set()
    at, met = 1, True
    while met:
        again()
        answer, met = interrupted(portal, at, outer, inner)
        found = state(portal, laemngop)  # at once, not only when the event is told
        assert found in {("active", True), ("deleted", False), (None, False), ("active", False)}, (at, found)
        assert answer.status in (200, 403, 404, 409), (at, answer.text)
        seen.add(found)
        at += 1
    assert ("active", True) in seen
    assert seen & {("deleted", False), (None, False)} or (way, action) == ("back", "organization_purge")


def test_whoever_dies_before_the_second_look_leaves_it_to_the_event(portal: Portal, laemngop: str) -> None:
    _, come = ways(portal)["new"]
    real = portal.memory.write
    came: list[int] = []

    class Down(Exception):
        pass

    def write(changes: list[Change], token: str) -> None:
        deletes = any(isinstance(each, Update) and each.item.key.sk == "GROUP" for each in changes)
        if deletes:
            came.append(come().status)
        real(changes, token)
        if deletes:
            raise Down

    setattr(portal.memory, "write", write)  # noqa: B010 - the race and the death, at the store's boundary
    deletion = portal.act("organization_delete", operator(portal), id="laemngop", key="k")
    setattr(portal.memory, "write", real)  # noqa: B010 - its end
    assert (deletion.status, came) == (500, [200])
    assert state(portal, laemngop) == ("deleted", True)
    portal.catalogue.sweep(portal.clock().replace(year=2027))
    portal.settle()
    assert state(portal, laemngop) == ("active", True)
    again = portal.act("organization_delete", operator(portal), id="laemngop", key="k")
    assert again.status == 409


def test_nothing_comes_into_a_deleted_organization(portal: Portal) -> None:
    boss = operator(portal)
    portal.dataset("inside")
    portal.result(portal.act("package_delete", portal.publisher, id="inside"))
    portal.result(portal.act("organization_delete", portal.publisher, id="laemngop"))
    refusals = [
        portal.act("package_create", boss, **METADATA, name="newcomer", owner_org="laemngop"),
        portal.act("package_patch", boss, id="inside", state="active"),
    ]
    for refused in refusals:
        assert (refused.status, refused.json["error"]["owner_org"]) == (409, ["Organization does not exist"])
    moved = portal.act("package_owner_org_update", boss, id="inside", organization_id="other")
    assert moved.status == 200


def test_a_renamed_organization_disturbs_nobody_who_enters_a_dataset(portal: Portal) -> None:
    _, come = ways(portal)["new"]
    titles = iter(range(100))

    def rename() -> object:
        return portal.result(
            portal.act("organization_patch", portal.publisher, id="laemngop", title=f"t{next(titles)}")
        )

    again = saved(portal)
    at, met = 1, True
    while met:
        again()
        answer, met = interrupted(portal, at, come, rename)
        assert answer.status == 200, (at, answer.text)
        at += 1
