"""Judging answers: JSON Schema 2020-12, with faults that say in Thai and English what to mend and where. Pure.

The server's judgement is the only one that counts; what a browser checked is a courtesy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from chalicelib.shared import pointers
from chalicelib.shared.errors import Fault
from chalicelib.shared.redaction import holds_id
from chalicelib.shared.thai import Text

from . import computed
from .validators import holds as holds
from .validators import validator

if TYPE_CHECKING:
    from ..noun import ApplicantKind
    from .model import DocumentRule, ServiceDefinition
    from .parts import Asks

MAX_FAULTS = 50
"""Faults reported at once; a form with more is mended in rounds."""


def judge(definition: Asks, answers: Any, base: str = "/answers") -> list[Fault]:
    """Everything wrong with the answers of a form, each fault pointing below `base`."""
    faults = {
        fault.pointer: fault
        for error in _limited(validator(definition.form.schema_).iter_errors(answers))
        for fault in _faults(error, definition, base)
    }
    for pointer, hint in definition.form.hints.items():
        value = pointers.find(answers, pointer)
        given = value is not pointers.MISSING
        shown = holds(hint.visible_if, answers)
        if given and not shown:
            faults[base + pointer] = Fault(
                base + pointer,
                f"ไม่ต้องตอบ “{hint.label.th}” ในกรณีนี้ โปรดลบออก",
                f"'{hint.label.en}' is not asked in this case; remove it.",
            )
        elif shown and not given and hint.required_if is not None and holds(hint.required_if, answers):
            faults[base + pointer] = _missing(base + pointer, hint.label.th, hint.label.en)
    _judge_computed(definition, answers, base, faults)
    return [faults[pointer] for pointer in sorted(faults)][:MAX_FAULTS]


def told_to_all(definition: ServiceDefinition, answers: Any, base: str = "/answers") -> list[Fault]:
    """A fault for each answer that the public register would show, and that tells a national id."""
    rule = definition.credential
    found = {rule.claims[name]: pointers.find(answers, rule.claims[name]) for name in rule.public}
    return [
        Fault(
            base + pointer,
            "ข้อมูลนี้จะแสดงในทะเบียนสาธารณะ โปรดลบเลขประจำตัวประชาชนออก",
            "The public register shows this; take the national id out.",
        )
        for pointer, value in sorted(found.items())
        if isinstance(value, str) and holds_id(value)
    ]


def _judge_computed(definition: Asks, answers: Any, base: str, faults: dict[str, Fault]) -> None:
    """A computed answer must be what the formula gives; that it is missing is told only where nothing else is."""
    here = {base + pointer for pointer in computed.formulas(definition)}
    if faults.keys() - here:
        for place in here & faults.keys():
            del faults[place]
        return
    right = computed.worked_out(definition, answers)
    for fault in computed.contradicted(definition, answers, right, base):
        faults[fault.pointer] = fault


def needed_documents(
    definition: ServiceDefinition, applicant: ApplicantKind, answers: Any, changed: Sequence[str] = ()
) -> tuple[DocumentRule, ...]:
    """The documents that this application needs, in the definition's order; `changed`: see procedures.changed."""
    context = {"applicant": applicant, "answers": answers, "changed": list(changed)}
    return tuple(rule for rule in definition.documents if holds(rule.when, context))


def overwritten(locked: Iterable[str], before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Fault]:
    """A fault for each verified value that a change would touch."""
    return [
        Fault(
            pointer,
            "ข้อมูลนี้มาจากทะเบียนของรัฐ แก้ไขที่นี่ไม่ได้ หากไม่ถูกต้องโปรดแก้ไขที่หน่วยงานเจ้าของทะเบียน",
            "This value comes from a state register and cannot be changed here; have the register corrected.",
        )
        for pointer in sorted(locked)
        if pointers.find(before, pointer) != pointers.find(after, pointer)
    ]


def _limited(errors: Iterable[Any]) -> Iterable[Any]:
    for number, error in enumerate(errors):
        if number >= MAX_FAULTS:
            return
        yield error


