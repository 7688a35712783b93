"""The same on DynamoDB: counters, conditions, indexes and times to live are what AWS takes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chalicelib.shared.aws.dynamo import DynamoTable
from tests.citizen.appointments.test_appointments import NINE, PEOPLE, TEN, Hall
from tests.citizen.miniapps.town import APP
from tests.support.cloud import local_cloud


@pytest.fixture
def hall() -> Iterator[Hall]:
    with local_cloud(["citizen"]) as session:
        client = session.client("dynamodb")
        yield Hall(DynamoTable(lambda: client, "klang-test-citizen"))


def test_places_are_taken_moved_given_back_and_seen_by_the_clock(hall: Hall) -> None:
    first = hall.booked()
    second = hall.booked(token=hall.portal.malee)
    assert hall.hold(token=hall.portal.issuers.person(PEOPLE[0])).status == 429
    moved = hall.step("move", first, {"start": TEN}).json
    assert (hall.slots()[NINE], hall.slots()[TEN]) == (1, 1)
    assert hall.step("cancel", moved).status == 200
    assert hall.hold(token=hall.portal.issuers.person(PEOPLE[1])).status == 201
    hall.later(minutes=11)
    assert (hall.slots()[NINE], hall.slots()[TEN]) == (1, 2)
    assert [line["reference"] for line in hall.day().json["items"]] == [second["reference"]]
    hall.later(days=5)
    titles = [each["title"]["en"] for each in hall.messages(hall.portal.malee)]
    assert titles == ["You have an appointment tomorrow", "Your appointment is booked"]


def test_a_launch_opens_once_and_a_message_waits_for_its_time(hall: Hall) -> None:
    hall.open()
    hall.grant("citizenId", "notification")
    mtoken = hall.mtoken()
    answer = hall.deproc(mtoken)
    assert answer.status == 200 and hall.deproc(mtoken).status == 401
    user = answer.json["result"]["userId"]
    assert len(hall.push({"message": "ก", "userId": user}, when="2026-11-26T09:00:00+07:00").json["result"]) == 1
    assert hall.messages() == []
    hall.later(days=1)
    assert len(hall.messages()) == 1
    assert [each["id"] for each in hall.client.get("/citizen/v1/miniapps", token=hall.operator).json["items"]] == [APP]
    assert "miniapp:" + APP in [each["id"] for each in hall.client.get("/citizen/v1/services").json["items"]]
