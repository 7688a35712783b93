"""What a fee comes to while only some answers are known: an exact amount, or what it depends on and by which rates.

Honest in one way only: an amount is told when no answer that is still missing could change it. Pure.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import field
from decimal import Decimal
from typing import Any

from chalicelib.shared import pointers
from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.expressions import BadExpression, Evaluation
from chalicelib.shared.sourced import RateRow

from ..definitions import computed
from ..definitions.fees import MAX_SATANG, baht
from ..definitions.model import Fee, ServiceDefinition
from ..definitions.procedures import facts


@dataclass(frozen=True)
class Estimate:
    """One line of a bill before there is an application.

    Attributes:
        fee: the line.
        baht: the amount, or None while it depends.
        depends: pointers of the form's fields on which it depends.
        rates: the rates that may go into it, as they are on that day.
    """

    fee: Fee
    baht: str | None
    depends: tuple[str, ...]
    rates: tuple[RateRow, ...]


def estimates(definition: ServiceDefinition, answers: Mapping[str, Any], on: dt.date) -> list[Estimate]:
    """Each fee of a first application with those answers of the form that are known."""
    seen = definition.of("new")
    known = _with_computed(seen, answers, on)
    return [_estimate(seen, fee, known, on) for fee in seen.fees]


def _estimate(definition: ServiceDefinition, fee: Fee, answers: Any, on: dt.date) -> Estimate:
    needs = _Needs(answers, on)
    needs.look(fee.expr)
    if not needs.missing:
        evaluation = Evaluation(answers, definition.tables, on, facts(None, on))
        try:
            satang = evaluation.number(fee.expr) * 100
        except BadExpression:
            pass  # what is known contradicts itself, or no rate holds today: the rates are all that can be told
        else:
            if satang == satang.to_integral_value() and Decimal(0) <= satang <= MAX_SATANG:
                used = tuple(dict.fromkeys(line.row for line in evaluation.working))
                return Estimate(fee, baht(int(satang)), (), used)
    return Estimate(fee, None, tuple(_told(definition, needs.missing, on)), tuple(_rates(definition, needs.tables, on)))


def _with_computed(definition: ServiceDefinition, answers: Mapping[str, Any], on: dt.date) -> Any:
    """The known answers with those computed ones that no missing answer could change."""
    known: Any = dict(answers)
    for pointer, formula in computed.formulas(definition).items():
        needs = _Needs(known, on)
        needs.look(formula)
        if needs.missing or definition.form.hints[pointer].visible_if is not None:
            continue
        found = pointers.find(computed.worked_out(definition, _held(known, pointer)), pointer)
        if found is not pointers.MISSING:
            known = pointers.put(known, pointer, found)
    return known


def _held(answers: Any, pointer: str) -> Any:
    """The answers with an object to put the pointer's value into."""
    holder = pointer.rpartition("/")[0]
    if not holder or pointers.find(answers, holder) is not pointers.MISSING:
        return answers
    return pointers.put(answers, holder, {})


def _told(definition: ServiceDefinition, missing: Iterable[str], on: dt.date) -> Iterable[str]:
    """The fields that the applicant will fill in: of a computed one those that it is made of."""
    formulas = computed.formulas(definition)
    queue, told = list(missing), dict[str, None]()
    while queue:
        pointer = queue.pop(0)
        if pointer in formulas:
            needs = _Needs({}, on)
            needs.look(formulas[pointer])
            queue = [*needs.missing, *queue]  # computed ones are made of earlier ones, so this ends
        else:
            told[pointer] = None
    return told


def _rates(definition: ServiceDefinition, tables: Iterable[str], on: dt.date) -> Iterable[RateRow]:
    for name in tables:
        for row in definition.tables.get(name, ()):
            if row.from_ <= on and (row.to is None or on <= row.to):
                yield row


@dataclass
class _Needs:
    """What a formula needs that is not known, and the tables that it may look into."""

    answers: Any
    on: dt.date
    missing: dict[str, None] = field(default_factory=dict)
    tables: dict[str, None] = field(default_factory=dict)

    def look(self, formula: Any) -> None:
        """Goes through the formula; of an `if` whose condition is known only through the way that it takes."""
        if isinstance(formula, list):
            for part in formula:
                self.look(part)
        if not isinstance(formula, dict):
            return
        for name, raw in formula.items():
            arguments = raw if isinstance(raw, list) else [raw]
            if name == "rate":
                self.tables[str(arguments[0])] = None
            elif name in ("var", "count", "sum"):
                self._answer(str(arguments[0]).partition("/*/")[0])
                self.look(arguments[1:])
            elif name == "if":
                self._choice(arguments)
            elif name != "fact":
                self.look(arguments)

    def _answer(self, pointer: str) -> None:
        """A value to fall back on is what the formula takes when nothing will be answered, not while that is open."""
        if pointers.find(self.answers, pointer) is pointers.MISSING:
            self.missing[pointer] = None

    def _choice(self, arguments: list[Any]) -> None:
        for position in range(0, len(arguments) - 1, 2):
            inner = _Needs(self.answers, self.on)
            inner.look(arguments[position])
            self.missing |= inner.missing
            self.tables |= inner.tables
            if inner.missing or inner.tables:
                self.look(arguments[position + 1 :])
                return
            try:
                held = Evaluation(self.answers, {}, self.on, facts(None, self.on)).value(arguments[position])
                if held is True:
                    self.look(arguments[position + 1])
                    return
            except BadExpression:
                self.look(arguments[position + 1 :])
                return
        self.look(arguments[-1])
