"""May a definition be published? Every reason against it, each with the place and what to do.

A definition that is not clean, or whose own tests fail, never serves an applicant: the catalogue refuses it at load,
and an agency's draft is not published. Whatever is handed in is judged in bounded time: first its sizes (`bounds`),
then its shape (the model), then its schemas, then the rest, and its own tests at the very end.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from chalicelib.shared import pointers

from . import ages, bounds, computed, lint_guide, lint_schema, lint_schemas, lint_tests, templates
from .lint_form import formula_problems
from .lint_form import problems as form_problems
from .lint_link import problems as link_problems
from .lint_procedures import problems as procedure_problems
from .lint_workflow import problems as workflow_problems
from .model import ServiceDefinition, Validity
from .problems import MAX_PROBLEMS, Problem, at

UPLOADS = frozenset({"application/pdf", "image/jpeg", "image/png"})
REQUEST_VALUES = frozenset({"$pid", "$juristic_id"})
_MAX_TABLE_ROWS = 500
_MAX_LINES = 50
_NOT_FOR_READERS = frozenset(
    {
        "schema",
        "visible_if",
        "required_if",
        "when",
        "guard",
        "expr",
        "computed",
        "answers",
        "value",
        "needed",
        "asked_if",
    }
)


def examine(raw: Any) -> tuple[ServiceDefinition | None, list[Problem]]:
    """A definition as an agency wrote it: read, and everything that stands against publishing it.

    Never raises, and takes bounded time, whatever JSON it is given. The definition is None where it cannot be read.
    """
    found = bounds.problems(raw)
    if found:
        return None, found[:MAX_PROBLEMS]
    try:
        definition = ServiceDefinition.model_validate(raw)
    except ValidationError as error:
        errors = error.errors(include_url=False, include_input=False, include_context=False)
        return None, [Problem(_place(finding["loc"]), finding["msg"]) for finding in errors][:MAX_PROBLEMS]
    return definition, problems(definition)


def _place(where: tuple[int | str, ...]) -> str:
    return pointers.join([part for part in where if part != "[key]"])


def problems(definition: ServiceDefinition) -> list[Problem]:
    """Everything that stands against publishing; empty when nothing does."""
    schemas = list(itertools.islice(lint_schemas.problems(definition), MAX_PROBLEMS))
    if schemas:
        return schemas  # what follows runs the schemas, which is safe only when they are clean
    found = [
        *texts(definition.model_dump(by_alias=True), ""),
        *form_problems(definition),
        *_documents(definition),
        *_prefill(definition),
        *ages.problems(definition),
        *workflow_problems(definition),
        *_tables(definition),
        *_fees(definition),
        *_credential(definition),
        *_checklist(definition),
        *_letters(definition),
        *lint_guide.problems(definition),
        *procedure_problems(definition),
        *link_problems(definition),
    ]
    return (found or list(lint_tests.problems(definition)))[:MAX_PROBLEMS]


def texts(value: Any, path: str) -> Iterator[Problem]:
    """Each th/en pair must hold two texts, the Thai one in Thai letters."""
    if isinstance(value, dict):
        if set(value) == {"th", "en"}:
            th, en = str(value["th"]).strip(), str(value["en"]).strip()
            if not any("฀" <= letter <= "๿" for letter in th):
                yield Problem(path + "/th", "has no Thai letter")
            if not any("a" <= letter.lower() <= "z" for letter in en):
                yield Problem(path + "/en", "has no English letter")
            return
        for name, inner in value.items():
            if name not in _NOT_FOR_READERS:
                yield from texts(inner, path + at(name))
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(value):
            yield from texts(inner, f"{path}/{number}")


def _documents(definition: ServiceDefinition) -> Iterator[Problem]:
    times = Counter(rule.code for rule in definition.documents)
    for number, rule in enumerate(definition.documents):
        where = at("documents", number)
        if times[rule.code] > 1:
            yield Problem(where, f"the code is used twice: '{rule.code}'")
        if rule.mode == "upload" and not rule.types:
            yield Problem(where, "an upload needs types")
        if rule.mode != "upload" and rule.types:
            yield Problem(where, "only an upload has types")
        if rule.mode != "upload" and rule.satisfied_by:
            yield Problem(where + "/satisfied_by", "only an upload can be spared by another document")
        if rule.held_by is not None and rule.held_by.count("/") != 4:
            yield Problem(where + "/held_by", "is not TH/class/member/subsystem/service")
        if rule.held_by is not None and rule.mode != "exchange":
            yield Problem(
                where + "/mode",
                "the state holds this (held_by), so no copy may be asked (e-act-2565.s12): use mode 'exchange'",
            )
        for media in sorted(set(rule.types) - UPLOADS):
            yield Problem(where + "/types", f"'{media}' cannot be checked; use {', '.join(sorted(UPLOADS))}")


def _prefill(definition: ServiceDefinition) -> Iterator[Problem]:
    for number, rule in enumerate(definition.prefill):
        where = f"/prefill/{number}"
        for procedure in filter(definition.offers, rule.procedures):
            seen = definition.of(procedure)
            if rule.pointer not in dict(lint_schema.properties(seen.form.schema_)):
                yield Problem(where, f"{rule.pointer} is no field of the schema ({procedure})")
            if rule.pointer not in seen.form.hints:
                yield Problem(where, f"{rule.pointer} has no label, which the manual needs ({procedure})")
            if "/*/" in rule.pointer or rule.pointer in computed.formulas(seen):
                yield Problem(where, f"{rule.pointer} cannot be fetched: it is computed, or in a repeated part")
        if rule.service.count("/") != 4:
            yield Problem(where, f"'{rule.service}' is not TH/class/member/subsystem/service")
        for value in rule.request.values():
            if value.startswith("$") and value not in REQUEST_VALUES:
                yield Problem(where, f"'{value}' is unknown; use {', '.join(sorted(REQUEST_VALUES))}")
            if value == "$juristic_id" and rule.applicant != "juristic":
                yield Problem(where, "'$juristic_id' is known only with applicant: juristic")


def _tables(definition: ServiceDefinition) -> Iterator[Problem]:
    for name, rows in definition.tables.items():
        if not rows or len(rows) > _MAX_TABLE_ROWS:
            yield Problem(at("tables", name), f"must have 1 to {_MAX_TABLE_ROWS} rows")
        ordered = sorted(rows, key=lambda row: row.from_)
        for before, after in itertools.pairwise(ordered):
            if before.to is None or before.to >= after.from_:
                yield Problem(at("tables", name), f"two rows hold on {after.from_.isoformat()}")
        for row in rows:
            if row.to is not None and row.to < row.from_:
                yield Problem(at("tables", name), f"the row from {row.from_.isoformat()} ends before it begins")


def _fees(definition: ServiceDefinition) -> Iterator[Problem]:
    used: set[str] = set()
    for what, lines in (("fees", definition.fees), ("tables", definition.tables)):
        if len(lines) > _MAX_LINES:
            yield Problem(at(what), f"has more than {_MAX_LINES} lines")
    for number, fee in enumerate(definition.fees):
        for procedure in filter(definition.offers, fee.procedures):
            yield from formula_problems(at("fees", number, "expr"), fee.expr, definition.of(procedure), used)
    for name in sorted(definition.tables.keys() - used):
        yield Problem(at("tables", name), "no fee uses it")


def _credential(definition: ServiceDefinition) -> Iterator[Problem]:
    rule = definition.credential
    known = dict(lint_schema.properties(definition.form.schema_))
    for name, pointer in rule.claims.items():
        if pointer not in known or "/*/" in pointer:
            yield Problem(at("credential", "claims", name), f"{pointer} is no field of the schema")
    for name in sorted((set(rule.sd) | set(rule.public)) - rule.claims.keys()):
        yield Problem("/credential", f"'{name}' is no claim")
    for name in sorted(set(rule.sd) & set(rule.public)):
        yield Problem("/credential", f"'{name}' cannot be both withheld (sd) and public")
    if not definition.is_public and rule.public:
        yield Problem("/credential/public", "nothing of what a person gets from the state may be public")
    yield from _term(rule.validity)
    yield from _reminders(rule.validity)


def _term(validity: Validity) -> Iterator[Problem]:
    place = "/credential/validity"
    if validity.ends == "term" and not validity.years and not validity.days:
        yield Problem(place, "a licence must hold for some time")
    if validity.ends == "year_end" and validity.days:
        yield Problem(place + "/days", "what ends with a year has no days")
    if validity.ends == "never" and (validity.years or validity.days):
        yield Problem(place, "what never ends has neither years nor days")
    if validity.ends == "never" and validity.reminders and "reminders" in validity.model_fields_set:
        yield Problem(place + "/reminders", "of what never ends nobody is reminded")


def _reminders(validity: Validity) -> Iterator[Problem]:
    if "reminders" not in validity.model_fields_set:
        return  # of the usual ones those that come before the licence itself are never due
    place, days = "/credential/validity/reminders", validity.reminders
    if any(not 1 <= each <= 365 for each in days):
        yield Problem(place, "from 1 to 365 days before the last day")
    if list(days) != sorted(set(days), reverse=True):
        yield Problem(place, "the earliest reminder first, none twice")
    if validity.ends == "term" and days and max(days) >= 365 * validity.years + validity.days:
        yield Problem(place, f"{max(days)} days before the end the licence does not exist yet")


def _checklist(definition: ServiceDefinition) -> Iterator[Problem]:
    times = Counter(item.code for item in definition.checklist)
    for number, item in enumerate(definition.checklist):
        if times[item.code] > 1:
            yield Problem(at("checklist", number), f"the code is used twice: '{item.code}'")


def _letters(definition: ServiceDefinition) -> Iterator[Problem]:
    known = [
        pointer for pointer, schema in lint_schema.properties(definition.form.schema_) if not schema.get("properties")
    ]
    for kind, letter in definition.letters.items():
        for language, source in (("th", letter.th), ("en", letter.en)):
            yield from templates.problems(source, at("letters", kind, language), known)
