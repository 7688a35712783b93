"""Large versions are compared by a job; whatever breaks meanwhile, the comparison is there in the end, whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.opendata.versions.differences import Differences
from tests.opendata.portal import Portal
from tests.opendata.versions.test_versions import FIRST, SECOND, get, listed


def rows(count: int, figure: int) -> bytes:
    return "\n".join(["a,b", *(f"{number},{figure}" for number in range(count))]).encode()


@pytest.fixture
def resource(portal: Portal) -> str:
    """Two versions, more than are compared on the way of an event."""
    portal.organization()
    resource = portal.table_of(portal.dataset()["id"], rows(25_000, 1))
    portal.table_of("", rows(25_000, 2), resource=resource)
    return resource


def test_what_is_large_is_compared_by_a_job(portal: Portal, resource: str) -> None:
    kinds: list[str] = []
    while portal.queues.waiting:
        queue, body = portal.queues.waiting.pop(0)
        kinds.append(queue)
        {
            "opendata-events": portal.catalogue.on_event,
            "opendata-jobs": portal.catalogue.jobs.on_message,
        }.get(queue, lambda _: None)(body)
    assert kinds.count("opendata-jobs") == 1
    (table,) = listed(portal, resource)["items"][0]["change"]["tables"]
    assert (table["changed"], table["listed"]) == (25_000, 20_000)


def test_anybody_may_ask_for_the_job_but_only_of_what_they_are_told(portal: Portal, resource: str) -> None:
    def ask(given: Any, token: str | None = None) -> int:
        headers = {"Idempotency-Key": str(given)} | ({"Authorization": token} if token else {})
        found = portal.client.post("/opendata/v1/jobs", json={"kind": "diff", "given": given}, headers=headers)
        return found.status

    assert ask({"resource": resource, "from": 1, "to": 2}) == 202
    assert ask({"resource": resource, "from": 2, "to": 1}) == 422
    assert ask({"resource": resource, "from": "1", "to": 2}) == 422
    assert ask({"resource": resource, "from": 1, "to": 3}) == 404
    assert ask({"from": 1, "to": 2}) in (404, 422)
    portal.dataset("hidden", private=True)
    hidden = portal.table_of("hidden", FIRST)
    assert ask({"resource": hidden, "from": 1, "to": 2}) == 404


class Down(Exception):
    """The neighbour died just now."""


def broken(real: Callable[..., Any], at: int, *, after: bool) -> Callable[..., Any]:
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
    ("owner", "method", "at"), [("objects", "put", 1), ("objects", "put", 2), ("memory", "write", 1)]
)
def test_a_comparison_that_dies_is_made_by_the_next_delivery(
    portal: Portal, owner: str, method: str, at: int, after: bool
) -> None:
    portal.organization()
    resource = portal.table_of(portal.dataset()["id"], rows(150, 1))
    portal.settle()
    portal.table_of("", rows(150, 2), resource=resource)
    event = next(
        each for each in (portal.catalogue.store.journal.history(f"RESOURCE#{resource}")) if each.data.get("file") == 2
    )
    thing = getattr(portal, owner)
    real = getattr(thing, method)
    setattr(thing, method, broken(real, at, after=after))
    with pytest.raises(Down):
        portal.catalogue.versions.on_event(event)
    setattr(thing, method, real)
    for _ in range(2):
        portal.catalogue.versions.on_event(event)
    (table,) = listed(portal, resource)["items"][0]["change"]["tables"]
    assert table["changed"] == 150
    path = f"/opendata/v1/resources/{resource}/diff?from=1&to=2"
    first = get(portal, path).json
    second = get(portal, f"{path}&cursor={first['next']}").json
    assert len(first["rows"]) + len(second["rows"]) == 150
    assert len([key for key in portal.objects.kept if key.startswith("diffs/")]) == 2


def test_a_purge_during_the_comparison_leaves_nothing(portal: Portal) -> None:
    portal.organization()
    resource = portal.table_of(portal.dataset()["id"], FIRST)
    portal.table_of("", SECOND, resource=resource)
    store = portal.catalogue.store
    package = store.package_of_resource(resource)
    old, new = store.file(resource, 1), store.file(resource, 2)
    assert package is not None and old is not None and new is not None
    differences = Differences(portal.memory, portal.objects, store, portal.catalogue.engine, clock=portal.clock)
    portal.result(portal.act("resource_delete", portal.publisher, id=resource))
    from chalicelib.shared.errors import NotFound

    with pytest.raises(NotFound):
        differences.make(package.resources[0], old, new)
    assert not [key for key in portal.objects.kept if key.startswith("diffs/")]
