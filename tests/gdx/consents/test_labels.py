"""Words for fields, from descriptions that agencies wrote."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.gdx.consents.labels import labelled

SCHEMAS: dict[str, Any] = {
    "Answer": {
        "type": "object",
        "properties": {
            "name": {"type": "string", "title": "ชื่อ / name"},
            "status": {"type": "string", "description": "สถานะ"},
            "plain": {"type": "string"},
            "address": {"$ref": "#/components/schemas/Address"},
            "titled": {"$ref": "#/components/schemas/Address", "title": "ที่อยู่ปัจจุบัน / present address"},
            "directors": {"type": "array", "items": {"$ref": "#/components/schemas/Director"}},
            "round": {"$ref": "#/components/schemas/Round"},
        },
    },
    "Address": {"title": "ที่อยู่ / address", "properties": {"house_no": {"title": "บ้านเลขที่ / house number"}}},
    "Director": {"properties": {"full_name": {"title": "ชื่อกรรมการ / director's name"}}},
    "Round": {"$ref": "#/components/schemas/Round"},
}


def document(schema: Any) -> dict[str, Any]:
    """A description whose one operation answers so."""
    response = {"description": "", "content": {"application/json": {"schema": schema}}}
    operation = {"responses": {"404": {"description": ""}, "200": response}}
    return {"openapi": "3.1.0", "paths": {"/lookup": {"post": operation}}, "components": {"schemas": SCHEMAS}}


@pytest.mark.parametrize(
    ("pointer", "th", "en"),
    [
        ("/name", "ชื่อ", "name"),
        ("/status", "สถานะ", "สถานะ"),
        ("/plain", "plain", "plain"),
        ("/address", "ที่อยู่", "address"),
        ("/titled", "ที่อยู่ปัจจุบัน", "present address"),
        ("/address/house_no", "บ้านเลขที่", "house number"),
        ("/directors/*/full_name", "ชื่อกรรมการ", "director's name"),
        ("/directors/*", "directors", "directors"),
        ("/no_such/thing", "thing", "thing"),
        ("/round/and_round", "and round", "and round"),
        ("", "คำตอบทั้งหมด", "the whole answer"),
    ],
)
def test_a_field_is_named_as_its_schema_says(pointer: str, th: str, en: str) -> None:
    named = labelled(document({"$ref": "#/components/schemas/Answer"}), pointer)
    assert (named.code, named.th, named.en) == (pointer, th, en)


@pytest.mark.parametrize(
    "schema", [None, True, {"$ref": "#/nowhere"}, {"$ref": "https://elsewhere"}, {"properties": 5}]
)
def test_a_description_that_says_nothing_leaves_the_pointer(schema: Any) -> None:
    assert labelled(document(schema), "/first_name").en == "first name"
