"""The rights of a platform's functions together are those of the AWS operations that its code calls, both ways.

What each single function does is seen while it runs (`tests/journeys/test_least_privilege.py`); this file reads what no
run may have shown.

Three steps, none of them by hand: what each method of an adapter (`chalicelib/shared/aws`) calls on its client; which
of these methods a platform's code calls; what IAM wants for it (`tests/support/iam.py`). A right that is missing is
found here, and not in the night when the first dump is larger than a part.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import botocore.session
import pytest
from botocore import xform_name

import chalicelib
from chalicelib.shared.journal import OPEN
from infra.rights.granted import platform_wide, sends
from infra.stages import PLATFORMS
from tests.support.iam import Use, uses
from tests.support.rights import logical

CODE = Path(chalicelib.__file__).parent
AWS = CODE / "shared" / "aws"
SUFFIX = "local"
BUCKETS = {
    "gdx": ("gdx-documents",),
    "opendata": ("opendata",),
    "biz": ("biz-documents",),
    "citizen": ("citizen-documents",),
}
LOGS: dict[str, tuple[str, ...]] = {"gdx": ("gdx-log",), "opendata": (), "biz": (), "citizen": ()}
LOG_CODE = {"gdx": "transparency"}
"""The package of a platform that is given the bucket of its log; the rest has the others."""
PRESIGNED = {"generate_presigned_url", "generate_presigned_post", "get_paginator"}
"""Methods of a client that name the operation in an argument, or (`post`) are the upload of an object."""
Named = tuple[str, str]
"""The beginning of a resource's logical name, and an action: what is compared, for no reading of the code tells keys of
objects or which function runs which line.
"""
ONLY_OBJECTS = {
    "upload_form", "download_url", "start_upload", "part_form", "send_part", "finish_upload", "drop_upload",
}  # fmt: skip
"""Methods that only `Objects` has: wherever they are called, the receiver must be known as a bucket."""


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def operations(service: str) -> Mapping[str, str]:
    """botocore's operations of a service by the name of the client's method."""
    model = botocore.session.get_session().get_service_model(service)
    return {xform_name(name): name for name in model.operation_names}


# -- what an adapter's method calls


def called_on_client(code: ast.AST, service: str) -> Iterator[str]:
    """The operations that a piece of an adapter calls: `self._client().put_object(...)`, `kms().sign(...)`."""
    for node in ast.walk(code):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        receiver = node.func.value
        if not (isinstance(receiver, ast.Call) and ast.unparse(receiver.func).split(".")[-1] in _CLIENTS):
            continue
        name = node.func.attr
        if name == "generate_presigned_post":
            yield "PutObject"
        elif name in PRESIGNED:
            assert isinstance(node.args[0], ast.Constant), ast.unparse(node)
            yield operations(service)[str(node.args[0].value)]
        else:
            yield operations(service)[name]  # a KeyError: not an operation of this service


_CLIENTS = {"_client", "_patient", "_kms", "kms"}


def methods(file: str, service: str, holder: str | None) -> dict[str, set[str]]:
    """Operations by method of an adapter's class (or by function), with what its own helpers call."""
    module = tree(AWS / file)
    body = module.body
    if holder is not None:
        body = next(each for each in module.body if isinstance(each, ast.ClassDef) and each.name == holder).body
    functions = {each.name: each for each in body if isinstance(each, ast.FunctionDef)}
    direct = {name: set(called_on_client(each, service)) for name, each in functions.items()}
    helpers = {
        name: {
            node.attr
            for node in ast.walk(each)
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "self" and node.attr in functions
        }
        for name, each in functions.items()
    }

    def whole(name: str, seen: frozenset[str] = frozenset()) -> set[str]:
        found = set(direct[name])
        for helper in helpers[name] - seen - {name}:
            found |= whole(helper, seen | {name})
        return found

    return {name: whole(name) for name in functions}


def transaction_parts() -> dict[str, str]:
    """What each change of `shared.storage` becomes in a transaction: `Create` -> `Put`."""
    table = next(each for each in tree(AWS / "dynamo.py").body if isinstance(each, ast.ClassDef))
    action = next(each for each in table.body if isinstance(each, ast.FunctionDef) and each.name == "_action")
    found: dict[str, str] = {}
    for case in (case for node in ast.walk(action) if isinstance(node, ast.Match) for case in node.cases):
        (part,) = [
            str(key.value)
            for node in ast.walk(case)
            if isinstance(node, ast.Return) and isinstance(node.value, ast.Dict)
            for key in node.value.keys[:1]
            if isinstance(key, ast.Constant)
        ]
        assert isinstance(case.pattern, ast.MatchClass)
        found[ast.unparse(case.pattern.cls)] = part
    return found


