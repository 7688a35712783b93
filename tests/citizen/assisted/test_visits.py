"""Visits: nothing before the confirmation, just what was confirmed, over at once, told afterwards."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from chalicelib.shared.identity import Posting
from chalicelib.shared.ids import new_token
from tests.citizen.assisted.counter import DESK, JINTANA, LAEMNGOP, MINE, STRANGER, Counter
from tests.citizen.portal import MALEE, SOMCHAI

NOBODY = "1990100027075"
ME = "/citizen/v1/me"


class TestBeforeTheConfirmation:
    def test_nothing_opens(self, counter: Counter) -> None:
        visit = counter.open().json
        assert visit["status"] == "waiting" and visit["person_name"] is None
        assert counter.desk(visit["id"], "token", {"scopes": ["profile"]}).status == 409
        assert counter.log() == [] and counter.letters() == []

    def test_whoever_is_named_answer_and_cost_are_the_same(self, counter: Counter) -> None:
        counter.portal.message()  # Malee is somebody, the other number nobody ever used
        seen = []
        for pid in (MALEE, NOBODY):
            counter.portal.memory.requests.clear()
            answer = counter.open(pid)
            asked = counter.desk(answer.json["id"], "code")
            wrong = counter.desk(answer.json["id"], "confirm", {"code": "000000"})
            shown = {name for name, value in answer.json.items() if value is not None}
            seen.append((answer.status, shown, asked.status, asked.json, wrong.status, wrong.json["detail"],
                         list(counter.portal.memory.requests)))  # fmt: skip
        assert seen[0] == seen[1]

    def test_it_lapses(self, counter: Counter) -> None:
        visit = counter.open().json
        counter.portal.later(minutes=16)
        late = counter.person(visit["id"], "confirm", {"code": visit["desk_code"]})
        assert late.status == 409
        assert counter.portal.client.get(f"{DESK}/{visit['id']}", token=counter.jintana).json["status"] == "lapsed"
        assert counter.letters() == [], "nobody is told of what never began"

    def test_it_stands_at_the_persons_home_until_they_decide(self, counter: Counter) -> None:
        person = counter.portal.citizen.hall.person(MALEE)
        visit = counter.open().json
        assert [card.id for card in counter.portal.citizen.hall.cards.page(person)[1]] == [f"visit-{visit['id']}"]
        (shown,) = counter.portal.client.get(f"{ME}/home", token=counter.malee).json["items"]
        assert counter.portal.client.get(shown["next"]["href"], token=counter.malee).json["id"] == visit["id"]
        assert counter.person(visit["id"], "refuse").json["status"] == "refused"
        assert counter.portal.citizen.hall.cards.page(person)[1] == []
        assert counter.person(visit["id"], "confirm", {"code": visit["desk_code"]}).status == 409

    def test_an_officer_does_not_assist_themself(self, counter: Counter) -> None:
        assert counter.open(JINTANA).status == 403

    @pytest.mark.parametrize("changes", [
        {"scopes": []}, {"scopes": ["bills"]}, {"scopes": ["consents"], "purpose": "several"}, {"purpose": "curiosity"},
        {"scopes": ["profile", "profile"]}, {"pid": "1234567890123"},
    ])  # fmt: skip
    def test_what_a_visit_may_not_hold(self, counter: Counter, changes: dict[str, object]) -> None:
        answer = counter.open(**changes)  # type: ignore[arg-type] # what is wrong is the point
        assert answer.status == 422 and "1234567890123" not in answer.text
        assert answer.json["errors"][0]["message_th"]

    def test_only_assistants_open_visits(self, counter: Counter) -> None:
        assert counter.open(token=counter.malee).status == 403
        assert counter.open(token=counter.hire(STRANGER, "assistant-supervisor")).status == 403

    def test_how_many_a_day(self, counter: Counter) -> None:
        assert [counter.open().status for _ in range(7)] == [201] * 6 + [429]
        assert counter.open(SOMCHAI).status == 201


class TestByOwnLogin:
    def test_the_desks_code_binds_it_to_who_stands_there(self, counter: Counter) -> None:
        visit = counter.open().json
        assert counter.person(visit["id"], "confirm", {"code": "AAAA-AAAA"}).status == 422
        assert counter.person(visit["id"], "confirm", {"code": visit["desk_code"].lower()}).json["status"] == "open"
        shown = counter.portal.client.get(f"{DESK}/{visit['id']}", token=counter.jintana).json
        assert shown["person_name"] == "มาลี ใจงาม" and shown["how"] == "login"

    def test_five_wrong_codes_end_the_trying(self, counter: Counter) -> None:
        visit = counter.open().json
        for _ in range(5):
            assert counter.person(visit["id"], "confirm", {"code": "AAAA-AAAA"}).status == 422
        assert counter.person(visit["id"], "confirm", {"code": visit["desk_code"]}).status == 409

    def test_another_persons_visit_does_not_exist(self, counter: Counter) -> None:
        visit, somchai = counter.open().json, counter.portal.somchai
        for what, body in (("confirm", {"code": visit["desk_code"]}), ("refuse", None), ("end", None), ("dispute", {})):
            assert counter.person(visit["id"], what, body, token=somchai).status == 404
        assert counter.portal.client.get(f"{MINE}/{visit['id']}", token=somchai).status == 404
        other = counter.hire(STRANGER, "assistant")
        assert counter.portal.client.get(f"{DESK}/{visit['id']}", token=other).status == 404
        assert counter.portal.client.post(f"{DESK}/{visit['id']}/end", token=other).status == 404

    def test_who_acts_for_another_confirms_nothing(self, counter: Counter) -> None:
        visit = counter.open().json
        agent = counter.portal.issuers.acting(MALEE, actor="citizen:x", scopes="profile inbox", mandate="m")
        assert counter.person(visit["id"], "confirm", {"code": visit["desk_code"]}, token=agent).status == 403

    def test_the_same_request_again_shows_the_code_again_and_no_row_holds_it(self, counter: Counter) -> None:
        body = {"pid": MALEE, "purpose": "rights", "scopes": ["profile"]}
        headers = {"Idempotency-Key": "k-1"}
        first = counter.portal.client.post(DESK, token=counter.jintana, json=body, headers=headers)
        again = counter.portal.client.post(DESK, token=counter.jintana, json=body, headers=headers)
        assert first.json == again.json and again.status == 201
        rows = json.dumps([item.data for item, _ in counter.portal.memory._items.values()], ensure_ascii=False)
        assert (
            first.json["desk_code"] not in rows
            and MALEE not in rows
            and "จินตนา" not in rows.replace(json.dumps({"name": "จินตนา เอื้อเฟื้อ"}, ensure_ascii=False)[1:-1], "")
        )


class TestWhileItIsOpen:
    def test_the_officer_acts_within_its_scopes_and_the_log_names_them(self, counter: Counter) -> None:
        token = counter.acting(counter.begun())
        me = counter.portal.client.get(ME, token=token)
        assert me.status == 200 and me.json["acting"] is True
        assert counter.portal.client.get(ME, token=token).status == 200
        assert counter.portal.client.get(f"{ME}/mandates", token=token).status == 403
        used = [line for line in counter.log() if line["what"] == "assistance.used"]
        assert len(used) == 1, "noted once for each scope and day"
        actor = f"officer:{LAEMNGOP}/{counter.portal.keyring.pseudonym(JINTANA)}"
        assert used[0]["by"]["actor"] == actor and used[0]["detail"] == {"scope": "profile"}

    def test_no_more_than_was_confirmed(self, counter: Counter) -> None:
        visit = counter.begun()
        refused = counter.desk(visit, "token", {"scopes": ["entitlements"]})
        assert refused.status == 422 and refused.json["errors"][0]["pointer"] == "/scopes/0"

    @pytest.mark.parametrize("who", ["officer", "person"])
    def test_an_end_bites_at_the_next_call(self, counter: Counter, who: str) -> None:
        visit = counter.begun()
        token = counter.acting(visit)
        assert counter.portal.client.get(ME, token=token).status == 200
        ended = counter.desk(visit, "end") if who == "officer" else counter.person(visit, "end")
        assert ended.json["status"] == "ended" and ended.json["ended_by"] == who
        assert counter.portal.client.get(ME, token=token).status == 403
        assert counter.desk(visit, "token", {"scopes": ["profile"]}).status == 409

    def test_it_ends_by_itself_after_half_an_hour(self, counter: Counter) -> None:
        visit = counter.begun()
        counter.portal.now += timedelta(minutes=25)
        token = counter.acting(visit)
        assert counter.portal.client.get(ME, token=token).status == 200
        counter.portal.now += timedelta(minutes=5)
        assert counter.portal.client.get(ME, token=token).status in (401, 403), "also before the sweep came by"
        counter.portal.later(seconds=1)
        assert counter.portal.client.get(f"{MINE}/{visit}", token=counter.malee).json["ended_by"] == "time"

    def test_an_officer_who_lost_their_posting_acts_no_more(self, counter: Counter) -> None:
        token = counter.acting(counter.begun())
        pseudonym = counter.portal.keyring.pseudonym(JINTANA)
        counter.portal.citizen.staff.post(pseudonym, Posting(LAEMNGOP, frozenset(), ""), new_token())
        assert counter.portal.client.get(ME, token=token).status == 403

    def test_one_request_more_for_each_call(self, counter: Counter) -> None:
        token = counter.acting(counter.begun())
        counter.portal.client.get(ME, token=token)
        counter.portal.memory.requests.clear()
        assert counter.portal.client.get(ME, token=token).status == 200
        assert counter.portal.memory.requests == ["get_many", "get"]

    def test_each_command_is_one_read_and_one_transaction(self, counter: Counter) -> None:
        requests = counter.portal.memory.requests
        asked: dict[str, list[str]] = {}
        requests.clear()
        visit = counter.open().json
        asked["open"] = list(requests)
        for what in ("confirm", "end"):
            requests.clear()
            counter.person(visit["id"], what, {"code": visit["desk_code"]} if what == "confirm" else None)
            asked[what] = list(requests)
        assert asked == {"open": ["get", "write"], "confirm": ["get_many", "write"], "end": ["get_many", "write"]}


class TestAfterwards:
    def test_the_person_is_told_what_was_done(self, counter: Counter) -> None:
        visit = counter.begun()
        counter.portal.client.get(ME, token=counter.acting(visit))
        counter.desk(visit, "end")
        (letter,) = counter.letters()
        assert letter["case"] == visit
        for words in ("จินตนา", LAEMNGOP, "ดูและแก้ไขข้อมูลส่วนตัว", "โต้แย้ง"):
            assert words in letter["body"]["th"]
        assert "see the profile" in letter["body"]["en"] and "dispute" in letter["body"]["en"]
        whole = counter.portal.client.get(f"{MINE}/{visit}", token=counter.malee).json
        assert [(deed["what"]["en"], deed["scope"]["code"]) for deed in whole["did"]] == [
            ("An officer who helped you used your data", "profile")
        ]

    def test_the_officers_list_names_nobody_after_the_end(self, counter: Counter) -> None:
        visit = counter.begun()
        assert counter.portal.client.get(DESK, token=counter.jintana).json["items"][0]["person_name"] == "มาลี ใจงาม"
        counter.desk(visit, "end")
        (line,) = counter.portal.client.get(DESK, token=counter.jintana).json["items"]
        assert line["person_name"] is None and line["status"] == "ended"
        assert counter.portal.client.get(MINE, token=counter.malee).json["items"][0]["id"] == visit

    def test_everything_can_be_had_and_erasing_ends_what_is_open(self, counter: Counter) -> None:
        visit = counter.begun()
        token = counter.acting(visit)
        counter.portal.client.get(ME, token=token)
        held, person = counter.portal.citizen.hall.holdings["assistance"], counter.portal.citizen.hall.person(MALEE)
        assert [(each["id"], len(each["did"])) for each in held.export(person)] == [(visit, 1)]
        held.erase(person)
        held.erase(person)
        assert held.export(person) == [] and counter.portal.client.get(ME, token=token).status == 403
        assert [each.until.en for each in held.keeps] == ["Two years after the visit"]
