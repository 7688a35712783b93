"""Reads from the local cloud's APIs what `chalice deploy` left there: functions, queues, schedules, APIs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from chalice.app import ScheduledEventConfig, SQSEventConfig

from infra.local.gateway import Api
from infra.package.workshop import Workshop
from infra.rehearsal.pool import Function, Pool
from infra.stages import Stage


class NotAsDeployed(Exception):
    """What the cloud has is not what was sent there."""


def functions_of(session: Any, stage: Stage, workshop: Workshop) -> dict[str, Function]:
    """The functions of a stage, by name.

    Raises:
        FileNotFoundError: the cloud runs code that this workshop did not build.
    """
    client = session.client("lambda")
    names = {stage.function_name(handler) for handler in ("api_handler", *stage.handlers)}
    found = {}
    for page in client.get_paginator("list_functions").paginate():
        for entry in page["Functions"]:
            if entry["FunctionName"] in names:
                found[entry["FunctionName"]] = _function(client, entry, workshop)
    return found


def _function(client: Any, entry: Mapping[str, Any], workshop: Workshop) -> Function:
    reserved = client.get_function_concurrency(FunctionName=entry["FunctionName"])
    return Function(
        name=entry["FunctionName"],
        arn=entry["FunctionArn"],
        handler=entry["Handler"],
        timeout=float(entry["Timeout"]),
        memory=entry["MemorySize"],
        variables=entry["Environment"]["Variables"],
        code_sha256=entry["CodeSha256"],
        archive=workshop.archive(entry["CodeSha256"]),
        concurrency=reserved.get("ReservedConcurrentExecutions"),
    )


def api_of(session: Any, api_id: str, workshop: Workshop) -> Api:
    """The API of a stage: its definition as it was sent, compared with the paths and methods that the cloud has.

    The definition, because moto's API does not tell binary types and preflight answers back.

    Raises:
        NotAsDeployed: paths or methods differ.
    """
    api = Api.from_swagger(json.loads(workshop.api_definition.read_text("utf-8")))
    sent = {(path, method) for path, methods in api.operations.items() for method in methods}
    pages = session.client("apigateway").get_paginator("get_resources").paginate(restApiId=api_id, embed=["methods"])
    there = {
        (resource["path"], method)
        for page in pages
        for resource in page["items"]
        for method in resource.get("resourceMethods", {})
    }
    if sent != there:
        raise NotAsDeployed(f"the API has other operations than its definition: {sorted(sent ^ there)}")
    return api


class DeployedEvents:
    """The deployed event functions in the shape that `infra.local.pump.Pump` reads off an app.

    Args:
        session: a boto3 session of the local cloud.
        functions: the names of the deployed functions to serve.
        pool: runs them.
    """

    def __init__(self, session: Any, functions: Mapping[str, Function], pool: Pool) -> None:
        self.event_sources: list[Any] = []
        self.handler_map: dict[str, Callable[[Any, Any], Any]] = {}
        names = {function.arn: name for name, function in functions.items()}
        for page in session.client("lambda").get_paginator("list_event_source_mappings").paginate():
            for mapping in page["EventSourceMappings"]:
                if mapping["FunctionArn"] in names and mapping["State"] == "Enabled":
                    name = names[mapping["FunctionArn"]]
                    queue = mapping["EventSourceArn"].rpartition(":")[2]
                    self._add(pool, name, SQSEventConfig(name, name, queue, None, mapping["BatchSize"], 0, None))
        events = session.client("events")
        for page in events.get_paginator("list_rules").paginate():
            for rule in page["Rules"]:
                for target in events.list_targets_by_rule(Rule=rule["Name"])["Targets"]:
                    if target["Arn"] in names and rule["State"] == "ENABLED":
                        name = names[target["Arn"]]
                        self._add(pool, name, ScheduledEventConfig(name, name, rule["ScheduleExpression"], ""))

    def _add(self, pool: Pool, name: str, source: Any) -> None:
        self.event_sources.append(source)
        self.handler_map[name] = lambda event, _context: pool.call(name, event)
