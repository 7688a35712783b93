"""Saved queries of CloudWatch Logs Insights: the questions that an operator asks of the logs.

They name fields of the one schema of a line (`docs/how-to/watch-the-platforms.md`), which a test compares.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from infra.stages import Stage
from infra.watching.alarms import functions_of


@dataclass(frozen=True)
class Query:
    """One saved query; `text` is in the language of Logs Insights."""

    name: str
    title: str
    text: str

    def properties(self, stage: Stage, platform: str) -> dict[str, Any]:
        """Of AWS::Logs::QueryDefinition, over all functions that serve a platform."""
        groups = [f"/aws/lambda/{stage.function_name(name)}" for name in functions_of(stage, platform)]
        name = f"klang/{stage.environment.name}/{platform}/{self.title}"
        return {"Name": name, "LogGroupNames": groups, "QueryString": self.text}


QUERIES = (
    Query(
        "one-request",
        "one request through all functions",
        "fields @timestamp, function_name, level, message, route, event_id, error\n"
        "| filter correlation_id = 'PUT-IT-HERE'\n| sort @timestamp asc\n| limit 1000",
    ),
    Query(
        "unforeseen",
        "unforeseen errors by place",
        "fields @timestamp\n| filter level = 'ERROR'\n"
        "| stats count(*) as times, max(@timestamp) as last by message, error, route\n| sort times desc\n| limit 100",
    ),
    Query(
        "warnings",
        "warnings by kind",
        "fields @timestamp\n| filter level = 'WARNING'\n"
        "| stats count(*) as times, max(@timestamp) as last by function_name, message\n| sort times desc\n| limit 100",
    ),
    Query(
        "refused",
        "refusals by route",
        "fields @timestamp\n| filter message = 'refused'\n"
        "| stats count(*) as times by slug, route\n| sort times desc\n| limit 100",
    ),
    Query(
        "slow",
        "slowest runs",
        "filter @type = 'REPORT'\n| fields @timestamp, @log, @duration, @maxMemoryUsed, @initDuration, @requestId\n"
        "| sort @duration desc\n| limit 50",
    ),
    Query(
        "providers",
        "providers that broke their contract",
        "fields @timestamp\n| filter message = 'provider broke its contract'\n"
        "| stats count(*) as times, max(@timestamp) as last by service\n| sort times desc\n| limit 100",
    ),
    Query(
        "given-up",
        "events that were given up",
        "fields @timestamp, event_id, function_name\n| filter message = 'outbox row given up'\n"
        "| sort @timestamp desc\n| limit 200",
    ),
)