def _faults(error: Any, definition: Asks, base: str) -> Iterable[Fault]:
    where = list(error.absolute_path)
    rule = error.validator
    if rule == "required":
        names = [name for name in error.validator_value if name not in error.instance]
        for name in names:
            pointer = pointers.join([*where, name])
            yield _missing(base + pointer, *_label(definition, pointer, name))
        return
    pointer = pointers.join(where)
    if rule in ("additionalProperties", "unevaluatedProperties"):
        # the names of unknown fields are the caller's words and are not repeated
        yield Fault(base + pointer, "มีข้อมูลที่แบบฟอร์มไม่ได้ถาม", "There are fields that the form does not ask for.")
        return
    th, en = _label(definition, pointer, str(where[-1])) if where else ("แบบคำขอ", "The form")
    why_th, why_en = _why(rule, error.validator_value)
    yield Fault(base + pointer, f"“{th}” {why_th}", f"'{en}' {why_en}.")


def _why(rule: str, limit: Any) -> tuple[str, str]:
    """What a schema rule asks for, in words; only the definition's own values are repeated."""
    plain = limit if isinstance(limit, int | float | str) and not isinstance(limit, bool) else ""
    return {
        "type": ("ต้องเป็นข้อมูลชนิดที่กำหนด", f"must be of type {plain}".rstrip()),
        "enum": ("ต้องเป็นหนึ่งในตัวเลือกที่กำหนด", "must be one of the given choices"),
        "const": ("ต้องเป็นค่าที่กำหนด", "must be the given value"),
        "minimum": (f"ต้องไม่น้อยกว่า {plain}", f"must be at least {plain}"),
        "maximum": (f"ต้องไม่เกิน {plain}", f"must be at most {plain}"),
        "exclusiveMinimum": (f"ต้องมากกว่า {plain}", f"must be more than {plain}"),
        "exclusiveMaximum": (f"ต้องน้อยกว่า {plain}", f"must be less than {plain}"),
        "multipleOf": (f"ต้องเป็นจำนวนเท่าของ {plain}", f"must be a multiple of {plain}"),
        "minLength": (f"ต้องมีอย่างน้อย {plain} ตัวอักษร", f"must have at least {plain} characters"),
        "maxLength": (f"ต้องมีไม่เกิน {plain} ตัวอักษร", f"must have at most {plain} characters"),
        "pattern": ("มีรูปแบบไม่ถูกต้อง", "does not have the right form"),
        "format": ("มีรูปแบบไม่ถูกต้อง", f"is not a valid {plain}".rstrip()),
        "minItems": (f"ต้องมีอย่างน้อย {plain} รายการ", f"must have at least {plain} entries"),
        "maxItems": (f"ต้องมีไม่เกิน {plain} รายการ", f"must have at most {plain} entries"),
        "uniqueItems": ("ต้องไม่ซ้ำกัน", "must not repeat an entry"),
    }.get(rule, ("ไม่เป็นไปตามเงื่อนไขของแบบฟอร์ม", "does not meet the conditions of the form"))


def _missing(pointer: str, th: str, en: str) -> Fault:
    return Fault(pointer, f"โปรดกรอก “{th}”", f"'{en}' is missing.")


def general(pointer: str) -> str:
    """The pointer of a field of a repeated part as hints name it: /workers/2/name -> /workers/*/name."""
    return "/".join("*" if token.isascii() and token.isdigit() else token for token in pointer.split("/"))


def label(definition: Asks, pointer: str) -> Text:
    """What a field, or a whole part of the form, is called; its last name where the form does not say."""
    th, en = _label(definition, pointer, pointers.parts(pointer)[-1])
    return Text(th=th, en=en)


def _label(definition: Asks, pointer: str, fallback: str) -> tuple[str, str]:
    """The label of a field; in a repeated part with the entry that it belongs to."""
    hints = definition.form.hints
    whole = pointer if pointer in hints else general(pointer)
    repeated, star, field = whole.partition("/*")
    hint, entry = hints.get(whole), hints.get(repeated)
    if not star or entry is None or entry.item is None:
        return (hint.label.th, hint.label.en) if hint else (fallback, fallback)
    number = int(pointer[len(repeated) :].split("/")[1]) + 1
    th, en = f"{entry.item.th} {number}", f"{entry.item.en} {number}"
    if not field:
        return th, en
    return (f"{th}: {hint.label.th}", f"{en}: {hint.label.en}") if hint else (th, en)
