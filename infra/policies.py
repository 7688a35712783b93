"""Policies of the functions: from what each may do (`infra.rights`) to documents for IAM.

Every statement names its resources by the naming rules of the house, and none reaches another platform's table, bucket,
queue or key. Beside the names, conditions narrow what a name cannot say: only resources of the own account (the files
are written before an account is known, and a bucket's name tells none), writes to a table only inside a transaction,
keys only by their alias and for the one purpose that our code has.

Two things have no ARN and so the resource `*`, or everything but what has one: `WITHOUT_ARN` says why.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from infra.rights.granted import Rights

Statement = dict[str, Any]

TRACING = ("xray:PutTelemetryRecords", "xray:PutTraceSegments")
NETWORKING = ("ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:DescribeNetworkInterfaces")

WITHOUT_ARN: Mapping[tuple[str, ...], str] = {
    TRACING: "X-Ray knows no resources to write to (Service Authorization Reference); both only add",
    NETWORKING: "EC2 knows no resource for DescribeNetworkInterfaces; the function's own code is denied all three",
    ("sns:Publish",): "a telephone number has no ARN: everything but topics and applications, which all have one",
}
"""Actions that are granted without naming their resource, and why."""

_WRITES = frozenset({"dynamodb:ConditionCheckItem", "dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"})
_OWN_ACCOUNT = {"StringEquals": {"aws:ResourceAccount": "${aws:PrincipalAccount}"}}
_POLL = ("sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage")
"""What the event source mapping does in the name of the function's role (Lambda developer guide, "SQS")."""
_KEY_PURPOSES: Mapping[str, tuple[tuple[str, ...], Mapping[str, str]]] = {
    "Secret": (("kms:Decrypt", "kms:GenerateDataKey"), {"kms:EncryptionContext:klang": "room-secret"}),
    "Sign": (("kms:Sign",), {"kms:SigningAlgorithm": "ECDSA_SHA_256"}),
    "Read": (("kms:GetPublicKey",), {}),
}
"""What our code does with keys itself: actions, and what KMS lets a condition say of the call. The table and the
buckets use the data key by its own policy (kms:ViaService).
"""
_ALIASES = "kms:ResourceAliases"
SIZE_LIMIT = 10_240
"""Characters, without blanks, that the policies within a role may have together (IAM quotas)."""


@dataclass(frozen=True)
class Place:
    """Where a function runs, and its names there.

    Attributes:
        environment: `KLANG_ENV`.
        region: AWS region of all resources.
        bucket_suffix: the end of the environment's bucket names.
        beginning: of the stage's function names.
    """

    environment: str
    region: str
    bucket_suffix: str
    beginning: str

    def arn(self, service: str, rest: str) -> str:
        """An ARN of this region; which account it must be is said by a condition."""
        return f"arn:aws:{service}:{self.region}:*:{rest}"

    def bucket(self, purpose: str) -> str:
        """A bucket's ARN."""
        return f"arn:aws:s3:::klang-{self.environment}-{purpose}-{self.bucket_suffix}"


def policy(
    place: Place, function: str, rights: Mapping[str, Rights], *, polls: str | None = None, attached: bool = False
) -> dict[str, Any]:
    """The IAM policy of one function.

    Args:
        place: where it runs.
        function: its FunctionName.
        rights: what it may do, by platform.
        polls: the queue whose messages Lambda carries to it.
        attached: it stands in a network of the account.
    """
    statements = [_logs(place, function), _allow("Traces", TRACING, ("*",))]
    if attached:
        statements += _network(place, function)
    if polls is not None:
        statements.append(_own("Poll", _POLL, (_queue(place, polls),)))
    several = [_platform(place, platform, granted) for platform, granted in rights.items()]
    return {"Version": "2012-10-17", "Statement": statements + _together(each for made in several for each in made)}


def _logs(place: Place, function: str) -> Statement:
    # No CreateLogGroup: the deploy makes the groups, with their retention. One that a function made would be kept for
    # ever, and one that a late run made again would stand in the way of the next deploy.
    group = place.arn("logs", f"log-group:/aws/lambda/{function}")
    return _allow("Logs", ("logs:CreateLogStream", "logs:PutLogEvents"), (group, f"{group}:*"))


def _network(place: Place, function: str) -> list[Statement]:
    """What Lambda needs to put a function into a network, and its code may not do.

    That the function's own code gets none of it is said by its ARN (Lambda developer guide, "Giving Lambda functions
    access to resources in a VPC").
    """
    given = _allow("Network", NETWORKING, ("*",))
    barred = {**given, "Sid": "NetworkNotByCode", "Effect": "Deny"}
    arn = place.arn("lambda", f"function:{function}")
    return [given, barred | {"Condition": {"ArnLike": {"lambda:SourceFunctionArn": [arn]}}}]


