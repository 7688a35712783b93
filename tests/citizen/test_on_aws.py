"""The same room on DynamoDB: keys, the index, the counter and its conditions are what AWS takes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chalicelib.shared.aws.dynamo import DynamoTable
from tests.citizen.channels.people import reachable
from tests.citizen.portal import MALEE, Portal
from tests.support.cloud import local_cloud
from tests.support.faults import Kind, faults


@pytest.fixture
def portal() -> Iterator[Portal]:
    with local_cloud(["citizen"]) as session:
        client = session.client("dynamodb")
        yield Portal(table=DynamoTable(lambda: client, "klang-test-citizen"))


def test_inbox_and_wallet(portal: Portal) -> None:
    made = [portal.message(f"m-{number}").json["id"] for number in range(3)]
    assert portal.message("m-0").json["id"] == made[0]
    for _ in range(2):
        assert portal.client.post(f"/citizen/v1/me/inbox/{made[1]}/read", token=portal.malee).status == 200
    first = portal.inbox(portal.malee, "?limit=2")
    assert [item["id"] for item in first["items"]] == [made[2], made[1]]
    assert first["unread"] == 2
    rest = portal.inbox(portal.malee, f"?limit=2&cursor={first['next']}")
    assert [item["id"] for item in rest["items"]] == [made[0]]
    paper = portal.credential(portal.licence()).json["id"]
    listed = portal.client.get("/citizen/v1/me/wallet", token=portal.malee).json
    assert [item["id"] for item in listed["items"]] == [paper]
    assert portal.client.get("/citizen/v1/me/wallet", token=portal.somchai).json["items"] == []


def test_messages_are_put_away_hidden_and_counted(portal: Portal) -> None:
    kept, plain = portal.message("m-1", legal=True).json["id"], portal.message("m-2").json["id"]
    path = "/citizen/v1/me/inbox"
    assert portal.client.post(f"{path}/{kept}/archive", token=portal.malee).json["archived"]
    assert portal.client.delete(f"{path}/{plain}", token=portal.malee).status == 204
    assert portal.client.delete(f"{path}/{kept}", token=portal.malee).status == 409
    page = portal.inbox(portal.malee)
    assert (page["items"], page["unread"]) == ([], 1)
    assert [item["id"] for item in portal.inbox(portal.malee, "?archived=true&unread=true")["items"]] == [kept]
    person = portal.citizen.hall.person(MALEE)
    portal.citizen.hall.holdings["inbox"].erase(person)
    assert [each["legal"] for each in portal.citizen.hall.holdings["inbox"].export(person)] == [True]


def test_a_call_is_claimed_and_the_day_is_counted(portal: Portal) -> None:
    reachable(portal)
    portal.message()
    portal.message("m-2")
    portal.pump()
    portal.message()
    portal.pump()
    assert (len(portal.outbox.mails), len(portal.outbox.texts)) == (2, 2)


@pytest.mark.parametrize("kind", ["ok", "lost", "500after", "throttle", "twice"])
def test_a_code_shows_a_paper_once_whatever_becomes_of_the_answer(portal: Portal, kind: Kind) -> None:
    paper = portal.credential(portal.licence()).json["id"]
    given = {"claims": ["holder"]}
    hit = list[str]()

    def pick(service: str, operation: str, number: int) -> Kind:
        if operation != "TransactWriteItems" or hit:
            return "ok"
        hit.append(operation)
        return kind

    with faults(pick):
        made = portal.client.post(f"/citizen/v1/me/wallet/{paper}/shares", token=portal.malee, json=given)
    assert made.status == 201, made.text
    hit.clear()
    with faults(pick):
        seen = portal.client.post(f"/citizen/v1/shares/{made.json['code']}")
    assert (seen.status, seen.json["claims"]["holder"]) == (200, "มาลี ใจงาม")
    assert portal.client.post(f"/citizen/v1/shares/{made.json['code']}").status == 404
    (line,) = portal.client.get("/citizen/v1/me/shares", token=portal.malee).json["items"]
    assert line["state"] == "used"
