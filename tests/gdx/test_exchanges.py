"""The pipeline: what passes, what it costs, what is recorded, and what a repeat does."""

from __future__ import annotations

import hashlib
import json
import logging
from typing import Any

import pytest

from chalicelib.gdx import evidence, measured
from chalicelib.gdx.ids import ServiceId, SubsystemId
from chalicelib.gdx.refusals import (
    AccessDenied,
    ConsentNeeded,
    InconsistentResponse,
    InvalidBody,
    LoggingFailed,
    NetworkError,
    PurposeNotAgreed,
    QuotaExceeded,
    ServiceDisabled,
    ServiceMissingUrl,
    UnknownMember,
    UnknownService,
)
from chalicelib.shared.errors import Refusal, Unauthenticated, Unavailable
from chalicelib.shared.jose import base64url, verify_jwt
from chalicelib.shared.measures import Measurement, measuring
from tests.gdx.exchange import BASE, DOPA, MALEE, OFFICE, PERSON, SEED, SOMCHAI, Exchange

AGREED = {"first_name_th": "มาลี", "last_name_th": "ศรีสมุทร", "status": "alive"}


@pytest.fixture
def exchange() -> Exchange:
    return Exchange()


def test_only_the_agreed_fields_go_out(exchange: Exchange) -> None:
    outcome = exchange.service.exchanges.run(exchange.ask())
    assert outcome.status == 200 and json.loads(outcome.body) == AGREED


def test_an_exchange_is_one_read_and_one_transaction(exchange: Exchange) -> None:
    exchange.service.exchanges.run(exchange.ask())
    assert exchange.table.requests == ["get_many", "write"]


def test_a_cold_process_pays_no_more(exchange: Exchange) -> None:
    cold = type(exchange.service)(exchange.parts, exchange.objects, exchange.log_objects)
    exchange.table.requests.clear()
    cold.exchanges.run(exchange.ask())
    cold.exchanges.run(exchange.ask())
    assert exchange.table.requests == ["get_many", "write"] * 2


def test_no_item_is_written_by_all_exchanges(exchange: Exchange) -> None:
    written: dict[Any, int] = {}
    for _ in range(24):
        before = dict(exchange.table._items)
        exchange.service.exchanges.run(exchange.ask())
        for key, held in exchange.table._items.items():
            if before.get(key) is not held:
                written[key] = written.get(key, 0) + 1
    assert max(written.values()) < 24
    assert {key.pk.split("#")[0] for key, times in written.items() if times > 1} == {"QUOTA"}


def test_the_provider_gets_a_request_it_can_check(exchange: Exchange) -> None:
    exchange.service.exchanges.run(exchange.ask(query="x=%2F"))
    (sent,) = exchange.providers.sent
    assert (sent.method, sent.url, sent.timeout) == ("POST", f"{DOPA}/person/lookup?x=%2F", 5.0)
    vouched = exchange.check_at_provider(sent)
    assert (vouched.client, vouched.service, vouched.purpose) == (OFFICE, PERSON, "premises-inspection")
    assert sent.headers["x-road-client"] == OFFICE and sent.headers["idempotency-key"] == vouched.id


@pytest.mark.parametrize("spoil", ["body", "audience", "service", "method", "late", "token", "none", "receipt"])
def test_the_provider_refuses_anything_else(exchange: Exchange, spoil: str) -> None:
    outcome = exchange.service.exchanges.run(exchange.ask())
    (sent,) = exchange.providers.sent
    headers = dict(sent.headers)
    args: dict[str, str] = {}
    match spoil:
        case "body":
            sent.body = b'{"pid":"1"}'
        case "audience":
            args = {"subsystem": "TH/CENTRAL/DBD/juristic"}
        case "service":
            args = {"code": "company"}
        case "method":
            sent.method = "PUT"
        case "late":
            exchange.pass_time(seconds=evidence.REQUEST_LIVES + 11)
        case "token":
            headers["authorization"] = f"Bearer {exchange.token()}"
        case "none":
            headers["authorization"] = ""
        case "receipt":
            headers["authorization"] = f"Bearer {outcome.receipt}"
    sent.headers = headers
    with pytest.raises(Unauthenticated):
        exchange.check_at_provider(sent, **args)


# ---- what is recorded