# -- what a platform calls


def files_of(platform: str) -> list[Path]:
    return sorted((CODE / platform).rglob("*.py"))


@cache
def calls(path: Path) -> frozenset[tuple[str, str]]:
    """(last name of the receiver, method) of every call in a file; the receiver of a function is ""."""
    found: set[tuple[str, str]] = set()
    for node in ast.walk(tree(path)):
        # `map(Remove, keys)` makes changes too: names that are handed on count as called
        for name in (node.func, *node.args) if isinstance(node, ast.Call) else ():
            if isinstance(name, ast.Name):
                found.add(("", name.id))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            found.add((_last_name(node.func.value), node.func.attr))
    return frozenset(found)


def _last_name(receiver: ast.expr) -> str:
    name = receiver.attr if isinstance(receiver, ast.Attribute) else getattr(receiver, "id", "-")
    return str(name).strip("_")


def is_log(platform: str, path: Path) -> bool:
    return path.is_relative_to(CODE / platform / LOG_CODE.get(platform, "-"))


def of_bucket(platform: str, *, log: bool) -> set[str]:
    """The methods of `Objects` that a platform's code calls."""
    return {
        method
        for path in files_of(platform)
        if is_log(platform, path) is log
        for receiver, method in calls(path)
        if receiver.endswith("objects")
    }


def changes_of(platform: str) -> set[str]:
    """The kinds of changes that a platform makes; `Create` and `Update` are everybody's, by the journal."""
    made = {name for path in files_of(platform) for receiver, name in calls(path) if not receiver}
    return {"Create", "Update"} | (made & {"Require", "Remove", "Count"})


def asks_many(platform: str) -> bool:
    found = {call for path in files_of(platform) for call in calls(path)}
    return ("table", "get_many") in found or ("journal", "read") in found


# -- what IAM wants


def table_uses(platform: str) -> set[Use]:
    name = f"klang-test-{platform}"
    of_table = methods("dynamo.py", "dynamodb", "DynamoTable")
    assert {"get", "get_many", "query", "write"} <= of_table.keys()
    wanted: set[Use] = set()
    for method, called in of_table.items():
        if method == "get_many" and not asks_many(platform):
            continue
        for operation in called:
            if operation == "TransactWriteItems":
                parts = transaction_parts()
                items = [{parts[kind]: {"TableName": name}} for kind in sorted(changes_of(platform))]
                wanted |= set(uses("dynamodb", operation, {"TransactItems": items}))
            elif operation == "BatchGetItem":
                wanted |= set(uses("dynamodb", operation, {"RequestItems": {name: {}}}))
            else:
                wanted |= set(uses("dynamodb", operation, {"TableName": name}))
    return wanted


def bucket_uses(platform: str) -> set[Use]:
    of_objects = methods("objects.py", "s3", "S3Objects")
    wanted: set[Use] = set()
    for purposes, log in ((BUCKETS[platform], False), (LOGS[platform], True)):
        for purpose in purposes:
            bucket = f"klang-test-{purpose}-{SUFFIX}"
            for method in of_bucket(platform, log=log) & of_objects.keys():
                for operation in of_objects[method]:
                    given = {"Bucket": bucket} if operation == "ListObjectsV2" else {"Bucket": bucket, "Key": "a/b"}
                    more = {"CopySource": f"{bucket}/c"} if operation == "CopyObject" else {}
                    wanted |= set(uses("s3", operation, given | more))
                    if operation in ("HeadObject", "GetObject"):
                        # without it S3 says 403, not 404, of what is not there (S3 API reference, HeadObject)
                        wanted |= set(uses("s3", "ListObjectsV2", {"Bucket": bucket}))
    return wanted


def queue_uses(platform: str) -> set[Use]:
    called = methods("queues.py", "sqs", "SqsPost")["send"]
    return {
        use
        for queue in sends(platform)
        for operation in called
        for use in uses("sqs", operation, {"QueueUrl": f"https://sqs/1/klang-test-{queue}"})
    }


def key_uses(platform: str) -> set[Use]:
    secret = methods("keys.py", "kms", None)["room_secret"]
    found = {use for each in secret for use in uses("kms", each, {"KeyId": f"alias/klang-test-{platform}-data"})}
    if any(("", "KmsSigner") in calls(path) or ("keyring", "signer") in named(path) for path in files_of(platform)):
        called = set().union(*methods("keys.py", "kms", "KmsSigner").values())
        found |= {
            use for each in called for use in uses("kms", each, {"KeyId": f"alias/klang-test-{platform}-signing"})
        }
    return found


