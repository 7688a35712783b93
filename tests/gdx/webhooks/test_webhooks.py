"""Webhooks: who may be told what and where, how it is signed, and what happens when a receiver is away."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from typing import Any

import jwt
import pytest

from chalicelib.gdx.ids import MemberId
from chalicelib.gdx.model import Member
from chalicelib.shared.egress import HttpAnswer, Unreachable
from chalicelib.shared.ids import new_token
from chalicelib.shared.journal import Event, Head, Once
from tests.gdx.exchange import BASE, BIZ, MALEE, OFFICE, PERSON, RECORD
from tests.gdx.orders.steps import CIVIL, place
from tests.gdx.webhooks.receivers import HOOK, Receiver, Town


@pytest.fixture
def town() -> Town:
    return Town()


def test_a_system_is_told_that_its_answer_waits(town: Town) -> None:
    assert town.put().json["events"] == ["gdx.exchange.*"]
    assert town.receivers[HOOK].asked == [{"webhook-request-origin": "gdx.klang.test"}]
    order = place(town.exchange)
    town.pump()
    (event,) = town.receivers[HOOK].events
    assert event == {
        "specversion": "1.0",
        "id": event["id"],
        "source": BASE,
        "type": "gdx.exchange.delivered",
        "subject": order.json["id"],
        "time": event["time"],
        "datacontenttype": "application/json",
        "data": {
            "service": PERSON,
            "client": OFFICE,
            "link": f"/gdx/v1/exchanges/{order.json['id']}",
        },
    }
    headers, body = town.receivers[HOOK].got[0]
    assert headers["content-type"] == "application/cloudevents+json" and "authorization" not in headers
    assert MALEE.encode() not in body and str(RECORD["first_name_th"]).encode() not in body


def test_the_signature_holds_for_this_receiver_and_this_event(town: Town) -> None:
    town.put()
    place(town.exchange)
    town.pump()
    headers, body = town.receivers[HOOK].got[0]
    claims = town.verified(headers)
    now = int(town.exchange.now.timestamp())
    assert (claims["iat"], claims["exp"], claims["htm"], claims["htu"]) == (now, now + 300, "POST", HOOK)
    assert claims["jti"] == town.receivers[HOOK].events[0]["id"]
    assert claims["body_sha256"] == base64.urlsafe_b64encode(hashlib.sha256(body).digest()).decode().rstrip("=")
    with pytest.raises(jwt.InvalidAudienceError):
        town.verified(headers, BIZ)


@pytest.mark.parametrize(
    "away", [Unreachable("ConnectTimeoutError"), HttpAnswer(500), HttpAnswer(302, {"location": "https://x"})]
)
def test_a_receiver_that_is_away_is_told_later_by_the_outbox_pauses(town: Town, away: HttpAnswer | Exception) -> None:
    receiver = town.receivers[HOOK]
    town.put()
    good, receiver.answer = receiver.answer, away
    place(town.exchange)
    town.exchange.pump()
    assert len(receiver.got) == 1 and town.exchange.queues.held == []
    (failed,) = town.deliveries()
    assert failed["delivered_at"] is None and failed["tries"] == 1
    assert (failed["status"] is None) == (failed["failed"] is not None)
    town.exchange.pass_time(seconds=59)
    town.pump()
    assert len(receiver.got) == 1
    town.exchange.pass_time(seconds=2)
    town.pump()
    town.exchange.pass_time(seconds=100)
    town.pump()
    assert len(receiver.got) == 2  # the pause is doubled
    receiver.answer = good
    town.exchange.pass_time(seconds=30)
    town.pump()
    town.exchange.pass_time(hours=2)
    town.pump()
    (done,) = town.deliveries()
    assert done["delivered_at"] and done["tries"] == 3 and len(receiver.got) == 3
    assert len({event["id"] for event in receiver.events}) == 1
    assert len({town.verified(headers)["iat"] for headers, _ in receiver.got}) == 3


def test_what_was_taken_is_not_told_again(town: Town) -> None:
    town.put()
    place(town.exchange)
    town.exchange.queues.held *= 2
    town.exchange.pump()
    events = [row["event"]["id"] for row in town.exchange.rows("OUT#") if row["event"]["queue"] == "gdx-events"]
    for event in events * 2:
        town.exchange.service.handlers["gdx_events"](event)
    assert len(town.receivers[HOOK].got) == 1


def test_one_that_is_away_costs_the_other_nothing(town: Town) -> None:
    """An agreement's two parties: the provider is told once although the consumer is away."""
    civil = "https://hooks.laemngop.go.th/civil"
    town.receivers[civil] = Receiver()
    town.put(events=["gdx.agreement.*"])
    dopa = Member(MemberId.parse("TH/CENTRAL/DOPA"), "กรมการปกครอง", "DOPA", ("laemngop.go.th",))
    town.exchange.service.directory.register_member(dopa, "test")
    town.exchange.pass_time(seconds=31)
    assert town.put(civil, ["gdx.agreement.*"], CIVIL).status == 200
    town.receivers[HOOK].answer = Unreachable("away")
    event = happened(town, "gdx.agreement.finalized", {"consumer": OFFICE, "service": PERSON, "state": "FINALIZED"})
    again(town, event)
    assert len(town.receivers[HOOK].got) == 2 and len(town.receivers[civil].got) == 1
    assert town.receivers[civil].events[0]["id"] == event
    assert [each["delivered_at"] is not None for each in town.deliveries()] == [False]


