"""DynamoDB when it does not answer, answers late, or is busy: what the table contract cannot show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
from boto3.session import Session
from botocore.exceptions import ClientError

from chalicelib.shared.aws.clients import Clients
from chalicelib.shared.aws.dynamo import ATTEMPTS_ON_CONFLICT, DynamoTable, decode, encode
from chalicelib.shared.errors import Unavailable
from chalicelib.shared.ids import new_id, new_token
from chalicelib.shared.storage import Change, Count, Create, Item, Key, Remove, Update, WriteRefused
from tests.support.cloud import REGION, local_cloud
from tests.support.faults import Kind, faults

NAME = "klang-test-biz"
ATTEMPTS = 3
"""What `Clients` allows the SDK."""


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    """An account with the table of Biz."""
    with local_cloud(["biz"]) as made:
        yield made


@pytest.fixture
def clients(session: Session) -> Clients:
    """Clients of one process: a client that met many failures retries less (the SDK's retry quota)."""
    return Clients(REGION, session)


@pytest.fixture
def table(clients: Clients) -> DynamoTable:
    """The table of Biz; its own back-off takes no time."""
    return DynamoTable(lambda: clients.dynamodb, NAME, sleep=lambda _: None)


@pytest.fixture
def pk() -> str:
    """A partition nobody else uses."""
    return f"TEST#{new_id()}"


class Forgetful:
    """A client whose service no longer knows a ClientRequestToken: each call is new to it."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def transact_write_items(self, **request: Any) -> Any:
        return self._client.transact_write_items(**{**request, "ClientRequestToken": new_token()})

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)


class Scripted:
    """A client that gives the next of these answers, or raises the next of these errors."""

    def __init__(self, real: Any, answers: Sequence[Any]) -> None:
        self.exceptions = real.exceptions
        self.calls: list[Mapping[str, Any]] = []
        self._answers = list(answers)

    def _next(self, **request: Any) -> Any:
        self.calls.append(request)
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    transact_write_items = batch_get_item = get_item = query = _next


def cancelled(client: Any, *codes: str) -> ClientError:
    """A transaction that DynamoDB cancelled, with a reason for each item."""
    response: Any = {
        "Error": {"Code": "TransactionCanceledException", "Message": "cancelled"},
        "CancellationReasons": [{"Code": code} for code in codes],
    }
    error: ClientError = client.exceptions.TransactionCanceledException(response, "TransactWriteItems")
    return error


def refused(code: str, status: int = 400) -> ClientError:
    """An error of DynamoDB."""
    return ClientError(
        {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": _status(status)}, "TransactWriteItems"
    )


def _status(status: int) -> Any:
    return {"HTTPStatusCode": status}


def scripted(table_client: Any, *answers: Any) -> tuple[DynamoTable, Scripted, list[float]]:
    """A table over a scripted client, and how long it backed off."""
    slept: list[float] = []
    client = Scripted(table_client, answers)
    made: Any = client
    return DynamoTable(lambda: made, NAME, sleep=slept.append), client, slept


@pytest.mark.parametrize("kind", ["lost", "500after", "twice"])
def test_a_write_whose_reply_was_lost_is_a_success(table: DynamoTable, pk: str, kind: Kind) -> None:
    old = Item(Key(pk, "old"), {"n": 1})
    table.write([Create(old), Create(Item(Key(pk, "gone"), {}))], new_token())
    changes: list[Change] = [
        Update(old.next({"n": 2})),
        Remove(Key(pk, "gone"), 1),
        Count(Key(pk, "C"), 1, 1),
    ]
    with faults(lambda service, operation, n: kind if n == 0 else "ok") as f:
        table.write(changes, new_token())
    assert len(f.trace) == (1 if kind == "twice" else 2)
    counter = table.get(Key(pk, "C"))
    assert counter is not None and counter.data == {"count": 1}


def test_the_stored_token_decides_when_dynamodb_has_forgotten_its_own(clients: Clients, pk: str) -> None:
    forgetful: Any = Forgetful(clients.dynamodb)
    table = DynamoTable(lambda: forgetful, NAME)
    changes: list[Change] = [Create(Item(Key(pk, "1"), {"n": 1})), Count(Key(pk, "C"), 1, 9)]
    token = new_token()
    for _ in range(3):
        table.write(changes, token)
    counter = table.get(Key(pk, "C"))
    assert counter is not None and counter.data == {"count": 1}
    with pytest.raises(WriteRefused):
        table.write(changes, new_token())


@pytest.mark.parametrize("kind", ["drop", "500", "throttle", "lost", "500after", "zombie"])
def test_silence_is_unavailable_after_the_sdks_attempts(table: DynamoTable, pk: str, kind: Kind) -> None:
    key = Key(pk, "1")
    with faults(lambda service, operation, n: kind) as f:
        for attempt in (
            lambda: table.get(key),
            lambda: table.get_many([key]),
            lambda: table.query(pk),
            lambda: table.write([Create(Item(key, {}))], new_token()),
        ):
            before = len(f.trace)
            with pytest.raises(Unavailable) as said:
                attempt()
            assert said.value.retry_after
            assert len(f.trace) - before == ATTEMPTS


def test_a_transaction_that_met_another_is_tried_again(clients: Clients, pk: str) -> None:
    conflict = cancelled(clients.dynamodb, "TransactionConflict", "None")
    table, client, slept = scripted(clients.dynamodb, conflict, conflict, {})
    token = new_token()
    table.write([Create(Item(Key(pk, "1"), {})), Create(Item(Key(pk, "2"), {}))], token)
    assert [call["ClientRequestToken"] for call in client.calls] == [token] * 3
    assert len(slept) == 2


def test_a_transaction_that_never_gets_through_is_unavailable(clients: Clients, pk: str) -> None:
    conflict = cancelled(clients.dynamodb, "TransactionConflict")
    table, client, _ = scripted(clients.dynamodb, *[conflict] * ATTEMPTS_ON_CONFLICT)
    with pytest.raises(Unavailable):
        table.write([Create(Item(Key(pk, "1"), {}))], new_token())
    assert len(client.calls) == ATTEMPTS_ON_CONFLICT


def test_a_conflict_next_to_a_failed_condition_is_the_failed_condition(clients: Clients, pk: str) -> None:
    both = cancelled(clients.dynamodb, "TransactionConflict", "ConditionalCheckFailed")
    table, _, _ = scripted(clients.dynamodb, both)
    changes = [Create(Item(Key(pk, "1"), {})), Create(Item(Key(pk, "2"), {}))]
    with pytest.raises(WriteRefused) as said:
        table.write(changes, new_token())
    assert said.value.failed == ((changes[1], None),)


def test_our_own_mistake_is_neither_busy_nor_repeated(clients: Clients, pk: str) -> None:
    table, client, _ = scripted(clients.dynamodb, cancelled(clients.dynamodb, "ValidationError"))
    with pytest.raises(ClientError):
        table.write([Create(Item(Key(pk, "1"), {}))], new_token())
    assert len(client.calls) == 1


@pytest.mark.parametrize("code", ["ValidationException", "AccessDeniedException", "ResourceNotFoundException"])
def test_other_errors_pass_through(clients: Clients, code: str) -> None:
    table, _, _ = scripted(clients.dynamodb, refused(code))
    with pytest.raises(ClientError):
        table.get(Key("a", "b"))


@pytest.mark.parametrize("error", [refused("InternalServerError", 500), refused("TransactionInProgressException")])
def test_an_overloaded_service_is_unavailable(clients: Clients, error: ClientError) -> None:
    table, _, _ = scripted(clients.dynamodb, error)
    with pytest.raises(Unavailable):
        table.write([Create(Item(Key("a", "b"), {}))], new_token())


def test_what_a_batch_left_out_is_asked_for_again(clients: Clients, pk: str) -> None:
    items = [Item(Key(pk, sk), {"sk": sk}) for sk in "abc"]
    one, two, three = (encode(item, "t") for item in items)
    left = [{"pk": {"S": pk}, "sk": {"S": sk}} for sk in "bc"]
    table, client, slept = scripted(
        clients.dynamodb,
        {"Responses": {NAME: [one]}, "UnprocessedKeys": {NAME: {"Keys": left}}},
        {"Responses": {NAME: [two, three]}, "UnprocessedKeys": {}},
    )
    assert table.get_many([item.key for item in items]) == {item.key: item for item in items}
    assert client.calls[1]["RequestItems"][NAME]["Keys"] == left
    assert len(slept) == 1


def test_a_batch_that_never_ends_is_unavailable(clients: Clients, pk: str) -> None:
    left = {NAME: {"Keys": [{"pk": {"S": pk}, "sk": {"S": "a"}}]}}
    answers = [{"Responses": {}, "UnprocessedKeys": left}] * ATTEMPTS_ON_CONFLICT
    table, _, _ = scripted(clients.dynamodb, *answers)
    with pytest.raises(Unavailable):
        table.get_many([Key(pk, "a")])


def test_reads_of_the_table_are_consistent_and_of_an_index_are_not(clients: Clients, pk: str) -> None:
    empty: dict[str, Any] = {"Items": []}
    table, client, _ = scripted(clients.dynamodb, {}, {"Responses": {}}, empty, empty)
    table.get(Key(pk, "a"))
    table.get_many([Key(pk, "a")])
    table.query(pk)
    table.query(pk, index="by_owner")
    assert client.calls[0]["ConsistentRead"] is True
    assert client.calls[1]["RequestItems"][NAME]["ConsistentRead"] is True
    assert client.calls[2]["ConsistentRead"] is True
    assert "ConsistentRead" not in client.calls[3]


def test_an_item_is_the_same_after_encoding_and_decoding() -> None:
    item = Item(Key("ก", "ข"), {"ค": [1, None, "", 2.5]}, 7, {"by_owner": Key("x", "y")}, 1_900_000_000)
    assert decode(encode(item, "token")) == item


def test_nothing_is_loaded_before_it_is_needed() -> None:
    clients = Clients(REGION)
    DynamoTable(lambda: clients.dynamodb, NAME)
    assert "session" not in vars(clients)
