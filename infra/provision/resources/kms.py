"""AWS::KMS::Key and AWS::KMS::Alias by the KMS API. A key is known again by its alias, the only stable name
that KMS offers.
"""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from infra.provision.errors import CannotChange, TemplateError
from infra.provision.resources.base import Cloud, Made, code_of
from infra.provision.shapes import ANY

KEY = {
    "Description": ANY,
    "KeySpec": ANY,
    "KeyUsage": ANY,
    "EnableKeyRotation": ANY,
    "KeyPolicy": ANY,
    "PendingWindowInDays": ANY,  # for whoever deletes the stack; nothing of it is asked when a key is made
}
ALIAS = {"AliasName": ANY, "TargetKeyId": ANY}


def key(cloud: Cloud, logical_id: str, properties: dict[str, Any]) -> Made:
    """Create the key, or bring policy and rotation of the key behind the alias up to the template.

    Raises `TemplateError` for a key without an alias, `CannotChange` for another KeySpec or KeyUsage.
    """
    if logical_id not in cloud.aliases:
        raise TemplateError(f"{logical_id} has no AWS::KMS::Alias, so a second run could not find it again")
    client = cloud.client("kms")
    policy = json.dumps(properties["KeyPolicy"], sort_keys=True)
    found = _describe(client, cloud.aliases[logical_id])
    changes: list[str] = []
    if found is None:
        found = client.create_key(
            Description=properties.get("Description", ""),
            KeySpec=properties.get("KeySpec", "SYMMETRIC_DEFAULT"),
            KeyUsage=properties.get("KeyUsage", "ENCRYPT_DECRYPT"),
            Policy=policy,
        )["KeyMetadata"]
        changes.append("created")
    else:
        changes += _reconcile(client, logical_id, found, properties, policy)
    identifier = found["KeyId"]
    if (
        properties.get("EnableKeyRotation")
        and not client.get_key_rotation_status(KeyId=identifier)["KeyRotationEnabled"]
    ):
        client.enable_key_rotation(KeyId=identifier)
        changes.append("rotation")
    return Made(ref=identifier, attributes={"Arn": found["Arn"], "KeyId": identifier}, changes=tuple(changes))


def alias(cloud: Cloud, _logical_id: str, properties: dict[str, Any]) -> Made:
    """Create the alias, or point it at the key."""
    client, name, target = cloud.client("kms"), properties["AliasName"], properties["TargetKeyId"]
    found = _describe(client, name)
    if found is None:
        client.create_alias(AliasName=name, TargetKeyId=target)
        return Made(ref=name, changes=("created",))
    if found["KeyId"] != target:
        client.update_alias(AliasName=name, TargetKeyId=target)
        return Made(ref=name, changes=("target",))
    return Made(ref=name)


def _describe(client: Any, name: str) -> dict[str, Any] | None:
    try:
        answer: dict[str, Any] = client.describe_key(KeyId=name)["KeyMetadata"]
    except ClientError as error:
        if code_of(error) == "NotFoundException":
            return None
        raise
    return answer


def _reconcile(
    client: Any, logical_id: str, found: dict[str, Any], properties: dict[str, Any], policy: str
) -> list[str]:
    for attribute in ("KeySpec", "KeyUsage"):
        if attribute in properties and found[attribute] != properties[attribute]:
            raise CannotChange(
                f"{logical_id}: {attribute} is {found[attribute]} and cannot become {properties[attribute]}"
            )
    actual = client.get_key_policy(KeyId=found["KeyId"], PolicyName="default")["Policy"]
    if json.loads(actual) == json.loads(policy):
        return []
    client.put_key_policy(KeyId=found["KeyId"], PolicyName="default", Policy=policy)
    return ["policy"]
