"""Checks over routes: what is asked of whom, what is told, and how little stays."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest

from chalicelib.shared.errors import Invalid, NotAllowed, TooMany
from tests.citizen.entitlements.town import (
    BABY,
    CHILD,
    CIVIL,
    HOUSEHOLD,
    INSURED,
    PAYMENTS,
    PLOY,
    WICHAI,
    check,
    furnished,
    newborn,
    services,
)
from tests.citizen.portal import SOMCHAI, Portal

MINE = "/citizen/v1/me/entitlements"


@pytest.fixture
def town(portal: Portal) -> Portal:
    return furnished(portal)


def steps(told: Any) -> dict[str, str]:
    return {step["rule"]: step["outcome"] for step in told["steps"]}


def stored(portal: Portal) -> str:
    """Everything in the table, as one text."""
    return json.dumps([[*item.key, dict(item.data)] for item, _ in portal.memory._items.values()], ensure_ascii=False)


class TestTheNewbornGrant:
    def test_is_told_with_reasons_values_and_sources(self, town: Portal) -> None:
        told = newborn(town)
        assert (told["status"], told["amount"]["amount"], told["amount"]["period"]) == ("entitled", "600", "month")
        assert list(steps(told)) == [
            "parent",
            "nationality",
            "born-from",
            "age",
            "institution",
            "together",
            "income",
            "entitled",
        ]
        income = next(step for step in told["steps"] if step["rule"] == "income")
        assert "240,000 ÷ 3" in income["text"]["en"] and "80,000" in income["text"]["th"]
        used = {each["code"]: each for each in income["used"]}
        assert used["register_income"]["from"] == HOUSEHOLD and used["income_limit"]["from"] == "law"
        assert used["income_limit"]["source"]["is_verified"] is True and income["legal"]["source"]["source"]
        assert told["not_asked"] and told["questions"] == [] and told["waiting_for"] == []
        assert told["apply"] == "newborn-grant"

    def test_asks_four_registers_and_makes_one_read_and_one_write(self, town: Portal) -> None:
        town.memory.requests.clear()
        told = newborn(town)
        assert services(town) == sorted([CIVIL, CIVIL, CHILD, HOUSEHOLD])
        assert town.gdx.asked[0].service == CIVIL and town.gdx.asked[0].body == {"pid": BABY}, "first who the child is"
        assert town.memory.requests == ["get_many", "write"]
        assert {asked.purpose for asked in town.gdx.asked} == {"entitlement-check"}
        assert {asked.case for asked in town.gdx.asked} == {told["id"]}, "the log of the exchange names this check"

    def test_asks_side_by_side_what_does_not_hang_together(self, town: Portal) -> None:
        """Three questions meet at a barrier that one after another would never pass."""
        barrier = threading.Barrier(3, timeout=10)
        records = town.gdx.records

        def meeting(service: str) -> Any:
            def answer(path: str, body: Any) -> Any:
                if body["pid"] != BABY or service != CIVIL:
                    barrier.wait()
                return records[service].get(body["pid"], {"in_institution": False, "grant_status": "none"})

            return answer

        for service in (CIVIL, CHILD, HOUSEHOLD):
            town.gdx.answering[service] = meeting(service)
        assert newborn(town)["status"] == "entitled"

    def test_asks_nobody_more_once_it_is_sure(self, town: Portal) -> None:
        town.gdx.records[CIVIL][BABY]["birth_date"] = "2020-01-01"
        told = newborn(town)
        assert (told["status"], told["steps"][-1]["rule"]) == ("not_entitled", "age")
        assert services(town) == [CIVIL]

    def test_tells_a_stranger_of_the_child_what_it_tells_of_no_child(self, town: Portal) -> None:
        somchai = town.issuers.person(SOMCHAI)
        other, nobody = "1990100027075", "1990100028080"
        answers = [check(town, "newborn-grant", somchai, subject=pid).json for pid in (other, nobody)]
        assert services(town) == [CIVIL, CIVIL], "one question each, whoever it is about"
        told = [{name: value for name, value in each.items() if name not in ("id", "at", "asked")} for each in answers]
        assert told[0] == told[1] and told[0]["status"] == "unknown"
        assert "2026" not in json.dumps(told[0]["steps"]), "no birth date"

    def test_asks_the_person_only_what_no_register_has(self, town: Portal) -> None:
        del town.gdx.records[HOUSEHOLD][PLOY]
        told = newborn(town)
        assert told["status"] == "unknown"
        assert [question["code"] for question in told["questions"]] == ["said_members", "said_income"]
        told = newborn(town, answers={"said_members": 2, "said_income": 200_000})
        assert told["status"] == "entitled" and told["questions"] == []
        income = next(step for step in told["steps"] if step["rule"] == "income")
        assert {"answer"} == {each["from"] for each in income["used"] if each["code"].startswith("said_")}
        assert newborn(town, answers={"said_members": 2, "said_income": 200_001})["status"] == "not_entitled"

    def test_asks_whether_they_live_together_only_where_the_houses_differ(self, town: Portal) -> None:
        town.gdx.records[CIVIL][PLOY]["house_registration_no"] = "H9"
        assert [question["code"] for question in newborn(town)["questions"]] == ["lives_with_child"]
        assert newborn(town, answers={"lives_with_child": True})["status"] == "entitled"
        assert newborn(town, answers={"lives_with_child": False})["steps"][-1]["rule"] == "together"


class TestWhenSomebodyIsAway:
    @pytest.mark.parametrize("service", [CIVIL, CHILD, HOUSEHOLD])
    def test_it_is_open_and_never_a_no(self, town: Portal, service: str) -> None:
        town.gdx.down(service)
        told = newborn(town)
        assert told["status"] == "unknown" and told["amount"] is None and told["apply"] is None
        assert {each["service"] for each in told["waiting_for"]} == {service}
        assert {each["retry_after"] for each in told["waiting_for"]} == {30}
        town.gdx.up(service)
        assert newborn(town)["status"] == "entitled"

    def test_the_others_are_told_all_the_same(self, town: Portal) -> None:
        town.gdx.down(HOUSEHOLD)
        told = newborn(town)
        assert steps(told)["institution"] == "passed" and steps(told)["income"] == "unknown"

    @pytest.mark.parametrize(
        ("refusal", "reason", "again"),
        [
            (TooMany("เต็ม", "The quota is used up.", retry_after=900), "quota", 900),
            (NotAllowed("ไม่มีข้อตกลง", "No agreement."), "no_agreement", None),
            (Invalid("ไม่รับ", "Not accepted."), "unusable", None),
        ],
    )
    def test_why_is_told(self, town: Portal, refusal: Any, reason: str, again: int | None) -> None:
        town.gdx.answering[INSURED] = refusal
        told = check(town, "social-security", town.issuers.person(WICHAI)).json
        assert told["status"] == "unknown"
        assert told["waiting_for"] == [{"service": INSURED, "reason": reason, "retry_after": again}]

    @pytest.mark.parametrize(
        "nonsense",
        [[], "x", {"section": 33, "status": "active"}, {"section": "33", "status": "ended", "ended_on": "30/11/2026"}],
    )
    def test_a_register_that_talks_nonsense_decides_nothing(self, town: Portal, nonsense: Any) -> None:
        town.gdx.answering[INSURED] = lambda path, body: nonsense
        told = check(town, "social-security", town.issuers.person(WICHAI)).json
        assert told["status"] == "unknown" and told["waiting_for"][0]["reason"] == "unusable"


class TestWhatStays:
    def test_the_outcome_is_kept_and_no_fact(self, town: Portal) -> None:
        told = newborn(town)
        (kept,) = town.client.get(MINE, token=town.issuers.person(PLOY)).json["items"]
        assert (kept["result"], kept["check"], kept["child"]) == ("entitled", told["id"], "x-xxxx-xxxx7-07-5")
        assert set(kept["asked"]) == {each["receipt"] for each in told["asked"]} and kept["rule"] == "entitled"
        table = stored(town)
        for secret in (PLOY, BABY, "240000", "2026-11-11", 'entitled"', "not_entitled"):
            assert secret not in table

    def test_a_second_check_takes_the_place_of_the_first(self, town: Portal) -> None:
        newborn(town)
        town.gdx.down(HOUSEHOLD)
        newborn(town)
        (kept,) = town.client.get(MINE, token=town.issuers.person(PLOY)).json["items"]
        assert kept["result"] == "unknown" and kept["waited_for"] == [HOUSEHOLD]

    def test_each_child_has_its_own(self, town: Portal) -> None:
        twin = "1990100028080"
        town.gdx.records[CIVIL][twin] = town.gdx.records[CIVIL][BABY]
        newborn(town)
        newborn(town, subject=twin)
        items = town.client.get(MINE, token=town.issuers.person(PLOY)).json["items"]
        assert [item["child"] for item in items] == ["x-xxxx-xxxx8-08-0", "x-xxxx-xxxx7-07-5"]

    def test_another_person_sees_nothing_of_it(self, town: Portal) -> None:
        newborn(town)
        assert town.client.get(MINE, token=town.somchai).json["items"] == []

    def test_two_at_one_moment_both_answer(self, town: Portal) -> None:
        newborn(town)
        once = False

        def meanwhile(path: str, body: Any) -> Any:
            nonlocal once
            if not once:
                once = True
                newborn(town)
            return {"members": 3, "income_year_baht": 240_000}

        town.gdx.answering[HOUSEHOLD] = meanwhile
        assert newborn(town)["status"] == "entitled"

    def test_a_repeat_with_the_same_key_checks_again_and_keeps_no_answer(self, town: Portal) -> None:
        token, wish = town.issuers.person(PLOY), {"subject": BABY}
        path, key = f"{MINE}/newborn-grant/check", {"Idempotency-Key": "k-1"}
        first = town.client.post(path, json=wish, token=token, headers=key).json
        town.gdx.down(HOUSEHOLD)
        second = town.client.post(path, json=wish, token=token, headers=key).json
        assert (first["status"], second["status"]) == ("entitled", "unknown")
        assert "ONCE#" not in stored(town)

    def test_all_of_it_can_be_shown_and_erased(self, town: Portal) -> None:
        newborn(town)
        person = town.citizen.hall.person(PLOY)
        holding = town.citizen.hall.holdings["entitlements"]
        assert [each["right"] for each in holding.export(person)] == ["newborn-grant"]
        holding.erase(person)
        assert holding.export(person) == [] and person not in stored(town)


class TestWhoMayAsk:
    def test_who_acts_for_somebody_leaves_a_line(self, town: Portal) -> None:
        acting = town.issuers.acting(PLOY, actor="citizen-officer", scopes="entitlements")
        assert check(town, "newborn-grant", acting, subject=BABY).json["status"] == "entitled"
        person = town.citizen.hall.person(PLOY)
        (line,) = [item.data for item, _ in town.memory._items.values() if item.key.pk == f"LOG#{person}"]
        assert line["what"] == "entitlement.checked" and line["detail"] == {"entitlement": "newborn-grant"}
        assert line["by"]["actor"] == "citizen-officer"

    def test_without_the_scope_nobody_acts(self, town: Portal) -> None:
        acting = town.issuers.acting(PLOY, actor="citizen-officer", scopes="bills")
        assert check(town, "newborn-grant", acting, subject=BABY).status == 403
        assert town.gdx.asked == []

    def test_a_hundred_checks_a_day_are_enough(self, town: Portal) -> None:
        token = town.issuers.person(WICHAI)
        for _ in range(100):
            assert check(town, "health-cover", token).status == 200
        asked = len(town.gdx.asked)
        refused = check(town, "health-cover", token)
        assert refused.status == 429 and len(town.gdx.asked) == asked
        town.later(days=1)
        assert check(town, "health-cover", town.issuers.person(WICHAI)).status == 200


class TestBadInput:
    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({"subject": "123"}, "/subject"),
            ({"subject": "1990100027076"}, "/subject"),
            ({}, "/subject"),
            ({"subject": BABY, "answers": {"said_members": 0}}, "/answers/said_members"),
            ({"subject": BABY, "answers": {"said_members": 51}}, "/answers/said_members"),
            ({"subject": BABY, "answers": {"said_members": True}}, "/answers/said_members"),
            ({"subject": BABY, "answers": {"lives_with_child": 1}}, "/answers/lives_with_child"),
            ({"subject": BABY, "answers": {"lives_with_child": "yes"}}, "/answers/lives_with_child"),
            ({"subject": BABY, "answers": {"secret-0812345678": 1}}, "/answers"),
            ({"subject": BABY, "answers": {"said_members": [1]}}, "/answers/said_members"),
            ({"subject": BABY, "colour": "red"}, ""),
        ],
    )
    def test_is_named_and_nothing_is_asked(self, town: Portal, body: Any, pointer: str) -> None:
        answer = check(town, "newborn-grant", town.issuers.person(PLOY), **body)
        assert answer.status in (400, 422), answer.text
        assert pointer in {each["pointer"] for each in answer.json["errors"]} or pointer == ""
        assert all(each["message_th"] and each["message_en"] for each in answer.json["errors"])
        assert "0812345678" not in answer.text and "red" not in answer.text
        assert town.gdx.asked == [] and "ENT#" not in stored(town)

    def test_a_right_of_ones_own_names_nobody_else(self, town: Portal) -> None:
        assert check(town, "social-security", town.issuers.person(WICHAI), subject=BABY).status == 422

    def test_what_is_no_right_is_not_there(self, town: Portal) -> None:
        assert check(town, "golden-ticket", town.issuers.person(WICHAI)).status == 404
        assert town.client.get("/citizen/v1/entitlements/golden-ticket").status == 404
        assert town.client.post(f"{MINE}/newborn-grant/check", json={}).status == 401


class TestPayments:
    def test_are_told_by_the_paying_register(self, town: Portal) -> None:
        told = town.client.get(f"{MINE}/newborn-grant/payments", token=town.issuers.person(PLOY)).json
        assert [(each["month"], each["amount"], each["state"]) for each in told["items"]] == [
            ("2026-12", "600", "planned")
        ]
        assert told["items"][0]["words"]["en"] and told["items"][0]["about"] == "น้ำใส" and told["receipt"]
        assert town.gdx.asked[-1].purpose == "payment-status"

    def test_of_nobody_on_record_are_none(self, town: Portal) -> None:
        told = town.client.get(f"{MINE}/newborn-grant/payments", token=town.somchai).json
        assert told == {"items": [], "receipt": None, "at": None, "waiting_for": None}

    def test_wait_where_the_register_is_away(self, town: Portal) -> None:
        town.gdx.down(PAYMENTS)
        told = town.client.get(f"{MINE}/newborn-grant/payments", token=town.issuers.person(PLOY)).json
        assert told["items"] == [] and told["waiting_for"] == {"service": PAYMENTS, "reason": "away", "retry_after": 30}

    @pytest.mark.parametrize(
        "nonsense",
        [
            {},
            {"payments": [{"month": "2026-12"}]},
            {"payments": [{"month": "2026-12", "amount_baht": 1, "state": "lost"}]},
        ],
    )
    def test_are_not_made_up(self, town: Portal, nonsense: Any) -> None:
        town.gdx.answering[PAYMENTS] = lambda path, body: nonsense
        assert town.client.get(f"{MINE}/newborn-grant/payments", token=town.issuers.person(PLOY)).status == 502

    def test_of_a_right_that_pays_nothing_are_not_there(self, town: Portal) -> None:
        assert town.client.get(f"{MINE}/health-cover/payments", token=town.somchai).status == 404


class TestWhatIsPublic:
    def test_all_rights_with_their_kinds(self, town: Portal) -> None:
        told = town.client.get("/citizen/v1/entitlements").json
        assert len(told["items"]) == 6 and sum(told["facets"]["category"].values()) == 6
        chosen = town.client.get("/citizen/v1/entitlements?category=family&agency=TH/CENTRAL/DCY").json
        assert [each["id"] for each in chosen["items"]] == ["newborn-grant"] and chosen["facets"] == told["facets"]
        assert town.client.get("/citizen/v1/entitlements?category=luck").status in (400, 422)

    def test_the_page_of_one(self, town: Portal) -> None:
        page = town.client.get("/citizen/v1/entitlements/newborn-grant").json
        assert page["amount"] == {
            "name": {"th": "เงินอุดหนุน", "en": "Grant"},
            "amount": "600",
            "unit": {"th": "บาท", "en": "baht"},
            "period": "month",
        }
        monthly = next(value for value in page["values"] if value["code"] == "monthly")
        assert [(row["value"], row["in_force"], row["source"]["is_verified"]) for row in monthly["rows"]] == [
            ("400", False, False),
            ("600", True, True),
        ]
        assert page["all_verified"] is True and page["criteria"] and page["questions"] and page["not_asked"]
        assert [each["service"] for each in page["asked"]] == [CIVIL, CIVIL, CHILD, HOUSEHOLD]

    def test_what_nobody_confirmed_is_told(self, town: Portal) -> None:
        page = town.client.get("/citizen/v1/entitlements/old-age-allowance").json
        assert page["all_verified"] is False and page["amount"]["amount"] is None, "it depends on the age"

    def test_nobody_is_asked_for_it_and_nothing_read(self, town: Portal) -> None:
        town.memory.requests.clear()
        town.client.get("/citizen/v1/entitlements")
        town.client.get("/citizen/v1/entitlements/newborn-grant")
        assert town.gdx.asked == [] and town.memory.requests == []
