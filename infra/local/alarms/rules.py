"""Which state an alarm has: CloudWatch's rules (User Guide, "Using Amazon CloudWatch alarms" and "Configuring how
CloudWatch alarms treat missing data").

An alarm looks at its last N periods and rings when M of them are bad. Where values are missing it looks a little
further back; only if there are fewer than N values then, the missing ones count as the alarm says. How much further AWS
does not promise; its examples look at five periods for three, and so does this.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from typing import Any

from infra.local.alarms.points import Points, name_of

OK, ALARM, UNKNOWN = "OK", "ALARM", "INSUFFICIENT_DATA"
FURTHER = 2
"""Periods beyond N that are looked at for missing values."""

_BAD = {
    "GreaterThanThreshold": lambda value, threshold: value > threshold,
    "GreaterThanOrEqualToThreshold": lambda value, threshold: value >= threshold,
    "LessThanThreshold": lambda value, threshold: value < threshold,
    "LessThanOrEqualToThreshold": lambda value, threshold: value <= threshold,
}


class NotUnderstood(Exception):
    """The alarm uses something of CloudWatch that is not played here."""


def state_of(alarm: Mapping[str, Any], points: Points, now: float, before: str = OK) -> str:
    """The state of a metric alarm as DescribeAlarms tells it.

    Args:
        alarm: its definition.
        points: what was measured.
        now: epoch seconds; the running minute counts already, AWS waits for its end.
        before: the state that it has.

    Raises:
        NotUnderstood: see above.
    """
    end = (now // 60 + 1) * 60
    period = period_of(alarm)
    looked = alarm["EvaluationPeriods"] + FURTHER
    stretches = [(end - period * (back + 1), end - period * back) for back in reversed(range(looked))]
    return judged(
        [_value(alarm, points, begin, until) for begin, until in stretches],
        periods=alarm["EvaluationPeriods"],
        needed=alarm.get("DatapointsToAlarm") or alarm["EvaluationPeriods"],
        bad=lambda value: _BAD[alarm["ComparisonOperator"]](value, alarm["Threshold"]),
        missing=alarm.get("TreatMissingData") or "missing",
        before=before,
    )


def period_of(alarm: Mapping[str, Any]) -> int:
    """Seconds of one period."""
    if "Period" in alarm:
        return int(alarm["Period"])
    return max(int(query["MetricStat"]["Period"]) for query in alarm["Metrics"] if "MetricStat" in query)


def judged(
    values: Sequence[float | None], *, periods: int, needed: int, bad: Any, missing: str, before: str = OK
) -> str:
    """The state by the values of the evaluation range, oldest first; None is a missing one."""
    there = [bad(value) for value in values if value is not None][-periods:]
    rings, gaps = sum(there), periods - len(there)
    match missing:
        case "breaching":
            return ALARM if rings + gaps >= needed else OK
        case "notBreaching":
            return ALARM if rings >= needed else OK
        case "ignore" if gaps and rings < needed and all(there):
            return before
        case "missing" if not there:
            return UNKNOWN
        case "missing" if gaps and all(there):
            return ALARM
        case "ignore" | "missing":
            return ALARM if rings >= needed else OK
        case _:
            raise NotUnderstood(f"TreatMissingData {missing}")


def composite_state(rule: str, states: Mapping[str, str]) -> str:
    """The state of an alarm over alarms; only `ALARM("...") OR ALARM("...")` is played here."""
    names = []
    for part in rule.split(" OR "):
        found = re.fullmatch(r'ALARM\("([^"]+)"\)', part.strip())
        if found is None:
            raise NotUnderstood(part)
        names.append(found[1])
    return ALARM if any(states.get(name) == ALARM for name in names) else OK


def _value(alarm: Mapping[str, Any], points: Points, begin: float, end: float) -> float | None:
    if "MetricName" in alarm:
        statistic = alarm.get("Statistic") or alarm["ExtendedStatistic"]
        name = name_of(alarm["Namespace"], alarm["MetricName"], _pairs(alarm["Dimensions"]))
        return points.statistic(name, statistic, begin, end)
    values, result = {}, None
    for query in alarm["Metrics"]:
        if "MetricStat" in query:
            metric, statistic = query["MetricStat"]["Metric"], query["MetricStat"]["Stat"]
            name = name_of(metric["Namespace"], metric["MetricName"], _pairs(metric.get("Dimensions", ())))
            values[query["Id"]] = points.statistic(name, statistic, begin, end)
        elif query.get("ReturnData"):
            result = query["Expression"]
    if result is None:
        raise NotUnderstood("no expression gives the result")
    return calculated(result, values)


def calculated(expression: str, values: Mapping[str, float | None]) -> float | None:
    """Metric math for one period: + - * /, comparisons, IF and FILL; None where a value is missing.

    Raises:
        NotUnderstood: another function or operator.
    """
    return _node(ast.parse(expression, mode="eval").body, values)


def _node(node: ast.expr, values: Mapping[str, float | None]) -> float | None:
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Name(id=name) if name in values:
            return values[name]
        case ast.BinOp(left=left, op=operator, right=right):
            return _both(operator, _node(left, values), _node(right, values))
        case ast.Compare(left=left, ops=[operator], comparators=[right]):
            return _both(operator, _node(left, values), _node(right, values))
        case ast.Call(func=ast.Name(id="FILL"), args=[inner, filler]):
            found = _node(inner, values)
            return _node(filler, values) if found is None else found
        case ast.Call(func=ast.Name(id="IF"), args=[condition, then, otherwise]):
            judged = _node(condition, values)
            return None if judged is None else _node(then if judged else otherwise, values)
        case _:
            raise NotUnderstood(ast.unparse(node))


def _both(operator: ast.AST, left: float | None, right: float | None) -> float | None:
    if left is None or right is None:
        return None
    match operator:
        case ast.Add():
            return left + right
        case ast.Sub():
            return left - right
        case ast.Mult():
            return left * right
        case ast.Div():
            return left / right if right else None
        case ast.Gt():
            return float(left > right)
        case ast.GtE():
            return float(left >= right)
        case ast.Lt():
            return float(left < right)
        case ast.LtE():
            return float(left <= right)
        case _:
            raise NotUnderstood(type(operator).__name__)


def _pairs(dimensions: Any) -> list[tuple[str, str]]:
    return [(each["Name"], each["Value"]) for each in dimensions]
