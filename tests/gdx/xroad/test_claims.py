"""Large answers by claim check: nothing of them in the reply, everything of them in one place, and the log's word."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from chalicelib.gdx.routes import routes
from chalicelib.gdx.service import Service
from chalicelib.gdx.xroad.claims import INLINE, LASTS, MAX_JSON, MEDIA_TYPE, declares_large
from chalicelib.gdx.xroad.routes import LIMIT
from chalicelib.shared.egress import HttpAnswer
from chalicelib.shared.identity import Gate
from tests.gdx.documents.files import opened, sent
from tests.gdx.exchange import BIZ, MALEE, OFFICE, PERSON, SEED, Exchange, Providers
from tests.support.client import Client

SERVICE = next(each for each in SEED["services"] if each["id"] == PERSON)


@pytest.fixture
def exchange() -> Exchange:
    """An exchange whose agreement lets whole answers out."""
    made = Exchange()
    made.agree(fields=[""])
    return made


def object_of(exchange: Exchange, url: str) -> tuple[bytes, str]:
    return exchange.objects.kept[unquote(urlsplit(url).path.lstrip("/"))]


@pytest.mark.parametrize("media", ["application/pdf", "image/jpeg", "text/csv"])
def test_a_large_answer_is_fetched_elsewhere(exchange: Exchange, media: str) -> None:
    whole = b"\xff" * (INLINE + 1)
    exchange.providers.reply(200, whole, media, **{"cache-control": "public, max-age=3600", "etag": '"1"'})
    answer = exchange.r1(headers={"x-road-id": "large-1"})
    assert (answer.status, answer.headers["content-type"]) == (200, MEDIA_TYPE)
    claim = answer.json["claim_check"]
    assert claim["sha256"] == hashlib.sha256(whole).hexdigest() == answer.headers["x-gdx-content-sha256"]
    assert claim["size"] == len(whole) and claim["media_type"] == media
    assert claim["url"] == answer.headers["x-gdx-claim-check"]
    assert claim["expires_at"] == (exchange.now + LASTS).isoformat(timespec="seconds")
    assert object_of(exchange, claim["url"]) == (whole, media)
    assert answer.headers["x-road-service"] == PERSON and answer.headers["x-gdx-receipt"]
    assert answer.headers["cache-control"] == "no-store" and "etag" not in answer.headers


def test_the_same_answer_lies_in_one_place(exchange: Exchange) -> None:
    exchange.providers.reply(200, b"x" * (INLINE + 1), "text/plain")
    places = {exchange.r1(headers={"x-road-id": "large-2"}).json["claim_check"]["url"] for _ in range(2)}
    assert len(places) == len(exchange.objects.kept) == 1


def test_the_parameters_of_a_media_type_come_along(exchange: Exchange) -> None:
    media = 'multipart/mixed; boundary="Ab=_1"'
    exchange.providers.reply(200, b"--Ab=_1\r\n\r\n\xff\r\n--Ab=_1--\r\n", media)
    assert exchange.r1().headers["content-type"] == media
    exchange.providers.answer = HttpAnswer(200, {}, b"\xff")
    assert exchange.r1().headers["content-type"] == "application/octet-stream"


def test_what_fits_goes_back_as_it_is(exchange: Exchange) -> None:
    whole = b"\x89PNG" + b"\x00" * (INLINE - 4)
    exchange.providers.reply(200, whole, "image/png")
    answer = exchange.r1()
    assert (answer.response.body, answer.headers["content-type"]) == (whole, "image/png")
    assert exchange.objects.kept == {} and "x-gdx-claim-check" not in answer.headers


@pytest.mark.parametrize(
    ("document", "large"),
    [
        ({}, False),
        ({"x-gdx-large-answers": True}, True),
        ({"x-gdx-large-answers": "true"}, False),
        ({"x-gdx-large-answers": 1}, False),
    ],
)
def test_a_service_says_so_itself(document: dict[str, Any], large: bool) -> None:
    assert declares_large(document) is large


def test_only_a_service_that_said_so_is_read_by_the_wide_way(exchange: Exchange) -> None:
    """The wide way out reads up to 64 MB, the usual one 5 MB."""
    wide = Providers()
    parts, objects = exchange.parts, exchange.objects
    service = Service(parts, objects, exchange.log_objects, wide=wide)
    room = routes(service, Gate(parts.tokens, exchange.keyring, service.operators))
    wide.reply(200, b"w" * (INLINE + 1), "application/pdf")
    exchange.providers.reply(200, b"usual", "application/pdf")
    headers = {"x-road-client": OFFICE}

    def asked() -> Any:
        return Client([room]).post(f"/r1/{PERSON}/lookup", token=exchange.token(), json={"pid": MALEE}, headers=headers)

    assert asked().text == "usual" and not wide.sent
    document = {**SERVICE["document"], "x-gdx-large-answers": True}
    posted = {**SERVICE, "document": document}
    assert exchange.client.post("/gdx/v1/services", token=exchange.operator(), json=posted).status == 200
    exchange.pass_time(minutes=2)
    assert asked().json["claim_check"]["size"] == INLINE + 1 and len(wide.sent) == 1


def test_json_that_is_too_large_to_be_cut_down_is_refused(exchange: Exchange) -> None:
    exchange.providers.reply(200, b" " * (MAX_JSON + 1), "application/json")
    answer = exchange.r1(headers={"accept-language": "en"})
    assert answer.headers["x-road-error"] == "server.serverproxy.inconsistent_response"
    assert "10 MB" in answer.json["message"]


def claimed(exchange: Exchange, identifier: str, **given: Any) -> Any:
    """A request whose body is a document."""
    headers = {"x-gdx-claim-check": identifier, **given.pop("headers", {})}
    return exchange.r1(headers=headers, body=given.pop("body", b""), **given)


def test_a_document_stands_for_the_body_of_a_request(exchange: Exchange) -> None:
    content = json.dumps({"pid": MALEE, "more": "x" * LIMIT}).encode()
    identifier = sent(exchange, content, media_type="application/json")["id"]
    first = claimed(exchange, identifier, headers={"x-road-id": "claim-1"})
    assert first.status == 200, first.text
    assert exchange.providers.sent[0].body == content
    assert exchange.providers.sent[0].headers["content-type"] == "application/json"
    assert "x-gdx-claim-check" not in exchange.providers.sent[0].headers
    again = claimed(exchange, identifier, headers={"x-road-id": "claim-1"})
    assert again.headers["x-gdx-exchange"] == first.headers["x-gdx-exchange"]
    leaf = exchange.client.get(f"/gdx/v1/receipts/{first.headers['x-gdx-exchange']}", token=exchange.token()).json[
        "leaf"
    ]
    assert leaf["message_id"] == "claim-1" and leaf["service"] == PERSON


def test_a_claim_that_cannot_be_redeemed_asks_nobody(exchange: Exchange) -> None:
    content = json.dumps({"pid": MALEE}).encode()
    open_one = opened(exchange, content, media_type="application/json").json["id"]
    of_another = sent(exchange, content, owner=BIZ, media_type="application/json")["id"]
    changed = sent(exchange, content, media_type="application/json")["id"]
    exchange.objects.kept[f"documents/{changed}"] = (b"{}", "application/json")
    lost = sent(exchange, content, media_type="application/json")["id"]
    exchange.objects.delete(f"documents/{lost}")
    for identifier in (open_one, of_another, changed, lost, "absent", ""):
        answer = claimed(exchange, identifier)
        assert (answer.status, answer.json["type"]) == (400, "client.bad_request"), identifier
    both = claimed(exchange, changed, body=b"{}")
    assert (both.status, both.json["type"]) == (400, "client.invalid_request")
    assert exchange.providers.sent == []
