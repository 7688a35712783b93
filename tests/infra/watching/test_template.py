"""What watches a platform lints, fits into CloudFormation's limits, and names nothing that does not exist."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from chalicelib.shared.measures import EVERY, METRICS
from infra.provision import apply, load_template
from infra.provision.template import template_of
from infra.stages import Stage, stages
from infra.watching import document, template
from infra.watching.__main__ import main
from infra.watching.model import NAMESPACE
from tests.support.cloud import empty_cloud

LONGEST_BODY = 51_200
"""Bytes that CloudFormation takes without a bucket (quotas, "Template body size")."""

EACH = [(stage, platform) for stage in stages().values() for platform in stage.platforms]

OF_AWS: dict[str, dict[str, set[str]]] = {
    "AWS/Lambda": {name: {"FunctionName"} for name in ("Errors", "Throttles", "Duration")}
    | {"ConcurrentExecutions": set()},
    "AWS/SQS": {
        name: {"QueueName"} for name in ("ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage")
    },
    "AWS/DynamoDB": {
        name: {"TableName"}
        for name in (
            "ConsumedReadCapacityUnits",
            "ConsumedWriteCapacityUnits",
            "ReadThrottleEvents",
            "WriteThrottleEvents",
        )
    },
}
"""Metrics and dimensions as the services' own pages list them (Lambda "Types of metrics", SQS "Available CloudWatch
metrics", DynamoDB "Metrics and dimensions")."""


def test_templates_fit_into_a_call() -> None:
    assert len(load_template().text.encode()) <= LONGEST_BODY
    for stage, platform in EACH:
        assert len(template(stage, platform).text.encode()) <= LONGEST_BODY


def test_cfn_lint_finds_nothing(tmp_path: Path) -> None:
    main(["dev", "--out", str(tmp_path)])
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == sorted(f"klang-dev-{platform}-watching.json" for platform in EVERY)
    lint = Path(sys.executable).with_name("cfn-lint")
    # the exchange's has everything that the others have, and takes five seconds
    one = tmp_path / "klang-dev-gdx-watching.json"
    done = subprocess.run([lint, one], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_it_can_be_put_in_place_twice() -> None:
    with empty_cloud() as session:
        watched = template(stages()["prod-citizen"], "citizen")
        first, second = apply(watched, {}, session), apply(watched, {}, session)
        assert first.changes.keys() == watched.resources.keys()
        assert second.changes == {}
        changed = document(stages()["prod-citizen"], "citizen")
        changed["Resources"]["CitizenEventsOld"]["Properties"]["Threshold"] = 600
        changed["Resources"]["QueryWarnings"]["Properties"]["QueryString"] = "limit 1"
        assert apply(template_of(changed), {}, session).changes == {
            "CitizenEventsOld": ("replaced",),
            "QueryWarnings": ("replaced",),
        }


def dashboards(stage: Stage, platform: str) -> dict[str, Any]:
    resources = document(stage, platform)["Resources"].values()
    return {
        each["Properties"]["DashboardName"]: json.loads(each["Properties"]["DashboardBody"]["Fn::Sub"])
        for each in resources
        if each["Type"] == "AWS::CloudWatch::Dashboard"
    }


def test_each_platform_has_a_dashboard_and_the_exchange_one_over_all() -> None:
    names = {name for platform in EVERY for name in dashboards(stages()[f"prod-{platform}"], platform)}
    assert names == {"klang-prod", *(f"klang-prod-{platform}" for platform in EVERY)}


@pytest.mark.parametrize(("stage", "platform"), EACH, ids=lambda value: value if isinstance(value, str) else value.name)
def test_a_dashboard_names_only_metrics_that_exist(stage: Stage, platform: str) -> None:
    for body in dashboards(stage, platform).values():
        graphs = [widget["properties"] for widget in body["widgets"] if widget["type"] == "metric"]
        assert graphs
        for graph in graphs:
            assert graph["metrics"]
            for metric in graph["metrics"]:
                _exists(metric, stage.environment.name)
        taken = [(w["x"], w["y"]) for w in body["widgets"]]
        assert len(set(taken)) == len(taken)


def _exists(metric: list[Any], environment: str) -> None:
    if isinstance(metric[0], dict):
        expression = metric[0]["expression"]
        schema, _, rest = expression.removeprefix("SEARCH('{").partition("} ")
        name = rest.partition('MetricName="')[2].partition('"')[0]
        assert set(schema.split(",")) == {NAMESPACE, "environment", "platform", *METRICS[name].by}
        assert f'environment="{environment}"' in rest
        return
    namespace, name, *pairs, options = metric
    dimensions = dict(zip(pairs[::2], pairs[1::2], strict=True))
    if namespace == NAMESPACE:
        assert dimensions.keys() == {"environment", "platform", *METRICS[name].by}
        assert dimensions["platform"] in METRICS[name].platforms
    else:
        assert dimensions.keys() == OF_AWS[namespace][name]
    assert options["stat"] in {"Sum", "Maximum", "p50", "p95", "p99"}


def test_every_metric_is_on_its_platforms_dashboard() -> None:
    left_out = {"Answers3xx"}
    for platform in EVERY:
        text = json.dumps(dashboards(stages()["dev"], platform)[f"klang-dev-{platform}"]).replace("\\", "")
        shown = {name for name in METRICS if f'"{name}"' in text}
        assert {name for name, metric in METRICS.items() if platform in metric.platforms} - left_out <= shown
