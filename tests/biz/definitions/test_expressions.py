"""The fee formulas: exact, typed, bounded."""

from __future__ import annotations

import datetime as dt
import json
import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.biz.definitions import fees
from chalicelib.shared.expressions import OPERATIONS, BadExpression, Evaluation
from chalicelib.shared.sourced import RateRow

from ..samples import definition

ON = dt.date(2026, 11, 25)
TABLES = {
    "old": [
        RateRow.model_validate(
            {"from": "2010-01-01", "to": "2019-12-31", "value": "1", "source": "t", "verified": "no"}
        )
    ],
    "now": [RateRow.model_validate({"from": "2020-01-01", "value": "2.25", "source": "t", "verified": "page"})],
}


def value(expression: Any, answers: Any = None) -> Any:
    return Evaluation(answers or {}, TABLES, ON).value(expression)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (1.1, Decimal("1.1")),
        ({"+": [0.1, 0.2]}, Decimal("0.3")),
        ({"-": [5]}, Decimal(-5)),
        ({"-": [5, 2, 1]}, Decimal(2)),
        ({"*": [3, {"rate": "now"}]}, Decimal("6.75")),
        ({"/": [1, 4]}, Decimal("0.25")),
        ({"round_up": [9.6, 1]}, Decimal(10)),
        ({"round_up": [10, 5]}, Decimal(10)),
        ({"min": [3, 1, 2]}, Decimal(1)),
        ({"max": [3, 1, 2]}, Decimal(3)),
        ({"if": [{">": [2, 1]}, 10, 20]}, Decimal(10)),
        ({"if": [False, 1, {"==": ["a", "a"]}, 2, 3]}, Decimal(2)),
        ({"if": [{"!": [True]}, 1, 3]}, Decimal(3)),
        ({"and": [True, {"<": [1, 2]}]}, True),
        ({"or": [False, {">=": [1, 2]}]}, False),
        ({"!=": [1, 2]}, True),
        ({"==": [True, 1]}, False),
        ({"var": ["/nothing", 7]}, Decimal(7)),
    ],
)
def test_the_value_of_a_formula(expression: Any, expected: Any) -> None:
    assert value(expression) == expected


def test_an_answer_is_read_by_pointer() -> None:
    assert value({"*": [{"var": "/a/b"}, 2]}, {"a": {"b": 21}}) == 42


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ({"exec": ["rm"]}, "unknown operation"),
        ({"+": [1], "-": [1]}, "exactly one name"),
        ({"+": [1, "two"]}, "needs a number"),
        ({"+": [True]}, "needs a number"),
        ({"/": [1, 0]}, "division by zero"),
        ({"round_up": [1, 0]}, "unit above zero"),
        ({"var": "/nothing"}, "no answer at"),
        ({"var": []}, "JSON Pointer"),
        ({"rate": "unknown"}, "unknown table"),
        ({"rate": "old"}, "holds on 2026-11-25"),
        ({"if": [1, 2, 3]}, "true or false"),
        ({"if": [False, 2]}, "'else'"),
        ({">": [1]}, "number of arguments"),
        ([1, 2], "must be a number"),
        (None, "must be a number"),
        (float("inf"), "out of range"),
        ({"*": [10**15] * 3}, "out of range|range of numbers"),
    ],
)
def test_a_formula_that_cannot_be_computed_says_why(expression: Any, words: str) -> None:
    with pytest.raises(BadExpression, match=words):
        value(expression)


def test_a_formula_bomb_ends_at_once() -> None:
    bomb: Any = 1
    for _ in range(40):
        bomb = {"+": [bomb, bomb]}  # shared parts: 2**40 operations if nobody counted
    started = time.perf_counter()
    with pytest.raises(BadExpression, match="too many steps"):
        value(bomb)
    assert time.perf_counter() - started < 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(sorted(OPERATIONS)) | st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=20,
)


@given(JSON)
def test_any_json_gives_a_value_or_a_bad_expression(expression: Any) -> None:
    try:
        found = value(expression, {"a": 1})
    except BadExpression:
        return
    assert isinstance(found, Decimal | bool | str)


@given(st.integers(1, 1000))
def test_the_quote_is_exact_and_shows_its_rates(width: int) -> None:
    quote = fees.quote(definition(), {"words": "x", "width": width}, ON)
    assert quote.total_satang == width * 550
    assert quote.total_baht == f"{width * 550 // 100}.{width * 550 % 100:02d}"
    assert [rate.value for rate in quote.lines[0].rates] == ["5.50"]
    assert json.dumps(quote.model_dump(mode="json"))


def test_the_rate_of_the_day_is_used() -> None:
    assert fees.quote(definition(), {"width": 2}, dt.date(2025, 12, 31)).total_satang == 600
    with pytest.raises(BadExpression, match="holds on 2019"):
        fees.quote(definition(), {"width": 2}, dt.date(2019, 12, 31))


@pytest.mark.parametrize("expression", [{"/": [1, 3]}, -1, 10**9, 0.001])
def test_a_fee_must_be_whole_satang_in_a_sane_range(expression: Any) -> None:
    with pytest.raises(BadExpression, match=r"satang|out of range"):
        fees.quote(definition(fees__0__expr=expression), {"width": 2}, ON)
