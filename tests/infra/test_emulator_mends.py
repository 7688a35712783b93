"""Each mend mends, and is still needed by the moto that is installed."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import moto
import pytest
from moto import mock_aws

from infra.local.emulator import mends
from tests.infra.mend_probes import PROBES
from tests.support.cloud import local_cloud

ROOT = Path(__file__).resolve().parents[2]


def test_mends_were_written_against_the_installed_version() -> None:
    assert moto.__version__ == mends.MOTO_VERSION


def test_every_mend_has_a_probe() -> None:
    assert PROBES.keys() == mends.MENDS.keys()


@pytest.mark.parametrize("name", PROBES)
def test_a_mended_moto_does_it(name: str) -> None:
    mends.install()
    with mock_aws():
        PROBES[name]()


def test_a_plain_moto_fails_every_probe() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.infra.mend_probes"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(json.loads(done.stdout)) == PROBES.keys()


def test_a_failed_transaction_answers_the_old_item_and_leaves_nothing() -> None:
    old = {"pk": {"S": "a"}, "sk": {"S": "1"}, "v": {"N": "7"}}
    new = {"pk": {"S": "a"}, "sk": {"S": "2"}}
    table = "klang-test-gdx"
    with local_cloud() as session:
        client = session.client("dynamodb")
        client.put_item(TableName=table, Item=old)
        guarded: Any = {
            "TableName": table,
            "Item": old,
            "ConditionExpression": "attribute_not_exists(pk)",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        with pytest.raises(client.exceptions.TransactionCanceledException) as caught:
            client.transact_write_items(TransactItems=[{"Put": {"TableName": table, "Item": new}}, {"Put": guarded}])
        kept = client.scan(TableName=table)["Items"]
    assert [reason["Code"] for reason in caught.value.response["CancellationReasons"]] == [
        "None",
        "ConditionalCheckFailed",
    ]
    assert caught.value.response["CancellationReasons"][1]["Item"] == old
    assert kept == [old]
