"""An agency asks another over X-Road's protocol and real HTTP, on good days and on bad ones.

The client (`tests/support/xroad_client.py`) knows X-Road's documents and nothing of Klang.
"""

from __future__ import annotations

import hashlib
import json
import re
import socket
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from demo.world import HttpTransport, World
from infra.local.stack import Stack
from tests.journeys.odd_provider import JPEG, LARGE, METHODS, XML, OddProvider, description
from tests.support.xroad_client import Answer, XRoadClient, XRoadError

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("journey")]

OFFICE = "TH/LOCAL/LAEMNGOP/office"
CIVIL = ("TH", "CENTRAL", "DOPA", "civil")
PERSON = (*CIVIL, "person")
ODD = ("TH", "CENTRAL", "DOPA", "odd", "odd")
BIG = (*ODD[:4], "big")
MALEE = "3990100001013"
TERMS: dict[str, Any] = {
    "consumer": OFFICE,
    "endpoints": [{"method": "*", "path": "/**"}],
    "fields": [""],
    "purposes": [{"code": "test", "th": "ทดสอบ", "en": "Testing"}],
    "legal_basis": {"th": "ทดสอบ", "en": "Testing"},
    "valid_from": "2026-01-01",
    "valid_until": "2030-12-31",
    "daily_quota": 10_000,
}


@pytest.fixture(scope="module")
def world(stack: Stack) -> World:
    """The town without its story."""
    return World(HttpTransport(stack.address))


@pytest.fixture(scope="module")
def odd(world: World) -> Iterator[OddProvider]:
    """A registered provider with bad days."""
    operator = world.person("operator-dga")
    with OddProvider() as provider:
        register(operator, provider.address)
        yield provider


def register(operator: Any, address: str) -> None:
    """Puts the odd system at an address, with its service and an agreement."""
    system = {"id": "/".join(ODD[:4]), "name_th": "ระบบแปลก", "name_en": "Odd system", "endpoint": address}
    operator.post("/gdx/v1/subsystems", system)
    for code, seconds in ((ODD, 1.0), (BIG, 10.0)):
        service = {"id": "/".join(code), "title_th": "แปลก", "title_en": "Odd", "timeout": seconds}
        operator.post("/gdx/v1/services", {**service, "document": description(large=code == BIG)})
        operator.post("/gdx/v1/agreements", {**TERMS, "id": f"office-{code[-1]}", "service": "/".join(code)})


@pytest.fixture(scope="module")
def client(stack: Stack, world: World) -> XRoadClient:
    """The district office's system."""
    return XRoadClient(f"{stack.address}/thrown/away", OFFICE, f"Bearer {world.person('laemngop-office').token}")


def refused(client: XRoadClient, *args: Any, **given: Any) -> XRoadError:
    """The error that a call must end in."""
    with pytest.raises(XRoadError) as error:
        client.call(*args, **given)
    return error.value


def test_who_is_there(client: XRoadClient) -> None:
    members, subsystems = client.members(), set(client.subsystems())
    assert ("TH", "CENTRAL", "DOPA") in members and CIVIL in subsystems
    listed = client.list_clients()
    assert {tuple(each["id"].values())[1:] for each in listed if each["id"]["object_type"] == "MEMBER"} == set(members)
    assert {tuple(each["id"].values())[1:] for each in listed if "subsystem_code" in each["id"]} == subsystems


def test_every_subsystem_says_what_it_offers(client: XRoadClient) -> None:
    offered = {provider: client.list_methods(provider) for provider in client.subsystems()}
    (person,) = [each for each in offered[CIVIL] if each["service_code"] == "person"]
    assert {"method": "POST", "path": "/lookup"} in person["endpoint_list"]
    (allowed,) = [each for each in client.allowed_methods(CIVIL) if each["service_code"] == "person"]
    assert allowed["endpoint_list"] == [{"method": "POST", "path": "/lookup"}]
    described = client.open_api(CIVIL, "person")
    assert described["servers"][0]["url"].endswith("/r1/TH/CENTRAL/DOPA/civil/person")
    assert "/lookup" in described["paths"]


