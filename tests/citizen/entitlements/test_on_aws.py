"""The same checks on DynamoDB, and when the answer of its write is lost."""

from __future__ import annotations

from chalicelib.citizen.entitlements.store import Place, Store
from chalicelib.shared.aws.dynamo import DynamoTable
from tests.citizen.entitlements.town import PLOY, REPORT, WICHAI, check, furnished, newborn
from tests.citizen.portal import Portal
from tests.support.cloud import local_cloud
from tests.support.faults import Kind, faults


def test_outcomes_counts_and_consents_lie_in_the_table_as_in_memory() -> None:
    with local_cloud(["citizen"]) as session:
        client = session.client("dynamodb")
        town = furnished(Portal(table=DynamoTable(lambda: client, "klang-test-citizen")))
        an_outcome_takes_the_place_of_the_one_before(town)
        a_consent_is_remembered_and_forgotten(town)


def an_outcome_takes_the_place_of_the_one_before(town: Portal) -> None:
    hit = list[str]()

    def pick(service: str, operation: str, number: int) -> Kind:
        if operation != "TransactWriteItems" or hit:
            return "ok"
        hit.append(operation)
        return "lost"

    with faults(pick):
        assert newborn(town)["status"] == "entitled"
    assert hit and newborn(town)["status"] == "entitled"
    person = town.citizen.hall.person(PLOY)
    (kept,) = town.client.get("/citizen/v1/me/entitlements", token=town.issuers.person(PLOY)).json["items"]
    assert kept["amount"]["amount"] == "600" and len(kept["asked"]) == 3
    store = Store(town.table, town.keyring)
    found = store.found(Place(person, "newborn-grant"), town.citizen.hall.today())
    assert found.checks == 2, "a check whose answer was lost counts once"
    town.citizen.hall.holdings["entitlements"].erase(person)
    assert town.citizen.hall.holdings["entitlements"].export(person) == []


def a_consent_is_remembered_and_forgotten(town: Portal) -> None:
    token = town.issuers.person(WICHAI)
    first = check(town, "credit-bureau", token).json["consent"]
    assert check(town, "credit-bureau", token).json["consent"] == first
    town.asking.decide(first["id"], "GIVEN")
    assert check(town, "credit-bureau", token).json["status"] == "entitled"
    assert check(town, "credit-bureau", token).json["consent"]["id"] != first["id"]
    assert town.gdx.times(REPORT) == 2, "one refused while the question was open, one answered"
