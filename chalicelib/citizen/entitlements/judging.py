"""Judges one right by what is known, in three values: it is so, it is not so, it is not known. Pure.

A fact that is missing never makes a "not entitled": a rule whose condition hangs on it stays open, and the result is
told only when every open rule would decide the same; and what is told "in all other cases" (the condition `true`) only
when no rule before it is open. So more knowledge can turn "unknown" into a result, but no result
into another.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from decimal import Decimal
from typing import Any, Literal

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.expressions import BadExpression, Evaluation, NotKnown
from chalicelib.shared.sourced import RateRow, Said
from chalicelib.shared.thai import Text

from .model import TODAY, EntitlementDefinition, Result, Rule, Value
from .telling import filled, kind_of, names_in, shown

Outcome = Literal["holds", "passed", "decides", "unknown"]
"""Of a step: it holds and goes on; it does not hold, which is told; it decides; it is not known yet."""


@dataclass(frozen=True)
class Used:
    """A value that a step looked at.

    Attributes:
        code: of the fact or parameter.
        value: for reading; None where it is not known or not for showing.
        source: the service that told it, `answer` for the person's own word, `law` for a parameter, `computed`.
        row: of a parameter, the row that holds.
    """

    code: str
    name: Text
    value: Text | None = field(repr=False)
    source: str
    row: RateRow | None = None


@dataclass(frozen=True)
class Step:
    """One rule as it was applied: what it says of this person, by which values, by which law."""

    rule: str
    text: Text = field(repr=False)
    outcome: Outcome
    used: tuple[Used, ...]
    legal: Said


@dataclass(frozen=True)
class Judgement:
    """What came of it.

    Attributes:
        rule: id of the rule that decided; None while it is not known.
        amount: an exact decimal number as text, where there is one.
        missing: facts of registers and answers without which it cannot be told.
    """

    result: Result
    rule: str | None
    headline: Text = field(repr=False)
    steps: tuple[Step, ...] = field(repr=False)
    amount: str | None = field(repr=False)
    missing: frozenset[str]
    advice: Text | None = field(default=None, repr=False)

    @property
    def is_definite(self) -> bool:
        """Whether nothing that could still become known would change it."""
        return self.rule is not None


NOT_KNOWN = Text(
    th="ยังตอบไม่ได้ เพราะยังขาดข้อมูลบางอย่าง ไม่ได้หมายความว่าไม่มีสิทธิ",
    en="It cannot be told yet, because something is still missing. This does not mean that you have no right.",
)


class Known:
    """What is known on a day: facts, and what can be derived of them.

    Args:
        facts: by code; what is absent or None is not known.
    """

    def __init__(self, definition: EntitlementDefinition, facts: Mapping[str, Value | None], on: dt.date) -> None:
        self._definition = definition
        self._on = on
        names = definition.fact_names()
        self.facts: dict[str, Value | None] = {
            name: _exact(facts.get(name), kind_of(definition, name)) for name in names
        }
        self.facts[TODAY] = on.isoformat()
        self._behind: dict[str, frozenset[str]] = {}
        for code, derived in definition.derived.items():
            value, missing = self.look(derived.expr)
            self.facts[code] = value
            self._behind[code] = missing

    def look(self, expression: Any) -> tuple[Decimal | bool | str | None, frozenset[str]]:
        """The value of an expression, or None and the facts for want of which it has none."""
        evaluation = Evaluation({}, self._definition.tables, self._on, self.facts)
        try:
            return evaluation.value(expression), frozenset()
        except NotKnown as unknown:
            return None, self.at_the_bottom(unknown.facts)
        except BadExpression:  # what is known contradicts itself, e.g. a household of nobody: nothing follows from it
            return None, self.at_the_bottom(names_in(expression, "fact"))

    def holds(self, expression: Any) -> bool:
        """Whether it is known to be true."""
        return self.look(expression)[0] is True

    def at_the_bottom(self, facts: Iterable[str]) -> frozenset[str]:
        """Facts of registers and answers that stand behind these."""
        return frozenset(base for fact in facts for base in self._behind.get(fact, frozenset({fact})))

    def row(self, table: str) -> RateRow | None:
        """The row of a parameter that holds on the day."""
        return next(
            (row for row in self._definition.tables[table] if _holds_on(row, self._on)),
            None,
        )

    def used_by(self, expression: Any) -> tuple[Used, ...]:
        """What an expression looks at and is known, with what stands behind derived facts, each once."""
        return tuple({used.code: used for used in self._used(expression)}.values())

    def _used(self, expression: Any) -> Iterator[Used]:
        definition = self._definition
        names = definition.fact_names()
        for code in names_in(expression, "fact"):
            if code == TODAY or self.facts[code] is None:
                continue
            source = _source(definition, code)
            yield Used(code, names[code], shown(definition, code, self.facts[code]), source)
            if code in definition.derived:
                yield from self._used(definition.derived[code].expr)
        for table in names_in(expression, "rate"):
            row = self.row(table)
            if row is not None:
                parameter = definition.parameters[table]
                number = f"{Decimal(row.value):,}"
                value = Text(th=f"{number} {parameter.unit.th}", en=f"{number} {parameter.unit.en}")
                yield Used(table, parameter.name, value, "law", row)

    def filled(self, text: Text) -> Text:
        """A text with its placeholders filled in."""
        return filled(self._definition, text, self.facts, {name: self.row(name) for name in self._definition.tables})


def judge(definition: EntitlementDefinition, facts: Mapping[str, Value | None], on: dt.date) -> Judgement:
    """What is known of a person's right on a day.

    Args:
        definition: the right.
        facts: of registers and answers, by code; what is absent or None is not known.
        on: the day whose parameters hold.
    """
    known = Known(definition, facts, on)
    steps, possible, missing = list[Step](), set[Result](), set[str]()
    decided: Rule | None = None
    something_open = False
    for rule in definition.rules:
        value, lacking = known.look(rule.when)
        if value is None:
            if rule.then != "next":
                possible.add(rule.then)
                missing |= lacking
                something_open = True
            steps.append(_step(known, rule, _still_open(definition, lacking), "unknown"))
        elif value is True and rule.then != "next":
            possible.add(rule.then)
            decided = rule
            break
        elif value is True or rule.otherwise is not None:
            text = rule.text if value is True or rule.otherwise is None else rule.otherwise
            steps.append(_step(known, rule, known.filled(text), "holds" if value is True else "passed"))
    if decided is None or len(possible) > 1 or (decided.when is True and something_open):
        return Judgement(
            "unknown", None, NOT_KNOWN, tuple(steps), None, frozenset(missing), _advice(known, definition, "unknown")
        )
    headline = known.filled(decided.text)
    told = [step for step in steps if step.outcome != "unknown"]
    return Judgement(
        result=decided.then if decided.then != "next" else "unknown",
        rule=decided.id,
        headline=headline,
        steps=(*told, _step(known, decided, headline, "decides")),
        amount=_amount(known, definition, decided.then),
        missing=frozenset(),
        advice=_advice(known, definition, decided.then),
    )


def _step(known: Known, rule: Rule, text: Text, outcome: Outcome) -> Step:
    return Step(rule.id, text, outcome, known.used_by(rule.when), rule.legal)


def _still_open(definition: EntitlementDefinition, lacking: frozenset[str]) -> Text:
    names = definition.fact_names()
    told = [names[code] for code in names if code in lacking]
    return Text(
        th="ยังไม่ทราบ: " + ", ".join(name.th for name in told),
        en="Not known yet: " + ", ".join(name.en for name in told),
    )


def _amount(known: Known, definition: EntitlementDefinition, result: str) -> str | None:
    if definition.amount is None or result not in ("entitled", "already"):
        return None
    value, _ = known.look(definition.amount.expr)
    return None if not isinstance(value, Decimal) else format(value.normalize() + 0, "f")


def _advice(known: Known, definition: EntitlementDefinition, result: str) -> Text | None:
    for name, text in definition.advice.items():
        if name == result:
            return known.filled(text)
    return None


def _source(definition: EntitlementDefinition, code: str) -> str:
    for name, source, _ in definition.register_facts():
        if name == code:
            return source.service
    return "answer" if code in definition.asks else "computed"


def _holds_on(row: RateRow, on: dt.date) -> bool:
    return row.from_ <= on and (row.to is None or on <= row.to)


def _exact(value: Value | None, kind: str) -> Value | None:
    """Numbers may come as texts."""
    return Decimal(value) if kind == "number" and isinstance(value, str) else value
