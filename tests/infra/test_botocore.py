"""botocore's models as packages carry them: every request is the same as with the models that botocore ships."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import botocore
import pytest
from botocore.client import BaseClient
from botocore.config import Config
from botocore.loaders import Loader
from botocore.session import Session

from infra import stages
from infra.package.chalice_cli import slim
from infra.package.workshop import called_services
from infra.stages import PLATFORMS, REGION

SHIPPED = Path(botocore.__file__).parent / "data"
KEY = {"pk": {"S": "a"}, "sk": {"S": "b"}}
NAMED = {"TableName": "t"}
AT = {"Bucket": "b", "Key": "k"}
WRITE = {"Put": {**NAMED, "Item": {**KEY, "n": {"N": "1"}}, "ConditionExpression": "attribute_not_exists(pk)"}}
CALLS: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "dynamodb": {
        "get_item": {**NAMED, "Key": KEY, "ConsistentRead": True},
        "batch_get_item": {"RequestItems": {"t": {"Keys": [KEY]}}},
        "query": {**NAMED, "KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": "a"}}},
        "put_item": {**NAMED, "Item": {**KEY, "bytes": {"B": b"\x00\xff"}, "set": {"SS": ["x", "y"]}}},
        "update_item": {**NAMED, "Key": KEY, "UpdateExpression": "ADD n :n", "ReturnValues": "ALL_NEW"},
        "delete_item": {**NAMED, "Key": KEY},
        "transact_write_items": {"TransactItems": [WRITE], "ClientRequestToken": "token"},
    },
    "s3": {
        "get_object": {**AT, "Range": "bytes=0-9"},
        "head_object": AT,
        "put_object": {**AT, "Body": b"abc", "ContentType": "text/csv", "Metadata": {"a": "b"}, "IfNoneMatch": "*"},
        "delete_object": AT,
        "copy_object": {**AT, "CopySource": {"Bucket": "b", "Key": "x"}},
        "list_objects_v2": {"Bucket": "b", "Prefix": "p/"},
        "create_multipart_upload": {**AT, "ContentType": "text/csv"},
        "upload_part": {**AT, "UploadId": "u", "PartNumber": 1, "Body": b"abc"},
        "list_parts": {**AT, "UploadId": "u"},
        "complete_multipart_upload": {
            **AT,
            "UploadId": "u",
            "MultipartUpload": {"Parts": [{"ETag": "e", "PartNumber": 1}]},
        },
        "abort_multipart_upload": {**AT, "UploadId": "u"},
    },
    "sqs": {
        "get_queue_url": {"QueueName": "q"},
        "send_message": {"QueueUrl": "https://sqs.test/1/q", "MessageBody": "m", "DelaySeconds": 3},
    },
    "kms": {
        "sign": {"KeyId": "alias/k", "Message": b"m", "MessageType": "DIGEST", "SigningAlgorithm": "ECDSA_SHA_256"},
        "get_public_key": {"KeyId": "alias/k"},
        "generate_data_key": {"KeyId": "alias/k", "KeySpec": "AES_256", "EncryptionContext": {"a": "b"}},
        "decrypt": {"CiphertextBlob": b"c", "EncryptionContext": {"a": "b"}},
    },
    "lambda": {"invoke": {"FunctionName": "f", "Payload": b"{}"}},
    "sesv2": {
        "send_email": {
            "FromEmailAddress": "a@example.org",
            "Destination": {"ToAddresses": ["b@example.org"]},
            "Content": {"Raw": {"Data": b"Subject: x"}},
        }
    },
    "xray": {"put_trace_segments": {"TraceSegmentDocuments": ["{}"]}},
    "sns": {"publish": {"PhoneNumber": "+66800000000", "Message": "m"}},
}
"""By service, calls with every shape of argument that Klang sends."""


@pytest.fixture(scope="module")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """botocore's data as a package of all platforms would carry it."""
    data = tmp_path_factory.mktemp("botocore") / "data"
    data.mkdir()
    for path in SHIPPED.iterdir():
        if path.is_file():
            shutil.copy(path, data)
        elif path.name in {*CALLS, "ec2", "s3control"}:
            shutil.copytree(path, data / path.name)
    slim(data, CALLS)
    return data


def _client(service: str, data: Path) -> BaseClient:
    session = Session()
    session.set_credentials("key", "secret")
    session.register_component("data_loader", Loader([str(data)], include_default_search_paths=False))
    config = Config(signature_version="s3v4", s3={"addressing_style": "path"}) if service == "s3" else Config()
    return session.create_client(service, region_name=REGION, config=config)


class Stopped(Exception):
    """Nothing leaves this process."""


def _sent(client: BaseClient, call: str, arguments: Mapping[str, Any]) -> tuple[object, ...]:
    """What would have gone out, but for what the time and the signature make of it."""
    seen: list[Any] = []

    def stop(request: Any, **_: Any) -> None:
        seen.append(request)
        raise Stopped

    client.meta.events.register_first("before-send", stop)
    with pytest.raises(Stopped):
        getattr(client, call)(**arguments)
    client.meta.events.unregister("before-send", stop)
    (request,) = seen
    moment = ("x-amz-date", "authorization", "amz-sdk-invocation-id", "user-agent")
    headers = {name.lower(): value for name, value in request.headers.items() if name.lower() not in moment}
    body = request.body if isinstance(request.body, bytes | str | None) else request.body.read()
    return request.method, request.url, headers, body


@pytest.mark.parametrize("service", CALLS)
def test_requests_are_the_same_bytes_with_a_packages_models(packaged: Path, service: str) -> None:
    whole, ours = _client(service, SHIPPED), _client(service, packaged)
    for call, arguments in CALLS[service].items():
        assert _sent(ours, call, arguments) == _sent(whole, call, arguments), call
    assert ours.meta.endpoint_url == whole.meta.endpoint_url
    assert ours.meta.service_model.operation_names == whole.meta.service_model.operation_names


def test_only_named_services_travel_and_no_manual(packaged: Path) -> None:
    assert {path.name for path in packaged.iterdir() if path.is_dir()} == set(CALLS)
    texts = {path: path.read_text("utf-8") for path in packaged.rglob("*") if path.is_file()}
    assert not [path for path, text in texts.items() if re.search(r'"documentation":"[^"]', text)]
    assert sum(map(len, texts.values())) < 1_600_000


def test_a_service_that_botocore_does_not_know_stops_the_package(packaged: Path) -> None:
    with pytest.raises(FileNotFoundError, match="teleport"):
        slim(packaged, [*CALLS, "teleport"])


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_package_knows_the_services_that_its_policies_allow(platform: str) -> None:
    stage = stages.stages()[f"prod-{platform}"]
    services = called_services(stage.policy(function) for function in stage.functions)
    assert set(services) <= set(CALLS)
    assert {"dynamodb", "kms", "s3", "sqs", "xray"} <= set(services)
    assert ("lambda" in services) == (platform == "opendata")
    assert ("sesv2" in services) == (platform in ("biz", "citizen"))
