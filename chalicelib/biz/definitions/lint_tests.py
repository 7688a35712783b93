"""Does a definition do what its own tests say? Pure."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from chalicelib.shared import pointers
from chalicelib.shared.expressions import BadExpression

from . import ages, computed, fees, forms, lint_guide, lint_schema, lint_schemas, procedures
from .problems import Problem, at

if TYPE_CHECKING:
    from .model import Case, ServiceDefinition

MAX_TESTS = 100
MAX_WORK = 400_000
"""Keyword evaluations that all tests of a definition may take together."""


def problems(definition: ServiceDefinition) -> Iterator[Problem]:
    """Every test that comes out otherwise, once everything else is clean."""
    if not any(case.valid for case in definition.tests):
        yield Problem("/tests", "at least one case must be valid")
    if not any(not case.valid for case in definition.tests):
        yield Problem("/tests", "at least one case must be invalid")
    schemas = [form.schema_ for _, form in lint_schemas.forms(definition)]
    schemas += [schema for _, schema in lint_schemas.conditions(definition)]
    work = len(definition.tests) * sum(map(lint_schema.work, schemas))
    if len(definition.tests) > MAX_TESTS or work > MAX_WORK:
        yield Problem("/tests", f"are more than {MAX_TESTS}, or could take more than {MAX_WORK} steps")
        return
    for number, case in enumerate(definition.tests):
        for problem in _run(definition, case):
            yield Problem(at("tests", number), f"({case.name}) {problem}")
    yield from lint_guide.trials(definition)


def _run(whole: ServiceDefinition, case: Case) -> Iterator[str]:
    if not whole.offers(case.procedure):
        yield f"the service does not offer '{case.procedure}'"
        return
    if (case.procedure == "new") != (case.licence is None):
        yield "say in 'licence' what the procedure is about; only 'new' has none"
        return
    definition, rule = whole.of(case.procedure), whole.procedures.get(case.procedure)
    given = case.answers
    if rule is not None and rule.form is None and case.licence is not None:
        given = pointers.merge(case.licence.answers, given)
    answers = computed.worked_out(definition, given)
    faults = computed.contradicted(definition, given, answers) or forms.judge(definition, answers, base="")
    faults = [*faults, *ages.faults(definition, answers, case.on, base="")]
    changed = procedures.changed(rule, case.licence, answers)
    if case.valid and faults:
        yield f"should be valid, but: {'; '.join(f'{fault.pointer} {fault.en}' for fault in faults)}"
    if not case.valid and not faults:
        yield "should be invalid, but is valid"
    for pointer in sorted(set(case.faults) - {fault.pointer for fault in faults}):
        yield f"there should be a fault at {pointer}"
    if case.documents is not None:
        needed = forms.needed_documents(definition, case.applicant, answers, changed)
        uploads = sorted(rule.code for rule in needed if rule.mode == "upload")
        if uploads != sorted(case.documents):
            yield f"asks to upload {', '.join(uploads) or 'nothing'}"
    if case.fee is not None:
        yield from _fee_of(definition, answers, case)


def _fee_of(definition: ServiceDefinition, answers: Any, case: Case) -> Iterator[str]:
    try:
        total = fees.quote(definition, answers, case.on, case.licence).total_baht
    except BadExpression as error:
        yield f"the fee cannot be computed: {error}"
        return
    if Decimal(total) != Decimal(case.fee or "0"):
        yield f"costs {total}, not {case.fee}"
