"""Can the guide ask what a definition wants to know, and does it then say what the definition's cases say? Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from chalicelib.shared.dataclass import dataclass

from ..guide import answers as guide_answers
from ..guide import rules
from ..guide.vocabulary import RESERVED, Vocabulary, shared
from . import computed, lint_schema, partial
from .problems import Problem, at
from .validators import holds

if TYPE_CHECKING:
    from .guide import Guide, GuideCase, Question
    from .model import ServiceDefinition
    from .parts import Schema

MAX_ASKS = 20
MAX_TEST_WORK = 100_000
"""Keyword evaluations that all cases of the guide may take together."""
_READ = partial.READ | (partial.SAYS_NOTHING - {"$defs", "$id"})
_FIELDS: Mapping[str, tuple[str, ...]] = {
    "choice": ("string",),
    "choices": ("array",),
    "yes_no": ("boolean",),
    "number": ("number",),
}
"""The types of field that take an answer of that kind."""


def conditions(definition: ServiceDefinition) -> Iterator[tuple[str, Schema]]:
    """Every schema of the guide part with its place, for whoever judges schemas."""
    guide = definition.guide
    if guide is None:
        return
    yield at("guide", "needed"), guide.needed
    for code, question in guide.asks.items():
        if question.asked_if is not None:
            yield at("guide", "asks", code, "asked_if"), question.asked_if


def problems(definition: ServiceDefinition) -> Iterator[Problem]:
    """Everything wrong with what the definition says to the guide; its schemas must be clean by then."""
    guide = definition.guide
    if guide is None:
        return
    if len(guide.asks) > MAX_ASKS:
        yield Problem(at("guide", "asks"), f"has more than {MAX_ASKS} questions")
        return
    vocabulary = shared()
    yield from _own(guide, vocabulary)
    yield from _named(guide, vocabulary)
    known = {**vocabulary.questions, **guide.asks}
    condition = _Condition({code: known[code] for code in guide.questions if code in known}, "guide/questions")
    yield from condition.problems(guide.needed, at("guide", "needed"))
    for code in guide.questions:
        if code in known and code not in condition.used and code not in guide.prefills:
            yield Problem(at("guide", "questions"), f"'{code}' decides nothing: 'needed' does not name it")
    yield from _prefills(definition, guide, known)


def trials(definition: ServiceDefinition) -> Iterator[Problem]:
    """The guide's own cases, where they do not come out as they say; `problems` must have found nothing."""
    guide = definition.guide
    if guide is None:
        return
    for wanted, word in ((True, "needed"), (False, "not needed")):
        if not any(case.needed is wanted for case in guide.tests):
            yield Problem(at("guide", "tests"), f"at least one case must be {word}")
    if len(guide.tests) * sum(lint_schema.work(schema) for _, schema in conditions(definition)) > MAX_TEST_WORK:
        yield Problem(at("guide", "tests"), f"could take more than {MAX_TEST_WORK} steps")
        return
    asked = rules.questions(shared(), [definition])
    for number, case in enumerate(guide.tests):
        for said in _try(definition, guide, case, asked):
            yield Problem(at("guide", "tests", number), said)


def _own(guide: Guide, vocabulary: Vocabulary) -> Iterator[Problem]:
    earlier = dict(vocabulary.questions)
    for code, question in guide.asks.items():
        where = at("guide", "asks", code)
        if code in vocabulary.questions or code in RESERVED:
            yield Problem(where, "is a question, or a word, that all services share; use it, or take another name")
        if code not in guide.questions and code not in guide.prefills:
            yield Problem(where, "is never asked: neither 'questions' nor 'prefills' names it")
        yield from _question(where, question)
        if question.asked_if is not None:
            condition = _Condition(earlier, "the shared questions, nor among its own before it")
            yield from condition.problems(question.asked_if, where + "/asked_if")
        earlier[code] = question


def _question(where: str, question: Question) -> Iterator[Problem]:
    values = [choice.value for choice in question.choices]
    if (question.kind in ("choice", "choices")) != bool(values):
        yield Problem(where + "/choices", "a question of the kind 'choice' or 'choices' has choices, no other has")
    for value in sorted({value for value in values if values.count(value) > 1}):
        yield Problem(where + "/choices", f"'{value}' is there twice")
    if guide_answers.NONE in values:
        yield Problem(where + "/choices", f"'{guide_answers.NONE}' is what an address says for no choice")
    if question.kind != "number" and (question.unit is not None or question.most is not None or question.whole):
        yield Problem(where, "only a number has unit, most and whole")


def _named(guide: Guide, vocabulary: Vocabulary) -> Iterator[Problem]:
    for what, codes in (("questions", guide.questions), ("prefills", tuple(guide.prefills))):
        for code in codes:
            if code not in vocabulary.questions and code not in guide.asks:
                known = ", ".join(vocabulary.questions)
                yield Problem(at("guide", what), f"there is no question '{code}'; ask it (asks), or use {known}")
    for code in sorted({code for code in guide.questions if guide.questions.count(code) > 1}):
        yield Problem(at("guide", "questions"), f"'{code}' is there twice")