def test_the_person_sees_who_asked(exchange: Exchange) -> None:
    outcome = exchange.service.exchanges.run(exchange.ask(case="LN-1"))
    (usage,) = exchange.service.access_log.entries(MALEE).items
    assert usage.consumer == OFFICE and usage.consumer_th == "เทศบาลตำบลแหลมงอบ"
    assert usage.purpose_en.startswith("To check the operator") and "2562" in usage.legal_basis_th
    assert usage.fields == ("/first_name_th", "/last_name_th", "/status")
    assert usage.receipt == outcome.id and usage.at == outcome.at
    assert exchange.service.access_log.entries(SOMCHAI).items == ()


def test_the_access_log_is_newest_first_in_pages(exchange: Exchange) -> None:
    ids = []
    for _ in range(5):
        exchange.pass_time(seconds=1)
        ids.append(exchange.service.exchanges.run(exchange.ask()).id)
    first = exchange.service.access_log.entries(MALEE, limit=3)
    second = exchange.service.access_log.entries(MALEE, after=first.next, limit=3)
    assert [usage.receipt for usage in (*first.items, *second.items)] == ids[::-1]
    assert second.next is None


def test_nothing_stored_holds_a_person(exchange: Exchange, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        exchange.service.exchanges.run(exchange.ask())
    stored = "\n".join(
        f"{key} {item.data}" for key, (item, _) in exchange.table._items.items() if not key.pk.startswith("HISTORY")
    )
    for secret in (MALEE, "มาลี", "ศรีสมุทร", "0800000001"):
        assert secret not in stored and secret not in caplog.text


def test_a_receipt_holds_and_binds_what_was_sent(exchange: Exchange) -> None:
    ask = exchange.ask()
    outcome = exchange.service.exchanges.run(ask)
    claims = verify_jwt(
        outcome.receipt, exchange.service.voice.jwks(), evidence.RECEIPT_TYPE, now=exchange.now, issuer=BASE
    )
    receipt = exchange.service.receipts.read(outcome.id, OFFICE)
    assert receipt.token == outcome.receipt and claims["jti"] == outcome.id
    assert claims["leaf"] == base64url(hashlib.sha256(b"\x00" + receipt.leaf_text.encode()).digest())
    request = f"{receipt.request_salt}POST /lookup\n".encode() + ask.body
    assert receipt.leaf.request == base64url(hashlib.sha256(request).digest())
    answer = receipt.answer_salt.encode() + outcome.body
    assert receipt.leaf.answer == base64url(hashlib.sha256(answer).digest())


def test_a_receipt_is_for_the_two_parties(exchange: Exchange) -> None:
    outcome = exchange.service.exchanges.run(exchange.ask())
    assert exchange.service.receipts.read(outcome.id, "TH/CENTRAL/DOPA/civil").leaf.id == outcome.id
    for reader, name in (("TH/CENTRAL/DGA/biz", outcome.id), (OFFICE, "absent")):
        with pytest.raises(Exception, match="No such receipt"):
            exchange.service.receipts.read(name, reader)


# ---- repeats


def test_a_repeat_is_the_same_exchange(exchange: Exchange) -> None:
    ask = exchange.ask(message_id="mine")
    first = exchange.service.exchanges.run(ask)
    exchange.pass_time(minutes=5)
    again = exchange.service.exchanges.run(ask)
    assert (again.id, again.receipt, again.at) == (first.id, first.receipt, first.at)
    assert again.repeated and not first.repeated
    assert len(exchange.service.access_log.entries(MALEE).items) == 1
    assert sum(row["count"] for row in exchange.rows("QUOTA#")) == 1
    handles = {exchange.check_at_provider(sent).id for sent in exchange.providers.sent[-1:]}
    assert handles == {sent.headers["idempotency-key"] for sent in exchange.providers.sent}


def test_a_repeat_is_refused_once_the_agreement_is_suspended(exchange: Exchange) -> None:
    ask = exchange.ask(message_id="mine")
    exchange.service.exchanges.run(ask)
    exchange.agree(state="SUSPENDED")
    with pytest.raises(AccessDenied):
        exchange.service.exchanges.run(ask)


@pytest.mark.parametrize(
    "change",
    [
        {"message_id": "other"},
        {"body": json.dumps({"pid": SOMCHAI}).encode()},
        {"query": "x=1"},
        {"case": "LN-2"},
        {"client": SubsystemId.parse("TH/CENTRAL/DGA/biz")},
    ],
)
def test_another_request_is_another_exchange(exchange: Exchange, change: dict[str, Any]) -> None:
    first = exchange.service.exchanges.run(exchange.ask(message_id="mine"))
    other = exchange.service.exchanges.run(exchange.ask(**{"message_id": "mine", **change}))
    assert other.id != first.id and not other.repeated


def test_a_late_repeat_is_a_new_look_and_seen_as_one(exchange: Exchange) -> None:
    ask = exchange.ask(message_id="mine")
    first = exchange.service.exchanges.run(ask)
    exchange.pass_time(minutes=16)
    exchange.table.requests.clear()
    later = exchange.service.exchanges.run(ask)
    assert later.id != first.id and not later.repeated and exchange.table.requests == ["get_many", "get", "write"]
    assert len(exchange.service.access_log.entries(MALEE).items) == 2
    assert len({sent.headers["idempotency-key"] for sent in exchange.providers.sent}) == 1


def test_a_repeat_of_a_late_look_is_that_look(exchange: Exchange) -> None:
    ask = exchange.ask(message_id="mine")
    looks = []
    for _ in range(3):
        looks.append(exchange.service.exchanges.run(ask))
        exchange.pass_time(minutes=14)
        again = exchange.service.exchanges.run(ask)
        assert again.repeated and (again.id, again.receipt, again.at) == (looks[-1].id, looks[-1].receipt, looks[-1].at)
        exchange.pass_time(minutes=2)
    assert len({look.id for look in looks}) == len(exchange.service.access_log.entries(MALEE).items) == 3


def test_of_two_late_looks_at_once_one_is_recorded(exchange: Exchange) -> None:
    ask = exchange.ask(message_id="mine")
    for looks in (2, 4):
        exchange.service.exchanges.run(ask)
        exchange.pass_time(minutes=16)
        exchange.providers.before = lambda: _once_more(exchange, ask)
        outcome = exchange.service.exchanges.run(ask)
        assert outcome.repeated and len(exchange.service.access_log.entries(MALEE).items) == looks
        exchange.pass_time(minutes=16)


def test_of_two_at_once_one_is_recorded(exchange: Exchange) -> None:
    ask = exchange.ask(message_id="mine")
    exchange.providers.before = lambda: _once_more(exchange, ask)
    outcome = exchange.service.exchanges.run(ask)
    assert outcome.repeated and len(exchange.service.access_log.entries(MALEE).items) == 1


def _once_more(exchange: Exchange, ask: Any) -> None:
    exchange.providers.before = None
    assert not exchange.service.exchanges.run(ask).repeated


# ---- refusals


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"path": "/other"}, AccessDenied),
        ({"path": "/lookup/"}, AccessDenied),
        ({"path": "/x/./../lookup"}, Exception),
        ({"method": "GET"}, AccessDenied),
        ({"client": SubsystemId.parse("TH/CENTRAL/DGA/citizen")}, AccessDenied),
        ({"client": SubsystemId.parse("TH/CENTRAL/DGA/absent")}, UnknownMember),
        ({"service": ServiceId.parse("TH/CENTRAL/DOPA/civil/absent")}, UnknownService),
        ({"service": ServiceId.parse("TH/CENTRAL/DOPA/absent/person")}, UnknownMember),
        ({"purpose": "marketing"}, PurposeNotAgreed),
        ({"body": b""}, InvalidBody),
        ({"body": b"{}"}, InvalidBody),
        ({"body": b'{"pid": "3990100001014"}'}, InvalidBody),
        ({"body": b'{"pid": 3990100001013}'}, InvalidBody),
        ({"body": b"[" * 5000}, InvalidBody),
        ({"body": b"\xff"}, InvalidBody),
    ],
)
def test_refusals_ask_nobody_and_record_nothing(exchange: Exchange, change: dict[str, Any], refusal: type) -> None:
    with pytest.raises(refusal) as caught:
        exchange.service.exchanges.run(exchange.ask(**change))
    assert caught.value.th and caught.value.en and MALEE not in f"{caught.value.th}{caught.value.en}"  # type: ignore[attr-defined]  # every refusal is a Refusal
    assert exchange.providers.sent == [] and exchange.rows("EXCHANGE#") == [] and exchange.rows("SUBJECT#") == []


