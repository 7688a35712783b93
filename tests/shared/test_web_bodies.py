"""What comes in badly is refused well: with a pointer at each place, in both languages, and never repeated."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.shared.json_text import MAX_DEPTH, parse_json
from chalicelib.shared.web import DEFAULT_LIMIT
from tests.shared.web_room import CLIENT, GOOD, SOMEBODY, opened, pointers, problem_of
from tests.support.forgeries import PID

MALFORMED: dict[str, bytes] = {
    "nothing": b"",
    "half an object": b'{"name": ',
    "text": b"name=x",
    "single quotes": b"{'name': 'x'}",
    "trailing comma": b'{"name": "x",}',
    "a comment": b'{"name": "x"} // x',
    "two values": b"{} {}",
    "not UTF-8": b'{"name": "\xff"}',
    "TIS-620": '{"name": "ร้าน"}'.encode("cp874"),
    "UTF-16": '{"name": "x"}'.encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf{}",
    "NaN": b'{"note": NaN}',
    "Infinity": b'{"note": -Infinity}',
    "beyond a float": b'{"note": 1e999}',
    "a number of 5000 digits": b'{"note": ' + b"9" * 5000 + b"}",
    "a name twice": b'{"name": "x", "name": "y"}',
    "a name twice, deep": b'{"shops": [{"area": 1, "area": 2}]}',
    "half a surrogate pair": b'{"name": "\\ud83c"}',
    "half a surrogate pair in a name": b'{"\\ud83c": 1}',
    "nested 65 deep": b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1),
    "nested 100000 deep": b"[" * 100_000,
    "objects nested 20000 deep": b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
    "a control character": b'{"name": "a\x01b"}',
}


@pytest.mark.parametrize("what", MALFORMED)
def test_what_is_not_json_is_malformed(what: str) -> None:
    answer = CLIENT.post("/test/v1/shops", token=SOMEBODY, body=MALFORMED[what])
    assert pointers(problem_of(answer, 400, "malformed")) == [""]


WRONG: dict[str, tuple[Any, list[str]]] = {
    "a list": ([], [""]),
    "a text": ("x", [""]),
    "nothing in it": ({}, ["/name", "/opens", "/shops"]),
    "an unknown field": ({**GOOD, "admin": True}, ["/admin"]),
    "an unknown field, deep": ({**GOOD, "shops": [{"area": 1, "x~/y": 2}]}, ["/shops/0/x~0~1y"]),
    "a number for a text": ({**GOOD, "name": 5}, ["/name"]),
    "a text for a number": ({**GOOD, "shops": [{"area": "250"}]}, ["/shops/0/area"]),
    "a fraction for a whole number": ({**GOOD, "shops": [{"area": 2.5}]}, ["/shops/0/area"]),
    "true for a number": ({**GOOD, "shops": [{"area": True}]}, ["/shops/0/area"]),
    "null for a text": ({**GOOD, "name": None}, ["/name"]),
    "an empty text": ({**GOOD, "name": ""}, ["/name"]),
    "a long text": ({**GOOD, "name": "ก" * 21}, ["/name"]),
    "too small": ({**GOOD, "shops": [{"area": 0}]}, ["/shops/0/area"]),
    "too large": ({**GOOD, "shops": [{"area": 1}, {"area": 1001}]}, ["/shops/1/area"]),
    "another word": ({**GOOD, "shops": [{"area": 1, "floor": "roof"}]}, ["/shops/0/floor"]),
    "no such day": ({**GOOD, "opens": "2026-02-30"}, ["/opens"]),
    "a Buddhist year": ({**GOOD, "opens": "๒๕๖๙"}, ["/opens"]),
    "an empty list": ({**GOOD, "shops": []}, ["/shops"]),
    "a long list": ({**GOOD, "shops": [{"area": 1}] * 4}, ["/shops"]),
    "an object for a list": ({**GOOD, "shops": {"area": 1}}, ["/shops"]),
    "a text for an object": ({**GOOD, "shops": ["x"]}, ["/shops/0"]),
    "another pattern": ({**GOOD, "code": "abc"}, ["/code"]),
    "a rule of the model": ({**GOOD, "name": "klang"}, ["/name"]),
    "several at once": ({**GOOD, "name": 1, "opens": 1, "x": 1}, ["/name", "/opens", "/x"]),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_breaks_a_rule_is_pointed_at(what: str) -> None:
    body, places = WRONG[what]
    assert sorted(pointers(problem_of(opened(body), 422, "invalid"))) == places


def test_a_rule_of_the_model_speaks_both_languages() -> None:
    (fault,) = opened({**GOOD, "name": "klang"}).json["errors"]
    assert (fault["message_th"], fault["message_en"]) == ("ชื่อนี้สงวนไว้", "This name is reserved.")


@pytest.mark.parametrize(
    ("field", "value", "limit"),
    [
        ("name", "ก" * 21, "20"),
        ("name", "", "1"),
        ("shops", [{"area": 1}] * 4, "3"),
        ("shops", [], "1"),
        ("shops", [{"area": 0}], "1"),
        ("shops", [{"area": 1001}], "1000"),
        ("shops", [{"area": 1, "floor": "roof"}], "'ground' or 'upper'"),
        ("code", "abc", "^[A-Z]{3}$"),
        ("opens", "1/12/2569", "2026-12-31"),
    ],
)
def test_a_limit_is_told_in_both_languages(field: str, value: Any, limit: str) -> None:
    (fault,) = opened({**GOOD, field: value}).json["errors"]
    assert limit in fault["message_th"] and limit in fault["message_en"]


def test_a_refusal_never_repeats_what_was_sent() -> None:
    answer = opened({"name": int(PID), "opens": PID, "shops": [{"area": PID, "floor": PID}], "code": PID})
    assert answer.status == 422
    assert PID not in answer.text


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    )
)
def test_no_body_whatever_makes_the_edge_fail(body: Any) -> None:
    answer = CLIENT.post("/test/v1/shops", token=SOMEBODY, body=json.dumps(body).encode())
    assert answer.status in (400, 422)


@given(st.binary(max_size=200))
def test_no_bytes_whatever_make_the_edge_fail(body: bytes) -> None:
    assert CLIENT.post("/test/v1/shops", token=SOMEBODY, body=body).status in (400, 422)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8")), lambda x: st.lists(x)
    )
)
def test_json_reads_as_it_was_written(value: Any) -> None:
    assert parse_json(json.dumps(value, ensure_ascii=False).encode()) == value


@pytest.mark.parametrize("media", ["text/plain", "application/xml", "multipart/form-data; boundary=x", "", "json"])
def test_another_media_type_is_not_read(media: str) -> None:
    problem_of(opened(headers={"content-type": media}), 415, "unsupported-media")


@pytest.mark.parametrize(
    "media", ["application/json", "APPLICATION/JSON; charset=utf-8", "application/merge-patch+json"]
)
def test_json_is_read_under_its_names(media: str) -> None:
    assert opened(headers={"content-type": media}).status == 201


def test_a_body_over_the_limit_is_refused_before_anything_else() -> None:
    large = b" " * (DEFAULT_LIMIT + 1)
    problem_of(CLIENT.post("/test/v1/shops", body=large), 413, "too-large")
    assert CLIENT.post("/test/v1/files", body=b"x" * 4096).status == 200
    document = problem_of(
        CLIENT.post("/test/v1/files", body=b"x" * 4097, headers={"accept-language": "en"}), 413, "too-large"
    )
    assert "4 kB" in document["detail"]
