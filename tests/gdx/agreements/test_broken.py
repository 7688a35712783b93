"""A new description that breaks agreements suspends them, says why, and lets nobody resume what does not fit."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.gdx.agreements.bodies import Terms
from chalicelib.gdx.agreements.standing import SUSPENDED_AT_ONCE
from chalicelib.gdx.ids import ServiceId, SubsystemId
from chalicelib.gdx.model import Service
from chalicelib.shared.errors import Stale
from chalicelib.shared.journal import Once
from tests.gdx.agreements.life import Weather, python_terms
from tests.gdx.agreements.parties import PROVIDER, TERMS, Talk
from tests.gdx.agreements.test_negotiations import passes
from tests.gdx.exchange import OFFICE, PERSON, Exchange

SERVICE = ServiceId.parse(PERSON)
WHY = ("คำอธิบายบริการเปลี่ยน", "The description changed.")


def described(exchange: Exchange, change: Callable[[dict[str, Any]], None]) -> Service:
    """Imports a changed description, as the provider does."""
    service, _ = exchange.service.services.now(SERVICE)
    document = copy.deepcopy(dict(service.document))
    change(document)
    return exchange.service.services.describe(replace(service, document=document), "provider").service


def without_last_name(document: dict[str, Any]) -> None:
    schema = document["components"]["schemas"]["Answer"]
    del schema["properties"]["last_name_th"]
    schema["required"].remove("last_name_th")


def with_last_name(document: dict[str, Any]) -> None:
    schema = document["components"]["schemas"]["Answer"]
    schema["properties"]["last_name_th"] = {"type": "string"}
    schema["required"].append("last_name_th")


def asking_for_more(document: dict[str, Any]) -> None:
    body = document["paths"]["/lookup"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    body["properties"]["reason"] = {"type": "string"}
    body["required"].append("reason")


def asking_as_before(document: dict[str, Any]) -> None:
    body = document["paths"]["/lookup"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    del body["properties"]["reason"]
    body["required"].remove("reason")


@pytest.fixture
def exchange() -> Exchange:
    return Exchange()


@pytest.mark.parametrize(
    ("breaks", "restores", "said"),
    [
        (without_last_name, with_last_name, "last_name_th"),
        (asking_for_more, asking_as_before, "reason"),
    ],
)
def test_only_a_restored_description_resumes_it(exchange: Exchange, breaks: Any, restores: Any, said: str) -> None:
    talk = Talk(exchange)
    talk.conclude()
    described(exchange, breaks)
    assert not passes(exchange)
    view = talk.look()
    assert (view["state"], view["suspended_by"]) == ("SUSPENDED", "exchange")
    assert said in view["because"]["en"] and view["because"]["th"]
    assert talk.act("resume", OFFICE).status == 409
    refused = talk.act("resume", PROVIDER)
    assert refused.status == 409 and refused.json["errors"][0]["pointer"].startswith("/terms")
    described(exchange, restores)
    assert not passes(exchange), "the provider says when"
    assert talk.act("resume", PROVIDER).status == 200 and passes(exchange)


def test_the_two_agree_anew_upon_the_new_description(exchange: Exchange) -> None:
    talk = Talk(exchange)
    identifier = talk.conclude()
    described(exchange, without_last_name)
    refused = talk.begin(OFFICE)
    assert refused.status == 422 and refused.json["errors"][0]["pointer"] == "/terms/fields/1"
    assert talk.conclude(fields=["/first_name_th"]) == identifier
    assert talk.view["version"] == 2 and passes(exchange)


def test_what_a_law_orders_is_suspended_too_and_its_operator_resumes_it(exchange: Exchange) -> None:
    talk = Talk(exchange, fresh=False)
    talk.id = "laemngop-person.1"
    described(exchange, without_last_name)
    assert talk.look()["state"] == "SUSPENDED" and not passes(exchange)
    assert exchange.agree().status == 422
    described(exchange, with_last_name)
    assert exchange.agree().json["changed"] is True and passes(exchange)


def test_a_description_that_comes_in_between_is_not_overlooked() -> None:
    table = Weather()
    exchange = Exchange(table)
    exchange.table = table
    talk = Talk(exchange)
    talk.begin(OFFICE)
    talk.sign("agree", PROVIDER)
    talk.sign("verify", OFFICE)

    def quicker() -> None:
        described(exchange, without_last_name)

    table.meanwhile = quicker
    assert talk.act("finalize", PROVIDER).status == 412, "it was looked at before the description changed"
    assert not passes(exchange)
    late = talk.act("finalize", PROVIDER)
    assert late.status == 409 and late.json["errors"][0]["pointer"] == "/terms/fields/1"


def test_talks_about_a_service_that_changed_must_offer_anew(exchange: Exchange) -> None:
    talk = Talk(exchange)
    talk.begin(OFFICE)
    described(exchange, asking_for_more)
    refused = talk.sign("agree", PROVIDER)
    assert refused.status == 409 and "reason" in refused.json["errors"][0]["message_en"]
    assert talk.act("offer", PROVIDER, terms=TERMS).status == 200
    for answer in (talk.act("accept", OFFICE), talk.sign("agree", PROVIDER), talk.sign("verify", OFFICE)):
        assert answer.status == 200
    assert talk.act("finalize", PROVIDER).status == 200


def many(exchange: Exchange, count: int) -> list[str]:
    """Agreements of so many offices about the register."""
    directory, standing = exchange.service.directory, exchange.service.agreements.standing
    office = directory.subsystem(SubsystemId.parse(OFFICE))
    assert office is not None
    for number in range(count):
        name = f"{OFFICE}{number}"
        directory.register_subsystem(replace(office, id=SubsystemId.parse(name)), "test")
        terms = Terms.model_validate(python_terms("both", 10)).agreement(name, PERSON, identifier=f"law{number}")
        assert standing.order(terms, "test")
    return [f"law{number}" for number in range(count)]


def test_any_number_is_suspended_in_batches_and_once(exchange: Exchange) -> None:
    standing = exchange.service.agreements.standing
    broken = dict.fromkeys(many(exchange, SUSPENDED_AT_ONCE + 3), WHY)
    with pytest.raises(ValueError, match="at most"):
        standing.suspension_changes(SERVICE, broken, "test")
    assert standing.suspend_broken(SERVICE, {**broken, "unknown": WHY}, "test") == SUSPENDED_AT_ONCE + 3
    assert standing.suspend_broken(SERVICE, broken, "test") == 0, "repeating it changes nothing"
    found = {each.id: each for each in standing.of_service(SERVICE)}
    assert {found[name].suspended_because for name in broken} == {WHY}
    assert found["biz-person"].suspended_because is None


def test_the_most_that_one_transaction_takes_leaves_room_for_the_caller(exchange: Exchange) -> None:
    names = many(exchange, SUSPENDED_AT_ONCE)
    changes, events = exchange.service.agreements.suspension_changes(SERVICE, dict.fromkeys(names, WHY), "test")
    # each event is written twice: into its chain, and into the outbox
    assert len(changes) + 2 * len(events) <= 80


def test_one_that_ended_meanwhile_is_left_alone(exchange: Exchange) -> None:
    agreements = exchange.service.agreements
    changes, events = agreements.suspension_changes(SERVICE, {"laemngop-person": WHY}, "test")
    assert len(changes) == 2 and len(events) == 1
    exchange.agree(state="TERMINATED")
    assert agreements.suspension_changes(SERVICE, {"laemngop-person": WHY}, "test") == ([], [])
    with pytest.raises(Stale):
        exchange.parts.journal.commit(Once("late", "", "late", claimed=False), changes, events)


class Contended:
    """An exchange whose table lets others write first."""

    def __init__(self) -> None:
        self.table = Weather()
        self.exchange = Exchange(self.table)
        self.standing = self.exchange.service.agreements.standing
        self.quota = 10

    def order(self) -> bool:
        """Orders other terms than before."""
        self.quota += 1
        terms = Terms.model_validate(python_terms("both", self.quota))
        return self.standing.order(terms.agreement(OFFICE, PERSON, identifier="laemngop-person"), "test")

    def quicker(self, *, always: bool = False) -> None:
        """Somebody else orders first: once, or each time."""

        def first() -> None:
            self.order()
            if always:
                self.table.meanwhile = first

        self.table.meanwhile = first


def test_an_order_looks_again_when_another_was_quicker_and_gives_up_at_last() -> None:
    contended = Contended()
    contended.quicker()
    assert contended.order() is True
    (found,) = (each for each in contended.standing.of_service(SERVICE) if each.id == "laemngop-person")
    assert (found.version, found.daily_quota) == (3, 11)
    contended.quicker(always=True)
    with pytest.raises(Stale):
        contended.order()


def test_a_suspension_looks_again_when_another_was_quicker_and_gives_up_at_last() -> None:
    contended = Contended()
    contended.quicker()
    assert contended.standing.suspend_broken(SERVICE, {"laemngop-person": WHY}, "test") == 1
    assert contended.order() is True, "other terms, and in force again"
    contended.quicker(always=True)
    with pytest.raises(Stale):
        contended.standing.suspend_broken(SERVICE, {"laemngop-person": WHY}, "test")
