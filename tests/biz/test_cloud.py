"""The same story on real AWS interfaces: DynamoDB, S3 with presigned forms, KMS (moto)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from chalicelib.shared.aws.clients import Clients
from chalicelib.shared.aws.dynamo import DynamoTable
from chalicelib.shared.aws.keys import KmsSigner, room_secret
from chalicelib.shared.aws.objects import S3Objects
from chalicelib.shared.keyring import Keyring
from tests.support.cloud import REGION, local_cloud

from . import test_story
from .town import MALEE, PDF, Town, arrival


class CloudTown(Town):
    """The town on AWS."""

    def post_form(self, made: Any, content: bytes) -> None:
        """A real multipart form, the file last."""
        files = {"file": ("map.pdf", content, made["fields"]["Content-Type"])}
        answer = requests.post(made["url"], data=made["fields"], files=files, timeout=10)
        assert answer.status_code in (200, 204), answer.text


@pytest.fixture
def cloud_town() -> Iterator[Town]:
    """A Biz room on a cloud of its own."""
    with local_cloud(["biz"]) as session:
        clients = Clients(REGION, session)
        table = DynamoTable(lambda: clients.dynamodb, "klang-test-biz")
        keyring = Keyring(
            lambda: room_secret(table, lambda: clients.kms, "alias/klang-test-biz-data"),
            lambda: KmsSigner(lambda: clients.kms, "alias/klang-test-biz-signing"),
        )
        objects = S3Objects(lambda: clients.s3, "klang-test-biz-documents-local")
        yield CloudTown(table=table, objects=objects, keyring=keyring)


def test_a_company_gets_its_licence_on_aws(cloud_town: Town) -> None:
    test_story.test_a_company_gets_its_licence(cloud_town)


def test_licences_are_verified_and_revoked_on_aws(cloud_town: Town) -> None:
    test_story.test_anybody_can_verify_the_licence_offline_and_sees_its_revocation(cloud_town)


def test_a_licence_is_found_by_words_and_its_holder_reminded_once_on_aws(cloud_town: Town) -> None:
    _, no = cloud_town.licensed()
    for question in (f"no={no}", "q=แหลม", "q=ครัวกลาง ตราด", "agency=TH%2FLOCAL%2FLAEMNGOP&status=valid"):
        assert [item["no"] for item in cloud_town.ok(None, "GET", f"/licences?{question}")["items"]] == [no], question
    assert cloud_town.ok(None, "GET", "/licences?q=ภูเก็ต")["items"] == []
    cloud_town.at = dt.datetime(2027, 9, 25, 3, 0, tzinfo=dt.UTC)
    assert [cloud_town.biz.keeper.sweep(cloud_town.at) for _ in range(2)] == [1, 0]
    history = cloud_town.ok(MALEE, "GET", f"/licences/{no}")["history"]
    assert [line["type"] for line in history] == ["biz.licence.issued", "biz.licence.expiring"]


def test_a_held_document_stands_in_a_later_case_on_aws(cloud_town: Town) -> None:
    cloud_town.send(cloud_town.open(), "site_map")
    case = cloud_town.open()
    [offer] = cloud_town.ok(MALEE, "GET", f"/applications/{case}")["held"]
    body = {"code": "site_map", "case": offer["case"], "document": offer["document"]}
    made = cloud_town.ok(MALEE, "POST", f"/applications/{case}/documents/held", json=body)
    cloud_town.biz.on_upload(arrival(f"quarantine/{case}/{made['id']}"))
    [shown] = cloud_town.ok(MALEE, "GET", f"/applications/{case}")["documents"]
    assert (shown["status"], shown["sha256"]) == ("accepted", offer["sha256"])
    assert cloud_town.objects.read(f"case/{case}/{made['id']}") == PDF


def test_a_false_file_is_refused_on_aws(cloud_town: Town) -> None:
    case = cloud_town.open()
    cloud_town.send(case, "site_map", b"<html>not a pdf</html>")
    view = cloud_town.ok(MALEE, "GET", f"/applications/{case}")
    assert [document["status"] for document in view["documents"]] == ["refused"]
    assert cloud_town.objects.head(f"quarantine/{case}/{view['documents'][0]['id']}") is None
    assert cloud_town.objects.head(f"refused/{case}/{view['documents'][0]['id']}") is not None
