"""Hostile definitions are refused in a bounded number of steps, and no JSON makes lint raise. Steps are counted."""

from __future__ import annotations

import copy
import json
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.biz.definitions import bounds, forms, lint, lint_form, lint_schema, patterns, validators
from chalicelib.biz.definitions.catalogue import SHIPPED
from chalicelib.shared import pointers
from chalicelib.shared.expressions import MAX_STEPS, Evaluation

from ..samples import definition, food, small, text
from .test_parts import signs

MOST_LINES = 3_000_000
"""Lines of Python that lint may run for any definition at all; the largest shipped one takes about a tenth."""


def steps_of(raw: Any) -> tuple[list[str], int]:
    """What lint says, and how many lines of our own code it ran to say it."""
    seen = 0

    def trace(frame: Any, event: str, _: Any) -> Any:
        nonlocal seen
        if "/definitions/" not in frame.f_code.co_filename:
            return None
        seen += event == "line"
        assert seen <= MOST_LINES, "lint goes on and on"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        _, found = lint.examine(raw)
    finally:
        sys.settrace(before)
    return [str(problem) for problem in found], seen


def nested(keyword: str, times: int, inner: Any) -> Any:
    for _ in range(times):
        inner = {keyword: inner}
    return inner


def laughs(levels: int, keyword: str = "allOf") -> dict[str, Any]:
    """Two references at each level to the level below: small to write, 2^levels to judge."""
    defs = {f"a{n}": {keyword: [{"$ref": f"#/$defs/a{n + 1}"}] * 2} for n in range(levels)}
    schema: dict[str, Any] = small()["form"]["schema"]
    schema["$defs"] = {**defs, f"a{levels}": {"type": "string", "maxLength": 9}}
    schema["properties"]["words"] = {"$ref": "#/$defs/a0"}
    return schema


def chain(length: int) -> dict[str, Any]:
    schema = laughs(0)
    schema["$defs"] = {f"a{n}": {"$ref": f"#/$defs/a{n + 1}"} for n in range(length)} | {f"a{length}": {"type": "null"}}
    return schema


def hidden_pattern() -> dict[str, Any]:
    """A schema where lint does not look, reached by a reference."""
    schema = laughs(0)
    schema["examples"] = [{"pattern": "^(a+)+$"}]
    schema["properties"]["words"] = {"$ref": "#/examples/0"}
    return schema


def many_states(count: int) -> dict[str, Any]:
    workflow = small()["workflow"]
    for number in range(count):
        workflow["states"][f"s{number}"] = {"name": text(), "turn": "agency"}
        workflow["actions"][f"go{number}"] = {
            "name": text(), "from": ["deciding", f"s{max(0, number - 1)}"], "to": f"s{number}", "roles": ["intake"],
            "notice": text(),
        }  # fmt: skip
    return dict(workflow)


ROWS = [
    {"from": f"{1000 + n // 12}-{n % 12 + 1:02d}-01", "value": "1", "source": "t", "verified": "no"} for n in range(600)
]
COSTLY = {"type": "object", "properties": {f"p{n}": {"type": "string", "maxLength": 5} for n in range(50)}}
LIST = {"type": "array", "maxItems": 1000, "items": {**COSTLY, "additionalProperties": False}}
WORDS = "form__schema__properties__words"
HINT = "form__hints__/words__visible_if"