def message_uses(platform: str) -> set[Use]:
    """What sending e-mail and SMS asks for, where a platform sends any."""
    if not any(("", name) in calls(path) for path in files_of(platform) for name in ("Mail", "Outside")):
        return set()
    mail = {"FromEmailAddress": "notices@mail.example", "ConfigurationSetName": f"klang-test-{platform}"}
    found: set[Use] = set()
    for file, service, holder, given in (
        ("ses.py", "sesv2", "SesMailer", mail),
        ("sns.py", "sns", "SnsTexter", {"PhoneNumber": "+66"}),
    ):
        for called in methods(file, service, holder).values():
            found |= {use for operation in called for use in uses(service, operation, given)}
    return found


def function_uses(platform: str) -> set[Use]:
    """What calling other functions asks for, where a platform calls any."""
    if not any(("functions", "call") in calls(path) for path in files_of(platform)):
        return set()
    called = methods("functions.py", "lambda", "LambdaFunctions")["call"]
    given = {"FunctionName": f"klang-test-{platform}-{platform}_sql"}
    return {use for operation in called for use in uses("lambda", operation, given)}


def named(path: Path) -> set[tuple[str, str]]:
    """(last name before the dot, attribute) of every attribute that a file reads."""
    return {(_last_name(node.value), node.attr) for node in ast.walk(tree(path)) if isinstance(node, ast.Attribute)}


@cache
def needed(platform: str) -> set[Named]:
    known = table_uses(platform) | bucket_uses(platform) | queue_uses(platform) | key_uses(platform)
    known |= message_uses(platform) | function_uses(platform)
    return {(_thing(logical(platform, use)), use.action) for use in known}


def granted(platform: str) -> set[Named]:
    return {(_thing(name), action) for name, actions in platform_wide(platform).items() for action in actions}


def _thing(name: str) -> str:
    """`objects/opendata/files/` -> `objects/opendata`; an index counts as its table."""
    kind, *rest = name.split("/")
    return "table" if kind == "index" else "/".join([kind, *rest[:1]])


# -- the tests


@pytest.mark.parametrize("platform", PLATFORMS)
def test_whatever_the_code_calls_is_granted_and_nothing_else(platform: str) -> None:
    assert needed(platform) - granted(platform) == set(), "the code calls it, and no function may"
    assert granted(platform) - needed(platform) == set(), "a function may, and no code calls it"


@pytest.mark.parametrize("platform", PLATFORMS)
def test_each_index_that_may_be_asked_is_named_in_the_code(platform: str) -> None:
    words = {
        node.value for path in files_of(platform) for node in ast.walk(tree(path)) if isinstance(node, ast.Constant)
    }
    asked = {name.removeprefix("index/") for name in platform_wide(platform) if name.startswith("index/")}
    assert asked - {OPEN} <= words  # the outbox's is the journal's


def test_the_reading_of_the_adapters_sees_everything() -> None:
    """Every call of a client's method in the adapters is found: none hides behind a name that is not looked for."""
    for file, service in (
        ("dynamo.py", "dynamodb"),
        ("objects.py", "s3"),
        ("queues.py", "sqs"),
        ("keys.py", "kms"),
        ("ses.py", "sesv2"),
        ("sns.py", "sns"),
        ("functions.py", "lambda"),
    ):
        named = {
            node.attr
            for node in ast.walk(tree(AWS / file))
            if isinstance(node, ast.Attribute) and node.attr in operations(service).keys() | PRESIGNED
        }
        found = {xform_name(each) for each in called_on_client(tree(AWS / file), service)}
        by_argument = {"put_object", "get_object", "upload_part", "list_parts", "list_objects_v2"}
        assert named - PRESIGNED <= found <= (named | by_argument), file
        assert found


def test_every_bucket_in_the_code_is_known_as_one() -> None:
    for platform in PLATFORMS:
        for path in files_of(platform):
            for receiver, method in calls(path):
                assert method not in ONLY_OBJECTS or receiver.endswith("objects"), (path, method)


def test_no_platform_calls_aws_past_the_adapters() -> None:
    for platform in PLATFORMS:
        for path in files_of(platform):
            imported = {
                name.split(".")[0]
                for node in ast.walk(tree(path))
                if isinstance(node, ast.Import | ast.ImportFrom)
                for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names])
            }
            assert not imported & {"boto3", "botocore"}, path


def test_a_method_that_nobody_knows_is_no_operation() -> None:
    with pytest.raises(KeyError):
        list(called_on_client(ast.parse("self._client().put_objekt(Bucket=b)"), "s3"))
