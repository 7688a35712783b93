"""Chalice's record, written anew from what is deployed, for the day when it and all copies of it are lost.

Chalice 1.34 knows what it deployed by `.chalice/deployed/<stage>.json` alone (schema 2.0): without it the next
deployment makes a second API with another address. Everything in it can be found by the names that Chalice gives, and
the API by the right to call the function.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from infra.deploy.keeping import ready
from infra.deploy.limits import exists, mappings
from infra.stages import API_STAGE, REGION

if TYPE_CHECKING:
    from boto3.session import Session

    from infra.stages import Stage


class Unfound(Exception):
    """The record cannot be told from what is there; the message says what is in doubt."""


def find_record(stage: Stage, session: Session, path: Path) -> int:
    """Writes the record of a stage, here and into its bucket; returns how many resources it tells of.

    Raises:
        Unfound: nothing is deployed, or several APIs may be meant.
    """
    handlers = [name for name in (*stage.handlers, "api_handler") if exists(session, stage.function_name(name))]
    if not handlers:
        raise Unfound(f"nothing of {stage.name} is deployed")
    resources: list[dict[str, str]] = []
    for name in handlers:
        resources += [each for each in _of_function(stage, session, name) if each not in resources]
    if "api_handler" in handlers:
        api = api_of(stage, session)
        address = f"https://{api}.execute-api.{REGION}.amazonaws.com/{API_STAGE}/"
        resources.append({"name": "rest_api", "resource_type": "rest_api", "rest_api_id": api, "rest_api_url": address})
    document = {"resources": resources, "schema_version": "2.0", "backend": "api"}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=2), encoding="utf-8")
    ready(stage, session).keep_record(path)
    return len(resources)


def _of_function(stage: Stage, session: Session, name: str) -> list[dict[str, str]]:
    client, full = session.client("lambda"), stage.function_name(name)
    there = client.get_function_configuration(FunctionName=full)
    arn, role = there["FunctionArn"], there["Role"]
    role_name = role.rpartition("/")[2]
    # Chalice calls a role that several functions share `default-role`, and one of a function's own after the function
    short = f"{name}_role" if role_name.endswith(f"-{name}") else "default-role"
    log = {"name": f"{name}-log-group", "resource_type": "log_group"}
    # of the HTTP function Chalice names a group after the handler, under which nothing is logged
    log["log_group_name"] = f"/aws/lambda/klang-{stage.name}-{name}"
    found = [
        log,
        {"name": short, "resource_type": "iam_role", "role_arn": role, "role_name": role_name},
        {"name": name, "resource_type": "lambda_function", "lambda_arn": arn},
    ]
    for mapping in mappings(session, arn):
        queue = mapping["EventSourceArn"]
        about = {"queue_arn": queue, "event_uuid": mapping["UUID"], "queue": queue.rpartition(":")[2]}
        found.append({"name": f"{name}-sqs-event-source", "resource_type": "sqs_event", **about, "lambda_arn": arn})
    rule = f"{full}-event"
    try:
        session.client("events").describe_rule(Name=rule)
    except ClientError:
        return found
    return [*found, {"name": f"{name}-event", "resource_type": "cloudwatch_event", "rule_name": rule}]


def api_of(stage: Stage, session: Session) -> str:
    """The id of the API that may call the stage's HTTP function and is there.

    Raises:
        Unfound: there is none, or several.
    """
    client = session.client("lambda")
    try:
        policy = client.get_policy(FunctionName=stage.function_name("api_handler"))["Policy"]
    except client.exceptions.ResourceNotFoundException:
        raise Unfound(f"nothing of {stage.name} is deployed") from None
    sources: set[str] = set()
    for statement in json.loads(policy)["Statement"]:
        conditions: dict[str, Any] = statement.get("Condition", {})
        for condition in conditions.values():
            named = condition.get("AWS:SourceArn", "")
            if ":execute-api:" in named:
                sources.add(named.split(":")[5].partition("/")[0])
    pages = session.client("apigateway").get_paginator("get_rest_apis").paginate()
    there = {str(api["id"]) for page in pages for api in page["items"]} & sources
    if len(there) != 1:
        raise Unfound(
            f"these APIs may call the function: {', '.join(sorted(there)) or 'none'}; delete the others first"
        )
    return there.pop()
