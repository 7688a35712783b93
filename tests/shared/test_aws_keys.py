"""The secret and the signing key of a room in KMS, and its queue."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jwt
import pytest
from boto3.session import Session
from botocore.exceptions import ClientError

from chalicelib.shared.aws.clients import Clients
from chalicelib.shared.aws.dynamo import DynamoTable
from chalicelib.shared.aws.keys import SECRET, KmsSigner, room_secret
from chalicelib.shared.aws.queues import SqsPost
from chalicelib.shared.errors import Unavailable
from chalicelib.shared.jose import IssuerKey, sign_jwt
from chalicelib.shared.keyring import Keyring
from chalicelib.shared.storage import Create, Item, Key, Table
from infra.rights.granted import API
from tests.support.cloud import REGION, local_cloud
from tests.support.faults import Kind, faults
from tests.support.memory import MemoryTable
from tests.support.rights import policy_of

DATA, SIGNING = "alias/klang-test-biz-data", "alias/klang-test-biz-signing"


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    """An account with the keys and queues of Biz and Citizen."""
    with local_cloud(["biz", "citizen"]) as made:
        yield made


@pytest.fixture
def clients(session: Session) -> Clients:
    """Clients of one process."""
    return Clients(REGION, session)


def secret(table: Table, clients: Clients, alias: str = DATA) -> bytes:
    return room_secret(table, lambda: clients.kms, alias)


def test_a_secret_is_made_once_and_the_same_for_ever(clients: Clients) -> None:
    table = MemoryTable()
    first = secret(table, clients)
    assert len(first) == 32
    assert secret(table, clients) == first
    assert secret(MemoryTable(), clients) != first


def test_a_secret_is_kept_wrapped(clients: Clients) -> None:
    table = MemoryTable()
    clear = secret(table, clients)
    stored = table.get(SECRET)
    assert stored is not None
    assert clear not in base64.b64decode(stored.data["wrapped"])
    assert base64.b64encode(clear).decode() not in json.dumps(dict(stored.data))


def test_two_who_ask_first_get_one_secret(clients: Clients) -> None:
    table = MemoryTable()
    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(lambda _: secret(table, clients), range(8)))
    assert len(found) == 1


def test_the_loser_of_a_race_takes_the_winners(clients: Clients) -> None:
    class Slow(MemoryTable):
        """Somebody else writes between our look and our write."""

        def get(self, key: Key) -> Item | None:
            found = super().get(key)
            if found is None:
                self.winner = secret(Front(self), clients)
            return found

    class Front(MemoryTable):
        """The winner's view of the same table."""

        def __init__(self, behind: MemoryTable) -> None:
            super().__init__()
            self.behind = behind

        def write(self, changes: Any, token: str) -> None:
            self.behind.write(changes, token)

    table = Slow()
    assert secret(table, clients) == table.winner


@pytest.mark.parametrize("kind", ["lost", "500after"])
def test_a_secret_whose_write_was_not_answered_is_the_stored_one(clients: Clients, kind: Kind) -> None:
    table = DynamoTable(lambda: clients.dynamodb, "klang-test-citizen")
    with faults(lambda service, operation, n: kind if operation == "TransactWriteItems" and n < 3 else "ok"):
        first = secret(table, clients)
    assert secret(table, clients) == first


def test_a_wrapped_secret_of_something_else_does_not_open(clients: Clients) -> None:
    other = clients.kms.generate_data_key(KeyId=DATA, KeySpec="AES_256", EncryptionContext={"klang": "other"})
    table = MemoryTable()
    wrapped = base64.b64encode(other["CiphertextBlob"]).decode()
    table.write([Create(Item(SECRET, {"wrapped": wrapped}))], "t")
    with pytest.raises(ClientError):
        secret(table, clients)


