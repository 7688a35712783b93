"""Whatever a client sends on `/r1`: it is refused, or it reaches the provider as it came and nothing else does."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.gdx.contract import PLAIN_REST
from chalicelib.gdx.refusals import XROAD_TYPES, InvalidRequest
from chalicelib.gdx.xroad import message
from chalicelib.gdx.xroad.paths import described, matches, normalised
from tests.gdx.exchange import DOPA, OFFICE, PERSON, SEED, Exchange
from tests.support.client import NoSuchRoute

FEW = settings(max_examples=80, deadline=None)
PIECES = st.sampled_from(
    [
        "a", "A", ".", "..", "/", "//", "%2e", "%2E", "%2f", "%252e", "%5c", "\\", ";", "%3B", "*", "%2A", "%00",
        "%E0%B8%81", "ก", "~", "%7e", "%", "%zz", "secret", "?", "&", "=", "+", "|", "%ff", " ",
    ]
)  # fmt: skip
PATHS = st.lists(PIECES, max_size=8).map("".join)
NAMES = st.sampled_from(
    ["x-mine", "X-Mine", "x_mine", "x-road-client", "X_Road_Client", "connection", "te", "via", "x-gdx-a"]
)
VALUES = st.text(st.characters(codec="latin-1"), max_size=12) | st.sampled_from(
    ["a\r\nb: c", "x-mine", "close, x-mine"]
)


@pytest.fixture(scope="module")
def exchange() -> Exchange:
    """An exchange whose agreement lets the office ask for everything below `/a`."""
    made = Exchange()
    service = {
        **next(each for each in SEED["services"] if each["id"] == PERSON),
        "document": PLAIN_REST,
        "subject": None,
    }
    assert made.client.post("/gdx/v1/services", token=made.operator(), json=service).status == 200
    made.agree(endpoints=[{"method": "*", "path": "/a/**"}], fields=["/a"])
    made.providers.reply(200, {"a": 1})
    return made


@FEW
@given(rest=PATHS)
def test_any_path(exchange: Exchange, rest: str) -> None:
    exchange.providers.sent.clear()
    headers = {"x-road-client": OFFICE}
    try:
        answer = exchange.client.get(f"/r1/{PERSON}/a/{rest}", token=exchange.token(), headers=headers)
    except (NoSuchRoute, ValueError):
        return  # the test's own client cannot send it
    if answer.status == 200:
        (sent,) = exchange.providers.sent
        assert sent.url.startswith(f"{DOPA}/person/a/") and sent.url.isascii()
        decoded = unquote(unquote(sent.url.removeprefix(DOPA).partition("?")[0]))
        assert ".." not in re.split(r"[/;\\]", decoded)
    else:
        assert answer.headers["x-road-error"] in XROAD_TYPES and exchange.providers.sent == []


@FEW
@given(rest=PATHS)
def test_both_readings_of_a_path_agree(rest: str) -> None:
    try:
        decided = normalised(rest)
    except InvalidRequest:
        with pytest.raises(InvalidRequest):
            described(rest)
        return
    assert _steps(described(rest)) == _steps(decided)
    assert matches("**", decided)


@FEW
@given(given_headers=st.dictionaries(NAMES, VALUES, max_size=6))
def test_any_headers(exchange: Exchange, given_headers: dict[str, str]) -> None:
    exchange.providers.sent.clear()
    answer = _asked(exchange, {"x-road-client": OFFICE, **given_headers})
    if answer.status != 200:
        assert answer.headers["x-road-error"] in XROAD_TYPES and exchange.providers.sent == []
        return
    (sent,) = exchange.providers.sent
    assert sent.headers["x-road-client"] == OFFICE
    for name, value in sent.headers.items():
        assert re.fullmatch(r"[a-z0-9-]+", name) and "\r" not in value and "\n" not in value
    assert not {"te", "via", "connection", "x-gdx-a", "x_mine", "x_road_client"} & set(sent.headers)


@FEW
@given(headers=st.dictionaries(NAMES, VALUES, max_size=6), body=st.binary(max_size=20))
def test_a_hash_stands_for_one_request(headers: dict[str, str], body: bytes) -> None:
    kept = message.onward(headers)
    given_ids = {"request_id": "r", "message_id": "m"}
    hashed = message.request_hash("POST", "/r1/x", kept, body, **given_ids)
    assert hashed == message.request_hash("POST", "/r1/x", dict(reversed(kept.items())), body, **given_ids)
    assert hashed != message.request_hash("POST", "/r1/x", kept, body + b"!", **given_ids)
    assert hashed != message.request_hash("POST", "/r1/x", {**kept, "x-more": "1"}, body, **given_ids)
    assert hashed != message.request_hash("POST", "/r1/x", kept, body, request_id="r2", message_id="m")


def _steps(path: str) -> list[str]:
    return [step for step in path.replace("%2F", "/").split("/") if step != "."]


def _asked(exchange: Exchange, headers: dict[str, str]) -> Any:
    return exchange.client.get(f"/r1/{PERSON}/a/x", token=exchange.token(), headers=headers)
