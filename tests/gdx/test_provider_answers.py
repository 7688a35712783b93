"""What a provider may answer, and what of it passes."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.gdx.evidence import leaf_from
from chalicelib.gdx.exact_json import dumped, parsed
from chalicelib.gdx.refusals import (
    InconsistentResponse,
)
from tests.gdx.exchange import MALEE, RECORD, Exchange

AGREED = {"first_name_th": "มาลี", "last_name_th": "ศรีสมุทร", "status": "alive"}


@pytest.fixture
def exchange() -> Exchange:
    return Exchange()


@pytest.mark.parametrize(
    ("value", "media"),
    [
        (b"not json", "application/json"),
        (b'{"pid": NaN}', "application/json"),
        (b"\xff\xfe", "application/json"),
        (b"[" * 100_000, "application/json"),
        ({"unexpected": True}, "application/json"),
        ({**RECORD, "birth_date": 19820517}, "application/json"),
        ({**RECORD, "directors": None, "status": None}, "application/json"),
        (b"<xml/>", "text/xml"),
        (RECORD, "application/vnd.other+json"),
        ([], "application/json"),
    ],
)
def test_an_answer_that_breaks_its_description_stops_here(exchange: Exchange, value: Any, media: str) -> None:
    exchange.providers.reply(200, value, media)
    with pytest.raises(InconsistentResponse) as caught:
        exchange.service.exchanges.run(exchange.ask())
    told = f"{caught.value.th}{caught.value.en}{caught.value.faults}"
    assert "19820517" not in told and "มาลี" not in told
    assert exchange.rows("EXCHANGE#") == []


def test_a_status_that_the_description_does_not_know(exchange: Exchange) -> None:
    exchange.providers.reply(202, RECORD)
    with pytest.raises(InconsistentResponse):
        exchange.service.exchanges.run(exchange.ask())


def test_a_provider_s_error_passes_without_its_prose(exchange: Exchange) -> None:
    problem = {"type": "x", "title": "Not found", "status": 404, "detail": f"no {MALEE}", "record": RECORD}
    exchange.providers.reply(404, problem, "application/problem+json")
    outcome = exchange.service.exchanges.run(exchange.ask())
    assert outcome.status == 404
    assert json.loads(outcome.body) == {"type": "x", "title": "Not found", "status": 404}
    (usage,) = exchange.service.access_log.entries(MALEE).items
    assert usage.fields == ()


def test_redirects_are_passed_back_and_never_followed(exchange: Exchange) -> None:
    exchange.providers.reply(302, b"moved", "text/plain", location="https://elsewhere.test/")
    outcome = exchange.service.exchanges.run(exchange.ask())
    assert outcome.status == 302 and outcome.headers["location"] == "https://elsewhere.test/" and outcome.body == b""
    assert len(exchange.providers.sent) == 1


def test_errors_of_other_kinds_lose_their_body(exchange: Exchange) -> None:
    for value, media in ((f"<b>{MALEE}</b>".encode(), "text/html"), (b"{broken", "application/json")):
        exchange.providers.reply(500, value, media)
        outcome = exchange.service.exchanges.run(exchange.ask())
        assert (outcome.status, outcome.body) == (500, b"")


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@settings(max_examples=40)
@given(st.dictionaries(st.sampled_from([*RECORD, "other"]), _json, max_size=6))
def test_whatever_the_provider_adds_stays_inside(extra: dict[str, Any]) -> None:
    exchange = Exchange()
    exchange.providers.reply(200, {**RECORD, **extra})
    try:
        outcome = exchange.service.exchanges.run(exchange.ask())
    except InconsistentResponse:
        assert exchange.rows("SUBJECT#") == []
        return
    assert set(json.loads(outcome.body)) <= set(AGREED)
    (usage,) = exchange.service.access_log.entries(MALEE).items
    assert set(usage.fields) == {f"/{name}" for name in json.loads(outcome.body)}


def test_leaves_read_back(exchange: Exchange) -> None:
    outcome = exchange.service.exchanges.run(exchange.ask())
    (row,) = exchange.rows("EXCHANGE#")
    leaf = leaf_from(row["leaf"])
    assert leaf.id == outcome.id and datetime.fromisoformat(leaf.at) == exchange.now


def test_bytes_pass_only_where_the_whole_answer_is_agreed(exchange: Exchange) -> None:
    exchange.providers.reply(200, b"%PDF-1.7", "application/pdf")
    with pytest.raises(InconsistentResponse):
        exchange.service.exchanges.run(exchange.ask())
    exchange.agree(fields=[""])
    outcome = exchange.service.exchanges.run(exchange.ask())
    assert outcome.body == b"%PDF-1.7" and outcome.headers["content-type"] == "application/pdf"


@given(_json)
def test_what_is_kept_of_json_is_exactly_what_the_provider_said(value: Any) -> None:
    text = json.dumps(value, ensure_ascii=False)
    if "Infinity" in text:
        with pytest.raises(InconsistentResponse):
            parsed(text.encode())
    else:
        again = json.loads(dumped(parsed(text.encode())))
        assert again == value and repr(again) == repr(json.loads(text))


@pytest.mark.parametrize("text", ["1e999", "[12345678901234567890, 1e999]", "[12345678901234567890, NaN]", '"\\ud800"'])
def test_json_beyond_what_json_can_say(text: str) -> None:
    with pytest.raises(InconsistentResponse):
        dumped(parsed(text.encode()))


@pytest.mark.parametrize(
    "part", ['"title_th": "\\ud800"', '"address": {"subdistrict": "ก", "district": "ข", "province": "ค", "x": 1e999}']
)
def test_json_that_cannot_be_written_again(exchange: Exchange, part: str) -> None:
    exchange.agree(fields=["/title_th", "/address"])
    plain = {name: value for name, value in RECORD.items() if name not in ("title_th", "address")}
    exchange.providers.reply(200, json.dumps(plain)[:-1].encode() + f", {part}}}".encode())
    with pytest.raises(InconsistentResponse, match="not valid JSON"):
        exchange.service.exchanges.run(exchange.ask())
