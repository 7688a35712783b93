"""What an agreement's terms do to an exchange: caps, consent, verify-only questions, covert purposes, its end."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.gdx import evidence, store
from chalicelib.gdx.consents.store import consent_key
from chalicelib.gdx.ids import ServiceId, SubsystemId
from chalicelib.gdx.model import Agreement, Compare, Predicate
from chalicelib.gdx.refusals import (
    AccessDenied,
    ConsentNeeded,
    LoggingFailed,
    NetworkError,
    PredicateNotAgreed,
    QuotaExceeded,
    UnknownMember,
)
from chalicelib.gdx.told import told
from chalicelib.shared.jose import base64url
from chalicelib.shared.storage import Create, Item, Update
from tests.gdx.exchange import MALEE, OFFICE, PERSON, RECORD, Exchange

CONSUMER, SERVICE = SubsystemId.parse(OFFICE), ServiceId.parse(PERSON)
SAME_PERSON = Predicate(
    "same-person",
    (
        Compare("/first_name_th", "first_name", "name"),
        Compare("/last_name_th", "last_name", "name"),
        Compare("/birth_date", "birth_date", "date"),
    ),
)
CLAIMS = {"first_name": "นางสาวมาลี", "last_name": "ศรีสมุทร", "birth_date": "17/05/2525"}


@pytest.fixture
def exchange() -> Exchange:
    return Exchange()


def amended(exchange: Exchange, **terms: Any) -> Agreement:
    """The office's agreement about persons, with other terms."""
    directory = exchange.service.directory
    (agreement,) = (each for each in directory.agreements_of(CONSUMER) if each.service == SERVICE)
    changed = replace(agreement, **terms)
    exchange.service.agreements.standing.order(changed, "test")
    exchange.table.requests.clear()
    return changed


def consent(exchange: Exchange, **changes: Any) -> Item:
    """Malee's consent to the office, as the pipeline reads it."""
    content = {
        "state": "GIVEN",
        "agreement": "laemngop-person",
        "purposes": ["premises-inspection"],
        "fields": None,
        "from": (exchange.now - timedelta(days=1)).isoformat(),
        "until": (exchange.now + timedelta(days=1)).isoformat(),
        "mode": "repeated",
        "used": None,
    }
    item = Item(consent_key(exchange.keyring.pseudonym(MALEE), CONSUMER, SERVICE), {**content, **changes})
    exchange.table.write([Create(item)], "consent")
    exchange.table.requests.clear()
    return item


# -- caps ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [1, 3, 9])
def test_a_rate_per_minute_admits_exactly_so_many_in_a_minute(exchange: Exchange, rate: int) -> None:
    amended(exchange, rate_per_minute=rate)
    for _ in range(2):
        for _ in range(rate):
            exchange.service.exchanges.run(exchange.ask())
        with pytest.raises(QuotaExceeded) as refused:
            exchange.service.exchanges.run(exchange.ask())
        assert refused.value.retry_after is not None and 0 < refused.value.retry_after <= 60
        assert len(exchange.providers.sent) % rate == 0  # the provider was not even asked
        exchange.pass_time(minutes=1)


def test_a_rate_and_a_quota_whose_counters_are_uneven_use_each_other_up(exchange: Exchange) -> None:
    amended(exchange, rate_per_minute=1, daily_quota=5)
    for _ in range(5):
        exchange.service.exchanges.run(exchange.ask())
        exchange.pass_time(minutes=1)
    with pytest.raises(QuotaExceeded, match="daily"):
        exchange.service.exchanges.run(exchange.ask())


