"""Messages of mini-apps: to whom, how many, when, and that none comes twice or after a withdrawal."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.citizen.miniapps.town import APP, Town
from tests.citizen.portal import MALEE

LATER = "2026-11-26T09:00:00+07:00"


@pytest.fixture
def town() -> Town:
    made = Town()
    made.open()
    made.grant("notification")
    return made


def word(user: str, message: str = "มีนัดวัคซีนพรุ่งนี้") -> dict[str, str]:
    return {"message": message, "userId": user}


def test_a_message_lands_in_the_inbox_as_the_agencys_notice(town: Town) -> None:
    answer = town.push(word(town.user()))
    assert (answer.status, answer.json["messageCode"], answer.json["message"]) == (200, 200, None)
    (name,) = answer.json["result"]
    assert str(uuid.UUID(name)) == name
    (message,) = town.messages()
    assert (message["category"], message["source"]) == ("notice", "TH/LOCAL/LAEMNGOP")
    assert message["title"]["th"] == "ครอบครัวแหลมงอบ" and message["body"]["th"] == "มีนัดวัคซีนพรุ่งนี้"


def test_a_repeat_is_one_message(town: Town) -> None:
    user = town.user()
    ids = [town.push(word(user), when=when).json["result"] for when in (None, None, "", LATER, LATER)]
    assert ids[0] == ids[1] == ids[2] and ids[3] == ids[4] != ids[0]
    assert len(town.messages()) == 1
    town.later(days=1)
    assert len(town.messages()) == 2
    assert town.push(word(user)).json["result"] != ids[0], "tomorrow the same words are a message of their own"


def test_each_message_stands_for_itself(town: Town) -> None:
    user = town.user()
    answer = town.push(
        word(user), word("nobody"), {"message": "", "userId": user}, "x", word(user, "a" * 1001), word(user, "ข")
    )
    assert answer.status == 200 and len(answer.json["result"]) == 2
    assert [(each["at"], each["messageCode"]) for each in answer.json["notSent"]] == [
        ("/data/1", 404),
        ("/data/2", 400),
        ("/data/3", 400),
        ("/data/4", 400),
    ]
    assert len(town.messages()) == 2


def test_without_leave_nobody_is_written_to_and_that_looks_like_nobody(town: Town) -> None:
    user = town.user()
    town.grant("firstName")
    nobody = town.push(word("nobody")).json
    there = town.push(word(user)).json
    assert there["result"] == nobody["result"] == []
    assert there["notSent"] == nobody["notSent"]
    assert town.messages() == []


def test_a_person_gets_ten_a_day_of_one_mini_app(town: Town) -> None:
    user = town.user()
    answer = town.push(*[word(user, f"ข้อความ {number}") for number in range(12)])
    assert len(answer.json["result"]) == 10
    assert [each["messageCode"] for each in answer.json["notSent"]] == [429, 429]
    town.grant("notification", token=town.portal.malee)
    other = town.push(word(town.user(town.portal.malee)))
    assert len(other.json["result"]) == 1
    town.later(days=1)
    assert len(town.push(word(user)).json["result"]) == 1


def test_a_message_waits_for_its_time_and_comes_once(town: Town) -> None:
    town.push(word(town.user()), when=LATER)
    assert town.messages() == []
    town.later(hours=20)
    assert town.messages() == []
    town.later(hours=4)
    town.later(minutes=1)
    assert len(town.messages()) == 1


def test_what_waits_is_dropped_by_a_withdrawal(town: Town) -> None:
    user = town.user()
    town.push(word(user), when=LATER)
    town.push(word(user, "ด่วน"))
    town.withdraw()
    town.later(days=2)
    assert town.messages() == []
    assert town.push(word(user)).json["result"] == []


def test_the_queue_may_bring_an_event_twice(town: Town) -> None:
    town.push(word(town.user()))
    sent = [body for queue, body in town.portal.post.sent if queue == "citizen-events"]
    for _ in range(2):
        for body in sent:
            town.portal.citizen.on_event(body)
    assert len(town.messages()) == 1


@pytest.mark.parametrize(
    "when", ["soon", "2569-12-01T09:00:00+07:00", "2027-11-26T09:00:00+07:00", 5, [], "9999-12-31T23:59:59-12:00"]
)
def test_a_time_that_is_none_is_refused(town: Town, when: Any) -> None:
    answer = town.push(word(town.user()), when=when)
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (400, "/sendDateTime")
    assert town.messages() == []


@pytest.mark.parametrize("data", [[], ["x"] * 201])
def test_a_list_of_the_wrong_length_is_refused(town: Town, data: list[Any]) -> None:
    assert town.push(*data).status == 400


def test_a_system_writes_for_its_own_mini_app_only(town: Town) -> None:
    user = town.user()
    assert town.push(word(user), headers=town.theirs).status == 404
    assert town.push(word(user), app="nobody").status == 404
    town.describe("other-app")
    town.approve("other-app")
    assert town.push(word(user), app="other-app").json["result"] == [], "a name of one mini-app is none in another"
    assert MALEE not in town.push(word(user)).text and APP