def test_who_asks_a_service_is_told_of_its_changes(town: Town) -> None:
    town.put(events=["gdx.service.*"])
    happened(town, "gdx.service.changed", {"breaking": True, "because": {"th": "ก", "en": "a"}}, PERSON)
    happened(town, "gdx.service.changed", {}, "TH/CENTRAL/DGA/citizen/inbox")
    (event,) = town.receivers[HOOK].events
    assert event["subject"] == PERSON and event["data"] == {"because": {"th": "ก", "en": "a"}}


@pytest.mark.parametrize(
    ("events", "types"),
    [
        (["gdx.exchange.*"], ["gdx.exchange.delivered"]),
        (["gdx.exchange.delivered"], ["gdx.exchange.delivered"]),
        (["gdx.exchange.rejected", "gdx.agreement.*"], []),
    ],
)
def test_only_what_was_asked_for_is_told(town: Town, events: list[str], types: list[str]) -> None:
    town.put(events=events)
    place(town.exchange)
    happened(town, "gdx.consent.granted", {"client": OFFICE})
    town.exchange.pump()
    assert [event["type"] for event in town.receivers[HOOK].events] == types


@pytest.mark.parametrize("how", ["rejected", "expired"])
def test_bad_news_is_told_too(town: Town, how: str) -> None:
    town.put()
    place(town.exchange)
    if how == "rejected":
        town.providers.reply(404, {"title": "none"})
    else:
        town.exchange.pass_time(hours=24)
    town.pump()
    assert [event["type"] for event in town.receivers[HOOK].events] == [f"gdx.exchange.{how}"]


def test_nothing_of_before_and_nothing_to_others(town: Town) -> None:
    place(town.exchange)
    town.exchange.pass_time(seconds=1)
    town.put()
    town.exchange.pump()
    assert len(town.receivers[HOOK].got) == 1  # delivered after it was registered, although asked before
    town.exchange.pass_time(seconds=1)
    town.put()
    events = [row["event"]["id"] for row in town.exchange.rows("OUT#") if row["event"]["queue"] == "gdx-events"]
    old = next(Event(**row["event"]) for row in town.exchange.rows("OUT#") if row["event"]["id"] in events)
    town.exchange.service.webhooks.tell(replace(old, id="f" * 32))
    assert len(town.receivers[HOOK].got) == 1 and town.deliveries(BIZ) == []


def test_a_receiver_that_wants_no_more(town: Town) -> None:
    town.put()
    town.receivers[HOOK].answer = HttpAnswer(410)
    place(town.exchange, key="a")
    town.exchange.pump()
    place(town.exchange, key="b")
    town.exchange.pump()
    town.exchange.pass_time(hours=1)
    town.pump()
    assert len(town.receivers[HOOK].got) == 1
    client, token = town.exchange.client, town.exchange.token()
    assert client.get("/gdx/v1/webhook", token=token).json["stopped"] is True
    town.receivers[HOOK].answer = HttpAnswer(200)
    assert town.put().json["stopped"] is False
    place(town.exchange, key="c")
    town.exchange.pump()
    assert len(town.receivers[HOOK].got) == 2


