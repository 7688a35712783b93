"""Joining the sandbox and calling its registers through the exchange."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.gdx.ids import SANDBOX
from chalicelib.gdx.sandbox import agreements, behaviours, companies, people
from chalicelib.gdx.sandbox.numbers import COMPANIES, PEOPLE, juristic_id, person_id
from tests.gdx.exchange import MALEE, OFFICE, PERSON, SEED, SOMCHAI, Exchange
from tests.support.keys import LocalSigner

MEMBER = "TH-TEST/PARTNER/DEV-SOMCHAI"
CLIENT = f"{MEMBER}/test"
PEOPLE_PATH = "/r1/TH-TEST/CENTRAL/DOPA/civil/person/lookup"
COMPANY_PATH = "/r1/TH-TEST/CENTRAL/DBD/juristic/company/lookup"
ORDINARY = people.person(0)


@pytest.fixture
def house() -> Exchange:
    made = Exchange()
    made.keys[CLIENT] = LocalSigner()
    made.service.sandbox.sleep = lambda _: None
    return made


def wish(house: Exchange, member: str = MEMBER, **changes: Any) -> dict[str, Any]:
    jwk = dict(house.keys[CLIENT].public_jwk)
    return {"member": member, "name_th": "ทดลอง", "name_en": "Trial", "jwks": {"keys": [jwk]}, **changes}


def citizen(house: Exchange, pid: str = SOMCHAI) -> str:
    return house.people.token(pid=pid, name="สมชาย", ial="2.1")


def join(house: Exchange, token: str | None = None, **given: Any) -> Any:
    return house.client.put("/gdx/v1/sandbox/membership", token=token or citizen(house), json=wish(house, **given))


def ask(house: Exchange, pid: str, **headers: str) -> Any:
    return house.r1(PEOPLE_PATH, client=CLIENT, json={"pid": pid}, headers=headers)


def test_a_developer_joins_and_calls_within_minutes(house: Exchange) -> None:
    joined = join(house)
    assert joined.status == 200 and joined.json["client"] == CLIENT
    assert [each["path"] for each in joined.json["services"]] == [PEOPLE_PATH, COMPANY_PATH]
    answer = ask(house, ORDINARY.pid)
    assert answer.status == 200
    assert answer.json["pid"] == ORDINARY.pid and answer.json["last_name_th"].endswith("ทดสอบ")
    # the agreement masks in the sandbox too
    assert not answer.json.keys() & {"religion", "marital_status", "father_name_th"}
    assert answer.headers["x-gdx-receipt"]
    company = companies.company(0)
    told = house.r1(COMPANY_PATH, client=CLIENT, json={"juristic_id": company.juristic_id})
    assert told.status == 200
    director = ask(house, told.json["directors"][0]["pid"])
    assert f"{director.json['first_name_th']} {director.json['last_name_th']}" == told.json["directors"][0]["name"]


def test_the_descriptions_are_those_of_the_real_services() -> None:
    real = {entry["id"]: entry for entry in SEED["services"]}
    for service in (agreements.PERSON, agreements.COMPANY):
        entry = real[str(service).replace(SANDBOX, "TH")]
        told = agreements.descriptions()[service.code]
        assert told == {name: entry[name] for name in ("title_th", "title_en", "subject", "document")}


def test_every_record_keeps_its_description(house: Exchange) -> None:
    join(house)
    today = house.service.sandbox.today()
    for service, records in (
        (agreements.PERSON, (people.record(people.person(number), today) for number in range(0, PEOPLE, 61))),
        (agreements.COMPANY, (companies.record(companies.company(number), today) for number in range(0, COMPANIES, 7))),
    ):
        contract = house.service.directory.contract(service)
        for record in records:
            contract.check("POST", "/lookup", 200, "application/json", record)


@pytest.mark.parametrize(
    ("name", "status", "error"),
    [
        ("missing", 404, None),
        ("late", 200, None),
        ("too-late", 200, None),  # nobody sleeps here; the wait itself is asserted below
        ("broken", 500, None),
        ("closed", 503, None),
        ("wrong-schema", 500, "InconsistentResponse"),
        ("not-json", 500, "InconsistentResponse"),
        ("cut", 500, "InconsistentResponse"),
        ("redirect", 302, None),
    ],
)
def test_the_last_ten_misbehave(house: Exchange, name: str, status: int, error: str | None) -> None:
    join(house)
    waited: list[float] = []
    house.service.sandbox.sleep = waited.append
    number = next(each for each in behaviours.numbers(PEOPLE) if behaviours.of(each, PEOPLE).name == name)
    answer = ask(house, people.person(number).pid)
    assert answer.status == status
    assert ("x-road-error" in answer.headers) == (error is not None)
    assert waited == {"late": [behaviours.LATE], "too-late": [behaviours.TOO_LATE]}.get(name, [])
    if error is not None:
        assert "ทดสอบ" not in answer.text


def test_a_late_one_is_in_time_and_a_too_late_one_is_not() -> None:
    assert behaviours.LATE < behaviours.TIMEOUT < behaviours.TOO_LATE


def test_a_huge_answer_is_larger_than_the_exchange_reads_and_than_no_lambda(house: Exchange) -> None:
    record = people.record(ORDINARY, house.service.sandbox.today())
    huge = next(each for each in behaviours.BEHAVIOURS if each.name == "huge")
    body = json.dumps(behaviours.behave(huge, record, lambda _: None).body, ensure_ascii=False).encode()
    assert 5 * 1024 * 1024 < len(body) < 6 * 1000 * 1000


def test_names_and_birth_dates_can_be_verified_without_the_record(house: Exchange) -> None:
    join(house)
    claims = {
        "first_name": ORDINARY.first_name[0],
        "last_name": ORDINARY.last_name[0],
        "birth_date": ORDINARY.born.isoformat(),
    }
    for changed, match in ({}, True), ({"birth_date": "2000-01-01"}, False):
        answer = house.r1(
            PEOPLE_PATH,
            client=CLIENT,
            json={"request": {"pid": ORDINARY.pid}, "claims": {**claims, **changed}},
            headers={"x-gdx-predicate": "same-person"},
        )
        assert answer.json == {"predicate": "same-person", "match": match}


def test_no_real_id_goes_into_the_sandbox_and_no_invented_one_out_of_it(house: Exchange) -> None:
    join(house)
    refused = ask(house, MALEE)
    assert refused.status == 400 and MALEE not in refused.text
    house.providers.sent.clear()
    refused = house.r1(client=OFFICE, json={"pid": ORDINARY.pid})
    assert refused.status == 400 and house.providers.sent == []
    absent = person_id(PEOPLE + 1, born_before_1984=True)
    assert ask(house, absent).status == 404
    for identifier, status in (("0105569999981", 422), (juristic_id(COMPANIES + 1, "5", 2020), 404)):
        assert house.r1(COMPANY_PATH, client=CLIENT, json={"juristic_id": identifier}).status == status


def test_nothing_crosses_from_one_instance_to_the_other(house: Exchange) -> None:
    join(house)
    for path, client, pid in ((f"/r1/{PERSON}/lookup", CLIENT, MALEE), (PEOPLE_PATH, OFFICE, ORDINARY.pid)):
        refused = house.r1(path, client=client, json={"pid": pid})
        assert refused.headers["x-road-error"].lower().endswith(("accessdenied", "access_denied"))


def test_the_registers_answer_the_exchange_only(house: Exchange) -> None:
    join(house)
    path = "/gdx/v1/sandbox/provider/civil/person/lookup"
    assert house.client.post(path, json={"pid": ORDINARY.pid}).status == 401
    assert house.client.post(path, token=house.token(CLIENT), json={"pid": ORDINARY.pid}).status == 401


def test_joining_again_changes_the_keys(house: Exchange) -> None:
    join(house)
    house.keys[CLIENT] = LocalSigner()
    assert house.ask_token(house.assertion(CLIENT)).status == 401
    assert join(house).status == 200
    house.pass_time(seconds=60)
    assert ask(house, ORDINARY.pid).status == 200


@pytest.mark.parametrize(
    ("member", "status"),
    [
        ("TH-TEST/CENTRAL/REV", 403),
        ("TH-TEST/PARTNER/BANK", 403),
        ("TH-TEST/CENTRAL/DOPA", 403),
        ("TH/PARTNER/DEV-SOMCHAI", 422),
        ("TH-TEST/PARTNER", 422),
    ],
)
def test_a_person_passes_for_no_agency(house: Exchange, member: str, status: int) -> None:
    assert join(house, member=member).status == status
    assert not [row for row in house.rows("DIRECTORY") if "จำลอง" in json.dumps(row, ensure_ascii=False)]


def test_an_agency_joins_under_its_own_name(house: Exchange) -> None:
    mine = join(house, house.token(OFFICE), member="TH-TEST/LOCAL/LAEMNGOP")
    assert mine.status == 200 and mine.json["client"] == "TH-TEST/LOCAL/LAEMNGOP/test"
    assert join(house, house.token(OFFICE), member="TH-TEST/LOCAL/TRAT").status == 403


def test_a_member_is_its_makers_alone(house: Exchange) -> None:
    join(house)
    assert join(house, citizen(house, MALEE)).status == 409
    assert join(house, house.operator()).status == 200


def test_nobody_makes_more_than_a_few(house: Exchange) -> None:
    for number in range(3):
        assert join(house, member=f"TH-TEST/PARTNER/DEV-{number}").status == 200
    assert join(house, member="TH-TEST/PARTNER/DEV-3").status == 429
    assert join(house, member="TH-TEST/PARTNER/DEV-0").status == 200
    assert join(house, citizen(house, MALEE), member="TH-TEST/PARTNER/DEV-3").status == 200


def test_the_lists_say_what_each_number_is_good_for(house: Exchange) -> None:
    first = house.client.get("/gdx/v1/sandbox/people")
    assert first.headers["cache-control"] == "public, max-age=86400"
    assert (first.json["pages"], len(first.json["items"])) == (100, 100)
    assert first.json["items"][0]["pid"] == ORDINARY.pid and len(first.json["items"][0]["household"]) == 5
    last = house.client.get("/gdx/v1/sandbox/people?page=100").json["items"]
    assert [each["good_for"]["behaviour"] for each in last[-10:]] == [each.name for each in behaviours.BEHAVIOURS]
    assert house.client.get("/gdx/v1/sandbox/people?page=101").status == 404
    companies_told = house.client.get("/gdx/v1/sandbox/companies?page=10").json
    assert companies_told["pages"] == 10 and companies_told["items"][-1]["good_for"]["behaviour"] == "redirect"
