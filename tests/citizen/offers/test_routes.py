"""Offers over the portal's own addresses: the report through the exchange, the person's own, and everybody's."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.shared.thai import Text
from tests.citizen.offers.test_with_the_shipped_rights import CIVIL, NAMSAI, PLOY, portal
from tests.citizen.portal import MALEE, Portal
from tests.support.client import Answer

__all__ = ["portal"]
DOPA = "TH/CENTRAL/DOPA/civil"


def send(portal: Portal, client: str = DOPA, **changes: Any) -> Answer:
    given = {"id": "b-1", "type": "birth-registered", "time": "2026-11-25T01:00:00Z", "pid": PLOY, "subject": NAMSAI}
    return portal.deliver("events", "/events", {**given, **changes}, client=client)


@pytest.fixture
def ploy(portal: Portal) -> str:
    """Ploy has been told of the grant."""
    assert send(portal).status == 200
    portal.pump()
    return portal.issuers.person(PLOY)


def offers(portal: Portal, token: str) -> list[dict[str, Any]]:
    answer = portal.client.get("/citizen/v1/me/offers", token=token)
    assert answer.status == 200, answer.text
    return list(answer.json["items"])


def test_sent_three_times_she_is_told_once_and_sees_why(portal: Portal, ploy: str) -> None:
    assert send(portal).json == send(portal, id="b-1").json
    portal.pump()
    (line,) = offers(portal, ploy)
    assert (line["entitlement"], line["state"], line["amount"]["en"]) == ("newborn-grant", "open", "600 baht a month")
    shown = portal.client.get(f"/citizen/v1/me/offers/{line['id']}", token=ploy).json
    assert [step["rule"] for step in shown["steps"] if step["held"]] == ["entitled"]
    assert all(Text(**step["text"]) for step in shown["steps"])
    assert CIVIL in shown["asked"]["en"] and len(shown["receipts"]) == 3
    (message,) = portal.inbox(ploy)["items"]
    assert message["category"] == "entitlement" and "newborn" not in json.dumps(message["title"])
    home = portal.client.get("/citizen/v1/me/home", token=ploy).json
    assert line["id"] in json.dumps(home)


def test_no_is_no(portal: Portal, ploy: str) -> None:
    (line,) = offers(portal, ploy)
    place = f"/citizen/v1/me/offers/{line['id']}"
    headers = {"Idempotency-Key": "no-1"}
    first = portal.client.post(f"{place}/refuse", json={"scope": "right"}, token=ploy, headers=headers)
    again = portal.client.post(f"{place}/refuse", json={"scope": "right"}, token=ploy, headers=headers)
    assert first.status == again.status == 200 and first.json == again.json and first.json["state"] == "refused"
    send(portal, id="b-2", subject="1990100028080")
    portal.pump()
    assert len(offers(portal, ploy)) == 1 and len(portal.inbox(ploy)["items"]) == 1
    wishes = portal.client.get("/citizen/v1/me/offers/preferences", token=ploy).json
    assert (wishes["tell"], wishes["never"]) == (True, ["newborn-grant"]) and "duty" in wishes["about"]["en"]
    later = portal.client.post(f"{place}/later", json={}, token=ploy)
    assert later.status == 409


def test_telling_is_turned_off_by_one_request(portal: Portal, ploy: str) -> None:
    off = portal.client.put("/citizen/v1/me/offers/preferences", json={"tell": False}, token=ploy)
    assert off.status == 200 and off.json["tell"] is False
    wrong = portal.client.put(
        "/citizen/v1/me/offers/preferences", json={"tell": True, "never": ["nothing"]}, token=ploy
    )
    assert wrong.status == 422 and "nothing" not in wrong.text


def test_what_is_another_persons_is_not_there(portal: Portal, ploy: str) -> None:
    (line,) = offers(portal, ploy)
    place = f"/citizen/v1/me/offers/{line['id']}"
    assert portal.client.get(place, token=portal.malee).status == 404
    assert portal.client.post(f"{place}/refuse", json={}, token=portal.malee).status == 404
    assert offers(portal, portal.malee) == []
    assert portal.client.get("/citizen/v1/me/offers").status == 401


def test_who_acts_for_her_may_see_and_refuse_but_not_turn_telling_off(portal: Portal, ploy: str) -> None:
    acting = portal.issuers.acting(PLOY, actor="citizen:x", scopes="entitlements")
    (line,) = offers(portal, acting)
    refused = portal.client.post(f"/citizen/v1/me/offers/{line['id']}/refuse", json={}, token=acting)
    assert refused.status == 200
    assert portal.client.put("/citizen/v1/me/offers/preferences", json={"tell": False}, token=acting).status == 403


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"client": "TH/CENTRAL/SSO/insured"}, 403),
        ({"type": "rocket-launched"}, 403),
        ({"subject": None}, 422),
        ({"time": "yesterday"}, 422),
        ({"time": "2026-11-25T01:00:00"}, 422),
        ({"pid": "1234567890123"}, 422),
        ({"surprise": 1}, 422),
        ({"person": {"sex": "X"}}, 422),
    ],
)
def test_what_is_not_right_is_refused(portal: Portal, changes: dict[str, Any], status: int) -> None:
    answer = send(portal, **changes)
    assert answer.status == status and "1234567890123" not in answer.text
    portal.pump()
    assert offers(portal, portal.issuers.person(PLOY)) == []


def test_nobody_reports_without_the_exchange(portal: Portal) -> None:
    assert portal.client.post("/citizen/v1/provider/events/events", json={}).status == 401
    assert portal.client.post("/citizen/v1/provider/events/events", json={}, token=portal.malee).status == 401


def test_the_report_is_everybodys(portal: Portal, ploy: str) -> None:
    assert portal.client.get("/citizen/v1/fairness").status == 404
    portal.later(days=1)
    portal.later(days=1)
    for _ in range(15):
        portal.later(minutes=1)
    shown = portal.client.get("/citizen/v1/fairness")
    assert shown.status == 200, shown.text
    (right,) = shown.json["rights"]
    assert right["right"] == "newborn-grant" and right["whole"] is None, "one person is hidden"
    assert "1 to 4" in shown.json["how_to_read"]["en"]
    assert portal.client.get("/citizen/v1/fairness?month=2026-11").json == shown.json
    assert portal.client.get("/citizen/v1/fairness?month=november").status == 422
    assert MALEE not in shown.text and PLOY not in shown.text
