"""Enforces a policy document, as Chalice deploys it, on each call of a session: moto matches no ARNs.

Deny by default, Deny wins, transactions are split into their actions. Conditions are evaluated where this file knows
their key (`_CONTEXT`, and `kms:ResourceAliases`: a key that a call names by its alias is the key with that alias); a
statement with another one is refused as unsupported rather than guessed.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import boto3
from botocore.exceptions import ClientError


class Use(NamedTuple):
    """What a call needs a right for.

    Attributes:
        action: e.g. `dynamodb:PutItem`.
        resource: the ARN of what it is done to; account and region may be `*`.
        context: what conditions may ask about the call, as pairs of key and value.
    """

    action: str
    resource: str
    context: frozenset[tuple[str, str]] = frozenset()


_OWN_ACCOUNT = "${aws:PrincipalAccount}"
_CONTEXT = (
    "dynamodb:EnclosingOperation",
    "kms:EncryptionContext:klang",
    "kms:SigningAlgorithm",
    "kms:MessageType",
)
"""Keys of conditions whose value a call itself says."""

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
            yield Use(f"sqs:{_SQS_ACTIONS.get(operation, operation)}", f"arn:aws:sqs:*:*:{name}")
        case "kms":
            yield _kms(operation, parameters)
        case "sesv2":
            domain = str(parameters.get("FromEmailAddress", "*")).rpartition("@")[2]
            yield Use(f"ses:{operation}", f"arn:aws:ses:*:*:identity/{domain}")
            if chosen := parameters.get("ConfigurationSetName"):
                yield Use(f"ses:{operation}", f"arn:aws:ses:*:*:configuration-set/{chosen}")
        case "lambda":
            action = {"Invoke": "InvokeFunction"}.get(operation, operation)
            yield Use(f"lambda:{action}", f"arn:aws:lambda:*:*:function:{parameters.get('FunctionName', '*')}")
        case "sns":
            # a phone number has no ARN; which one it is is nobody's business here
            named = parameters.get("TopicArn") or parameters.get("TargetArn") or "phone-number"
            yield Use(f"sns:{operation}", str(named))
        case _:
            yield Use(f"{service}:{operation}", "*")


def _kms(operation: str, parameters: Mapping[str, Any]) -> Use:
    key = str(parameters.get("KeyId", "*"))
    named = key if key.startswith("alias/") else f"key/{key}"
    context = {
        f"kms:EncryptionContext:{name}": value for name, value in parameters.get("EncryptionContext", {}).items()
    }
    context |= {f"kms:{name}": parameters[name] for name in ("SigningAlgorithm", "MessageType") if name in parameters}
    resource = key if key.startswith("arn:") else f"arn:aws:kms:*:*:{named}"
    return Use(f"kms:{operation}", resource, frozenset(context.items()))


def _dynamodb(operation: str, parameters: Mapping[str, Any]) -> Iterator[Use]:
    def arn(table: str, index: str | None = None) -> str:
        return f"arn:aws:dynamodb:*:*:table/{table}" + (f"/index/{index}" if index else "")

    if operation in ("TransactWriteItems", "TransactGetItems"):
        inside = frozenset({("dynamodb:EnclosingOperation", operation)})
        for item in parameters["TransactItems"]:
            for name, part in item.items():
                action = _TRANSACTION_ACTIONS.get(name, "ConditionCheckItem")
                yield Use(f"dynamodb:{action}", arn(part["TableName"]), inside)
    elif operation in ("BatchGetItem", "BatchWriteItem"):
        yield from (Use(f"dynamodb:{operation}", arn(table)) for table in parameters["RequestItems"])
    else:
        yield Use(f"dynamodb:{operation}", arn(parameters.get("TableName", "*"), parameters.get("IndexName")))


def _s3(operation: str, parameters: Mapping[str, Any]) -> Iterator[Use]:
    bucket = f"arn:aws:s3:::{parameters.get('Bucket', '*')}"
    action = _S3_ACTIONS.get(operation, operation)
    yield Use(f"s3:{action}", f"{bucket}/{parameters['Key']}" if "Key" in parameters else bucket)
    if source := parameters.get("CopySource"):
        path = source if isinstance(source, str) else f"{source['Bucket']}/{source['Key']}"
        yield Use("s3:GetObject", f"arn:aws:s3:::{path}")


def allows(policy: Mapping[str, Any], use: Use) -> bool:
    """IAM's decision: some Allow matches and no Deny does. Raises `ValueError` for a condition it does not know."""
    allowed = False
    for statement in policy["Statement"]:
        matches = any(fnmatch.fnmatchcase(use.action.lower(), x.lower()) for x in _list(statement["Action"]))
        if not matches or not _speaks_of(statement, use.resource) or not _holds(statement.get("Condition", {}), use):
            continue
        if statement["Effect"] == "Deny":
            return False
        allowed = True
    return allowed


def _holds(condition: Mapping[str, Mapping[str, str | list[str]]], use: Use) -> bool:
    """Whether every condition of a statement holds; of a key that the call does not have, none does."""
    said = dict(use.context)
    for operator, pairs in condition.items():
        for key, wanted in pairs.items():
            if key == "kms:ResourceAliases" and operator == "ForAnyValue:StringEquals":
                continue  # decided with the resource
            if (operator, key, wanted) == ("StringEquals", "aws:ResourceAccount", _OWN_ACCOUNT):
                continue  # there is but one account here
            if key not in _CONTEXT or operator not in ("StringEquals", "ForAnyValue:StringEquals"):
                raise ValueError(f"the condition {operator} {key} is not supported")
            if said.get(key) not in _list(wanted):
                return False
    return True


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
    return fnmatch.fnmatchcase(actual[5], wanted[5])


def enforce(session: boto3.session.Session, policy: Mapping[str, Any] | None) -> set[Use]:
    """Refuse with AccessDeniedException what `policy` does not allow; clients made before are not covered.

    Answers a set that collects what was asked for, so that a test can show a policy to be no wider than its use.
    Without a policy it only collects.
    """
    asked: set[Use] = set()
    seen: set[Use] = set()

    def judge(use: Use, operation: str) -> None:
        asked.add(use)
        if policy is None or use in seen:
            return
        if not allows(policy, use):
            message = f"not authorized to perform {use.action} on {use.resource}"
            raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": message}}, operation)
        seen.add(use)

    posting = False

    def check(params: Mapping[str, Any], model: Any, **_: Any) -> None:
        if posting and model.name == "CreateBucket":
            return  # how botocore announces generate_presigned_post: `form` has judged it
        for use in uses(model.service_model.service_name, model.name, params):
            judge(use, model.name)

    def forms(class_attributes: dict[str, Any], **_: Any) -> None:
        presigned = class_attributes["generate_presigned_post"]

        def form(self: Any, Bucket: str, Key: str, *more: Any, **named: Any) -> Any:  # noqa: N803 -- boto3's names
            nonlocal posting
            for use in uses("s3", "PutObject", {"Bucket": Bucket, "Key": Key}):
                judge(use, "PutObject")
            posting = True
            try:
                return presigned(self, Bucket, Key, *more, **named)
            finally:
                posting = False

        class_attributes["generate_presigned_post"] = form

    session.events.register("provide-client-params.*.*", check)
    # after botocore has put its own method there
    session.events.register_last("creating-client-class.s3", forms)
    return asked
