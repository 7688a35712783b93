"""AWS::DynamoDB::Table by the DynamoDB API (CreateTable, UpdateTable, UpdateTimeToLive,
UpdateContinuousBackups).
"""

from __future__ import annotations

import time
from typing import Any

from botocore.exceptions import ClientError

from infra.provision.errors import CannotChange
from infra.provision.resources.base import Cloud, Made, code_of, covers
from infra.provision.shapes import ANY

_PATIENCE_SECONDS = 120.0

TABLE = {
    "TableName": ANY,
    "BillingMode": ANY,
    "KeySchema": ANY,
    "AttributeDefinitions": ANY,
    "GlobalSecondaryIndexes": [{"IndexName": ANY, "KeySchema": ANY, "Projection": ANY}],
    "TimeToLiveSpecification": {"AttributeName": ANY, "Enabled": ANY},
    "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": ANY},
    "SSESpecification": {"SSEEnabled": ANY, "SSEType": ANY, "KMSMasterKeyId": ANY},
}


def table(cloud: Cloud, logical_id: str, properties: dict[str, Any]) -> Made:
    """Create the table, or bring an existing one up to the template: new and gone indexes, TTL, recovery,
    encryption.

    Raises `CannotChange` when the key schema or the shape of an existing index differs.
    """
    client, name = cloud.client("dynamodb"), properties["TableName"]
    changes: list[str] = []
    found = _describe(client, name)
    if found is None:
        found = _create(client, name, properties)
        changes.append("created")
    else:
        changes += _reconcile(client, logical_id, found, properties)
    changes += _time_to_live(client, name, properties.get("TimeToLiveSpecification"))
    changes += _recovery(client, name, properties.get("PointInTimeRecoverySpecification"))
    return Made(ref=name, attributes={"Arn": found["TableArn"]}, changes=tuple(changes))


def _describe(client: Any, name: str) -> dict[str, Any] | None:
    try:
        answer: dict[str, Any] = client.describe_table(TableName=name)["Table"]
    except ClientError as error:
        if code_of(error) == "ResourceNotFoundException":
            return None
        raise
    return answer


def _create(client: Any, name: str, properties: dict[str, Any]) -> dict[str, Any]:
    optional = {}
    if indexes := properties.get("GlobalSecondaryIndexes"):
        optional["GlobalSecondaryIndexes"] = indexes
    if encryption := properties.get("SSESpecification"):
        optional["SSESpecification"] = _encryption(encryption)
    client.create_table(
        TableName=name,
        BillingMode=properties["BillingMode"],
        KeySchema=properties["KeySchema"],
        AttributeDefinitions=properties["AttributeDefinitions"],
        **optional,
    )
    return _settled(client, name)


def _encryption(specification: dict[str, Any]) -> dict[str, Any]:
    rest = {key: value for key, value in specification.items() if key != "SSEEnabled"}
    return {"Enabled": specification["SSEEnabled"], **rest}


def _settled(client: Any, name: str) -> dict[str, Any]:
    """The description once table and indexes are ACTIVE: DynamoDB takes one index change at a time."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        found = _describe(client, name)
        if found and _is_active(found):
            return found
        if time.monotonic() > deadline:
            raise CannotChange(f"table {name} did not become ACTIVE in {_PATIENCE_SECONDS:.0f} s")
        time.sleep(0.2)


def _is_active(found: dict[str, Any]) -> bool:
    indexes = found.get("GlobalSecondaryIndexes", ())
    statuses = (found["TableStatus"], *(index.get("IndexStatus", "ACTIVE") for index in indexes))
    return all(status == "ACTIVE" for status in statuses)


def _reconcile(client: Any, logical_id: str, found: dict[str, Any], properties: dict[str, Any]) -> list[str]:
    name = properties["TableName"]
    if found["KeySchema"] != properties["KeySchema"]:
        raise CannotChange(f"{logical_id}: the key schema of {name} cannot be changed")
    changes = []
    wanted = {index["IndexName"]: index for index in properties.get("GlobalSecondaryIndexes", ())}
    existing = {index["IndexName"]: index for index in found.get("GlobalSecondaryIndexes", ())}
    for index in existing.keys() & wanted.keys():
        if not covers(existing[index], wanted[index]):
            raise CannotChange(
                f"{logical_id}: index {index} of {name} cannot be changed, only replaced under another name"
            )
    for index in [index for index in existing if index not in wanted]:
        client.update_table(TableName=name, GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": index}}])
        _settled(client, name)
        changes.append(f"index {index} removed")
    for index in [index for index in wanted if index not in existing]:
        used = {key["AttributeName"] for key in (*properties["KeySchema"], *wanted[index]["KeySchema"])}
        definitions = [item for item in properties["AttributeDefinitions"] if item["AttributeName"] in used]
        client.update_table(
            TableName=name,
            AttributeDefinitions=definitions,
            GlobalSecondaryIndexUpdates=[{"Create": wanted[index]}],
        )
        _settled(client, name)
        changes.append(f"index {index} added")
    if changed := _changed_encryption(client, found, properties):
        changes.append(changed)
    return changes


def _changed_encryption(client: Any, found: dict[str, Any], properties: dict[str, Any]) -> str | None:
    wanted = properties.get("SSESpecification")
    if not wanted:
        return None
    actual = found.get("SSEDescription", {})
    if actual.get("Status") == "ENABLED" and actual.get("KMSMasterKeyArn") == wanted.get("KMSMasterKeyId"):
        return None
    client.update_table(TableName=properties["TableName"], SSESpecification=_encryption(wanted))
    _settled(client, properties["TableName"])
    return "encryption"


def _time_to_live(client: Any, name: str, wanted: dict[str, Any] | None) -> list[str]:
    if not wanted:
        return []
    actual = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    enabled = actual.get("TimeToLiveStatus") in ("ENABLED", "ENABLING")
    if enabled == wanted["Enabled"] and (not enabled or actual.get("AttributeName") == wanted["AttributeName"]):
        return []
    client.update_time_to_live(TableName=name, TimeToLiveSpecification=wanted)
    return ["time to live"]


def _recovery(client: Any, name: str, wanted: dict[str, Any] | None) -> list[str]:
    if not wanted:
        return []
    backups = client.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    status = backups.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus")
    if (status == "ENABLED") == wanted["PointInTimeRecoveryEnabled"]:
        return []
    client.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=wanted)
    return ["point in time recovery"]
