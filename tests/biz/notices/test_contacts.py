"""A person's choice of channels: addresses are sealed, confirmed before use, and never told to anybody."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from chalicelib.shared import contacts

from ..town import MALEE, SOMCHAI, Town
from .people import EMAIL, PHONE, everything_kept, reachable

BOTH = {"language": "en", "channels": ["app", "email", "sms"], "email": EMAIL, "phone": PHONE}


def choose(town: Town, **changes: Any) -> Any:
    return town.ok(MALEE, "PUT", "/preferences", json={**BOTH, **changes})


def confirm(town: Town, channel: str, code: str) -> Any:
    return town.call(MALEE, "POST", "/preferences", json={"channel": channel, "code": code})


def test_without_a_choice_it_is_the_inbox_in_thai(town: Town) -> None:
    shown = town.ok(MALEE, "GET", "/preferences")
    assert (shown["language"], shown["channels"]) == ("th", ["app"])
    assert (shown["email"]["given"], shown["email_address"], shown["phone"]) == (False, None, None)


def test_an_address_is_used_only_when_its_code_came_back(town: Town) -> None:
    made = choose(town)
    assert made["email"] == {"given": True, "confirmed": False, "waits_for_code": True, "spoilt": None}
    assert "address" not in str(made).replace("waits", "") or EMAIL not in str(made)
    town.run_queue()
    assert (town.outbox.mails[0][1].to, town.outbox.texts[0][0]) == (EMAIL, "+66812345678")
    town.filed()
    town.run_queue()
    assert (len(town.outbox.mails), len(town.outbox.texts)) == (1, 1)
    done = confirm(town, "email", town.outbox.code("email"))
    assert done.json["email"] == {"given": True, "confirmed": True, "waits_for_code": False, "spoilt": None}
    town.filed()
    town.run_queue()
    assert (len(town.outbox.mails), len(town.outbox.texts)) == (2, 1)
    shown = town.ok(MALEE, "GET", "/preferences")
    assert (shown["email_address"], shown["phone"]) == (EMAIL, "+66812345678")
    assert town.ok(SOMCHAI, "GET", "/preferences")["email_address"] is None


def test_a_wrong_code_counts_and_five_end_it(town: Town) -> None:
    choose(town)
    town.run_queue()
    right = town.outbox.code("email")
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    for _ in range(contacts.MOST_TRIES):
        answer = confirm(town, "email", wrong)
        assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/code")
    assert confirm(town, "email", right).status == 409
    choose(town)
    town.run_queue()
    assert confirm(town, "email", town.outbox.code("email")).status == 200


def test_a_code_ends_and_an_old_one_is_not_sent(town: Town) -> None:
    choose(town)
    first = list(town.post.sent)
    choose(town, email="other@example.com")
    town.run_queue()
    assert [mail.to for _, mail in town.outbox.mails] == ["other@example.com"]
    for _, body in first:
        town.biz.on_event(body)
    assert len(town.outbox.mails) == 1
    town.pass_time(minutes=16)
    assert confirm(town, "email", town.outbox.code("email")).status == 409


def test_the_same_address_needs_no_second_code_and_another_does(town: Town) -> None:
    reachable(town, "email", "sms")
    choose(town, language="th", channels=["email"])
    town.run_queue()
    assert (town.outbox.mails, town.outbox.texts) == ([], [])
    choose(town, email="other@example.com")
    town.run_queue()
    assert [mail.to for _, mail in town.outbox.mails] == ["other@example.com"]
    choose(town, email=None, phone=None, channels=[])
    assert town.ok(MALEE, "GET", "/preferences")["email"]["given"] is False


def test_codes_have_their_limit_by_the_day(town: Town) -> None:
    answers = [town.call(MALEE, "PUT", "/preferences", json={**BOTH, "phone": None, "channels": ["email"]})
               for _ in range(contacts.CODES_PER_DAY + 1)]  # fmt: skip
    assert [answer.status for answer in answers] == [200] * contacts.CODES_PER_DAY + [429]
    town.pass_time(days=1)
    choose(town)


def test_a_command_is_one_read_and_one_transaction_and_keeps_no_address_in_the_open(town: Town) -> None:
    town.memory.requests.clear()
    body = {**BOTH}
    town.ok(MALEE, "PUT", "/preferences", json=body, headers={"Idempotency-Key": "k"})
    assert town.memory.requests == ["get_many", "write"]
    again = town.call(MALEE, "PUT", "/preferences", json=body, headers={"Idempotency-Key": "k"})
    assert (again.status, again.headers["idempotent-replayed"]) == (200, "true")
    town.run_queue()
    assert (len(town.outbox.mails), len(town.outbox.texts)) == (1, 1)
    kept = everything_kept(town)
    assert not [each for each in (EMAIL, "812345678", MALEE, town.outbox.code("email")) if each in kept]


def test_the_history_tells_channels_and_pseudonyms(town: Town) -> None:
    reachable(town, "email")
    owner = town.keyring.pseudonym(MALEE)
    told = town.journal.history(f"CONTACT#{owner}")
    assert [event.type for event in told] == ["biz.contact.given", "biz.contact.confirmed"]
    assert {event.by for event in told} == {f"citizen:{owner}"}
    assert EMAIL not in str(told)


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"email": "nobody"}, "/email"),
        ({"phone": "02-123-4567"}, "/phone"),
        ({"email": None}, "/email"),
        ({"phone": None}, "/phone"),
        ({"channels": ["fax"]}, "/channels/0"),
        ({"language": "fr"}, "/language"),
        ({"extra": 1}, "/extra"),
    ],
)
def test_bad_input_is_explained_and_not_repeated(town: Town, changes: dict[str, Any], pointer: str) -> None:
    answer = town.call(MALEE, "PUT", "/preferences", json={**BOTH, **changes})
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, pointer)
    assert "nobody" not in answer.text and EMAIL not in answer.text
    assert town.post.sent == []


@pytest.mark.parametrize("body", [{"channel": "app", "code": "123456"}, {"channel": "email", "code": "12345a"}])
def test_bad_codes_are_explained(town: Town, body: dict[str, str]) -> None:
    assert town.call(MALEE, "POST", "/preferences", json=body).status == 422


def test_there_is_nothing_to_confirm_where_nothing_was_given(town: Town) -> None:
    assert confirm(town, "email", "123456").status == 409


def test_a_weak_login_may_look_and_not_change(town: Town) -> None:
    weak = town.issuers.person(MALEE, ial="1.1")
    assert town.client.get("/biz/v1/preferences", token=weak).status == 200
    assert town.client.put("/biz/v1/preferences", token=weak, json=BOTH).status == 401


def test_a_code_that_could_not_be_sent_is_sent_later(town: Town) -> None:
    from chalicelib.shared.messengers import NotTaken

    choose(town, phone=None, channels=["email"])
    body = town.post.sent[0][1]
    town.outbox.failing = [NotTaken("Throttling")]
    with pytest.raises(NotTaken):
        town.biz.on_event(body)
    town.at += dt.timedelta(minutes=1)
    town.biz.on_event(body)
    town.biz.on_event(body)
    assert len(town.outbox.mails) == 1