@pytest.mark.parametrize(
    "change",
    [{"state": "SUSPENDED"}, {"state": "TERMINATED"}, {"valid_until": "2026-11-24"}, {"valid_from": "2026-11-26"}],
)
def test_an_agreement_not_in_force_stops_the_next_call(exchange: Exchange, change: dict[str, str]) -> None:
    exchange.service.exchanges.run(exchange.ask())
    assert exchange.agree(**change).json["changed"] is True
    with pytest.raises(AccessDenied):
        exchange.service.exchanges.run(exchange.ask())


def test_the_quota_is_exact_and_opens_again_the_next_thai_day(exchange: Exchange) -> None:
    exchange.agree(daily_quota=6)
    for _ in range(6):
        exchange.service.exchanges.run(exchange.ask())
    with pytest.raises(QuotaExceeded):
        exchange.service.exchanges.run(exchange.ask())
    assert len(exchange.providers.sent) == 6
    exchange.pass_time(hours=14)
    assert exchange.service.exchanges.run(exchange.ask()).status == 200


def test_a_quota_used_up_meanwhile_hands_nothing_out(exchange: Exchange) -> None:
    exchange.agree(daily_quota=1)
    exchange.providers.before = lambda: _first(exchange)
    with pytest.raises(QuotaExceeded):
        exchange.service.exchanges.run(exchange.ask())
    assert len(exchange.service.access_log.entries(MALEE).items) == 1


