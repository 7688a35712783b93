"""Is a form whole, are its repeated parts and computed answers sound, and can its formulas be worked out? Pure."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from chalicelib.shared import pointers
from chalicelib.shared.expressions import MAX_STEPS, OPERATIONS

from . import computed, lint_schema
from .problems import Problem, at
from .procedures import FACTS
from .validators import item_bound

if TYPE_CHECKING:
    from .model import ServiceDefinition
    from .parts import Form, Schema

_MAX_EXPRESSION_DEPTH = 30
_MAX_COMPUTED = 50
_NAMED = ("var", "rate", "fact", "count", "sum")
"""Operations whose first argument is a name."""


def problems(definition: ServiceDefinition) -> Iterator[Problem]:
    """Everything wrong with the form."""
    known = dict(lint_schema.properties(definition.form.schema_))
    yield from asked(definition.form, known)
    yield from _choices(definition, known)
    yield from _repeated(definition, known)
    yield from _computed(definition, known)


def asked(form: Form, known: Mapping[str, Schema]) -> Iterator[Problem]:
    """Every field is on one step and has a label; the fields of a repeated part are asked with their list."""
    leaves = {pointer for pointer, schema in known.items() if not schema.get("properties")}
    shown = Counter(pointer for step in form.steps for pointer in step.fields)
    for pointer in sorted(pointer for pointer in leaves - shown.keys() if "/*/" not in pointer):
        yield Problem("/form/steps", f"the field {pointer} is on no step")
    for pointer in sorted(shown.keys() - known.keys()):
        yield Problem("/form/steps", f"{pointer} is no field of the schema")
    for pointer in sorted(pointer for pointer, times in shown.items() if times > 1):
        yield Problem("/form/steps", f"{pointer} is asked twice")
    for pointer in sorted(pointer for pointer in shown if "/*/" in pointer):
        yield Problem("/form/steps", f"{pointer} is asked with its list")
    for pointer in sorted(leaves - form.hints.keys()):
        yield Problem("/form/hints", f"{pointer} has no label")
    for pointer in sorted(form.hints.keys() - known.keys()):
        yield Problem("/form/hints", f"{pointer} is no field of the schema")


def _choices(definition: ServiceDefinition, known: Mapping[str, Schema]) -> Iterator[Problem]:
    """Names of choices are those of all that may be chosen: of a field's own `enum`, or of a list's entries."""
    for pointer, hint in definition.form.hints.items():
        schema = known.get(pointer, {})
        entry = schema.get("items")
        values = schema.get("enum") or (entry.get("enum") if isinstance(entry, dict) else None) or []
        if hint.choices and sorted(hint.choices) != sorted(each for each in values if isinstance(each, str)):
            yield Problem(at("form", "hints", pointer, "choices"), "must name exactly the texts of the schema's enum")


def _repeated(definition: ServiceDefinition, known: Mapping[str, Schema]) -> Iterator[Problem]:
    for pointer, schema in known.items():
        name = pointers.parts(pointer)[-1]
        if name == "*" or (name.isascii() and name.isdigit()):
            yield Problem("/form/schema", f"the property {pointer} needs a letter in its name")
        if lint_schema.is_repeated(schema) and "/*/" in pointer:
            yield Problem("/form/schema", f"{pointer} is a repeated part within a repeated part")
    for pointer, hint in definition.form.hints.items():
        where, schema = at("form", "hints", pointer), known.get(pointer, {})
        if lint_schema.is_repeated(schema) != (hint.item is not None):
            yield Problem(where, "a repeated part needs 'item', what one entry is called; nothing else has it")
        if "/*/" in pointer and any(each is not None for each in (hint.visible_if, hint.required_if, hint.computed)):
            yield Problem(where, "conditions within an entry are said by the schema of the entries (if, then)")


def _computed(definition: ServiceDefinition, known: Mapping[str, Schema]) -> Iterator[Problem]:
    """A computed answer is made of answers, and of computed ones that come before it."""
    formulas = computed.formulas(definition)
    if len(formulas) > _MAX_COMPUTED:
        yield Problem("/form/hints", f"more than {_MAX_COMPUTED} answers are computed")
        return
    done: set[str] = set()
    for pointer, formula in formulas.items():
        where, rates = at("form", "hints", pointer), set[str]()
        yield from formula_problems(where + "/computed", formula, definition, rates)
        if any(name == "fact" for name, _ in _names(formula)):
            yield Problem(where + "/computed", "an answer is made of answers; facts belong to fees")
        if rates:
            yield Problem(where + "/computed", "an answer has no rates; those belong to fees")
        if known.get(pointer, {}).get("properties") or lint_schema.is_repeated(known.get(pointer, {})):
            yield Problem(where, "only a single field can be computed")
        if definition.form.hints[pointer].required_if is not None:
            yield Problem(where, "what is computed is not asked for; take required_if out")
        used = {first for name, first in _names(formula) if name not in ("rate", "fact")}
        for later in sorted(used & (formulas.keys() - done)):
            yield Problem(where + "/computed", f"{later} is not worked out yet at this place; put it before")
        done.add(pointer)


def formula_problems(where: str, formula: Any, definition: ServiceDefinition, used: set[str]) -> Iterator[Problem]:
    """Everything wrong with a formula; `used` gathers the tables that it names.

    No evaluation can use up its steps: each part is looked at once at most, within `sum` once for each entry.
    """
    if pointers.depth(formula, _MAX_EXPRESSION_DEPTH) > _MAX_EXPRESSION_DEPTH:
        yield Problem(where, f"the formula nests deeper than {_MAX_EXPRESSION_DEPTH}")
        return
    if sum(1 for _ in itertools.islice(_parts(formula), MAX_STEPS + 1)) > MAX_STEPS:
        yield Problem(where, f"the formula has more than {MAX_STEPS} parts")
        return
    known = dict(lint_schema.properties(definition.form.schema_))
    if steps(formula, known) > MAX_STEPS:
        yield Problem(where, f"the formula could take more than {MAX_STEPS} steps; give its lists a smaller maxItems")
        return
    used |= {first for name, first in _names(formula) if name == "rate"}
    yield from _operations(where, formula, definition, known, None)


def steps(formula: Any, known: Mapping[str, Schema]) -> int:
    """The most steps that working out a formula can take."""
    if isinstance(formula, list):
        return sum(steps(part, known) for part in formula)
    if not isinstance(formula, dict):
        return 1
    taken = 1
    for name, arguments in formula.items():
        if name == "sum" and isinstance(arguments, list) and len(arguments) == 2:
            taken += 1 + item_bound(known.get(str(arguments[0]), {})) * steps(arguments[1], known)
        else:
            taken += steps(arguments, known)
    return taken


def _operations(
    where: str, formula: Any, definition: ServiceDefinition, known: Mapping[str, Schema], within: str | None
) -> Iterator[Problem]:
    if isinstance(formula, list):
        for part in formula:
            yield from _operations(where, part, definition, known, within)
    if not isinstance(formula, dict):
        return
    for name, arguments in formula.items():
        first = arguments[0] if isinstance(arguments, list) and arguments else arguments
        if name not in OPERATIONS:
            yield Problem(where, f"unknown operation '{name}'")
        elif name in _NAMED and not isinstance(first, str):
            yield Problem(where, f"'{name}' needs a name")
        elif name in _NAMED:
            yield from (Problem(where, said) for said in _named(name, first, definition, known, within))
        inside = first if name == "sum" and isinstance(first, str) else within
        yield from _operations(where, arguments, definition, known, inside)


def _named(
    name: str, first: str, definition: ServiceDefinition, known: Mapping[str, Schema], within: str | None
) -> Iterator[str]:
    if name == "rate":
        if first not in definition.tables:
            yield f"there is no table '{first}'"
    elif name == "fact":
        if first not in FACTS:
            yield f"there is no fact '{first}'; use {', '.join(sorted(FACTS))}"
    elif first not in known:
        yield f"{first} is no field of the schema"
    elif name == "var":
        repeated, star, _ = first.partition("/*/")
        if star and repeated != within:
            yield f"{first} has a value only within 'sum' over {repeated}"
    elif known[first].get("type") != "array":
        yield f"'{name}' needs a list, which {first} is not"
    elif within is not None:
        yield f"'{name}' may not stand within 'sum'"


def _names(formula: Any) -> Iterator[tuple[str, str]]:
    """(operation, name) of each operation that names something."""
    if isinstance(formula, list):
        for part in formula:
            yield from _names(part)
    elif isinstance(formula, dict):
        for name, arguments in formula.items():
            first = arguments[0] if isinstance(arguments, list) and arguments else arguments
            if name in _NAMED and isinstance(first, str):
                yield name, first
            yield from _names(arguments)


def _parts(expression: Any) -> Iterator[None]:
    yield None
    inner = expression.values() if isinstance(expression, dict) else expression if isinstance(expression, list) else ()
    for part in inner:
        yield from _parts(part)
