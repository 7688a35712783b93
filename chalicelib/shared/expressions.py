"""Money by formula: a small subset of JsonLogic on exact decimal numbers, with a budget of steps.

An expression is a number, a text, true/false, or one operation `{"name": arguments}`:

    {"var": "/area_m2"}            the answer at that JSON Pointer; {"var": ["/x", 0]} with a value for "no answer"
    {"rate": "table"}              the row of the definition's dated table that holds on the day of filing
    + - * / min max round_up       arithmetic; {"round_up": [x, unit]} rounds up to a multiple of unit
    > >= < <= == !=                comparison, giving true or false
    and or !                       logic on true and false (and, or stop at the first answer)
    {"if": [c1, x1, c2, x2, y]}    the first x whose c is true, else y
    {"fact": "days_late"}          what is known of the matter; of one that is not known yet: see `NotKnown`
    {"count": "/signs"}            how many entries a repeated part has
    {"sum": ["/signs", x]}         x for each entry, added up; within x, {"var": "/signs/*/width"} is of that entry
    age age_months days_between    {"age": [born, day]} whole years; {"days_between": [from, to]} may be below 0
    {"last_day": [day, number]}    the last day of so many months that begin the day after (CCC s.193/5)

Dates are texts like "2026-11-30". Numbers are `Decimal`: 0.1 + 0.2 is 0.3. The only loop is `sum`, over a list that the
form bounds; the budget bounds the whole.
"""

from __future__ import annotations

import datetime as dt
import decimal
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from . import ages, pointers
from .dataclass import dataclass
from .sourced import RateRow

Value = Decimal | bool | str
MAX_STEPS = 5000
_CONTEXT = decimal.Context(prec=28, rounding=decimal.ROUND_HALF_UP, Emin=-30, Emax=30, traps=[decimal.Overflow])
_MISSING_RATE = "no row of the table '{}' holds on {}"


class BadExpression(ValueError):
    """The formula cannot be computed; the message says which operation and why, never a value of the applicant."""


class NotKnown(BadExpression):
    """The value hangs on facts that are not known yet, and on nothing less.

    What is known may decide all the same: false `and` unknown is false, true `or` unknown is true. Whatever more
    becomes known, a value that was computed stays.
    """

    def __init__(self, facts: Iterable[str]) -> None:
        self.facts = frozenset(facts)
        super().__init__(f"not known yet: {', '.join(sorted(self.facts))}")


@dataclass(frozen=True)
class Line:
    """One step of the working that is worth showing: a rate that was looked up."""

    table: str
    row: RateRow


