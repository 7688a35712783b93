"""Staying logged in: one refresh token holds at a time, an old one ends the session, honest clients are not hurt."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import jwt

from chalicelib.citizen.sessions.model import GRACE, IDLE, MOST_REPEATS, WHOLE
from chalicelib.shared.storage import Change, Item, Key
from tests.citizen.portal import MALEE, SOMCHAI, Portal
from tests.citizen.sessions.provider import LAPTOP, PHONE, Doors
from tests.support.memory import MemoryTable

ENDED = "session-ended"


def slug(answer: Any) -> str:
    return str(answer.json["type"]).rpartition("/")[2]


def warnings(doors: Doors) -> list[Any]:
    """The messages about old keys in the inbox, by a login that is none of the room's."""
    doors.portal.pump()
    items = doors.portal.inbox(doors.portal.issuers.person(MALEE))["items"]
    return [each for each in items if "old key" in each["title"]["en"]]


class TestTurning:
    """The good way."""

    def test_each_refresh_gives_new_tokens_of_the_same_session(self) -> None:
        doors = Doors()
        first = doors.session()
        doors.portal.now += timedelta(minutes=9)
        answer = doors.refresh(first["refresh_token"])
        second = answer.json
        assert answer.status == 200 and second["session"] == first["session"] and second["ial"] == "2.3"
        assert second["refresh_token"] != first["refresh_token"] and second["access_token"] != first["access_token"]
        old, new = (jwt.decode(each["access_token"], options={"verify_signature": False}) for each in (first, second))
        assert new["exp"] > old["exp"] and new["auth_time"] == old["auth_time"] and new["jti"] != old["jti"]
        assert doors.client.get("/citizen/v1/me", token=second["access_token"]).status == 200

    def test_it_costs_one_read_and_one_transaction(self) -> None:
        doors = Doors()
        token = doors.session()["refresh_token"]
        for _ in range(3):
            doors.memory.requests.clear()
            token = doors.refresh(token).json["refresh_token"]
            assert doors.memory.requests == ["get_many", "write"]

    def test_a_made_up_token_costs_nothing(self) -> None:
        doors = Doors()
        token = doors.session()["refresh_token"]
        doors.memory.requests.clear()
        for made_up in (token[:-1] + ("A" if token[-1] != "A" else "B"), token.replace(".1.", ".2."), "kr1.x", "x"):
            answer = doors.refresh(made_up)
            assert answer.status == 401 and slug(answer) == ENDED
        assert doors.memory.requests == []

    def test_nothing_of_a_token_and_no_name_lies_in_the_table(self) -> None:
        doors = Doors()
        token = doors.session()["refresh_token"]
        doors.refresh(token)
        text = json.dumps([[*key, dict(item.data)] for key, (item, _) in doors.memory._items.items()])
        assert token.rpartition(".")[2] not in text and MALEE not in text and "มาลี" not in text

    def test_a_session_ends_when_it_is_not_used_and_in_any_case_after_a_month(self) -> None:
        doors = Doors()
        token = doors.session()["refresh_token"]
        unused = doors.session()["refresh_token"]
        began = doors.portal.now
        while doors.portal.now + timedelta(days=6) < began + WHOLE:
            doors.portal.now += timedelta(days=6)
            answer = doors.refresh(token)
            assert answer.status == 200
            token = answer.json["refresh_token"]
            assert answer.json["refresh_expires_in"] <= IDLE.total_seconds()
        assert slug(doors.refresh(unused)) == ENDED
        doors.portal.now = began + WHOLE + timedelta(seconds=1)
        assert slug(doors.refresh(token)) == ENDED
        assert warnings(doors) == []


