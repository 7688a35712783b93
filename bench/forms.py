"""The check of a filled-in form beside jsonschema on the same schema and answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry

from bench.measure import side_by_side
from bench.report import Comparison
from chalicelib.biz.definitions import forms
from chalicelib.biz.definitions.catalogue import shipped
from chalicelib.biz.definitions.model import ServiceDefinition

BARE = "jsonschema alone"
SERVICE = "food-establishment-licence"


def validation(rounds: int, *, spoilt: bool, batch: int = 20) -> Comparison:
    """The shipped form with complete answers, or with some that have faults."""
    definition = shipped().version(SERVICE, 1)
    given = _spoilt(answers(definition)) if spoilt else answers(definition)
    raw: Any = Draft202012Validator(definition.form.schema_, registry=Registry())
    calls = {
        BARE: lambda: list(raw.iter_errors(given)),
        "Klang's judgement": lambda: forms.judge(definition, given),
    }
    return Comparison(
        f"Checking a form, {'two faults' if spoilt else 'no faults'}",
        f"Answers to the shipped form of `{SERVICE}`. Klang adds formats, patterns that take no Thai digits by\n"
        "accident, the fields that depend on others, and for each fault words in two languages.",
        side_by_side(calls, rounds=rounds, batch=batch),
        BARE,
    )


def answers(definition: ServiceDefinition) -> Mapping[str, Any]:
    """The answers of the definition's own first test that are judged complete."""
    for test in definition.tests:
        if not forms.judge(definition, test.answers):
            found: Mapping[str, Any] = test.answers
            return found
    raise LookupError("the definition holds no complete answers")


def _spoilt(good: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**good, "establishment": {**good["establishment"], "area_m2": "wide"}, "colour": "red"}