def _platform(place: Place, platform: str, granted: Rights) -> list[Statement]:
    """A platform's statements: one for each set of actions that several resources of a kind share."""
    kinds: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for resource in sorted(granted):
        kind = resource.partition("/")[0]
        reads = tuple(sorted(granted[resource] - _WRITES))
        writes = tuple(sorted(granted[resource] & _WRITES))
        for actions in filter(None, (reads, writes)):
            kinds.setdefault((kind, actions), []).append(resource)
    return [
        statement
        for (kind, actions), resources in kinds.items()
        for statement in _statements(place, platform, kind, actions, resources)
    ]


def _together(statements: Iterable[Statement]) -> list[Statement]:
    """The statements, those of several platforms that differ only in their resources as one; numbered by kind."""
    merged: dict[str, Statement] = {}
    for each in statements:
        alike = json.dumps({**each, "Resource": [], "Condition": _without_alias(each.get("Condition", {}))})
        if (before := merged.setdefault(alike, each)) is not each:
            merged[alike] = _merged(before, each)
    return [{**each, "Sid": f"{each['Sid']}{number}"} for number, each in enumerate(merged.values(), start=1)]


def _without_alias(condition: Statement) -> Statement:
    return {name: {} if _ALIASES in said else said for name, said in condition.items()}


def _merged(one: Statement, other: Statement) -> Statement:
    if "Resource" not in one:
        return one
    out = {**one, "Resource": list(dict.fromkeys([*one["Resource"], *other["Resource"]]))}
    if (
        "ForAnyValue:StringEquals" in one.get("Condition", {})
        and _ALIASES in one["Condition"]["ForAnyValue:StringEquals"]
    ):
        aliases = [each for part in (one, other) for each in part["Condition"]["ForAnyValue:StringEquals"][_ALIASES]]
        out["Condition"] = {**one["Condition"], "ForAnyValue:StringEquals": {_ALIASES: aliases}}
    return out


def _statements(
    place: Place, platform: str, kind: str, actions: Sequence[str], resources: Sequence[str]
) -> list[Statement]:
    sid = kind.title()
    prefix = f"klang-{place.environment}-{platform}"
    names = [resource.partition("/")[2] for resource in resources]
    match kind:
        case "table" | "index":
            table = place.arn("dynamodb", f"table/{prefix}")
            arns = [f"{table}/index/{name}" if name else table for name in names]
            return [_own(sid, actions, arns, _only_in_transactions() if set(actions) <= _WRITES else None)]
        case "bucket":
            return [_own(sid, actions, [place.bucket(name) for name in names])]
        case "objects":
            return [_own(sid, actions, [_objects(place, name) for name in names])]
        case "queue":
            return [_own(sid, actions, [_queue(place, name) for name in names])]
        case "function":
            return [_own(sid, actions, [place.arn("lambda", f"function:{place.beginning}-{name}") for name in names])]
        case "key":
            return [made for name in names for made in _key(place, actions, f"alias/{prefix}-{name}")]
        case "mail":
            # The identity is a domain of the operator's, the configuration set the platform's own; SES asks for both.
            return [
                _allow(sid, actions, [place.arn("ses", each) for each in ("identity/*", f"configuration-set/{prefix}")])
            ]
        case "phone":
            return [{"Sid": sid, "Effect": "Allow", "Action": list(actions), "NotResource": ["arn:aws:sns:*:*:*"]}]
    raise ValueError(f"no such kind of resource: {kind}")


def _objects(place: Place, name: str) -> str:
    """`PURPOSE/PREFIX/` are all objects of that prefix, `PURPOSE/NAME` is one object."""
    purpose, _, key = name.partition("/")
    return f"{place.bucket(purpose)}/{key}" + ("*" if name.endswith("/") else "")


def _queue(place: Place, name: str) -> str:
    return place.arn("sqs", f"klang-{place.environment}-{name}")


def _only_in_transactions() -> Statement:
    """A write is one transaction, always; AWS's own example of it: DynamoDB developer guide, "Using IAM with DynamoDB
    transactions".
    """
    return {"ForAnyValue:StringEquals": {"dynamodb:EnclosingOperation": ["TransactWriteItems"]}}


def _key(place: Place, actions: Sequence[str], alias: str) -> list[Statement]:
    """Rights on one key, found by its alias: a key's id is not known before the stack exists. One statement for each
    purpose that our code has with it; `kms:ResourceAliases` has several values, hence ForAnyValue.
    """
    made = []
    for purpose, (those, said) in _KEY_PURPOSES.items():
        if asked := [action for action in actions if action in those]:
            own = _own(f"Key{purpose}", asked, (place.arn("kms", "key/*"),))
            equal = {**own["Condition"]["StringEquals"], **said}
            by_alias = {"ForAnyValue:StringEquals": {_ALIASES: [alias]}}
            made.append(own | {"Condition": {"StringEquals": equal, **by_alias}})
    return made


def _own(sid: str, actions: Iterable[str], resources: Iterable[str], more: Statement | None = None) -> Statement:
    return _allow(sid, actions, resources) | {"Condition": {**_OWN_ACCOUNT, **(more or {})}}


def _allow(sid: str, actions: Iterable[str], resources: Iterable[str]) -> Statement:
    return {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": list(resources)}