def _first(exchange: Exchange) -> None:
    exchange.providers.before = None
    exchange.service.exchanges.run(exchange.ask())


def test_a_service_that_is_off_says_why(exchange: Exchange) -> None:
    entry = next(entry for entry in SEED["services"] if entry["id"] == PERSON)
    notice = {"th": "ปิดปรับปรุงคืนนี้", "en": "maintenance tonight"}
    exchange.client.post("/gdx/v1/services", token=exchange.operator(), json={**entry, "notice": notice})
    with pytest.raises(ServiceDisabled, match="maintenance tonight"):
        exchange.service.exchanges.run(exchange.ask())


def test_a_provider_without_address(exchange: Exchange) -> None:
    body = {"id": "TH/CENTRAL/DOPA/civil", "name_th": "ก", "name_en": "k"}
    exchange.client.post("/gdx/v1/subsystems", token=exchange.operator(), json=body)
    with pytest.raises(ServiceMissingUrl):
        exchange.service.exchanges.run(exchange.ask())


def test_a_dead_provider(exchange: Exchange) -> None:
    exchange.providers.die()
    with pytest.raises(NetworkError):
        exchange.service.exchanges.run(exchange.ask())
    assert exchange.rows("EXCHANGE#") == []


def outcomes(taken: list[Measurement]) -> list[tuple[str, ...]]:
    return [tuple(dict(each.by).values()) for each in taken if each.name == "ExchangeOutcomes"]


def test_an_answered_exchange_is_measured_with_who_took_how_long(exchange: Exchange) -> None:
    with measuring() as taken:
        exchange.service.exchanges.run(exchange.ask())
        exchange.service.exchanges.run(exchange.ask(), "here")
    assert outcomes(taken) == [("xroad", "answered"), ("here", "answered")]
    values = {each.name: each.value for each in taken}
    assert values["ExchangesFailed"] == 0 and {"ProviderTime", "OwnTime", "Exchanges"} <= values.keys()


@pytest.mark.parametrize(
    ("refusal", "outcome", "failed"),
    [
        (AccessDenied, "agreement", False),
        (PurposeNotAgreed, "agreement", False),
        (ConsentNeeded, "consent", False),
        (QuotaExceeded, "quota", False),
        (UnknownService, "request", False),
        (InvalidBody, "request", False),
        (NetworkError, "provider-failed", True),
        (ServiceDisabled, "provider-failed", True),
        (InconsistentResponse, "provider-broke", True),
        (LoggingFailed, "unrecorded", True),
        (Unavailable, "other", False),
    ],
)
def test_a_refused_exchange_is_measured_by_whose_fault_it_is(
    refusal: type[Refusal], outcome: str, failed: bool
) -> None:
    with measuring() as taken:
        measured.exchanged("prefill", measured.outcome_of(refusal("ไทย", "English")))
    assert outcomes(taken) == [("prefill", outcome)]
    assert [each.value for each in taken if each.name == "ExchangesFailed"] == [1 if failed else 0]
