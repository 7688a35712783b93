"""Facts as events are heard, once whatever is repeated; the dataset of each day, whatever the catalogue does."""

from __future__ import annotations

import csv
import io

import pytest

from chalicelib.biz.statistics.service import MONTHS

from ..town import ANONG, MALEE, Town


def a_day(town: Town) -> None:
    """A whole day of minutes, as far as the figures care."""
    for _ in range(MONTHS + 1):
        town.biz.statistics.run(town.at)


def begun(town: Town) -> None:
    town.biz.statistics.run(town.at)


def received(town: Town) -> list[str]:
    content = town.neighbours.figures["licensing-2026-11.csv"]
    return [line["received (ได้รับ)"] for line in csv.DictReader(io.StringIO(content))]


def test_what_is_heard_twice_or_out_of_order_is_counted_once(town: Town) -> None:
    cases = [town.filed() for _ in range(6)]
    town.act(ANONG, cases[0], "accept")
    sent = list(town.post.sent)
    for _, body in [*reversed(sent), *sent, *sent]:
        town.biz.on_event(body)
    facts = list(town.biz.statistics.rows.of_month("2026-11"))
    assert len(facts) == 6


def test_a_fact_can_be_made_again_from_the_case_alone(town: Town) -> None:
    case = town.filed()
    town.run_queue()
    before = list(town.biz.statistics.rows.of_month("2026-11"))
    town.biz.statistics.count(case)
    assert list(town.biz.statistics.rows.of_month("2026-11")) == before
    town.ok(MALEE, "POST", f"/applications/{case}/withdraw")
    town.biz.statistics.count(case)
    (fact,) = town.biz.statistics.rows.of_month("2026-11")
    assert fact.outcome == "withdrawn"


def test_an_older_case_never_writes_over_a_newer_one(town: Town) -> None:
    case = town.filed()
    town.run_queue()
    (fact,) = town.biz.statistics.rows.of_month("2026-11")
    assert town.biz.statistics.rows.put(case, fact.model_copy(update={"seen": fact.seen - 1, "outcome": "refused"}))
    assert list(town.biz.statistics.rows.of_month("2026-11")) == [fact]


def test_each_day_the_figures_are_published_once(town: Town) -> None:
    begun(town)
    for _ in range(7):
        town.filed()
    town.run_queue()
    a_day(town)
    assert town.neighbours.figures == {}  # today's are tomorrow's
    town.pass_time(days=1)
    a_day(town)
    assert sorted(town.neighbours.figures) == ["data-dictionary.csv", "licensing-2026-11.csv"]
    assert received(town) == ["7"]
    sent = town.neighbours.publications
    a_day(town)
    town.pass_time(days=1)
    a_day(town)  # nothing changed: nothing is sent
    assert town.neighbours.publications == sent
    town.filed()
    town.run_queue()
    town.pass_time(days=1)
    a_day(town)
    assert (received(town), town.neighbours.publications) == (["8"], sent + 1)


def test_few_cases_are_not_told(town: Town) -> None:
    begun(town)
    town.filed()
    town.run_queue()
    town.pass_time(days=1)
    a_day(town)
    assert received(town) == [""]


def test_a_catalogue_that_is_away_is_asked_again(town: Town) -> None:
    begun(town)
    for _ in range(5):
        town.filed()
    town.run_queue()
    town.pass_time(days=1)
    town.neighbours.broken = True
    a_day(town)
    assert town.neighbours.figures == {}
    town.neighbours.broken = False
    a_day(town)  # too soon
    assert town.neighbours.figures == {}
    town.pass_time(minutes=11)
    a_day(town)
    assert received(town) == ["5"]


def test_the_sweep_publishes(town: Town) -> None:
    town.biz.sweep(town.at)
    for _ in range(5):
        town.filed()
    town.run_queue()
    town.pass_time(days=1)
    for _ in range(MONTHS):
        town.biz.sweep(town.at)
    assert received(town) == ["5"]


@pytest.mark.parametrize("count", [1, 12])
def test_a_minute_without_anything_due_costs_one_look(town: Town, count: int) -> None:
    begun(town)
    for _ in range(count):
        town.filed()
    town.memory.requests.clear()
    assert town.biz.statistics.run(town.at) is None
    assert town.memory.requests == ["get"]
