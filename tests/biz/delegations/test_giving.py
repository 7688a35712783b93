"""Both sides of a power of attorney: offered, answered, ended; who learns what of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.shared.journal import chain_is_whole
from chalicelib.shared.messengers import NotTaken

from ..notices.people import everything_kept, reachable
from ..town import ANONG, COMPANY, FOOD, MALEE, SOMCHAI, Town, pointers
from .deeds import UNKNOWN, command, given, held, show, wish


def listed(town: Town, who: str, side: str) -> list[Any]:
    items: list[Any] = town.ok(who, "GET", f"/delegations?side={side}")["items"]
    return items


def test_the_agent_sees_what_they_may_do_and_accepts(town: Town) -> None:
    deed = given(town, note="โปรดยื่นภายในเดือนนี้")
    [offer] = listed(town, SOMCHAI, "agent")
    assert (offer["id"], offer["status"], offer["services"], offer["until"]) == (deed, "offered", [FOOD], "2027-03-31")
    assert offer["note"] == "โปรดยื่นภายในเดือนนี้" and offer["grantor_name"]
    assert offer["commands"] == ["accept", "decline"] and offer["agent_id"] is None
    assert command(town, SOMCHAI, deed, "accept")["status"] == "accepted"
    [mine] = listed(town, MALEE, "grantor")
    assert (mine["status"], mine["agent_name"], mine["commands"]) == ("accepted", "สมชาย ใจดี", ["revoke"])
    assert listed(town, MALEE, "agent") == listed(town, SOMCHAI, "grantor") == []


@pytest.mark.parametrize(("who", "name", "status"), [(SOMCHAI, "decline", "declined"), (MALEE, "revoke", "revoked")])
def test_an_offer_that_comes_to_nothing(town: Town, who: str, name: str, status: str) -> None:
    deed = given(town)
    assert command(town, who, deed, name)["status"] == status
    seen = show(town, deed)
    assert (seen["status"], seen["agent_name"], seen["commands"]) == (status, None, [])
    assert town.call(SOMCHAI, "POST", f"/delegations/{deed}/accept").status == 409


def test_before_acceptance_the_grantor_learns_nothing_of_the_agent(town: Town) -> None:
    """Not even whether there is such a person: a number that nobody has is answered the same."""
    real, none = (town.call(MALEE, "POST", "/delegations", json=wish(agent=pid)) for pid in (SOMCHAI, UNKNOWN))
    assert (real.status, none.status) == (201, 201)
    same = [{name: value for name, value in each.json.items() if name != "id"} for each in (real, none)]
    assert same[0] == same[1]
    views = [show(town, each.json["id"]) for each in (real, none)]
    for name in ("agent_name", "status", "commands", "grantor_name", "done"):
        assert views[0][name] == views[1][name]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"agent": "1990100002022"}, "/agent"),
        ({"agent": MALEE}, "/agent"),
        ({"until": "2027-11-25"}, "/until"),
        ({"until": "2026-11-24"}, "/until"),
        ({"until": "soon"}, "/until"),
        ({"services": ["no-such-service"]}, "/services/0"),
        ({"services": []}, "/services"),
        ({"acts": []}, "/acts"),
        ({"acts": ["fill", "fill"]}, "/acts"),
        ({"acts": ["sell"]}, "/acts/0"),
        ({"juristic_id": "123"}, "/juristic_id"),
        ({"note": "x" * 501}, "/note"),
    ],
)
def test_bad_input_names_the_field_and_repeats_nothing(town: Town, changes: dict[str, Any], pointer: str) -> None:
    answer = town.call(MALEE, "POST", "/delegations", json=wish(**changes))
    assert answer.status == 422
    assert any(found.startswith(pointer) for found in pointers(answer)), answer.text
    for value in changes.values():
        if isinstance(value, str) and len(value) > 4:
            assert value not in answer.text
    assert listed(town, MALEE, "grantor") == []


def test_for_a_company_only_its_director_gives_one(town: Town) -> None:
    refused = town.call(SOMCHAI, "POST", "/delegations", json=wish(agent=ANONG, juristic_id=COMPANY))
    assert refused.status == 403
    asked = len(town.neighbours.asked)
    deed = given(town, juristic_id=COMPANY)
    assert town.neighbours.asked[asked:] == [("TH/CENTRAL/DBD/juristic/company", deed)]
    assert show(town, deed, SOMCHAI)["juristic_id"] == COMPANY


def test_a_weak_login_gives_nothing_and_answers_nothing(town: Town) -> None:
    weak = town.issuers.person(MALEE, ial="1.1")
    assert town.client.call("POST", "/biz/v1/delegations", json=wish(), token=weak).status == 401
    deed = given(town)
    weak = town.issuers.person(SOMCHAI, ial="1.1")
    assert town.client.call("POST", f"/biz/v1/delegations/{deed}/accept", token=weak).status == 401


@pytest.mark.parametrize("path", ["", "/accept", "/decline", "/revoke", "/resign"])
def test_between_others_it_does_not_exist(town: Town, path: str) -> None:
    method = "POST" if path else "GET"
    there = town.call(ANONG, method, f"/delegations/{given(town)}{path}")
    absent = town.call(ANONG, method, f"/delegations/{'0' * 32}{path}")
    assert there.status == absent.status == 404
    assert there.json["detail"] == absent.json["detail"]


def test_there_are_four_commands(town: Town) -> None:
    assert town.call(SOMCHAI, "POST", f"/delegations/{given(town)}/sell").status == 404


def test_both_sides_are_told_of_every_step_and_no_letter_names_anybody(town: Town) -> None:
    reachable(town, "app", "sms", pid=SOMCHAI)
    deed = given(town, note="secret note")
    town.run_queue()
    assert len(town.outbox.texts) == 1
    command(town, SOMCHAI, deed, "accept")
    town.run_queue()
    command(town, MALEE, deed, "revoke")
    town.run_queue()
    for pid in (MALEE, SOMCHAI):
        letters = [letter for owner, letter in town.neighbours.letters.values() if owner == pid]
        assert [letter.about for letter in letters] == [deed] * 3
        for letter in letters:
            for words in (letter.subject.th, letter.subject.en, letter.body.th, letter.body.en):
                assert not any(name in words for name in ("secret note", "สมชาย", SOMCHAI, MALEE))
    assert "revoked" in town.neighbours.bodies(SOMCHAI)[-1]


def test_an_event_told_twice_is_told_once(town: Town) -> None:
    given(town)
    sent = list(town.post.sent)
    town.run_queue()
    deliveries = town.neighbours.deliveries
    town.post.sent = sent
    town.run_queue()
    assert town.neighbours.deliveries == deliveries == 2


def test_one_side_that_cannot_be_told_does_not_hold_up_the_other(town: Town) -> None:
    reachable(town, "app", "email", pid=SOMCHAI)
    given(town)
    [(_, body)] = town.post.sent
    town.outbox.failing = [NotTaken("Throttling")]
    with pytest.raises(NotTaken):
        town.biz.on_event(body)
    assert {pid for pid, _ in town.neighbours.letters.values()} == {MALEE, SOMCHAI}
    assert town.outbox.mails == []
    town.biz.on_event(body)
    assert len(town.outbox.mails) == 1 and town.neighbours.deliveries == 2


def test_nothing_stored_names_a_person_in_the_clear(town: Town) -> None:
    held(town, note="for my aunt Somsri")
    town.run_queue()
    kept = everything_kept(town) + json.dumps([str(key) for key in town.memory._items])
    for secret in (MALEE, SOMCHAI, "Somsri"):
        assert secret not in kept
    assert town.keyring.pseudonym(SOMCHAI) in kept


def test_a_day_has_its_limit_of_offers(town: Town) -> None:
    for _ in range(20):
        given(town)
    assert town.call(MALEE, "POST", "/delegations", json=wish()).status == 429
    town.pass_time(days=1)
    given(town)


def test_a_repeat_offers_nothing_twice_and_asks_the_register_once(town: Town) -> None:
    body, headers = wish(juristic_id=COMPANY), {"Idempotency-Key": "once"}
    first = town.call(MALEE, "POST", "/delegations", json=body, headers=headers)
    again = town.call(MALEE, "POST", "/delegations", json=body, headers=headers)
    assert first.json == again.json and len(listed(town, MALEE, "grantor")) == 1
    assert len(town.neighbours.asked) == 1


def test_lists_go_page_by_page_and_a_cursor_is_of_one_list(town: Town) -> None:
    deeds = [given(town) for _ in range(3)]
    page = town.ok(MALEE, "GET", "/delegations?limit=2")
    assert [item["id"] for item in page["items"]] == deeds[:0:-1]
    rest = town.ok(MALEE, "GET", f"/delegations?limit=2&cursor={page['next']}")
    assert [item["id"] for item in rest["items"]] == deeds[:1] and rest["next"] is None
    assert town.call(SOMCHAI, "GET", f"/delegations?side=agent&cursor={page['next']}").status == 400


def test_requests_to_the_table(town: Town) -> None:
    town.call(None, "GET", "/services")
    headers = {"Idempotency-Key": "count"}
    town.memory.requests.clear()
    deed = town.ok(MALEE, "POST", "/delegations", json=wish(), headers=headers)["id"]
    assert town.memory.requests == ["get_many", "write"]
    for who, name in ((SOMCHAI, "accept"), (MALEE, "revoke")):
        town.memory.requests.clear()
        town.ok(who, "POST", f"/delegations/{deed}/{name}", headers={"Idempotency-Key": name})
        assert town.memory.requests == ["get_many", "write"]
    town.memory.requests.clear()
    show(town, deed)
    assert town.memory.requests == ["get", "query"]
    town.memory.requests.clear()
    listed(town, MALEE, "grantor")
    assert town.memory.requests == ["query"]


def test_the_history_of_a_power_is_chained(town: Town) -> None:
    deed = held(town)
    command(town, SOMCHAI, deed, "resign")
    history = town.journal.history(f"DEL#{deed}")
    assert [event.type.rpartition(".")[2] for event in history] == ["offered", "accepted", "resigned"]
    assert chain_is_whole(history)
