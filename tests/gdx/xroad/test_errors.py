"""Every type of X-Road's errors, provoked over the routes; its two forms and its two spellings."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from chalicelib.gdx.refusals import XROAD_TYPES
from chalicelib.gdx.routes import routes
from chalicelib.gdx.service import Service
from chalicelib.gdx.xroad.routes import LIMIT
from chalicelib.gdx.xroad.spelling import NAMES, Spelling, spelled
from chalicelib.settings import Settings
from chalicelib.shared.identity import Gate
from chalicelib.wiring import open_house
from tests.gdx.exchange import BIZ, MALEE, OFFICE, PERSON, SEED, Exchange
from tests.house.the_app import ENVIRONMENT
from tests.support.client import Client

SERVICE = next(each for each in SEED["services"] if each["id"] == PERSON)

LOOKUP = f"/r1/{PERSON}/lookup"
CIVIL = "/r1/TH/CENTRAL/DOPA/civil"


def _disabled(exchange: Exchange) -> Any:
    notice = {"th": "ปิดปรับปรุง", "en": "Down for maintenance."}
    exchange.client.post("/gdx/v1/services", token=exchange.operator(), json={**SERVICE, "notice": notice})
    return exchange.r1()


def _without_address(exchange: Exchange) -> Any:
    civil = next(each for each in SEED["subsystems"] if each["id"] == "TH/CENTRAL/DOPA/civil")
    posted = {name: value for name, value in civil.items() if name not in ("endpoint", "keys")}
    exchange.client.post("/gdx/v1/subsystems", token=exchange.operator(), json={**posted, "endpoint": None})
    exchange.pass_time(minutes=2)
    return exchange.r1()


def _used_up(exchange: Exchange) -> Any:
    exchange.agree(daily_quota=1)
    exchange.r1()
    return exchange.r1()


def _unrecorded(exchange: Exchange) -> Any:
    token = exchange.token()
    exchange.table.down = True
    return exchange.client.post(LOOKUP, token=token, json={"pid": MALEE}, headers={"x-road-client": OFFICE})


def _consent(exchange: Exchange) -> Any:
    exchange.agree(consent=True)
    return exchange.r1()


def _preview(exchange: Exchange) -> Any:
    exchange.agree(preview=True)
    return exchange.r1()


def _dead(exchange: Exchange) -> Any:
    exchange.providers.die()
    return exchange.r1()


def _nonsense(exchange: Exchange) -> Any:
    exchange.providers.reply(200, b"not json")
    return exchange.r1()


def _unforeseen(exchange: Exchange) -> Any:
    exchange.providers.answer = RuntimeError(MALEE)
    return exchange.r1()


PROVOKED: dict[str, Callable[[Exchange], Any]] = {
    "client.bad_request": lambda exchange: exchange.r1(json={"pid": "1"}),
    "client.invalid_request": lambda exchange: exchange.r1(f"/r1/{PERSON}/%2e%2e/lookup"),
    "server.clientproxy.internal_error": _unforeseen,
    "server.clientproxy.invalid_client_identifier": lambda exchange: exchange.r1(headers={"x-road-client": BIZ}),
    "server.clientproxy.invalid_security_server": lambda exchange: exchange.r1(
        headers={"x-road-security-server": "TH/CENTRAL/DGA/other"}
    ),
    "server.clientproxy.ssl_authentication_failed": lambda exchange: exchange.client.post(
        LOOKUP, json={"pid": MALEE}, headers={"x-road-client": OFFICE}
    ),
    "server.clientproxy.unknown_member": lambda exchange: exchange.r1("/r1/TH/CENTRAL/NONE/civil/person/lookup"),
    "server.serverproxy.access_denied": lambda exchange: exchange.r1(f"/r1/{PERSON}/other"),
    "server.serverproxy.consent_needed": _consent,
    "server.serverproxy.inconsistent_response": _nonsense,
    "server.serverproxy.internal_error": lambda exchange: exchange.r1(
        f"{CIVIL}/getOpenAPI?serviceCode=absent", method="GET"
    ),
    "server.serverproxy.logging_failed": _unrecorded,
    "server.serverproxy.network_error": _dead,
    "server.serverproxy.preview_needed": _preview,
    "server.serverproxy.quota_exceeded": _used_up,
    "server.serverproxy.service_disabled": _disabled,
    "server.serverproxy.service_missing_url": _without_address,
    "server.serverproxy.unknown_service": lambda exchange: exchange.r1(f"{CIVIL}/absent/x"),
}
"""How to bring about each type."""


@pytest.fixture
def exchange() -> Exchange:
    return Exchange()


def test_no_type_goes_without_being_provoked() -> None:
    """`service_failed` is the family of upstream failures whose every member has a type of its own."""
    assert set(PROVOKED) == XROAD_TYPES - {"server.serverproxy.service_failed"}


@pytest.mark.parametrize("kind", sorted(PROVOKED))
def test_each_type_in_json_says_what_it_is_and_nothing_about_anybody(
    exchange: Exchange, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer = PROVOKED[kind](exchange)
    assert set(answer.json) == {"type", "message", "detail"}
    assert answer.json["type"] == answer.headers["x-road-error"] == kind
    assert answer.headers["content-type"] == "application/json;charset=utf-8"
    usual = 500 if kind.startswith("server.") else 400
    special = {"ssl_authentication_failed": 401, "quota_exceeded": 429}
    assert answer.status == special.get(kind.rpartition(".")[2], usual)
    assert "x-road-request-hash" not in answer.headers and "x-road-id" not in answer.headers
    assert MALEE not in answer.text and MALEE not in caplog.text
    if answer.status == 429:
        assert int(answer.headers["retry-after"]) > 0


@pytest.mark.parametrize(
    ("token", "body"), [(None, b"{}"), ("nonsense", b"{}"), ("own", b"x" * (LIMIT + 1))], ids=["none", "bad", "large"]
)
def test_the_edge_s_own_refusals_are_xml_too_where_that_is_accepted(
    exchange: Exchange, token: str | None, body: bytes
) -> None:
    sent = {"accept": "text/xml", "x-road-client": OFFICE, "accept-language": "en"}
    token = exchange.token() if token == "own" else token
    answer = exchange.client.post(LOOKUP, token=token, body=body, headers=sent)
    assert answer.headers["content-type"] == "application/xml;charset=utf-8"
    root = ElementTree.fromstring(answer.text)  # noqa: S314 - our own answer
    assert root.tag == "error" and [child.tag for child in root] == ["type", "message", "detail"]
    assert root.findtext("type") == answer.headers["x-road-error"]
    if token is None:
        assert answer.status == 401 and answer.headers["www-authenticate"].startswith("Bearer")


def test_markup_in_a_message_stays_text(exchange: Exchange) -> None:
    notice = {"th": "ปิด <b>&", "en": "Down <b>&"}
    exchange.client.post("/gdx/v1/services", token=exchange.operator(), json={**SERVICE, "notice": notice})
    answer = exchange.r1(headers={"accept": "application/xml", "accept-language": "en"})
    assert "Down <b>&" in str(ElementTree.fromstring(answer.text).findtext("message"))  # noqa: S314 - our own


def test_the_older_spelling_by_setting(exchange: Exchange) -> None:
    older = Service(exchange.parts, exchange.objects, exchange.log_objects, Spelling.V7_7)
    gate = Gate(exchange.parts.tokens, exchange.keyring, older.operators)
    client = Client([routes(older, gate)])
    headers = {"x-road-client": OFFICE}
    answer = client.get(f"/r1/{PERSON}/other", token=exchange.token(), headers=headers)
    assert (answer.status, answer.json["type"]) == (500, "Server.ServerProxy.AccessDenied")
    assert answer.headers["x-road-error"] == "Server.ServerProxy.AccessDenied"
    told = client.get("/gdx/v1/x-road").json["errors"]
    assert told["spelling"] == "7.7" and "Server.ClientProxy.SslAuthenticationFailed" in told["types"]


@pytest.mark.parametrize("release", ["7.7", "7.8"])
def test_the_setting_reaches_the_exchange(release: str) -> None:
    settings = Settings.from_env({**ENVIRONMENT, "PLATFORMS": "gdx", "XROAD_SPELLING": release})
    assert open_house(settings).gdx.spelling.value == release


@pytest.mark.parametrize(
    ("newer", "older"),
    [
        ("server.serverproxy.global_conf_outdated", "Server.ServerProxy.OutdatedGlobalConf"),
        ("server.clientproxy.io_error", "Server.ClientProxy.IOError"),
        ("server.serverproxy.service_failed.internal_error", "Server.ServerProxy.ServiceFailed.InternalError"),
        ("server.serverproxy.quota_exceeded", "Server.ServerProxy.QuotaExceeded"),
        ("client.bad_request", "Client.BadRequest"),
    ],
)
def test_spellings(newer: str, older: str) -> None:
    assert spelled(newer, Spelling.V7_7) == older
    assert spelled(newer, Spelling.V7_8) == newer


def test_the_manual_lists_every_type_in_both_spellings() -> None:
    manual = (Path(__file__).parents[3] / "docs" / "x-road.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z_.]+)` \| `([A-Za-z.]+)` \| (\d+) \|", manual, re.MULTILINE)
    assert {newer: older for newer, older, _ in rows} == {each: spelled(each, Spelling.V7_7) for each in XROAD_TYPES}
    assert all(status in ("500", "401", "429") or newer.startswith("client.") for newer, _, status in rows)


def test_both_spellings_name_the_same() -> None:
    assert len(set(NAMES.values())) == len(NAMES)
    assert all(name == name.lower() and older[0].isupper() for name, older in NAMES.items())
    assert json.dumps(sorted(XROAD_TYPES)).islower()
