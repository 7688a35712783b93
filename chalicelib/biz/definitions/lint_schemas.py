"""Are all schemas of a definition clean, and how much could they take together? Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from . import lint_guide, lint_schema
from .problems import Problem, at

if TYPE_CHECKING:
    from .model import ServiceDefinition
    from .parts import Form, Schema


def problems(definition: ServiceDefinition) -> Iterator[Problem]:
    """Everything wrong with the schemas of forms and conditions."""
    for where, form in forms(definition):
        yield from lint_schema.problems(form.schema_, where + "/schema", closed=True)
    found = list(conditions(definition))
    if len(found) > lint_schema.MAX_NODES:
        yield Problem("/form/hints", f"there are more than {lint_schema.MAX_NODES} conditions")
        return
    clean = True
    for where, schema in found:
        for problem in lint_schema.problems(schema, where):
            clean = False
            yield problem
    if clean and sum(lint_schema.work(schema) for _, schema in found) > lint_schema.MAX_WORK:
        yield Problem("/form/hints", f"all conditions together could take more than {lint_schema.MAX_WORK} steps")


def forms(definition: ServiceDefinition) -> Iterator[tuple[str, Form]]:
    """Every form, with its place."""
    yield "/form", definition.form
    for procedure, rule in definition.procedures.items():
        if rule.form is not None:
            yield at("procedures", procedure, "form"), rule.form


def conditions(definition: ServiceDefinition) -> Iterator[tuple[str, Schema]]:
    """Every condition, with its place."""
    for place, form in forms(definition):
        for pointer, hint in form.hints.items():
            for name, schema in (("visible_if", hint.visible_if), ("required_if", hint.required_if)):
                if schema is not None:
                    yield place + at("hints", pointer, name), schema
    for number, rule in enumerate(definition.documents):
        if rule.when is not None:
            yield at("documents", number, "when"), rule.when
    own = [(at("procedures", name, "workflow"), rule.workflow) for name, rule in definition.procedures.items()]
    for place, workflow in [("/workflow", definition.workflow), *own]:
        for code, action in ({} if workflow is None else workflow.actions).items():
            if action.guard is not None:
                yield place + at("actions", code, "guard"), action.guard
    for number, item in enumerate(definition.checklist):
        if item.value is not None:
            yield at("checklist", number, "value"), item.value
    yield from lint_guide.conditions(definition)