def test_bytes_of_a_day_are_counted_and_never_passed(exchange: Exchange) -> None:
    size = len(exchange.service.exchanges.run(exchange.ask()).body)
    amended(exchange, daily_bytes=2 * size + size // 2)
    for _ in range(2):
        exchange.service.exchanges.run(exchange.ask())
    for _ in range(2):
        with pytest.raises(QuotaExceeded, match="bytes"):
            exchange.service.exchanges.run(exchange.ask())
    exchange.pass_time(days=1)
    assert exchange.service.exchanges.run(exchange.ask()).status == 200


def test_every_answer_tells_what_is_left(exchange: Exchange) -> None:
    amended(exchange, daily_quota=3, retention_days=30)
    left = []
    for _ in range(3):
        outcome = exchange.service.exchanges.run(exchange.ask())
        left.append(outcome.remaining)
        headers = told(outcome)
        assert headers["ratelimit-policy"] == '"day";q=3;w=86400'
        assert headers["ratelimit"] == f'"day";r={outcome.remaining};t={outcome.resets_in}'
        assert headers["x-gdx-retention-days"] == "30"
    assert left == [2, 1, 0]
    # 25 November, Thai time: what is left of the day
    assert exchange.now + timedelta(seconds=outcome.resets_in) == exchange.now.replace(hour=17, minute=0, second=0)


def test_all_terms_together_cost_no_more_requests(exchange: Exchange) -> None:
    amended(exchange, rate_per_minute=10, daily_bytes=10_000, consent=True)
    consent(exchange)
    exchange.service.exchanges.run(exchange.ask())
    assert exchange.table.requests == ["get_many", "get", "write"]  # a process that never saw these terms
    exchange.table.requests.clear()
    exchange.service.exchanges.run(exchange.ask())
    assert exchange.table.requests == ["get_many", "write"]


# -- consent -------------------------------------------------------------------------------------


def test_without_consent_the_provider_is_not_asked(exchange: Exchange) -> None:
    amended(exchange, consent=True)
    with pytest.raises(ConsentNeeded):
        exchange.service.exchanges.run(exchange.ask())
    assert exchange.providers.sent == []


def test_a_consent_narrows_the_fields(exchange: Exchange) -> None:
    amended(exchange, consent=True)
    consent(exchange, fields=["/status", "/religion"])
    assert json.loads(exchange.service.exchanges.run(exchange.ask()).body) == {"status": "alive"}


def test_a_consent_for_once_opens_once(exchange: Exchange) -> None:
    amended(exchange, consent=True)
    consent(exchange, mode="once")
    ask = exchange.ask()
    first = exchange.service.exchanges.run(ask)
    again = exchange.service.exchanges.run(ask)  # the same request repeated is the same exchange
    assert again.repeated and again.receipt == first.receipt
    with pytest.raises(ConsentNeeded):
        exchange.service.exchanges.run(exchange.ask())


@pytest.mark.parametrize("mode", ["once", "repeated"])
def test_a_withdrawal_while_the_provider_answers_wins(exchange: Exchange, mode: str) -> None:
    amended(exchange, consent=True)
    item = consent(exchange, mode=mode)

    def withdraw() -> None:
        exchange.table.write([Update(item.next({**item.data, "state": "WITHDRAWN"}))], "withdrawn")

    exchange.providers.before = withdraw
    with pytest.raises(ConsentNeeded):
        exchange.service.exchanges.run(exchange.ask())
    assert exchange.rows("EXCHANGE#") == [] and exchange.rows("SUBJECT#") == []


# -- verify-only questions -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claims", "match"),
    [(CLAIMS, True), ({**CLAIMS, "birth_date": "18/05/2525"}, False), ({"first_name": "มาลี"}, False)],
)
def test_a_question_is_answered_by_yes_or_no(exchange: Exchange, claims: dict[str, str], match: bool) -> None:
    amended(exchange, fields=(), predicates=(SAME_PERSON,))
    outcome = exchange.service.exchanges.run(exchange.ask(predicate="same-person", claims=claims))
    assert json.loads(outcome.body) == {"predicate": "same-person", "match": match}
    (usage,) = exchange.service.access_log.entries(MALEE).items
    assert usage.fields == ("predicate:same-person",)


