"""The credit report: only with the person's consent, once, with a strong login, and nothing of it stays."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.shared.errors import UpstreamFailed
from tests.citizen.entitlements.town import REPORT, WICHAI, check, furnished
from tests.citizen.portal import Portal

MINE = "/citizen/v1/me/entitlements"


@pytest.fixture
def town(portal: Portal) -> Portal:
    return furnished(portal)


def asked(town: Portal) -> Any:
    answer = check(town, "credit-bureau", town.issuers.person(WICHAI))
    assert answer.status == 200, answer.text
    return answer.json


def given(town: Portal) -> str:
    consent = str(asked(town)["consent"]["id"])
    town.asking.decide(consent, "GIVEN")
    return consent


def test_it_is_asked_for_first_and_nobody_else_is_asked(town: Portal) -> None:
    town.memory.requests.clear()
    told = asked(town)
    assert told["status"] == "consent_needed" and town.gdx.asked == []
    wanted = told["consent"]
    assert wanted["service"] == REPORT and wanted["mode"] == "once" and wanted["data_life_days"] == 0
    assert len(wanted["fields"]) == 5 and wanted["ial"] == "2.3"
    (question,) = town.asking.all.values()
    assert question.fields == ("/score", "/grade", "/as_of", "/open_accounts", "/overdue_accounts")
    assert question.purposes == ("own-credit-report",) and question.ial == "2.3"
    assert town.memory.requests == ["get_many", "write"]


def test_a_second_check_before_the_answer_is_the_same_question(town: Portal) -> None:
    first = asked(town)["consent"]
    town.later(hours=3)
    assert asked(town)["consent"] == first and len(town.asking.all) == 1


def test_with_it_the_report_is_shown_once_and_nothing_stays(town: Portal) -> None:
    given(town)
    town.memory.requests.clear()
    told = asked(town)
    assert told["status"] == "entitled" and "701" in told["headline"]["en"] and told["consent"] is None
    assert town.gdx.times(REPORT) == 1 and town.memory.requests == ["get_many", "write"]
    assert town.client.get(MINE, token=town.issuers.person(WICHAI)).json["items"] == []
    person = town.citizen.hall.person(WICHAI)
    rows = [item for item, _ in town.memory._items.values() if person in item.key.pk]
    assert [(item.key.pk, item.data) for item in rows] == [(f"CHECKS#{person}", {"count": 2})], "how often, not what"


def test_the_next_check_needs_a_new_one(town: Portal) -> None:
    first = given(town)
    asked(town)
    told = asked(town)
    assert told["status"] == "consent_needed" and told["consent"]["id"] != first and town.gdx.times(REPORT) == 1


def test_withdrawn_while_it_is_checked_nothing_comes_through(town: Portal) -> None:
    """The person takes it back after the check began; the exchange, which decides, lets nothing out."""
    consent = given(town)
    guard = town.gdx.answering[REPORT]

    def meanwhile(path: str, body: Any) -> Any:
        town.asking.decide(consent, "WITHDRAWN")
        assert callable(guard)
        return guard(path, body)

    town.gdx.answering[REPORT] = meanwhile
    told = asked(town)
    assert told["status"] == "consent_needed" and told["consent"]["id"] != consent
    assert "701" not in json.dumps(told) and told["asked"] == []


def test_who_refused_is_left_alone(town: Portal) -> None:
    town.asking.decide(asked(town)["consent"]["id"], "REFUSED")
    told = asked(town)
    assert (told["status"], told["consent"]) == ("unknown", None)
    assert told["waiting_for"] == [{"service": REPORT, "reason": "consent", "retry_after": 86_000}]


def test_a_question_that_ran_out_is_asked_anew(town: Portal) -> None:
    first = asked(town)["consent"]
    town.asking.decide(first["id"], "EXPIRED")
    town.later(days=2)
    told = asked(town)
    assert told["status"] == "consent_needed" and told["consent"]["until"] > first["until"]


def test_a_question_about_to_run_out_is_still_the_one(town: Portal) -> None:
    first = asked(town)["consent"]
    town.later(hours=23, minutes=30)
    assert asked(town)["consent"] == first, "it is open at the exchange, which takes no second one"


def test_an_exchange_that_is_away_leaves_it_open(town: Portal) -> None:
    town.asking.refusing = UpstreamFailed("ไม่ตอบ", "Silent.", retry_after=30)
    told = asked(town)
    assert told["status"] == "unknown" and told["waiting_for"] == [
        {"service": REPORT, "reason": "away", "retry_after": 30}
    ]


def test_a_bureau_that_is_away_leaves_the_consent_for_later(town: Portal) -> None:
    given(town)
    guard = town.gdx.answering[REPORT]
    town.gdx.down(REPORT)
    assert asked(town)["status"] == "unknown"
    town.gdx.answering[REPORT] = guard
    assert asked(town)["status"] == "entitled"


def test_nobody_on_record_is_told_so(town: Portal) -> None:
    given(town)
    town.gdx.answering.pop(REPORT)
    town.gdx.records[REPORT] = {}
    told = asked(town)
    assert told["status"] == "entitled" and told["steps"][-1]["rule"] == "no-record"


def test_a_weak_login_is_told_what_it_needs(town: Portal) -> None:
    answer = check(town, "credit-bureau", town.issuers.person(WICHAI, ial="2.1"))
    assert answer.status == 401 and "2.3" in answer.text and town.asking.questions == 0


def test_nobody_does_it_for_another(town: Portal) -> None:
    acting = town.issuers.acting(WICHAI, actor="citizen-officer", scopes="entitlements")
    assert check(town, "credit-bureau", acting).status == 403 and town.asking.questions == 0
