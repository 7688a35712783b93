"""What is wrong with a definition of a right, told before it is shipped. Pure.

Each problem is one line: where, and what to mend. `make check` and the tests ask for all of them
(`scripts/check_entitlements.py`); the portal itself trusts what is shipped.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import BaseModel

from chalicelib.shared.thai import Text

from . import lint_rules, lint_samples
from .model import SUBJECT, TODAY, EntitlementDefinition, Input, Payments
from .telling import places

MOST_INPUTS = 12
_THAI = re.compile(r"[\u0e00-\u0e7f]")


def problems(definition: EntitlementDefinition) -> list[str]:
    """Everything that is wrong; while expressions cannot be read, nothing is said of what they come to."""
    plain = [
        *_names(definition),
        *_services(definition),
        *_consent(definition),
        *_questions(definition),
        *_parameters(definition),
        *_texts(definition),
        *_outwards(definition),
    ]
    unreadable = list(lint_rules.unreadable(definition))
    if unreadable:
        return [*plain, *unreadable]
    return [*plain, *lint_rules.problems(definition), *lint_samples.problems(definition)]


def _names(definition: EntitlementDefinition) -> Iterator[str]:
    names = [
        *(code for code, _, _ in definition.register_facts()),
        *definition.asks,
        *definition.derived,
        *definition.parameters,
        TODAY,
        SUBJECT,
    ]
    for name, times in Counter(names).items():
        if times > 1:
            yield f"/: '{name}' names {times} things"
    for code, source in definition.inputs.items():
        for fact in source.absent.keys() - source.facts.keys():
            yield f"/inputs/{code}/absent: '{fact}' is no fact of this register"


def _services(definition: EntitlementDefinition) -> Iterator[str]:
    if len(definition.inputs) > MOST_INPUTS:
        yield f"/inputs: more than {MOST_INPUTS} questions to registers"
    asked: list[tuple[str, Input | Payments]] = [(f"/inputs/{code}", one) for code, one in definition.inputs.items()]
    if definition.payments is not None:
        asked.append(("/payments", definition.payments))
    about_child = False
    for where, one in asked:
        if one.service.count("/") != 4:
            yield f"{where}/service: '{one.service}' is no service of the exchange (TH/CLASS/MEMBER/SYSTEM/SERVICE)"
        values = set(one.request.values())
        about_child |= "$subject" in values
        for value in sorted(values):
            if value.startswith("$") and value not in ("$pid", "$subject"):
                yield f"{where}/request: '{value}' stands for nothing"
        if not values & {"$pid", "$subject"}:
            yield f"{where}/request: asks about nobody"
    if about_child != (definition.subject == "child"):
        yield "/subject: '$subject' is asked about exactly where the right is about a child"


def _consent(definition: EntitlementDefinition) -> Iterator[str]:
    needing = [(code, one) for code, one in definition.inputs.items() if one.consent]
    if bool(needing) != (definition.consent is not None):
        yield "/consent: it is there exactly where a register needs one"
    if len(needing) > 1:
        yield "/inputs: one check asks for one consent"
    for code, one in needing:
        pointers = {fact.pointer for fact in one.facts.values()}
        if definition.consent is not None and set(definition.consent.fields) != pointers:
            yield f"/consent/fields: ask for what /inputs/{code} reads, no more and no less"
    if needing and definition.keep != "never":
        yield "/keep: what a consent opens is not kept"


def _questions(definition: EntitlementDefinition) -> Iterator[str]:
    for code, question in definition.asks.items():
        if (question.kind == "choice") != (len(question.choices) > 1):
            yield f"/asks/{code}/choices: two or more exactly for a choice"
        if question.least > question.most:
            yield f"/asks/{code}: least is above most"


def _parameters(definition: EntitlementDefinition) -> Iterator[str]:
    for name, parameter in definition.parameters.items():
        where, rows = f"/parameters/{name}", parameter.rows
        if rows[0].from_ > definition.effective_from:
            yield f"{where}: no value from {definition.effective_from} on, when the right begins"
        for before, after in itertools.pairwise(rows):
            if before.to is None or after.from_ != before.to + dt.timedelta(days=1):
                yield f"{where}: gap or overlap before {after.from_}"
        if rows[-1].to is not None and (definition.effective_to is None or rows[-1].to < definition.effective_to):
            yield f"{where}: no value after {rows[-1].to}"


def _texts(definition: EntitlementDefinition) -> Iterator[str]:
    known = {*definition.fact_names(), *definition.parameters}
    for where, text in _all_texts(definition, ""):
        if not _THAI.search(text.th):
            yield f"{where}/th: no Thai text"
        if _THAI.search(text.en):
            yield f"{where}/en: Thai text"
        filled = where.startswith(("/rules/", "/advice/"))
        for name in sorted(places(text)):
            if not filled:
                yield f"{where}: '{{{name}}}' is filled in only in rules and advice"
            elif name not in known:
                yield f"{where}: '{{{name}}}' is no fact and no parameter"
    hidden = {code for code, _, fact in definition.register_facts() if not fact.shown}
    for rule in definition.rules:
        for text in filter(None, (rule.text, rule.otherwise)):
            for name in sorted(places(text) & hidden):
                yield f"/rules/{rule.id}: '{{{name}}}' is not for showing"


def _all_texts(value: Any, where: str) -> Iterator[tuple[str, Text]]:
    if isinstance(value, Text):
        yield where, value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _all_texts(getattr(value, name), f"{where}/{name}")
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from _all_texts(part, f"{where}/{name}")
    elif isinstance(value, list | tuple):
        for number, part in enumerate(value):
            yield from _all_texts(part, f"{where}/{getattr(part, 'id', number)}")


def _outwards(definition: EntitlementDefinition) -> Iterator[str]:
    """What others build on: offers, and applications."""
    kinds = {code: fact.kind for code, _, fact in definition.register_facts()}
    for number, trigger in enumerate(definition.triggers):
        where = f"/triggers/{number}"
        yield from _unknown(where, (*trigger.facts, *([] if trigger.born is None else [trigger.born])), kinds)
        if trigger.age is not None and kinds.get(trigger.born or "") != "date":
            yield f"{where}/born: an age is counted from a birth date"
        if trigger.who == "parents" and definition.subject != "child":
            yield f"{where}/who: only what is about a child is told to parents"
    if definition.apply is not None:
        known = {*definition.fact_names(), *([SUBJECT] if definition.subject == "child" else [])}
        yield from _unknown("/apply/prefill", definition.apply.prefill.values(), known)


def _unknown(where: str, facts: Iterable[str], known: Iterable[str]) -> Iterator[str]:
    for fact in facts:
        if fact not in set(known):
            yield f"{where}: '{fact}' is no fact"
