"""Whatever AWS service is away, and however: the adapters say that it is, and nothing else says it is absent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from boto3.session import Session
from botocore.exceptions import ClientError

from chalicelib.shared.aws.clients import Clients
from chalicelib.shared.aws.dynamo import DynamoTable
from chalicelib.shared.aws.keys import KmsSigner, room_secret
from chalicelib.shared.aws.objects import S3Objects
from chalicelib.shared.aws.queues import SqsPost
from chalicelib.shared.errors import Unavailable
from chalicelib.shared.measures import at_work, measuring
from chalicelib.shared.objects import Part
from chalicelib.shared.storage import Create, Item, Key
from tests.support.cloud import REGION, moto_cloud
from tests.support.faults import Kind, faults
from tests.support.memory import MemoryTable

AWAY: tuple[Kind, ...] = ("drop", "lost", "500", "throttle")
PART = Part(1, 1, "00" * 32)

Ask = Callable[[Clients, Path], object]


def table(clients: Clients) -> DynamoTable:
    return DynamoTable(lambda: clients.dynamodb, "klang-test-biz", sleep=lambda _: None)


def bucket(clients: Clients) -> S3Objects:
    return S3Objects(lambda: clients.s3, "klang-test-biz-documents-local")


def signer(clients: Clients) -> KmsSigner:
    return KmsSigner(lambda: clients.kms, "alias/klang-test-biz-signing")


def secret(clients: Clients) -> bytes:
    return room_secret(MemoryTable(), lambda: clients.kms, "alias/klang-test-biz-data")


ASKS: dict[str, Ask] = {
    "get": lambda clients, _: table(clients).get(Key("a", "b")),
    "get_many": lambda clients, _: table(clients).get_many([Key("a", "b")]),
    "query": lambda clients, _: table(clients).query("a"),
    "write": lambda clients, _: table(clients).write([Create(Item(Key("a", "b"), {}))], "t" * 32),
    "head": lambda clients, _: bucket(clients).head("x"),
    "read": lambda clients, _: bucket(clients).read("x"),
    "read_range": lambda clients, _: bucket(clients).read_range("x", 4),
    "fetch": lambda clients, _: bucket(clients).fetch("x"),
    "store": lambda clients, file: bucket(clients).store("x", file, media_type="text/plain"),
    "put": lambda clients, _: bucket(clients).put("x", b"1", media_type="text/plain"),
    "put if new": lambda clients, _: bucket(clients).put("x", b"1", media_type="text/plain", only_if_new=True),
    "copy": lambda clients, _: bucket(clients).copy("x", "y"),
    "keys": lambda clients, _: list(bucket(clients).keys("")),
    "delete": lambda clients, _: bucket(clients).delete("x"),
    "start_upload": lambda clients, _: bucket(clients).start_upload("x", media_type="text/plain"),
    "send_part": lambda clients, _: bucket(clients).send_part("x", "u", 1, b"1"),
    "uploaded": lambda clients, _: bucket(clients).uploaded("x", "u"),
    "finish_upload": lambda clients, _: bucket(clients).finish_upload("x", "u", [PART]),
    "drop_upload": lambda clients, _: bucket(clients).drop_upload("x", "u"),
    "secret": lambda clients, _: secret(clients),
    "key": lambda clients, _: signer(clients).kid,
    "sign": lambda clients, _: signer(clients).sign(b"x"),
    "queue": lambda clients, _: SqsPost(lambda: clients.sqs, lambda name: f"klang-test-{name}").send("biz-events", "x"),
}


@pytest.fixture(scope="module")
def account() -> Iterator[Session]:
    with moto_cloud(["biz"]) as session:
        yield session


@pytest.fixture
def clients(account: Session) -> Clients:
    """New ones for each test: a client has only so many repeats to spend (botocore's retry quota)."""
    return Clients(REGION, account)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("reached") / "file"
    made.write_bytes(b"1")
    return made


@pytest.mark.parametrize("kind", AWAY)
@pytest.mark.parametrize("what", ASKS)
def test_a_service_that_is_away_is_told_as_one_that_is_away(
    clients: Clients, file: Path, what: str, kind: Kind
) -> None:
    with (
        faults(lambda service, operation, n: kind) as layer,
        measuring() as taken,
        at_work("biz"),
        pytest.raises(Unavailable) as refused,
    ):
        ASKS[what](clients, file)
    (told,) = taken
    assert told.name == ("AwsThrottled" if kind == "throttle" else "AwsFailed")
    assert dict(told.by)["service"] == layer.trace[0][0]
    assert refused.value.retry_after == 1
    assert len(layer.trace) == 3, "the attempts that the clients are given, and no more"


@pytest.mark.parametrize("what", ["head", "read", "fetch", "copy"])
def test_what_s3_says_of_the_request_itself_passes(clients: Clients, file: Path, what: str) -> None:
    """Of a right that is missing, e.g., nobody may be told to come again."""
    said: Any = {"Error": {"Code": "AccessDenied"}, "ResponseMetadata": {"HTTPStatusCode": 403}}

    def refuse(**_: Any) -> None:
        raise ClientError(said, "x")

    clients.s3.meta.events.register_first("before-call.s3", refuse)
    with pytest.raises(ClientError):
        ASKS[what](clients, file)
