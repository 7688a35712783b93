"""What shipped services ask of registers is what the exchange of a fresh stack allows the portal."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.biz.cases.applications import COMPANY_REGISTER
from chalicelib.biz.definitions.catalogue import shipped
from chalicelib.biz.definitions.model import ServiceDefinition
from chalicelib.shared import pointers
from infra.local.agencies import company_register, person_register
from infra.local.seed import directory

SEED: dict[str, Any] = directory()
PORTAL = "TH/CENTRAL/DGA/biz"
SERVICES = [shipped().version(name, number) for name in shipped().ids() for number in shipped().versions(name)]

every_service = pytest.mark.parametrize("service", SERVICES, ids=lambda service: f"{service.id}-{service.version}")


def test_one_system_has_one_agreement_with_a_service() -> None:
    """The exchange keeps one for each pair: of two, the second would silently take the place of the first."""
    pairs = [(each["consumer"], each["service"]) for each in directory()["agreements"]]
    assert [pair for number, pair in enumerate(pairs) if pair in pairs[:number]] == []


def allowed(service: str, path: str) -> set[str]:
    """The fields that the portal may ask for there."""
    return {
        field
        for agreement in SEED["agreements"]
        if (agreement["consumer"], agreement["service"]) == (PORTAL, service)
        and path in {endpoint["path"] for endpoint in agreement["endpoints"]}
        for field in agreement["fields"]
    }


@every_service
def test_every_answer_that_is_fetched_is_in_an_agreement(service: ServiceDefinition) -> None:
    for rule in service.prefill:
        assert rule.select in allowed(rule.service, rule.path), rule.pointer
    assert "/directors/*/pid" in allowed(*COMPANY_REGISTER)


@every_service
def test_the_sample_registers_know_what_is_fetched_of_malee_and_her_company(service: ServiceDefinition) -> None:
    malee, company = "3990100001013", "0105569999981"
    registers = {f"{one.subsystem}/{one.service}": one.records for one in (person_register(), company_register())}
    for rule in service.prefill:
        record = registers[rule.service][malee if "$pid" in rule.request.values() else company]
        assert pointers.find(record, rule.select) is not pointers.MISSING, rule.select


@every_service
def test_its_agencies_are_members_and_what_the_state_holds_is_offered(service: ServiceDefinition) -> None:
    members = {member["id"] for member in SEED["members"]}
    assert {service.agency, *(fee.payee for fee in service.fees)} <= members
    offered = {each["id"] for each in SEED["services"]}
    assert {rule.held_by for rule in service.documents if rule.held_by is not None} <= offered
