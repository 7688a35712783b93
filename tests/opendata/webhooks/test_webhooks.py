"""Webhooks: signed, told once each, retried, stopped; and nothing told that nobody may see."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.opendata.webhooks import rules, store
from chalicelib.shared.egress import HttpAnswer, Unreachable
from chalicelib.shared.journal import Event
from tests.opendata.portal import Portal
from tests.support.client import Answer

URL = "https://follower.example/hook"


class Receiver:
    """A follower's server."""

    def __init__(self, portal: Portal) -> None:
        self.taken: list[tuple[Mapping[str, str], bytes]] = []
        self.status = 204
        self.agrees = True
        self.away = False
        portal.network.serve = self.serve

    def serve(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> HttpAnswer:
        assert url == URL
        if self.away:
            raise Unreachable("no connection")
        if method == "OPTIONS":
            allowed = {"webhook-allowed-origin": headers["webhook-request-origin"]} if self.agrees else {}
            return HttpAnswer(200, allowed)
        self.taken.append((headers, body or b""))
        return HttpAnswer(self.status)

    @property
    def told(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.taken]


@pytest.fixture
def receiver(portal: Portal) -> Receiver:
    return Receiver(portal)


def register(portal: Portal, token: str | None = None, **wish: Any) -> Answer:
    headers = {"Authorization": f"Bearer {token or portal.reader}"}
    return portal.client.post("/opendata/v1/webhooks", json={"url": URL, **wish}, headers=headers)


def deliveries(portal: Portal, id: str) -> list[dict[str, Any]]:
    headers = {"Authorization": f"Bearer {portal.reader}"}
    answer = portal.client.get(f"/opendata/v1/webhooks/{id}/deliveries", headers=headers)
    assert answer.status == 200, answer.text
    found: list[dict[str, Any]] = answer.json["items"]
    return found


def later(portal: Portal, **delta: int) -> None:
    portal.now += timedelta(**delta)
    portal.catalogue.sweep(portal.clock())
    portal.settle()


def test_a_change_is_told_and_its_signature_verifies(portal: Portal, receiver: Receiver) -> None:
    portal.organization()
    made = register(portal)
    assert made.status == 201
    dataset = portal.dataset("one")
    portal.settle()
    (headers, body) = receiver.taken[0]
    assert json.loads(body) == {
        "type": "dataset.created",
        "timestamp": json.loads(body)["timestamp"],
        "data": {
            "dataset": dataset["id"],
            "name": "one",
            "title": dataset["title"],
            "revision": json.loads(body)["data"]["revision"],
            "url": f"https://data.klang.test/api/3/action/package_show?id={dataset['id']}",
        },
    }
    secret = base64.b64decode(made.json["secret"].removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    code = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{code}"
    assert [(each["type"], each["status"], each["tries"]) for each in deliveries(portal, made.json["id"])] == [
        ("dataset.created", 204, 1)
    ]


def test_drafts_are_never_told_and_what_went_loses_its_name(portal: Portal, receiver: Receiver) -> None:
    portal.organization()
    register(portal)
    portal.dataset("draft", private=True)
    portal.act("package_patch", portal.publisher, id="draft", notes="ลับ")
    portal.settle()
    assert receiver.told == []
    shown = portal.dataset("open")
    portal.act("package_patch", portal.publisher, id="open", private=True, title="ชื่อลับ")
    portal.settle()  # both are told only now: by then nobody sees the dataset
    assert [(each["type"], each["data"]) for each in receiver.told] == [
        ("dataset.removed", {"dataset": shown["id"]}),
        ("dataset.removed", {"dataset": shown["id"]}),
    ]


def test_only_what_was_asked_for_is_told(portal: Portal, receiver: Receiver) -> None:
    organization = portal.organization()
    one, two = portal.dataset("one"), portal.dataset("two")
    portal.settle()
    register(portal, events=["resource.created"], dataset=one["id"])
    register(portal, events=["dataset.*"], organization="another")
    for package in (one, two):
        portal.act("resource_create", portal.publisher, package_id=package["id"], url="https://x.example/a")
        portal.act("package_patch", portal.publisher, id=package["id"], notes="ใหม่")
    portal.settle()
    assert [(each["type"], each["data"]["dataset"]) for each in receiver.told] == [("resource.created", one["id"])]
    assert organization


def test_a_receiver_who_is_away_is_told_later_and_costs_the_others_nothing(portal: Portal, receiver: Receiver) -> None:
    portal.organization()
    hook = register(portal).json["id"]
    receiver.status = 503
    portal.dataset("one")
    portal.settle()
    assert [each["done"] for each in deliveries(portal, hook)] == [None]
    receiver.away = True
    later(portal, minutes=2)
    receiver.away, receiver.status = False, 200
    later(portal, minutes=10)
    told = deliveries(portal, hook)
    assert (told[0]["tries"], told[0]["status"], told[0]["failed"]) == (3, 200, None)
    assert told[0]["done"] is not None
    count = len(receiver.taken)
    later(portal, hours=5)
    assert len(receiver.taken) == count


def test_after_a_day_in_vain_it_is_stopped_and_may_be_started_again(portal: Portal, receiver: Receiver) -> None:
    portal.organization()
    made = register(portal).json
    receiver.status = 500
    portal.dataset("one")
    portal.settle()
    for _ in range(26):
        later(portal, hours=1)
    headers = {"Authorization": f"Bearer {portal.reader}"}
    shown = portal.client.get("/opendata/v1/webhooks", headers=headers).json["items"][0]
    assert (shown["stopped"], shown["secret"]) == ("failing", None)
    assert deliveries(portal, made["id"])[0]["given_up"] is True
    count = len(receiver.taken)
    portal.dataset("two")
    portal.settle()
    assert len(receiver.taken) == count
    path = f"/opendata/v1/webhooks/{made['id']}"
    again = portal.client.call("PATCH", path, json={"new_secret": True}, headers=headers)
    assert (again.status, again.json["stopped"]) == (200, "")
    assert again.json["secret"] != made["secret"]
    receiver.status = 200
    portal.dataset("three")
    portal.settle()
    assert receiver.told[-1]["data"]["name"] == "three"


def test_gone_stops_it_at_once(portal: Portal, receiver: Receiver) -> None:
    portal.organization()
    register(portal)
    receiver.status = 410
    portal.dataset("one")
    portal.settle()
    portal.dataset("two")
    portal.settle()
    assert len(receiver.taken) == 1


def test_an_event_that_comes_twice_is_told_once(portal: Portal, receiver: Receiver) -> None:
    portal.organization()
    hook = register(portal).json["id"]
    package = portal.dataset("one")
    event = portal.catalogue.parts.journal.history(f"DATASET#{package['id']}")[0]
    portal.catalogue.webhooks.fan_out(event)
    portal.catalogue.webhooks.fan_out(event)
    portal.settle()
    portal.catalogue.webhooks.fan_out(event)
    portal.settle()
    assert len(receiver.taken) == 1
    rows = [key for key in portal.memory._items if key.pk == store.delivery_pk(hook)]
    assert len(rows) == 1


def test_webhooks_are_private_to_their_owner_and_few(portal: Portal, receiver: Receiver) -> None:
    hook = register(portal).json["id"]
    other = {"Authorization": f"Bearer {portal.other}"}
    for method, path in (("GET", f"{hook}/deliveries"), ("DELETE", hook), ("PATCH", hook)):
        body: dict[str, Any] | None = {} if method == "PATCH" else None
        assert portal.client.call(method, f"/opendata/v1/webhooks/{path}", json=body, headers=other).status == 404
    assert portal.client.get("/opendata/v1/webhooks", headers=other).json["items"] == []
    assert portal.client.get("/opendata/v1/webhooks").status == 401
    for _ in range(rules.MOST - 1):
        assert register(portal).status == 201
    assert register(portal).status == 429
    mine = {"Authorization": f"Bearer {portal.reader}"}
    assert portal.client.call("DELETE", f"/opendata/v1/webhooks/{hook}", headers=mine).status == 204
    assert portal.client.call("DELETE", f"/opendata/v1/webhooks/{hook}", headers=mine).status == 404
    assert register(portal).status == 201


def test_registering_twice_with_one_key_makes_one(portal: Portal, receiver: Receiver) -> None:
    headers = {"Authorization": f"Bearer {portal.reader}", "Idempotency-Key": "one"}
    first, second = (portal.client.post("/opendata/v1/webhooks", json={"url": URL}, headers=headers) for _ in range(2))
    assert first.json == second.json
    assert len(portal.client.get("/opendata/v1/webhooks", headers=headers).json["items"]) == 1


@pytest.mark.parametrize(
    "wish",
    [
        {"url": "http://follower.example/hook"},
        {"url": "https://"},
        {"url": "https://ไทย.example/"},
        {"events": []},
        {"events": ["user.created"]},
        {"events": ["dataset.*\n"]},
        {"more": 1},
    ],
)
def test_a_wish_that_will_not_do_is_refused(portal: Portal, receiver: Receiver, wish: dict[str, Any]) -> None:
    answer = register(portal, **wish)
    assert (answer.status, answer.headers["content-type"]) == (422, "application/problem+json")
    assert answer.json["errors"]


def test_who_does_not_agree_is_not_told(portal: Portal, receiver: Receiver) -> None:
    receiver.agrees = False
    assert register(portal).json["errors"][0]["pointer"] == "/url"
    portal.network.serve = None
    assert register(portal).status == 422


@pytest.mark.parametrize(
    ("type", "data", "name"),
    [
        ("opendata.dataset.created", {"before": False, "after": True}, "dataset.created"),
        ("opendata.dataset.changed", {"before": False, "after": True}, "dataset.created"),
        ("opendata.dataset.changed", {"before": True, "after": True, "activity": "changed package"}, "dataset.changed"),
        ("opendata.dataset.changed", {"before": True, "after": False}, "dataset.removed"),
        ("opendata.dataset.changed", {"before": False, "after": False}, None),
        ("opendata.resource.created", {"before": True, "after": True, "activity": "new resource"}, "resource.created"),
        ("opendata.resource.x", {"before": True, "after": True, "activity": "deleted resource"}, "resource.removed"),
        ("opendata.organization.created", {}, None),
    ],
)
def test_events_have_the_names_that_followers_know(type: str, data: dict[str, Any], name: str | None) -> None:
    event = Event("1", type, "2026-11-25T00:00:00Z", "s", "b", 1, "", "", data)
    assert rules.told_as(event) == name
