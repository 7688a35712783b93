"""What an issuer publishes is read as it was meant; what is nonsense, hostile or too much is left out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.shared.credential_types import (
    LONGEST_LABEL,
    MOST_BYTES,
    MOST_CLAIMS,
    NOTHING,
    Claim,
    Described,
    metadata,
    read,
)
from chalicelib.shared.thai import Text

VCT = "urn:klang:test:1"
NAME = Text(th="ใบทดสอบ", en="Test paper")
KIND = Text(th="ประเภท", en="Kind")
SHOP = Text(th="ร้านอาหาร", en="Restaurant")


def told(**changes: Any) -> bytes:
    return json.dumps({"vct": VCT, **changes}).encode()


def claim(*display: Any, path: Any = ("a",)) -> dict[str, Any]:
    return {"path": list(path), "display": list(display)}


def test_what_is_published_is_what_is_read() -> None:
    made = metadata(VCT, NAME, [Claim("kind", KIND, "always", {"shop": SHOP}), Claim("code", None)])
    assert made.model_dump()["claims"][0] == {
        "path": ["kind"],
        "display": [{"locale": "th", "label": "ประเภท"}, {"locale": "en", "label": "Kind"}],
        "sd": "always",
        "values": [
            {
                "value": "shop",
                "display": [{"locale": "th", "label": "ร้านอาหาร"}, {"locale": "en", "label": "Restaurant"}],
            }
        ],
    }
    found = read(made.model_dump_json().encode(), VCT)
    assert found == Described(NAME, {"kind": KIND}, {"kind": {"shop": SHOP}})
    assert found.of(["kind", "code", "other"]) == {"kind": KIND}


def test_another_type_says_nothing() -> None:
    assert read(metadata(VCT, NAME, []).model_dump_json().encode(), "urn:klang:test:2") == NOTHING


@pytest.mark.parametrize(
    ("display", "expected"),
    [
        ([{"locale": "th-TH", "label": "ก"}, {"locale": "en-GB", "label": "a"}], Text(th="ก", en="a")),
        ([{"lang": "TH", "label": "ก"}], Text(th="ก", en="ก")),
        ([{"locale": "en", "label": "a"}, {"locale": "en-US", "label": "b"}], Text(th="a", en="a")),
        ([{"locale": "lo", "label": "ກ"}], None),
        ([{"locale": "th", "label": " \u200b\u202e "}], None),
        ([{"locale": "th", "label": "ก\u202e\nข\x00"}], Text(th="ก ข", en="ก ข")),
        ([{"locale": 1, "label": "a"}, "a", None, {"locale": "en"}, {"locale": "en", "label": ["a"]}], None),
    ],
)
def test_languages_are_picked_and_texts_are_one_harmless_line(display: Any, expected: Text | None) -> None:
    found = read(told(claims=[claim(*display)]), VCT)
    assert found.labels.get("a") == expected


def test_too_much_is_cut() -> None:
    claims = [claim({"locale": "en", "label": "x" * 5_000}, path=[f"c{n}"]) for n in range(MOST_CLAIMS + 20)]
    found = read(json.dumps({"vct": VCT, "claims": claims[:20]}).encode(), VCT)
    assert {len(each.en) for each in found.labels.values()} == {LONGEST_LABEL}
    small = [claim({"locale": "en", "label": "x"}, path=[f"c{n}"]) for n in range(MOST_CLAIMS + 20)]
    assert len(read(told(claims=small), VCT).labels) == MOST_CLAIMS
    assert read(told(name="x" * MOST_BYTES), VCT) == NOTHING


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff", b"[]", b"1", b"[" * 100_000, b'{"vct": 1}', told(claims={"a": 1}), told(display=7, claims=[[]])],
)
def test_nonsense_says_nothing(body: bytes) -> None:
    assert read(body, VCT) == NOTHING


def test_a_part_of_a_claim_is_not_the_claim() -> None:
    parts = [claim({"locale": "en", "label": "x"}, path=path) for path in (["a", "b"], ["a", None], [1], [])]
    assert read(told(claims=parts), VCT) == NOTHING


_ANY = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(
    st.sampled_from(["path", "display", "label", "locale", "name", "values", "value"]), x
))  # fmt: skip


@given(claims=_ANY, display=_ANY)
def test_no_document_is_a_fault(claims: Any, display: Any) -> None:
    found = read(told(claims=claims, display=display), VCT)
    for text in found.labels.values():
        assert 0 < len(text.th) <= LONGEST_LABEL and text.th.isprintable()