def test_it_can_be_taken_away(town: Town) -> None:
    client, token = town.exchange.client, town.exchange.token()
    assert client.get("/gdx/v1/webhook", token=token).status == 404
    town.put()
    assert client.get("/gdx/v1/webhook", token=token).json["url"] == HOOK
    assert [client.call("DELETE", "/gdx/v1/webhook", token=token).status for _ in range(2)] == [204, 204]
    assert client.get("/gdx/v1/webhook", token=token).status == 404
    place(town.exchange)
    town.exchange.pump()
    assert town.receivers[HOOK].got == []
    assert town.put().status == 200


def test_the_same_key_is_the_same_registration(town: Town) -> None:
    first, again = (town.put(**{"idempotency-key": "k"}) for _ in range(2))
    assert first.json == again.json and again.headers["idempotent-replayed"] == "true"
    assert len(town.receivers[HOOK].asked) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.laemngop.go.th/gdx",
        "https://hooks.example.com/gdx",
        "https://laemngop.go.th.example.com/gdx",
        "https://10.0.0.1/gdx",
        "https://user@hooks.laemngop.go.th@example.com/",
        "https://hooks.lаemngop.go.th/gdx",
        "https://[::1]/",
        "file:///etc/passwd",
        "nonsense",
    ],
)
def test_addresses_that_are_not_called(town: Town, url: str) -> None:
    town.receivers[url] = Receiver()
    refused = town.put(url)
    assert refused.status == 422 and refused.json["errors"][0]["pointer"] == "/url"
    assert town.receivers[url].asked == []


@pytest.mark.parametrize("allowed", ["", "other.example.com"])
def test_a_receiver_that_did_not_agree(town: Town, allowed: str) -> None:
    town.receivers[HOOK].allowed = allowed
    assert town.put().status == 422
    assert town.put("https://hooks.laemngop.go.th/away").status == 422
    assert town.exchange.rows("WEBHOOK#") == []
    town.receivers[HOOK].allowed = "*"
    assert town.put().status == 200


@pytest.mark.parametrize("events", [[], ["*"], ["gdx.register.published"], ["gdx.exchange."], ["gdx.exchange.*\n"]])
def test_events_that_cannot_be_told(town: Town, events: list[str]) -> None:
    assert town.put(events=events).status == 422


def test_the_list_of_deliveries_has_pages_the_newest_first(town: Town) -> None:
    town.put()
    for key in "abc":
        place(town.exchange, key=key)
        town.exchange.pump()
    everything = [each["id"] for each in town.deliveries()]
    path, token = "/gdx/v1/webhook/deliveries", town.exchange.token()
    first = town.exchange.client.get(f"{path}?limit=2", token=token).json
    rest = town.exchange.client.get(f"{path}?limit=2&cursor={first['next']}", token=token).json
    assert [each["id"] for each in first["items"] + rest["items"]] == everything and rest["next"] is None
    assert everything == sorted(everything, reverse=True) and len(everything) == 3
    assert town.exchange.client.get(f"{path}?cursor=AAAA", token=token).status == 400


def test_two_workers_that_tell_at_once_leave_one_note(town: Town) -> None:
    town.put()
    place(town.exchange)
    town.exchange.service.handlers["gdx_exchanges"](town.exchange.queues.held.pop(0)[1])
    ((_, body),) = town.exchange.queues.held
    receiver = town.receivers[HOOK]

    class Meanwhile(list[Any]):
        def append(self, what: Any) -> None:
            super().append(what)
            if len(self) == 1:
                town.exchange.service.handlers["gdx_events"](body)

    receiver.got = Meanwhile()
    town.exchange.service.handlers["gdx_events"](body)
    assert len({event["id"] for event in receiver.events}) == 1
    (note,) = town.deliveries()
    assert note["delivered_at"]


def happened(town: Town, type: str, data: dict[str, Any], subject: str = "a-1") -> str:
    """Something that another part of the exchange tells, as the queue's consumer hands it on."""
    journal = town.exchange.parts.journal
    event, _ = journal.happened(Head(), subject=subject, type=type, by="system:x", data=data, queue="gdx-events")
    journal.commit(Once(event.id, "", new_token(), claimed=False), [], [(f"TEST#{event.id}", event)])
    again(town, event.id)
    return event.id


def again(town: Town, event_id: str) -> None:
    """The queue's message of an event."""
    town.exchange.parts.journal.carry(event_id, town.exchange.service.webhooks.tell)
