"""What a person answers, and what a register answers, as facts. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from chalicelib.shared import pointers
from chalicelib.shared.errors import Fault, Invalid

from .model import EntitlementDefinition, FactOf, Input, Question, Value

LONGEST = 200
"""Characters of a text that a register tells; more is no code."""
LARGEST = 10**12


class Unusable(ValueError):
    """A register's answer is not what its description says; the message names the fact only."""


def from_person(definition: EntitlementDefinition, given: Mapping[str, Any]) -> dict[str, Value]:
    """The person's answers as facts.

    Raises:
        Invalid: names each answer that is wrong and how to mend it.
    """
    faults, facts = list[Fault](), dict[str, Value]()
    for code, value in given.items():
        question = definition.asks.get(code)
        if question is None:
            faults.append(
                Fault("/answers", "มีคำตอบของคำถามที่ไม่มีในสิทธินี้", "Holds an answer to no question of this right.")
            )
            continue
        wrong = _wrong(question, value)
        if wrong is not None:
            faults.append(Fault(f"/answers/{code}", *wrong))
        elif isinstance(value, int | float) and not isinstance(value, bool):
            facts[code] = Decimal(str(value))
        else:
            facts[code] = value
    if faults:
        raise Invalid("คำตอบบางข้อไม่ถูกต้อง", "Some answers are wrong; see errors.", faults)
    return facts


def _wrong(question: Question, value: Any) -> tuple[str, str] | None:
    match question.kind:
        case "yes_no":
            return None if isinstance(value, bool) else ("ต้องตอบ true หรือ false", "Must be true or false.")
        case "choice":
            codes = [choice.value for choice in question.choices]
            listed = ", ".join(codes)
            return None if value in codes else (f"ต้องเป็นข้อใดข้อหนึ่งใน: {listed}", f"Must be one of: {listed}.")
        case "date":
            return None if _is_day(value) else ("ต้องเป็นวันที่แบบ 2026-11-30", "Must be a date like 2026-11-30.")
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    if plain and question.least <= value <= question.most:
        return None
    least, most = question.least, question.most
    return f"ต้องเป็นตัวเลขตั้งแต่ {least:,} ถึง {most:,}", f"Must be a number from {least:,} to {most:,}."


def from_register(source: Input, record: Any, asker: str) -> dict[str, Value | None]:
    """What a register's answer tells; what it does not is None.

    Args:
        asker: national id of whoever's right it is, for facts of the kind `is_asker`.

    Raises:
        Unusable: it is not what was agreed.
    """
    if not isinstance(record, Mapping):
        raise Unusable("no record")
    return {code: _fact(code, fact, record, asker) for code, fact in source.facts.items()}


def _fact(code: str, fact: FactOf, record: Any, asker: str) -> Value | None:
    found = pointers.find(record, fact.pointer)
    if found is pointers.MISSING or found is None:
        return fact.missing
    if fact.kind == "is_asker":
        return bool(found == asker)
    if fact.kind == "yes_no" and isinstance(found, bool):
        return found
    if fact.kind == "text" and isinstance(found, str) and len(found) <= LONGEST:
        return found
    if fact.kind == "date" and _is_day(found):
        return str(found)
    if fact.kind == "number" and isinstance(found, int | float) and not isinstance(found, bool):
        number = Decimal(str(found))
        if number.is_finite() and abs(number) <= LARGEST:
            return number
    raise Unusable(code)


def _is_day(value: Any) -> bool:
    try:
        return isinstance(value, str) and dt.date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False
