"""Each alarm rings when what it watches goes wrong, and none while all is well."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from chalicelib.shared.measures import EVERY, METRICS
from infra.functions import polled
from infra.local.alarms.points import Points, name_of
from infra.local.alarms.rules import ALARM, OK, composite_state, period_of, state_of
from infra.stages import stages
from infra.watching import Alarm, Series, alarms_of
from infra.watching.model import NAMESPACE, full_name

NOW = 1_800_000_000.0
DEV = stages()["dev"]
ALARMS = [alarm for platform in EVERY for alarm in alarms_of(DEV, platform)[0]]

HEALTHY: dict[str, float] = {
    "Answers2xx": 40, "Answers4xx": 3, "AnswerTime": 120, "OutboxGivenUp": 0, "OutboxAge": 61, "Exchanges": 30,
    "ExchangesFailed": 1, "LogBehind": 20, "LogSealFailures": 0, "SearchAge": 600, "SearchPublishFailures": 0,
    "SignIns": 12, "Invocations": 9, "Errors": 0, "ConcurrentExecutions": 40, "ApproximateNumberOfMessagesVisible": 0,
    "ApproximateAgeOfOldestMessage": 2,
}  # fmt: skip
"""A good minute. What is not here is not measured then."""

SICK: dict[str, dict[str, float]] = {
    "dlq-not-empty": {"ApproximateNumberOfMessagesVisible": 1},
    "old": {"ApproximateAgeOfOldestMessage": 901},
    "answers-failing": {"Answers5xx": 3},
    "answers-slow": {"AnswerTime": 9000},
    "functions-failing": {"Errors": 2},
    "api-throttled": {"Throttles": 4},
    "concurrency-high": {"ConcurrentExecutions": 950},
    "outbox-old": {"OutboxAge": 22_000},
    "given-up": {"OutboxGivenUp": 1},
    "aws-throttled": {"AwsThrottled": 4},
    "aws-failing": {"AwsFailed": 4},
    "exchanges-failing": {"ExchangesFailed": 10},
    "orders-stalled": {"OrdersStalled": 1},
    "log-old": {"LogBehind": 301},
    "log-failing": {"LogSealFailures": 1},
    "ingest-failing": {"IngestFailures": 1},
    "search-failing": {"SearchPublishFailures": 1},
    "search-old": {"SearchAge": 3700},
    "harvests-failing": {"HarvestsFailed": 1},
    "clocks-broken": {"ClocksBroken": 1},
    "notices-failing": {"NoticesFailed": 4},
    "payments-misfit": {"PaymentMisfits": 1},
    "payments-unreconciled": {"PaymentsUnreconciled": 2},
    "sign-ins-failing": {"SignInsFailed": 6},
}
"""A bad minute, by the end of the alarm's name. `sweep-silent` has its own test."""


def told(alarm: Alarm) -> dict[str, Any]:
    """The alarm as DescribeAlarms tells it."""
    return alarm.properties(DEV.environment.name)


def played(series: Iterable[Series], values: dict[str, float], minutes: int = 400) -> Points:
    points = Points()
    for each in set(series):
        value = values.get(each.name)
        for minute in range(minutes) if value is not None else ():
            points.add(name_of(each.namespace, each.name, each.dimensions), NOW - 60 * minute, value or 0.0)
    return points


def kind(alarm: Alarm) -> str:
    return next(end for end in sorted([*SICK, "sweep-silent"], key=len, reverse=True) if alarm.name.endswith(f"-{end}"))


@pytest.mark.parametrize("alarm", ALARMS, ids=lambda alarm: alarm.name)
def test_it_rings_in_bad_minutes_and_not_in_good_ones(alarm: Alarm) -> None:
    series = alarm.series.values()
    assert state_of(told(alarm), played(series, HEALTHY), NOW) == OK
    if kind(alarm) != "sweep-silent":
        assert state_of(told(alarm), played(series, HEALTHY | SICK[kind(alarm)]), NOW) == ALARM


@pytest.mark.parametrize("alarm", ALARMS, ids=lambda alarm: alarm.name)
def test_silence_rings_only_where_something_measures_each_minute(alarm: Alarm) -> None:
    rings = state_of(told(alarm), Points(), NOW) == ALARM
    assert rings == alarm.silence_rings == (kind(alarm) in ("sweep-silent", "log-old", "search-old"))


@pytest.mark.parametrize("alarm", ALARMS, ids=lambda alarm: alarm.name)
def test_it_is_quiet_again_when_it_is_over(alarm: Alarm) -> None:
    """One bad minute, long ago: nobody is called for it for ever."""
    points = played(alarm.series.values(), HEALTHY)
    for each in alarm.series.values():
        points.add(name_of(each.namespace, each.name, each.dimensions), NOW - 7.5 * 3600, 10_000)
    assert state_of(told(alarm), points, NOW) == OK


def test_every_queue_has_its_two_alarms() -> None:
    names = {alarm.name for alarm in ALARMS}
    queues = [queue for platform in EVERY for queue in polled(platform)]
    assert len(queues) == 12
    assert {f"{queue}-{end}" for queue in queues for end in ("dlq-not-empty", "old")} <= names


def test_a_series_is_of_a_known_metric_with_all_its_dimensions() -> None:
    for alarm in ALARMS:
        for series in alarm.series.values():
            if series.namespace == NAMESPACE:
                metric, given = METRICS[series.name], dict(series.dimensions)
                assert given.keys() == {"environment", "platform", *metric.by}
                assert given["platform"] in metric.platforms
                assert all(given[name] in values for name, values in metric.by.items())


def test_an_alarm_keeps_to_the_limits_of_cloudwatch() -> None:
    """PutMetricAlarm: at most ten metrics in an expression, a day of periods, 1,024 characters of description."""
    for alarm in ALARMS:
        spelled = told(alarm)
        assert len(alarm.series) <= 10
        assert period_of(spelled) * alarm.periods <= 86_400
        assert 1 <= alarm.needed <= alarm.periods
        assert len(spelled["AlarmDescription"]) <= 1024


def test_one_alarm_calls_for_all_of_its_platform() -> None:
    for platform in EVERY:
        alarms, composite = alarms_of(DEV, platform)
        rule = composite.properties("dev")["AlarmRule"]
        assert len(rule) <= 10_240
        quiet = {full_name("dev", alarm.name): OK for alarm in alarms}
        assert composite_state(rule, quiet) == OK
        assert all(composite_state(rule, quiet | {name: ALARM}) == ALARM for name in quiet)


def test_in_an_environment_of_four_stages_a_platform_watches_its_own_functions() -> None:
    stage = stages()["prod-biz"]
    named = {
        value
        for alarm in alarms_of(stage, "biz")[0]
        for series in alarm.series.values()
        for name, value in series.dimensions
        if name == "FunctionName"
    }
    assert named == {stage.function_name(name) for name in ("api_handler", *stage.handlers)}
