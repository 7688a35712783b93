"""Both ends: a platform that asks over HTTP or in the same process, and the exchange's own service `usage`."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.citizen.entitlements.ports import Asking, AsksAtExchange, AsksConsent, asking_of
from chalicelib.neighbours import AsksHere
from chalicelib.shared.errors import (
    AlreadyThere,
    Invalid,
    NotAllowed,
    NotFound,
    Refusal,
    TooMany,
    Unauthenticated,
    Unavailable,
    UpstreamFailed,
)
from chalicelib.shared.gdx_client import ConsentNeeded, Gdx, GdxClient, answer_of, refusal_of
from chalicelib.shared.ids import new_id
from tests.gdx.exchange import BASE, BIZ, CITIZEN, MALEE, OFFICE, PERSON, SEED, USAGE, Exchange
from tests.support.keys import LocalSigner


@pytest.fixture
def exchange() -> Exchange:
    return Exchange()


@pytest.fixture(params=["http", "local"])
def gdx(request: pytest.FixtureRequest, exchange: Exchange) -> Gdx:
    if request.param == "local":
        return exchange.service.local(BIZ)
    return over_http(exchange, BIZ)


def over_http(exchange: Exchange, client: str, signer: LocalSigner | None = None) -> GdxClient:
    key = signer or exchange.keys[client]
    return GdxClient(exchange.providers, BASE, client, lambda: key, clock=exchange.clock, ids=new_id)


def ask(gdx: Gdx, **changes: Any) -> Any:
    given: dict[str, Any] = {
        "service": PERSON,
        "method": "POST",
        "path": "/lookup",
        "body": {"pid": MALEE},
        "purpose": "licence-application",
        "case": "AP-1",
    }
    return gdx.ask(**{**given, **changes})


def test_an_answer_with_its_source_and_receipt(gdx: Gdx, exchange: Exchange) -> None:
    answer = ask(gdx)
    assert answer.value["first_name_th"] == "มาลี" and "religion" not in answer.value
    assert answer.value["address"]["province"] == "ตราด" and answer.source == PERSON
    (usage,) = exchange.service.access_log.entries(MALEE).items
    assert (usage.receipt, usage.at, usage.consumer) == (answer.receipt, answer.at, BIZ)
    assert MALEE not in repr(answer)


def test_the_only_purpose_need_not_be_named(gdx: Gdx) -> None:
    assert ask(gdx, purpose=None, case=None).value["status"] == "alive"


def test_once_is_once(gdx: Gdx, exchange: Exchange) -> None:
    first, again = ask(gdx, once="event-1"), ask(gdx, once="event-1")
    assert first.receipt == again.receipt and len(exchange.service.access_log.entries(MALEE).items) == 1
    assert len({sent.headers["idempotency-key"] for sent in exchange.providers.sent}) == 1
    assert ask(gdx).receipt != first.receipt


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"purpose": "marketing"}, NotAllowed),
        ({"path": "/other"}, NotAllowed),
        ({"service": "TH/CENTRAL/DOPA/civil/none"}, NotAllowed),
        ({"body": {}}, Invalid),
        ({"case": MALEE}, Refusal),
    ],
)
def test_refusals_are_the_same_in_both(gdx: Gdx, changes: dict[str, Any], refusal: type) -> None:
    with pytest.raises(refusal):
        ask(gdx, **changes)


@pytest.mark.parametrize(
    ("status", "refusal"),
    [(404, NotFound), (410, NotFound), (422, Invalid), (429, TooMany), (401, UpstreamFailed), (503, UpstreamFailed)],
)
def test_what_the_provider_declines(gdx: Gdx, exchange: Exchange, status: int, refusal: type) -> None:
    exchange.providers.reply(status, {"title": "x"}, "application/problem+json")
    with pytest.raises(refusal):
        ask(gdx)


def test_quota_outage_and_nonsense(gdx: Gdx, exchange: Exchange) -> None:
    exchange.providers.reply(200, {"nonsense": 1})
    with pytest.raises(UpstreamFailed):
        ask(gdx)
    exchange.providers.die()
    with pytest.raises(UpstreamFailed):
        ask(gdx)
    exchange.agree("biz-person", daily_quota=1)
    exchange.providers.reply(404, {})
    with pytest.raises(NotFound):
        ask(gdx)
    with pytest.raises(TooMany):
        ask(gdx)
    notice = {"th": "ปิด", "en": "off"}
    service = next(entry for entry in SEED["services"] if entry["id"] == PERSON)
    exchange.client.post("/gdx/v1/services", token=exchange.operator(), json={**service, "notice": notice})
    with pytest.raises(Unavailable):
        ask(gdx)


def test_a_token_is_kept_until_shortly_before_its_end(exchange: Exchange) -> None:
    gdx = over_http(exchange, BIZ)
    for minutes in (0, 5, 5, 5):
        exchange.pass_time(minutes=minutes)
        ask(gdx)
    assert len(exchange.rows("ASSERTION#")) == 2


def test_a_key_that_the_directory_does_not_hold(exchange: Exchange) -> None:
    with pytest.raises(UpstreamFailed):
        ask(over_http(exchange, BIZ, LocalSigner()))


def test_an_exchange_that_is_away(exchange: Exchange) -> None:
    gdx = over_http(exchange, BIZ)
    exchange.providers.loop = None
    exchange.providers.die()
    with pytest.raises(UpstreamFailed):
        ask(gdx)


def test_a_body_that_is_no_json() -> None:
    with pytest.raises(UpstreamFailed):
        answer_of(200, {}, b"<html>", PERSON)
    assert answer_of(204, {}, b"", PERSON).value is None


@pytest.mark.parametrize("kind", ["", "client.bad_request", "server.serverproxy.access_denied", "x"])
def test_every_refusal_speaks_both_languages(kind: str) -> None:
    for status in (302, 400, 401, 403, 404, 408, 409, 429, 500, 503):
        refusal = refusal_of(status, kind)
        assert refusal.th and refusal.en


def test_without_the_persons_consent_it_is_named(gdx: Gdx, exchange: Exchange) -> None:
    exchange.agree("biz-person", consent=True)
    with pytest.raises(ConsentNeeded):
        ask(gdx)
    assert issubclass(ConsentNeeded, NotAllowed)


@pytest.mark.parametrize("way", ["http", "here"])
def test_a_system_asks_a_person_the_same_question_either_way(exchange: Exchange, way: str) -> None:
    exchange.agree("biz-person", consent=True)
    http = over_http(exchange, BIZ)
    asks: AsksConsent = AsksAtExchange(http.own) if way == "http" else AsksHere(lambda: exchange.service, BIZ)
    ends = exchange.now.replace(microsecond=0) + timedelta(days=1)

    def question(**changes: Any) -> Asking:
        terms = {"purposes": ("licence-application",), "fields": ("/status",), "ends": ends, "ial": "2.3", **changes}
        return asks.ask(MALEE, PERSON, **terms)

    first = question()
    assert first.ends == ends and question() == first, "an open question is given back"
    kept = http.own("GET", f"/gdx/v1/consents/{first.id}")
    assert (kept["state"], kept["mode"], kept["data_life_days"], kept["ial"]) == ("REQUESTED", "once", 0, "2.3")
    with pytest.raises(AlreadyThere):
        question(ial="2.1")
    with pytest.raises(NotFound):
        http.own("GET", "/gdx/v1/consents/nothing")
    exchange.providers.loop = None
    exchange.providers.die()
    with pytest.raises(UpstreamFailed):
        http.own("GET", f"/gdx/v1/consents/{first.id}")


def test_what_is_no_consent_is_nonsense() -> None:
    nonsense: list[Any] = [None, [], {"id": "c-1"}, {"id": "c-1", "until": "soon"}]
    for told in nonsense:
        with pytest.raises(UpstreamFailed):
            asking_of(told)


# ---- the access log as a service


@pytest.fixture(params=["http", "local"])
def portal(request: pytest.FixtureRequest, exchange: Exchange) -> Gdx:
    return exchange.service.local(CITIZEN) if request.param == "local" else over_http(exchange, CITIZEN)


def test_the_citizen_portal_reads_a_person_s_log_as_a_member(exchange: Exchange, portal: Gdx) -> None:
    for _ in range(3):
        exchange.pass_time(seconds=1)
        exchange.service.exchanges.run(exchange.ask())
    first = portal.ask(USAGE, "POST", "/find", {"pid": MALEE, "limit": 2}, "own-access-log").value
    second = portal.ask(USAGE, "POST", "/find", {"pid": MALEE, "limit": 2, "after": first["next"]}, None).value
    lines = [*first["items"], *second["items"]]
    assert (
        len(lines) == 3 and second["next"] is None and lines == sorted(lines, key=lambda line: line["at"], reverse=True)
    )
    assert lines[0]["consumer_th"] == "เทศบาลตำบลแหลมงอบ" and lines[0]["legal_basis_en"].startswith(
        "Digital Government Act"
    )
    assert lines[0]["fields"] == ["/first_name_th", "/last_name_th", "/status"]
    assert len(exchange.service.access_log.entries(MALEE).items) == 3  # looking at one's own log is no access to it


def test_others_have_no_agreement_for_it(exchange: Exchange) -> None:
    with pytest.raises(NotAllowed):
        exchange.service.local(OFFICE).ask(USAGE, "POST", "/find", {"pid": MALEE}, None)


def test_usage_answers_the_exchange_only(exchange: Exchange) -> None:
    body = json.dumps({"pid": MALEE}).encode()
    for token in (None, "x", exchange.token(CITIZEN), exchange.operator()):
        answer = exchange.client.post("/gdx/v1/provider/usage/find", token=token, body=body)
        assert answer.status == 401 and answer.json["detail"]


def test_usage_refuses_what_is_no_person(exchange: Exchange, portal: Gdx) -> None:
    for body in (
        {"pid": "3990100001014"},
        {"pid": "1"},
        {"pid": MALEE, "after": "made-up"},
        {"pid": MALEE, "limit": 0},
    ):
        with pytest.raises(Invalid):
            portal.ask(USAGE, "POST", "/find", body, None)


def test_the_provider_check_is_for_the_exchange_s_key(exchange: Exchange) -> None:
    other = Exchange()
    other.service.exchanges.run(other.ask())
    with pytest.raises(Unauthenticated):
        exchange.check_at_provider(other.providers.sent[0])
