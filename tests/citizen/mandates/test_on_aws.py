"""Mandates, visits and profiles on DynamoDB: keys, conditions, counters, and what the sweep finds by the index."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from chalicelib.citizen.mandates.service import CIVIL
from chalicelib.shared.aws.dynamo import DynamoTable
from tests.citizen.assisted.counter import MINE, Counter
from tests.citizen.portal import MALEE, SOMCHAI, Portal
from tests.support.cloud import local_cloud

ME, MANDATES = "/citizen/v1/me", "/citizen/v1/me/mandates"


@pytest.fixture
def portal() -> Iterator[Portal]:
    with local_cloud(["citizen"]) as session:
        client = session.client("dynamodb")
        yield Portal(table=DynamoTable(lambda: client, "klang-test-citizen"))


def test_a_mandate_from_its_offer_to_its_last_day(portal: Portal) -> None:
    client = portal.client
    wish = {"kind": "agent", "whom": SOMCHAI, "scopes": ["profile"], "until": "2026-11-26"}
    made = client.post(MANDATES, token=portal.malee, json=wish)
    assert made.status == 201, made.text
    assert client.post(MANDATES, token=portal.malee, json=wish).status == 409
    place = f"{MANDATES}/{made.json['id']}"
    assert client.post(f"{place}/accept", token=portal.somchai).status == 200
    token = client.post(f"{place}/token", token=portal.somchai, json={"scopes": ["profile"]}).json["access_token"]
    assert [client.get(ME, token=token).status for _ in range(2)] == [200, 200]
    portal.pump()
    portal.now += timedelta(days=2)
    portal.citizen.mandates.expire(portal.now)
    malee = portal.issuers.person(MALEE)
    assert client.get(place, token=malee).json["status"] == "expired"
    assert client.post(MANDATES, token=malee, json={**wish, "until": "2026-12-26"}).status == 201
    assert [each["status"] for each in client.get(MANDATES, token=malee).json["items"]] == ["offered", "expired"]


def test_a_visit_that_ends_by_the_clock(portal: Portal) -> None:
    counter = Counter(portal)
    visit = counter.begun()
    token = counter.acting(visit)
    assert portal.client.get(ME, token=token).status == 200
    portal.now += timedelta(minutes=31)
    portal.citizen.assisted.lapse(portal.now)
    portal.citizen.assisted.lapse(portal.now)
    shown = portal.client.get(f"{MINE}/{visit}", token=portal.malee).json
    assert (shown["status"], shown["ended_by"], len(shown["did"])) == ("ended", "time", 1)
    (letter,) = counter.letters()
    assert letter["case"] == visit


def test_a_profile_is_declared_refreshed_and_erased(portal: Portal) -> None:
    portal.gdx.records[CIVIL] = {MALEE: {"first_name_th": "มาลี", "last_name_th": "ใจงาม", "birth_date": "1982-05-17"}}
    first = portal.client.patch(ME, token=portal.malee, json={"language": "en"}, headers={"If-Match": '"v0"'})
    assert first.status == 200, first.text
    assert portal.client.post(f"{ME}/profile/refresh", token=portal.malee).headers["etag"] == '"v2"'
    person = portal.citizen.hall.person(MALEE)
    portal.citizen.profiles.erase(person)
    assert portal.client.get(ME, token=portal.malee).headers["etag"] == '"v0"'
