"""Values for a form: each with its source, time and receipt, or the reason why not."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.shared.egress import HttpAnswer, Unreachable
from chalicelib.shared.jose import verify_jwt
from tests.gdx.consents.bank import BANK
from tests.gdx.exchange import MALEE, OFFICE, PERSON
from tests.gdx.prefill.conftest import Forms
from tests.support.keys import LocalSigner

COMPANY = {"juristic_id": "0105569999981"}


def values(item: Any) -> dict[str, Any]:
    """Name -> value of what was given."""
    return {value["name"]: value["value"] for value in item["values"] if value["value"] is not None}


def test_each_value_comes_with_source_time_and_receipt(forms: Forms) -> None:
    answer = forms.prefill("person-name", "person-status").json
    assert answer["state"] == "READY" and answer["id"] is None
    name, status = answer["items"]
    assert values(name) == {"first_name": "มาลี", "last_name": "ศรีสมุทร"}, "the agreement gives no title"
    assert values(status) == {"status": "alive"} and name["satisfied"] and name["missed"] == []
    assert name["agency"]["th"] == "กรมการปกครอง" and name["service"]["id"] == PERSON
    claims = verify_jwt(name["receipt"], forms.service.voice.jwks(), "gdx-receipt+jwt", now=forms.now)
    assert claims["jti"] == name["exchange"] and claims["client"] == OFFICE
    assert status["exchange"] == name["exchange"] and forms.asked_of("dopa") == 1, "one exchange serves both"
    (line,) = forms.service.access_log.entries(MALEE).items
    assert line.receipt == name["exchange"] and line.at == name["at"]


def test_a_company_is_prefilled_too(forms: Forms) -> None:
    (item,) = forms.prefill("company", subject=COMPANY).json["items"]
    assert values(item) == {"name": "บริษัท ครัวกลาง จำกัด", "status": "active"}


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        (Unreachable("ConnectTimeoutError"), "provider_away"),
        (HttpAnswer(503, {"content-type": "application/json"}, b"{}"), "provider_away"),
        (HttpAnswer(404, {"content-type": "application/problem+json"}, b"{}"), "not_found"),
        (HttpAnswer(422, {"content-type": "application/problem+json"}, b"{}"), "refused"),
        (HttpAnswer(200, {"content-type": "application/json"}, b'{"nonsense": 1}'), "provider_away"),
    ],
)
def test_one_that_fails_does_not_hide_the_others(forms: Forms, broken: Any, why: str) -> None:
    forms.put("credit-free", sources=[SOURCE_CREDIT], values=[{"name": "score", "th": "ก", "en": "s"}])
    forms.broken["dopa"] = broken
    items = forms.prefill("person-name", "credit-free").json["items"]
    assert [item["satisfied"] for item in items] == [False, False]
    assert items[0]["missed"][0]["why"] == why and items[0]["missed"][0]["message_th"]
    assert items[1]["missed"][0]["why"] == "no_agreement"
    forms.broken.clear()
    assert [item["satisfied"] for item in forms.prefill("person-name", "credit-free").json["items"]] == [True, False]


def test_what_is_away_on_our_side_is_not_laid_at_a_providers_door(forms: Forms) -> None:
    """ "Nobody answers" would be final for the form; the system is told to come again instead."""
    token = forms.token()
    body = {"subject": {"pid": MALEE}, "requirements": ["person-name"], "purpose": "premises-inspection"}
    forms.table.down = True
    answer = forms.client.post("/gdx/v1/prefill", token=token, json=body)
    assert (answer.status, answer.headers["retry-after"]) == (503, "1"), answer.text
    forms.table.down = False
    assert [item["satisfied"] for item in forms.prefill("person-name").json["items"]] == [True]


SOURCE_CREDIT = {
    "service": "TH/PARTNER/NCB/credit/report",
    "path": "/lookup",
    "subject": "/pid",
    "values": {"score": "/score"},
}
SOURCE_CIVIL = {"service": PERSON, "path": "/lookup", "subject": "/pid", "values": {"score": "/status"}}


def test_the_first_source_that_answers_is_taken_and_the_others_tell_why_not(forms: Forms) -> None:
    forms.put("any", sources=[SOURCE_CREDIT, SOURCE_CIVIL], values=[{"name": "score", "th": "ก", "en": "s"}])
    (item,) = forms.prefill("any").json["items"]
    assert values(item) == {"score": "alive"} and [miss["why"] for miss in item["missed"]] == ["no_agreement"]


def test_a_missing_consent_says_what_to_ask_and_with_it_the_value_comes(forms: Forms) -> None:
    (item,) = forms.prefill("credit-score", client=BANK).json["items"]
    (miss,) = item["missed"]
    assert miss["why"] == "consent_needed"
    assert miss["consent"] == {
        "service": "TH/PARTNER/NCB/credit/report",
        "purposes": ["loan-application"],
        "fields": ["/score", "/grade", "/as_of"],
    }
    forms.given(**miss["consent"])
    (item,) = forms.prefill("credit-score", client=BANK).json["items"]
    assert values(item) == {"score": 742, "grade": "BB", "as_of": "2026-11-24"}


def test_a_purpose_that_was_not_agreed_gives_nothing(forms: Forms) -> None:
    (item,) = forms.prefill("person-name", purpose="marketing").json["items"]
    assert item["missed"][0]["why"] == "no_agreement" and forms.asked_of("dopa") == 0


def test_a_repeat_is_the_same_exchange(forms: Forms) -> None:
    first = forms.prefill("person-name", message_id="m-1").json["items"][0]
    again = forms.prefill("person-name", message_id="m-1").json["items"][0]
    assert first["exchange"] == again["exchange"] and len(forms.service.access_log.entries(MALEE).items) == 1
    other = forms.prefill("person-name", message_id="m-2").json["items"][0]
    assert other["exchange"] != first["exchange"]


def test_a_slow_provider_leaves_time_for_an_answer(forms: Forms) -> None:
    choose = forms.providers.before

    def slowly() -> None:
        forms.pass_time(seconds=20)
        assert choose is not None
        choose()

    forms.providers.before = slowly
    forms.put(
        "any",
        sources=[SOURCE_CIVIL | {"values": {"score": "/status"}, "path": "/lookup", "body": {}}],
        values=[{"name": "score", "th": "ก", "en": "s"}],
    )
    forms.put("later", sources=[SOURCE_CIVIL | {"body": {"note": 1}}], values=[{"name": "score", "th": "ก", "en": "s"}])
    items = forms.prefill("any", "later").json["items"]
    assert items[0]["satisfied"] and items[1]["missed"][0]["why"] == "not_tried"


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"subject": {"pid": "3990100001014"}}, "/subject"),
        ({"subject": {"pid": MALEE, **COMPANY}}, "/subject"),
        ({"subject": {}}, "/subject"),
        ({"subject": COMPANY}, "/requirements/0"),
        ({"requirements": []}, "/requirements"),
        ({"requirements": ["person-name", "person-name"]}, "/requirements"),
        ({"requirements": ["x" * 65]}, "/requirements/0"),
        ({"requirements": [f"r-{number}" for number in range(21)]}, "/requirements"),
        ({"subject": COMPANY, "requirements": ["company"], "preview": True}, "/preview"),
        ({"surplus": 1}, "/surplus"),
    ],
)
def test_what_makes_no_sense_is_refused(forms: Forms, changes: dict[str, Any], pointer: str) -> None:
    answer = forms.prefill("person-name", **changes)
    assert answer.status == 422 and pointer in [error["pointer"] for error in answer.json["errors"]], answer.text
    assert MALEE not in answer.text


def test_an_unknown_requirement_and_a_case_with_a_person_are_refused(forms: Forms) -> None:
    assert forms.prefill("no-such").status == 404
    assert forms.prefill("person-name", case=MALEE).status == 400
    assert forms.client.post("/gdx/v1/prefill", token=forms.person(), json={}).status == 403


# ---- the register


def test_everybody_reads_which_requirements_there_are(forms: Forms) -> None:
    items = forms.client.get("/gdx/v1/requirements").json["items"]
    assert {"person-name", "person-address", "person-status", "company"} <= {item["code"] for item in items}
    name = next(item for item in items if item["code"] == "person-name")
    assert name["th"] and name["en"] and name["sources"][0]["service"] == PERSON


def test_operators_register_and_a_repeat_changes_nothing(forms: Forms) -> None:
    first = forms.put()
    assert first.json == {"id": "alive", "changed": True} and first.headers["etag"] == '"v1"'
    assert forms.put().json == {"id": "alive", "changed": False}
    assert forms.put(th="อื่น", headers={"if-match": '"v3"'}).status == 412
    changed = forms.put(th="อื่น", headers={"if-match": '"v1"'})
    assert changed.json["changed"] and changed.headers["etag"] == '"v2"'
    (item,) = forms.prefill("alive").json["items"]
    assert item["th"] == "อื่น" and values(item) == {"status": "alive"}


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"sources": [{**SOURCE_CIVIL, "service": "TH/CENTRAL/DOPA/civil/none"}]}, "/sources/0/service"),
        ({"sources": [{**SOURCE_CIVIL, "path": "/other", "values": {"status": "/status"}}]}, "/sources/0/path"),
        ({"sources": [SOURCE_CIVIL]}, "/sources/0/values"),
        ({"sources": [{**SOURCE_CIVIL, "values": {"status": "/~2"}}]}, "/sources/0/values/status"),
        ({"sources": [{**SOURCE_CIVIL, "values": {"status": "/status"}, "subject": "/a/b"}]}, "/sources/0/subject"),
        ({"sources": []}, "/sources"),
        ({"values": [{"name": "status", "th": "ก", "en": "s"}] * 2}, "/values"),
        ({"kind": "animal"}, "/kind"),
    ],
)
def test_a_requirement_that_cannot_work_is_refused(forms: Forms, changes: dict[str, Any], pointer: str) -> None:
    answer = forms.put(**changes)
    assert answer.status == 422 and pointer in [error["pointer"] for error in answer.json["errors"]], answer.text


def test_only_operators_register(forms: Forms) -> None:
    for token in (forms.token(OFFICE), forms.person()):
        assert forms.put(token=token).status == 403
    assert forms.put("Not_A_Code").status == 404


def test_the_number_is_assigned_and_never_spliced(forms: Forms) -> None:
    sent = {**SOURCE_CIVIL, "values": {"status": "/status"}, "body": {"query": {"by": "{pid}"}}, "subject": "/query/id"}
    forms.service.directory.learn({})
    answer = forms.put("nested", sources=[sent])
    assert answer.status == 200
    forms.prefill("nested")
    assert forms.asked_of("dopa") == 0, "the service wants the person at /pid, so nothing passes unseen"


def test_other_keys_of_the_bank_change_nothing(forms: Forms) -> None:
    forms.keys[BANK] = LocalSigner()
    assert forms.ask_token(forms.assertion(BANK)).status == 401
