"""Answers that nobody gives: worked out from the others by a formula on their hint, shown, and locked. Pure.

They are answers like any other to conditions, fees and licences. The room works them out whenever answers change, so
that what stands in a case is never older than what it was made from.
"""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from chalicelib.shared import pointers
from chalicelib.shared.errors import Fault
from chalicelib.shared.expressions import BadExpression, Evaluation, Value

from .validators import holds

if TYPE_CHECKING:
    from .parts import Asks

_ANY_DAY = dt.date(2000, 1, 1)
"""A formula of an answer has no rates, so the day does not matter."""


def formulas(definition: Asks) -> Mapping[str, Any]:
    """The formula of each computed answer, in the order in which they are worked out."""
    hints = definition.form.hints
    return {pointer: hint.computed for pointer, hint in hints.items() if hint.computed is not None}


def without(definition: Asks, answers: Any) -> Any:
    """The answers that the applicant gave."""
    wanted = [pointer for pointer in formulas(definition) if pointers.find(answers, pointer) is not pointers.MISSING]
    if not wanted:
        return answers
    made = copy.deepcopy(answers)
    for pointer in wanted:
        holder, _, _ = pointer.rpartition("/")
        place = pointers.find(made, holder)
        if isinstance(place, dict):
            place.pop(pointers.parts(pointer)[-1], None)
    return made


def worked_out(definition: Asks, answers: Any) -> Any:
    """The answers with each computed one that can be worked out and is asked for; what cannot be is left out."""
    made = without(definition, answers)
    for pointer, formula in formulas(definition).items():
        holder, _, _ = pointer.rpartition("/")
        if not isinstance(pointers.find(made, holder), dict) or not holds(
            definition.form.hints[pointer].visible_if, made
        ):
            continue
        try:
            value = Evaluation(made, {}, _ANY_DAY).value(formula)
        except BadExpression:
            continue  # an answer that it needs is missing; that one is told
        made = pointers.put(made, pointer, _as_json(value))
    return made


def contradicted(definition: Asks, given: Any, right: Any, base: str = "") -> list[Fault]:
    """A fault for each computed answer that was given and is another than it should be."""
    hints = definition.form.hints
    return [
        Fault(
            base + pointer,
            f"“{hints[pointer].label.th}” ระบบคำนวณให้ ไม่ต้องกรอก โปรดลบออก",
            f"'{hints[pointer].label.en}' is worked out from other answers; leave it out.",
        )
        for pointer in formulas(definition)
        if (there := pointers.find(given, pointer)) is not pointers.MISSING
        and not _same(there, pointers.find(right, pointer))
    ]


def _same(given: Any, right: Any) -> bool:
    return isinstance(given, bool) == isinstance(right, bool) and given == right


def _as_json(value: Value) -> Any:
    if not isinstance(value, Decimal):
        return value
    return int(value) if value == value.to_integral_value() else float(value)
