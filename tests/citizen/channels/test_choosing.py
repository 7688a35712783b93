"""A person's choice of channels: nothing by default, addresses only once confirmed, and nowhere in the clear."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from chalicelib.shared import contacts
from chalicelib.shared.messengers import NotTaken, Unclear, Undeliverable
from tests.citizen.channels.people import CHANNELS, EMAIL, PHONE, choose, confirm, reachable
from tests.citizen.portal import MALEE, Portal


def test_by_default_there_is_the_inbox_and_nothing_else(portal: Portal) -> None:
    portal.memory.requests.clear()
    shown = portal.client.get(CHANNELS, token=portal.malee).json
    assert (shown["by_category"], shown["language"], shown["offered"]) == ({}, "th", ["email", "sms"])
    assert (shown["email_address"], shown["phone"]) == (None, None)
    assert portal.memory.requests == ["get"]


def test_a_choice_sends_codes_and_an_address_counts_once_its_code_came_back(portal: Portal) -> None:
    portal.memory.requests.clear()
    card = choose(portal)
    assert portal.memory.requests == ["get_many", "write"]
    assert card.json["email"] == {"given": True, "confirmed": False, "waits_for_code": True, "spoilt": None}
    assert "example.com" not in card.text and "234" not in card.text
    assert (len(portal.outbox.mails), len(portal.outbox.texts)) == (1, 1)
    done = confirm(portal, "sms", portal.outbox.code("sms"))
    assert done.json["sms"]["confirmed"] and not done.json["email"]["confirmed"]
    shown = portal.client.get(CHANNELS, token=portal.malee).json
    assert (shown["email_address"], shown["phone"]) == (EMAIL, "+66812345678")
    assert portal.client.get(CHANNELS, token=portal.somchai).json["phone"] is None


def test_a_confirmed_address_needs_no_new_code_and_one_that_is_left_out_is_forgotten(portal: Portal) -> None:
    reachable(portal)
    assert choose(portal, by_category={"payment": ["sms"]}).json["sms"]["confirmed"]
    assert [*portal.outbox.mails, *portal.outbox.texts] == []
    left = choose(portal, by_category={}, email=None, phone=None)
    assert not left.json["sms"]["given"]
    assert portal.client.get(CHANNELS, token=portal.malee).json["phone"] is None


def test_a_wrong_code_is_counted_and_five_end_it(portal: Portal) -> None:
    choose(portal)
    right = portal.outbox.code("email")
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    for _ in range(contacts.MOST_TRIES):
        answer = confirm(portal, "email", wrong)
        assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/code")
        assert wrong not in answer.text
    assert confirm(portal, "email", right).status == 409
    choose(portal)
    assert confirm(portal, "email", portal.outbox.code("email")).status == 200


def test_a_code_of_one_channel_or_of_an_older_address_opens_nothing(portal: Portal) -> None:
    choose(portal)
    first = portal.outbox.code("sms")
    choose(portal, phone="0899999999")
    second = portal.outbox.code("sms")
    assert confirm(portal, "sms", first).status == (422 if first != second else 200)
    assert confirm(portal, "fax", second).status == 404


def test_a_code_runs_out(portal: Portal) -> None:
    choose(portal)
    portal.now += contacts.CODE_LIVES
    assert confirm(portal, "email", portal.outbox.code("email")).status == 409


def test_codes_are_limited_by_day(portal: Portal) -> None:
    both = contacts.CODES_PER_DAY // 2
    assert [choose(portal).status for _ in range(both + 1)] == [200] * both + [429]
    assert len(portal.outbox.mails) == both


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"email": "malee"}, "/email"),
        ({"phone": "021234567"}, "/phone"),
        ({"phone": None}, "/by_category/application"),
        ({"by_category": {"payment": ["push"]}}, "/by_category/payment/0"),
        ({"by_category": {"advert": ["sms"]}}, "/by_category/advert/[key]"),
        ({"by_category": {"payment": ["fax"]}}, "/by_category/payment/0"),
        ({"language": "de"}, "/language"),
    ],
)
def test_a_choice_that_will_not_do_says_where_and_repeats_nothing(
    portal: Portal, changes: dict[str, Any], pointer: str
) -> None:
    answer = choose(portal, **changes)
    assert answer.status == 422, answer.text
    assert answer.json["errors"][0]["pointer"] == pointer
    assert "021234567" not in answer.text
    assert [*portal.outbox.mails, *portal.outbox.texts] == []
    assert portal.client.get(CHANNELS, token=portal.malee).json["by_category"] == {}


def test_a_repeat_with_the_same_key_sends_no_second_code(portal: Portal) -> None:
    given = {"by_category": {}, "email": EMAIL}
    headers = {"Idempotency-Key": "k-1"}
    first = portal.client.put(CHANNELS, token=portal.malee, json=given, headers=headers)
    again = portal.client.put(CHANNELS, token=portal.malee, json=given, headers=headers)
    assert first.json == again.json
    assert len(portal.outbox.mails) == 1


@pytest.mark.parametrize(
    ("failure", "status"), [(NotTaken("throttled"), 503), (Undeliverable("opted_out"), 422), (Unclear("lost"), 200)]
)
def test_a_provider_that_fails_is_told_honestly_and_the_choice_is_kept(
    portal: Portal, failure: Exception, status: int
) -> None:
    portal.outbox.failing = [failure]
    assert choose(portal, email=None, by_category={"payment": ["sms"]}).status == status
    assert portal.client.get(CHANNELS, token=portal.malee).json["by_category"] == {"payment": ["sms"]}


def test_a_weak_login_and_who_acts_for_another_choose_nothing(portal: Portal) -> None:
    weak = portal.issuers.person(MALEE, ial="1.1")
    assert choose(portal, token=weak).status == 401
    acting = portal.issuers.acting(MALEE, actor="citizen:x", scopes="profile inbox")
    assert choose(portal, token=acting).status == 403
    assert portal.client.get(CHANNELS, token=acting).status == 403


def test_addresses_and_codes_stand_nowhere_in_the_clear(portal: Portal, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    choose(portal)
    code = portal.outbox.code("email")
    confirm(portal, "email", code)
    portal.message()
    portal.pump()
    kept = json.dumps(
        [[key, item.data, list(item.indexes.values())] for key, (item, _) in portal.memory._items.items()],
        ensure_ascii=False,
    )
    for secret in (EMAIL, "malee", "812345678", PHONE, f'"{code}"', MALEE, "รับคำขอแล้ว"):
        assert secret not in kept
        assert secret not in caplog.text
    person = portal.citizen.hall.person(MALEE)
    holding = portal.citizen.hall.holdings["channels"]
    assert holding.export(person)["email"] == EMAIL
    holding.erase(person)
    assert holding.export(person) is None


def test_another_noun_sends_a_code_to_the_confirmed_address_once(portal: Portal) -> None:
    person, channels = portal.citizen.hall.person(MALEE), portal.citizen.channels
    assert channels.send_code(person, "assisted_visit", "135790", id="v-0") is None
    choose(portal)
    assert channels.send_code(person, "assisted_visit", "135790", id="v-0") is None, "not confirmed yet"
    reachable(portal)
    assert channels.send_code(person, "assisted_visit", "135790", id="v-1") == "sms"
    assert channels.send_code(person, "assisted_visit", "135790", id="v-1") is None
    assert len(portal.outbox.texts) == 1 and "135790" in portal.outbox.texts[0][1]