def test_the_stages_own_policy_grants_what_is_called(clients: Clients) -> None:
    called: list[str] = []
    clients.kms.meta.events.register("before-call.kms", lambda model, **_: called.append(f"kms:{model.name}"))
    table = MemoryTable()
    secret(table, clients)
    secret(table, clients)
    signer = KmsSigner(lambda: clients.kms, SIGNING)
    signer.sign(b"x")
    assert signer.kid
    granted = {action for statement in policy_of("biz", API)["Statement"] for action in statement["Action"]}
    assert set(called) == {"kms:GenerateDataKey", "kms:Decrypt", "kms:Sign", "kms:GetPublicKey"} <= granted


def test_kms_signs_as_jose_wants_it(clients: Clients) -> None:
    signer = KmsSigner(lambda: clients.kms, SIGNING)
    token = sign_jwt({"sub": "1"}, IssuerKey("https://biz.klang.test", signer), "at+jwt")
    key = jwt.PyJWK(dict(signer.public_jwk))
    assert jwt.decode(token, key=key, algorithms=["ES256"])["iss"] == "https://biz.klang.test"
    assert jwt.get_unverified_header(token)["kid"] == signer.kid == signer.public_jwk["kid"]
    assert all(len(signer.sign(bytes([number]))) == 64 for number in range(12))


def test_after_the_alias_moved_no_signature_of_the_new_key_stands_under_the_old_kid(clients: Clients) -> None:
    signer = KmsSigner(lambda: clients.kms, SIGNING)
    issuer = IssuerKey("https://biz.klang.test", signer)
    old = dict(signer.public_jwk)
    made = clients.kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]
    clients.kms.update_alias(AliasName=SIGNING, TargetKeyId=made["KeyId"])
    with pytest.raises(Unavailable) as refused:
        sign_jwt({"sub": "1"}, issuer, "at+jwt")
    assert refused.value.retry_after == 1
    token = sign_jwt({"sub": "1"}, issuer, "at+jwt")
    new = dict(signer.public_jwk)
    assert jwt.get_unverified_header(token)["kid"] == new["kid"] != old["kid"]
    assert jwt.decode(token, key=jwt.PyJWK(new), algorithms=["ES256"])["sub"] == "1"


def test_a_keyring_asks_kms_once(clients: Clients) -> None:
    called: list[str] = []
    clients.kms.meta.events.register("before-call.kms", lambda model, **_: called.append(model.name))
    table = MemoryTable()
    keyring = Keyring(lambda: secret(table, clients), lambda: KmsSigner(lambda: clients.kms, SIGNING))
    for _ in range(3):
        keyring.pseudonym("a")
        keyring.seal("a", "b")
        assert keyring.signer.kid
    assert called == ["GenerateDataKey", "GetPublicKey"]


def test_a_message_is_put_on_the_queue_of_this_environment(clients: Clients) -> None:
    called: list[str] = []
    clients.sqs.meta.events.register("before-call.sqs", lambda model, **_: called.append(model.name))
    post = SqsPost(lambda: clients.sqs, lambda name: f"klang-test-{name}")
    for body in ("one", "two"):
        post.send("biz-events", body)
    assert called == ["GetQueueUrl", "SendMessage", "SendMessage"]
    address = clients.sqs.get_queue_url(QueueName="klang-test-biz-events")["QueueUrl"]
    found = clients.sqs.receive_message(QueueUrl=address, MaxNumberOfMessages=10)["Messages"]
    assert sorted(message["Body"] for message in found) == ["one", "two"]


def test_a_queue_that_does_not_take_it_raises(clients: Clients) -> None:
    post = SqsPost(lambda: clients.sqs, lambda name: f"klang-test-{name}")
    with pytest.raises(ClientError):
        post.send("no-such-queue", "x")


def test_clients_have_short_limits_and_few_attempts(clients: Clients) -> None:
    for client in (clients.dynamodb, clients.sqs, clients.kms, clients.s3):
        config: Any = client.meta.config
        assert (config.connect_timeout, config.read_timeout) == (1, 3)
        assert config.retries == {"total_max_attempts": 3, "mode": "standard"}


def test_a_deployed_process_makes_its_own_session() -> None:
    assert Clients(REGION).sqs.meta.region_name == REGION
