"""The laptop judges alarms as CloudWatch does."""

from __future__ import annotations

import pytest

from infra.local.alarms.points import Points, name_of
from infra.local.alarms.rules import NotUnderstood, calculated, composite_state, judged

STATES = {"O": "OK", "A": "ALARM", "I": "INSUFFICIENT_DATA", "R": "retained"}


@pytest.mark.parametrize(
    ("points", "needed", "missing", "ignore", "breaching", "not_breaching"),
    [
        ("0-X-X", 3, "O", "O", "O", "O"),
        ("----0", 3, "O", "O", "O", "O"),
        ("-----", 3, "I", "R", "A", "O"),
        ("0XX-X", 3, "A", "A", "A", "A"),
        ("--X--", 3, "A", "R", "A", "O"),
        ("0-X-X", 2, "A", "A", "A", "A"),
        ("00X0X", 2, "A", "A", "A", "A"),
        ("0-X--", 2, "O", "O", "A", "O"),
        ("----0", 2, "O", "O", "A", "O"),
        ("---X-", 2, "A", "R", "A", "O"),
    ],
)
def test_missing_values_count_as_in_the_tables_of_the_user_guide(
    points: str, needed: int, missing: str, ignore: str, breaching: str, not_breaching: str
) -> None:
    """ "Configuring how CloudWatch alarms treat missing data": three periods, of which two or three must be bad."""
    values = [{"0": 0.0, "X": 9.0, "-": None}[each] for each in points]
    for way, state in (
        ("missing", missing),
        ("ignore", ignore),
        ("breaching", breaching),
        ("notBreaching", not_breaching),
    ):
        found = judged(values, periods=3, needed=needed, bad=lambda value: value > 5, missing=way, before="retained")
        assert (way, found) == (way, STATES[state])


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("a + b * 2 - 1", 8.0),
        ("a / z", None),
        ("a + n", None),
        ("FILL(n, 0) + a", 3.0),
        ("IF(a >= 3, 100 * b / a, 0)", 100.0),
        ("IF(a > 3, 1, 0)", 0.0),
        ("IF(n > 3, 1, 0)", None),
        ("IF(a < 4, 7, n)", 7.0),
        ("IF(a <= 2, n, 5)", 5.0),
    ],
)
def test_metric_math(expression: str, value: float | None) -> None:
    assert calculated(expression, {"a": 3.0, "b": 3.0, "z": 0.0, "n": None}) == value


@pytest.mark.parametrize("expression", ["SUM(METRICS())", "a ** 2", "c", "'text'", "1 < a < 3", "a % 2"])
def test_what_is_not_played_here_is_refused(expression: str) -> None:
    with pytest.raises(NotUnderstood):
        calculated(expression, {"a": 3.0})


def test_a_rule_of_another_form_is_refused() -> None:
    with pytest.raises(NotUnderstood):
        composite_state('ALARM("a") AND OK("b")', {"a": "ALARM", "b": "OK"})


@pytest.mark.parametrize(
    ("statistic", "value"),
    [("Sum", 5050.0), ("Maximum", 100.0), ("Minimum", 1.0), ("Average", 50.5), ("SampleCount", 100.0), ("p95", 95.0)],
)
def test_statistics(statistic: str, value: float) -> None:
    points, name = Points(), name_of("Klang", "Some", [("environment", "x")])
    for number in range(1, 101):
        points.add(name, 1000 + number / 10, float(number))
    points.add(name, 2000, 9999)
    assert points.statistic(name, statistic, 1000, 1100) == value
    assert points.statistic(name, statistic, 1200, 1300) is None
    assert points.statistic(name_of("Klang", "Some"), statistic, 1000, 1100) is None
