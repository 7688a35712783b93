"""What is wrong with the expressions and the order of rules of a definition. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any

from chalicelib.shared.expressions import OPERATIONS

from .model import TODAY, EntitlementDefinition
from .telling import names_in, places

DEEPEST = 20
ALLOWED = OPERATIONS - {"var", "count", "sum"}
"""A right is judged by facts; there is no form to look into."""


def unreadable(definition: EntitlementDefinition) -> Iterator[str]:
    """What of the expressions cannot be worked out at all."""
    base = {TODAY, *definition.asks, *(code for code, _, _ in definition.register_facts())}
    earlier = set(base)
    for code, derived in definition.derived.items():
        yield from _expression(definition, f"/derived/{code}", derived.expr, earlier)
        earlier.add(code)
    for code, source in definition.inputs.items():
        yield from _expression(definition, f"/inputs/{code}/needed_if", source.needed_if, earlier)
    for code, question in definition.asks.items():
        yield from _expression(definition, f"/asks/{code}/needed_if", question.needed_if, earlier)
    for rule in definition.rules:
        yield from _expression(definition, f"/rules/{rule.id}/when", rule.when, earlier)
    if definition.amount is not None:
        yield from _expression(definition, "/amount/expr", definition.amount.expr, earlier)


def problems(definition: EntitlementDefinition) -> Iterator[str]:
    """What is wrong with readable ones: circles, rules out of order, and what is asked for nothing."""
    for code, source in definition.inputs.items():
        own = set(_bottom(definition, source.needed_if)) & source.facts.keys()
        if own:
            yield f"/inputs/{code}/needed_if: hangs on its own answer ({', '.join(sorted(own))})"
    yield from _order(definition)
    yield from _idle(definition)


def _expression(definition: EntitlementDefinition, where: str, value: Any, known: Collection[str]) -> Iterator[str]:
    for operation in sorted(_operations(value, 0)):
        if operation not in ALLOWED:
            yield f"{where}: there is no operation '{operation}' here"
    for fact in names_in(value, "fact"):
        if fact not in known:
            yield f"{where}: '{fact}' is no fact that is known by then"
    for table in names_in(value, "rate"):
        if table not in definition.parameters:
            yield f"{where}: '{table}' is no parameter"


def _operations(value: Any, depth: int) -> Iterator[str]:
    if depth > DEEPEST:
        yield "(nested too deeply)"
    elif isinstance(value, list):
        for part in value:
            yield from _operations(part, depth + 1)
    elif isinstance(value, dict):
        if len(value) != 1:
            yield "(an operation has exactly one name)"
        for name, arguments in value.items():
            yield name
            yield from _operations(arguments, depth + 1)


def _bottom(definition: EntitlementDefinition, expression: Any) -> Iterator[str]:
    """Facts of registers and answers that an expression comes to rest on."""
    for name in names_in(expression, "fact"):
        if name in definition.derived:
            yield from _bottom(definition, definition.derived[name].expr)
        else:
            yield name


def _order(definition: EntitlementDefinition) -> Iterator[str]:
    *first, last = definition.rules
    for name, times in Counter(rule.id for rule in definition.rules).items():
        if times > 1:
            yield f"/rules/{name}: {times} rules have this id"
    if last.when is not True or last.then == "next":
        yield f"/rules/{last.id}: the last rule decides in all other cases (when: true)"
    for rule in first:
        if isinstance(rule.when, bool):
            yield f"/rules/{rule.id}: no rule after it is ever reached, or it never holds"


def _idle(definition: EntitlementDefinition) -> Iterator[str]:
    """What is asked must be used: nobody's data is fetched for nothing."""
    used = set[str]()
    expressions = [
        *(rule.when for rule in definition.rules),
        *(source.needed_if for source in definition.inputs.values()),
        *(question.needed_if for question in definition.asks.values()),
        *([] if definition.amount is None else [definition.amount.expr]),
    ]
    for expression in expressions:
        used |= set(_bottom(definition, expression))
    for rule in definition.rules:
        told = [rule.text, *([] if rule.otherwise is None else [rule.otherwise])]
        used |= {name for text in told for name in _told(definition, text)}
    used |= set(() if definition.apply is None else definition.apply.prefill.values())
    for code, _, _ in definition.register_facts():
        if code not in used:
            yield f"/inputs: '{code}' is asked for and used by nothing"
    for code in definition.asks:
        if code not in used:
            yield f"/asks/{code}: is asked and used by nothing"


def _told(definition: EntitlementDefinition, text: Any) -> Iterator[str]:
    for name in places(text):
        if name in definition.derived:
            yield from _bottom(definition, definition.derived[name].expr)
        else:
            yield name
