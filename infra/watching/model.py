"""Alarms and series of metrics as data, and how CloudFormation spells them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

NAMESPACE = "Klang"
RUNBOOK = "docs/runbook.md"
RATE = "rate"
"""The id of an alarm's result where it is worked out from several series."""


@dataclass(frozen=True)
class Series:
    """One metric of CloudWatch, with one statistic over each period.

    Attributes:
        namespace: `Klang` or one of AWS's own.
        name: of the metric.
        dimensions: (name, value) pairs; all that the metric has, or it is another one.
        statistic: `Sum`, `Maximum`, `Average`, `SampleCount`, or a percentile such as `p95`.
    """

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]
    statistic: str

    @property
    def spelled(self) -> list[dict[str, str]]:
        """The dimensions as CloudFormation and the API want them."""
        return [{"Name": name, "Value": value} for name, value in self.dimensions]


@dataclass(frozen=True)
class Alarm:
    """One alarm on a series, or on what is worked out from several.

    Attributes:
        name: without the environment; with it, `klang-<environment>-<name>`.
        platform: whose it is.
        section: heading of its section in the runbook.
        what: one sentence.
        series: by id; the only one, or those that `expression` names.
        expression: CloudWatch metric math over them; None: the only series itself.
        over: rings above this value ...
        at_least: ... or from this value on; just one of `over`, `at_least` and `below` is given.
        below: ... or below it.
        period: seconds.
        periods: so many of them are looked at ...
        needed: ... and so many must be bad.
        silence_rings: whether a period without any value is bad.
    """

    name: str
    platform: str
    section: str
    what: str
    series: Mapping[str, Series]
    expression: str | None = None
    over: float | None = None
    at_least: float | None = None
    below: float | None = None
    period: int = 60
    periods: int = 1
    needed: int = 1
    silence_rings: bool = False

    @property
    def comparison(self) -> tuple[str, float]:
        """CloudWatch's operator, and the threshold."""
        if self.over is not None:
            return "GreaterThanThreshold", self.over
        if self.below is not None:
            return "LessThanThreshold", self.below
        assert self.at_least is not None, f"{self.name} has no threshold"
        return "GreaterThanOrEqualToThreshold", self.at_least

    def properties(self, environment: str) -> dict[str, Any]:
        """Of AWS::CloudWatch::Alarm. It tells nobody: the platform's composite alarm does."""
        operator, threshold = self.comparison
        common = {
            "AlarmName": full_name(environment, self.name),
            "AlarmDescription": f"{self.what} {RUNBOOK}, section {self.section}.",
            "EvaluationPeriods": self.periods,
            "DatapointsToAlarm": self.needed,
            "ComparisonOperator": operator,
            "Threshold": threshold,
            "TreatMissingData": "breaching" if self.silence_rings else "notBreaching",
        }
        if self.expression is None:
            (series,) = self.series.values()
            kind = "ExtendedStatistic" if series.statistic.startswith("p") else "Statistic"
            return common | {
                "Namespace": series.namespace,
                "MetricName": series.name,
                "Dimensions": series.spelled,
                kind: series.statistic,
                "Period": self.period,
            }
        return common | {"Metrics": [*self._queries(), {"Id": RATE, "Expression": self.expression, "ReturnData": True}]}

    def _queries(self) -> list[dict[str, Any]]:
        return [
            {
                "Id": name,
                "ReturnData": False,
                "MetricStat": {
                    "Metric": {
                        "Namespace": series.namespace,
                        "MetricName": series.name,
                        "Dimensions": series.spelled,
                    },
                    "Period": self.period,
                    "Stat": series.statistic,
                },
            }
            for name, series in self.series.items()
        ]


@dataclass(frozen=True)
class Composite:
    """One alarm over all alarms of a platform: the only one that calls somebody, and only once."""

    platform: str
    alarms: tuple[str, ...]

    @property
    def name(self) -> str:
        """Without the environment."""
        return f"{self.platform}-in-trouble"

    def properties(self, environment: str) -> dict[str, Any]:
        """Of AWS::CloudWatch::CompositeAlarm, without whom it calls."""
        return {
            "AlarmName": full_name(environment, self.name),
            "AlarmDescription": f"At least one alarm of {self.platform} rings; {RUNBOOK} has a section for each.",
            "AlarmRule": " OR ".join(f'ALARM("{full_name(environment, name)}")' for name in self.alarms),
        }


def full_name(environment: str, name: str) -> str:
    """The name of an alarm in CloudWatch."""
    return f"klang-{environment}-{name}"
