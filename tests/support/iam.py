"""Enforces a policy document, as Chalice deploys it, on each call of a session: moto matches no ARNs.

Deny by default, Deny wins, transactions are split into their actions. Of all conditions `kms:ResourceAliases` alone
is evaluated: a key that a call names by its alias is the key with that alias. An Allow with another condition is taken
as if it held, and a conditional Deny is refused as unsupported rather than guessed.
"""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError

Use = tuple[str, str]
"""An action and the ARN of what it is done to; account and region may be `*`."""

_S3_ACTIONS = {
    "ListObjectsV2": "ListBucket",
    "ListObjects": "ListBucket",
    "HeadBucket": "ListBucket",
    "HeadObject": "GetObject",
    "CopyObject": "PutObject",
    "CreateMultipartUpload": "PutObject",
    "UploadPart": "PutObject",
    "CompleteMultipartUpload": "PutObject",
    "ListParts": "ListMultipartUploadParts",
    "DeleteObjects": "DeleteObject",
}
_SQS_ACTIONS = {
    "SendMessageBatch": "SendMessage",
    "DeleteMessageBatch": "DeleteMessage",
    "ChangeMessageVisibilityBatch": "ChangeMessageVisibility",
}
_TRANSACTION_ACTIONS = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "Get": "GetItem"}


def uses(service: str, operation: str, parameters: Mapping[str, Any]) -> Iterator[Use]:
    """Which actions on which resources IAM would have to allow for this call."""
    match service:
        case "dynamodb":
            yield from _dynamodb(operation, parameters)
        case "s3":
            yield from _s3(operation, parameters)
        case "sqs":
            name = parameters.get("QueueUrl", parameters.get("QueueName", "*")).rpartition("/")[2]
            yield f"sqs:{_SQS_ACTIONS.get(operation, operation)}", f"arn:aws:sqs:*:*:{name}"
        case "kms":
            key = str(parameters.get("KeyId", "*"))
            yield f"kms:{operation}", key if key.startswith("arn:") else f"arn:aws:kms:*:*:{_key(key)}"
        case "sesv2":
            domain = str(parameters.get("FromEmailAddress", "*")).rpartition("@")[2]
            yield f"ses:{operation}", f"arn:aws:ses:*:*:identity/{domain}"
            if chosen := parameters.get("ConfigurationSetName"):
                yield f"ses:{operation}", f"arn:aws:ses:*:*:configuration-set/{chosen}"
        case "lambda":
            action = {"Invoke": "InvokeFunction"}.get(operation, operation)
            yield f"lambda:{action}", f"arn:aws:lambda:*:*:function:{parameters.get('FunctionName', '*')}"
        case "sns":
            # a phone number has no ARN; which one it is is nobody's business here
            yield f"sns:{operation}", str(parameters.get("TopicArn") or parameters.get("TargetArn") or "phone-number")
        case _:
            yield f"{service}:{operation}", "*"


def _key(key: str) -> str:
    return key if key.startswith("alias/") else f"key/{key}"


def _dynamodb(operation: str, parameters: Mapping[str, Any]) -> Iterator[Use]:
    def arn(table: str, index: str | None = None) -> str:
        return f"arn:aws:dynamodb:*:*:table/{table}" + (f"/index/{index}" if index else "")

    if operation in ("TransactWriteItems", "TransactGetItems"):
        for item in parameters["TransactItems"]:
            for name, part in item.items():
                yield (
                    f"dynamodb:{_TRANSACTION_ACTIONS.get(name, 'ConditionCheckItem')}",
                    arn(part["TableName"]),
                )
    elif operation in ("BatchGetItem", "BatchWriteItem"):
        yield from ((f"dynamodb:{operation}", arn(table)) for table in parameters["RequestItems"])
    else:
        yield f"dynamodb:{operation}", arn(parameters.get("TableName", "*"), parameters.get("IndexName"))


def _s3(operation: str, parameters: Mapping[str, Any]) -> Iterator[Use]:
    bucket = f"arn:aws:s3:::{parameters.get('Bucket', '*')}"
    # botocore announces generate_presigned_post as CreateBucket, without the key: any key of the bucket must do.
    if operation == "CreateBucket":
        yield "s3:PutObject", f"{bucket}/*"
        return
    action = _S3_ACTIONS.get(operation, operation)
    yield f"s3:{action}", f"{bucket}/{parameters['Key']}" if "Key" in parameters else bucket
    if source := parameters.get("CopySource"):
        path = source if isinstance(source, str) else f"{source['Bucket']}/{source['Key']}"
        yield "s3:GetObject", f"arn:aws:s3:::{path}"


def allows(policy: Mapping[str, Any], use: Use) -> bool:
    """IAM's decision: some Allow matches and no Deny does. Raises `ValueError` for a conditional Deny."""
    allowed = False
    for statement in policy["Statement"]:
        action, resource = use
        matches = any(fnmatch.fnmatchcase(action.lower(), x.lower()) for x in _list(statement["Action"]))
        if not matches or not _speaks_of(statement, resource):
            continue
        if statement["Effect"] == "Deny":
            if "Condition" in statement:
                raise ValueError("a conditional Deny is not supported")
            return False
        allowed = True
    return allowed


def _list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _speaks_of(statement: Mapping[str, Any], resource: str) -> bool:
    if resource.startswith("arn:aws:kms:") and ":alias/" in resource:
        # IAM decides about the key behind an alias, never about the alias (AWS KMS guide, "Controlling access to keys
        # by their aliases").
        beginning, _, alias = resource.rpartition("alias/")
        wanted = statement.get("Condition", {}).get("ForAnyValue:StringEquals", {}).get("kms:ResourceAliases")
        if wanted is not None and f"alias/{alias}" not in _list(wanted):
            return False
        resource = f"{beginning}key/{alias}"
    if "NotResource" in statement:
        return not any(_covers(pattern, resource) for pattern in _list(statement["NotResource"]))
    return any(_covers(pattern, resource) for pattern in _list(statement["Resource"]))


def _covers(pattern: str, resource: str) -> bool:
    wanted, actual = pattern.split(":", 5), resource.split(":", 5)
    if len(wanted) < 6 or len(actual) < 6:
        return fnmatch.fnmatchcase(resource, pattern)
    if any("*" not in (left, right) and left != right for left, right in zip(wanted[2:5], actual[2:5], strict=True)):
        return False
    return fnmatch.fnmatchcase(actual[5], wanted[5]) or (
        # A use of "any key" is covered by a pattern that names some keys of that bucket.
        actual[5].endswith("/*") and fnmatch.fnmatchcase(wanted[5], actual[5])
    )


def enforce(session: boto3.session.Session, policy: Mapping[str, Any]) -> set[Use]:
    """Refuse with AccessDeniedException what `policy` does not allow; clients made before are not covered.

    Answers a set that collects what was asked for, so that a test can show a policy to be no wider than its use.
    """
    asked: set[Use] = set()

    def check(params: Mapping[str, Any], model: Any, **_: Any) -> None:
        for use in uses(model.service_model.service_name, model.name, params):
            asked.add(use)
            if not allows(policy, use):
                message = f"not authorized to perform {use[0]} on {use[1]}"
                raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": message}}, model.name)

    session.events.register("provide-client-params.*.*", check)
    return asked


def enforce_file(session: boto3.session.Session, path: Path) -> set[Use]:
    """As `enforce`, for one of the policy files that `chalice` deploys."""
    return enforce(session, json.loads(path.read_text(encoding="utf-8")))
