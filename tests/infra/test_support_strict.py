"""The strictness layer refuses what AWS refuses, and nothing else."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.support.cloud import moto_cloud

TABLE, BUCKET = "klang-test-gdx", "klang-test-gdx-documents-local"
S3 = Config(signature_version="s3v4")


@pytest.fixture
def session() -> Iterator[boto3.session.Session]:
    with moto_cloud(["gdx"]) as made:
        yield made


def put(sk: str, size: int = 1) -> Any:
    return {"Put": {"TableName": TABLE, "Item": {"pk": {"S": "p"}, "sk": {"S": sk}, "v": {"S": "x" * size}}}}


def test_a_request_token_is_executed_once(session: boto3.session.Session) -> None:
    client = session.client("dynamodb")
    add: Any = {
        "Update": {
            "TableName": TABLE,
            "Key": {"pk": {"S": "p"}, "sk": {"S": "n"}},
            "UpdateExpression": "ADD n :one",
            "ExpressionAttributeValues": {":one": {"N": "1"}},
        }
    }
    for _ in range(3):
        client.transact_write_items(ClientRequestToken="token", TransactItems=[add])
    assert client.get_item(TableName=TABLE, Key=add["Update"]["Key"])["Item"]["n"] == {"N": "1"}
    with pytest.raises(ClientError, match="IdempotentParameterMismatch"):
        client.transact_write_items(ClientRequestToken="token", TransactItems=[put("other")])


def test_sizes(session: boto3.session.Session) -> None:
    client = session.client("dynamodb")
    with pytest.raises(ClientError, match="4 MB"):
        client.transact_write_items(TransactItems=[put(str(n), 390_000) for n in range(11)])
    batch: Any = [{"PutRequest": {"Item": put(str(n))["Put"]["Item"]}} for n in range(26)]
    with pytest.raises(ClientError, match="25"):
        client.batch_write_item(RequestItems={TABLE: batch})


@pytest.mark.parametrize(
    ("body", "code"), [("ก" * 400_000, "InvalidParameterValue"), ("a\0", "InvalidMessageContents")]
)
def test_messages(session: boto3.session.Session, body: str, code: str) -> None:
    sqs = session.client("sqs")
    url = sqs.get_queue_url(QueueName="klang-test-gdx-events")["QueueUrl"]
    with pytest.raises(ClientError, match=code):
        sqs.send_message(QueueUrl=url, MessageBody=body)


def test_a_fifo_id_is_remembered_after_deletion(session: boto3.session.Session) -> None:
    sqs = session.client("sqs")
    url = sqs.create_queue(QueueName="f.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="1", MessageGroupId="g", MessageDeduplicationId="d")
    handle = sqs.receive_message(QueueUrl=url)["Messages"][0]["ReceiptHandle"]
    sqs.delete_message(QueueUrl=url, ReceiptHandle=handle)
    sqs.send_message(QueueUrl=url, MessageBody="2", MessageGroupId="g", MessageDeduplicationId="d")
    assert "Messages" not in sqs.receive_message(QueueUrl=url)


def test_a_stale_receipt_handle_deletes_nothing(session: boto3.session.Session) -> None:
    sqs = session.client("sqs")
    url = sqs.get_queue_url(QueueName="klang-test-gdx-events")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="m")
    stale = sqs.receive_message(QueueUrl=url, VisibilityTimeout=0)["Messages"][0]["ReceiptHandle"]
    sqs.receive_message(QueueUrl=url, VisibilityTimeout=0)
    sqs.delete_message(QueueUrl=url, ReceiptHandle=stale)
    assert len(sqs.receive_message(QueueUrl=url)["Messages"]) == 1


@pytest.mark.parametrize(
    ("changed", "content", "status"),
    [
        ({}, b"x", 204),
        ({}, b"x" * 999, 400),
        ({"key": "other"}, b"x", 403),
        ({"Content-Type": "text/html"}, b"x", 403),
        ({"x-amz-signature": "0" * 64}, b"x", 403),
        ({"policy": None}, b"x", 403),
        ({"acl": "public-read"}, b"x", 403),
    ],
)
def test_presigned_posts(
    session: boto3.session.Session, changed: dict[str, str | None], content: bytes, status: int
) -> None:
    kind = {"Content-Type": "application/pdf"}
    post = session.client("s3", config=S3).generate_presigned_post(
        BUCKET,
        "up/a.pdf",
        Fields=dict(kind),
        Conditions=[["content-length-range", 1, 100], kind],
        ExpiresIn=60,
    )
    fields = {name: value for name, value in {**post["fields"], **changed}.items() if value is not None}
    answer = requests.post(post["url"], data=fields, files={"file": ("f", content)}, timeout=5)
    assert answer.status_code == status


def test_presigned_urls(session: boto3.session.Session) -> None:
    s3 = session.client("s3", config=S3)
    s3.put_object(Bucket=BUCKET, Key="ก.txt", Body=b"whole")
    url = s3.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": "ก.txt"}, ExpiresIn=60)
    assert requests.get(url, timeout=5).content == b"whole"
    assert requests.get(url.replace("X-Amz-Expires=60", "X-Amz-Expires=600"), timeout=5).status_code == 403
