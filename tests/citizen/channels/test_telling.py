"""Calls to the inbox: by the chosen ways, without content, each at most once, whatever fails."""

from __future__ import annotations

import datetime as dt

import pytest

from chalicelib.citizen.channels import rules
from chalicelib.shared import contacts
from chalicelib.shared.journal import Event, outbox_key
from chalicelib.shared.messengers import NotTaken, Unclear, Undeliverable
from tests.citizen.channels.people import CHANNELS, EMAIL, choose, reachable
from tests.citizen.portal import Portal
from tests.support.outbox import Died

NAMED = {"th": "เทศบาลตำบลแหลมงอบ", "en": "Laem Ngop Municipality"}


def redeliver(portal: Portal) -> None:
    """The queue delivers every event once more, as it may."""
    for key, (item, _) in list(portal.memory._items.items()):
        if key.pk.startswith("OUT#") and item.data["event"]["type"] == "citizen.message.served":
            portal.citizen.hall.heard(Event(**item.data["event"]))


def test_who_chose_nothing_costs_nothing(portal: Portal) -> None:
    portal.memory.requests.clear()
    portal.message()
    assert portal.memory.requests == ["get_many", "write"]
    assert portal.post.sent == []
    reachable(portal)
    portal.message("m-2", category="payment")
    assert portal.post.sent == [], "another category"


def test_a_call_says_that_something_came_and_from_whom_and_never_what(portal: Portal) -> None:
    reachable(portal)
    portal.message(source_name=NAMED)
    portal.pump()
    ((_, mail),), ((number, text),) = portal.outbox.mails, portal.outbox.texts
    assert (mail.to, number) == (EMAIL, "+66812345678")
    for said in (mail.text, text):
        assert "เทศบาลตำบลแหลมงอบ" in said and "https://citizen.klang.test" in said
        assert "รับคำขอ" not in said and "m-1" not in said and "2569" not in said and "มาลี" not in said
    assert mail.subject == "พอร์ทัลประชาชน"


def test_in_the_chosen_language(portal: Portal) -> None:
    reachable(portal, language="en")
    portal.message(source_name=NAMED)
    portal.pump()
    assert "new message from Laem Ngop Municipality" in portal.outbox.texts[0][1]


def test_an_event_that_comes_again_tells_nothing_again(portal: Portal) -> None:
    reachable(portal)
    portal.message()
    portal.pump()
    redeliver(portal)
    portal.message()
    portal.pump()
    assert (len(portal.outbox.mails), len(portal.outbox.texts)) == (1, 1)


def test_what_was_opened_before_is_not_called_to(portal: Portal) -> None:
    reachable(portal)
    made = portal.message().json["id"]
    portal.client.post(f"/citizen/v1/me/inbox/{made}/read", token=portal.malee)
    portal.pump()
    assert [*portal.outbox.mails, *portal.outbox.texts] == []


def test_at_night_an_sms_waits_for_the_morning_and_an_email_does_not(portal: Portal) -> None:
    reachable(portal)
    portal.now = portal.now.replace(hour=15, minute=0)  # 22:00 in Thailand
    portal.message()
    portal.pump()
    assert (len(portal.outbox.mails), len(portal.outbox.texts)) == (1, 0)
    for _ in range(12):
        portal.now += dt.timedelta(hours=1)
        portal.parts.journal.sweep(portal.now)
        portal.pump()
    assert (len(portal.outbox.mails), len(portal.outbox.texts)) == (1, 1)


def test_the_days_limit_leaves_the_rest_in_the_inbox(portal: Portal) -> None:
    reachable(portal)
    for number in range(rules.PER_DAY["sms"] + 2):
        portal.message(f"m-{number}")
    portal.pump()
    assert len(portal.outbox.texts) == rules.PER_DAY["sms"]
    assert len(portal.outbox.mails) == rules.PER_DAY["sms"] + 2
    assert portal.inbox(portal.malee)["unread"] == rules.PER_DAY["sms"] + 2


def test_what_was_surely_not_taken_is_tried_again(portal: Portal) -> None:
    reachable(portal)
    portal.message()
    portal.outbox.failing = [NotTaken("throttled")]
    (body,) = [body for _, body in portal.post.sent]
    with pytest.raises(NotTaken):
        portal.citizen.on_event(body)
    assert len(portal.outbox.texts) == 1, "one way that fails does not hold up the other"
    portal.citizen.on_event(body)
    assert (len(portal.outbox.mails), len(portal.outbox.texts)) == (1, 1)


def test_what_nobody_knows_the_fate_of_is_not_sent_again(portal: Portal) -> None:
    reachable(portal)
    portal.message()
    portal.outbox.failing = [Unclear("timeout")]
    portal.pump()
    redeliver(portal)
    assert (len(portal.outbox.mails), len(portal.outbox.texts)) == (0, 1)


def test_a_process_that_dies_after_sending_sends_nothing_twice(portal: Portal) -> None:
    reachable(portal, by_category={"application": ["sms"]})
    portal.message()
    (body,) = [body for _, body in portal.post.sent]
    portal.outbox.lost = True
    with pytest.raises(Died):
        portal.citizen.on_event(body)
    portal.citizen.on_event(body)
    row = portal.memory.get(outbox_key(body))
    assert row is not None and "open" in row.indexes, "somebody may have it in hand"
    portal.now += contacts.IN_HAND
    portal.citizen.on_event(body)
    row = portal.memory.get(outbox_key(body))
    assert row is not None and "open" not in row.indexes
    assert len(portal.outbox.texts) == 1


def test_a_number_that_cannot_be_reached_is_given_up_and_told_in_the_inbox(portal: Portal) -> None:
    reachable(portal, by_category={"application": ["sms"], "notice": ["sms"]})
    portal.message()
    portal.outbox.failing = [Undeliverable("opted_out")]
    portal.pump()
    newest = portal.inbox(portal.malee)["items"][0]
    assert (newest["category"], newest["title"]["en"]) == ("notice", "Your phone number cannot be reached")
    assert portal.client.get(CHANNELS, token=portal.malee).json["sms"]["spoilt"] == "refused"
    portal.message("m-2")
    portal.pump()
    assert portal.outbox.texts == []
    choose(portal, email=None, by_category={"application": ["sms"]})
    assert len(portal.outbox.texts) == 1, "the same number can be confirmed again"


def test_a_person_who_moved_their_choice_meanwhile_is_told_by_the_new_one(portal: Portal) -> None:
    reachable(portal)
    portal.message()
    choose(portal, by_category={})
    portal.pump()
    assert [*portal.outbox.mails, *portal.outbox.texts] == []
