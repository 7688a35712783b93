"""X-Road REST v1 over the edge: paths, headers, hash, errors, metadata services."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any
from xml.etree import ElementTree

import pytest

from chalicelib.gdx.xroad.paths import METHODS
from tests.gdx.exchange import BASE, BIZ, DOPA, MALEE, OFFICE, PERSON, RECORD, SEED, Exchange

SERVICE = next(each for each in SEED["services"] if each["id"] == PERSON)

AGREED = {"first_name_th": "มาลี", "last_name_th": "ศรีสมุทร", "status": "alive"}


@pytest.fixture
def exchange() -> Exchange:
    return Exchange()


def error(answer: Any) -> tuple[int, str]:
    """Status and type of an X-Road error, once its form is right."""
    assert set(answer.json) == {"type", "message", "detail"} and answer.json["message"]
    assert answer.headers["x-road-error"] == answer.json["type"]
    assert answer.headers["content-type"] == "application/json;charset=utf-8"
    assert "x-road-request-hash" not in answer.headers
    return answer.status, answer.json["type"]


def test_a_call_answers_with_the_agreed_fields_and_x_road_s_headers(exchange: Exchange) -> None:
    answer = exchange.r1(headers={"x-road-id": "mine-1", "x-road-issue": "LN-1"})
    assert answer.status == 200 and answer.json == AGREED
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-road-id"] == "mine-1"
    assert answer.headers["x-road-client"] == OFFICE and answer.headers["x-road-service"] == PERSON
    assert answer.headers["x-road-request-id"] == exchange.providers.sent[0].headers["x-road-request-id"]
    receipt = exchange.client.get(f"/gdx/v1/receipts/{answer.headers['x-gdx-exchange']}", token=exchange.token())
    assert receipt.json["receipt"] == answer.headers["x-gdx-receipt"]
    assert receipt.json["leaf"]["at"] == answer.headers["x-gdx-at"] and receipt.json["leaf"]["case"] == "LN-1"


def test_the_request_hash_can_be_computed_again(exchange: Exchange) -> None:
    body = json.dumps({"pid": MALEE}).encode()
    sent = {"content-type": "application/json", "accept": "application/json", "x-road-client": OFFICE}
    answer = exchange.r1(body=body, headers={**sent, "user-agent": "curl", "host": "x"})
    lines = [f"POST\r\n/r1/{PERSON}/lookup\r\n", *(f"{name}:{sent[name]}\r\n" for name in sorted(sent))]
    lines += [f"{name}:{answer.headers[name]}\r\n" for name in ("x-road-request-id", "x-road-id")]
    head = hashlib.sha512("".join(lines).encode()).digest()
    both = hashlib.sha512(head + hashlib.sha512(body).digest()).digest()
    assert answer.headers["x-road-request-hash"] == base64.b64encode(both).decode()


def test_a_repeat_has_the_same_receipt_and_another_hash(exchange: Exchange) -> None:
    first, again = (exchange.r1(headers={"x-road-id": "mine"}) for _ in range(2))
    assert first.headers["x-gdx-receipt"] == again.headers["x-gdx-receipt"]
    assert "x-gdx-repeated" not in first.headers and again.headers["x-gdx-repeated"] == "true"
    assert first.headers["x-road-request-hash"] != again.headers["x-road-request-hash"]
    assert first.headers["x-road-request-id"] != again.headers["x-road-request-id"]
    assert len(exchange.service.access_log.entries(MALEE).items) == 1


def test_a_warm_call_takes_two_requests_to_the_table(exchange: Exchange) -> None:
    token = exchange.token()
    headers = {"x-road-client": OFFICE}
    for _ in range(2):
        exchange.table.requests.clear()
        exchange.client.post(f"/r1/{PERSON}/lookup", token=token, json={"pid": MALEE}, headers=headers)
    assert exchange.table.requests == ["get_many", "write"]


@pytest.mark.parametrize("method", sorted(METHODS))
def test_all_methods_reach_a_service_that_allows_them(exchange: Exchange, method: str) -> None:
    document = SERVICE["document"]
    operation = document["paths"]["/lookup"]["post"]
    everything = {**document, "paths": {"/a/{x}": {verb.lower(): operation for verb in METHODS}}}
    service = {**SERVICE, "document": everything, "subject": None}
    assert exchange.client.post("/gdx/v1/services", token=exchange.operator(), json=service).status == 200
    exchange.agree(endpoints=[{"method": "*", "path": "/a/*"}])
    answer = exchange.r1(f"/r1/{PERSON}/a/%E0%B8%81%3B1?q=%2F&q=2", method=method)
    assert answer.status == 200
    assert exchange.providers.sent[-1].url == f"{DOPA}/person/a/%E0%B8%81%3B1?q=%2F&q=2"
    assert exchange.providers.sent[-1].method == method
    assert answer.response.body == b"" if method == "HEAD" else answer.json == AGREED


def test_headers_pass_both_ways_but_for_the_stripped(exchange: Exchange) -> None:
    exchange.providers.reply(
        200, RECORD, **{"etag": '"1"', "server": "x", "x-road-id": "forged", "cache-control": "no-cache"}
    )
    answer = exchange.r1(
        headers={"x-road-userid": "TH1", "te": "trailers", "x-road-request-id": "forged", "x-mine": "1"}
    )
    sent = exchange.providers.sent[0].headers
    assert sent["x-road-userid"] == "TH1" and sent["x-mine"] == "1" and "te" not in sent
    assert sent["x-road-request-id"] != "forged" and sent["authorization"] != f"Bearer {exchange.token()}"
    assert answer.headers["etag"] == '"1"' and "server" not in answer.headers
    assert answer.headers["x-road-id"] != "forged" and answer.headers["cache-control"] == "no-cache"


def test_a_provider_s_error_carries_x_road_s_headers_and_no_x_road_error(exchange: Exchange) -> None:
    exchange.providers.reply(404, {"title": "Not found", "detail": MALEE}, "application/problem+json")
    answer = exchange.r1()
    assert answer.status == 404 and answer.json == {"title": "Not found"}
    assert "x-road-error" not in answer.headers and answer.headers["x-road-service"] == PERSON


@pytest.mark.parametrize(
    ("path", "headers", "expected"),
    [
        (f"/r1/{PERSON}/other", {}, (500, "server.serverproxy.access_denied")),
        (f"/r1/{PERSON}/%2e%2e/lookup", {}, (400, "client.invalid_request")),
        (f"/r1/{PERSON}/%252e%252e", {}, (400, "client.invalid_request")),
        (f"/r1/{PERSON}/a%zz", {}, (400, "client.invalid_request")),
        ("/r1/TH/CENTRAL/DOPA/civil/absent/x", {}, (500, "server.serverproxy.unknown_service")),
        ("/r1/TH/CENTRAL/DOPA/civil/per%2Fson/x", {}, (500, "server.serverproxy.unknown_service")),
        ("/r1/TH/CENTRAL/DOPA%2Fcivil/x/person", {}, (500, "server.clientproxy.unknown_member")),
        ("/r1/TH/CENTRAL/NONE/civil/person/lookup", {}, (500, "server.clientproxy.unknown_member")),
        ("/r1/EE/GOV/DOPA/civil/person/lookup", {}, (500, "server.clientproxy.unknown_member")),
        (f"/r1/{PERSON}/lookup", {"x-road-client": BIZ}, (500, "server.clientproxy.invalid_client_identifier")),
        (f"/r1/{PERSON}/lookup", {"x-road-client": ""}, (500, "server.clientproxy.invalid_client_identifier")),
        (f"/r1/{PERSON}/lookup", {"x-road-client": "TH/LOCAL"}, (500, "server.clientproxy.invalid_client_identifier")),
        (
            f"/r1/{PERSON}/lookup",
            {"x-road-client": "TH/LOCAL/LAEMNGOP%2Foffice"},
            (500, "server.clientproxy.invalid_client_identifier"),
        ),
        (
            f"/r1/{PERSON}/lookup",
            {"x-road-client": f"{OFFICE}, {BIZ}"},
            (500, "server.clientproxy.invalid_client_identifier"),
        ),
        (f"/r1/{PERSON}/lookup", {"x-road-client": "%ff"}, (500, "server.clientproxy.invalid_client_identifier")),
        (f"/r1/{PERSON}/lookup", {"x-road-id": "ก"}, (400, "client.invalid_request")),
        (f"/r1/{PERSON}/lookup", {"x-road-issue": MALEE}, (400, "client.invalid_request")),
        (f"/r1/{PERSON}/lookup", {"x-gdx-purpose": "marketing"}, (500, "server.serverproxy.access_denied")),
    ],
)
def test_errors_of_the_protocol(
    exchange: Exchange, path: str, headers: dict[str, str], expected: tuple[int, str]
) -> None:
    for language in ("th", "en"):
        answer = exchange.r1(path, headers={**headers, "accept-language": language})
        assert error(answer) == expected and MALEE not in answer.text
    assert exchange.providers.sent == []


def test_who_has_no_token(exchange: Exchange) -> None:
    path, headers = f"/r1/{PERSON}/lookup", {"x-road-client": OFFICE}
    for token in (None, "x", exchange.operator() + "x"):
        answer = exchange.client.post(path, token=token, json={"pid": MALEE}, headers=headers)
        assert error(answer) == (401, "server.clientproxy.ssl_authentication_failed")
        assert answer.headers["www-authenticate"].startswith("Bearer")
    person = exchange.client.post(path, token=exchange.operator(), json={"pid": MALEE}, headers=headers)
    assert error(person)[1] == "server.serverproxy.access_denied"


def test_dead_providers_quotas_and_large_bodies(exchange: Exchange) -> None:
    exchange.providers.die()
    assert error(exchange.r1()) == (500, "server.serverproxy.network_error")
    exchange.providers.reply(200, {"nonsense": True})
    assert error(exchange.r1()) == (500, "server.serverproxy.inconsistent_response")
    assert error(exchange.r1(body=b"x" * (4 * 1024 * 1024 + 1))) == (400, "client.bad_request")
    exchange.providers.reply(200, RECORD)
    exchange.agree(daily_quota=1)
    exchange.r1()
    answer = exchange.r1()
    assert error(answer) == (429, "server.serverproxy.quota_exceeded") and answer.headers["retry-after"]


def test_what_cannot_be_recorded_is_not_handed_out(exchange: Exchange) -> None:
    token, headers = exchange.token(), {"x-road-client": OFFICE}
    exchange.table.down = True
    answer = exchange.client.post(f"/r1/{PERSON}/lookup", token=token, json={"pid": MALEE}, headers=headers)
    assert error(answer) == (500, "server.serverproxy.logging_failed") and "มาลี" not in answer.text


def test_errors_as_xml(exchange: Exchange) -> None:
    answer = exchange.r1(f"/r1/{PERSON}/other", headers={"accept": "text/xml", "accept-language": "en"})
    assert answer.headers["content-type"] == "application/xml;charset=utf-8"
    root = ElementTree.fromstring(answer.text)  # noqa: S314 - our own answer
    assert [child.tag for child in root] == ["type", "message", "detail"]
    assert root.findtext("type") == answer.headers["x-road-error"] == "server.serverproxy.access_denied"


def test_list_methods_and_allowed_methods(exchange: Exchange) -> None:
    base = "/r1/TH/CENTRAL/DGA/citizen"
    listed = exchange.r1(f"{base}/listMethods", method="GET").json["service"]
    assert [entry["service_code"] for entry in listed] == ["consents", "inbox", "wallet"]
    assert listed[1] == {
        "object_type": "SERVICE",
        "service_type": "OPENAPI",
        "xroad_instance": "TH",
        "member_class": "CENTRAL",
        "member_code": "DGA",
        "subsystem_code": "citizen",
        "service_code": "inbox",
        "endpoint_list": [
            {"method": "POST", "path": path}
            for path in ("/messages", "/messages/opened", "/attachments", "/messages/proof")
        ],
    }
    assert exchange.r1(f"{base}/allowedMethods", method="GET").json == {"service": []}
    allowed = exchange.r1("/r1/TH/CENTRAL/DOPA/civil/allowedMethods", method="GET").json["service"]
    assert [entry["endpoint_list"] for entry in allowed] == [[{"method": "POST", "path": "/lookup"}]]
    none = exchange.r1("/r1/TH/CENTRAL/DOPA/none/listMethods", method="GET")
    assert error(none) == (500, "server.clientproxy.unknown_member")


def test_get_open_api(exchange: Exchange) -> None:
    base = "/r1/TH/CENTRAL/DOPA/civil/getOpenAPI"
    described = exchange.r1(f"{base}?serviceCode=person", method="GET").json
    assert described["openapi"] == "3.1.0" and described["servers"] == [{"url": f"{BASE}/r1/{PERSON}"}]
    assert error(exchange.r1(base, method="GET")) == (400, "client.invalid_request")
    absent = exchange.r1(f"{base}?serviceCode=absent", method="GET", headers={"accept-language": "en"})
    assert error(absent) == (500, "server.serverproxy.internal_error")
    assert absent.json["message"] == "Service not found: TH/CENTRAL/DOPA/civil/absent"
    assert error(exchange.r1(f"{base}?serviceCode=a%2Fb", method="GET"))[1] == "server.serverproxy.unknown_service"


def test_list_clients(exchange: Exchange) -> None:
    wanted = {"accept": "application/json"}
    everyone = exchange.client.get("/listClients", headers=wanted).json["member"]
    kinds = [entry["id"]["object_type"] for entry in everyone]
    assert kinds.count("MEMBER") == sum(1 for each in SEED["members"] if each["id"].startswith("TH/"))
    assert kinds.count("SUBSYSTEM") == sum(1 for each in SEED["subsystems"] if each["id"].startswith("TH/"))
    civil = next(entry for entry in everyone if entry["id"].get("subsystem_code") == "civil")
    assert civil["name"] == "กรมการปกครอง" and civil["subsystem_name"] == "ระบบทะเบียนราษฎร"
    assert exchange.client.get("/listClients?xRoadInstance=EE", headers=wanted).json == {"member": []}


def test_an_error_nobody_foresaw_says_nothing(exchange: Exchange, caplog: pytest.LogCaptureFixture) -> None:
    exchange.providers.answer = RuntimeError(MALEE)
    answer = exchange.r1()
    assert error(answer) == (500, "server.clientproxy.internal_error")
    assert MALEE not in answer.text and MALEE not in caplog.text


def test_a_request_that_is_answered_later_is_of_moderate_size(exchange: Exchange) -> None:
    later = {"prefer": "respond-async"}
    assert exchange.r1(headers=later).status == 202
    answer = exchange.r1(headers=later, body=json.dumps({"pid": MALEE, "more": "x" * 256 * 1024}).encode())
    assert error(answer) == (400, "client.bad_request")