def test_a_person_is_looked_up(client: XRoadClient) -> None:
    body = json.dumps({"pid": MALEE}).encode()
    sent = {"Content-Type": "application/json", "X-Road-Id": "LN-0001", "X-Road-UserId": "TH1990100002021"}
    answer = client.call("POST", PERSON, "/lookup", body=body, headers={**sent, "X-Road-Issue": "LN-2569-1"})
    assert answer.status == 200 and answer.json["first_name_th"] == "มาลี" and "religion" not in answer.json
    assert answer.headers["x-road-id"] == "LN-0001"
    assert answer.headers["x-road-client"] == OFFICE and answer.headers["x-road-service"] == "/".join(PERSON)
    target = "/r1/" + "/".join(PERSON) + "/lookup"
    assert answer.headers["x-road-request-hash"] == client.request_hash("POST", target, answer, body)
    assert "x-road-error" not in answer.headers
    policy, left = answer.headers["ratelimit-policy"], answer.headers["ratelimit"]
    assert re.fullmatch(r'"[a-z]+";q=\d+;w=86400', policy) and re.fullmatch(r'"[a-z]+";r=\d+;t=\d+', left)
    again = client.call("POST", PERSON, "/lookup", body=body, headers=sent)
    assert again.headers["x-road-request-id"] != answer.headers["x-road-request-id"]
    assert again.headers["x-road-request-hash"] != answer.headers["x-road-request-hash"]


def test_what_was_not_agreed_upon_is_denied_in_either_form(client: XRoadClient) -> None:
    told = refused(client, "GET", PERSON, "/everybody")
    assert (told.status, told.kind) == (500, "server.serverproxy.access_denied")
    as_xml = refused(client, "GET", PERSON, "/everybody", headers={"Accept": "text/xml"})
    assert (as_xml.status, as_xml.kind) == (told.status, told.kind)
    stranger = XRoadClient(f"http://{client._host}:{client._port}", OFFICE, "Bearer nonsense")
    assert refused(stranger, "GET", PERSON).status == 401
    assert refused(stranger, "GET", PERSON, headers={"Accept": "application/xml"}).status == 401
    other = XRoadClient(f"http://{client._host}:{client._port}", "TH/CENTRAL/DGA/biz", client.authorization)
    assert refused(other, "GET", PERSON).kind == "server.clientproxy.invalid_client_identifier"


@pytest.mark.parametrize("method", METHODS)
def test_every_method_reaches_the_provider(client: XRoadClient, odd: OddProvider, method: str) -> None:
    answer = client.call(method, ODD, "/a/%E0%B8%81%3Bb%2Fc", query="q=%2F&q=2", headers={"X-Mine": "1"})
    assert answer.status == 200
    seen = odd.seen[-1]
    assert (seen["method"], seen["path"]) == (method, "/odd/a/%E0%B8%81%3Bb%2Fc?q=%2F&q=2")
    assert seen["headers"]["x-mine"] == "1" and seen["headers"]["x-road-client"] == OFFICE
    assert answer.headers["x-road-id"] != "forged"
    if method == "HEAD":
        assert answer.body == b""


@pytest.mark.parametrize("path", ["", "/", "/a/", "/a/b"])
def test_the_end_of_a_path_is_kept(client: XRoadClient, odd: OddProvider, path: str) -> None:
    if path == "":
        assert refused(client, "GET", ODD).kind == "server.serverproxy.access_denied"
        return
    assert client.call("GET", ODD, path).status == 200
    assert odd.seen[-1]["path"] == f"/odd{path}"


