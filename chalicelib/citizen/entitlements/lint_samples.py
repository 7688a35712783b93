"""Whether a definition judges its own samples as written, and whether they try all of it. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from .judging import Known, judge
from .model import EntitlementDefinition, Sample, Value
from .telling import kind_of

COMPARISONS = frozenset({"<", "<=", ">", ">="})


def problems(definition: EntitlementDefinition) -> Iterator[str]:
    """Every sample that comes out otherwise, every rule that none tries, every bound that none meets exactly."""
    tried = set[str]()
    met = set[str]()
    for number, sample in enumerate(definition.tests):
        where = f"/tests/{number} ({sample.name})"
        wrong = list(_facts(definition, sample))
        if wrong:
            yield from (f"{where}: {said}" for said in wrong)
            continue
        facts: dict[str, Value] = {**sample.facts, **sample.answers}
        found = judge(definition, facts, sample.on)
        told = (found.result, None if sample.rule is None else found.rule, found.amount)
        wanted = (sample.result, sample.rule, sample.amount)
        if told != wanted:
            yield f"{where}: comes to {_said(told)}, not {_said(wanted)}"
        tried |= {step.rule for step in found.steps if step.outcome in ("holds", "decides")}
        known = Known(definition, facts, sample.on)
        met |= {bound for bound, left, right in _bounds(definition) if _equal(known, left, right)}
    for rule in definition.rules:
        if rule.id not in tried:
            yield f"/rules/{rule.id}: no test reaches it"
    for bound in sorted({bound for bound, _, _ in _bounds(definition)} - met):
        yield f"/parameters/{bound}: no test meets this bound exactly"
    nothing = judge(definition, {}, definition.effective_from)
    if nothing.result != "unknown":
        yield f"/rules: with nothing known it tells '{nothing.result}'"


def _facts(definition: EntitlementDefinition, sample: Sample) -> Iterator[str]:
    of_registers = {code: fact.kind for code, _, fact in definition.register_facts()}
    for code in sample.facts.keys() - of_registers.keys():
        yield f"'{code}' is no fact of a register"
    for code in sample.answers.keys() - definition.asks.keys():
        yield f"'{code}' is no question"
    if sample.on < definition.effective_from and not _tells_of_then(definition, sample.on):
        yield f"no parameter holds on {sample.on}"
    for code, value in {**sample.facts, **sample.answers}.items():
        is_known = code in of_registers or code in definition.asks
        if is_known and not _fits(kind_of(definition, code), value):
            yield f"'{code}' is no {kind_of(definition, code)}"


def _tells_of_then(definition: EntitlementDefinition, on: dt.date) -> bool:
    return all(parameter.rows[0].from_ <= on for parameter in definition.parameters.values())


def _fits(kind: str, value: object) -> bool:
    match kind:
        case "number":
            return isinstance(value, int) and not isinstance(value, bool)
        case "yes_no" | "is_asker":
            return isinstance(value, bool)
        case "date":
            return isinstance(value, str) and _is_day(value)
    return isinstance(value, str)


def _is_day(text: str) -> bool:
    try:
        return dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _bounds(definition: EntitlementDefinition) -> list[tuple[str, Any, Any]]:
    """Every comparison with a parameter: its name, and both sides."""
    expressions = [*(rule.when for rule in definition.rules), *(one.expr for one in definition.derived.values())]
    return [found for expression in expressions for found in _compared(expression)]


def _compared(expression: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(expression, list):
        for part in expression:
            yield from _compared(part)
    elif isinstance(expression, Mapping):
        for name, arguments in expression.items():
            if name in COMPARISONS and isinstance(arguments, list) and len(arguments) == 2:
                for side in arguments:
                    if isinstance(side, Mapping) and isinstance(side.get("rate"), str):
                        yield side["rate"], arguments[0], arguments[1]
            yield from _compared(arguments)


def _equal(known: Known, left: Any, right: Any) -> bool:
    first, second = known.look(left)[0], known.look(right)[0]
    return first is not None and first == second


def _said(told: tuple[str, str | None, str | None]) -> str:
    return " / ".join(part for part in told if part is not None)
