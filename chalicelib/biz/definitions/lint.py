"""May a definition be published? Every reason against it, each with the place and what to do.

A definition that is not clean, or whose own tests fail, never serves an applicant: the catalogue refuses it at load.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from . import fees, forms, lint_schema, pointers
from .expressions import OPERATIONS, BadExpression
from .lint_workflow import problems as workflow_problems
from .model import Case, ServiceDefinition

UPLOADS = frozenset({"application/pdf", "image/jpeg", "image/png"})
REQUEST_VALUES = frozenset({"$pid", "$juristic_id"})
_MAX_EXPRESSION_DEPTH = 30
_MAX_TABLE_ROWS = 500


def problems(definition: ServiceDefinition) -> list[str]:
    """Everything that stands against publishing; empty when nothing does."""
    schemas = list(_schemas(definition))
    if schemas:
        return schemas  # what follows runs the schemas, which is safe only when they are clean
    found = [
        *_texts(definition.model_dump(by_alias=True), ""),
        *_form(definition),
        *_documents(definition),
        *_prefill(definition),
        *workflow_problems(definition),
        *_tables(definition),
        *_fees(definition),
        *_credential(definition),
    ]
    return found or list(_tests(definition))


def _schemas(definition: ServiceDefinition) -> Iterator[str]:
    yield from lint_schema.problems(definition.form.schema_, "/form/schema", closed=True)
    for pointer, hint in definition.form.hints.items():
        for name, schema in (("visible_if", hint.visible_if), ("required_if", hint.required_if)):
            if schema is not None:
                yield from lint_schema.problems(schema, f"/form/hints{pointer}/{name}")
    for rule in definition.documents:
        if rule.when is not None:
            yield from lint_schema.problems(rule.when, f"/documents/{rule.code}/when")


def _texts(value: Any, path: str) -> Iterator[str]:
    """Each th/en pair must hold two texts, the Thai one in Thai letters."""
    if isinstance(value, dict):
        if set(value) == {"th", "en"}:
            th, en = str(value["th"]).strip(), str(value["en"]).strip()
            if not any("฀" <= letter <= "๿" for letter in th):
                yield f"{path}/th: has no Thai letter"
            if not any("a" <= letter.lower() <= "z" for letter in en):
                yield f"{path}/en: has no English letter"
            return
        for name, inner in value.items():
            yield from _texts(inner, f"{path}/{name}")
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(value):
            yield from _texts(inner, f"{path}/{number}")


def _form(definition: ServiceDefinition) -> Iterator[str]:
    known = dict(lint_schema.properties(definition.form.schema_))
    leaves = {pointer for pointer, schema in known.items() if not schema.get("properties")}
    shown = Counter(pointer for step in definition.form.steps for pointer in step.fields)
    for pointer in sorted(leaves - shown.keys()):
        yield f"/form/steps: the field {pointer} is on no step"
    for pointer in sorted(shown.keys() - known.keys()):
        yield f"/form/steps: {pointer} is no field of the schema"
    for pointer in sorted(pointer for pointer, times in shown.items() if times > 1):
        yield f"/form/steps: {pointer} is asked twice"
    for pointer in sorted(leaves - definition.form.hints.keys()):
        yield f"/form/hints: {pointer} has no label"
    for pointer in sorted(definition.form.hints.keys() - known.keys()):
        yield f"/form/hints: {pointer} is no field of the schema"


def _documents(definition: ServiceDefinition) -> Iterator[str]:
    for code, times in Counter(rule.code for rule in definition.documents).items():
        if times > 1:
            yield f"/documents/{code}: the code is used twice"
    for rule in definition.documents:
        if rule.mode == "upload" and not rule.types:
            yield f"/documents/{rule.code}: an upload needs types"
        if rule.mode != "upload" and rule.types:
            yield f"/documents/{rule.code}: only an upload has types"
        for media in sorted(set(rule.types) - UPLOADS):
            yield f"/documents/{rule.code}: '{media}' cannot be checked; use {', '.join(sorted(UPLOADS))}"


def _prefill(definition: ServiceDefinition) -> Iterator[str]:
    known = dict(lint_schema.properties(definition.form.schema_))
    for number, rule in enumerate(definition.prefill):
        where = f"/prefill/{number}"
        if rule.pointer not in known:
            yield f"{where}: {rule.pointer} is no field of the schema"
        if rule.service.count("/") != 4:
            yield f"{where}: '{rule.service}' is not TH/class/member/subsystem/service"
        for value in rule.request.values():
            if value.startswith("$") and value not in REQUEST_VALUES:
                yield f"{where}: '{value}' is unknown; use {', '.join(sorted(REQUEST_VALUES))}"
            if value == "$juristic_id" and rule.applicant != "juristic":
                yield f"{where}: '$juristic_id' is known only with applicant: juristic"


def _tables(definition: ServiceDefinition) -> Iterator[str]:
    for name, rows in definition.tables.items():
        if not rows or len(rows) > _MAX_TABLE_ROWS:
            yield f"/tables/{name}: must have 1 to {_MAX_TABLE_ROWS} rows"
        ordered = sorted(rows, key=lambda row: row.from_)
        for before, after in itertools.pairwise(ordered):
            if before.to is None or before.to >= after.from_:
                yield f"/tables/{name}: two rows hold on {after.from_.isoformat()}"
        for row in rows:
            if row.to is not None and row.to < row.from_:
                yield f"/tables/{name}: the row from {row.from_.isoformat()} ends before it begins"


def _fees(definition: ServiceDefinition) -> Iterator[str]:
    used: set[str] = set()
    known = dict(lint_schema.properties(definition.form.schema_))
    for fee in definition.fees:
        where = f"/fees/{fee.code}"
        if pointers.depth(fee.expr, _MAX_EXPRESSION_DEPTH) > _MAX_EXPRESSION_DEPTH:
            yield f"{where}: the formula nests deeper than {_MAX_EXPRESSION_DEPTH}"
            continue
        for operation, arguments in _operations(fee.expr):
            first = arguments[0] if isinstance(arguments, list) and arguments else arguments
            if operation not in OPERATIONS:
                yield f"{where}: unknown operation '{operation}'"
            elif operation == "rate":
                used.add(str(first))
                if first not in definition.tables:
                    yield f"{where}: there is no table '{first}'"
            elif operation == "var" and first not in known:
                yield f"{where}: {first} is no field of the schema"
    for name in sorted(definition.tables.keys() - used):
        yield f"/tables/{name}: no fee uses it"


def _operations(expression: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(expression, dict):
        for name, arguments in expression.items():
            yield name, arguments
            yield from _operations(arguments)
    elif isinstance(expression, list):
        for inner in expression:
            yield from _operations(inner)


def _credential(definition: ServiceDefinition) -> Iterator[str]:
    rule = definition.credential
    known = dict(lint_schema.properties(definition.form.schema_))
    for name, pointer in rule.claims.items():
        if pointer not in known:
            yield f"/credential/claims/{name}: {pointer} is no field of the schema"
    for name in sorted((set(rule.sd) | set(rule.public)) - rule.claims.keys()):
        yield f"/credential: '{name}' is no claim"
    for name in sorted(set(rule.sd) & set(rule.public)):
        yield f"/credential: '{name}' cannot be both withheld (sd) and public"
    if not rule.validity.years and not rule.validity.days:
        yield "/credential/validity: a licence must hold for some time"


def _tests(definition: ServiceDefinition) -> Iterator[str]:
    if not any(case.valid for case in definition.tests):
        yield "/tests: at least one case must be valid"
    if not any(not case.valid for case in definition.tests):
        yield "/tests: at least one case must be invalid"
    for number, case in enumerate(definition.tests):
        for problem in _run(definition, case):
            yield f"/tests/{number} ({case.name}): {problem}"


def _run(definition: ServiceDefinition, case: Case) -> Iterator[str]:
    faults = forms.judge(definition, case.answers, base="")
    if case.valid and faults:
        yield f"should be valid, but: {'; '.join(f'{fault.pointer} {fault.en}' for fault in faults)}"
    if not case.valid and not faults:
        yield "should be invalid, but is valid"
    for pointer in sorted(set(case.faults) - {fault.pointer for fault in faults}):
        yield f"there should be a fault at {pointer}"
    if case.documents is not None:
        needed = forms.needed_documents(definition, case.applicant, case.answers)
        uploads = sorted(rule.code for rule in needed if rule.mode == "upload")
        if uploads != sorted(case.documents):
            yield f"asks to upload {', '.join(uploads) or 'nothing'}"
    if case.fee is not None:
        yield from _fee_of(definition, case, case.fee)


def _fee_of(definition: ServiceDefinition, case: Case, expected: str) -> Iterator[str]:
    try:
        total = fees.quote(definition, case.answers, case.on).total_baht
    except BadExpression as error:
        yield f"the fee cannot be computed: {error}"
        return
    if Decimal(total) != Decimal(expected):
        yield f"costs {total}, not {expected}"
