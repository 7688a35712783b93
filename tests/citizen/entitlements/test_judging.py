"""The judgement in three values: what is missing never decides, and more knowledge never turns a result round."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.citizen.entitlements.catalogue import shipped
from chalicelib.citizen.entitlements.judging import Known, judge
from chalicelib.citizen.entitlements.model import EntitlementDefinition, Value

ON = dt.date(2026, 11, 30)
ALL = shipped().live(ON)
IDS = [definition.id for definition in ALL]


def one(id: str) -> EntitlementDefinition:
    return shipped().current(id, ON)


def pool(definition: EntitlementDefinition) -> dict[str, list[Value]]:
    """Values of each fact that the definition's own tests think of."""
    found = dict[str, list[Value]]()
    for sample in definition.tests:
        for code, value in {**sample.facts, **sample.answers}.items():
            if value not in found.setdefault(code, []):
                found[code].append(value)
    return found


def cases(definition: EntitlementDefinition) -> st.SearchStrategy[tuple[dict[str, Value], dict[str, Value], dt.date]]:
    """All that is to be known, a part of it, and a day."""
    whole = st.fixed_dictionaries({code: st.sampled_from(values) for code, values in pool(definition).items()})
    days = st.sampled_from(sorted({sample.on for sample in definition.tests}))

    def with_part(facts: dict[str, Value]) -> st.SearchStrategy[tuple[dict[str, Value], dict[str, Value], dt.date]]:
        part = st.sets(st.sampled_from(sorted(facts))).map(lambda codes: {code: facts[code] for code in codes})
        return st.tuples(st.just(facts), part, days)

    return whole.flatmap(with_part)


@pytest.mark.parametrize("definition", ALL, ids=IDS)
def test_more_knowledge_never_turns_a_result_round(definition: EntitlementDefinition) -> None:
    @settings(max_examples=60, deadline=None)
    @given(cases(definition))
    def run(case: tuple[dict[str, Value], dict[str, Value], dt.date]) -> None:
        whole, part, on = case
        early, late = judge(definition, part, on), judge(definition, whole, on)
        if early.is_definite:
            assert (late.result, late.is_definite) == (early.result, True)
        else:
            assert early.result == "unknown" and early.amount is None

    run()


@pytest.mark.parametrize("definition", ALL, ids=IDS)
def test_with_nothing_known_nothing_is_told(definition: EntitlementDefinition) -> None:
    found = judge(definition, {}, ON)
    assert found.result == "unknown" and found.missing
    assert {step.outcome for step in found.steps} == {"unknown"}
    assert "does not mean that you have no right" in found.headline.en


@pytest.mark.parametrize("definition", ALL, ids=IDS)
def test_each_text_is_filled(definition: EntitlementDefinition) -> None:
    for sample in definition.tests:
        found = judge(definition, {**sample.facts, **sample.answers}, sample.on)
        for step in found.steps:
            assert "{" not in step.text.th + step.text.en
            if step.outcome == "decides" and found.result != "unknown":
                assert "–" not in step.text.en.replace("60–69", ""), f"{sample.name}: {step.text.en}"


def test_what_is_unknown_beside_a_sure_no_does_not_matter() -> None:
    facts: dict[str, Any] = {
        "asker_is_mother": True,
        "child_status": "alive",
        "child_nationality": "THA",
        "child_born": "2019-01-01",
    }
    found = judge(one("newborn-grant"), facts, ON)
    assert (found.result, found.rule) == ("not_entitled", "age")
    assert [step.rule for step in found.steps][-1] == "age" and "unknown" not in {s.outcome for s in found.steps}


def test_a_household_of_nobody_is_no_household() -> None:
    facts: dict[str, Any] = {
        "asker_is_mother": True,
        "child_status": "alive",
        "child_nationality": "THA",
        "child_born": "2026-11-11",
        "child_house": "A",
        "own_house": "A",
        "in_institution": False,
        "grant_status": "none",
        "register_members": 0,
        "register_income": 0,
        "said_members": 0,
        "said_income": 0,
    }
    assert judge(one("newborn-grant"), facts, ON).result == "unknown"


def test_values_come_with_their_source_and_hidden_ones_without_themselves() -> None:
    definition = one("newborn-grant")
    sample = definition.tests[0]
    found = judge(definition, {**sample.facts, **sample.answers}, sample.on)
    used = {each.code: each for step in found.steps for each in step.used}
    assert used["child_born"].source == "TH/CENTRAL/DOPA/civil/person"
    assert used["income_limit"].row is not None and used["income_limit"].source == "law"
    assert used["income_per_person"].source == "computed"
    assert used["child_house"].value is None, "that two houses are the same is told, not which"
    assert "said_income" not in used, "nobody was asked, so nothing was used"


def test_a_default_is_no_answer_while_something_before_it_is_open() -> None:
    found = judge(one("credit-bureau"), {}, ON)
    assert found.result == "unknown" and found.rule is None


def test_the_expression_that_needs_something_is_not_true() -> None:
    known = Known(one("newborn-grant"), {"register_members": 0}, ON)
    assert known.holds({"==": [{"fact": "register_members"}, 0]})
    assert not known.holds({"fact": "is_parent"}) and not known.holds({"!": {"fact": "is_parent"}})