class TestReuse:
    """An old token is used: two parties hold tokens of one session."""

    def test_the_whole_session_ends_and_the_person_is_told(self) -> None:
        doors = Doors()
        stolen = doors.session()["refresh_token"]
        other = doors.session()["refresh_token"]
        newest = doors.refresh(stolen).json["refresh_token"]
        doors.portal.now += GRACE + timedelta(seconds=1)
        assert slug(doors.refresh(stolen, LAPTOP)) == ENDED
        assert slug(doors.refresh(newest)) == ENDED, "the thief's or the person's: nobody can tell"
        assert doors.refresh(other).status == 200, "another session is another matter"
        told = warnings(doors)
        assert len(told) == 1 and "Windows computer" in str(doors.portal.inbox(doors.portal.malee))
        assert slug(doors.refresh(stolen, LAPTOP)) == ENDED and len(warnings(doors)) == 1

    def test_the_thief_who_was_first_is_found_when_the_person_comes(self) -> None:
        doors = Doors()
        token = doors.session()["refresh_token"]
        thiefs = doors.refresh(token, LAPTOP).json["refresh_token"]
        doors.portal.now += timedelta(minutes=9)
        assert slug(doors.refresh(token)) == ENDED and slug(doors.refresh(thiefs, LAPTOP)) == ENDED
        assert len(warnings(doors)) == 1

    def test_an_event_that_comes_twice_is_one_message(self) -> None:
        doors = Doors()
        token = doors.session()["refresh_token"]
        doors.refresh(token)
        doors.portal.now += timedelta(minutes=1)
        doors.refresh(token)
        bodies = list(doors.portal.post.sent)
        assert len(warnings(doors)) == 1
        doors.portal.post.sent = bodies
        assert len(warnings(doors)) == 1

    def test_what_was_two_tokens_ago_has_no_grace(self) -> None:
        doors = Doors()
        first = doors.session()["refresh_token"]
        second = doors.refresh(first).json["refresh_token"]
        third = doors.refresh(second).json["refresh_token"]
        assert slug(doors.refresh(first)) == ENDED and slug(doors.refresh(third)) == ENDED


class TestLostAnswers:
    """A client that did not hear the answer asks again."""

    def test_it_gets_the_very_same_refresh_token(self) -> None:
        doors = Doors()
        token = doors.session()["refresh_token"]
        lost = doors.refresh(token).json
        doors.portal.now += GRACE - timedelta(seconds=5)
        again = doors.refresh(token)
        assert again.status == 200 and again.json["refresh_token"] == lost["refresh_token"]
        assert doors.refresh(again.json["refresh_token"]).status == 200 and warnings(doors) == []

    def test_not_from_another_kind_of_device(self) -> None:
        doors = Doors()
        token = doors.session()["refresh_token"]
        doors.refresh(token)
        assert slug(doors.refresh(token, LAPTOP)) == ENDED and len(warnings(doors)) == 1

    def test_nobody_keeps_in_step_with_the_person_for_long(self) -> None:
        doors = Doors()
        token = doors.session()["refresh_token"]
        for _ in range(MOST_REPEATS):
            following = doors.refresh(token).json["refresh_token"]
            assert doors.refresh(token).json["refresh_token"] == following
            doors.portal.now += timedelta(seconds=1)
            token = following
        doors.refresh(token)
        assert slug(doors.refresh(token)) == ENDED and len(warnings(doors)) == 1

    def test_two_windows_that_ask_at_once_both_go_on(self) -> None:
        doors = Doors()
        token = doors.session()["refresh_token"]
        table = InBetween(doors.memory, lambda: doors.refresh(token))
        other = Portal(table=table)
        answer = other.client.post("/citizen/v1/sessions/refresh", json={"refresh_token": token}, headers=PHONE)
        assert answer.status == 200 and table.heard.status == 200
        assert answer.json["refresh_token"] == table.heard.json["refresh_token"]
        assert doors.refresh(answer.json["refresh_token"]).status == 200

    def test_an_answer_that_the_table_lost_is_no_reuse(self) -> None:
        doors = Doors()
        token = doors.session()["refresh_token"]
        doors.refresh(token)  # written; the process died before it could answer
        assert doors.refresh(token).status == 200 and warnings(doors) == []


class InBetween(MemoryTable):
    """A process's view of the room's table: after its first read of a session another process is faster."""

    def __init__(self, there: MemoryTable, other: Callable[[], Any]) -> None:
        super().__init__()
        self.there, self.other = there, other
        self.heard: Any = None

    def get(self, key: Key) -> Item | None:
        return self.there.get(key)

    def get_many(self, keys: Sequence[Key]) -> Mapping[Key, Item]:
        found = self.there.get_many(keys)
        if self.heard is None:
            self.heard = self.other()
        return found

    def write(self, changes: Sequence[Change], token: str) -> None:
        self.there.write(changes, token)


