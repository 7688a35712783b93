"""A person goes to the agency's own site with an assertion that is good once; what they file there is a case here."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest

from tests.support.client import Answer

from ..town import MALEE, SOMCHAI, pointers
from .hotel import ANSWERS, OTHER_KEY, PAGE, SERVICE, Hotels, client, definition, elsewhere


@pytest.fixture
def town(tmp_path: Path) -> Hotels:
    return Hotels(tmp_path, elsewhere())


def sent(town: Hotels, case: str, pid: str = MALEE, **headers: str) -> str:
    """The assertion that a person brings along."""
    url = str(town.ok(pid, "POST", f"/applications/{case}/hand-over", headers=headers)["url"])
    assert url.startswith(PAGE)
    (assertion,) = parse_qs(urlsplit(url).query)["hand_over"]
    return assertion


def redeem(town: Hotels, assertion: str, jti: str | None = None) -> Answer:
    return town.push("POST", "/hand-overs", {"assertion": assertion}, jti=jti)


def taken_over(town: Hotels) -> str:
    case = town.open(MALEE, SERVICE)
    assert redeem(town, sent(town, case)).status == 200
    return case


def test_there_and_back(town: Hotels) -> None:
    case = town.open(MALEE, SERVICE)
    brought = redeem(town, sent(town, case)).json
    assert (brought["case"]["id"], brought["case"]["actions"]) == (case, ["submit"])
    assert brought["case"]["applicant"]["national_id"] is None
    assert brought["return_to"] == f"https://klang.test/biz/v1/applications/{case}"
    town.pass_time(minutes=20)
    filed = town.pushed(f"/cases/{case}/filing", {"answers": ANSWERS})
    assert (filed["state"], filed["turn"], filed["due"]) == ("checking", "agency", "2027-01-12")
    town.run_queue()
    assert town.system.got == [], "what it filed itself it knows"
    assert any("ข้อความ" in letter.body.th for _, letter in town.neighbours.letters.values())
    item = {"pointer": "/hotel/name", "th": "ซ้ำ", "en": "Taken."}
    town.pushed(f"/cases/{case}/deficiencies", {"items": [item]})
    again = redeem(town, sent(town, case)).json
    assert again["case"]["deficiency_lists"][0]["items"][0]["pointer"] == "/hotel/name"
    assert again["case"]["applicant"]["subject"] == brought["case"]["applicant"]["subject"]
    town.pushed(f"/cases/{case}/filing", {"answers": {**ANSWERS, "hotel": {**ANSWERS["hotel"], "name": "อื่น"}}})
    shown = town.ok(MALEE, "GET", f"/applications/{case}")
    assert (shown["state"], shown["answers"]["hotel"]["name"]) == ("checking", "อื่น")
    kinds = [
        each["type"].rpartition(".")[2] for each in town.ok(MALEE, "GET", f"/applications/{case}/timeline")["items"]
    ]
    assert kinds == [
        "opened", "sent_over", "taken_over", "submitted", "returned", "sent_over", "taken_over", "submitted",
    ]  # fmt: skip


def test_the_assertion_names_nobody_and_is_for_that_site_alone(town: Hotels) -> None:
    case = town.open(MALEE, SERVICE)
    assertion = sent(town, case)
    claims = jwt.decode(assertion, options={"verify_signature": False})
    assert claims.keys() == {"iss", "aud", "sub", "jti", "iat", "exp", "case"}
    assert (claims["aud"], claims["exp"] - claims["iat"]) == ("https://hotel.laemngop.go.th", 120)
    assert MALEE not in json.dumps(claims) and claims["sub"] != town.biz.store.find_case(case).owner


def test_it_is_good_once(town: Hotels) -> None:
    assertion = sent(town, town.open(MALEE, SERVICE))
    first = redeem(town, assertion, "redeem-01")
    again = redeem(town, assertion, "redeem-01")
    assert (first.status, again.json["case"]["id"]) == (200, first.json["case"]["id"]), "a lost answer is asked again"
    replay = redeem(town, assertion, "redeem-02")
    assert (replay.status, replay.json["type"].rpartition("/")[2]) == (409, "wrong-state")


def test_nothing_about_the_person_is_kept_with_the_answer(town: Hotels) -> None:
    redeem(town, sent(town, town.open(MALEE, SERVICE)))
    assert MALEE not in str(list(town.memory._items.items()))


def test_the_same_wish_gives_the_same_assertion_once_more(town: Hotels) -> None:
    case = town.open(MALEE, SERVICE)
    first, again = (sent(town, case, **{"Idempotency-Key": "go"}) for _ in range(2))
    ids = [jwt.decode(each, options={"verify_signature": False})["jti"] for each in (first, again)]
    assert ids[0] == ids[1]
    assert redeem(town, again).status == 200
    assert redeem(town, first).status == 409


@pytest.mark.parametrize("wrong", ["late", "altered", "of a delivery", "none", "another key", "for another site"])
def test_an_assertion_that_does_not_hold_is_refused(town: Hotels, wrong: str) -> None:
    case = town.open(MALEE, SERVICE)
    assertion = sent(town, case)
    claims = jwt.decode(assertion, options={"verify_signature": False})
    match wrong:
        case "late":
            town.pass_time(seconds=120)
        case "altered":
            assertion = assertion[:-4] + "AAAA"
        case "of a delivery":
            assertion = _signed(town, claims, "klang-delivery+jwt")
        case "for another site":
            assertion = _signed(town, {**claims, "aud": "https://other.go.th"}, "klang-hand-over+jwt")
        case "another key":
            head = {"typ": "klang-hand-over+jwt", "kid": town.keyring.signer.kid}
            assertion = jwt.encode(claims, OTHER_KEY, algorithm="ES256", headers=head)
        case _:
            assertion = "abc"
    answer = redeem(town, assertion)
    assert (answer.status, pointers(answer)) == (422, ["/assertion"])
    assert town.push("GET", f"/cases/{case}").status == 404


def _signed(town: Hotels, claims: dict[str, Any], typ: str) -> str:
    from chalicelib.shared.jose import sign_jwt

    return sign_jwt(claims, town.biz.office.signer(), typ)


def test_another_systems_assertion_is_none(tmp_path: Path) -> None:
    """Two systems behind one site: each redeems its own."""
    other = {**elsewhere({"keys": [client.public_jwk(OTHER_KEY, "inn-1")]}), "id": "inn-licence"}
    town = Hotels(tmp_path, elsewhere(), other)
    assertion = sent(town, town.open(MALEE, SERVICE))
    inn = town.portal(service="inn-licence", key=OTHER_KEY, kid="inn-1")
    path, body = "/biz/v1/linked/inn-licence/hand-overs", json.dumps({"assertion": assertion}).encode()
    token = inn.sign("POST", path, body, "steal-it-1")
    headers = {"content-type": "application/json"}
    stolen = town.client.call("POST", path, token=token, body=body, headers=headers)
    assert (stolen.status, pointers(stolen)) == (422, ["/assertion"])
    assert redeem(town, assertion).status == 200


def test_only_the_owner_is_sent_and_only_where_the_form_is_elsewhere(tmp_path: Path) -> None:
    town = Hotels(tmp_path, elsewhere(), definition(id="inn-licence"))
    case = town.open(MALEE, SERVICE)
    assert town.call(SOMCHAI, "POST", f"/applications/{case}/hand-over").status == 404
    assert town.call(None, "POST", f"/applications/{case}/hand-over").status == 401
    here = town.open(MALEE, "inn-licence")
    assert town.call(MALEE, "POST", f"/applications/{here}/hand-over").status == 409
    town.ok(MALEE, "POST", f"/applications/{case}/withdraw")
    assert town.call(MALEE, "POST", f"/applications/{case}/hand-over").status == 409


def test_whoever_withdrew_meanwhile_is_not_taken_over(town: Hotels) -> None:
    case = town.open(MALEE, SERVICE)
    assertion = sent(town, case)
    town.ok(MALEE, "POST", f"/applications/{case}/withdraw")
    assert redeem(town, assertion).status == 409
    assert town.push("GET", f"/cases/{case}").status == 404


def test_nobody_files_here_what_is_filed_there(town: Hotels) -> None:
    case = town.open(MALEE, SERVICE)
    town.patch(case, ANSWERS)
    assert town.call(MALEE, "POST", f"/applications/{case}/submit").status == 403
    assert town.push("POST", f"/cases/{case}/filing", {"answers": ANSWERS}).status == 404, "nobody came there"


@pytest.mark.parametrize(
    ("answers", "where"),
    [
        ({}, "/answers/hotel"),
        ({"hotel": {"name": "x", "rooms": 0, "address": "y"}, "declaration": True}, "/answers/hotel/rooms"),
        ({**ANSWERS, "extra": 1}, "/answers"),
        ({"x": "a" * 70_000}, "/answers"),
    ],
)
def test_what_was_filled_there_is_judged_by_the_form(town: Hotels, answers: Any, where: str) -> None:
    case = taken_over(town)
    answer = town.push("POST", f"/cases/{case}/filing", {"answers": answers})
    assert answer.status == 422 and where in pointers(answer), answer.text
    assert town.ok(MALEE, "GET", f"/applications/{case}")["answers"] == {}


def test_the_clock_begins_when_the_person_filed_not_when_the_system_told(town: Hotels) -> None:
    case = taken_over(town)
    at = (town.at + dt.timedelta(minutes=5)).isoformat()
    town.pass_time(days=3)
    filed = town.pushed(f"/cases/{case}/filing", {"answers": ANSWERS, "filed_at": at})
    assert filed["received_at"].startswith("2026-11-25T03:05")


@pytest.mark.parametrize("shift", [{"minutes": -1}, {"seconds": 11}])
def test_a_time_before_the_hand_over_or_ahead_of_now_is_refused(town: Hotels, shift: dict[str, int]) -> None:
    case = taken_over(town)
    at = (town.at + dt.timedelta(**shift)).isoformat()
    answer = town.push("POST", f"/cases/{case}/filing", {"answers": ANSWERS, "filed_at": at})
    assert (answer.status, pointers(answer)) == (422, ["/filed_at"])
    bare = town.push("POST", f"/cases/{case}/filing", {"answers": ANSWERS, "filed_at": "2026-11-25T10:00:00"})
    assert (bare.status, pointers(bare)) == (422, ["/filed_at"])


def test_filing_twice_is_once(town: Hotels) -> None:
    case = taken_over(town)
    first = town.push("POST", f"/cases/{case}/filing", {"answers": ANSWERS}, jti="filing-01")
    assert town.push("POST", f"/cases/{case}/filing", {"answers": ANSWERS}, jti="filing-01").json == first.json
    assert town.push("POST", f"/cases/{case}/filing", {"answers": ANSWERS}, jti="filing-02").status == 409


@pytest.mark.parametrize("step", ["begin", "redeem", "file"])
def test_each_step_is_one_read_and_one_transaction(town: Hotels, step: str) -> None:
    case = town.open(MALEE, SERVICE)
    town.push("GET", "/deliveries")
    town.memory.requests.clear()
    assertion = sent(town, case)
    if step != "begin":
        town.memory.requests.clear()
        redeem(town, assertion)
    if step == "file":
        town.memory.requests.clear()
        town.pushed(f"/cases/{case}/filing", {"answers": ANSWERS})
    assert town.memory.requests == ["get_many", "write"]
