"""A list as long as all of Thailand's subdistricts, on DynamoDB with its limits of item and transaction."""

from __future__ import annotations

from typing import Any

from chalicelib.shared.aws.dynamo import DynamoTable
from tests.gdx.exchange import Exchange
from tests.support.cloud import local_cloud

PATH = "/gdx/v1/registers/subdistricts"


def test_the_longest_list_is_one_transaction_and_one_read() -> None:
    body: dict[str, Any] = {
        "title_th": "ตำบล",
        "title_en": "Subdistricts",
        "owner": "TH/CENTRAL/DOPA",
        "source": "test",
        "effective_from": "2026-01-01",
        "entries": [
            {
                "code": f"{number:06}",
                "th": "ตำบล" + "ก" * 60,
                "en": "Subdistrict " + "x" * 40,
                "valid_from": "2026-01-01",
            }
            for number in range(8_000)
        ],
    }
    with local_cloud(["gdx"]) as session:
        client = session.client("dynamodb")
        house = Exchange(DynamoTable(lambda: client, "klang-test-gdx"))
        operator = house.operator()
        assert house.client.put(PATH, token=operator, json=body).json["version"] == 1
        calls: list[str] = []
        client.meta.events.register("before-call.dynamodb", lambda model, **_: calls.append(model.name))
        shown = house.client.get(PATH).json
        assert calls == ["GetItem", "BatchGetItem"]
        assert [entry["code"] for entry in shown["entries"]] == [entry["code"] for entry in body["entries"]]
        calls.clear()
        assert house.client.put(PATH, token=operator, json=body).json["changed"] is False
        assert "TransactWriteItems" not in calls
        again = {**body, "title_en": "Subdistricts of Thailand"}
        stale = house.client.put(PATH, token=operator, json=again, headers={"if-match": '"v2"'})
        assert stale.status == 412
        assert house.client.put(PATH, token=operator, json=again, headers={"if-match": '"v1"'}).json["version"] == 2
        titles = [house.client.get(f"{PATH}?version={number}").json["title_en"] for number in (1, 2)]
        assert titles == ["Subdistricts", "Subdistricts of Thailand"]
