"""Puts the template in place in AWS: a CloudFormation change set, executed and waited for.

A change set shows what will happen before it does and is the only call that creates and updates alike (API
Reference, CreateChangeSet). DynamoDB allows one index to be added per update (Developer Guide, "Managing
Global Secondary Indexes"): add indexes release by release.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import boto3
from botocore.exceptions import ClientError, WaiterError

from infra.provision.errors import DeployError
from infra.provision.template import Template

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import TagTypeDef, WaiterConfigTypeDef

_LOG = logging.getLogger(__name__)
_POLL = {"Delay": 5, "MaxAttempts": 360}
_NOTHING_TO_DO = ("didn't contain changes", "no updates are to be performed")


@dataclass(frozen=True)
class Deployed:
    """The stack's outputs, and what the change set did: `("Add", "GdxTable")` and so on."""

    outputs: dict[str, str]
    changes: tuple[tuple[str, str], ...]


def deploy(
    template: Template,
    parameters: Mapping[str, str],
    stack: str,
    session: boto3.session.Session,
    *,
    change_set: str,
    poll: Mapping[str, int] | None = None,
) -> Deployed:
    """Create or update `stack` by a change set of this name (unique per run) and answer its outputs.

    Raises `DeployError` with CloudFormation's own reason when the change set fails or the stack rolls back.
    """
    client = session.client("cloudformation")
    waiting = dict(poll or _POLL)
    there = _status(client, stack) not in (None, "REVIEW_IN_PROGRESS")
    kind: Literal["CREATE", "UPDATE"] = "UPDATE" if there else "CREATE"
    client.create_change_set(
        StackName=stack,
        ChangeSetName=change_set,
        ChangeSetType=kind,
        TemplateBody=template.text,
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        Tags=[{"Key": "system", "Value": "klang"}, *_environment(parameters)],
    )
    description = _ready(client, stack, change_set, waiting)
    if description is None:
        client.delete_change_set(StackName=stack, ChangeSetName=change_set)
        return Deployed(outputs=outputs(stack, session), changes=())
    client.execute_change_set(StackName=stack, ChangeSetName=change_set)
    config: WaiterConfigTypeDef = {"Delay": waiting["Delay"], "MaxAttempts": waiting["MaxAttempts"]}
    try:
        if kind == "CREATE":
            client.get_waiter("stack_create_complete").wait(StackName=stack, WaiterConfig=config)
        else:
            client.get_waiter("stack_update_complete").wait(StackName=stack, WaiterConfig=config)
    except WaiterError as error:
        raise DeployError(f"{stack}: {_reasons(client, stack) or error}") from error
    changes = tuple(
        (change["ResourceChange"]["Action"], change["ResourceChange"]["LogicalResourceId"])
        for change in description.get("Changes", ())
        if "ResourceChange" in change
    )
    return Deployed(outputs=outputs(stack, session), changes=changes)


def outputs(stack: str, session: boto3.session.Session) -> dict[str, str]:
    """Outputs of a stack that is there. Raises `DeployError` when it is not."""
    try:
        described = session.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    except ClientError as error:
        raise DeployError(f"{stack}: {error}") from error
    return {item["OutputKey"]: item["OutputValue"] for item in described.get("Outputs", ())}


def _environment(parameters: Mapping[str, str]) -> list[TagTypeDef]:
    """A tag for a stack whose template knows the environment; a stack's own name tells it anyway."""
    return [{"Key": "environment", "Value": parameters["Environment"]}] if "Environment" in parameters else []


def _status(client: Any, stack: str) -> str | None:
    try:
        return str(client.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"])
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise


def _ready(client: Any, stack: str, change_set: str, waiting: dict[str, int]) -> dict[str, Any] | None:
    """The change set once it can be executed; None when there is nothing to change."""
    try:
        client.get_waiter("change_set_create_complete").wait(
            StackName=stack, ChangeSetName=change_set, WaiterConfig=waiting
        )
    except WaiterError as error:
        failed = client.describe_change_set(StackName=stack, ChangeSetName=change_set)
        reason = failed.get("StatusReason", "")
        if any(words in reason.lower() for words in _NOTHING_TO_DO):
            return None
        raise DeployError(f"{stack}: {reason or error}") from error
    description: dict[str, Any] = client.describe_change_set(StackName=stack, ChangeSetName=change_set)
    for change in description.get("Changes", ()):
        resource = change.get("ResourceChange", {})
        _LOG.info(
            "%s %s %s",
            resource.get("Action"),
            resource.get("ResourceType"),
            resource.get("LogicalResourceId"),
        )
    return description


def _reasons(client: Any, stack: str) -> str:
    events = client.describe_stack_events(StackName=stack)["StackEvents"]
    failed = [event for event in events if event["ResourceStatus"].endswith("FAILED")]
    return "; ".join(
        f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', '')}" for event in reversed(failed)
    )
