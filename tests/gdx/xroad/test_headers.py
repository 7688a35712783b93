"""Headers of X-Road: what goes on, what comes back, what must come once, what names the parties."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.gdx.xroad import message
from chalicelib.shared.web import Request
from tests.gdx.exchange import BIZ, MALEE, OFFICE, PERSON, RECORD, Exchange

LOOKUP = f"/r1/{PERSON}/lookup"
STRIPPED = sorted(message.STRIPPED)


@pytest.fixture(scope="module")
def made() -> Exchange:
    """One exchange for all: nothing here depends on what was asked before."""
    return Exchange()


@pytest.fixture
def exchange(made: Exchange) -> Exchange:
    """The same, with a provider that nobody asked yet."""
    made.providers.sent.clear()
    made.providers.reply(200, RECORD)
    return made


def sent(exchange: Exchange) -> Any:
    return exchange.providers.sent[-1].headers


def repeated(exchange: Exchange, headers: dict[str, str], *names: str) -> Any:
    """A call whose named headers came more than once."""
    room, route, params = exchange.client.find("POST", LOOKUP)
    token = {"authorization": f"Bearer {exchange.token()}", "content-type": "application/json"}
    body = json.dumps({"pid": MALEE}).encode()
    request = Request(
        "POST", LOOKUP, params, {}, {**token, "x-road-client": OFFICE, **headers}, body, "", frozenset(names)
    )
    return room.answer(route, request)


def test_there_are_thirteen_to_strip() -> None:
    assert len(message.STRIPPED) == 13


@pytest.mark.parametrize("name", STRIPPED)
def test_the_stripped_pass_in_neither_direction(exchange: Exchange, name: str) -> None:
    exchange.providers.reply(200, RECORD, **{name: "theirs"})
    answer = exchange.r1(headers={name: "mine"})
    assert answer.status == 200
    assert name not in sent(exchange) and name not in answer.headers


def test_what_connection_names_is_that_connection_s() -> None:
    given = {"Connection": "close, X-Once", "X-Once": "1", "X-Mine": "2"}
    assert message.onward(given) == {"x-mine": "2", "accept": "application/json"}
    assert message.back(given) == {"x-mine": "2"}


def test_names_that_a_provider_could_read_as_another_do_not_pass(exchange: Exchange) -> None:
    twins = {"x_road_client": BIZ, "x-road_client": BIZ, "x_road_userid": "TH1", "x-bad name": "1", "x:y": "2"}
    exchange.r1(headers=twins)
    assert not set(twins) & set(sent(exchange))
    assert sent(exchange)["x-road-client"] == OFFICE


def test_the_exchange_s_own_business_does_not_pass(exchange: Exchange) -> None:
    own = {
        "accept-encoding": "br",
        "cookie": "a=b",
        "forwarded": "for=1",
        "prefer": "wait=5",
        "via": "x",
        "x-amz-date": "1",
        "x-forwarded-for": "192.0.2.1",
        "x-gdx-purpose": "premises-inspection",
        "x-road-request-hash": "forged",
    }
    exchange.r1(headers=own)
    assert not set(own) & set(sent(exchange))


@pytest.mark.parametrize("name", ["x-road-userid", "x-road-issue", "x-mine", "content-language", "if-match"])
def test_everything_else_passes_unchanged(exchange: Exchange, name: str) -> None:
    value = 'LN-1 "quoted"; q=1' if name != "x-road-issue" else "LN-1"
    exchange.r1(headers={name: value})
    assert sent(exchange)[name] == value


def test_the_provider_s_word_on_its_own_answer_stands_alone(exchange: Exchange) -> None:
    told = {"content-language": "en", "cache-control": "private", "x-correlation-id": "theirs-1234"}
    exchange.providers.reply(200, RECORD, **told)
    headers = exchange.r1().response.headers
    for name, value in told.items():
        assert [given for known, given in headers.items() if known.lower() == name] == [value]


def test_accept_is_json_unless_said(exchange: Exchange) -> None:
    exchange.r1()
    assert sent(exchange)["accept"] == "application/json"
    exchange.r1(headers={"accept": "application/json, text/xml;q=0.5"})
    assert sent(exchange)["accept"] == "application/json, text/xml;q=0.5"


def test_ids_are_made_where_none_was_sent(exchange: Exchange) -> None:
    first, second = exchange.r1(), exchange.r1()
    for answer in (first, second):
        instance, _, unique = answer.headers["x-road-id"].partition("-")
        assert instance == "TH" and len(unique) == 36
    assert first.headers["x-road-id"] != second.headers["x-road-id"]


@pytest.mark.parametrize(("value", "status"), [("x" * 255, 200), ("x" * 256, 400), ("a,b c", 200), ("\x7f", 400)])
def test_a_message_id_is_echoed_or_refused(exchange: Exchange, value: str, status: int) -> None:
    answer = exchange.r1(headers={"x-road-id": value})
    assert answer.status == status
    if status == 200:
        assert answer.headers["x-road-id"] == sent(exchange)["x-road-id"] == value
    else:
        assert answer.headers["x-road-error"] == "client.invalid_request"


@pytest.mark.parametrize("value", ["CODE", "GOV/CODE", "GOV/A%2FB", "%E0%B8%81/1"])
def test_a_represented_party_goes_on_as_it_came(exchange: Exchange, value: str) -> None:
    assert exchange.r1(headers={"x-road-represented-party": value}).status == 200
    assert sent(exchange)["x-road-represented-party"] == value


@pytest.mark.parametrize("value", ["", "A/B/C", "A//B", "/B", "A/", "%ff"])
def test_a_represented_party_has_one_part_or_two(exchange: Exchange, value: str) -> None:
    answer = exchange.r1(headers={"x-road-represented-party": value})
    assert (answer.status, answer.headers["x-road-error"]) == (400, "client.invalid_request")
    assert exchange.providers.sent == []


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("TH/CENTRAL/DGA/gdx", None),
        ("TH/CENTRAL/DGA/%67dx", None),
        ("TH/CENTRAL/DGA/other", "server.clientproxy.invalid_security_server"),
        ("EE/GOV/X/gdx", "server.clientproxy.invalid_security_server"),
        ("TH-TEST/CENTRAL/DGA/gdx", "server.clientproxy.invalid_security_server"),
        ("TH/CENTRAL/DGA", "client.invalid_request"),
        ("TH/CENTRAL/DGA/gdx/x", "client.invalid_request"),
        ("TH/CENTRAL//gdx", "client.invalid_request"),
    ],
)
def test_the_security_server_is_the_exchange(exchange: Exchange, value: str, expected: str | None) -> None:
    answer = exchange.r1(headers={"x-road-security-server": value})
    assert answer.headers.get("x-road-error") == expected
    assert bool(exchange.providers.sent) is (expected is None)


@pytest.mark.parametrize("name", sorted(message.SINGLE - {"authorization"}))
def test_what_decides_must_come_once(exchange: Exchange, name: str) -> None:
    answer = repeated(exchange, {name: "application/json, x"}, name)
    assert (answer.status, answer.headers["X-Road-Error"]) == (400, "client.invalid_request")
    assert exchange.providers.sent == []


def test_of_several_clients_the_last_counts(exchange: Exchange) -> None:
    assert repeated(exchange, {"x-road-client": f"{BIZ}, {OFFICE}"}, "x-road-client").status == 200
    wrong = repeated(exchange, {"x-road-client": f"{OFFICE}, {BIZ}"}, "x-road-client")
    assert wrong.headers["X-Road-Error"] == "server.clientproxy.invalid_client_identifier"


@pytest.mark.parametrize("value", ["a\r\nx-road-client: b", "a\nb", "a\x00b", "กข", "\x1b[0m"])
def test_a_value_that_cannot_be_sent_on_is_refused(exchange: Exchange, value: str) -> None:
    answer = exchange.r1(headers={"x-mine": value})
    assert (answer.status, answer.headers["x-road-error"]) == (400, "client.invalid_request")
    assert exchange.providers.sent == []


@pytest.mark.parametrize(
    ("accept", "xml"),
    [
        ("", False),
        ("text/xml", True),
        ("application/xml;q=0.1", True),
        ("text/*", True),
        ("application/json, text/xml", False),
        ("text/xml, application/json", True),
        ("text/html, text/xml", True),
        ("foobar", False),
        ("text/xml-patch+xml", False),
        ("*/*", False),
    ],
)
def test_the_first_that_accept_names_decides_the_form_of_errors(accept: str, xml: bool) -> None:
    assert message.wants_xml(accept) is xml
