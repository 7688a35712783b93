"""Mandates over the routes: asked, accepted, used, ended at once; parents by the register; strangers stay unknown."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.citizen.mandates.service import CIVIL
from tests.citizen.portal import MALEE, SOMCHAI, Portal

CHILD = "1990100028080"
NOBODY = "1990100021018"
UNTIL = "2027-05-31"
MANDATES = "/citizen/v1/me/mandates"


def ask(portal: Portal, token: str | None = None, **changes: Any) -> Any:
    body = {"kind": "agent", "whom": SOMCHAI, "scopes": ["inbox", "bills"], "until": UNTIL, **changes}
    return portal.client.post(MANDATES, token=token or portal.malee, json=body)


def do(portal: Portal, made: str, what: str, token: str) -> Any:
    return portal.client.post(f"{MANDATES}/{made}/{what}", token=token)


def held(portal: Portal, **changes: Any) -> str:
    made: str = ask(portal, **changes).json["id"]
    assert do(portal, made, "accept", portal.somchai).json["status"] == "held"
    return made


def acting(portal: Portal, made: str, token: str, scopes: list[str]) -> Any:
    return portal.client.post(f"{MANDATES}/{made}/token", token=token, json={"scopes": scopes})


def child_of(portal: Portal, **changes: Any) -> None:
    record = {
        "first_name_th": "ต้นกล้า",
        "last_name_th": "ใจดี",
        "birth_date": "2020-03-14",
        "status": "alive",
        "father_pid": SOMCHAI,
        **changes,
    }
    portal.gdx.records[CIVIL] = {CHILD: record}


def prove(portal: Portal, token: str, whom: str = CHILD) -> Any:
    body = {"kind": "guardian", "whom": whom, "scopes": ["inbox", "profile"]}
    return portal.client.post(MANDATES, token=token, json=body)


def log_of(portal: Portal, pid: str) -> list[str]:
    person = portal.keyring.pseudonym(pid)
    return [item.data["what"] for item in portal.table.query(f"LOG#{person}").items]


class TestAgent:
    def test_it_is_an_offer_until_accepted_and_then_opens_just_its_scopes(self, portal: Portal) -> None:
        made = ask(portal).json["id"]
        assert acting(portal, made, portal.somchai, ["inbox"]).status == 409
        assert do(portal, made, "accept", portal.malee).status == 403
        assert do(portal, made, "accept", portal.somchai).json["status"] == "held"
        assert acting(portal, made, portal.malee, ["inbox"]).status == 404
        assert acting(portal, made, portal.somchai, ["wallet"]).status == 422
        got = acting(portal, made, portal.somchai, ["inbox"])
        assert got.status == 200, got.text
        assert got.json["issued_token_type"] == "urn:ietf:params:oauth:token-type:access_token"
        assert got.json["expires_in"] == 600 and got.json["scope"] == "inbox"

    def test_an_end_bites_at_the_next_call(self, portal: Portal) -> None:
        made = held(portal)
        person, actor = portal.citizen.hall.person(MALEE), f"citizen:{portal.keyring.pseudonym(SOMCHAI)}"
        mandates = portal.citizen.mandates
        assert mandates.holds(made, person, actor, "inbox")
        assert not mandates.holds(made, person, actor, "wallet")
        assert not mandates.holds(made, person, "citizen:other", "inbox")
        assert not mandates.holds(made, portal.citizen.hall.person(SOMCHAI), actor, "inbox")
        assert do(portal, made, "end", portal.malee).json["status"] == "ended"
        assert not mandates.holds(made, person, actor, "inbox")
        assert acting(portal, made, portal.somchai, ["inbox"]).status == 409

    @pytest.mark.parametrize("who", ["malee", "somchai"])
    def test_either_side_ends_it(self, portal: Portal, who: str) -> None:
        made = held(portal)
        assert do(portal, made, "end", getattr(portal, who)).json["status"] == "ended"
        assert do(portal, made, "end", getattr(portal, who)).status == 409

    def test_the_token_opens_what_a_route_lets_in_and_says_who_acts(self, portal: Portal) -> None:
        made = held(portal, scopes=["profile", "bills"])
        token = acting(portal, made, portal.somchai, ["profile"]).json["access_token"]
        me = portal.client.get("/citizen/v1/me", token=token)
        assert me.status == 200 and me.json["name"] == "มาลี ใจงาม" and me.json["acting"] is True
        assert portal.client.get(MANDATES, token=token).status == 403, "nobody passes on what they were given"
        assert do(portal, made, "end", portal.malee).status == 200
        assert portal.client.get("/citizen/v1/me", token=token).status == 403

    def test_the_first_use_of_a_day_stands_in_the_log(self, portal: Portal) -> None:
        made = held(portal, scopes=["profile"])
        token = acting(portal, made, portal.somchai, ["profile"]).json["access_token"]
        for _ in range(3):
            assert portal.client.get("/citizen/v1/me", token=token).status == 200
        assert log_of(portal, MALEE) == ["mandate.offered", "mandate.held", "mandate.used"]

    def test_the_assurance_is_that_of_the_actors_login(self, portal: Portal) -> None:
        made = held(portal, scopes=["profile"])
        weak = portal.issuers.person(SOMCHAI, ial="1.2")
        token = acting(portal, made, weak, ["profile"]).json["access_token"]
        assert portal.client.get("/citizen/v1/me", token=token).json["ial"] == "1.2"

    def test_a_number_that_nobody_has_is_answered_alike_at_the_same_cost(self, portal: Portal) -> None:
        portal.inbox(portal.somchai)
        seen = []
        for whom in (SOMCHAI, NOBODY):
            portal.memory.requests.clear()
            answer = ask(portal, whom=whom)
            shown = {name: value for name, value in answer.json.items() if name not in ("id", "made_at")}
            seen.append((answer.status, shown, list(portal.memory.requests)))
        assert seen[0] == seen[1] and seen[0][2] == ["write"]

    def test_it_is_seen_by_its_two_sides_alone(self, portal: Portal) -> None:
        made = ask(portal).json["id"]
        mine = portal.client.get(f"{MANDATES}/{made}", token=portal.malee).json
        theirs = portal.client.get(f"{MANDATES}/{made}", token=portal.somchai).json
        assert (mine["side"], mine["other_name"]) == ("person", None), "not before they accepted"
        assert mine["other_id"].endswith("70-8") and theirs["other_id"] is None
        assert (theirs["side"], theirs["other_name"]) == ("actor", "มาลี ใจงาม")
        stranger = portal.issuers.person(NOBODY)
        assert portal.client.get(f"{MANDATES}/{made}", token=stranger).status == 404
        for what in ("accept", "decline", "end", "token"):
            body = {"scopes": ["inbox"]} if what == "token" else None
            assert portal.client.post(f"{MANDATES}/{made}/{what}", token=stranger, json=body).status == 404
        assert portal.client.get(MANDATES, token=stranger).json == {"items": [], "next": None}
        do(portal, made, "accept", portal.somchai)
        assert portal.client.get(MANDATES, token=portal.malee).json["items"][0]["other_name"] == "สมชาย ใจดี"

    def test_both_are_told_and_no_message_names_anybody(self, portal: Portal) -> None:
        made = ask(portal).json["id"]
        portal.pump()
        person = portal.citizen.hall.person(SOMCHAI)
        assert [card.id for card in portal.citizen.hall.cards.page(person)[1]] == [f"mandate-{made}"]
        (shown,) = portal.client.get("/citizen/v1/me/home", token=portal.somchai).json["items"]
        assert portal.client.get(shown["next"]["href"], token=portal.somchai).json["id"] == made
        do(portal, made, "accept", portal.somchai)
        portal.pump()
        assert portal.citizen.hall.cards.page(person)[1] == []
        for token in (portal.malee, portal.somchai):
            items = portal.inbox(token)["items"]
            assert len(items) == 2
            assert not any(name in str(items) for name in ("มาลี", "สมชาย", MALEE, SOMCHAI))

    def test_one_between_two_and_few_in_all(self, portal: Portal) -> None:
        made = ask(portal).json["id"]
        assert ask(portal).status == 409
        do(portal, made, "decline", portal.somchai)
        again = ask(portal)
        assert again.status == 201, "after an end there may be another"
        assert [ask(portal, whom=whom).status for whom in (NOBODY, CHILD, "3990100023033", "3990100024048")] == [
            201,
            201,
            201,
            429,
        ], "five a day: each is a message to somebody who did not ask"

    def test_it_reaches_its_last_day(self, portal: Portal) -> None:
        made = held(portal, until="2026-11-26")
        person, actor = portal.citizen.hall.person(MALEE), f"citizen:{portal.keyring.pseudonym(SOMCHAI)}"
        portal.now = datetime(2026, 11, 26, 16, 59, tzinfo=UTC)
        assert portal.citizen.mandates.holds(made, person, actor, "inbox"), "still that day in Thailand"
        portal.now = datetime(2026, 11, 26, 17, 0, tzinfo=UTC)
        assert not portal.citizen.mandates.holds(made, person, actor, "inbox"), "also before the sweep came by"
        portal.citizen.mandates.expire(portal.now)
        portal.citizen.mandates.expire(portal.now)
        portal.pump()
        malee = portal.issuers.person(MALEE)
        assert portal.client.get(f"{MANDATES}/{made}", token=malee).json["status"] == "expired"
        assert "last day" in portal.inbox(malee)["items"][0]["body"]["en"]

    @pytest.mark.parametrize(
        ("changes", "pointer"),
        [
            ({"whom": MALEE}, "/whom"),
            ({"whom": "1234567890123"}, "/whom"),
            ({"scopes": []}, "/scopes"),
            ({"scopes": ["inbox", "inbox"]}, "/scopes"),
            ({"scopes": ["devices"]}, "/scopes/0"),
            ({"until": "2027-11-25"}, "/until"),
            ({"until": None}, "/until"),
        ],
    )
    def test_what_is_wrong_is_named_and_not_repeated(
        self, portal: Portal, changes: dict[str, Any], pointer: str
    ) -> None:
        answer = ask(portal, **changes)
        assert answer.status == 422 and pointer in [fault["pointer"] for fault in answer.json["errors"]]
        assert "1234567890123" not in answer.text
        assert portal.client.get(MANDATES, token=portal.malee).json["items"] == []

    def test_a_weak_login_gives_nothing(self, portal: Portal) -> None:
        assert ask(portal, token=portal.issuers.person(MALEE, ial="1.1")).status in (401, 403)

    def test_a_repeat_is_one_mandate(self, portal: Portal) -> None:
        body = {"kind": "agent", "whom": SOMCHAI, "scopes": ["inbox"], "until": UNTIL}
        headers = {"Idempotency-Key": "k-1"}
        first, again = (portal.client.post(MANDATES, token=portal.malee, json=body, headers=headers) for _ in "12")
        assert first.json == again.json and again.headers["idempotent-replayed"] == "true"

    def test_nothing_in_the_table_names_anybody(self, portal: Portal) -> None:
        held(portal)
        rows = json.dumps([[*item.key, item.data] for item, _ in portal.memory._items.values()], ensure_ascii=False)
        assert not any(name in rows for name in (MALEE, SOMCHAI, "มาลี", "สมชาย"))


class TestGuardian:
    def test_the_register_says_who_is_a_parent(self, portal: Portal) -> None:
        child_of(portal)
        made = prove(portal, portal.somchai)
        assert made.status == 201, made.text
        assert (made.json["status"], made.json["until"], made.json["side"]) == ("held", "2040-03-13", "actor")
        assert [(each.purpose, each.body) for each in portal.gdx.asked] == [("guardianship", {"pid": CHILD})]
        token = acting(portal, made.json["id"], portal.somchai, ["profile"]).json["access_token"]
        assert portal.client.get("/citizen/v1/me", token=token).json["name"] == "ต้นกล้า ใจดี"
        assert log_of(portal, CHILD) == ["mandate.held", "mandate.used"]

    def test_no_parent_a_grown_child_and_a_number_of_nobody_are_told_the_same(self, portal: Portal) -> None:
        answers = []
        for whom, changes in ((CHILD, {"father_pid": MALEE}), (CHILD, {"birth_date": "2001-01-01"}), (NOBODY, {})):
            child_of(portal, **changes)
            portal.memory.requests.clear()
            answer = prove(portal, portal.somchai, whom)
            answers.append((answer.status, answer.json["detail"], list(portal.memory.requests), len(portal.gdx.asked)))
            portal.gdx.asked.clear()
        assert answers[0] == answers[1] == answers[2] and answers[0][0] == 403

    def test_numbers_cannot_be_tried_one_after_the_other(self, portal: Portal) -> None:
        child_of(portal)
        tried = [prove(portal, portal.malee).status for _ in range(11)]
        assert tried == [403] * 10 + [429] and portal.gdx.times(CIVIL) == 10

    def test_a_token_needs_the_register_again(self, portal: Portal) -> None:
        child_of(portal)
        made = prove(portal, portal.somchai).json["id"]
        portal.gdx.down(CIVIL)
        away = acting(portal, made, portal.somchai, ["inbox"])
        assert away.status == 502 and away.headers["retry-after"] == "30"
        portal.gdx.up(CIVIL)
        assert acting(portal, made, portal.somchai, ["inbox"]).status == 200, "being away ended nothing"
        child_of(portal, father_pid=MALEE)
        assert acting(portal, made, portal.somchai, ["inbox"]).status == 409
        portal.pump()
        shown = portal.client.get(f"{MANDATES}/{made}", token=portal.somchai).json
        assert shown["status"] == "ended" and log_of(portal, CHILD)[-1] == "mandate.ended"

    def test_the_child_does_not_end_it_the_parent_does_and_may_come_back(self, portal: Portal) -> None:
        child_of(portal)
        made = prove(portal, portal.somchai).json["id"]
        assert prove(portal, portal.somchai).status == 409
        assert do(portal, made, "end", portal.issuers.person(CHILD)).status == 403
        assert do(portal, made, "end", portal.somchai).status == 200
        assert prove(portal, portal.somchai).status == 201

    def test_there_is_no_last_day_to_choose(self, portal: Portal) -> None:
        child_of(portal)
        body = {"kind": "guardian", "whom": CHILD, "scopes": ["inbox"], "until": UNTIL}
        answer = portal.client.post(MANDATES, token=portal.somchai, json=body)
        assert answer.status == 422 and answer.json["errors"][0]["pointer"] == "/until"


class TestHoldings:
    def test_everything_can_be_had_and_erasing_ends_what_holds(self, portal: Portal) -> None:
        made = held(portal)
        person = portal.citizen.hall.person(MALEE)
        mandates = portal.citizen.hall.holdings["mandates"]
        assert [each["id"] for each in mandates.export(person)] == [made]
        mandates.erase(person)
        mandates.erase(person)
        assert mandates.export(person) == []
        assert acting(portal, made, portal.somchai, ["inbox"]).status == 409