@pytest.mark.parametrize(
    ("media", "content"),
    [("image/jpeg", JPEG), ("application/pdf", b"%PDF-1.7\n\xff\x00"), ("application/xml", XML), ("text/plain", XML)],
)
@pytest.mark.parametrize("accept", ["*/*", "application/json", ""])
def test_bytes_pass_both_ways(client: XRoadClient, odd: OddProvider, media: str, content: bytes, accept: str) -> None:
    answer = client.call("POST", ODD, "/back", body=content, headers={"Content-Type": media, "Accept": accept})
    assert odd.seen[-1]["body"] == content
    assert (answer.status, answer.body, answer.headers["content-type"]) == (200, content, media)


def test_a_picture_comes_whole(client: XRoadClient, odd: OddProvider) -> None:
    assert client.call("GET", ODD, "/picture").body == JPEG
    assert client.call("GET", ODD, "/xml").body == XML


def fetched(answer: Answer) -> bytes:
    """What a claim check stands for."""
    assert answer.headers["content-type"] == "application/vnd.klang.claim-check+json"
    claim = answer.json["claim_check"]
    with urllib.request.urlopen(claim["url"], timeout=10) as response:
        content: bytes = response.read()
    assert hashlib.sha256(content).hexdigest() == claim["sha256"] and len(content) == claim["size"]
    return content


def test_a_large_answer_is_fetched_by_its_claim_check(client: XRoadClient, odd: OddProvider) -> None:
    assert fetched(client.call("GET", ODD, "/large")) == LARGE
    assert fetched(client.call("GET", BIG, "/larger")) == LARGE * 3
    assert refused(client, "GET", ODD, "/larger").kind == "server.serverproxy.network_error"


def test_a_large_request_is_uploaded_first(client: XRoadClient, odd: OddProvider, world: World) -> None:
    assert refused(client, "POST", BIG, "/back", body=LARGE).kind == "client.bad_request"
    office = world.person("laemngop-office")
    digest = hashlib.sha256(LARGE).hexdigest()
    declared = {"service": "/".join(BIG), "media_type": "image/jpeg", "size": len(LARGE), "sha256": digest}
    path = "/gdx/v1/documents"
    document = office.post(path, {**declared, "part_size": 5 * 1024 * 1024, "parts": [digest]}, expect=201).json["id"]
    (part,) = office.get(f"{path}/{document}/parts").json["items"]
    headers = {**part["headers"], "Content-Type": "application/octet-stream"}
    put = urllib.request.Request(part["url"], data=LARGE, headers=headers, method="PUT")
    with urllib.request.urlopen(put, timeout=10) as stored:
        assert stored.status == 200
    office.post(f"{path}/{document}/complete")
    answer = client.call("POST", BIG, "/back", headers={"X-Gdx-Claim-Check": document})
    assert odd.seen[-1]["body"] == LARGE and odd.seen[-1]["headers"]["content-type"] == "image/jpeg"
    assert fetched(answer) == LARGE


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/slow", "server.serverproxy.network_error"),
        ("/broken", "server.serverproxy.inconsistent_response"),
        ("/wrong", "server.serverproxy.inconsistent_response"),
    ],
)
def test_a_provider_s_bad_day(client: XRoadClient, odd: OddProvider, path: str, kind: str) -> None:
    assert refused(client, "GET", ODD, path).kind == kind


def test_a_redirect_is_handed_back_and_not_followed(client: XRoadClient, odd: OddProvider) -> None:
    answer = client.call("GET", ODD, "/redirect")
    assert answer.status == 302 and answer.body == b""


def test_a_provider_s_own_error_is_the_provider_s(client: XRoadClient, odd: OddProvider) -> None:
    answer = client.call("GET", ODD, "/own-error")
    assert answer.status == 409 and answer.json == {"title": "Taken"}
    assert answer.headers["x-road-service"] == "/".join(ODD)


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:1", "http://169.254.169.254", "http://10.1.2.3", "http://[::ffff:10.1.2.3]"]
)
def test_dead_and_inner_addresses_are_not_reached(
    client: XRoadClient, odd: OddProvider, world: World, address: str
) -> None:
    operator = world.person("operator-dga")
    try:
        register(operator, address)
        world.until("the directory forgets", lambda: refused(client, "GET", ODD, "/a").kind.endswith("network_error"))
    finally:
        register(operator, odd.address)
        world.until("the provider is back", lambda: _answers(client))


