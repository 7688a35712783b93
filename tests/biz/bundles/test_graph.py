"""Any graph of members: the order heeds who waits for whom, nothing waits for ever, every member comes to an end."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.biz.bundles import fitting, graph, rules
from chalicelib.biz.bundles.model import BundleDefinition
from chalicelib.biz.bundles.rules import Desk
from chalicelib.biz.cases.rules import Book
from chalicelib.biz.model import Case, Decision
from chalicelib.biz.noun import CaseId
from chalicelib.shared.thai import Text

from ..town import START, Town
from .restaurant import raw

GOOD, BAD, OPEN = "licensed", "withdrawn", "checking"
CODES = [f"m{number}" for number in range(8)]


def bundle_of(after: dict[str, list[str]], asked: list[str]) -> BundleDefinition:
    """A bundle of these members; those in `asked` are needed only when that is answered."""
    made = raw()
    member = made["members"]["signboard_tax"]
    made["members"] = {
        code: {
            **member,
            "after": waits,
            "when": {"type": "object", "required": [code]} if code in asked else {"type": "object"},
        }
        for code, waits in after.items()
    }
    return BundleDefinition.model_validate({**made, "shares": {}, "documents": {}})


@pytest.fixture(scope="module")
def book() -> Book:
    """What any member is judged by."""
    town = Town()
    return town.biz.office.book(town.biz.store.find_case(town.open()))


def desk(book: Book, code: str, fate: str) -> Desk:
    """A member's case that stands so."""
    case = Case(
        id=CaseId(code),
        service=book.definition.id,
        service_version=1,
        agency="TH/LOCAL/LAEMNGOP",
        owner="malee",
        applicant="person",
        state={"draft": "draft", "running": OPEN, "licensed": GOOD, "refused": "refused", "withdrawn": BAD}[fate],
        opened_at=START,
        received_at=None if fate in ("draft", "withdrawn") else START,
        licence="FE-1" if fate == "licensed" else None,
        decision=Decision(at=START, reasons=Text(th="ก", en="a"), appeal=Text(th="ก", en="a"))
        if fate == "refused"
        else None,
        pid="",
        applicant_name="",
    )
    return Desk(case, book)


def acyclic() -> st.SearchStrategy[dict[str, list[str]]]:
    """Members that wait only for others further down in a hidden order."""

    def behind(order: list[str]) -> st.SearchStrategy[dict[str, list[str]]]:
        waits = {
            code: st.lists(st.sampled_from(order[:place]), unique=True, max_size=3)
            for place, code in enumerate(order)
            if place
        }
        return st.fixed_dictionaries({order[0]: st.just([]), **waits})

    return st.permutations(CODES[:6]).flatmap(behind)


@given(after=acyclic())
def test_the_order_heeds_who_waits_for_whom(after: dict[str, list[str]]) -> None:
    order = graph.order(after)
    assert order is not None and sorted(order) == sorted(after)
    assert graph.circle(after) == []
    for code, waits in after.items():
        assert all(order.index(each) < order.index(code) for each in waits)


@given(st.dictionaries(st.sampled_from(CODES), st.lists(st.sampled_from([*CODES, "nobody"]), max_size=4), min_size=1))
def test_there_is_an_order_or_a_circle_is_named(after: dict[str, list[str]]) -> None:
    circle = graph.circle(after)
    assert (graph.order(after) is None) == bool(circle)
    for one, following in itertools.pairwise(circle):
        assert following in after[one]
    assert not circle or circle[0] == circle[-1]


