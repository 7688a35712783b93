"""A condition on answers of which some are not known: yes, no, or it depends; and no word is taken back."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.biz.definitions.partial import UNKNOWN, Open, judge, named, opened
from chalicelib.biz.definitions.validators import validator

BIG = {"properties": {"area": {"minimum": 200}}, "required": ["area"]}


@pytest.mark.parametrize(
    ("schema", "value", "holds", "by"),
    [
        (True, {}, True, set()),
        (False, {"area": 1}, False, {""}),
        (BIG, {"area": 250}, True, {"/area"}),
        (BIG, {"area": 100}, False, {"/area"}),
        (BIG, {}, False, {"/area"}),
        (BIG, {"area": UNKNOWN}, None, {"/area"}),
        (BIG, Open(), None, {"/area"}),
        ({"not": BIG}, {"area": UNKNOWN}, None, {"/area"}),
        ({"not": BIG}, {"area": 1}, True, {"/area"}),
        # one answer decides, so the others are not asked for
        ({"allOf": [BIG, {"required": ["x"]}]}, {"area": 1, "x": UNKNOWN}, False, {"/area"}),
        ({"anyOf": [BIG, {"required": ["x"]}]}, {"area": 250, "x": UNKNOWN}, True, {"/area"}),
        ({"anyOf": [BIG, {"required": ["x"]}]}, {"area": 1, "x": UNKNOWN}, None, {"/x"}),
        ({"oneOf": [True, True]}, {"x": UNKNOWN}, False, set()),
        ({"oneOf": [True, {"required": ["x"]}]}, {"x": UNKNOWN}, None, {"/x"}),
        ({"oneOf": [False, BIG]}, {"area": 250}, True, {"", "/area"}),
        ({"if": BIG, "then": {"required": ["x"]}}, {"area": 1, "x": UNKNOWN}, True, {"/area"}),
        ({"if": BIG, "then": {"required": ["x"]}}, {"area": 250, "x": UNKNOWN}, None, {"/x"}),
        ({"if": BIG, "then": {"required": ["x"]}}, {"area": UNKNOWN, "x": UNKNOWN}, None, {"/area", "/x"}),
        ({"if": BIG, "then": False, "else": False}, {"area": UNKNOWN}, False, {""}),
        ({"properties": {"x": {}}}, {"x": UNKNOWN}, True, set()),
        ({"properties": {"x": False}}, {"x": UNKNOWN}, None, {"/x"}),
        ({"type": ["object", "null"]}, {}, True, set()),
        ({"type": "string"}, {}, False, set()),
        # what is not looked into depends
        ({"minProperties": 1}, {"x": 1}, None, {""}),
        ({"$ref": "#/$defs/a"}, {"x": 1}, None, {""}),
        ({"properties": {"x": {"anyOf": [{"$ref": "#/$defs/a"}]}}}, {"x": 1}, None, {"/x"}),
        ({"properties": {"a~/b": BIG}}, opened({"a~/b": {}}), None, {"/a~0~1b/area"}),
    ],
)  # fmt: skip
def test_what_can_be_said(schema: Any, value: Any, holds: bool | None, by: set[str]) -> None:
    found = judge(schema, value)
    assert (found.holds, set(found.by)) == (holds, by)


def test_a_schema_names_what_it_looks_at() -> None:
    schema = {
        "required": ["applicant", "answers"],
        "properties": {"answers": {"properties": {"premises": BIG}, "not": {"required": ["x"]}}},
        "if": {"properties": {"kind": {"const": 1}}},
        "anyOf": [True, {"required": ["kind"]}],
    }
    assert list(named(schema)) == ["/answers/premises/area", "/answers/x", "/applicant", "/kind", "/kind"]


NAMES = ("a", "b", "c")
LEAF = st.sampled_from(
    [True, False, {}, {"const": 1}, {"minimum": 1}, {"type": "string", "maxLength": 9}, {"enum": [0]}]
)
OBJECT = st.fixed_dictionaries(
    {},
    optional={
        "properties": st.dictionaries(st.sampled_from(NAMES), LEAF),
        "required": st.lists(st.sampled_from(NAMES)),
    },
)
SCHEMAS: st.SearchStrategy[Any] = st.recursive(
    OBJECT | st.booleans(),
    lambda inner: st.fixed_dictionaries(
        {},
        optional={
            **{word: st.lists(inner, min_size=1, max_size=3) for word in ("allOf", "anyOf", "oneOf")},
            **dict.fromkeys(("not", "if", "then", "else"), inner),
        },
    ),
    max_leaves=6,
)
VALUES = (0, 1, "x")
ENDS = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(VALUES))


@given(schema=SCHEMAS, end=ENDS, hidden=st.sets(st.sampled_from(NAMES)))
def test_a_yes_or_no_holds_whatever_comes(schema: Any, end: dict[str, Any], hidden: set[str]) -> None:
    """However the unknown answers turn out, missing ones too, the whole is as it was said to be."""
    known = {name: value for name, value in end.items() if name not in hidden}
    found = judge(schema, {**known, **dict.fromkeys(hidden, UNKNOWN)})
    for more in itertools.product(("missing", *VALUES), repeat=len(hidden)):
        whole = known | {name: value for name, value in zip(sorted(hidden), more, strict=True) if value != "missing"}
        if found.holds is not None:
            assert validator(schema).is_valid(whole) is found.holds
    if not hidden:
        assert found.holds is validator(schema).is_valid(end), "with everything known nothing depends"
