"""A client of the gateway tries its calls in the sandbox before it makes them."""

from __future__ import annotations

import pytest

from chalicelib.gdx.facade.views import PutMapping
from chalicelib.gdx.ids import SubsystemId
from chalicelib.gdx.sandbox import companies, people
from chalicelib.shared.errors import NotAllowed
from chalicelib.shared.thai import buddhist_year
from tests.gdx.exchange import MALEE, SOMCHAI, Exchange
from tests.gdx.facade.legacy import DATA_SET, Legacy, client_of
from tests.support.keys import LocalSigner

MEMBER = "TH-TEST/PARTNER/DEV-SOMCHAI"
SOMEBODY = people.person(0)


@pytest.fixture
def legacy() -> Legacy:
    exchange = Exchange()
    wish = {"member": MEMBER, "name_th": "ทดลอง", "name_en": "Trial", "jwks": {"keys": [LocalSigner().public_jwk]}}
    token = exchange.people.token(pid=SOMCHAI, name="สมชาย", ial="2.1")
    assert exchange.client.put("/gdx/v1/sandbox/membership", token=token, json=wish).status == 200
    return client_of(exchange, f"{MEMBER}/test")


def test_the_same_call_asks_the_simulated_register(legacy: Legacy) -> None:
    answer = legacy.get(**DATA_SET, CitizenID=SOMEBODY.pid)
    assert answer.status == 200
    assert answer.json["lastName"].endswith("ทดสอบ")
    company = companies.company(0)
    told = legacy.get("/ws/dbd/juristic/v4/profile/information", JuristicID=company.juristic_id)
    assert told.json["JuristicID"] == company.juristic_id and told.json["CommitteeInformations"]


def test_the_sandbox_takes_no_name_of_a_live_agency(legacy: Legacy) -> None:
    mine = f"{MEMBER}/test"
    wish = {"path": "a", "service": f"{mine}/anything", "service_path": "/x", "body": {}}
    mapping = PutMapping.model_validate(wish).mapping("dev-somchai", "a")
    with pytest.raises(NotAllowed):
        legacy.exchange.service.facade.mappings.register(mapping, SubsystemId.parse(mine), "test")


def test_no_real_person_is_asked_about_there(legacy: Legacy) -> None:
    assert legacy.get(**DATA_SET, CitizenID=MALEE).status >= 400
    assert legacy.exchange.providers.sent == []


@pytest.mark.parametrize(("laser_code", "result"), [(f"ZZ{SOMEBODY.number:010}", True), ("ZZ9999999999", False)])
def test_a_card_is_verified_there_too(legacy: Legacy, laser_code: str, result: bool) -> None:
    born = SOMEBODY.born
    answer = legacy.get(
        "/ws/dopa/verification/personal",
        CitizenID=SOMEBODY.pid,
        FirstName=SOMEBODY.first_name[0],
        LastName=SOMEBODY.last_name[0],
        BEBirthDate=f"{buddhist_year(born)}{born:%m%d}",
        LaserCode=laser_code,
    )
    assert (answer.status, answer.json) == (200, {"Result": result})
