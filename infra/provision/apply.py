"""Puts a template in place by boto3: for emulators, whose own CloudFormation leaves half of it out.

Refuses before the first call what it could not do: unknown types, unknown properties, unknown functions,
dangling references. Applying twice changes nothing; a template that got a new index, queue or setting is
brought in, without touching what is there. Resources that left the template are left alone (every stateful
resource of ours is `Retain`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import ParamValidationError

from infra.provision.errors import ProvisionError, UnknownProperty, UnknownType
from infra.provision.intrinsics import Scope, function_of
from infra.provision.order import in_order
from infra.provision.parameters import checked
from infra.provision.resources import HANDLERS, Cloud
from infra.provision.shapes import check
from infra.provision.template import Resource, Template


@dataclass(frozen=True)
class Outcome:
    """What the template's `Outputs` answer, and what this run changed, by logical id (empty: all was in
    place).
    """

    outputs: dict[str, str]
    changes: dict[str, tuple[str, ...]]


def plan_for(template: Template, scope: Scope) -> list[Resource]:
    """The resources whose condition holds, in the order in which they can be made. Raises as the module's
    docstring says.
    """
    for resource in template.resources.values():
        # All types and properties are checked, also of platforms that are switched off: a template is right
        # as a whole.
        if resource.type not in HANDLERS:
            raise UnknownType(f"{resource.logical_id}: {resource.type} is not known to the applier")
        check(HANDLERS[resource.type].shape, resource.properties, f"{resource.logical_id}.Properties")
    wanted = [resource for resource in template.resources.values() if scope.holds(resource.condition)]
    return in_order(wanted, {*scope.parameters, *scope.pseudo})


def apply(template: Template, parameters: Mapping[str, str], session: boto3.session.Session) -> Outcome:
    """Create or update everything and answer the outputs.

    `session` says where: its region, its keys, and the endpoint that AWS_ENDPOINT_URL names.
    """
    clients: dict[str, Any] = {}

    def client(service: str) -> Any:
        if service not in clients:
            # The stubs want a literal service name.
            clients[service] = session.client(service)  # type: ignore[call-overload] # its stubs know literal names only
        return clients[service]

    region = session.region_name
    account = client("sts").get_caller_identity()["Account"]
    scope = Scope(
        parameters=checked(template.parameters, parameters),
        pseudo={"AWS::AccountId": account, "AWS::Region": region, "AWS::Partition": "aws"},
        conditions=template.conditions,
    )
    plan = plan_for(template, scope)
    cloud = Cloud(client=client, account=account, region=region, aliases=_aliases(plan, scope))
    changes = {}
    for resource in plan:
        if made := _make(resource, cloud, scope):
            changes[resource.logical_id] = made
    outputs = {
        name: str(scope.resolve(output["Value"]))
        for name, output in template.outputs.items()
        if scope.holds(output.get("Condition"))
    }
    return Outcome(outputs=outputs, changes=changes)


def _make(resource: Resource, cloud: Cloud, scope: Scope) -> tuple[str, ...]:
    properties = scope.resolve(resource.properties)
    try:
        made = HANDLERS[resource.type].make(cloud, resource.logical_id, properties)
    except ParamValidationError as error:
        raise UnknownProperty(f"{resource.logical_id}: {error}") from error
    except KeyError as error:
        raise ProvisionError(f"{resource.logical_id}: property {error} is missing") from error
    scope.references[resource.logical_id] = made.ref
    scope.attributes[resource.logical_id] = made.attributes
    return made.changes


def _aliases(plan: list[Resource], scope: Scope) -> dict[str, str]:
    found = {}
    for resource in plan:
        if resource.type == "AWS::KMS::Alias":
            match function_of(resource.properties["TargetKeyId"]):
                case ("Ref", str(key)) | ("Fn::GetAtt", [str(key), _]):
                    found[key] = scope.resolve(resource.properties["AliasName"])
    return found
