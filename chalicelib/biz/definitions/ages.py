"""How old whoever applies must be, by a birth date among the answers. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from chalicelib.shared import pointers
from chalicelib.shared.ages import years
from chalicelib.shared.errors import Fault

from . import lint_schema
from .problems import Problem, at

if TYPE_CHECKING:
    from .model import ServiceDefinition


def faults(definition: ServiceDefinition, answers: Any, on: dt.date, base: str = "/answers") -> list[Fault]:
    """A fault for each birth date that lies too near to the day; what is missing, or no date, is told by the form."""
    return [
        Fault(base + rule.pointer, rule.text.th, rule.text.en)
        for rule in definition.ages
        if (born := _date(pointers.find(answers, rule.pointer))) is not None and years(born, on) < rule.least
    ]


def problems(definition: ServiceDefinition) -> Iterator[Problem]:
    """Each age must be told by a date of the form, which a register gives for good: a typed one proves nothing."""
    known = dict(lint_schema.properties(definition.form.schema_))
    locked = {rule.pointer for rule in definition.prefill if rule.lock}
    for number, rule in enumerate(definition.ages):
        if known.get(rule.pointer, {}).get("format") != "date":
            yield Problem(at("ages", number), f"{rule.pointer} is no date of the form")
        elif rule.pointer not in locked:
            yield Problem(at("ages", number), f"{rule.pointer} must be fetched from a register (prefill with lock)")


def _date(value: Any) -> dt.date | None:
    if not isinstance(value, str):
        return None
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        return None
