"""One needed service in full: why, how long, what it costs, what to bring, how to begin with what is known. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib.shared import pointers
from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.thai import Text

from ..definitions import lint_schema, partial
from ..definitions.guide import Guide
from ..definitions.model import DocumentRule, ServiceDefinition
from ..definitions.validators import holds
from ..manual.content import statement, time_of
from . import money
from .answers import in_words
from .rules import Asked, Standing, Verdict, scope_of, shared_names
from .views import AnswerLine, DocumentLine, FeeLine, Needed, Opening, RateLine
from .vocabulary import OWNER_KIND

SERVICES = "/biz/v1/services"
APPLICATIONS = "/biz/v1/applications"
_APPLICANT = Text(th="ผู้ยื่นคำขอเป็นใคร", en="Who applies")


@dataclass(frozen=True)
class Known:
    """What is known of a first application by the guide's answers.

    Attributes:
        answers: those of the form's answers that the guide's fill in.
        fields: by pointer, the question that fills it in.
        applicant: person, juristic, or `partial.UNKNOWN`.
    """

    answers: dict[str, Any]
    fields: Mapping[str, str]
    applicant: Any


def manual_of(service: str) -> str:
    """Where the manual of a service is."""
    return f"{SERVICES}/{service}/manual"


def lines(names: Iterable[str], asked: Mapping[str, Asked], values: Mapping[str, Any]) -> tuple[AnswerLine, ...]:
    """Answers in words."""
    return tuple(
        AnswerLine(
            question=name,
            text=asked[name].question.text,
            answer=in_words(asked[name].question, values[name]),
            value=values[name],
        )
        for name in names
        if values.get(name, partial.UNKNOWN) is not partial.UNKNOWN
    )


def plan(
    definition: ServiceDefinition,
    guide: Guide,
    verdict: Verdict,
    asked: Mapping[str, Asked],
    standing: Standing,
    on: dt.date,
) -> tuple[Needed, frozenset[str]]:
    """A needed service, and the questions by which its fee and documents would become certain."""
    known = _known(definition, guide, asked, standing)
    fees = money.estimates(definition, known.answers, on)
    documents = list(_documents(definition, known))
    wanted = {pointer for fee in fees for pointer in fee.depends} | {each for _, by in documents for each in by}
    applicant = {OWNER_KIND} if "/applicant" in wanted or any(rule.applicant for rule in definition.prefill) else set()
    made = Needed(
        service=definition.id,
        version=definition.version,
        kind=definition.kind,
        name=definition.name,
        agency_name=definition.agency_name,
        summary=definition.summary,
        because=statement(guide.because, guide),
        answers=lines(verdict.by, asked, standing.values),
        applicants=definition.applicants,
        time=time_of(definition),
        fees=tuple(_fee(definition, each) for each in fees),
        documents=tuple(_document(definition, rule, by) for rule, by in documents),
        filled=_filled(definition, known),
        known=() if _elsewhere(definition) else _labels(definition, _filled_in(known)),
        manual=manual_of(definition.id),
        linked=None if definition.link is None else definition.link.mode,
        open=_opening(definition, known),
    )
    questions = {known.fields[pointer] for pointer in wanted if pointer in known.fields} | applicant
    return made, frozenset(questions)


def _known(definition: ServiceDefinition, guide: Guide, asked: Mapping[str, Asked], standing: Standing) -> Known:
    scope = scope_of(definition, shared_names(asked))
    schemas = dict(lint_schema.properties(definition.form.schema_))
    answers, fields = dict[str, Any](), dict[str, str]()
    for code, pointer in guide.prefills.items():
        name = scope.get(code, "")
        value = standing.values.get(name, partial.UNKNOWN)
        if name not in standing.values:
            continue
        fields[pointer] = name
        if value is not partial.UNKNOWN and holds(schemas.get(pointer), value):
            answers = pointers.put(answers, pointer, value)
    for pointer in fields:
        hint = definition.form.hints.get(pointer)
        asks_it = None if hint is None or hint.visible_if is None else hint.visible_if
        if asks_it is not None and partial.judge(asks_it, partial.opened(answers)).holds is False:
            answers = pointers.merge(answers, pointers.put({}, pointer, None))
    return Known(answers, fields, standing.values.get(OWNER_KIND, partial.UNKNOWN))


def _elsewhere(definition: ServiceDefinition) -> bool:
    """Whether the form is filled in at the agency's own site."""
    return definition.link is not None and definition.link.mode == "hand_over"


