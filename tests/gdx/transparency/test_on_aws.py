"""The sealer on DynamoDB and S3 (moto): what a run asks AWS for, and each of its calls struck by each fault."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from boto3.session import Session
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.gdx.store import leaf_key, unsealed_place
from chalicelib.gdx.transparency import store
from chalicelib.gdx.transparency.log import Log
from chalicelib.gdx.transparency.sealer import Sealer
from chalicelib.gdx.transparency.signing_key import SigningKey
from chalicelib.gdx.transparency.store import head_from
from chalicelib.gdx.transparency.tiles import tile_path, unpack
from chalicelib.shared import tlog_merkle as merkle
from chalicelib.shared.aws.dynamo import DynamoTable
from chalicelib.shared.aws.objects import S3Objects
from chalicelib.shared.errors import Unavailable
from chalicelib.shared.ids import new_id
from chalicelib.shared.storage import Create, Item
from tests.gdx.transparency.logbook import entry_of
from tests.support.cloud import moto_cloud
from tests.support.faults import Crash, Kind, Pick, faults
from tests.support.keys import local_keyring

WIDTH = 4
BUCKET = "klang-test-gdx-log-local"


class Account:
    """One log in an account."""

    def __init__(self, session: Session) -> None:
        dynamodb, s3 = session.client("dynamodb"), session.client("s3")
        self.table = DynamoTable(lambda: dynamodb, "klang-test-gdx", sleep=lambda _: None)
        self.objects = S3Objects(lambda: s3, BUCKET)
        self.s3: Any = s3
        self.key = SigningKey(self.table, local_keyring(), "klang.test/gdx/v1/log")
        self.sealer = Sealer(self.table, self.objects, self.key, entry_of, self.now, width=WIDTH)
        self.log = Log(self.objects, WIDTH)
        self.at = datetime(2026, 11, 25, 4, tzinfo=UTC)
        self.ids: list[str] = []

    def now(self) -> datetime:
        """The time."""
        return self.at

    def append(self, count: int) -> None:
        """So many exchanges."""
        for _ in range(count):
            self.at += timedelta(seconds=1)
            leaf = {"id": new_id(), "at": self.at.isoformat(timespec="milliseconds")}
            row = {"leaf": leaf, "cover": None, "log": None}
            place = {"open": unsealed_place(leaf["id"], leaf["at"])}
            self.table.write([Create(Item(leaf_key(leaf["id"]), row, indexes=place))], new_id())
            self.ids.append(leaf["id"])

    def whole(self) -> bool:
        """Every exchange stands in the published log once, at the place that its row says."""
        item = self.table.get(store.HEAD)
        assert item is not None
        head, told = head_from(item.data), self.log.published()
        assert (told.checkpoint.size, told.checkpoint.root) == (head.size, head.root) and head.published
        assert merkle.head(head.size, told.tree.perfect) == head.root
        bundles = (
            tile_path("entries", at // WIDTH, min(WIDTH, head.size - at), WIDTH) for at in range(0, head.size, WIDTH)
        )
        entries = [entry for name in bundles for entry in unpack(self.log.tile(name))]
        assert len(entries) == len(self.ids) == head.size
        for identifier in self.ids:
            row = self.table.get(leaf_key(identifier))
            assert row is not None and "open" not in row.indexes
            assert entries[row.data["log"]["index"]] == entry_of(row.data)
        return True


@pytest.fixture(scope="module")
def account() -> Iterator[Account]:
    with moto_cloud(["gdx"]) as session:
        made = Account(session)
        made.append(3)
        made.sealer.run()
        yield made


def test_a_run_asks_for_as_much_as_it_must(account: Account) -> None:
    account.append(5)
    with faults(lambda service, operation, number: "ok") as quiet:
        account.sealer.run()
    counts = {name: sum(call[1] == name for call in quiet.trace) for name in ("Query", "TransactWriteItems")}
    # open rows and the oldest one, by shard; swap, marks, settled, freshness
    assert counts == {"Query": 8, "TransactWriteItems": 4}
    assert len(quiet.trace) <= 30
    assert account.whole()


STRIKES: dict[Kind, range] = {
    "crash_after": range(0, 40, 2),
    "crash": range(1, 40, 4),
    "lost": range(0, 40, 4),
    "500after": range(3, 40, 6),
    "drop": range(5, 40, 6),
    "zombie": range(40),
    "twice": range(1, 40, 6),
}
"""Which calls of a run are struck here, on AWS's own terms; `test_sealer.py` strikes all of them, in any order. Only
calls that write can land late, so each of a run is tried for that."""


@pytest.mark.parametrize("kind", STRIKES)
def test_calls_struck_by_this_fault(account: Account, kind: Kind) -> None:
    struck = 0
    for call in STRIKES[kind]:
        account.append(1)
        with faults(_only(kind, call)) as bad:
            # the process dies, or says that it does not know: the next run finds out
            with suppress(Crash, Unavailable, ClientError, BotoCoreError):
                account.sealer.run()
            bad.on = False
            while bad.land_zombie():
                pass
        account.sealer.run()
        struck += sum(each == kind for _, _, each in bad.trace)
        if len(bad.trace) <= call:
            break
    assert struck >= 4, "the calls of a run were not struck"
    assert account.whole()


def _only(kind: Kind, call: int) -> Pick:
    return lambda service, operation, number: kind if number == call else "ok"


def test_nothing_of_the_log_can_be_deleted(account: Account) -> None:
    account.append(1)
    account.sealer.run()
    version = account.s3.head_object(Bucket=BUCKET, Key=store.CHECKPOINT)["VersionId"]
    with pytest.raises(ClientError, match="AccessDenied"):
        account.s3.delete_object(Bucket=BUCKET, Key=store.CHECKPOINT, VersionId=version)
