"""Dashboards: one for each platform, and one over all of them in the stack of the exchange.

A page is read from top to bottom: what people notice, what waits, what the platform does for them, what AWS says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.shared.measures import EVERY, METRICS
from infra.functions import polled
from infra.stages import REGION, Stage
from infra.watching.alarms import alarms_of, functions_of, of_function, of_queue, ours
from infra.watching.model import NAMESPACE, Composite, Series, full_name

PERIOD = 300
WIDTH, HEIGHT, COLUMNS = 8, 6, 3
"""Of a graph, in units of the dashboard's grid of 24 columns ("Dashboard body structure and syntax")."""


@dataclass(frozen=True)
class Every:
    """All series of a metric of ours that has further dimensions, whatever their values."""

    name: str
    environment: str
    platform: str
    statistic: str

    @property
    def expression(self) -> str:
        """CloudWatch's search expression."""
        schema = ",".join((NAMESPACE, "environment", "platform", *METRICS[self.name].by))
        terms = f'MetricName="{self.name}" environment="{self.environment}" platform="{self.platform}"'
        return f"SEARCH('{{{schema}}} {terms}', '{self.statistic}', {PERIOD})"


Graph = tuple[str, Sequence[Series | Every]]

_SHOWN: Mapping[str, Sequence[tuple[str, str, Sequence[str]]]] = {
    "gdx": (
        ("Exchanges", "Sum", ("Exchanges", "ExchangesFailed", "OrdersStalled")),
        ("Outcomes", "Sum", ("ExchangeOutcomes",)),
        ("Provider and exchange, p95", "p95", ("ProviderTime", "OwnTime")),
        ("Transparency log", "Maximum", ("LogBehind", "LogSealFailures")),
    ),
    "opendata": (
        ("Files that became no table", "Sum", ("IngestFailures",)),
        ("From file to table, p95", "p95", ("IngestTime",)),
        ("Search", "Maximum", ("SearchAge", "SearchWaiting", "SearchPublishFailures")),
        ("Harvests", "Sum", ("HarvestsFailed",)),
    ),
    "biz": (
        ("Legal clocks", "Sum", ("ClocksBroken", "ClocksExplained")),
        ("Notices that failed", "Sum", ("NoticesFailed",)),
        ("Money that fits no bill, or not the books", "Sum", ("PaymentMisfits", "PaymentsUnreconciled")),
    ),
    "citizen": (
        ("Logins", "Sum", ("SignIns", "SignInsFailed")),
        ("Login providers away, and offers that stand still", "Maximum", ("LoginsAway", "OffersPaused")),
        ("Notices that failed", "Sum", ("NoticesFailed",)),
        ("Money that fits no bill, or not the books", "Sum", ("PaymentMisfits", "PaymentsUnreconciled")),
    ),
}
"""What is a platform's own: title, statistic, metrics."""


def dashboards_of(stage: Stage, platform: str) -> dict[str, dict[str, Any]]:
    """Bodies by name: `klang-<environment>-<platform>`, and `klang-<environment>` beside the exchange's."""
    environment, (alarms, _) = stage.environment.name, alarms_of(stage, platform)
    names = [alarm.name for alarm in alarms]
    found = {full_name(environment, platform): _page(stage, names, list(graphs_of(stage, platform)))}
    if platform == "gdx":
        names = [Composite(each, ()).name for each in EVERY]
        found[f"klang-{environment}"] = _page(stage, names, list(_over_all(stage)))
    return found


def graphs_of(stage: Stage, platform: str) -> Iterator[Graph]:
    """The graphs of a platform, in the order in which they are looked at."""
    yield "Answers", _all(stage, platform, "Sum", "Answers2xx", "Answers4xx", "Answers5xx")
    yield "Time of an answer", [ours(stage, platform, "AnswerTime", each) for each in ("p50", "p95", "p99")]
    yield "Turned away", _all(stage, platform, "Sum", "Answers401", "Answers403", "Answers429")
    queues = polled(platform)
    yield "Oldest message, s", [of_queue(stage, queue, "ApproximateAgeOfOldestMessage") for queue in queues]
    dead = "ApproximateNumberOfMessagesVisible"
    yield "Failed five times", [of_queue(stage, f"{queue}-dlq", dead) for queue in queues]
    yield "Outbox", _all(stage, platform, "Maximum", "OutboxAge", "OutboxResent", "OutboxGivenUp")
    yield "Messages", _all(stage, platform, "Sum", "Messages", "Replays")
    for title, statistic, names in _SHOWN[platform]:
        yield title, _all(stage, platform, statistic, *names)
    functions = functions_of(stage, platform)
    yield "Functions that crashed", [of_function(stage, each, "Errors") for each in functions]
    yield "Functions turned away", [of_function(stage, each, "Throttles") for each in functions]
    yield "Functions, longest run, ms", [of_function(stage, each, "Duration", "Maximum") for each in functions]
    yield "AWS refused or failed", _all(stage, platform, "Sum", "AwsThrottled", "AwsFailed")
    table = (("TableName", f"klang-{stage.environment.name}-{platform}"),)
    units = ("ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits", "ReadThrottleEvents", "WriteThrottleEvents")
    yield "Table", [Series("AWS/DynamoDB", each, table, "Sum") for each in units]


def _over_all(stage: Stage) -> Iterator[Graph]:
    for title, name, statistic in (
        ("Requests that succeeded", "Answers2xx", "Sum"),
        ("Answers of 5xx", "Answers5xx", "Sum"),
        ("Time of an answer, p95", "AnswerTime", "p95"),
        ("Oldest event sent again, s", "OutboxAge", "Maximum"),
        ("Given up", "OutboxGivenUp", "Maximum"),
    ):
        yield title, [ours(stage, platform, name, statistic) for platform in EVERY]
    yield "Functions at once", [Series("AWS/Lambda", "ConcurrentExecutions", (), "Maximum")]


def _all(stage: Stage, platform: str, statistic: str, *names: str) -> list[Series | Every]:
    environment = stage.environment.name
    return [
        Every(name, environment, platform, statistic) if METRICS[name].by else ours(stage, platform, name, statistic)
        for name in names
    ]


def _page(stage: Stage, alarms: Sequence[str], graphs: Sequence[Graph]) -> dict[str, Any]:
    widgets: list[dict[str, Any]] = [
        {
            "type": "alarm",
            **_place(0, 0, 24, 5),
            "properties": {"title": "Alarms", "alarms": [_arn(stage, name) for name in alarms]},
        }
    ]
    for number, (title, series) in enumerate(graphs):
        row, column = divmod(number, COLUMNS)
        graph = {
            "title": title,
            "view": "timeSeries",
            "region": REGION,
            "period": PERIOD,
            "metrics": [_metric(each) for each in series],
        }
        place = _place(column * WIDTH, 5 + row * HEIGHT, WIDTH, HEIGHT)
        widgets.append({"type": "metric", **place, "properties": graph})
    return {"widgets": widgets}


def _metric(series: Series | Every) -> list[Any]:
    if isinstance(series, Every):
        return [{"expression": series.expression}]
    dimensions = [part for pair in series.dimensions for part in pair]
    return [series.namespace, series.name, *dimensions, {"stat": series.statistic}]


def _place(x: int, y: int, width: int, height: int) -> dict[str, int]:
    return {"x": x, "y": y, "width": width, "height": height}


def _arn(stage: Stage, name: str) -> str:
    """Filled in by CloudFormation: the account is not known here."""
    account = "arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}"
    return f"{account}:alarm:{full_name(stage.environment.name, name)}"
