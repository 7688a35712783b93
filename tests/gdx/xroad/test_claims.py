"""Large answers by claim check: nothing of them in the reply, everything of them in one place, and the log's word."""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from chalicelib.gdx.xroad.claims import INLINE, LASTS, MEDIA_TYPE, declares_large
from tests.gdx.exchange import PERSON, Exchange


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
    exchange.providers.reply(200, whole, media)
    answer = exchange.r1(headers={"x-road-id": "large-1"})
    assert (answer.status, answer.headers["content-type"]) == (200, MEDIA_TYPE)
    claim = answer.json["claim_check"]
    assert claim["sha256"] == hashlib.sha256(whole).hexdigest() == answer.headers["x-gdx-content-sha256"]
    assert claim["size"] == len(whole) and claim["media_type"] == media
    assert claim["url"] == answer.headers["x-gdx-claim-check"]
    assert claim["expires_at"] == (exchange.now + LASTS).isoformat(timespec="seconds")
    assert object_of(exchange, claim["url"]) == (whole, media)
    assert answer.headers["x-road-service"] == PERSON and answer.headers["x-gdx-receipt"]
    assert answer.headers["cache-control"] == "no-store"


def test_the_same_answer_lies_in_one_place(exchange: Exchange) -> None:
    exchange.providers.reply(200, b"x" * (INLINE + 1), "text/plain")
    places = {exchange.r1(headers={"x-road-id": "large-2"}).json["claim_check"]["url"] for _ in range(2)}
    assert len(places) == len(exchange.objects.kept) == 1


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
