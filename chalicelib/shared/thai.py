"""Thai numbers, digits, dates and two-language text, as the law and the people write them.

Everything here is pure. National ids are personal data: no error of this module repeats the value it refuses.
"""

import datetime as dt
import re
from typing import Literal, NewType

from pydantic import BaseModel, ConfigDict, Field

from .later import pattern

NationalId = NewType("NationalId", str)
"""The 13-digit number of a person in the civil register (เลขประจำตัวประชาชน), checked and in ASCII digits."""

JuristicId = NewType("JuristicId", str)
"""The 13-digit number of a juristic person (เลขทะเบียนนิติบุคคล), checked and in ASCII digits; public."""

Language = Literal["th", "en"]
Style = Literal["long", "short"]

# [0-9] and not \d: \d also matches Thai and every other script's digits, and such an id would be a second
# name for the same person.
_NATIONAL_ID = re.compile(r"[1-8][0-9]{12}")
_JURISTIC_ID = re.compile(r"0[0-9]{12}")
_SEPARATORS = re.compile(r"[\s-]+")
_GROUPS = (1, 4, 5, 2, 1)
_SHOWN_WHEN_MASKED = 4

_THAI_DIGITS = "๐๑๒๓๔๕๖๗๘๙"
_TO_ASCII = str.maketrans(_THAI_DIGITS, "0123456789")
_TO_THAI = str.maketrans("0123456789", _THAI_DIGITS)

_MONTHS_TH = (
    "มกราคม", "กุมภาพันธ์", "มีนาคม", "เมษายน", "พฤษภาคม", "มิถุนายน",
    "กรกฎาคม", "สิงหาคม", "กันยายน", "ตุลาคม", "พฤศจิกายน", "ธันวาคม",
)  # fmt: skip
_MONTHS_TH_SHORT = (
    "ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค.",
)  # fmt: skip
_MONTHS_EN = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_MONTH_BY_NAME = {
    name: number
    for names in (_MONTHS_TH, _MONTHS_TH_SHORT, tuple(name.replace(".", "") for name in _MONTHS_TH_SHORT))
    for number, name in enumerate(names, start=1)
}

