"""The profile: each value with its source and age; refreshed on demand, declared, never silently stale."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.citizen.portal import MALEE, Portal
from tests.support.client import Answer

ME, CIVIL = "/citizen/v1/me", "TH/CENTRAL/DOPA/civil/person"
ADDRESS = {"house_no": "88/2", "moo": "1", "road": "", "subdistrict": "แหลมงอบ", "district": "แหลมงอบ",
           "province": "ตราด", "postal_code": "23120"}  # fmt: skip
RECORD = {
    "title_th": "นางสาว",
    "first_name_th": "มาลี",
    "last_name_th": "ใจงาม",
    "birth_date": "1982-05-17",
    "sex": "F",
    "nationality": "THA",
    "status": "alive",
    "mother_pid": "3990100024048",
    "address": {**ADDRESS, "geocode": "230501"},
}


@pytest.fixture(autouse=True)
def registered(portal: Portal) -> None:
    portal.gdx.records[CIVIL] = {MALEE: RECORD}


def fields(answer: Answer) -> dict[str, Any]:
    assert answer.status == 200, answer.text
    return {each["code"]: each for each in answer.json["fields"]}


def refresh(portal: Portal) -> Answer:
    return portal.client.post(f"{ME}/profile/refresh", token=portal.malee)


def patch(portal: Portal, body: Any, etag: str, token: str | None = None) -> Answer:
    headers = {"If-Match": etag}
    return portal.client.patch(ME, token=token or portal.malee, json=body, headers=headers)


def test_before_anything_only_the_login_is_known(portal: Portal) -> None:
    answer = portal.client.get(ME, token=portal.malee)
    assert list(fields(answer)) == ["login_name"] and answer.headers["etag"] == '"v0"'
    assert answer.json["registers"] == [{"source": CIVIL, "state": "never_asked", "as_of": None, "retry_at": None}]
    assert portal.gdx.asked == [], "no register is asked by looking"


def test_a_register_is_asked_for_a_purpose_and_only_what_is_shown_is_kept(portal: Portal) -> None:
    found = fields(refresh(portal))
    assert set(found) == {"login_name", "name", "birth_date", "address"}
    assert found["name"]["value"] == "นางสาวมาลี ใจงาม" and found["address"]["value"] == ADDRESS
    for code in ("name", "birth_date", "address"):
        assert (found[code]["source"], found[code]["verified"], found[code]["stale"]) == (CIVIL, True, False)
        assert found[code]["receipt"] == "receipt-1" and found[code]["as_of"]
    assert [(each.service, each.purpose) for each in portal.gdx.asked] == [(CIVIL, "own-profile")]
    rows = json.dumps([item.data for item, _ in portal.memory._items.values()], ensure_ascii=False)
    for secret in ("มาลี", "แหลมงอบ", "1982", "3990100024048", MALEE):
        assert secret not in rows


def test_what_is_old_says_so(portal: Portal) -> None:
    refresh(portal)
    portal.now += timedelta(days=31)
    malee = portal.issuers.person(MALEE)
    found = fields(portal.client.get(ME, token=malee))
    assert found["address"]["stale"] is True and found["login_name"]["stale"] is False
    portal.malee = malee
    assert fields(refresh(portal))["address"]["stale"] is False


def test_a_register_that_is_away_leaves_what_it_said_before_with_its_age(portal: Portal) -> None:
    first = refresh(portal).json["registers"][0]["as_of"]
    portal.now += timedelta(days=40)
    portal.malee = portal.issuers.person(MALEE)
    portal.gdx.down(CIVIL)
    answer = refresh(portal)
    state = answer.json["registers"][0]
    assert fields(answer)["name"]["stale"] is True
    assert (state["state"], state["as_of"]) == ("unreachable", first) and state["retry_at"]
    assert int(answer.headers["retry-after"]) == 30


def test_nonsense_of_a_register_is_no_value(portal: Portal) -> None:
    refresh(portal)
    portal.gdx.records[CIVIL] = {MALEE: {"first_name_th": ""}}
    answer = refresh(portal)
    assert answer.json["registers"][0]["state"] == "unreachable"
    assert fields(answer)["name"]["value"] == "นางสาวมาลี ใจงาม"


def test_a_register_is_not_pestered(portal: Portal) -> None:
    for _ in range(10):
        assert refresh(portal).status == 200
    assert portal.client.delete(f"{ME}/profile", token=portal.malee).status == 204
    assert refresh(portal).status == 429, "forgetting does not start the count anew"
    assert portal.gdx.times(CIVIL) == 10


def test_what_one_declares_is_ones_own_and_unverified(portal: Portal) -> None:
    answer = patch(portal, {"preferred_name": "คุณหมวย", "language": "en", "letters_address": ADDRESS}, '"v0"')
    found = fields(answer)
    assert found["preferred_name"]["source"] == "self" and found["preferred_name"]["verified"] is False
    assert answer.json["language"] == "en" and found["letters_address"]["value"] == ADDRESS
    after = fields(patch(portal, {"language": None}, answer.headers["etag"]))
    assert "language" not in after and after["preferred_name"]["value"] == "คุณหมวย"
    refresh(portal)
    assert portal.client.delete(f"{ME}/profile", token=portal.malee).status == 204
    assert list(fields(portal.client.get(ME, token=portal.malee))) == ["login_name"]


@pytest.mark.parametrize("body", [
    {"preferred_name": ""}, {"language": "fr"}, {"letters_address": {"house_no": "1"}}, {"pid": MALEE},
    {"letters_address": {**ADDRESS, "postal_code": "๒๓๑๒๐"}},
])  # fmt: skip
def test_what_is_wrong_is_named_and_not_repeated(portal: Portal, body: dict[str, Any]) -> None:
    answer = patch(portal, body, '"v0"')
    assert answer.status == 422 and answer.json["errors"][0]["pointer"].startswith("/") and MALEE not in answer.text


def test_two_devices_do_not_overwrite_each_other(portal: Portal) -> None:
    first = patch(portal, {"preferred_name": "หมวย"}, '"v0"')
    assert patch(portal, {"preferred_name": "มาลี"}, '"v0"').status == 412
    assert portal.client.patch(ME, token=portal.malee, json={"language": "en"}).status == 428
    assert patch(portal, {"preferred_name": "มาลี"}, first.headers["etag"]).status == 200


def test_who_acts_for_somebody_leaves_a_line_and_takes_nothing_back(portal: Portal) -> None:
    agent = portal.issuers.acting(MALEE, actor="citizen:agent", scopes="profile")
    assert patch(portal, {"language": "en"}, '"v0"', token=agent).status == 200
    assert portal.client.delete(f"{ME}/profile", token=agent).status == 403
    other = portal.issuers.acting(MALEE, actor="citizen:agent", scopes="inbox", mandate="m-2")
    assert portal.client.get(ME, token=other).status == 403
    lines = portal.table.query(f"LOG#{portal.keyring.pseudonym(MALEE)}").items
    assert [line.data["what"] for line in lines] == ["profile.declared"]


def test_reading_is_one_request_and_a_change_two(portal: Portal) -> None:
    portal.memory.requests.clear()
    portal.client.get(ME, token=portal.malee)
    patch(portal, {"language": "en"}, '"v0"')
    assert portal.memory.requests == ["get", "get_many", "write"]


def test_everything_can_be_had_and_erased(portal: Portal) -> None:
    patch(portal, {"language": "en"}, '"v0"')
    person, held = portal.citizen.hall.person(MALEE), portal.citizen.hall.held()["profile"]
    assert held.export(person)["declared"]["language"]["value"] == "en"
    held.erase(person)
    held.erase(person)
    assert held.export(person) is None
