"""Legacy calls: mapped to services, under the same agreements, with the same record."""

from __future__ import annotations

import json

import pytest

from tests.gdx.exchange import BIZ, MALEE, OFFICE, PERSON, RECORD, Exchange
from tests.gdx.facade.legacy import DATA_SET, LINK, Legacy, client_of

COMPANY = {
    "juristic_id": "0105569000017",
    "name_th": "ครัวกลาง จำกัด",
    "name_en": "Khrua Klang Co., Ltd.",
    "status": "operating",
    "directors": [{"pid": MALEE, "name": "มาลี ศรีสมุทร"}],
}
LOOKUP = {
    "path": "people/{CitizenID}",
    "service": PERSON,
    "service_path": "/lookup",
    "body": {},
    "assign": [{"source": "/CitizenID", "target": "/pid"}],
}


@pytest.fixture
def exchange() -> Exchange:
    return Exchange()


@pytest.fixture
def legacy(exchange: Exchange) -> Legacy:
    return client_of(exchange)


def put(
    exchange: Exchange, code: str = "people", agency: str = "dopa", token: str | None = None, **changes: object
) -> int:
    target = f"/gdx/v1/facade/{agency}/{code}"
    return exchange.client.put(target, token=token or exchange.operator(), json={**LOOKUP, **changes}).status


def test_the_linkage_call_answers_the_agreed_fields_under_the_names_its_clients_know(
    exchange: Exchange, legacy: Legacy
) -> None:
    answer = legacy.get(**DATA_SET, CitizenID=MALEE)
    assert answer.status == 200
    # the agreement of this municipality names no birth date and no title: they are not in the answer
    assert answer.json == {
        "firstName": RECORD["first_name_th"],
        "lastName": RECORD["last_name_th"],
        "statusOfPersonDesc": RECORD["status"],
    }
    sent = exchange.providers.sent[-1]
    assert (sent.method, sent.url.endswith("/person/lookup")) == ("POST", True)
    assert json.loads(sent.body or b"") == {"pid": MALEE}
    assert MALEE not in sent.url


def test_the_call_is_an_exchange_like_any_other(exchange: Exchange, legacy: Legacy) -> None:
    answer = legacy.get(**DATA_SET, CitizenID=MALEE)
    (row,) = exchange.rows("EXCHANGE#")
    assert row["leaf"]["consumer"] == OFFICE and row["leaf"]["service"] == PERSON
    assert row["leaf"]["purpose"] == "premises-inspection"
    assert answer.headers["x-gdx-receipt"] == row["receipt"]
    assert answer.headers["x-gdx-exchange"] == row["leaf"]["id"]
    assert answer.headers["ratelimit"].startswith('"day";r=999;')
    assert (row["monitor"]["door"], row["monitor"]["agent"]) == (
        "ws",
        exchange.providers.sent[-1].headers["x-road-userid"],
    )
    assert len(exchange.rows("SUBJECT#")) == 1


def test_a_birth_date_is_told_in_the_buddhist_era(exchange: Exchange, legacy: Legacy) -> None:
    assert exchange.agree(fields=["/birth_date"]).status == 200
    assert legacy.get(**DATA_SET, CitizenID=MALEE).json == {"dateOfBirth": 25250517}


def test_a_company_by_its_number(exchange: Exchange, legacy: Legacy) -> None:
    exchange.providers.reply(value=COMPANY)
    answer = legacy.get("/ws/dbd/juristic/v4/profile/information", JuristicID="0105569000017")
    assert answer.status == 200
    assert answer.json["JuristicNameTH"] == COMPANY["name_th"]
    assert "CommitteeInformations" not in answer.json


def test_no_agreement_no_answer(exchange: Exchange) -> None:
    stranger = client_of(exchange, "TH/CENTRAL/DBD/juristic")
    answer = stranger.get(**DATA_SET, CitizenID=MALEE)
    assert answer.status == 403
    assert answer.json["Message"].startswith("ForbiddenException: ")
    assert exchange.providers.sent == []


