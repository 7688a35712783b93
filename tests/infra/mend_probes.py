"""One probe per mend: passes on a mended moto, fails on a plain one.

`python -m tests.infra.mend_probes` runs them unmended and prints which fail.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import boto3
import pytest
import requests
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.core.serialize import AttributePicker, AttributePickerContext
from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.kms.models import kms_backends

REGION, ACCOUNT = "ap-southeast-1", "123456789012"


def _client(service: Any) -> Any:
    return boto3.session.Session(region_name=REGION).client(service)


def cloudwatch_composites() -> None:
    client = _client("cloudwatch")
    client.put_composite_alarm(AlarmName="all", AlarmRule='ALARM("one")')
    assert client.describe_alarms().get("CompositeAlarms", []) == []
    (told,) = client.describe_alarms(AlarmTypes=["CompositeAlarm"])["CompositeAlarms"]
    assert (told["AlarmName"], told["AlarmRule"]) == ("all", 'ALARM("one")')


def apigateway_method_settings() -> None:
    client = _client("apigateway")
    api = client.create_rest_api(name="a")["id"]
    (root,) = client.get_resources(restApiId=api)["items"]
    where = {"restApiId": api, "resourceId": root["id"], "httpMethod": "GET"}
    client.put_method(**where, authorizationType="NONE")
    client.put_integration(**where, type="MOCK", uri="arn:none", integrationHttpMethod="GET")
    client.create_deployment(restApiId=api, stageName="api")
    rate = {"op": "replace", "path": "/~1a/GET/throttling/rateLimit", "value": "5"}
    client.update_stage(restApiId=api, stageName="api", patchOperations=[rate])
    gone = [{"op": "remove", "path": "/~1a/GET"}]
    assert client.update_stage(restApiId=api, stageName="api", patchOperations=gone).get("methodSettings", {}) == {}


def logs_queries() -> None:
    client = _client("logs")
    made = client.put_query_definition(name="errors", queryString="fields @message", logGroupNames=["/a"])
    client.put_query_definition(name="errors", queryString="limit 1", queryDefinitionId=made["queryDefinitionId"])
    (told,) = client.describe_query_definitions(queryDefinitionNamePrefix="err")["queryDefinitions"]
    assert told["queryString"] == "limit 1"


class _Untouchable:
    """Part of a table that a fast operation never looks at."""

    def __deepcopy__(self, memo: dict[int, Any]) -> None:
        raise AssertionError("the whole table was copied")

    def values(self) -> Any:
        raise AssertionError("another partition was read")


def _table() -> Any:
    client = _client("dynamodb")
    client.create_table(
        TableName="t",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
    )
    client.put_item(TableName="t", Item={"pk": {"S": "a"}, "sk": {"S": "1"}})
    table: Any = dynamodb_backends[ACCOUNT][REGION].tables["t"]
    table.items[DynamoType({"S": "other"})] = _Untouchable()
    return client


def dynamodb_queries() -> None:
    answer = _table().query(
        TableName="t", KeyConditionExpression="pk = :a", ExpressionAttributeValues={":a": {"S": "a"}}
    )
    assert answer["Count"] == 1


def dynamodb_transactions() -> None:
    item = {"pk": {"S": "a"}, "sk": {"S": "2"}}
    _table().transact_write_items(TransactItems=[{"Put": {"TableName": "t", "Item": item}}])


def dynamodb_lock() -> None:
    client, inside, most = _table(), [0], [0]
    original = DynamoDBBackend.get_item

    def slow(self: DynamoDBBackend, *args: Any, **kwargs: Any) -> Any:
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        time.sleep(0.05)
        inside[0] -= 1
        return original(self, *args, **kwargs)

    key = {"pk": {"S": "a"}, "sk": {"S": "1"}}
    DynamoDBBackend.get_item = slow  # type: ignore[method-assign] # what a mend undoes
    try:
        arguments = {"TableName": "t", "Key": key}
        threads = [threading.Thread(target=client.get_item, kwargs=arguments) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        DynamoDBBackend.get_item = original  # type: ignore[method-assign] # what a mend undoes
    assert most == [1]


def s3_filter_names() -> None:
    queue = _client("sqs").create_queue(QueueName="q")["QueueUrl"].rpartition("/")[2]
    s3 = _client("s3")
    s3.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": REGION})
    rules = {"Key": {"FilterRules": [{"Name": "Prefix", "Value": "in/"}]}}
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}"
    configuration = {"QueueConfigurations": [{"QueueArn": arn, "Events": ["s3:ObjectCreated:*"], "Filter": rules}]}
    s3.put_bucket_notification_configuration(Bucket="bucket", NotificationConfiguration=configuration)


def s3_locked_copies() -> None:
    s3 = _client("s3")
    where = {"LocationConstraint": REGION}
    s3.create_bucket(Bucket="bucket", CreateBucketConfiguration=where, ObjectLockEnabledForBucket=True)
    held: Any = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}}
    s3.put_object_lock_configuration(Bucket="bucket", ObjectLockConfiguration=held)
    s3.put_object(Bucket="bucket", Key="key", Body=b"content", ChecksumAlgorithm="SHA256")
    s3.copy_object(Bucket="bucket", Key="copy", CopySource={"Bucket": "bucket", "Key": "key"})
    assert s3.get_object(Bucket="bucket", Key="copy")["Body"].read() == b"content"


def s3_parts() -> None:
    s3 = _client("s3")
    s3.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": REGION})
    made = s3.create_multipart_upload(Bucket="bucket", Key="key", ChecksumAlgorithm="SHA256", ChecksumType="COMPOSITE")
    named = {"Bucket": "bucket", "Key": "key", "UploadId": made["UploadId"]}
    tag = s3.upload_part(**named, PartNumber=1, Body=b"content")["ETag"]
    s3.complete_multipart_upload(**named, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": tag}]})
    part = hashlib.sha256(b"content").digest()
    composite = base64.b64encode(hashlib.sha256(part).digest()).decode()
    head = s3.head_object(Bucket="bucket", Key="key", ChecksumMode="ENABLED")
    assert head["ChecksumSHA256"] == f"{composite}-1"
    try:
        s3.upload_part(**named, PartNumber=2, Body=b"late")
    except s3.exceptions.NoSuchUpload:
        return
    raise AssertionError("a part of a finished upload was taken")


def s3_post_checksum() -> None:
    s3 = _client("s3")
    s3.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": REGION})
    checksum = base64.b64encode(hashlib.sha256(b"content").digest()).decode()
    fields = {"Content-Type": "application/pdf", "x-amz-checksum-sha256": checksum}
    conditions = [{name: value} for name, value in fields.items()]
    form = s3.generate_presigned_post("bucket", "key", Fields=dict(fields), Conditions=conditions)
    answer = requests.post(form["url"], data=form["fields"], files={"file": b"content"}, timeout=5)
    assert answer.status_code == 204
    head = s3.head_object(Bucket="bucket", Key="key", ChecksumMode="ENABLED")
    assert (head["ContentType"], head["ChecksumSHA256"]) == ("application/pdf", checksum)


def apigateway_import() -> None:
    mock = {"type": "mock", "requestTemplates": {"application/json": '{"statusCode": 200}'}}
    method = {"responses": {"200": {"description": "ok"}}, "x-amazon-apigateway-integration": mock}
    document = {
        "swagger": "2.0",
        "info": {"title": "api", "version": "1.0"},
        "paths": {"/health": {"options": method}},
    }
    api = _client("apigateway").import_rest_api(body=json.dumps(document))
    paths = [item["path"] for item in _client("apigateway").get_resources(restApiId=api["id"])["items"]]
    assert "/health" in paths


def sqs_without_lambda() -> None:
    from moto.sqs.models import sqs_backends

    sqs = _client("sqs")
    url = sqs.create_queue(QueueName="q")["QueueUrl"]
    mapping = type("Mapping", (), {"enabled": True, "batch_size": 1})()
    sqs_backends[ACCOUNT][REGION].queues["q"].lambda_event_source_mappings["arn:aws:lambda:x:y:function:z"] = mapping
    sqs.send_message(QueueUrl=url, MessageBody="m")
    count = sqs.receive_message(QueueUrl=url, AttributeNames=["All"])["Messages"][0]["Attributes"]
    assert count["ApproximateReceiveCount"] == "1"


def quick_answers() -> None:
    client, looked = _client("sqs"), []
    client.list_queues()
    original = AttributePicker.get_possible_keys

    def looking(self: AttributePicker, context: AttributePickerContext) -> Any:
        looked.append(context.key)
        return original(self, context)

    AttributePicker.get_possible_keys = looking  # type: ignore[method-assign] # sees what moto does
    try:
        client.list_queues()
    finally:
        AttributePicker.get_possible_keys = original  # type: ignore[method-assign] # as it was
    assert not looked, "the same spellings were looked up again"


def kms_symmetric() -> None:
    identifier = _client("kms").create_key()["KeyMetadata"]["KeyId"]
    key: Any = kms_backends[ACCOUNT][REGION].keys[identifier]
    assert type(key.private_key).__name__ == "ECDSAPrivateKey"


def kms_key_state() -> None:
    kms = _client("kms")
    identifier = kms.create_key()["KeyMetadata"]["KeyId"]
    blob = kms.encrypt(KeyId=identifier, Plaintext=b"secret")["CiphertextBlob"]
    kms.disable_key(KeyId=identifier)
    _refused("DisabledException", lambda: kms.decrypt(CiphertextBlob=blob))
    kms.enable_key(KeyId=identifier)
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"secret"
    kms.schedule_key_deletion(KeyId=identifier)
    _refused("KMSInvalidStateException", lambda: kms.decrypt(CiphertextBlob=blob))


def kms_signing() -> None:
    kms = _client("kms")
    identifier = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    how = {"KeyId": identifier, "SigningAlgorithm": "ECDSA_SHA_256"}
    made = kms.sign(**how, MessageType="RAW", Message=b"m")["Signature"]
    assert kms.verify(**how, MessageType="RAW", Message=b"m", Signature=made)["SignatureValid"]
    _refused(
        "KMSInvalidSignatureException",
        lambda: kms.verify(**how, MessageType="RAW", Message=b"n", Signature=made),
    )
    _refused("ValidationException", lambda: kms.sign(**how, MessageType="DIGEST", Message=b"d" * 32))
    _refused("ValidationException", lambda: kms.sign(**how, MessageType="RAW", Message=b"m" * 4097))


def _refused(code: str, call: Callable[[], Any]) -> None:
    try:
        call()
    except ClientError as error:
        answered = error.response["Error"]["Code"]
    else:
        answered = "no error"
    assert answered == code


def dynamodb_point_in_time() -> None:
    client = _client("dynamodb")
    client.create_table(
        TableName="rows",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
    )
    switch = {"PointInTimeRecoveryEnabled": True}
    client.update_continuous_backups(TableName="rows", PointInTimeRecoverySpecification=switch)
    rows: list[dict[str, Any]] = [{"pk": {"S": "a"}, "sk": {"S": number}, "v": {"N": "1"}} for number in "12"]
    for row in rows:
        client.put_item(TableName="rows", Item=row)
    before = time.time()
    client.update_item(
        TableName="rows",
        Key={"pk": {"S": "a"}, "sk": {"S": "1"}},
        UpdateExpression="ADD v :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
    )
    client.delete_item(TableName="rows", Key={"pk": {"S": "a"}, "sk": {"S": "2"}})
    client.put_item(TableName="rows", Item={"pk": {"S": "a"}, "sk": {"S": "3"}})
    client.restore_table_to_point_in_time(SourceTableName="rows", TargetTableName="before", RestoreDateTime=before)
    assert client.scan(TableName="before")["Items"] == rows
    with pytest.raises(ClientError, match="InvalidRestoreTime"):
        client.restore_table_to_point_in_time(
            SourceTableName="rows", TargetTableName="never", RestoreDateTime=before - 60
        )
    client.delete_table(TableName="rows")
    (kept,) = client.list_backups(BackupType="ALL")["BackupSummaries"]
    assert kept["BackupType"] == "SYSTEM"
    client.restore_table_from_backup(TargetTableName="rows", BackupArn=kept["BackupArn"])
    assert [item["sk"]["S"] for item in client.scan(TableName="rows")["Items"]] == ["1", "3"]


def sqs_move_tasks() -> None:
    client = _client("sqs")
    dead = client.create_queue(QueueName="t-dlq")["QueueUrl"]
    arn = client.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 1})
    url = client.create_queue(QueueName="t", Attributes={"RedrivePolicy": policy, "VisibilityTimeout": "0"})["QueueUrl"]
    client.send_message(QueueUrl=url, MessageBody="m")
    for _ in range(2):
        client.receive_message(QueueUrl=url)
    client.start_message_move_task(SourceArn=arn)
    assert client.list_message_move_tasks(SourceArn=arn)["Results"][0]["ApproximateNumberOfMessagesMoved"] == 1
    assert client.receive_message(QueueUrl=url)["Messages"][0]["Body"] == "m"
    assert "Messages" not in client.receive_message(QueueUrl=dead)


PROBES: dict[str, Callable[[], None]] = {
    probe.__name__: probe
    for probe in (
        apigateway_import,
        apigateway_method_settings,
        cloudwatch_composites,
        dynamodb_lock,
        dynamodb_point_in_time,
        dynamodb_queries,
        dynamodb_transactions,
        kms_key_state,
        kms_signing,
        kms_symmetric,
        logs_queries,
        quick_answers,
        s3_filter_names,
        s3_locked_copies,
        s3_parts,
        s3_post_checksum,
        sqs_move_tasks,
        sqs_without_lambda,
    )
}


def failing() -> list[str]:
    """Names of the probes that fail in this process."""
    failed = []
    for name, probe in PROBES.items():
        try:
            with mock_aws():
                probe()
        # A plain moto may fail in any way: an AssertionError of its own, a TypeError, an HTTP 500.
        except Exception:
            failed.append(name)
    return failed


if __name__ == "__main__":
    os.environ["AWS_MAX_ATTEMPTS"] = "1"
    sys.stdout.write(json.dumps(failing()))
