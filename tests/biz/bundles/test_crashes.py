"""Bundles on a machine that dies at every write, before or after it took effect, with queues that lose messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from chalicelib.shared.journal import chain_is_whole
from chalicelib.shared.storage import Change, Item, Key
from tests.support.memory import MemoryTable

from ..town import MALEE, Town
from .restaurant import (
    ALCOHOL,
    FOOD,
    SHOP,
    SIGN,
    approve,
    begin,
    bill,
    case,
    filed,
    members,
    pay,
    ready,
    stands,
)

DYING = ("before", "after")


class Died(BaseException):
    """The process dies here. Not an Exception, so that no `except Exception` survives it."""


class Frail(MemoryTable):
    """A table at whose write number `at` the process dies, before or after it took effect."""

    def __init__(self) -> None:
        super().__init__()
        self.at, self.when = 0, ""
        self.meanwhile: Callable[[], Any] | None = None

    def write(self, changes: Sequence[Change], token: str) -> None:
        self.at -= 1
        if self.at == 0 and self.when == "before":
            raise Died
        super().write(changes, token)
        if self.at == 0 and self.when == "after":
            raise Died

    def get_many(self, keys: Sequence[Key]) -> Mapping[Key, Item]:
        found = super().get_many(keys)
        if self.meanwhile is not None and any(key.pk.startswith("CASE#") for key in keys):
            happens, self.meanwhile = self.meanwhile, None
            happens()
        return found


def whole(town: Town, bundle: str) -> None:
    """Every history is a whole chain, and nothing was filed or licensed twice."""
    assert chain_is_whole(town.journal.history(f"BUNDLE#{bundle}"))
    for member in members(town, bundle).values():
        if member["case"]:
            history = town.journal.history(f"CASE#{member['case']}")
            kinds = [event.type for event in history]
            assert chain_is_whole(history)
            assert kinds.count("biz.application.submitted") <= 1
            assert kinds.count("biz.licence.issued") <= 1


@pytest.mark.parametrize("when", DYING)
def test_submitting_is_all_or_nothing_and_can_be_repeated(when: str) -> None:
    table = Frail()
    town = Town(table=table)
    bundle = ready(town)
    table.at, table.when = 1, when
    key = {"Idempotency-Key": "submit-once"}
    with pytest.raises(Died):
        town.call(MALEE, "POST", f"/bundles/{bundle}/submit", headers=key)
    running = {code for code, stand in stands(town, bundle).items() if stand == "running"}
    assert running == ({FOOD, SIGN, ALCOHOL} if when == "after" else set())
    town.ok(MALEE, "POST", f"/bundles/{bundle}/submit", headers=key)
    assert stands(town, bundle)[ALCOHOL] == "running"
    whole(town, bundle)


@pytest.mark.parametrize("when", DYING)
@pytest.mark.parametrize("at", [1, 2, 3, 5])
def test_the_consumer_may_die_anywhere_and_the_rest_still_follows(when: str, at: int) -> None:
    table = Frail()
    town = Town(table=table)
    bundle = filed(town)
    approve(town, case(town, bundle, FOOD))
    assert pay(town, bill(town, bundle)).json == {"status": "booked"}
    messages, town.post.sent = list(town.post.sent), []
    table.at, table.when = at, when
    for _, body in messages:
        try:
            town.biz.on_event(body)
        except Died:
            continue
    table.when = ""
    town.pass_time(minutes=5)
    for _ in range(3):
        town.biz.sweep(town.at)
        town.run_queue()
        town.pass_time(minutes=5)
    assert members(town, bundle)[SHOP]["stand"] == "running"
    whole(town, bundle)


@pytest.mark.parametrize("when", DYING)
def test_a_booking_of_three_fees_is_all_or_nothing(when: str) -> None:
    table = Frail()
    town = Town(table=table)
    bundle = filed(town)
    for code in (FOOD, SIGN, ALCOHOL):
        approve(town, case(town, bundle, code))
    joint = bill(town, bundle)
    table.at, table.when = 1, when
    with pytest.raises(Died):
        pay(town, joint)
    got = {code for code, member in members(town, bundle).items() if member["licence"]}
    assert got in (set(), {FOOD, SIGN, ALCOHOL})
    assert pay(town, joint).json == {"status": "booked" if when == "before" else "duplicate"}
    assert {code for code, member in members(town, bundle).items() if member["licence"]} == {FOOD, SIGN, ALCOHOL}
    whole(town, bundle)


def test_a_deaf_queue_costs_a_pause_and_nothing_else(town: Town) -> None:
    bundle = filed(town)
    approve(town, case(town, bundle, FOOD))
    town.post.deaf = True
    pay(town, bill(town, bundle))
    assert stands(town, bundle)[SHOP] == "ready"
    town.post.deaf = False
    town.pass_time(minutes=3)
    town.biz.sweep(town.at)
    town.run_queue()
    assert stands(town, bundle)[SHOP] == "running"


def test_an_inbox_that_is_down_holds_no_application_back(town: Town) -> None:
    bundle = filed(town)
    approve(town, case(town, bundle, FOOD))
    town.run_queue()
    town.neighbours.broken = True
    pay(town, bill(town, bundle))
    for _, body in town.post.sent:
        with pytest.raises(ConnectionError):
            town.biz.on_event(body)
    assert stands(town, bundle)[SHOP] == "running"


def test_of_two_submissions_at_once_one_files() -> None:
    table = Frail()
    town = Town(table=table)
    bundle = ready(town)
    table.meanwhile = lambda: town.ok(MALEE, "POST", f"/bundles/{bundle}/submit")
    lost = town.call(MALEE, "POST", f"/bundles/{bundle}/submit")
    assert (lost.status, lost.json["type"].rpartition("/")[2]) == (412, "stale")
    whole(town, bundle)


def test_a_draft_that_changes_while_the_bundle_goes_on_is_looked_at_again() -> None:
    table = Frail()
    town = Town(table=table)
    bundle = filed(town)
    shop = case(town, bundle, SHOP)
    approve(town, case(town, bundle, FOOD))
    pay(town, bill(town, bundle))
    patch = {"business": {"website": None, "capital_baht": 7000}}
    table.meanwhile = lambda: town.patch(shop, patch)
    town.run_queue()
    view = town.ok(MALEE, "GET", f"/applications/{shop}")
    assert (view["state"], view["answers"]["business"]["capital_baht"]) == ("checking", 7000)
    whole(town, bundle)


@pytest.mark.parametrize(
    ("prepare", "method", "path", "given", "requests"),
    [
        (begin, "POST", "/prefill", {}, ["get_many", "get_many", "write"]),
        (
            begin,
            "PATCH",
            "/answers",
            {"json": {"answers": {"area_m2": 300}}, "headers": {"If-Match": '"v1"'}},
            ["get_many", "get_many", "write"],
        ),
        (ready, "POST", "/submit", {}, ["get_many", "get_many", "write"]),
        (filed, "POST", "/withdraw", {}, ["get_many", "get_many", "write"]),
        (filed, "GET", "", {}, ["get_many", "get_many"]),
    ],
)
def test_a_command_is_two_reads_and_one_transaction_however_many_members_there_are(
    town: Town, prepare: Callable[[Town], str], method: str, path: str, given: dict[str, Any], requests: list[str]
) -> None:
    bundle = prepare(town)
    town.call(None, "GET", "/services")  # the process knows what is on offer from here on
    town.memory.requests.clear()
    headers = {"Idempotency-Key": "count", **given.get("headers", {})} if method != "GET" else {}
    answer = town.call(MALEE, method, f"/bundles/{bundle}{path}", **{**given, "headers": headers})
    assert answer.status < 300, answer.text
    assert town.memory.requests == requests


def test_beginning_billing_and_booking_cost_no_more(town: Town) -> None:
    town.call(None, "GET", "/services")
    town.memory.requests.clear()
    begin(town)
    assert town.memory.requests == ["write"]
    bundle = filed(town)
    for code in (FOOD, SIGN, ALCOHOL):
        approve(town, case(town, bundle, code))
    town.memory.requests.clear()
    joint = bill(town, bundle)
    assert town.memory.requests == ["get_many", "get_many", "write"]
    town.memory.requests.clear()
    pay(town, joint)
    assert town.memory.requests == ["get", "get_many", "get_many", "write"], "the provider's key, the bill, its cases"