def _filled_in(known: Known) -> Iterable[str]:
    return (pointer for pointer in known.fields if _in(known.answers, pointer))


def _in(answers: Any, pointer: str) -> bool:
    return pointers.find(answers, pointer) is not pointers.MISSING


def _labels(definition: ServiceDefinition, fields: Iterable[str]) -> tuple[Text, ...]:
    hints = definition.form.hints
    return tuple(dict.fromkeys(hints[pointer].label for pointer in fields if pointer in hints))


def _fee(definition: ServiceDefinition, found: money.Estimate) -> FeeLine:
    limit = definition.link is not None and definition.link.fee == "at_most"
    return FeeLine(
        code=found.fee.code,
        name=found.fee.name,
        payee=found.fee.payee,
        baht=None if limit else found.baht,
        at_most=found.baht if limit else None,
        depends_on=_labels(definition, found.depends),
        rates=tuple(
            RateLine(
                name=row.name,
                value=row.value,
                unit=row.unit,
                since=row.from_,
                source=row.source,
                verified=row.is_verified,
            )
            for row in found.rates
        ),
    )


def _documents(definition: ServiceDefinition, known: Known) -> Iterable[tuple[DocumentRule, tuple[str, ...]]]:
    """The documents that are or may be needed, each with what that depends on: `/applicant`, or fields of the form."""
    facts = {"applicant": known.applicant, "answers": partial.opened(known.answers), "changed": []}
    for rule in definition.of("new").documents:
        found = partial.YES if rule.when is None else partial.judge(rule.when, facts)
        if found.holds is not False:
            by = () if found.holds else _deepest(found.by, rule.when)
            yield rule, tuple(each.removeprefix("/answers") for each in by)


def _deepest(unknown: Iterable[str], condition: Any) -> tuple[str, ...]:
    """What a condition depends on, told by the fields rather than by the part of the form that they are in."""
    looked_at = dict.fromkeys(partial.named(condition))
    return tuple(
        dict.fromkeys(
            inner for each in sorted(unknown) for inner in ([at for at in looked_at if _within(at, each)] or [each])
        )
    )


def _within(pointer: str, part: str) -> bool:
    return pointer == part or pointer.startswith(f"{part}/")


def _document(definition: ServiceDefinition, rule: DocumentRule, by: tuple[str, ...]) -> DocumentLine:
    return DocumentLine(
        text=rule.name,
        source=rule.source,
        verified=rule.is_verified,
        code=rule.code,
        mode=rule.mode,
        certain=not by,
        depends_on=(*([_APPLICANT] if "/applicant" in by else []), *_labels(definition, by)),
    )


def _filled(definition: ServiceDefinition, known: Known) -> tuple[Text, ...]:
    rules = [rule for rule in definition.of("new").prefill if rule.applicant in (None, known.applicant)]
    return _labels(definition, (rule.pointer for rule in rules))


def _opening(definition: ServiceDefinition, known: Known) -> Opening:
    body: dict[str, Any] = {"service": definition.id}
    if known.applicant in definition.applicants:
        body["applicant"] = {"kind": known.applicant}
    return Opening(
        method="POST",
        path=APPLICATIONS,
        body=body,
        answers_path=APPLICATIONS + "/{id}/answers",
        answers={} if _elsewhere(definition) else known.answers,
    )
