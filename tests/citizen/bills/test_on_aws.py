"""Bills on DynamoDB: keys, indexes and the conditional transactions are what AWS takes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from chalicelib.shared.aws.dynamo import DynamoTable
from tests.citizen.bills.town import PEA, Town
from tests.support.cloud import local_cloud


@pytest.fixture
def town() -> Iterator[Town]:
    with local_cloud(["citizen"]) as session:
        client = session.client("dynamodb")
        yield Town(table=DynamoTable(lambda: client, "klang-test-citizen"))


def test_a_bill_from_the_question_to_the_report(town: Town) -> None:
    bill = town.one_bill()
    town.ok("POST", "/me/billers", {"biller": "pea", "customer_no": PEA, "watch": True})
    (theirs,) = town.looked_up(who="somchai")
    late = town.notice(town.qr(theirs["id"], who="somchai"), "T-000002")
    notice = town.notice(town.qr(bill))
    assert [town.tells(each) for each in (notice, notice, late)] == ["booked", "duplicate", "kept"]
    assert [each["id"] for each in town.ok("GET", "/me/bills?state=paid")["items"]] == [bill]
    assert town.tells({**notice, "status": "reversed"}) == "reversed"
    assert sorted(town.waiting()) == [("T-000001", "reversed"), ("T-000002", "already_paid")]
    assert town.home() == [bill]
    day = town.now.date()
    assert town.statement(day, [{**notice, "status": "reversed"}, late]).json["matched"] == 2
    town.now = dt.datetime(2026, 12, 5, 3, tzinfo=dt.UTC)
    town.citizen.sweep(town.now)
    town.pump()
    assert town.letters()[-1].endswith("is due soon")
