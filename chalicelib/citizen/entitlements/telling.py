"""Values in words, and texts with values in them. Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from chalicelib.shared.sourced import RateRow
from chalicelib.shared.thai import Text, format_date

from .model import TODAY, EntitlementDefinition, Value

YES, NO = Text(th="ใช่", en="Yes"), Text(th="ไม่ใช่", en="No")
GAP = "–"
"""Stands where a value is not known."""

_PLACE = re.compile(r"\{([a-z][a-z0-9_]*)\}")


def places(text: Text) -> frozenset[str]:
    """The names of a text's placeholders, in either language."""
    return frozenset(_PLACE.findall(text.th)) | frozenset(_PLACE.findall(text.en))


def names_in(expression: Any, operation: str) -> tuple[str, ...]:
    """What an expression names by `fact`, or by `rate`; each once, in order."""
    return tuple(dict.fromkeys(_names(expression, operation)))


def _names(expression: Any, operation: str) -> Iterator[str]:
    if isinstance(expression, list):
        for part in expression:
            yield from _names(part, operation)
    elif isinstance(expression, dict):
        for name, raw in expression.items():
            first = raw[0] if isinstance(raw, list) and raw else raw
            if name == operation and isinstance(first, str):
                yield first
            else:
                yield from _names(raw, operation)


def filled(
    definition: EntitlementDefinition,
    text: Text,
    facts: Mapping[str, Value | None],
    rows: Mapping[str, RateRow | None],
) -> Text:
    """The text with `{name}` replaced by a fact or a parameter."""

    def value(name: str) -> Text | None:
        row = rows.get(name)
        if row is not None:
            return _same(f"{Decimal(row.value):,}")
        return shown(definition, name, facts.get(name))

    values = {name: value(name) for name in places(text)}
    return Text(th=_put(text.th, values, "th"), en=_put(text.en, values, "en"))


def shown(definition: EntitlementDefinition, code: str, value: Value | None) -> Text | None:
    """A fact for reading; None where it is not known, or not for showing."""
    if value is None:
        return None
    kind, words, for_showing = _manner(definition, code)
    if not for_showing:
        return None
    if isinstance(value, bool):
        return YES if value else NO
    if kind == "number":
        return _same(_number(value))
    text = str(value)
    if kind == "date":
        day = dt.date.fromisoformat(text)
        return Text(th=format_date(day, "th"), en=format_date(day, "en"))
    return words.get(text, _same(text))


def kind_of(definition: EntitlementDefinition, code: str) -> str:
    """What a fact is: `number`, `text`, `yes_no` or `date`; also `is_asker` and `choice`, a truth and a text."""
    return _manner(definition, code)[0]


def _manner(definition: EntitlementDefinition, code: str) -> tuple[str, Mapping[str, Text], bool]:
    if code == TODAY:
        return "date", {}, True
    if code in definition.derived:
        derived = definition.derived[code]
        return derived.kind, derived.words, True
    if code in definition.asks:
        question = definition.asks[code]
        return question.kind, {choice.value: choice.label for choice in question.choices}, True
    for name, _, fact in definition.register_facts():
        if name == code:
            return fact.kind, fact.words, fact.shown
    return "text", {}, False


def _number(value: Value) -> str:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    whole = number == number.to_integral_value()
    return f"{number.quantize(Decimal(1)):,}" if whole else f"{number.quantize(Decimal('0.01')):,}"


def _put(text: str, values: Mapping[str, Text | None], language: str) -> str:
    def word(found: re.Match[str]) -> str:
        value = values[found[1]]
        return GAP if value is None else getattr(value, language)

    return _PLACE.sub(word, text)


def _same(text: str) -> Text:
    return Text(th=text or GAP, en=text or GAP)
