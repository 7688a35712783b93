"""`python -m infra.package.deploy STAGE [--delete]`: data first, then the real `chalice deploy` and what it leaves
undone, then a look at whether the API answers.

Chalice's own road is not atomic and writes its record (`.chalice/deployed/<stage>.json`) at the end only: losing
that file makes a second API at the next deploy. So the record lives in the project, outside the workshop, and the
operator must keep it between deploys. The atomic road is `python -m infra.package` and CloudFormation.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import boto3

from infra import provision, stages, watching
from infra.package.python import NoPython
from infra.package.template import BURST, RATE
from infra.package.tools import PROJECT
from infra.package.workshop import ChaliceFailed, Workshop, lay_out
from infra.provision.roads import put as put_in_place
from infra.stages import API_STAGE, Stage

RECORDS = PROJECT / ".chalice/deployed"


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
            FunctionName=arn, TracingConfig={"Mode": "Active"}, EphemeralStorage={"Size": stages.disk(name)}
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
    for entry in deployed(workshop, stage):
        if entry["resource_type"] == "rest_api":
            return entry["rest_api_id"]
    raise LookupError(f"{stage} has no REST API in Chalice's record")


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
    )
    change_set = f"klang-{time.strftime('%Y%m%d%H%M%S')}"
    name = provision.stack_name(environment.name, stage.platforms)
    changes = put_in_place(provision.load_template(), parameters, name, session, change_set=change_set).changes
    topic = {"AlarmTopicArn": environment.alarm_topic}
    for platform in stage.platforms:
        watched, its = watching.template(stage, platform), watching.stack_name(stage, platform)
        changes += put_in_place(watched, topic, its, session, change_set=change_set).changes
    return changes


def answers(address: str, platforms: tuple[str, ...]) -> bool:
    """True if the API at this address says that it is well and opens these platforms."""
    try:
        with urllib.request.urlopen(f"{address}/health", timeout=60) as response:
            told = json.load(response)
    except (OSError, ValueError):
        return False
    return bool(told.get("status") == "ok" and set(told.get("platforms", ())) >= set(platforms))


def main(arguments: list[str] | None = None, records: Path = RECORDS) -> int:
    """Command line; 1 with a plain reason when it did not work."""
    parser = argparse.ArgumentParser(prog="python -m infra.package.deploy", description="Deploy a stage to AWS.")
    parser.add_argument("stage", help="e.g. dev or prod-gdx")
    parser.add_argument("--delete", action="store_true", help="remove the stage's API and functions instead")
    options = parser.parse_args(arguments)
    known = stages.stages()
    if options.stage not in known:
        print(f"no stage {options.stage}; there are: {', '.join(known)}", file=sys.stderr)
        return 1
    stage = known[options.stage]
    record = records / f"{stage.name}.json"
    if options.delete and not record.exists():
        print(f"nothing is deleted: there is no {record} to tell what is deployed", file=sys.stderr)
        return 1
    try:
        workshop = lay_out(stage, Path("build") / stage.name / "deploy", deployed=records)
        if options.delete:
            delete(workshop, stage.name)
            print(f"deleted {stage.name}; its data stay")
            return 0
        session = boto3.session.Session(region_name=stages.REGION)
        for action, resource in provide(stage, session):
            print(f"  {action} {resource}")
        api = deploy(workshop, stage.name, session)
    except (provision.ProvisionError, NoPython, ChaliceFailed) as reason:
        print(reason, file=sys.stderr)
        return 1
    address = f"https://{api}.execute-api.{stages.REGION}.amazonaws.com/{API_STAGE}"
    if answers(address, stage.platforms):
        print(f"{stage.name} is up at {address}")
        return 0
    print(f"{stage.name} is deployed, but {address}/health is not well; see its log", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
