"""Queues and schedules: each has a function in app.py, each queue a dead-letter queue, each function enough time."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chalice.app import Rate, ScheduledEventConfig, SQSEventConfig

from chalicelib.settings import ROOMS, VARIABLES, Settings
from infra.functions import HANDLERS
from infra.provision import load_template
from infra.rights.granted import API, sends
from tests.house.source import ROOT, files, name_of, tree
from tests.house.the_app import APP, HOUSE, MODULE

STAGES: dict[str, Any] = json.loads((ROOT / ".chalice" / "config.json").read_text(encoding="utf-8"))["stages"]
QUEUES = {
    resource.properties["QueueName"]["Fn::Sub"].removeprefix("klang-${Environment}-"): resource
    for resource in load_template().resources.values()
    if resource.type == "AWS::SQS::Queue"
}
DEAD = {name for name in QUEUES if name.endswith("-dlq")}
CONSUMED = {source.name: source for source in APP.event_sources if isinstance(source, SQSEventConfig)}
CALLED = {function.name for function in APP.pure_lambda_functions}
SCHEDULED = {source.name: source for source in APP.event_sources if isinstance(source, ScheduledEventConfig)}


def function_of(queue: str) -> str:
    return queue.replace("-", "_")


def test_every_event_has_its_function_in_the_front_door() -> None:
    """Chalice deploys a Blueprint's handler as `<its module>.<name>` and never imports app.py for it."""
    assert {source.name for source in APP.event_sources} == set(CONSUMED) | set(SCHEDULED)
    for source in APP.event_sources:
        assert source.handler_string == f"app.{source.name}"
        assert callable(getattr(MODULE, source.name))
    assert {function.name for function in APP.pure_lambda_functions} == CALLED == set(HOUSE.functions)
    assert all(function.handler_string == f"app.{function.name}" for function in APP.pure_lambda_functions)


def test_no_room_declares_events() -> None:
    words = ("on_sqs_message", "on_s3_event", "schedule", "on_cw_event", "lambda_function", "on_sns_message")
    for path in files("chalicelib"):
        used = {node.attr for node in ast.walk(tree(path)) if isinstance(node, ast.Attribute)}
        assert not used & set(words), name_of(path)


@pytest.mark.parametrize("queue", sorted(set(QUEUES) - DEAD))
def test_a_queue_is_consumed_and_has_a_dead_letter_queue(queue: str) -> None:
    source = CONSUMED[function_of(queue)]
    assert source.queue == HOUSE.settings.queue(queue)
    assert source.batch_size == 1, "a failure of one message must not repeat another"
    redrive = QUEUES[queue].properties["RedrivePolicy"]
    assert redrive["maxReceiveCount"] == 5
    assert redrive["deadLetterTargetArn"] == {"Fn::GetAtt": [QUEUES[f"{queue}-dlq"].logical_id, "Arn"]}
    assert QUEUES[queue].condition == QUEUES[f"{queue}-dlq"].condition


def test_every_dead_letter_queue_belongs_to_a_queue() -> None:
    assert {f"{name}-dlq" for name in set(QUEUES) - DEAD} == DEAD


def test_every_function_of_a_queue_has_its_queue() -> None:
    assert set(CONSUMED) == {function_of(name) for name in set(QUEUES) - DEAD}
    assert set(CONSUMED) == set(HOUSE.handlers)


def test_each_function_takes_its_own_queue_in_the_name_of_its_role() -> None:
    said = {name: entry.queue for entries in HANDLERS.values() for name, entry in entries.items() if entry.queue}
    assert {name: HOUSE.settings.queue(queue) for name, queue in said.items()} == {
        name: source.queue for name, source in CONSUMED.items()
    }


def test_every_sweep_runs_each_minute() -> None:
    assert set(SCHEDULED) == set(HOUSE.sweeps)
    for source in SCHEDULED.values():
        assert isinstance(source.schedule_expression, Rate)
        assert source.schedule_expression.to_string() == "rate(1 minute)"


def test_every_room_that_sends_is_swept() -> None:
    """An outbox without a sweep loses what a dead queue did not take."""
    assert {room for room in ROOMS if sends(room)} == {
        name.removesuffix("_sweep") for name in SCHEDULED if name.endswith("_sweep")
    }


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_has_just_the_functions_of_its_platforms(stage: str) -> None:
    platforms = STAGES[stage]["environment_variables"]["PLATFORMS"].split(",")
    named = {source.name for source in APP.event_sources} | CALLED
    expected = {name for name in named if name.split("_")[0] in platforms}
    assert set(STAGES[stage]["lambda_functions"]) == expected | {API}


@pytest.mark.parametrize("stage", STAGES)
def test_a_function_ends_long_before_its_message_is_given_out_again(stage: str) -> None:
    """AWS: visibility timeout at least six times the function's timeout."""
    for name, function in STAGES[stage].get("lambda_functions", {}).items():
        if name in CONSUMED:
            queue = QUEUES[name.replace("_", "-")]
            assert function["lambda_timeout"] * 6 <= queue.properties["VisibilityTimeout"]
        elif name in SCHEDULED:
            assert function["lambda_timeout"] < 60, "a sweep ends before the next one begins"
            assert function["reserved_concurrency"] == 1


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_sets_just_the_settings(stage: str) -> None:
    variables = STAGES[stage]["environment_variables"]
    assert sorted(variables) == sorted(VARIABLES)
    assert not Settings.from_env({**variables, "AWS_REGION": "ap-southeast-1"}).on_laptop


def queue_constants(path: Path) -> Iterator[tuple[str, int]]:
    """Every queue that a file names, by `queue=` or by a constant called QUEUE."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.keyword) and node.arg == "queue" and isinstance(node.value, ast.Constant):
            if node.value.value is not None:
                yield str(node.value.value), node.value.lineno
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            named = [target.id for target in node.targets if isinstance(target, ast.Name)]
            if any(re.fullmatch(r"([A-Z]+_)?QUEUE", name) for name in named):
                yield str(node.value.value), node.lineno


def test_every_queue_that_the_rooms_name_exists_and_is_theirs_to_send_to() -> None:
    named = [
        (path, queue, line) for path in files("chalicelib") for queue, line in queue_constants(path) if queue != "None"
    ]
    assert named
    for path, queue, line in named:
        room = path.relative_to(ROOT / "chalicelib").parts[0]
        assert queue in sends(room), f"{name_of(path)}:{line}: {room} may not send to {queue}"
