"""What may be answered to a question, read from JSON and from the address of a page, and said again in words. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from chalicelib.shared.errors import Fault
from chalicelib.shared.thai import Text, to_ascii_digits

if TYPE_CHECKING:
    from ..definitions.guide import Choice, Question

MOST = 10_000_000
"""Largest number that any question takes."""

NONE = "none"
"""What an address says where none of the choices holds."""

YES, NO = Text(th="ใช่", en="Yes"), Text(th="ไม่ใช่", en="No")
NONE_OF_THEM = Text(th="ไม่มีข้อใดตรง", en="None of these")
_YES_NO = {"yes": True, "no": False, "true": True, "false": False}
_NUMBER = re.compile(r"[0-9]{1,12}(\.[0-9]{1,4})?")


def fault(question: Question, value: Any, pointer: str) -> Fault | None:
    """What is wrong with an answer; None if nothing is."""
    th, en = _wrong(question, value)
    return Fault(pointer, f"“{question.text.th}” {th}", f"'{question.text.en}' {en}") if th else None


def _wrong(question: Question, value: Any) -> tuple[str, str]:
    codes = [choice.value for choice in question.choices]
    if question.kind == "yes_no":
        return (
            ("", "")
            if isinstance(value, bool)
            else ("ต้องตอบว่าใช่หรือไม่ใช่ (true, false)", "is answered by true or false.")
        )
    if question.kind == "number":
        return _wrong_number(question, value)
    listed = ", ".join(codes)
    if question.kind == "choice":
        fits = isinstance(value, str) and value in codes
        return ("", "") if fits else (f"ต้องเป็นข้อใดข้อหนึ่งใน: {listed}", f"is answered by one of: {listed}.")
    fits = isinstance(value, list) and len(value) <= len(codes) and all(isinstance(one, str) for one in value)
    if fits and set(value) <= set(codes) and len(set(value)) == len(value):
        return "", ""
    return f"ต้องเป็นรายการที่ไม่ซ้ำกันจาก: {listed}", f"is answered by a list, without repeats, out of: {listed}."


def _wrong_number(question: Question, value: Any) -> tuple[str, str]:
    most = MOST if question.most is None else question.most
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    if not plain or not 0 <= value <= most:  # no comparison holds for what is no number (NaN)
        return f"ต้องเป็นตัวเลขตั้งแต่ 0 ถึง {most:,}", f"is answered by a number from 0 to {most:,}."
    if question.whole and value != int(value):
        return "ต้องเป็นจำนวนเต็ม", "is answered by a whole number."
    return "", ""


def from_address(question: Question, given: Sequence[str]) -> Any:
    """An answer as a link or a form tells it, as JSON would; None where it is left empty.

    Several choices stand apart or with commas between them; `none` says that none of them holds. Numbers may have
    Thai digits and commas, as people write them. What cannot be read is given on as it is, for `fault` to tell.
    """
    texts = [part.strip() for text in given for part in (text.split(",") if question.kind == "choices" else [text])]
    texts = [text for text in texts if text]
    if not texts:
        return None
    if question.kind == "choices":
        return [] if set(texts) == {NONE} else list(dict.fromkeys(texts))
    last = texts[-1]
    if question.kind == "yes_no":
        return _YES_NO.get(last, last)
    if question.kind == "choice":
        return last
    plain = to_ascii_digits(last).replace(",", "").replace(" ", "")
    if not _NUMBER.fullmatch(plain):
        return last
    number = Decimal(plain)
    return int(number) if number == number.to_integral_value() else float(number)


def to_address(question: Question, value: Any) -> str:
    """An answer as it stands in a link."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ",".join(value) or NONE
    return str(value)


def in_words(question: Question, value: Any) -> Text:
    """An answer for reading."""
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, list):
        return _joined([_label(question, one) for one in value]) if value else NONE_OF_THEM
    if isinstance(value, str):
        return _label(question, value)
    number = f"{value:,}"
    unit = question.unit
    return Text(th=f"{number} {unit.th}" if unit else number, en=f"{number} {unit.en}" if unit else number)


def notes(question: Question, value: Any) -> list[Text]:
    """What the chosen answers are worth adding to."""
    chosen = value if isinstance(value, list) else [value]
    return [choice.note for choice in question.choices if choice.note is not None and choice.value in chosen]


def _choice(question: Question, value: str) -> Choice | None:
    return next((choice for choice in question.choices if choice.value == value), None)


def _label(question: Question, value: str) -> Text:
    found = _choice(question, value)
    return Text(th=value, en=value) if found is None else found.label


def _joined(texts: Sequence[Text]) -> Text:
    return Text(th=" และ ".join(text.th for text in texts), en="; ".join(text.en for text in texts))
