"""What moto takes and AWS does not: refused here, or shown to be nothing that our code ever does.

The rows of one table: each limit that moto 5.2.5 does not keep has a test in this file, in `test_support_strict.py`,
`test_support_faults.py` or `test_emulator_mends.py`.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from infra.provision import load_template
from tests.support.cloud import moto_cloud
from tests.support.faults import Faults, Kind, faults
from tests.support.faults.past import Past

ROOT = Path(__file__).parents[2]
TABLE = "klang-test-gdx"
KEY = {"pk": {"S": "p"}, "sk": {"S": "s"}}


@pytest.fixture(scope="module")
def session() -> Iterator[boto3.session.Session]:
    """An account with the exchange's table."""
    with moto_cloud(["gdx"]) as made:
        yield made


def nested(levels: int) -> dict[str, Any]:
    """A map in a map in a map."""
    value: dict[str, Any] = {"S": "x"}
    for _ in range(levels):
        value = {"M": {"m": value}}
    return value


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ({"n": {"N": "1" * 39}}, "38 digits"),
        ({"n": {"M": {"m": {"N": "1" * 39}}}}, "38 digits"),
        ({"n": {"SS": ["a", "a"]}}, "twice"),
        ({"n": {"NS": ["1", "1"]}}, "twice"),
        ({"n": nested(33)}, "32 levels"),
        ({"open_pk": {"N": "1"}, "open_sk": {"S": "1"}}, "another type"),
    ],
)
def test_values_that_dynamodb_does_not_take(session: boto3.session.Session, value: dict[str, Any], why: str) -> None:
    client = session.client("dynamodb")
    item = {**KEY, **value}
    for write in (
        lambda: client.put_item(TableName=TABLE, Item=item),
        lambda: client.transact_write_items(TransactItems=[{"Put": {"TableName": TABLE, "Item": item}}]),
        lambda: client.batch_write_item(RequestItems={TABLE: [{"PutRequest": {"Item": item}}]}),
    ):
        with pytest.raises(ClientError, match=why):
            write()
    client.put_item(TableName=TABLE, Item={**KEY, "n": {"N": "1" * 38}, "m": nested(31), "s": {"SS": ["a", "b"]}})


@pytest.mark.parametrize(
    ("condition", "values", "why"),
    [
        (" OR ".join(["attribute_exists(pk)"] * 200), {}, "4 KB"),
        ("sk IN (" + ", ".join(f":v{n}" for n in range(101)) + ")", {f":v{n}": {"S": "x"} for n in range(101)}, "100"),
        ("sk = :v", {":other": {"S": "x"}}, "not defined"),
    ],
)
def test_expressions_that_dynamodb_does_not_take(
    session: boto3.session.Session, condition: str, values: dict[str, Any], why: str
) -> None:
    asked: dict[str, Any] = {"ExpressionAttributeValues": values} if values else {}
    with pytest.raises(ClientError, match=why):
        session.client("dynamodb").put_item(TableName=TABLE, Item=KEY, ConditionExpression=condition, **asked)


def test_one_item_twice_in_a_reading_transaction(session: boto3.session.Session) -> None:
    get: Any = {"Get": {"TableName": TABLE, "Key": KEY}}
    with pytest.raises(ClientError, match="twice"):
        session.client("dynamodb").transact_get_items(TransactItems=[get, get])


def test_nothing_is_made_public_by_its_acl(session: boto3.session.Session) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        session.client("s3").put_object(Bucket="klang-test-gdx-documents-local", Key="k", Body=b"x", ACL="public-read")


# -- what happens by chance ------------------------------------------------------------------------


def struck(kind: Kind) -> Any:
    """The first call is struck."""
    return faults(lambda _service, _operation, n: kind if n == 0 else "ok")


def test_a_conflict_cancels_a_transaction_with_its_reasons(session: boto3.session.Session) -> None:
    client = session.client("dynamodb")
    put: Any = [{"Put": {"TableName": TABLE, "Item": {**KEY, "sk": {"S": sk}}}} for sk in "ab"]
    with struck("conflict"), pytest.raises(client.exceptions.TransactionCanceledException) as caught:
        client.transact_write_items(TransactItems=put)
    assert [each["Code"] for each in caught.value.response["CancellationReasons"]] == ["TransactionConflict", "None"]
    with struck("conflict"), pytest.raises(ClientError, match="TransactionConflictException"):
        client.put_item(TableName=TABLE, Item=KEY)
    with struck("conflict") as layer:
        client.get_item(TableName=TABLE, Key=KEY)
    assert layer.trace == [("dynamodb", "GetItem", "ok")], "a read meets no conflict"