def _answers(client: XRoadClient) -> bool:
    try:
        return client.call("GET", ODD, "/a").status == 200
    except XRoadError:
        return False


# -- what no well-behaved client sends -----------------------------------------------------------------


def raw(stack: Stack, request: bytes, *, more: bytes = b"", half_close: bool = True) -> bytes:
    """Everything that comes back on one connection."""
    parts = urlsplit(stack.address)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=10) as connection:
        connection.settimeout(5)
        try:
            connection.sendall(request)
            connection.sendall(more)
            if half_close:
                connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # the server had seen enough
        received = b""
        try:
            while part := connection.recv(65536):
                received += part
        except OSError:
            pass
    return received


def head(client: XRoadClient, method: str = "GET", path: str = "/a", *more: str) -> bytes:
    """A request's head up to the blank line, which is left out."""
    lines = [f"{method} /r1/{'/'.join(ODD)}{path} HTTP/1.1", "Host: x", f"Authorization: {client.authorization}"]
    return "\r\n".join([*lines, f"X-Road-Client: {OFFICE}", "Connection: close", *more]).encode("latin-1") + b"\r\n"


def test_trace_is_answered_and_echoes_nothing(stack: Stack, client: XRoadClient, odd: OddProvider) -> None:
    before = len(odd.seen)
    answer = raw(stack, head(client, "TRACE") + b"\r\n")
    assert answer.startswith(b"HTTP/1.1 404 ") and b"problem+json" in answer and b'"message": "No such' in answer
    assert client.authorization.encode() not in answer and len(odd.seen) == before


@pytest.mark.parametrize("size", [11_000, 1024 * 1024])
def test_headers_beyond_what_api_gateway_takes_are_refused(
    stack: Stack, client: XRoadClient, odd: OddProvider, size: int
) -> None:
    before = len(odd.seen)
    answer = raw(stack, head(client, "GET", "/a", "X-Long: " + "x" * size) + b"\r\n")
    assert answer == b"" or answer.startswith((b"HTTP/1.1 431 ", b"HTTP/1.0 431 "))
    assert len(odd.seen) == before
    assert client.call("GET", ODD, "/a").status == 200


@pytest.mark.parametrize(
    "bad",
    [
        ("Content-Length: 5", "Content-Length: 6"),
        ("Content-Length: -1",),
        ("Content-Length: +3",),
        ("Content-Length: 3, 4",),
        ("Content-Length: 0x3",),
        ("Transfer-Encoding: xchunked",),
        ("Transfer-Encoding: chunked, identity",),
        ("Transfer-Encoding: gzip, chunked",),
    ],
)
def test_a_length_that_two_readers_read_differently_is_refused(
    stack: Stack, client: XRoadClient, odd: OddProvider, bad: tuple[str, ...]
) -> None:
    before = len(odd.seen)
    answer = raw(stack, head(client, "POST", "/back", *bad) + b"\r\n", more=b"3\r\nabc\r\n0\r\n\r\n")
    assert answer == b"" or answer.split(b" ")[1] in (b"400", b"501"), answer[:200]
    assert len(odd.seen) == before


def test_a_body_shorter_than_announced_asks_nobody(stack: Stack, client: XRoadClient, odd: OddProvider) -> None:
    before = len(odd.seen)
    answer = raw(stack, head(client, "POST", "/back", "Content-Length: 100") + b"\r\n", more=b"abc")
    assert b"200 OK" not in answer and len(odd.seen) == before