@settings(max_examples=30, deadline=None)
@given(after=acyclic(), data=st.data())
def test_every_member_comes_to_an_end_whatever_agencies_decide(
    after: dict[str, list[str]], data: st.DataObject, book: Book
) -> None:
    asked = data.draw(st.lists(st.sampled_from(list(after)), unique=True))
    bundle = bundle_of(after, asked)
    answers: dict[str, Any] = {code: True for code in asked if data.draw(st.booleans(), label=code)}
    desks = {code: desk(book, code, "draft") for code in rules.needed(bundle, answers)}
    licensed_at: dict[str, int] = {}
    filed_at: dict[str, int] = {}
    for step in range(200):
        stands = {code: rules.stand(bundle, code, answers, desks) for code in desks}
        ready = [code for code, stand in stands.items() if stand == "ready"]
        running = [code for code, stand in stands.items() if stand == "running"]
        ended = [code for code, stand in stands.items() if stand == "ended"]
        if ready:
            chosen = data.draw(st.sampled_from(ready))
            desks[chosen], filed_at[chosen] = desk(book, chosen, "running"), step
        elif running:
            chosen = data.draw(st.sampled_from(running))
            fate = data.draw(st.sampled_from(["licensed", "licensed", "refused", "withdrawn"]))
            desks[chosen] = desk(book, chosen, fate)
            if fate == "licensed":
                licensed_at[chosen] = step
        elif ended and step < 100:
            for code, stand in stands.items():
                held = rules.held_by(bundle, code, answers, desks) if stand == "held" else None
                assert held is None or (held[0] in ended and held[0] in graph.ancestors(bundle, code))
            chosen = data.draw(st.sampled_from(ended))
            desks[chosen] = desk(book, chosen, "draft")  # begun anew
        else:
            break
    final = {rules.stand(bundle, code, answers, desks) for code in desks}
    assert final <= {"licensed", "ended", "held"}, "nothing waits for what will not come without being told"
    assert "held" not in final or "ended" in final
    for code, step in filed_at.items():
        for other in after[code]:
            assert other not in desks or licensed_at.get(other, -1) < step or other not in licensed_at


def test_one_that_is_needed_no_more_is_not_waited_for(book: Book) -> None:
    bundle = bundle_of({"a": [], "b": ["a"]}, ["a"])
    desks = {"a": desk(book, "a", "draft"), "b": desk(book, "b", "draft")}
    assert rules.stand(bundle, "b", {"a": True}, desks) == "waits"
    assert rules.stand(bundle, "b", {}, desks) == "ready"
    desks["a"] = desk(book, "a", "running")
    assert rules.stand(bundle, "b", {}, desks) == "waits", "it runs all the same"
    desks["a"] = desk(book, "a", "refused")
    assert rules.stand(bundle, "b", {}, desks) == "ready"
    assert rules.held_by(bundle, "b", {"a": True}, desks) == ("a", "refused")


TEXT: dict[str, Any] = {"type": "string", "maxLength": 9}
PART = {"type": "object", "additionalProperties": False, "required": ["a"], "properties": {"a": TEXT}}


@pytest.mark.parametrize(
    ("one", "other", "apart", "strays"),
    [
        (TEXT, TEXT, False, False),
        (TEXT, {"type": "string", "maxLength": 8}, False, True),
        (TEXT, {"type": "integer"}, True, True),
        ({"type": "integer"}, {"type": "number"}, False, False),
        ({"type": "number"}, {"type": "integer"}, False, True),
        ({"type": "integer", "minimum": 5}, {"type": "integer", "maximum": 4}, True, True),
        ({"type": "integer", "minimum": 5}, {"type": "integer", "maximum": 5}, False, True),
        ({"type": "integer", "minimum": 5}, {"type": "integer", "minimum": 5}, False, False),
        ({"type": "number", "exclusiveMinimum": 5}, {"type": "number", "maximum": 5}, True, True),
        ({"enum": ["a", "b"]}, {"enum": ["b", "c"]}, False, True),
        ({"enum": ["a"]}, {"enum": ["b", "c"]}, True, True),
        ({"const": "b"}, {"enum": ["b", "c"]}, False, False),
        ({"const": True}, {"type": "boolean"}, False, False),
        ({"type": "boolean"}, {"const": True}, False, True),
        ({"enum": ["long text here"]}, TEXT, True, True),
        (TEXT, {**TEXT, "pattern": "^a$"}, False, True),
        ({**TEXT, "pattern": "^a$"}, {**TEXT, "pattern": "^a$"}, False, False),
        (PART, PART, False, False),
        (PART, {**PART, "required": ["b"], "properties": {"b": TEXT}}, True, True),
        (PART, {**PART, "properties": {"a": {"type": "integer"}}}, True, True),
        ({"type": ["string", "null"], "maxLength": 3}, TEXT, False, True),
    ],
)
def test_two_fields_go_together_or_not(one: dict[str, Any], other: dict[str, Any], apart: bool, strays: bool) -> None:
    assert (fitting.apart(one, other) is not None, fitting.strays(one, other) is not None) == (apart, strays)
    assert (fitting.apart(other, one) is not None) == apart, "it goes both ways"