class Evaluation:
    """One computation of one formula.

    Args:
        answers: what `var` looks into.
        tables: dated tables for `rate`.
        on: the day whose rates hold.
        facts: what `fact` names; None for what is not known yet.
        budget: how many operations may be done.
    """

    def __init__(
        self,
        answers: Any,
        tables: Mapping[str, Sequence[RateRow]],
        on: dt.date,
        facts: Mapping[str, int | float | Value | None] | None = None,
        budget: int = MAX_STEPS,
    ) -> None:
        self._answers = answers
        self._tables = tables
        self._on = on
        self._facts = facts or {}
        self._left = budget
        self._entry: tuple[str, int] | None = None
        self.working: list[Line] = []

    def number(self, expression: Any) -> Decimal:
        """The expression's value, which must be a number.

        Raises:
            BadExpression: unknown operation, wrong type, division by zero, no rate for the day, budget used up.
            NotKnown: it needs a fact that is not known yet.
        """
        return _number(self.value(expression), "result")

    def value(self, expression: Any) -> Value:
        """The expression's value; raises BadExpression as `number` does."""
        self._left -= 1
        if self._left < 0:
            raise BadExpression("the formula takes too many steps")
        if not isinstance(expression, dict):
            return _literal(expression)
        if len(expression) != 1:
            raise BadExpression("an operation has exactly one name")
        ((name, raw),) = expression.items()
        arguments = raw if isinstance(raw, list) else [raw]
        special = _SPECIAL.get(name)
        if special is not None:
            return special(self, arguments)
        operation = _PLAIN.get(name)
        if operation is None:
            raise BadExpression(f"unknown operation '{name}'")
        with decimal.localcontext(_CONTEXT):
            try:
                return operation([self.value(argument) for argument in arguments])
            except decimal.DecimalException:
                raise BadExpression(f"'{name}' leaves the range of numbers") from None

    def _var(self, arguments: list[Any]) -> Value:
        if not arguments or not isinstance(arguments[0], str):
            raise BadExpression("'var' names a JSON Pointer")
        found = pointers.find(self._answers, self._place(arguments[0]))
        if found is pointers.MISSING or found is None:
            if len(arguments) < 2:
                raise BadExpression(f"no answer at '{arguments[0]}'")
            return self.value(arguments[1])
        return _literal(found)

    def _rate(self, arguments: list[Any]) -> Value:
        name = arguments[0] if arguments else None
        if not isinstance(name, str) or name not in self._tables:
            raise BadExpression(f"unknown table '{name}'")
        for row in self._tables[name]:
            if row.from_ <= self._on and (row.to is None or self._on <= row.to):
                self.working.append(Line(name, row))
                return Decimal(row.value)
        raise BadExpression(_MISSING_RATE.format(name, self._on.isoformat()))

    def _fact(self, arguments: list[Any]) -> Value:
        name = arguments[0] if arguments else None
        if not isinstance(name, str) or name not in self._facts:
            raise BadExpression(f"unknown fact '{name}'")
        found = self._facts[name]
        if found is None:
            raise NotKnown([name])
        return _literal(found)

    def _place(self, pointer: str) -> str:
        """A pointer with `*` as that of the entry that `sum` is at."""
        repeated, star, field = pointer.partition("/*/")
        if not star:
            return pointer
        if self._entry is None or self._entry[0] != repeated:
            raise BadExpression(f"'{pointer}' has a value only within 'sum' over '{repeated}'")
        return f"{repeated}/{self._entry[1]}/{field}"

    def _entries(self, name: str, arguments: list[Any]) -> tuple[str, int]:
        pointer = arguments[0] if arguments else None
        if not isinstance(pointer, str):
            raise BadExpression(f"'{name}' names a JSON Pointer")
        found = pointers.find(self._answers, pointer)
        if found is pointers.MISSING or found is None:
            return pointer, 0
        if not isinstance(found, list):
            raise BadExpression(f"'{name}' needs a list")
        return pointer, len(found)

    def _count(self, arguments: list[Any]) -> Value:
        return Decimal(self._entries("count", arguments)[1])

    def _sum_over(self, arguments: list[Any]) -> Value:
        if self._entry is not None:
            raise BadExpression("'sum' may not stand within 'sum'")
        if len(arguments) != 2:
            raise BadExpression("'sum' has a list and a formula")
        pointer, length = self._entries("sum", arguments)
        total = Decimal(0)
        try:
            for number in range(length):
                self._entry = (pointer, number)
                value = _number(self.value(arguments[1]), "sum")
                with decimal.localcontext(_CONTEXT):
                    total += value
        except decimal.DecimalException:
            raise BadExpression("'sum' leaves the range of numbers") from None
        finally:
            self._entry = None
        return total

    def _if(self, arguments: list[Any]) -> Value:
        for position in range(0, len(arguments) - 1, 2):
            if _truth(self.value(arguments[position])):
                return self.value(arguments[position + 1])
        if len(arguments) % 2 == 0:
            raise BadExpression("'if' needs a last value for 'else'")
        return self.value(arguments[-1])

    def _and(self, arguments: list[Any]) -> Value:
        return not self._any(arguments, False)

    def _or(self, arguments: list[Any]) -> Value:
        return self._any(arguments, True)

    def _any(self, arguments: list[Any], wanted: bool) -> bool:
        """Whether one of them is what is wanted; one that is not known yet matters only while no other is."""
        missing = set[str]()
        for argument in arguments:
            try:
                if _truth(self.value(argument)) is wanted:
                    return True
            except NotKnown as unknown:
                missing |= unknown.facts
        if missing:
            raise NotKnown(missing)
        return False


def _literal(value: Any) -> Value:
    if isinstance(value, bool | str | Decimal):
        return value
    if isinstance(value, int | float):
        number = Decimal(str(value))
        if not number.is_finite() or abs(number) > Decimal(10) ** 15:
            raise BadExpression("a number is out of range")
        return number
    raise BadExpression("a value must be a number, a text, true or false")


def _number(value: Value, where: str) -> Decimal:
    if isinstance(value, Decimal):
        return value
    raise BadExpression(f"'{where}' needs a number")


