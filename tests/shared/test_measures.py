"""Measurements: gathered where somebody listens, by the table alone, and with nothing that a request brought."""

from __future__ import annotations

import re
import threading

import pytest

from chalicelib.shared.measures import (
    EVERY,
    METRICS,
    OTHER,
    Measurement,
    UnknownMetric,
    answered,
    at_work,
    measure,
    measuring,
)

MOST_VALUES = 60
"""Series of one metric and platform: each is paid for by the month (CloudWatch pricing, custom metrics)."""


def test_the_table_is_one_of_few_series_with_fixed_values() -> None:
    for name, metric in METRICS.items():
        assert name == metric.name and re.fullmatch(r"[A-Z][A-Za-z0-9]+", name)
        assert metric.unit in ("Count", "Milliseconds", "Seconds", "Percent")
        assert metric.platforms and set(metric.platforms) <= set(EVERY)
        assert metric.meaning and metric.where
        series = 1
        for dimension, values in metric.by.items():
            assert dimension in ("outcome", "service", "door", "channel", "cause")
            assert all(re.fullmatch(r"[a-z0-9-]+", value) for value in values)
            series *= len(values)
        assert series <= MOST_VALUES
    assert sum(len(metric.platforms) for metric in METRICS.values()) < 150


def test_nobody_hears_what_is_measured_outside() -> None:
    measure("OutboxAge", 5, platform="gdx")
    with measuring() as taken:
        pass
    measure("OutboxAge", 5, platform="gdx")
    assert taken == []


def test_what_is_measured_is_of_the_platform_at_work() -> None:
    with measuring() as taken, at_work("biz"):
        measure("OutboxAge", 5)
        with at_work("citizen"):
            measure("OutboxAge", 6)
        measure("OutboxAge", 7)
        measure("OutboxAge", 8, platform="gdx")
    assert [(each.platform, each.value) for each in taken] == [("biz", 5), ("citizen", 6), ("biz", 7), ("gdx", 8)]


def test_what_belongs_to_no_platform_of_the_metrics_is_left_out() -> None:
    with measuring() as taken:
        answered(200, False, 0.1)  # nobody is at work
        with at_work("front"):
            answered(200, False, 0.1)
        with at_work("biz"):
            measure("LogBehind", 3)  # the exchange's own
    assert taken == []


def test_a_value_that_is_not_listed_is_another() -> None:
    with measuring() as taken:
        measure("AwsFailed", platform="gdx", service="1101700207030")
    assert taken == [Measurement("AwsFailed", 1, "gdx", (("service", OTHER),))]


@pytest.mark.parametrize(("name", "by"), [("Nothing", {}), ("OutboxAge", {"person": "x"}), ("Messages", {})])
def test_what_the_table_does_not_know_is_refused(name: str, by: dict[str, str]) -> None:
    with pytest.raises(UnknownMetric):
        measure(name, 1, platform="gdx", **by)


def test_an_inner_one_may_pass_on_what_it_heard() -> None:
    with measuring() as outer, at_work("gdx"):
        with measuring(passing_on=True) as inner:
            measure("OutboxAge", 1)
        with measuring():
            measure("OutboxAge", 2)
    assert [each.value for each in inner] == [each.value for each in outer] == [1]


def test_threads_do_not_hear_each_other() -> None:
    heard: list[int] = []

    def run() -> None:
        with measuring() as mine:
            measure("OutboxAge", 1, platform="gdx")
            heard.append(len(mine))

    with measuring() as taken:
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
    assert (taken, heard) == ([], [1])


@pytest.mark.parametrize(
    ("status", "again", "names"),
    [
        (200, False, ["Answers2xx", "AnswerTime"]),
        (201, True, ["Answers2xx", "AnswerTime", "Replays"]),
        (401, False, ["Answers4xx", "AnswerTime", "Answers401"]),
        (429, False, ["Answers4xx", "AnswerTime", "Answers429"]),
        (503, False, ["Answers5xx", "AnswerTime"]),
    ],
)
def test_an_answer_is_measured_by_what_it_was(status: int, again: bool, names: list[str]) -> None:
    with measuring() as taken, at_work("citizen"):
        answered(status, again, 0.25)
    assert [each.name for each in taken] == names
    assert taken[1].value == 250.0