HOSTILE: list[tuple[str, dict[str, Any], str]] = [
    ("a deep schema", {WORDS: nested("not", 200, {})}, "nests deeper than"),
    ("a schema a little too deep", {WORDS: nested("not", 30, {})}, "nests deeper than 24"),
    ("a wide schema", {WORDS: {"anyOf": [{"const": n} for n in range(100_000)]}}, "has more than 20000 parts"),
    ("very many choices", {WORDS: {"anyOf": [{"const": n} for n in range(4000)]}}, "has more than 3000 parts"),
    ("references that double", {"form__schema": laughs(20)}, "could take more than"),
    ("doubling choices", {"form__schema": laughs(20, "anyOf")}, "could take more than"),
    ("doubling by oneOf", {"form__schema": laughs(20, "oneOf")}, "could take more than"),
    ("a long chain of references", {"form__schema": chain(500)}, "when each $ref is put in place"),
    ("lists in lists", {WORDS: {"type": "array", "maxItems": 1000, "items": LIST}}, "could take more than"),
    ("long lists compared", {WORDS: {**LIST, "items": {}, "uniqueItems": True}}, "could take more than"),
    ("an endless list", {WORDS: {"type": "array", "maxItems": 10**9}}, "at most 1000 entries"),
    ("a reference to what is no schema", {"form__schema": hidden_pattern()}, "leads to what is no schema"),
    (
        "another dialect below",
        {f"{WORDS}__$schema": "http://json-schema.org/draft-04/schema#"},
        "only JSON Schema 2020-12",
    ),
    (
        "another dialect",
        {"form__schema__$schema": "http://json-schema.org/draft-04/schema#"},
        "only JSON Schema 2020-12",
    ),
    ("names by schema", {"form__schema__propertyNames": {"pattern": "^(a+)+$"}}, "'propertyNames' is not supported"),
    ("properties by pattern", {"form__schema__patternProperties": {"^(a+)+$": {}}}, "'patternProperties' is not"),
    ("the rest by schema", {"form__schema__additionalProperties": {}}, "must be true or false"),
    ("conditions that cost", {HINT: {"properties": {"words": LIST}}}, "could take more than"),
    ("a condition with no bound", {HINT: {"contains": COSTLY}}, "could take more than"),
    ("a pattern that repeats a repeat", {f"{WORDS}__pattern": "^(a+)+$"}, "can take forever"),
    ("a pattern that is a bomb", {f"{WORDS}__pattern": "^((a{900}){900}){900}$"}, "not a regular expression"),
    ("a pattern of brackets", {f"{WORDS}__pattern": "^" + "(" * 3000 + ")" * 3000 + "$"}, "at most 200 characters"),
    ("a deep formula", {"fees__0__expr": nested("+", 400, 1)}, "nests deeper than 40"),
    ("a formula a little too deep", {"fees__0__expr": nested("+", 31, 1)}, "nests deeper than 30"),
    ("a wide formula", {"fees__0__expr": {"+": [1] * 6000}}, "more than 5000 parts"),
    ("a huge number", {"fees__0__expr": {"*": [10**400, {"rate": "per_metre"}]}}, "a number beyond"),
    ("no number", {"fees__0__expr": float("nan")}, "is no JSON number"),
    ("a table without end", {"tables__per_metre": ROWS}, "must have 1 to 500 rows"),
    ("fees without end", {"fees": [small()["fees"][0]] * 60}, "more than 50 lines"),
    ("states without end", {"workflow": many_states(400)}, "has more than 60 states"),
    ("a huge text", {"name": text("ก" * 9000)}, "a text of more than 8000 characters"),
    ("a huge whole", {"manual__facts": [{"text": text("ก" * 7000), "source": "t", "verified": "no"}] * 9}, "128 kB"),
    ("half a surrogate pair", {"summary": text("ก\ud800")}, "is not JSON"),
    ("tests without end", {"tests": [small()["tests"][0]] * 300}, "could take more than"),
]


@pytest.mark.parametrize(("changes", "expected"), [row[1:] for row in HOSTILE], ids=[row[0] for row in HOSTILE])
def test_a_hostile_definition_is_refused_in_few_steps(changes: dict[str, Any], expected: str) -> None:
    said, seen = steps_of(small(**changes))
    assert expected in "\n".join(said)
    assert seen < MOST_LINES


def test_many_conditions_that_cost_a_little_each_are_too_much_together() -> None:
    raw = small()
    for number in range(10):
        raw["form"]["schema"]["properties"][f"q{number}"] = {"type": "boolean"}
        raw["form"]["steps"][0]["fields"].append(f"/q{number}")
        condition = {"properties": {"words": {"contains": {"const": number}}}}
        raw["form"]["hints"][f"/q{number}"] = {"label": text(), "visible_if": condition}
    said, seen = steps_of(raw)
    assert said == [f"/form/hints: all conditions together could take more than {lint_schema.MAX_WORK} steps"]
    assert seen < MOST_LINES


