"""Least-privilege policies: what the functions of a stage may do, platform by platform.

Every statement names its resources by the naming rules of the house, and none reaches another platform's table,
bucket, queue or key. One statement has the resource `*`: X-Ray knows no resources to write to (where a malware scanner
is set up, also what puts a function into its network, which no code of ours may use). Accounts are written `*`, because
the same policy file serves each account that an environment may live in; a role's rights end at its own account
anyway, unless a resource there grants more.

Nothing is granted that no code can need, and nothing is missing: `tests/infra/test_rights.py` reads from the code what
it calls, and `tests/journeys/test_least_privilege.py` plays the story under these very policies, and names a reason for
whatever the story does not use.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Statement = dict[str, Any]


@dataclass(frozen=True)
class Belongings:
    """What one platform owns besides its table and its data key, and what it does with them.

    Attributes:
        changes: what it does to its table beyond `EVERYWHERE`.
        objects: what it does to the objects in its buckets.
        buckets: purposes of its buckets.
        logs: purposes of those to which it only adds; nothing of them may be deleted.
        sends: queues that it puts messages into.
        polls: queues whose messages Lambda carries to its functions.
        signs: whether it signs anything: what it issues, or its requests as a member of the exchange.
        tells: whether it sends people e-mail and SMS.
    """

    changes: Sequence[str] = ()
    objects: Sequence[str] = ("s3:DeleteObject", "s3:GetObject", "s3:PutObject")
    buckets: Sequence[str] = ()
    logs: Sequence[str] = ()
    sends: Sequence[str] = ()
    polls: Sequence[str] = ()
    signs: bool = True
    tells: bool = False


EVERYWHERE = ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query")
"""What every platform does with its table. A transaction needs the rights of its parts; no request walks a whole table,
so there is no Scan.
"""

READ_TOGETHER, REQUIRE, REMOVE, COUNT = (
    "dynamodb:BatchGetItem",
    "dynamodb:ConditionCheckItem",
    "dynamodb:DeleteItem",
    "dynamodb:UpdateItem",
)
"""What `Table.get_many` and the changes `Require`, `Remove` and `Count` of `chalicelib.shared.storage` become."""

ABORT_UPLOAD, LIST_PARTS = "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"
"""What `Objects.drop_upload` and `Objects.uploaded` need; all else of an upload in parts is PutObject."""

BELONGINGS: Mapping[str, Belongings] = {
    "gdx": Belongings(
        changes=(READ_TOGETHER, REQUIRE, REMOVE, COUNT),
        objects=(ABORT_UPLOAD, "s3:DeleteObject", "s3:GetObject", LIST_PARTS, "s3:PutObject"),
        buckets=("gdx-documents",),
        logs=("gdx-log",),
        sends=("gdx-exchanges", "gdx-events"),
        polls=("gdx-exchanges", "gdx-events"),
    ),
    "opendata": Belongings(
        changes=(READ_TOGETHER, REQUIRE, REMOVE, COUNT),
        # uploads expire by themselves or are given up; bytes that no file version uses any more and old snapshots of
        # the search index are taken away, and a night's dump that is larger than one part is put together
        objects=(ABORT_UPLOAD, "s3:DeleteObject", "s3:GetObject", LIST_PARTS, "s3:PutObject"),
        buckets=("opendata",),
        sends=("opendata-events", "opendata-harvest", "opendata-jobs", "opendata-links", "opendata-uploads"),
        polls=("opendata-events", "opendata-harvest", "opendata-jobs", "opendata-links", "opendata-uploads"),
        signs=False,
    ),
    "biz": Belongings(
        changes=(READ_TOGETHER, REQUIRE, REMOVE, COUNT),
        buckets=("biz-documents",),
        sends=("biz-events", "biz-deliveries"),
        polls=("biz-events", "biz-uploads", "biz-feedback", "biz-deliveries"),
        tells=True,
    ),
    "citizen": Belongings(
        changes=(READ_TOGETHER, REQUIRE, REMOVE, COUNT),
        buckets=("citizen-documents",),
        sends=("citizen-events",),
        polls=("citizen-events",),
        tells=True,
    ),
}

TRACES: Statement = {
    "Sid": "Traces",
    "Effect": "Allow",
    "Action": ["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
    "Resource": ["*"],
}
"""The two writing actions of X-Ray; IAM lets them be granted for `*` only (Service Authorization Reference)."""


def policy(
    environment: str,
    platforms: Sequence[str],
    region: str,
    functions: str,
    bucket_suffix: str,
    attached: Sequence[str] = (),
    called: Sequence[str] = (),
) -> dict[str, Any]:
    """The IAM policy of one stage.

    Args:
        environment: `KLANG_ENV` of the stage.
        platforms: the platforms it opens.
        region: AWS region of all resources.
        functions: beginning of the stage's function names, for its log groups.
        bucket_suffix: the end of the environment's bucket names.
        attached: names of the functions that stand in a network of the account.
        called: names of the functions that the others call for their answers.
    """
    statements = [_logs(region, functions), TRACES, *_network(region, attached)]
    if called:
        functions_called = [f"arn:aws:lambda:{region}:*:function:{name}" for name in called]
        statements.append(_allow("Call", ("lambda:InvokeFunction",), functions_called))
    for platform in platforms:
        statements += _platform(f"klang-{environment}", platform, region, bucket_suffix)
    return {"Version": "2012-10-17", "Statement": statements}


def bare_policy(region: str, functions: Sequence[str]) -> dict[str, Any]:
    """The IAM policy of functions that run what strangers wrote: their logs and traces, and nothing of any platform."""
    groups = [f"arn:aws:logs:{region}:*:log-group:/aws/lambda/{name}" for name in functions]
    own = [arn for group in groups for arn in (group, f"{group}:*")]
    logs = _allow("OwnLogs", ("logs:CreateLogStream", "logs:PutLogEvents"), own)
    return {"Version": "2012-10-17", "Statement": [logs, TRACES]}


def _logs(region: str, functions: str) -> Statement:
    # No CreateLogGroup: the deploy makes the groups, with their retention. One that a function made would be kept for
    # ever, and one that a late run made again would stand in the way of the next deploy.
    return _allow(
        "Logs",
        ("logs:CreateLogStream", "logs:PutLogEvents"),
        (
            f"arn:aws:logs:{region}:*:log-group:/aws/lambda/{functions}",
            f"arn:aws:logs:{region}:*:log-group:/aws/lambda/{functions}:*",
            f"arn:aws:logs:{region}:*:log-group:/aws/lambda/{functions}-*",
        ),
    )


def _network(region: str, attached: Sequence[str]) -> list[Statement]:
    """What Lambda needs to put functions into a network, and their code may not do.

    EC2 knows no resource for DescribeNetworkInterfaces, so the right is for `*`; that the functions' own code gets none
    of it is said by their ARNs (Lambda developer guide, "Giving Lambda functions access to resources in a VPC").
    """
    if not attached:
        return []
    actions = ("ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:DescribeNetworkInterfaces")
    given = _allow("Network", actions, ("*",))
    functions = [f"arn:aws:lambda:{region}:*:function:{name}" for name in attached]
    barred = {**given, "Sid": "NetworkNotByCode", "Effect": "Deny"}
    return [given, barred | {"Condition": {"ArnLike": {"lambda:SourceFunctionArn": functions}}}]


def _platform(prefix: str, platform: str, region: str, bucket_suffix: str) -> list[Statement]:
    own, name = BELONGINGS[platform], platform.title()
    table = f"arn:aws:dynamodb:{region}:*:table/{prefix}-{platform}"
    statements = [_allow(f"{name}Table", sorted((*EVERYWHERE, *own.changes)), (table, f"{table}/index/*"))]
    buckets = [f"arn:aws:s3:::{prefix}-{purpose}-{bucket_suffix}" for purpose in own.buckets]
    logs = [f"arn:aws:s3:::{prefix}-{purpose}-{bucket_suffix}" for purpose in own.logs]
    if buckets:
        statements.append(_allow(f"{name}Objects", own.objects, [f"{bucket}/*" for bucket in buckets]))
    if logs:
        statements.append(_allow(f"{name}Log", ("s3:GetObject", "s3:PutObject"), [f"{bucket}/*" for bucket in logs]))
    if buckets or logs:
        # Without ListBucket S3 answers 403 instead of 404 for an object that is not there.
        statements.append(_allow(f"{name}Buckets", ("s3:ListBucket",), [*buckets, *logs]))
    if own.sends:
        send = ("sqs:GetQueueUrl", "sqs:SendMessage")
        statements.append(_allow(f"{name}Send", send, [_queue(region, prefix, queue) for queue in own.sends]))
    if own.polls:
        # Used by the event source mapping, in the name of the function's role (Lambda developer guide, "SQS").
        poll = ("sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage")
        statements.append(_allow(f"{name}Poll", poll, [_queue(region, prefix, queue) for queue in own.polls]))
    if own.tells:
        # The identity is a domain of the operator's, the configuration set the platform's own; SES asks for both.
        mail = ("identity/*", f"configuration-set/{prefix}-{platform}")
        statements.append(
            _allow(f"{name}Mail", ("ses:SendEmail",), [f"arn:aws:ses:{region}:*:{each}" for each in mail])
        )
        statements.append(_sms(f"{name}Sms"))
    # For the room's secret; the table and the buckets use the key by its own policy (kms:ViaService).
    data = ("kms:Decrypt", "kms:GenerateDataKey")
    statements.append(_key(f"{name}DataKey", data, region, f"alias/{prefix}-{platform}-data"))
    if own.signs:
        signing = ("kms:GetPublicKey", "kms:Sign")
        statements.append(_key(f"{name}SigningKey", signing, region, f"alias/{prefix}-{platform}-signing"))
    return statements


def _queue(region: str, prefix: str, name: str) -> str:
    return f"arn:aws:sqs:{region}:*:{prefix}-{name}"


def _allow(sid: str, actions: Sequence[str], resources: Sequence[str]) -> Statement:
    return {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": list(resources)}


def _sms(sid: str) -> Statement:
    """The right to send SMS. A phone number has no ARN, so it is everything but topics and applications, all of which
    have one (Amazon SNS developer guide, "Using identity-based policies").
    """
    return {"Sid": sid, "Effect": "Allow", "Action": ["sns:Publish"], "NotResource": ["arn:aws:sns:*:*:*"]}


def _key(sid: str, actions: Sequence[str], region: str, alias: str) -> Statement:
    """Rights on one key, found by its alias: a key's id is not known before the stack exists.

    `kms:ResourceAliases` has several values, hence ForAnyValue.
    """
    statement = _allow(sid, actions, (f"arn:aws:kms:{region}:*:key/*",))
    return statement | {"Condition": {"ForAnyValue:StringEquals": {"kms:ResourceAliases": alias}}}
