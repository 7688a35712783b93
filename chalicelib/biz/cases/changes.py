"""What an application asks to have otherwise than its licence has it, and what it may not touch. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from chalicelib.shared import pointers
from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import Fault

from ..definitions import computed, forms, lint_schema
from ..definitions.validators import holds

if TYPE_CHECKING:  # filing asks here what was changed
    from chalicelib.shared.thai import Text

    from ..definitions.model import ServiceDefinition
    from ..model import Case
    from .rules import Book


@dataclass(frozen=True)
class Difference:
    """One answer that is another than the licence was given for.

    Attributes:
        pointer: where, in the answers.
        label: what the form calls it.
        before, after: the values; MISSING where there is none.
    """

    pointer: str
    label: Text
    before: Any
    after: Any


def differences(case: Case, book: Book) -> tuple[Difference, ...]:
    """Everything that differs from the licence, also what a register or a formula changed.

    None where the procedure has a form of its own: its answers are not the licence's.
    """
    if case.base is None or book.rule is None or book.rule.form is not None:
        return ()
    before, after = case.base.answers, case.answers
    return tuple(
        Difference(each, forms.label(book.definition, each), pointers.find(before, each), pointers.find(after, each))
        for each in _differing(before, after)
    )


def unchanged(case: Case, book: Book) -> list[Fault]:
    """That an amendment changes nothing, which then cannot be filed."""
    if case.procedure != "amend" or differences(case, book):
        return []
    th = "ยังไม่มีข้อมูลใดต่างจากใบอนุญาต โปรดแก้ไขสิ่งที่ต้องการเปลี่ยนแปลงก่อนยื่น"
    return [Fault("/answers", th, "Nothing differs from the licence; change what shall be changed before filing.")]


def outside(case: Case, book: Book, answers: Mapping[str, Any]) -> list[Fault]:
    """A fault for each answer that the procedure does not ask, and that would be another than the licence has it.

    What follows from an answer that is asked may follow: a field that appears or disappears with it, and what is
    computed. So may what a register said, and what today's form does not take as the licence has it.

    Args:
        case: as it is.
        book: what it is judged by.
        answers: as they would be.
    """
    rule, base, definition = book.rule, case.base, book.definition
    if rule is None or base is None or rule.form is not None:
        return []
    told = {each for each in case.sources if pointers.find(answers, each) == pointers.find(case.answers, each)}
    free = {*rule.asks, *computed.formulas(definition), *told, *_outdated(definition, base.answers)}
    return [
        _not_asked(definition, each)
        for each in _differing(base.answers, answers)
        if not any(_below(each, part) for part in free) and not _follows(definition, each, base.answers, answers)
    ]


def _differing(before: Any, after: Any, where: tuple[str, ...] = ()) -> Iterator[str]:
    """The smallest parts that differ: fields, and lists as a whole; a part that is missing is like an empty one."""
    missing = pointers.MISSING
    one, other = ({} if each is missing else each for each in (before, after))
    if isinstance(one, dict) and isinstance(other, dict) and (before is not missing or after is not missing):
        for name in dict.fromkeys([*one, *other]):
            yield from _differing(one.get(name, missing), other.get(name, missing), (*where, name))
    elif before != after or isinstance(before, bool) != isinstance(after, bool):
        yield pointers.join(list(where))


def _below(pointer: str, part: str) -> bool:
    return pointer == part or pointer.startswith(part + "/")


def _outdated(definition: ServiceDefinition, answers: Mapping[str, Any]) -> set[str]:
    """What is not right in the licence's answers by the form of today: fields, and parts that are missing."""
    wrong = {fault.pointer for fault in forms.judge(definition, answers, "")} - {""}
    return {each for each in wrong if not isinstance(pointers.find(answers, each), dict)}


def _follows(definition: ServiceDefinition, pointer: str, before: Any, after: Any) -> bool:
    """Whether the field comes or goes with another answer, or is one that today's form no longer has and that goes."""
    if pointers.find(after, pointer) is pointers.MISSING:
        known = {name for name, _ in lint_schema.properties(definition.form.schema_)}
        if forms.general(pointer) not in known:
            return True
    return any(
        holds(hint.visible_if, before) != holds(hint.visible_if, after)
        for part, hint in definition.form.hints.items()
        if hint.visible_if is not None and (_below(pointer, part) or _below(part, pointer))
    )


def _not_asked(definition: ServiceDefinition, pointer: str) -> Fault:
    name = forms.label(definition, pointer)
    return Fault(
        pointer,
        f"คำขอนี้แก้ไข “{name.th}” ไม่ได้ ต้องเป็นไปตามใบอนุญาตเดิม โปรดนำการแก้ไขนี้ออก",
        f"This procedure does not change '{name.en}': it stays as the licence has it. Leave it as it was.",
    )