def test_a_second_request_behind_the_first_is_not_smuggled(stack: Stack, client: XRoadClient, odd: OddProvider) -> None:
    """Content-Length and chunked together: the chunked body counts (RFC 9112 §6.1) or nothing does."""
    before = len(odd.seen)
    inner = head(client, "DELETE", "/smuggled") + b"\r\n"
    both = head(client, "POST", "/back", "Content-Type: text/plain", f"Content-Length: {len(inner) + 5}")
    answer = raw(stack, both + b"Transfer-Encoding: chunked\r\n\r\n", more=b"0\r\n\r\n" + inner)
    assert answer.count(b"HTTP/1.1 ") <= 1
    assert [each["method"] for each in odd.seen[before:] if each["method"] == "DELETE"] == []


def test_a_chunked_body_arrives_whole(stack: Stack, client: XRoadClient, odd: OddProvider) -> None:
    chunks = b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    sent = head(client, "POST", "/back", "Content-Type: text/plain", "Transfer-Encoding: chunked") + b"\r\n"
    answer = raw(stack, sent, more=chunks)
    assert answer.endswith(b"\r\n\r\nabcde") and odd.seen[-1]["body"] == b"abcde"
    assert "transfer-encoding" not in odd.seen[-1]["headers"]


@pytest.mark.parametrize(
    "line",
    [
        "X-Mine: a\rX-Road-Client: TH/CENTRAL/DGA/biz",
        "X-Mine: a\x00b",
        "X-Mine: a\x1bb",
        "X Road Client: a",
        "X-Mine : a",
    ],
)
def test_a_header_that_breaks_the_grammar_reaches_nobody(
    stack: Stack, client: XRoadClient, odd: OddProvider, line: str
) -> None:
    before = len(odd.seen)
    answer = raw(stack, head(client, "GET", "/a", line) + b"\r\n")
    assert answer.split(b" ")[1] == b"400", answer[:200]
    assert len(odd.seen) == before


@pytest.mark.parametrize("name", ["X-Road-Id", "X-Gdx-Purpose", "X-Road-Security-Server", "Content-Type"])
@pytest.mark.parametrize("twin", [str.lower, str.upper, str])
def test_what_decides_comes_once_in_whatever_spelling(
    stack: Stack, client: XRoadClient, odd: OddProvider, name: str, twin: Callable[[str], str]
) -> None:
    before = len(odd.seen)
    answer = raw(stack, head(client, "GET", "/a", f"{name}: a", f"{twin(name)}: b") + b"\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ") and b"client.invalid_request" in answer
    assert len(odd.seen) == before


def test_two_tokens_are_no_token(stack: Stack, client: XRoadClient, odd: OddProvider) -> None:
    before = len(odd.seen)
    answer = raw(stack, head(client, "GET", "/a", f"authorization: {client.authorization}") + b"\r\n")
    assert answer.startswith(b"HTTP/1.1 401 ") and len(odd.seen) == before


def test_of_two_clients_the_last_counts(stack: Stack, client: XRoadClient, odd: OddProvider) -> None:
    last = raw(stack, head(client, "GET", "/a", "X-Road-Client: TH/CENTRAL/DGA/biz") + b"\r\n")
    assert b"invalid_client_identifier" in last
    both = raw(stack, head(client, "GET", "/a", f"X-Road-Client: {OFFICE}") + b"\r\n")
    assert both.startswith(b"HTTP/1.1 200 ") and odd.seen[-1]["headers"]["x-road-client"] == OFFICE


def test_an_underscore_does_not_stand_in_for_a_dash(stack: Stack, client: XRoadClient, odd: OddProvider) -> None:
    answer = raw(stack, head(client, "GET", "/a", "X_Road_Client: TH/CENTRAL/DGA/biz", "X_Road_UserId: TH1") + b"\r\n")
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert [name for name in odd.seen[-1]["headers"] if "_" in name] == []
    assert odd.seen[-1]["headers"]["x-road-client"] == OFFICE
