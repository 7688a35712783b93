"""Which services a business needs by what was answered so far, and which questions still decide something. Pure.

A service is needed, or not, only when no further answer can change that; until then it is open, and the questions on
which it depends are known by name. A question that is not asked (its `asked_if` does not hold) counts as unanswered for
good, and an answer that was given to it all the same counts for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any, Protocol

from chalicelib.shared import pointers
from chalicelib.shared.dataclass import dataclass

from ..definitions import partial

if TYPE_CHECKING:
    from chalicelib.shared.thai import Text

    from ..definitions.guide import Guide, Question
    from .vocabulary import Vocabulary

NAMED = "."
"""Stands between a service and a question of its own: such a question belongs to nobody else."""


class Guided(Protocol):
    """A service, as far as the guide must know it."""

    @property
    def id(self) -> str:
        """Its id."""
        ...

    @property
    def name(self) -> Text:
        """Its name."""
        ...

    @property
    def guide(self) -> Guide | None:
        """What it says to the guide."""
        ...


@dataclass(frozen=True)
class Asked:
    """A question that may be asked.

    Attributes:
        name: by which it is answered: its code, or `service.code`.
        question: its words.
        group: the title that it stands under.
        scope: by which names the codes in its `asked_if` are answered.
    """

    name: str
    question: Question
    group: Text
    scope: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True)
class Standing:
    """How every question stands.

    Attributes:
        values: its answer, or `partial.UNKNOWN`; a question that is not asked has none.
        because: of a question that is not asked, the answers that made it so.
        waits: of a question of which it is not known whether it is asked, the questions that decide that.
        ignored: names of answers to questions that are not asked.
    """

    values: Mapping[str, Any]
    because: Mapping[str, frozenset[str]]
    waits: Mapping[str, frozenset[str]]
    ignored: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """What is known of one service.

    Attributes:
        needed: True, False, or None while it is open.
        by: names of the answers that made it so, or of the questions on which it depends; in the order of asking.
    """

    needed: bool | None
    by: tuple[str, ...]


def scope_of(service: Guided, shared: Iterable[str]) -> dict[str, str]:
    """By which name each code that this service may use is answered."""
    own = {} if service.guide is None else service.guide.asks
    return {code: code for code in shared} | {code: f"{service.id}{NAMED}{code}" for code in own}


def shared_names(asked: Iterable[str]) -> list[str]:
    """The codes of the shared questions among the names of all."""
    return [name for name in asked if NAMED not in name]


def questions(vocabulary: Vocabulary, services: Iterable[Guided]) -> dict[str, Asked]:
    """All questions that may be asked, in the order in which they are: the shared ones, then each service's own."""
    shared = {code: code for code in vocabulary.questions}
    made = {
        code: Asked(code, question, group.title, shared)
        for group in vocabulary.groups
        for code, question in group.questions.items()
    }
    for service in services:
        scope = scope_of(service, shared)
        for code, question in {} if service.guide is None else service.guide.asks.items():
            made[scope[code]] = Asked(scope[code], question, service.name, scope)
    return made


def stand(asked: Mapping[str, Asked], answers: Mapping[str, Any]) -> Standing:
    """How every question stands by these answers, which must be such as the questions take."""
    values: dict[str, Any] = {}
    because: dict[str, frozenset[str]] = {}
    waits: dict[str, frozenset[str]] = {}
    standing = Standing(values, because, waits, ())
    for name, one in asked.items():
        held = partial.YES if one.question.asked_if is None else _judge(one.question.asked_if, one.scope, standing)
        if held.holds is False:
            because[name] = held.by
        elif held.holds is None:
            values[name], waits[name] = partial.UNKNOWN, held.by
        else:
            values[name] = answers.get(name, partial.UNKNOWN)
    return Standing(values, because, waits, tuple(name for name in answers if name in because))


def decide(service: Guided, asked: Mapping[str, Asked], standing: Standing) -> Verdict | None:
    """What is known of a service; None where it says nothing to the guide, or asks what is not asked any more."""
    guide = service.guide
    scope = scope_of(service, shared_names(asked))
    if guide is None or not all(scope.get(code) in asked for code in guide.questions):
        return None
    found = _judge(guide.needed, scope, standing)
    return Verdict(found.holds, tuple(name for name in asked if name in found.by))


def _judge(schema: Any, scope: Mapping[str, str], standing: Standing) -> partial.Judged:
    """A condition on answers, and by which names it holds or on which it depends."""
    instance = {code: standing.values[name] for code, name in scope.items() if name in standing.values}
    found = partial.judge(schema, instance)
    by = frozenset[str]()
    for name in (scope[code] for pointer in found.by for code in pointers.parts(pointer)[:1] if code in scope):
        by |= standing.because.get(name) or standing.waits.get(name) or frozenset({name})
    return partial.Judged(found.holds, by)
