"""Can each procedure of a definition be gone through? Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from . import computed, lint_schema
from .lint_form import problems as form_problems
from .lint_workflow import problems as workflow_problems
from .problems import Problem, at

if TYPE_CHECKING:
    from ..noun import Procedure
    from .model import ServiceDefinition
    from .procedures import ProcedureRule

_LISTS = ("documents", "prefill", "fees")


def problems(definition: ServiceDefinition) -> Iterator[Problem]:
    """Everything wrong with the procedures; their schemas must be clean by then."""
    for name in _LISTS:
        for number, part in enumerate(getattr(definition, name)):
            for procedure in part.procedures:
                if not definition.offers(procedure):
                    yield Problem(at(name, number, "procedures"), f"the service does not offer '{procedure}'")
    for procedure, rule in definition.procedures.items():
        where = at("procedures", procedure)
        if procedure == "new":
            yield Problem(where, "'new' is the definition itself")
            continue
        yield from _rule(definition, procedure, rule, where)


def _rule(definition: ServiceDefinition, procedure: Procedure, rule: ProcedureRule, where: str) -> Iterator[Problem]:
    if rule.asks and rule.form is not None:
        yield Problem(where, "asks the service's own questions again (asks) or others (form), not both")
    if procedure == "amend" and not rule.asks:
        yield Problem(where + "/asks", "name what may be changed")
    if procedure != "renew":
        for name in ("window", "begins"):
            if name in rule.model_fields_set:
                yield Problem(at("procedures", procedure, name), "belongs to 'renew' only")
    known, formulas = dict(lint_schema.properties(definition.form.schema_)), computed.formulas(definition)
    for pointer in rule.asks:
        if pointer not in known or "/*/" in pointer:
            yield Problem(where + "/asks", f"{pointer} is no field of the schema, nor a part of it")
        if pointer in formulas:
            yield Problem(where + "/asks", f"{pointer} is computed")
    if not any(case.procedure == procedure and case.valid for case in definition.tests):
        yield Problem("/tests", f"at least one case of '{procedure}' must be valid")
    seen = definition.of(procedure)
    if rule.form is not None:
        yield from _placed(where, form_problems(seen))
    if rule.workflow is not None or seen.checklist != definition.checklist:
        yield from _placed(where, workflow_problems(seen))


def _placed(where: str, found: Iterator[Problem] | list[Problem]) -> Iterator[Problem]:
    for problem in found:
        yield Problem(where + problem.pointer, problem.en)