def test_a_cycle_in_the_workflow_needs_a_way_out() -> None:
    state = {"name": text(), "turn": "agency"}
    raw = small(workflow__states__a=state, workflow__states__b=state)
    go = {"name": text(), "roles": ["intake"], "notice": text()}
    raw["workflow"]["actions"] |= {
        "in": {**go, "from": ["deciding"], "to": "a"},
        "on": {**go, "from": ["a"], "to": "b"},
        "back": {**go, "from": ["b"], "to": "a"},
    }
    assert steps_of(raw)[0] == [f"/workflow/states/{code}: no end can be reached from it" for code in ("a", "b")]


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.json")), ids=lambda path: path.stem)
def test_every_shipped_definition_is_far_from_every_bound(path: Path) -> None:
    raw = json.loads(path.read_text(encoding="utf-8"))
    said, seen = steps_of(raw)
    assert said == []
    assert seen < MOST_LINES / 4
    assert lint_schema.work(raw["form"]["schema"]) < lint_schema.MAX_WORK / 10
    # a whole service with five procedures and its own cases; a fifth is left for what an agency adds
    assert len(bounds.canonical(raw).encode()) < bounds.MAX_BYTES * 4 / 5


# --- the work of a schema is an upper bound of what judging does

_LEAVES: st.SearchStrategy[Any] = st.sampled_from([
    {"type": "string", "maxLength": 3}, {"type": "integer", "minimum": 1}, {"enum": [1, "a", True]}, True, False,
    {"pattern": "^[a-c]{1,3}$"}, {"required": ["a"]}, {"$ref": "#/$defs/a"},
])  # fmt: skip


