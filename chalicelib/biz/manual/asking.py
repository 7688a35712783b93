"""What a procedure asks of the applicant, and what it does not: fetched by the state, worked out, or left as it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from chalicelib.shared.thai import Text

from ..definitions import lint_schema
from ..definitions.computed import formulas
from ..definitions.model import ServiceDefinition
from ..definitions.parts import Hint
from ..definitions.procedures import ProcedureRule
from ..noun import ApplicantKind


def parts(definition: ServiceDefinition, rule: ProcedureRule | None) -> Iterator[tuple[Text, tuple[Text, ...]]]:
    """Each page of the form, as the procedure sees it, with the labels of what is filled in there.

    Args:
        definition: seen through the procedure.
        rule: the procedure's, None for a first application. Without a form of its own only what it asks again counts.
    """
    hints, locked = definition.form.hints, {each.pointer for each in definition.prefill if each.lock}
    schemas = dict(lint_schema.properties(definition.form.schema_))
    for step in definition.form.steps:
        wanted = [
            pointer
            for pointer in step.fields
            if _asked(pointer, rule)
            and pointer not in locked
            and hints[pointer].computed is None
            and "const" not in schemas[pointer]  # a box to tick, which is no question
        ]
        if wanted:
            yield step.title, tuple(_called(hints, pointer) for pointer in wanted)


def fetched(definition: ServiceDefinition) -> Iterator[tuple[ApplicantKind | None, tuple[Text, ...]]]:
    """The labels of what state registers fill in, by the kind of applicant for whom they do; None for everybody."""
    hints = definition.form.hints
    for kind in dict.fromkeys(each.applicant for each in definition.prefill):
        rules = [each for each in definition.prefill if each.applicant == kind]
        yield kind, tuple(dict.fromkeys(hints[each.pointer].label for each in rules))


def computed_fields(definition: ServiceDefinition, rule: ProcedureRule | None) -> tuple[Text, ...]:
    """The labels of what is worked out."""
    hints = definition.form.hints
    again = rule is None or rule.form is not None or bool(rule.asks)
    return tuple(hints[pointer].label for pointer in formulas(definition)) if again else ()


def _called(hints: Mapping[str, Hint], pointer: str) -> Text:
    """The label of a field: of a repeated part with what an entry holds, and whether it is asked of some only."""
    hint = hints[pointer]
    th, en = hint.label.th, hint.label.en
    inner = [each.label for path, each in hints.items() if path.startswith(f"{pointer}/*/")]
    if inner and hint.item is not None:
        th += f" (แต่ละรายการ: {', '.join(label.th for label in inner)})"
        en += f" (for each: {', '.join(label.en for label in inner)})"
    if hint.visible_if is not None:
        th, en = f"{th} (บางกรณี)", f"{en} (in some cases)"
    return Text(th=th, en=en)


def _asked(pointer: str, rule: ProcedureRule | None) -> bool:
    if rule is None or rule.form is not None:
        return True
    return any(
        pointer == each or pointer.startswith(f"{each}/") or each.startswith(f"{pointer}/") for each in rule.asks
    )
