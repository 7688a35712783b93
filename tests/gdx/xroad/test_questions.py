"""A verify-only question on `/r1`: `X-Gdx-Predicate` and a body that holds the request and the claims apart."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.gdx.refusals import InvalidBody
from chalicelib.gdx.xroad.questions import MAX_CLAIMS, Question, question
from chalicelib.shared.errors import Malformed
from tests.gdx.exchange import MALEE, Exchange


def body(**parts: Any) -> bytes:
    return json.dumps(parts).encode()


def test_without_the_header_the_body_is_the_request() -> None:
    assert question(None, b"anything") == Question(b"anything")


def test_claims_do_not_go_to_the_provider() -> None:
    asked = question("same-person", body(request={"pid": "ก"}, claims={"name": "มาลี"}))
    assert asked == Question('{"pid":"ก"}'.encode(), "same-person", {"name": "มาลี"})
    assert question("x", body(claims={"a": "b"})).body == b""
    assert "มาลี" not in repr(asked)


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        (body(request={}, claims={"a": "b"}, more=1), ""),
        (b"[]", ""),
        (body(request={}), "/claims"),
        (body(claims={}), "/claims"),
        (body(claims={"a": 1}), "/claims"),
        (body(claims=["a"]), "/claims"),
        (body(claims={str(at): "x" for at in range(MAX_CLAIMS + 1)}), "/claims"),
    ],
)
def test_what_is_no_question_is_refused(sent: bytes, pointer: str) -> None:
    with pytest.raises(InvalidBody) as refused:
        question("same-person", sent)
    assert pointer in [fault.pointer for fault in refused.value.faults]


@pytest.mark.parametrize("sent", [b"", b"{", b'{"a": NaN}', b"\xff"])
def test_what_is_no_json_is_refused(sent: bytes) -> None:
    with pytest.raises(Malformed):
        question("same-person", sent)


def test_yes_or_no_over_x_road_s_door() -> None:
    exchange = Exchange()
    compares = [{"answer": "/first_name_th", "claim": "first_name", "how": "name"}]
    terms: dict[str, Any] = {"fields": [], "predicates": [{"code": "same-name", "compares": compares}]}
    assert exchange.agree(**terms).status in (200, 201)
    header = {"x-gdx-predicate": "same-name"}
    for name, match in (("มาลี", True), ("มานี", False)):
        answer = exchange.r1(headers=header, json={"request": {"pid": MALEE}, "claims": {"first_name": name}})
        assert (answer.status, answer.json) == (200, {"predicate": "same-name", "match": match})
        assert json.loads(exchange.providers.sent[-1].body or b"") == {"pid": MALEE}
        assert "x-gdx-predicate" not in exchange.providers.sent[-1].headers
    other = exchange.r1(headers={"x-gdx-predicate": "other"}, json={"request": {"pid": MALEE}, "claims": {"a": "b"}})
    assert other.headers["x-road-error"] == "server.serverproxy.access_denied"
    record = exchange.r1()
    assert record.status == 500 and "มาลี" not in record.text
