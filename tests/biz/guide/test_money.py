"""An amount is told only when nothing that is still to be answered can change it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.biz.definitions.fees import quote
from chalicelib.biz.guide.money import Estimate, estimates
from chalicelib.shared.pointers import merge

from ..samples import definition, small, text

TODAY = dt.date(2026, 11, 25)
WIDTH, RATE = {"var": "/width"}, {"rate": "per_metre"}
BIG = {">": [WIDTH, 10]}


def estimate(expr: Any, answers: dict[str, Any], **changes: Any) -> Estimate:
    found = estimates(definition(fees__0__expr=expr, **changes), answers, TODAY)
    return found[0]


@pytest.mark.parametrize(
    ("expr", "answers", "baht", "depends", "rates"),
    [
        (RATE, {}, "5.50", (), ["5.50"]),
        (20, {}, "20.00", (), []),
        ({"*": [WIDTH, RATE]}, {}, None, ("/width",), ["5.50"]),
        ({"*": [WIDTH, RATE]}, {"width": 2}, "11.00", (), ["5.50"]),
        # what the formula takes for no answer is not what the applicant will say
        ({"var": ["/width", 0]}, {}, None, ("/width",), []),
        ({"var": ["/width", 0]}, {"width": 3}, "3.00", (), []),
        # only the way that is taken counts
        ({"if": [BIG, RATE, 7]}, {"width": 3}, "7.00", (), []),
        ({"if": [BIG, RATE, 7]}, {"width": 30}, "5.50", (), ["5.50"]),
        ({"if": [BIG, RATE, 7]}, {}, None, ("/width",), ["5.50"]),
        ({"if": [{"==": [{"fact": "month"}, 11]}, 1, WIDTH]}, {}, "1.00", (), []),
        ({"if": [{">": [RATE, 1]}, 1, WIDTH]}, {}, None, ("/width",), ["5.50"]),
        ({"if": [{"==": [WIDTH, "x"]}, 1, {"var": "/words"}]}, {"width": 1}, None, ("/words",), []),
        ({"+": [{"fact": "days_late"}, 1]}, {}, "1.00", (), []),
        # what cannot be a bill is not told
        ({"/": [WIDTH, 0]}, {"width": 1}, None, (), []),
        ({"/": [1, 3]}, {}, None, (), []),
        ({"-": [1, 3]}, {}, None, (), []),
    ],
)  # fmt: skip
def test_an_amount_or_what_it_depends_on(
    expr: Any, answers: dict[str, Any], baht: str | None, depends: tuple[str, ...], rates: list[str]
) -> None:
    found = estimate(expr, answers)
    assert (found.baht, found.depends, [row.value for row in found.rates]) == (baht, depends, rates)


def test_an_answer_that_is_worked_out_counts_as_those_that_it_is_made_of() -> None:
    hints = small()["form"]["hints"] | {
        "/width": {"label": text("กว้าง", "Width"), "computed": {"*": [2, {"var": "/words"}]}}
    }
    assert estimate(WIDTH, {}, form__hints=hints).depends == ("/words",)
    hints["/width"]["computed"] = {"var": ["/words", 4]}
    assert estimate(WIDTH, {}, form__hints=hints).baht is None
    hints["/width"]["computed"] = {"if": [{"==": [{"var": "/words"}, "x"]}, 3, 4]}
    assert estimate(WIDTH, {"words": "x"}, form__hints=hints).baht == "3.00"
    hints["/width"]["visible_if"] = {"required": ["words"]}
    assert estimate(WIDTH, {"words": "x"}, form__hints=hints).baht is None, "whether it is asked may change yet"


def test_a_list_that_is_not_known_has_no_number_of_entries() -> None:
    expr = {"+": [{"count": "/signs"}, {"sum": ["/signs", {"*": [RATE, {"var": "/signs/*/width"}]}]}]}
    found = estimate(expr, {})
    assert (found.baht, found.depends, [row.value for row in found.rates]) == (None, ("/signs",), ["5.50"])


FORMULAS: st.SearchStrategy[Any] = st.recursive(
    st.sampled_from([1, 5, WIDTH, {"var": ["/height", 2]}, {"fact": "month"}]),
    lambda inner: st.one_of(
        st.fixed_dictionaries({"+": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"max": st.lists(inner, min_size=1, max_size=2)}),
        st.builds(lambda a, b, c, d: {"if": [{">": [a, b]}, c, d]}, inner, inner, inner, inner),
    ),
    max_leaves=8,
)
ANSWERS = st.fixed_dictionaries({}, optional={"width": st.integers(0, 9), "height": st.integers(0, 9)})


@given(expr=FORMULAS, known=ANSWERS, more=ANSWERS)
def test_a_bill_comes_to_what_was_told_before(expr: Any, known: dict[str, Any], more: dict[str, Any]) -> None:
    service = definition(fees__0__expr=expr)
    (told,) = estimates(service, known, TODAY)
    if told.baht is not None:
        assert quote(service, merge(more, known), TODAY).total_baht == told.baht