def test_a_person_who_is_not_there_matches_nothing(exchange: Exchange) -> None:
    amended(exchange, fields=(), predicates=(SAME_PERSON,))
    exchange.providers.reply(404, {"type": "about:blank", "detail": MALEE})
    outcome = exchange.service.exchanges.run(exchange.ask(predicate="same-person", claims=CLAIMS))
    assert (outcome.status, json.loads(outcome.body)["match"]) == (200, False)


@pytest.mark.parametrize("code", [None, "other"])
def test_who_may_only_verify_gets_no_record(exchange: Exchange, code: str | None) -> None:
    amended(exchange, fields=(), predicates=(SAME_PERSON,))
    with pytest.raises(PredicateNotAgreed):
        exchange.service.exchanges.run(exchange.ask(predicate=code, claims=CLAIMS))
    assert exchange.providers.sent == []


def test_another_claim_is_another_exchange(exchange: Exchange) -> None:
    amended(exchange, predicates=(SAME_PERSON,))
    asks = [exchange.ask(message_id="one-id", predicate="same-person", claims=claims) for claims in (CLAIMS, {})]
    assert len({exchange.service.exchanges.run(ask).id for ask in asks}) == 2


# -- covert access -------------------------------------------------------------------------------


def covert(exchange: Exchange, days: int = 90) -> Any:
    """An access that the law lets stay hidden: its row."""
    (purpose, *_) = amended(exchange).purposes
    amended(exchange, purposes=(replace(purpose, sealed_days=days),))
    outcome = exchange.service.exchanges.run(exchange.ask())
    item = exchange.table.get(store.leaf_key(outcome.id))
    assert item is not None
    return item.data


def test_the_entry_of_a_covert_access_says_nothing_but_when_it_will(exchange: Exchange) -> None:
    data = covert(exchange)
    entry = json.loads(evidence.entry_bytes(data))
    assert set(entry) == {"id", "at", "until", "sealed"}
    assert entry["until"] == (exchange.now + timedelta(days=90)).isoformat(timespec="milliseconds")


def test_the_opening_of_a_covert_entry_can_be_checked(exchange: Exchange) -> None:
    data = covert(exchange)
    salt = evidence.cover_salt(exchange.keyring, data["leaf"]["id"])
    leaf = evidence.leaf_bytes(evidence.leaf_from(data["leaf"]))
    committed = json.loads(evidence.entry_bytes(data))["sealed"]
    assert committed == base64url(hashlib.sha256(salt.encode() + leaf).digest())


def test_the_line_of_a_covert_access_carries_its_date(exchange: Exchange) -> None:
    data = covert(exchange)
    (line,) = exchange.rows("SUBJECT#")
    assert line["until"] == data["leaf"]["until"]


# -- the end of an agreement, the state of the log -----------------------------------------------


def test_an_agreement_that_ends_while_the_provider_answers_lets_nothing_out(exchange: Exchange) -> None:
    amended(exchange, valid_until=exchange.now.date())
    exchange.providers.before = lambda: exchange.pass_time(days=1)
    with pytest.raises(AccessDenied):
        exchange.service.exchanges.run(exchange.ask())
    assert exchange.rows("EXCHANGE#") == []


@pytest.mark.parametrize("state", ["REQUESTED", "OFFERED", "ACCEPTED", "AGREED", "VERIFIED", "SUSPENDED", "TERMINATED"])
def test_only_a_finalized_agreement_lets_pass(exchange: Exchange, state: str) -> None:
    item = exchange.table.get(store.agreement_key(CONSUMER, SERVICE))
    assert item is not None
    data = {**item.data, "content": {**item.data["content"], "state": state}}
    exchange.table.write([Update(item.next(data))], "state")
    with pytest.raises(AccessDenied):
        exchange.service.exchanges.run(exchange.ask())


