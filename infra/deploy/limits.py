"""What the doctor asks AWS: quotas, what is there, what drifted. None: it could not be asked."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.rehearsal.front import OWNERS
from infra.rights.granted import buckets as buckets_of
from infra.stages import PROJECT

if TYPE_CHECKING:
    from boto3.session import Session

    from infra.stages import Stage

UNRESERVED = 100
"""Parallel runs that Lambda insists to leave to functions without a reservation (Developer Guide, "Concurrency")."""

DETECTING = 60
"""Looks, two seconds apart, at a drift detection before it is given up."""


def buckets(platforms: Iterable[str]) -> list[str]:
    """Purposes of the platforms' buckets."""
    return [purpose for each in platforms for purpose in buckets_of(each)]


def api_resources(platforms: Iterable[str]) -> int:
    """How many resources an API of these platforms has: one for each part of a path, as API Gateway counts."""
    paths = json.loads((PROJECT / "docs/openapi.json").read_text("utf-8"))["paths"]
    opened, found = set(platforms), {""}
    for path in paths:
        owner = next((OWNERS[start] for start in OWNERS if path == start or path.startswith(f"{start}/")), None)
        if owner is None or owner in opened:
            parts = path.split("/")
            found |= {"/".join(parts[:end]) for end in range(1, len(parts) + 1)}
    return len(found)


def reserved(stage: Stage) -> int:
    """Parallel runs that the stage's functions reserve."""
    return stage.kept + sum(entry.concurrency or 0 for entry in stage.handlers.values())


def quota(session: Session, service: str, name: str) -> float | None:
    """A quota of the account by its name in Service Quotas."""
    client = session.client("service-quotas")
    try:
        pages = client.get_paginator("list_service_quotas").paginate(ServiceCode=service)
        return next((each["Value"] for page in pages for each in page["Quotas"] if each["QuotaName"] == name), None)
    except (ClientError, BotoCoreError):
        return None


def concurrency(session: Session) -> int | None:
    """Parallel runs that the account may have."""
    try:
        return int(session.client("lambda").get_account_settings()["AccountLimit"]["ConcurrentExecutions"])
    except (ClientError, BotoCoreError, KeyError):
        return None


def exists(session: Session, function: str) -> bool:
    """Whether a function is there."""
    try:
        session.client("lambda").get_function_configuration(FunctionName=function)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return False
        raise
    return True


def mappings(session: Session, function_arn: str) -> list[dict[str, Any]]:
    """The queues that a function hears, as Lambda tells them."""
    pages = session.client("lambda").get_paginator("list_event_source_mappings").paginate()
    found = [each for page in pages for each in page["EventSourceMappings"]]
    return [dict(each) for each in found if each["FunctionArn"] == function_arn]


def missing(session: Session, resources: Iterable[Mapping[str, str]]) -> list[str]:
    """Names of what Chalice's record tells of and is not there (functions and APIs)."""
    pages = session.client("apigateway").get_paginator("get_rest_apis").paginate()
    apis = {api["id"] for page in pages for api in page["items"]}
    lost = []
    for entry in resources:
        if entry["resource_type"] == "rest_api" and entry["rest_api_id"] not in apis:
            lost.append(f"API {entry['rest_api_id']}")
        if entry["resource_type"] == "lambda_function" and not exists(session, entry["lambda_arn"]):
            lost.append(entry["lambda_arn"].rpartition(":")[2])
    return lost


def drifted(client: Any, stack: str) -> list[str] | None:
    """Logical ids of a stack's resources that are not as the template says; None: there is no such stack."""
    try:
        detection = client.detect_stack_drift(StackName=stack)["StackDriftDetectionId"]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    for _ in range(DETECTING):
        told = client.describe_stack_drift_detection_status(StackDriftDetectionId=detection)
        if told["DetectionStatus"] != "DETECTION_IN_PROGRESS":
            break
        time.sleep(2)
    wanted = ["MODIFIED", "DELETED"]
    found = client.describe_stack_resource_drifts(StackName=stack, StackResourceDriftStatusFilters=wanted)
    return [each["LogicalResourceId"] for each in found["StackResourceDrifts"]]
