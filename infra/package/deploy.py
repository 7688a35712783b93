"""The data of a stage, then the real `chalice deploy` and what it leaves undone; `infra.deploy` is the whole road.

Chalice's own road is not atomic and writes its record (`.chalice/deployed/<stage>.json`) at the end only: losing
that file makes a second API at the next deploy. So the record lives outside the workshop, and `infra.deploy` keeps it
in the stage's bucket. The atomic road is `python -m infra.package` and CloudFormation.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

import boto3

from infra import provision, stages, watching
from infra.functions import disk
from infra.package.template import BURST, RATE
from infra.package.workshop import Workshop
from infra.provision.roads import put as put_in_place
from infra.stages import API_STAGE, Stage


def deploy(workshop: Workshop, stage: str, session: Any, environment: Mapping[str, str | None] | None = None) -> str:
    """Deploys a laid-out stage with its logs, traces and throttling; returns the id of its REST API.

    Args:
        workshop: where the stage is laid out.
        stage: its name.
        session: a boto3 session for what Chalice leaves undone.
        environment: more variables for the Chalice command, e.g. AWS_ENDPOINT_URL.

    Raises:
        ChaliceFailed: some resources may be there all the same; deploy again to go on.
    """
    _keep_logs(session.client("logs"), f"/aws/lambda/{stages.APP_NAME}-{stage}")
    workshop.chalice("deploy", "--stage", stage, environment=environment)
    _finish(session.client("lambda"), {entry["name"]: entry["lambda_arn"] for entry in _functions(workshop, stage)})
    api = api_id(workshop, stage)
    throttling = {"rateLimit": RATE, "burstLimit": BURST}
    session.client("apigateway").update_stage(
        restApiId=api,
        stageName=API_STAGE,
        patchOperations=[
            {"op": "replace", "path": "/tracingEnabled", "value": "false"},
            *(
                {"op": "replace", "path": f"/*/*/throttling/{name}", "value": str(value)}
                for name, value in throttling.items()
            ),
        ],
    )
    return api


def _keep_logs(logs: Any, group: str) -> None:
    """Makes the HTTP function's log group: Chalice makes one by a name under which nothing will ever be logged, and the
    function itself may not make any (see `infra.policies`).
    """
    with suppress(logs.exceptions.ResourceAlreadyExistsException):
        logs.create_log_group(logGroupName=group)
    logs.put_retention_policy(logGroupName=group, retentionInDays=stages.LOG_DAYS)


def _functions(workshop: Workshop, stage: str) -> list[dict[str, str]]:
    return [entry for entry in deployed(workshop, stage) if entry["resource_type"] == "lambda_function"]


def _finish(functions: Any, arns: Mapping[str, str]) -> None:
    """Traces the functions, and not the API before them (see `Stage.config`), and gives them their room on the disk.

    Args:
        arns: by the function's name in `app.py`.
    """
    for name, arn in arns.items():
        functions.get_waiter("function_updated_v2").wait(FunctionName=arn)
        functions.update_function_configuration(
            FunctionName=arn, TracingConfig={"Mode": "Active"}, EphemeralStorage={"Size": disk(name)}
        )


def delete(workshop: Workshop, stage: str, environment: Mapping[str, str | None] | None = None) -> None:
    """Deletes what Chalice deployed for a stage; its data (tables, buckets, keys) stay.

    Raises:
        ChaliceFailed: something is left; delete again.
    """
    workshop.chalice("delete", "--stage", stage, environment=environment)


def deployed(workshop: Workshop, stage: str) -> list[dict[str, str]]:
    """Chalice's record of what is deployed, one entry per resource."""
    record = workshop.folder / f".chalice/deployed/{stage}.json"
    resources: list[dict[str, str]] = json.loads(record.read_text("utf-8"))["resources"] if record.exists() else []
    return resources


def api_id(workshop: Workshop, stage: str) -> str:
    """The id of a stage's REST API, from Chalice's record.

    Raises:
        LookupError: the stage has no API.
    """
    return api_in(deployed(workshop, stage))


def api_in(resources: Iterable[Mapping[str, str]]) -> str:
    """The id of the REST API that a record tells of.

    Raises:
        LookupError: it tells of none.
    """
    for entry in resources:
        if entry["resource_type"] == "rest_api":
            return entry["rest_api_id"]
    raise LookupError("there is no REST API in Chalice's record")


def provide(stage: Stage, session: boto3.session.Session) -> tuple[tuple[str, str], ...]:
    """Creates or updates the stage's tables, buckets, queues and keys, and then what watches them; returns what
    CloudFormation changed.

    Raises:
        ProvisionError: with CloudFormation's own reason.
    """
    environment = stage.environment
    parameters = provision.parameters_for(
        environment.name,
        suffix=environment.bucket_suffix,
        origins=sorted(set(environment.addresses.values())),
        platforms=stage.platforms,
        mail_domain=environment.mail_domain,
        operator_role=environment.operator_role,
    )
    change_set = f"klang-{time.strftime('%Y%m%d%H%M%S')}"
    name = provision.stack_name(environment.name, stage.platforms)
    changes = put_in_place(provision.load_template(), parameters, name, session, change_set=change_set).changes
    topic = {"AlarmTopicArn": environment.alarm_topic}
    for platform in stage.platforms:
        watched, its = watching.template(stage, platform), watching.stack_name(stage, platform)
        changes += put_in_place(watched, topic, its, session, change_set=change_set).changes
    return changes
