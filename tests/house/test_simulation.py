"""The simulated account keeps to AWS's limits, and what was written down of it is what comes out again."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest
import simpy

from bench.counted import Cost
from bench.demand import AS_GIVEN, LEVERS, PREPARED, SHED, TIMES, Account, World, busiest
from bench.months import Servers, compared, monthly
from bench.simulate import Bucket, Simulation, accounts, simulated
from bench.simulate_page import read_runs
from bench.uses import Kind, Use, count_uses


@pytest.fixture(scope="module")
def uses() -> list[Use]:
    return count_uses()


def test_every_use_has_a_rate_and_every_rate_a_use(uses: list[Use]) -> None:
    assert {use.name for use in uses} == set(busiest())
    assert {use.platform for use in uses} == {"gdx", "opendata", "biz", "citizen"}
    assert {use.kind for use in uses} == set(get_args(Kind))


def test_reading_writes_nothing_and_what_must_not_be_lost_is_written(uses: list[Use]) -> None:
    for use in uses:
        assert (use.kind == "read") == (use.cost.write_units == 0), use.name


def test_a_bucket_gives_its_burst_at_once_and_its_rate_after_that() -> None:
    env = simpy.Environment()
    bucket = Bucket(env, rate=10, burst=5)
    assert [bucket.take(1) for _ in range(6)] == [True] * 5 + [False]
    env.run(until=0.3)
    assert [bucket.take(1) for _ in range(4)] == [True] * 3 + [False]
    env.run(until=100)
    assert sum(bucket.take(1) for _ in range(20)) == 5


def of(kind: Kind, name: str, writes: int = 0) -> Use:
    requests = ("get",) + ("write",) * writes
    return Use("citizen", name, kind, Cost(requests, 1, 1, (), 0))


TWO = (of("read", "the home page"), of("write", "a payment booked", writes=1), of("enter", "a sign-in", writes=1))


def test_a_small_account_refuses_and_readers_give_way_to_writers() -> None:
    narrow = Account("narrow", concurrency=4, starts=1_000)
    given = Simulation(TWO, narrow, 10, World(), seed=1).simulate()
    assert given.first is not None and given.first[0] == "Lambda, concurrency of the account"
    assert given.most <= 4 and given.share("write") < 0.9
    pulled = Simulation(TWO, replace(narrow, shed=dict.fromkeys(LEVERS, 1.0)), 10, World(), seed=1).simulate()
    assert pulled.share("write") > 0.99 > given.share("write")
    assert pulled.share("read") < given.share("read")


def test_what_a_platform_keeps_for_itself_another_cannot_take() -> None:
    flood = [replace(use, platform="opendata") for use in TWO[:1]]
    quiet = replace(TWO[1], platform="biz")
    narrow = Account("narrow", concurrency=4, starts=1_000)
    given = Simulation([*flood, quiet], narrow, 10, World(), seed=1).simulate()
    kept = Simulation([*flood, quiet], replace(narrow, reserved={"biz": 2}), 10, World(), seed=1).simulate()
    assert kept.share("write") > given.share("write") and kept.share("write") > 0.99


def test_nobody_is_counted_twice_and_the_same_seed_is_the_same_minute() -> None:
    first, again = (Simulation(TWO, AS_GIVEN, 1, World(), seed=7).simulate() for _ in range(2))
    for name, tally in first.tallies.items():
        assert tally.served == len(tally.seconds) <= tally.asked
        assert tally == again.tallies[name]
    assert Simulation(TWO, AS_GIVEN, 1, World(), seed=8).simulate().tallies != first.tallies


def test_all_loads_in_all_accounts_were_written_down() -> None:
    written = [(run["times"], run["account"]) for run in read_runs()]
    assert written == [(times, account.name) for times in TIMES for account in accounts(times)]


def test_what_was_written_down_comes_out_again(uses: list[Use]) -> None:
    """Today's minute; the others take longer and are made by the same lines."""
    assert simulated(uses, AS_GIVEN, 1) == read_runs()[0], "run: .venv/bin/python -m bench.simulate"


def test_the_page_may_say_what_it_says_of_levers_and_quotas() -> None:
    by = {(run["times"], run["account"]): run["served"] for run in read_runs()}
    given, pulled = by[10, AS_GIVEN.name], by[10, SHED.name]
    assert pulled["citizen write"] > given["citizen write"] and pulled["citizen read"] < given["citizen read"]
    assert set(by[1, AS_GIVEN.name].values()) == {1.0}
    assert all(share > 0.999 for share in by[100, PREPARED.name].values())


def test_a_month_costs_in_proportion_and_servers_do_not(uses: list[Use]) -> None:
    one, ten = monthly(uses, 1), monthly(uses, 10)
    assert ten["always"] == one["always"] > 0
    assert all(ten[name] == pytest.approx(10 * one[name]) for name in one if name != "always")
    servers = Servers()
    assert servers.xroad(100) < 100 * servers.xroad(1) and servers.ckan(100) < 100 * servers.ckan(1)
    assert set(compared(uses, 1)) == {"gdx", "opendata"}