def _truth(value: Value) -> bool:
    if isinstance(value, bool):
        return value
    raise BadExpression("a condition must be true or false")


def _numbers(name: str, values: Sequence[Value], least: int, most: int | None = None) -> list[Decimal]:
    if len(values) < least or (most is not None and len(values) > most):
        raise BadExpression(f"'{name}' has the wrong number of arguments")
    return [_number(value, name) for value in values]


def _sum(values: Sequence[Value]) -> Value:
    return sum(_numbers("+", values, 1), Decimal(0))


def _difference(values: Sequence[Value]) -> Value:
    first, *rest = _numbers("-", values, 1)
    return first - sum(rest, Decimal(0)) if rest else -first


def _product(values: Sequence[Value]) -> Value:
    result = Decimal(1)
    for number in _numbers("*", values, 1):
        result *= number
    return result


def _quotient(values: Sequence[Value]) -> Value:
    above, below = _numbers("/", values, 2, 2)
    if not below:
        raise BadExpression("division by zero")
    return above / below


def _round_up(values: Sequence[Value]) -> Value:
    number, unit = _numbers("round_up", values, 2, 2)
    if unit <= 0:
        raise BadExpression("'round_up' needs a unit above zero")
    return (number / unit).to_integral_value(decimal.ROUND_CEILING) * unit


def _compare(name: str, holds: Callable[[Decimal, Decimal], bool]) -> Callable[[Sequence[Value]], Value]:
    def operation(values: Sequence[Value]) -> Value:
        left, right = _numbers(name, values, 2, 2)
        return holds(left, right)

    return operation


def _equal(values: Sequence[Value]) -> bool:
    if len(values) != 2:
        raise BadExpression("'==' compares two values")
    left, right = values
    return type(left) is type(right) and left == right


def _not(values: Sequence[Value]) -> Value:
    if len(values) != 1:
        raise BadExpression("'!' has one argument")
    return not _truth(values[0])


def _day(name: str, value: Value) -> dt.date:
    try:
        if isinstance(value, str):
            return dt.date.fromisoformat(value)
    except ValueError:
        pass
    raise BadExpression(f"'{name}' needs a date")


def _between(name: str, count: Callable[[dt.date, dt.date], int]) -> Callable[[Sequence[Value]], Value]:
    def operation(values: Sequence[Value]) -> Value:
        if len(values) != 2:
            raise BadExpression(f"'{name}' has two dates")
        return Decimal(count(_day(name, values[0]), _day(name, values[1])))

    return operation


def _last_day(values: Sequence[Value]) -> Value:
    if len(values) != 2:
        raise BadExpression("'last_day' has a date and a number of months")
    day, number = _day("last_day", values[0]), _number(values[1], "last_day")
    try:
        if number != number.to_integral_value():
            raise ValueError
        return ages.last_day(day, int(number)).isoformat()
    except (ValueError, OverflowError):
        raise BadExpression("'last_day' has no such date") from None


_SPECIAL: dict[str, Callable[[Evaluation, list[Any]], Value]] = {
    "var": Evaluation._var,
    "rate": Evaluation._rate,
    "fact": Evaluation._fact,
    "if": Evaluation._if,
    "and": Evaluation._and,
    "or": Evaluation._or,
    "count": Evaluation._count,
    "sum": Evaluation._sum_over,
}
_PLAIN: dict[str, Callable[[Sequence[Value]], Value]] = {
    "+": _sum,
    "-": _difference,
    "*": _product,
    "/": _quotient,
    "min": lambda values: min(_numbers("min", values, 1)),
    "max": lambda values: max(_numbers("max", values, 1)),
    "round_up": _round_up,
    ">": _compare(">", lambda left, right: left > right),
    ">=": _compare(">=", lambda left, right: left >= right),
    "<": _compare("<", lambda left, right: left < right),
    "<=": _compare("<=", lambda left, right: left <= right),
    "==": _equal,
    "!=": lambda values: not _equal(values),
    "!": _not,
    "age": _between("age", ages.years),
    "age_months": _between("age_months", ages.months),
    "days_between": _between("days_between", lambda first, last: (last - first).days),
    "last_day": _last_day,
}
OPERATIONS = frozenset(_SPECIAL) | frozenset(_PLAIN)
"""Every operation that a formula may use."""