_BE_NUMERIC = pattern(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")
_BE_ISO = pattern(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_BE_WORDS = pattern(r"(?:วันที่\s*)?([0-9]{1,2})\s*([^0-9\s]+)\s*(?:พ\.?\s*ศ\.?\s*)?([0-9]{4})")
_FIRST_BE_YEAR = 2400  # 1857; a smaller number is surely a Gregorian year typed by mistake


class NotAThaiNumber(ValueError):
    """Raised when a text is not a valid national or juristic number; never repeats the text."""


class NotABuddhistDate(ValueError):
    """Raised when a text is not a real date of the Buddhist Era; never repeats the text."""


class Text(BaseModel):
    """The same words in Thai and in English; Thai is the one that binds."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    th: str = Field(min_length=1, description="Thai text")
    en: str = Field(min_length=1, description="English text")

    def pick(self, language: Language) -> str:
        """The words in that language."""
        return self.en if language == "en" else self.th


def to_ascii_digits(text: str) -> str:
    """Thai digits become 0-9; everything else stays."""
    return text.translate(_TO_ASCII)


def to_thai_digits(text: str) -> str:
    """0-9 become Thai digits; everything else stays."""
    return text.translate(_TO_THAI)


def check_digit(first_twelve: str) -> str:
    """The 13th digit of a national or juristic number: (11 - sum of d_i * (13 - i) mod 11) mod 10."""
    total = sum(int(digit) * (13 - position) for position, digit in enumerate(first_twelve))
    return str((11 - total % 11) % 10)


def is_national_id(text: str) -> bool:
    """Whether the text is a national id in its canonical form (13 ASCII digits, no separators)."""
    return _NATIONAL_ID.fullmatch(text) is not None and check_digit(text[:12]) == text[12]


def is_juristic_id(text: str) -> bool:
    """Whether the text is a juristic number in its canonical form (13 ASCII digits, no separators)."""
    return _JURISTIC_ID.fullmatch(text) is not None and check_digit(text[:12]) == text[12]


def parse_national_id(text: str) -> NationalId:
    """Read a national id as people write it: Thai or ASCII digits, with or without spaces and hyphens.

    Raises NotAThaiNumber when the digits, the leading digit or the check digit are wrong.
    """
    number = _canonical(text)
    if not is_national_id(number):
        raise NotAThaiNumber("not a valid 13-digit national id")
    return NationalId(number)


def parse_juristic_id(text: str) -> JuristicId:
    """Read a juristic number as people write it; raises NotAThaiNumber when it is not one."""
    number = _canonical(text)
    if not is_juristic_id(number):
        raise NotAThaiNumber("not a valid 13-digit juristic number")
    return JuristicId(number)


def _canonical(text: str) -> str:
    return _SEPARATORS.sub("", to_ascii_digits(text))


def format_id(number: NationalId | JuristicId) -> str:
    """The number grouped as on the card: 3-1006-00445-63-5."""
    return _grouped(number)


def mask_id(number: NationalId | JuristicId) -> str:
    """The number for a screen that need not show it: x-xxxx-xxxx5-63-5, only the last four digits remain."""
    return _grouped("x" * (len(number) - _SHOWN_WHEN_MASKED) + number[-_SHOWN_WHEN_MASKED:])


def _grouped(thirteen: str) -> str:
    parts, start = [], 0
    for width in _GROUPS:
        parts.append(thirteen[start : start + width])
        start += width
    return "-".join(parts)


def buddhist_year(day: dt.date) -> int:
    """The Buddhist Era year of a day.

    Until the end of 1940 the year began on 1 April, so January to March still belonged to the year before
    (the calendar year Act B.E. 2483 moved New Year to 1 January 1941).
    """
    return day.year + (542 if day.year < 1941 and day.month < 4 else 543)


def format_date(day: dt.date, language: Language, style: Style = "long", *, thai_digits: bool = False) -> str:
    """A date for reading: Buddhist Era in Thai, Gregorian in English; storage always keeps ISO dates.

    Long "25 พฤศจิกายน พ.ศ. 2569" and "25 November 2026"; short "25 พ.ย. 2569" and "25 Nov 2026".
    """
    if language == "en":
        month = _MONTHS_EN[day.month - 1]
        return f"{day.day} {month if style == 'long' else month[:3]} {day.year}"
    if style == "long":
        text = f"{day.day} {_MONTHS_TH[day.month - 1]} พ.ศ. {buddhist_year(day)}"
    else:
        text = f"{day.day} {_MONTHS_TH_SHORT[day.month - 1]} {buddhist_year(day)}"
    return to_thai_digits(text) if thai_digits else text


def parse_buddhist_date(text: str) -> dt.date:
    """Read a Buddhist Era date: "25 พฤศจิกายน พ.ศ. 2569", "25 พ.ย. 2569", "25/11/2569" or "2569-11-25".

    Thai digits are welcome. Raises NotABuddhistDate for anything else, for a day that does not exist, and for
    a year below 2400, which is a Gregorian year typed by mistake.
    """
    plain = to_ascii_digits(text).strip()
    if found := _BE_ISO.fullmatch(plain):
        year, month, day = (int(part) for part in found.groups())
    elif found := _BE_NUMERIC.fullmatch(plain):
        day, month, year = (int(part) for part in found.groups())
    elif found := _BE_WORDS.fullmatch(plain):
        day, month, year = int(found[1]), _MONTH_BY_NAME.get(found[2], 0), int(found[3])
    else:
        raise NotABuddhistDate("not a date of the Buddhist Era")
    return _gregorian(year, month, day)


def _gregorian(year: int, month: int, day: int) -> dt.date:
    if year < _FIRST_BE_YEAR:
        raise NotABuddhistDate("the year is not a Buddhist Era year")
    ad = year - 543
    if ad < 1941 and month < 4:
        ad += 1
    try:
        found = dt.date(ad, month, day)
    except ValueError:
        raise NotABuddhistDate("no such day") from None
    if buddhist_year(found) != year:  # January to March 2483 never were: the year had nine months
        raise NotABuddhistDate("no such day")
    return found