def test_a_suspended_agreement_stops_the_very_next_call(exchange: Exchange, legacy: Legacy) -> None:
    assert legacy.get(**DATA_SET, CitizenID=MALEE).status == 200
    assert exchange.agree(state="SUSPENDED").status == 200
    assert legacy.get(**DATA_SET, CitizenID=MALEE).status == 403


def test_a_quota_stops_it_too(exchange: Exchange, legacy: Legacy) -> None:
    assert exchange.agree(daily_quota=1).status == 200
    assert legacy.get(**DATA_SET, CitizenID=MALEE).status == 200
    answer = legacy.get(**DATA_SET, CitizenID=MALEE)
    assert answer.status == 429
    assert answer.json["Message"].startswith("TooManyRequestsException: ")
    assert int(answer.headers["retry-after"]) > 0


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        (LINK, {"OfficeID": "00023", "ServiceID": "002", "Version": "01"}),
        ("/ws/dopa/linkage/v2/link", DATA_SET),
        ("/ws/nobody/linkage/v1/link", DATA_SET),
        ("/ws/dopa/..%2fdopa/v1/link", DATA_SET),
    ],
)
def test_a_call_that_nobody_registered_is_not_found(legacy: Legacy, path: str, asked: dict[str, str]) -> None:
    answer = legacy.get(path, **asked, CitizenID=MALEE)
    assert (answer.status, answer.json["Message"]) == (404, "NotFoundException: api not found")


def test_who_calls_is_asked_before_anything_else(exchange: Exchange) -> None:
    for path in (LINK, "/ws/nobody/x"):
        answer = exchange.client.get(path)
        assert (answer.status, answer.json["Message"]) == (403, "ForbiddenException: consumer not found")


def test_a_missing_parameter_is_named(legacy: Legacy) -> None:
    answer = legacy.get(**DATA_SET)
    assert answer.status == 400
    assert [each["pointer"] for each in answer.json["Errors"]] == ["query:CitizenID"]


def test_a_wrong_number_is_refused_and_not_repeated(legacy: Legacy) -> None:
    answer = legacy.get(**DATA_SET, CitizenID="1234567890123")
    assert answer.status == 400
    assert "1234567890123" not in answer.text


def test_a_provider_that_knows_nobody_of_the_number(exchange: Exchange, legacy: Legacy) -> None:
    exchange.providers.reply(404, {"type": "x", "detail": f"no {MALEE}"}, "application/problem+json")
    answer = legacy.get(**DATA_SET, CitizenID=MALEE)
    assert (answer.status, answer.json) == (404, {"Code": "404", "Message": "NotFoundException: data not found"})


def test_a_dead_provider(exchange: Exchange, legacy: Legacy) -> None:
    exchange.providers.die()
    answer = legacy.get(**DATA_SET, CitizenID=MALEE)
    assert (answer.status, answer.json["Code"]) == (502, "502")


def test_parameters_may_come_in_a_form_or_json(exchange: Exchange, legacy: Legacy) -> None:
    assert put(exchange, "by-post", method="POST", path="people/find") == 200
    for answer in (
        legacy.post("/ws/dopa/people/find", json={"CitizenID": MALEE}),
        legacy.post("/ws/dopa/people/find", form={"CitizenID": MALEE}),
    ):
        assert answer.status == 200
        assert answer.json["first_name_th"] == RECORD["first_name_th"]
    assert legacy.post(f"/ws/dopa/people/find?CitizenID={MALEE}", json={"CitizenID": MALEE}).status == 400
    assert legacy.post("/ws/dopa/people/find", json=[MALEE]).status == 400


def test_a_parameter_may_stand_in_the_path(exchange: Exchange, legacy: Legacy) -> None:
    assert put(exchange) == 200
    assert legacy.get(f"/ws/dopa/people/{MALEE}").status == 200