def test_nothing_crosses_from_one_instance_to_the_other(exchange: Exchange) -> None:
    outside = ServiceId.parse(PERSON.replace("TH/", "TH-TEST/", 1))
    directory = exchange.service.directory
    person = directory.service(SERVICE)
    assert person is not None
    system = directory.subsystem(SERVICE.subsystem)
    member = directory.member(SERVICE.subsystem.member)
    assert system is not None and member is not None
    directory.register_member(replace(member, id=outside.subsystem.member), "test")
    directory.register_subsystem(replace(system, id=outside.subsystem), "test")
    exchange.service.services.describe(replace(person, id=outside), "test")
    exchange.service.agreements.standing.order(replace(amended(exchange), id="across", service=outside), "test")
    with pytest.raises(AccessDenied):
        exchange.service.exchanges.run(exchange.ask(service=outside))


@pytest.mark.parametrize(
    ("checked", "oldest", "passes"), [(0, None, True), (0, 3, True), (0, 5, False), (5, None, False)]
)
def test_an_exchange_whose_log_is_not_sealed_stands_still(
    exchange: Exchange, checked: int, oldest: int | None, passes: bool
) -> None:
    def ago(hours: int) -> str:
        return (exchange.now - timedelta(hours=hours)).isoformat()

    content = {"checked_at": ago(checked), "oldest_open": None if oldest is None else ago(oldest)}
    exchange.table.write([Create(Item(store.LOG_FRESH, content))], "fresh")
    if passes:
        assert exchange.service.exchanges.run(exchange.ask()).status == 200
    else:
        with pytest.raises(LoggingFailed):
            exchange.service.exchanges.run(exchange.ask())
        assert exchange.providers.sent == []


def test_what_the_log_could_never_seal_does_not_go_out(exchange: Exchange) -> None:
    with pytest.raises(LoggingFailed):
        exchange.service.exchanges.run(exchange.ask(case="x" * 70_000))
    assert exchange.rows("EXCHANGE#") == []


# -- what is kept for the parties' metrics -------------------------------------------------------


def test_what_was_refused_is_recorded_without_a_person(exchange: Exchange) -> None:
    exchange.providers.die()
    with pytest.raises(NetworkError):
        exchange.service.exchanges.run(exchange.ask(case="LN-2569/0017"))
    (row,) = exchange.rows("FAULT#")
    assert (row["faultCode"], row["succeeded"]) == ("server.serverproxy.network_error", False)
    assert MALEE not in json.dumps(row) and row["requestOutTs"] is not None and row["responseInTs"] is None


def test_a_flood_and_a_stranger_write_nothing(exchange: Exchange) -> None:
    amended(exchange, daily_quota=1)
    exchange.service.exchanges.run(exchange.ask())
    with pytest.raises(QuotaExceeded):
        exchange.service.exchanges.run(exchange.ask())
    with pytest.raises(UnknownMember):
        exchange.service.exchanges.run(exchange.ask(client=SubsystemId.parse("TH/UNIV/CU/nobody")))
    assert exchange.rows("FAULT#") == []


def test_the_monitoring_record_of_an_exchange_names_the_template_only(exchange: Exchange) -> None:
    outcome = exchange.service.exchanges.run(exchange.ask())
    (row,) = exchange.rows("EXCHANGE#")
    assert (row["monitor"]["restPath"], row["monitor"]["succeeded"]) == ("/lookup", True)
    assert row["monitor"]["responseSize"] == len(outcome.body)
    kept = json.dumps(row, ensure_ascii=False)
    assert not any(
        str(RECORD[name]) in kept for name in ("pid", "first_name_th", "last_name_th", "birth_date", "phone")
    )


def test_a_leaf_can_be_found_by_agreement_and_by_case(exchange: Exchange) -> None:
    outcome = exchange.service.exchanges.run(exchange.ask(case="LN-2569/0017"))
    agreement = amended(exchange)
    day = exchange.now.date()
    for index, pk in (
        ("by_consumer", store.seen_pk(agreement.id, day)),
        ("by_agency", store.case_pk(OFFICE, "LN-2569/0017")),
    ):
        (item,) = exchange.table.query(pk, index=index).items
        assert item.data["leaf"]["id"] == outcome.id