class TestSigningOut:
    """This session, one device, all of them."""

    def test_by_refresh_token(self) -> None:
        doors = Doors()
        grant = doors.session()
        out = doors.client.post("/citizen/v1/sessions/end", json={"refresh_token": grant["refresh_token"]})
        assert out.status == 200 and out.json["logout_url"].startswith("https://one.test/end_session?client_id=")
        assert slug(doors.refresh(grant["refresh_token"])) == ENDED and warnings(doors) == []
        again = doors.client.post("/citizen/v1/sessions/end", json={"refresh_token": grant["refresh_token"]})
        assert again.status == 200
        made_up = doors.client.post("/citizen/v1/sessions/end", json={"refresh_token": "kr1.x"})
        assert made_up.status == 200 and made_up.json == {"logout_url": None}

    def test_the_list_shows_devices_and_one_can_be_signed_out(self) -> None:
        doors = Doors()
        phone = doors.session()
        doors.portal.now += timedelta(hours=2)
        grant = doors.session()
        token = grant["access_token"]
        shown = doors.client.get("/citizen/v1/me/sessions", token=token).json["items"]
        assert [(each["id"], each["current"]) for each in shown] == [
            (grant["session"], True),
            (phone["session"], False),
        ]
        seen = datetime.fromisoformat(shown[0]["last_seen"])
        assert (seen.minute, seen.second, seen.microsecond) == (0, 0, 0) and shown[0]["device"]["en"].startswith("And")
        out = doors.client.delete(f"/citizen/v1/me/sessions/{phone['session']}", token=token)
        assert out.json == {"logout_url": None}, "the other device is not sent to the provider"
        assert slug(doors.refresh(phone["refresh_token"])) == ENDED
        assert doors.client.delete(f"/citizen/v1/me/sessions/{phone['session']}", token=token).status == 404
        own = doors.client.delete(f"/citizen/v1/me/sessions/{grant['session']}", token=token)
        assert own.json["logout_url"] and slug(doors.refresh(grant["refresh_token"])) == ENDED

    def test_of_others_there_is_nothing(self) -> None:
        doors = Doors()
        malees, somchais = doors.session(), doors.session(SOMCHAI)
        answer = doors.client.delete(f"/citizen/v1/me/sessions/{malees['session']}", token=somchais["access_token"])
        assert answer.status == 404 and doors.refresh(malees["refresh_token"]).status == 200
        assert doors.client.delete("/citizen/v1/me/sessions/nothing", token=somchais["access_token"]).status == 404

    def test_all_at_once(self) -> None:
        doors = Doors()
        grants = [doors.session() for _ in range(3)]
        somchai = doors.session(SOMCHAI)
        token = grants[0]["access_token"]
        for count in (3, 0):
            out = doors.client.delete("/citizen/v1/me/sessions", token=token).json
            assert out["ended"] == count and bool(out["logout_url"]) is (count == 3)
        assert [slug(doors.refresh(each["refresh_token"])) for each in grants] == [ENDED] * 3
        assert doors.client.get("/citizen/v1/me/sessions", token=token).json["items"] == []
        assert doors.refresh(somchai["refresh_token"]).status == 200
        new = doors.session()
        assert doors.refresh(new["refresh_token"]).status == 200 and warnings(doors) == []

    def test_whoever_acts_for_another_sees_and_ends_no_sessions(self) -> None:
        doors = Doors()
        grant = doors.session()
        token = doors.portal.issuers.acting(MALEE, actor="officer:a", scopes="profile inbox wallet")
        for method, path in (("GET", ""), ("DELETE", ""), ("DELETE", f"/{grant['session']}")):
            assert doors.client.call(method, f"/citizen/v1/me/sessions{path}", token=token).status == 403

    def test_a_copy_and_an_erasure(self) -> None:
        doors = Doors()
        grant = doors.session()
        doors.session(SOMCHAI)
        hall = doors.portal.citizen.hall
        person, holding = hall.person(MALEE), hall.holdings["sessions"]
        assert [each["name"] for each in holding.export(person)] == ["มาลี ใจงาม"]
        doors.client.delete("/citizen/v1/me/sessions", token=grant["access_token"])
        holding.erase(person)
        holding.erase(person)
        assert holding.export(person) == [] and slug(doors.refresh(grant["refresh_token"])) == ENDED
        assert doors.rows(f"SESSIONS#{person}", f"SESSIONS-CUT#{person}", f"SESSION#{grant['session']}") == []
        assert len(doors.rows("SESSIONS#")) == 1


def test_who_refreshes_too_often_waits() -> None:
    doors = Doors()
    token = doors.session()["refresh_token"]
    statuses = []
    for _ in range(1201):
        answer = doors.refresh(token)
        statuses.append(answer.status)
        token = answer.json.get("refresh_token", token)
        doors.portal.now = doors.portal.now.replace(second=30)
    assert statuses == [200] * 1200 + [429]
    doors.portal.now += timedelta(minutes=1)
    assert doors.refresh(token).status == 200, "the token was not used up by it"


def test_every_change_of_a_session_is_in_its_history() -> None:
    doors = Doors()
    grant = doors.session()
    token = doors.refresh(grant["refresh_token"]).json["refresh_token"]
    doors.client.post("/citizen/v1/sessions/end", json={"refresh_token": token})
    history = doors.portal.parts.journal.history(f"SESSION#{grant['session']}")
    assert [event.type for event in history] == ["citizen.session.begun", "citizen.session.ended"]
    assert MALEE not in json.dumps([event.as_json() for event in history])