def test_a_provider_registers_its_own_calls_below_its_own_name(exchange: Exchange) -> None:
    dopa = exchange.token("TH/CENTRAL/DOPA/civil")
    assert put(exchange, token=dopa) == 200
    assert put(exchange, agency="dbd", token=dopa) == 403
    assert put(exchange, token=exchange.token(BIZ)) == 403
    assert put(exchange, agency="laemngop", token=exchange.token(OFFICE)) == 403
    found = exchange.client.get("/gdx/v1/facade/dopa", token=exchange.token(OFFICE)).json["items"]
    assert {each["code"] for each in found} == {"link-00023-001-01", "verification-personal", "people"}
    taken = "/gdx/v1/facade/dopa/people"
    assert exchange.client.delete(taken, token=exchange.token(BIZ)).status == 404
    assert exchange.client.delete(taken, token=dopa).status == 204
    assert exchange.client.delete(taken, token=dopa).status == 404
    assert put(exchange, token=dopa) == 200
    history = exchange.parts.journal.history("HISTORY#FACADE#dopa#MAP#people")
    assert [event.type for event in history] == [
        f"gdx.facade.{what}" for what in ("registered", "withdrawn", "registered")
    ]


def test_the_same_mapping_again_changes_nothing(exchange: Exchange) -> None:
    target = "/gdx/v1/facade/dopa/people"
    said = [exchange.client.put(target, token=exchange.operator(), json=LOOKUP).json["changed"] for _ in range(2)]
    assert said == [True, False]


@pytest.mark.parametrize(
    ("pointer", "changes"),
    [
        ("/path", {"path": "a/../b"}),
        ("/path", {"path": "linkage/v1/link", "when": DATA_SET}),
        ("/service", {"service": "TH/CENTRAL/DOPA/civil/nothing"}),
        ("/service_path", {"service_path": "/lookup?x=1"}),
        ("/query", {"body": None, "assign": [], "query": {"pid": "/CitizenID"}}),
        ("/claims", {"claims": {"name": "/FirstName"}}),
        ("/body", {"body": None}),
        ("/answer/0", {"answer": [{"source": "/a/*/b", "target": "/b"}]}),
        ("/assign/0/target", {"assign": [{"source": "/CitizenID", "target": "pid"}]}),
    ],
)
def test_a_mapping_that_cannot_work_is_refused(exchange: Exchange, pointer: str, changes: dict[str, object]) -> None:
    answer = exchange.client.put("/gdx/v1/facade/dopa/people", token=exchange.operator(), json={**LOOKUP, **changes})
    assert answer.status == 422
    assert pointer in [each["pointer"] for each in answer.json["errors"]]


def test_names_of_agencies_and_mappings_are_plain(exchange: Exchange) -> None:
    assert put(exchange, agency="DOPA") == 422
    assert put(exchange, code="a%20b") == 422
    assert put(exchange, agency="auth") == 422


def test_two_that_register_at_once_do_not_both_own_a_segment(exchange: Exchange) -> None:
    """The second finds the claim: whoever comes first, the segment belongs to one member."""
    assert put(exchange, agency="shared") == 200
    owner = exchange.rows("FACADE#shared")
    assert {"member": "TH/CENTRAL/DOPA"} in owner


CARD = {
    "CitizenID": MALEE,
    "FirstName": "มาลี",
    "LastName": "ศรีสมุทร",
    "BEBirthDate": "25250517",
    "LaserCode": "JT1111111111",
}
VERIFY = "/ws/dopa/verification/personal"


@pytest.mark.parametrize(
    ("changes", "result"),
    [
        ({}, True),
        ({"FirstName": "นางสาวมาลี"}, True),
        ({"FirstName": "มานี"}, False),
        ({"BEBirthDate": "25250500"}, False),
        ({"BEBirthDate": "nonsense"}, False),
        ({"LaserCode": "JT0000000000"}, False),
    ],
)
def test_a_card_is_verified_without_handing_out_the_record(
    exchange: Exchange, legacy: Legacy, changes: dict[str, str], result: bool
) -> None:
    answer = legacy.get(VERIFY, **{**CARD, **changes})
    assert (answer.status, answer.json) == (200, {"Result": result})
    (row,) = exchange.rows("EXCHANGE#")
    assert row["leaf"]["fields"] == ["predicate:holds-the-card"]


def test_a_claim_that_is_missing_is_named_and_not_taken_as_a_match(legacy: Legacy) -> None:
    asked = {name: value for name, value in CARD.items() if name != "LaserCode"}
    answer = legacy.get(VERIFY, **asked)
    assert answer.status == 400
    assert [each["pointer"] for each in answer.json["Errors"]] == ["query:LaserCode"]