@dataclass
class _Condition:
    """A condition on answers that may name these questions only."""

    known: Mapping[str, Question]
    where: str

    def __post_init__(self) -> None:
        self.used: set[str] = set()

    def problems(self, schema: Any, place: str) -> Iterator[Problem]:
        """Everything wrong with it; `used` gathers the questions that it names."""
        if isinstance(schema, bool):
            return
        for word in schema.keys() - _READ:
            hint = "; the answers are always those of 'questions'" if word == "additionalProperties" else ""
            yield Problem(place + at(word), f"the guide does not read '{word}' of the answers as a whole{hint}")
        if schema.get("type", "object") != "object":
            yield Problem(place + "/type", "the answers are an object")
        for name in schema.get("required", ()):
            yield from self._name(name, place + "/required")
        for name, inner in schema.get("properties", {}).items():
            yield from self._name(name, place + at("properties", name))
            if name in self.known:
                yield from _fits(self.known[name], name, inner, place + at("properties", name))
        for word in ("allOf", "anyOf", "oneOf"):
            for number, inner in enumerate(schema.get(word, ())):
                yield from self.problems(inner, place + at(word, number))
        for word in ("not", "if", "then", "else"):
            yield from self.problems(schema.get(word, True), place + at(word))

    def _name(self, name: str, place: str) -> Iterator[Problem]:
        self.used.add(name)
        if name not in self.known:
            yield Problem(place, f"'{name}' is not among {self.where}")


def _fits(question: Question, name: str, schema: Any, place: str) -> Iterator[Problem]:
    """Values that a condition compares with must be such as the question can be answered with."""
    for inner in _walk(schema):
        if "$ref" in inner:
            yield Problem(place, "write the schema out; the guide follows no $ref")
        for value in [*([inner["const"]] if "const" in inner else []), *inner.get("enum", ())]:
            wanted = [value] if question.kind == "choices" and not isinstance(value, list) else value
            if guide_answers.fault(question, wanted, "") is not None:
                yield Problem(place, f"compares '{name}' with what is no answer to it")


def _walk(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, list):
        for inner in schema:
            yield from _walk(inner)
    elif isinstance(schema, dict):
        yield schema
        for word in ("allOf", "anyOf", "oneOf", "prefixItems", "items", "contains", "not", "if", "then", "else"):
            yield from _walk(schema.get(word))


def _prefills(definition: ServiceDefinition, guide: Guide, known: Mapping[str, Question]) -> Iterator[Problem]:
    fields = dict(lint_schema.properties(definition.form.schema_))
    formulas = computed.formulas(definition)
    for code, pointer in guide.prefills.items():
        where, field = at("guide", "prefills", code), fields.get(pointer)
        if field is None or "/*/" in pointer:
            yield Problem(where, f"{pointer} is no field of the schema, or in a repeated part")
            continue
        if pointer in formulas:
            yield Problem(where, f"{pointer} is computed")
        if any(rule.lock and rule.pointer == pointer and "new" in rule.procedures for rule in definition.prefill):
            yield Problem(where, f"{pointer} is what a state register says, not what the applicant does")
        if code in known and not _takes(field, known[code]):
            yield Problem(where, f"{pointer} takes no answer of the kind '{known[code].kind}' that '{code}' has")


def _takes(field: Schema, question: Question) -> bool:
    """Whether a field can hold some answer to the question."""
    if "$ref" in field:
        return False
    wanted = (*_FIELDS[question.kind], *(("integer",) if question.whole else ()))
    named = field.get("type")
    if named is not None and named not in wanted:
        return False
    values = [choice.value for choice in question.choices]
    samples: dict[str, list[Any]] = {
        "choice": values,
        "choices": [[value] for value in values],
        "yes_no": [True, False],
        "number": [],  # any number may be refused by a limit of the form, which judges it when it is filed
    }
    return not samples[question.kind] or any(holds(field, value) for value in samples[question.kind])


def _try(
    definition: ServiceDefinition, guide: Guide, case: GuideCase, asked: Mapping[str, rules.Asked]
) -> Iterator[str]:
    scope = rules.scope_of(definition, shared().questions)
    wrong = [f"there is no question '{code}'" for code in case.answers if code not in scope]
    for code, value in case.answers.items():
        found = guide_answers.fault(asked[scope[code]].question, value, "") if code in scope else None
        wrong += [] if found is None else [f"'{code}': {found.en}"]
    if wrong:
        yield from wrong
        return
    given = {scope[code]: value for code, value in case.answers.items()}
    standing = rules.stand(asked, given)
    for name in standing.ignored:
        yield f"answers '{name}', which is not asked in this case"
    verdict = rules.decide(definition, asked, standing)
    if verdict is None or verdict.needed is None:
        yield f"leaves open what is needed; answer also {', '.join(() if verdict is None else verdict.by)}"
    elif verdict.needed is not case.needed:
        yield f"the guide says {'needed' if verdict.needed else 'not needed'}"