def test_half_of_a_batch_is_left_undone(session: boto3.session.Session) -> None:
    client, sqs = session.client("dynamodb"), session.client("sqs")
    keys: Any = [{"pk": {"S": "half"}, "sk": {"S": str(n)}} for n in range(4)]
    with struck("partial"):
        wrote = client.batch_write_item(RequestItems={TABLE: [{"PutRequest": {"Item": key}} for key in keys]})
    assert [each["PutRequest"]["Item"] for each in wrote["UnprocessedItems"][TABLE]] == keys[2:]
    with struck("partial"):
        read = client.batch_get_item(RequestItems={TABLE: {"Keys": keys, "ConsistentRead": True}})
    assert read["UnprocessedKeys"][TABLE] == {"Keys": keys[2:], "ConsistentRead": True}
    assert len(read["Responses"][TABLE]) == 2
    url = sqs.get_queue_url(QueueName="klang-test-gdx-events")["QueueUrl"]
    with struck("partial"):
        sent = sqs.send_message_batch(QueueUrl=url, Entries=[{"Id": each, "MessageBody": each} for each in "abc"])
    assert [each["Id"] for each in sent["Successful"]] == ["a"] and [each["Id"] for each in sent["Failed"]] == [
        "b",
        "c",
    ]


def test_only_a_consistent_read_is_told_the_newest(session: boto3.session.Session) -> None:
    client = session.client("dynamodb")

    def seen(**asked: Any) -> list[str]:
        found = client.query(
            TableName=TABLE, KeyConditionExpression="pk = :p", ExpressionAttributeValues={":p": {"S": "old"}}, **asked
        )
        return [each["sk"]["S"] for each in found["Items"]]

    def always(layer: Faults) -> None:
        layer.past = Past("123456789012", "ap-southeast-1")

    with faults(lambda _service, operation, _n: "stale" if operation in ("Query", "GetItem") else "ok") as layer:
        always(layer)
        for sk in "abcd":
            client.put_item(TableName=TABLE, Item={"pk": {"S": "old"}, "sk": {"S": sk}})
        add: Any = {"UpdateExpression": "ADD n :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}
        client.update_item(TableName=TABLE, Key={"pk": {"S": "old"}, "sk": {"S": "a"}}, **add)
        layer.behind = 2
        assert seen() == ["a", "b", "c"] and seen(ConsistentRead=True) == ["a", "b", "c", "d"]
        first = {"pk": {"S": "old"}, "sk": {"S": "a"}}
        assert "n" not in client.get_item(TableName=TABLE, Key=first)["Item"], "changed in place, and told as before"
        assert "n" in client.get_item(TableName=TABLE, Key=first, ConsistentRead=True)["Item"]
        layer.behind = 50
        assert seen() == [], "as far back as is known"


# -- what our code never does ----------------------------------------------------------------------


def calls_of_clients() -> Iterator[tuple[str, str]]:
    """(file, method) of each call on an AWS client in the product."""
    for file in sorted((ROOT / "chalicelib").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                yield str(file.relative_to(ROOT)), node.func.attr


def test_dynamodb_is_asked_in_four_ways_and_in_one_file() -> None:
    """So batches of writes, reading transactions, scans and single writes need no double of their own."""
    ways = {"get_item", "batch_get_item", "query", "transact_write_items"}
    others = {"put_item", "update_item", "delete_item", "batch_write_item", "transact_get_items", "execute_statement"}
    found = {(file, name) for file, name in calls_of_clients() if name in ways | others and name != "query"}
    assert found == {("chalicelib/shared/aws/dynamo.py", name) for name in ways - {"query"}}


def test_no_queue_is_fifo_and_messages_go_one_by_one() -> None:
    """Order and deduplication of FIFO queues, batches of messages, are nothing that we rely on."""
    queues = [each for each in load_template().resources.values() if each.type == "AWS::SQS::Queue"]
    assert queues and not any("FifoQueue" in each.properties for each in queues)
    batches = {"send_message_batch", "delete_message_batch", "receive_message", "delete_message"}
    assert [each for each in calls_of_clients() if each[1] in batches] == []


def test_no_acl_is_ever_set() -> None:
    names = ("ACL", "GrantRead", "GrantFullControl")
    files = sorted((ROOT / "chalicelib").rglob("*.py"))
    words = itertools.product(files, names)
    assert [str(file) for file, name in words if f"{name}=" in file.read_text(encoding="utf-8")] == []
