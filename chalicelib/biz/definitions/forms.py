"""Judging answers: JSON Schema 2020-12, with faults that say in Thai and English what to mend and where. Pure.

The server's judgement is the only one that counts; what a browser checked is a courtesy. Compiled validators are kept
per schema object, because compiling costs more than judging.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

from chalicelib.shared.errors import Fault
from chalicelib.shared.thai import is_juristic_id, is_national_id

from . import patterns, pointers
from .model import ApplicantKind, DocumentRule, Schema, ServiceDefinition

MAX_FAULTS = 50
"""Faults reported at once; a form with more is mended in rounds."""

MAX_ITEMS = 1000
"""Entries of a list that are looked into; a longer list is a fault, whatever is in it."""


HOLD_SCHEMAS = ("properties", "$defs")
LISTS_OF_SCHEMAS = ("allOf", "anyOf", "oneOf", "prefixItems")
SCHEMAS = ("additionalProperties", "items", "contains", "not", "if", "then", "else")
"""Where schemas stand within a schema: by name, in lists, and directly."""


class Validator(Protocol):
    """A compiled schema."""

    def is_valid(self, instance: Any) -> bool:
        """Whether the instance satisfies the schema."""
        ...

    def iter_errors(self, instance: Any) -> Iterable[Any]:
        """Every violation."""
        ...


_compiled: dict[int, tuple[Schema, Validator]] = {}


def validator(schema: Schema) -> Validator:
    """The compiled schema; nothing outside of it can be referred to (empty registry, no retrieval)."""
    known = _compiled.get(id(schema))
    if known is not None and known[0] is schema:
        return known[1]
    from jsonschema import Draft202012Validator, validators  # 110 ms: only requests that judge answers pay
    from referencing import Registry

    extend: Any = validators.extend  # untyped in jsonschema
    known_words = Draft202012Validator.VALIDATORS
    words = {
        "pattern": _pattern,
        **{word: _bounded(known_words[word]) for word in ("items", "contains", "uniqueItems")},
    }
    plain = _without_names(schema)
    made: Validator = extend(Draft202012Validator, words)(plain, registry=Registry(), format_checker=_formats())
    if len(_compiled) > 2000:
        _compiled.clear()
    _compiled[id(schema)] = (schema, made)  # the schema is kept too, so that its id cannot be used again
    return made


def holds(schema: Schema | None, instance: Any) -> bool:
    """Whether a condition holds; no condition always does."""
    return schema is None or validator(schema).is_valid(instance)


def judge(definition: ServiceDefinition, answers: Any, base: str = "/answers") -> list[Fault]:
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
    return [faults[pointer] for pointer in sorted(faults)][:MAX_FAULTS]


def needed_documents(definition: ServiceDefinition, applicant: ApplicantKind, answers: Any) -> tuple[DocumentRule, ...]:
    """The documents that this application needs, in the definition's order."""
    context = {"applicant": applicant, "answers": answers}
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


def _faults(error: Any, definition: ServiceDefinition, base: str) -> Iterable[Fault]:
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


def _label(definition: ServiceDefinition, pointer: str, fallback: str) -> tuple[str, str]:
    hint = definition.form.hints.get(pointer)
    return (hint.label.th, hint.label.en) if hint else (fallback, fallback)


def _without_names(schema: Any) -> Any:
    """The schema without `$schema` and `$id` in it, as a code list's schema brings them along.

    Either would change how what is below is judged: by the plain validator of that dialect, without our bounds; and
    with a $ref relative to another place than the one that lint looked at.
    """
    if not isinstance(schema, dict):
        return schema
    made = {word: value for word, value in schema.items() if word not in ("$schema", "$id")}
    for word in HOLD_SCHEMAS:
        if isinstance(made.get(word), dict):
            made[word] = {name: _without_names(child) for name, child in made[word].items()}
    for word in LISTS_OF_SCHEMAS:
        if isinstance(made.get(word), list):
            made[word] = [_without_names(child) for child in made[word]]
    return {word: _without_names(value) if word in SCHEMAS else value for word, value in made.items()}


def item_bound(schema: Mapping[str, Any]) -> int:
    """How many entries of a list are looked into under this schema."""
    most = schema.get("maxItems")
    return int(most) if isinstance(most, int | float) and 0 <= most <= MAX_ITEMS else MAX_ITEMS


def _bounded(keyword: Any) -> Any:
    """A keyword of lists that does not look into a list longer than its bound: what is sent costs no more than that."""

    def check(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[Any]:
        from jsonschema import ValidationError

        if isinstance(instance, list) and len(instance) > item_bound(schema):
            yield ValidationError("too many entries", validator="maxItems", validator_value=item_bound(schema))
        else:
            yield from keyword(validator, value, instance, schema) or ()

    return check


def _pattern(_: Any, pattern: str, instance: Any, schema: Mapping[str, Any]) -> Iterator[Any]:
    """By RE2, and only for texts that may be so long: see `patterns`."""
    from jsonschema import ValidationError

    if isinstance(instance, str):
        longest = schema.get("maxLength", patterns.MAX_TEXT)
        if len(instance) > longest or not patterns.matches(pattern, instance):
            yield ValidationError("pattern")


def _formats() -> Any:
    from jsonschema import FormatChecker

    checker = FormatChecker(formats=())
    checker.checks("date")(_is_date)
    checker.checks("national-id")(lambda value: not isinstance(value, str) or is_national_id(value))
    checker.checks("juristic-id")(lambda value: not isinstance(value, str) or is_juristic_id(value))
    return checker


FORMATS = frozenset({"date", "national-id", "juristic-id"})
"""The formats that are really checked; lint refuses any other, since an unchecked format is a false promise."""


def _is_date(value: object) -> bool:
    if not isinstance(value, str):
        return True
    try:
        return len(value) == 10 and dt.date.fromisoformat(value) is not None
    except ValueError:
        return False