def _inner(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    some = st.lists(children, min_size=1, max_size=3)
    named = st.dictionaries(st.sampled_from("abc"), children, max_size=3)
    bound = st.integers(0, 3)
    return st.one_of(
        st.builds(lambda word, them: {word: them}, st.sampled_from(["allOf", "anyOf", "oneOf", "prefixItems"]), some),
        st.builds(lambda them: {"properties": them}, named),
        st.builds(lambda child, most: {"items": child, "maxItems": most}, children, bound),
        st.builds(lambda child, most: {"contains": child, "maxItems": most}, children, bound),
        st.builds(lambda c, t, e: {"if": c, "then": t, "else": e}, children, children, children),
        st.builds(lambda child: {"not": child}, children),
    )


SCHEMAS = st.recursive(_LEAVES, _inner, max_leaves=12)
INSTANCES = st.recursive(
    st.sampled_from([0, 1, "a", "abcd", True, None]),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=12,
)


@given(SCHEMAS, st.recursive(_LEAVES.filter(lambda leaf: "$ref" not in str(leaf)), _inner, max_leaves=6), INSTANCES)
def test_judging_never_takes_more_steps_than_the_work_says(schema: Any, a: Any, instance: Any) -> None:
    if "$ref" in str(a):
        a = True
    whole = {"$defs": {"a": a}, "allOf": [schema]}
    calls = 0
    made: Any = validators.validator(whole)

    def counted(keyword: Any) -> Any:
        def check(*given: Any) -> Any:
            nonlocal calls
            calls += 1
            yield from keyword(*given) or ()

        return check

    words = {name: counted(keyword) for name, keyword in made.VALIDATORS.items()}
    extend: Any = jsonschema.validators.extend
    list(extend(type(made), words)(whole, registry=made._registry).iter_errors(instance))
    assert calls <= lint_schema.work(whole)


def test_a_list_longer_than_its_bound_is_not_looked_into() -> None:
    schema = {"type": "array", "maxItems": 2, "items": {"type": "integer"}, "uniqueItems": True}
    told = {error.validator for error in validators.validator(schema).iter_errors(["x"] * 5000)}
    assert told == {"maxItems"}
    assert not forms.holds({"contains": {"const": 1}}, [1] * (validators.MAX_ITEMS + 1))
    assert forms.holds({"contains": {"const": 1}}, [1] * validators.MAX_ITEMS)


def test_names_below_do_not_change_how_it_is_judged() -> None:
    pattern = {"type": "string", "maxLength": 2000, "pattern": "^(a+)+$"}  # by the plain validator this takes forever
    below = {"$schema": lint_schema.DIALECT, "$id": "https://example.test/x", "properties": {"$id": pattern}}
    assert not forms.holds({"allOf": [below]}, {"$id": "a" * 1500 + "!"})
    assert forms.holds({"allOf": [below]}, {"$id": "aaa"})
    moved = {"$defs": {"a": False}, "allOf": [{"$id": "https://example.test/y", "$ref": "#/$defs/a"}]}
    assert not forms.holds(moved, 1)


def test_patterns_run_without_backtracking() -> None:
    # a backtracking engine needs more than 2^1000 steps here; RE2 is linear, so that this test ends at all
    assert not patterns.matches("^(a+)+$", "a" * 1000 + "!")
    assert patterns.matches("^[ก-๙]{2,5}$", "ตราด")
    assert not patterns.matches("^a$", "a\n")
    with pytest.raises(patterns.BadPattern):
        patterns.matches("(", "a")


@given(st.recursive(
    st.integers(-5, 5) | st.sampled_from([{"var": "/width"}, {"rate": "per_metre"}, True]),
    lambda inner: st.builds(
        lambda name, args: {name: args}, st.sampled_from(["+", "*", "max", "if", ">"]), st.lists(inner, max_size=3)
    ),
    max_leaves=30,
))  # fmt: skip
def test_a_formula_that_lint_admits_never_runs_out_of_steps(formula: Any) -> None:
    made = definition()
    parts = sum(1 for _ in lint_form._parts(formula))
    evaluation = Evaluation({"width": 2}, made.tables, made.tests[0].on, budget=parts)
    try:
        evaluation.value(formula)
    except ValueError as error:
        assert "too many steps" not in str(error)
    assert parts <= MAX_STEPS


# --- whatever JSON is handed in

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from(["#/$defs/a", "^(a+)+$", "/width", "file", "2026-01-01", "#/properties"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.text(max_size=5) | st.sampled_from(["$ref", "pattern", "items", "var", "rate", "th", "en", "if"]),
        inner,
        max_size=3,
    ),
    max_leaves=8,
)  # fmt: skip


def places(value: Any, prefix: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to each value."""
    found = [prefix]
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in inner:
        found += places(part, (*prefix, name))
    return found


ORIGINALS = {"small": small(), "signs": signs(), "food": food()}
PLACES = {name: places(raw)[1:] for name, raw in ORIGINALS.items()}


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_any_mutation_is_accepted_or_told_precisely(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["small", "signs", "signs", "signs", "food"]))
    raw = copy.deepcopy(ORIGINALS[name])
    for _ in range(data.draw(st.integers(1, 3))):
        way = data.draw(st.sampled_from(PLACES[name]))
        holder: Any = raw
        for token in way[:-1]:
            if not isinstance(holder, dict | list) or token not in (
                holder if isinstance(holder, dict) else range(len(holder))
            ):
                break
            holder = holder[token]
        else:
            if isinstance(holder, dict) and data.draw(st.booleans()):
                holder.pop(way[-1], None)
            elif isinstance(holder, dict) or (
                isinstance(holder, list) and isinstance(way[-1], int) and way[-1] < len(holder)
            ):
                holder[way[-1]] = data.draw(JSON)
    made, found = lint.examine(raw)
    assert made is not None or found
    for problem in found:
        assert problem.en and problem.th
        assert leads_somewhere(raw, problem.pointer), problem


def leads_somewhere(raw: Any, pointer: str) -> bool:
    """Whether a pointer names a value, or a missing member of one that is there."""
    return (
        pointers.find(raw, pointer) is not pointers.MISSING
        or pointers.find(raw, pointer.rpartition("/")[0]) is not pointers.MISSING
    )


@pytest.mark.parametrize("raw", [None, [], "x", 5, {}, {"id": 5}, json.loads("[" * 300 + "]" * 300)])
def test_what_is_no_definition_at_all_is_told(raw: Any) -> None:
    made, found = lint.examine(raw)
    assert made is None and found
