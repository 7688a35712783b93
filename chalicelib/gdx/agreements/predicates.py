"""Verify-only answers: does what the asker claims stand in the register, yes or no.

A predicate compares claims of the asker with places of the provider's answer and gives one boolean for all of them
together: which comparison failed is not told, and nothing of the record goes out. A claim about something that the
register does not hold never matches, and neither do two empty values.

How two values are compared (`Compare.how`):

- `exact`: the same JSON scalar; `true` is not 1 and "1" is not 1.
- `name`: as a clerk would read a name. Unicode NFC, invisible characters out, sara am and sara ae as one character,
  blanks collapsed, case folded, and one title before the name left out (นาย, นาง, นางสาว, เด็กชาย, เด็กหญิง and their
  short forms; Mr, Mrs, Ms, Miss, Master). Spelling is never guessed.
- `date`: ISO 8601 (`1982-05-17`), or the Buddhist Era as registers and people write it: `25250517` as text or number,
  `2525-05-17`, `17/05/2525`, `17 พฤษภาคม 2525`. An unknown day or month is 00, as in the civil register, and equals
  only 00: the answer vouches for nothing that the register does not know.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from ...shared.thai import NotABuddhistDate, buddhist_year, parse_buddhist_date, to_ascii_digits
from ..mask import find
from ..model import Predicate

BuddhistDate = tuple[int, int, int]
"""Year of the Buddhist Era, month, day; month and day are 0 where unknown."""


MAX_TEXT = 300
"""Characters of a value that is compared; a longer one is no name and no date."""

_TITLES_TH = ("นางสาว", "นาง", "นาย", "เด็กชาย", "เด็กหญิง", "น.ส.", "ด.ช.", "ด.ญ.")
_TITLE_EN = re.compile(r"(?:mrs|mr|miss|ms|master)(?:\.\s?|\s)")
_BLANKS = re.compile(r"\s+")
# nikhahit + aa is sara am typed in two strokes, with or without a tone mark between; two sara e are one sara ae
_SARA_AM = re.compile("\u0e4d([\u0e48-\u0e4b]?)\u0e32")
_SARA_AE = "\u0e40\u0e40"
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_DASHED = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_SLASHED = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")
_FIRST_BE_YEAR = 2400  # as in shared.thai: a smaller number counts from the birth of Christ


def matches(predicate: Predicate, answer: Any, claims: Mapping[str, Any]) -> bool:
    """True when every comparison of the predicate holds; never says which one did not.

    Args:
        predicate: what is compared; without any comparison it says nothing and does not match.
        answer: the provider's answer (JSON types).
        claims: what the asker claims, by name.
    """
    held = [
        _HOW[compare.how](find(answer, compare.answer), claims.get(compare.claim)) for compare in predicate.compares
    ]
    return bool(held) and all(held)


def _exact(there: Any, claimed: Any) -> bool:
    if not isinstance(there, str | int | float) or not isinstance(claimed, str | int | float):
        return False
    if isinstance(there, bool) is not isinstance(claimed, bool):
        return False
    return there != "" and there == claimed


def _name(there: Any, claimed: Any) -> bool:
    if not isinstance(there, str) or not isinstance(claimed, str):
        return False
    name = plain_name(there)
    return name != "" and name == plain_name(claimed)


def _date(there: Any, claimed: Any) -> bool:
    day = plain_date(there)
    return day is not None and day == plain_date(claimed)


_HOW: Mapping[str, Callable[[Any, Any], bool]] = {"exact": _exact, "name": _name, "date": _date}


def plain_name(text: str) -> str:
    """A name as it is compared; "" for what cannot be one (empty, or longer than any name)."""
    if len(text) > MAX_TEXT:
        return ""
    shown = "".join(mark for mark in unicodedata.normalize("NFC", text) if unicodedata.category(mark) != "Cf")
    shown = _SARA_AM.sub("\\1\u0e33", shown).replace(_SARA_AE, "\u0e41")
    plain = _BLANKS.sub(" ", unicodedata.normalize("NFC", shown.casefold())).strip()
    return _without_title(plain)


def _without_title(name: str) -> str:
    """The name without one title; a title that is all there is stays, for it may be the name."""
    title = next((title for title in _TITLES_TH if name.startswith(title)), "")
    if not title and (found := _TITLE_EN.match(name)):
        title = found[0]
    return name[len(title) :].strip() or name


def plain_date(value: Any) -> BuddhistDate | None:
    """A date as it is compared, or None for what is none."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    text = str(value) if isinstance(value, int) and 10**7 <= value < 10**8 else value
    if not isinstance(text, str) or len(text) > MAX_TEXT:
        return None
    text = to_ascii_digits(text).strip()
    if found := _COMPACT.fullmatch(text) or _DASHED.fullmatch(text):
        return _checked(int(found[1]), int(found[2]), int(found[3]))
    if found := _SLASHED.fullmatch(text):
        # day first is how Thailand writes; a Christian year so written would be read month first elsewhere
        year = int(found[3])
        return _checked(year, int(found[2]), int(found[1])) if year >= _FIRST_BE_YEAR else None
    try:
        day = parse_buddhist_date(text)
    except NotABuddhistDate:
        return None
    return buddhist_year(day), day.month, day.day


def _checked(year: int, month: int, day: int) -> BuddhistDate | None:
    """The date in the Buddhist Era, if there is such a day or it is a month or year with 00 behind."""
    if month == 0:
        return (_era(year), 0, 0) if day == 0 and year > 0 else None
    if day == 0:
        return (_buddhist(year, month), month, 0) if month <= 12 and year > 0 else None
    try:
        there = parse_buddhist_date(f"{year:04d}-{month:02d}-{day:02d}") if year >= _FIRST_BE_YEAR else None
        there = date(year, month, day) if there is None else there
    except (NotABuddhistDate, ValueError):
        return None
    return buddhist_year(there), there.month, there.day


def _era(year: int) -> int:
    return year if year >= _FIRST_BE_YEAR else year + 543


def _buddhist(year: int, month: int) -> int:
    """The Buddhist year of a month; until 1940 it began in April, see `shared.thai.buddhist_year`."""
    return year if year >= _FIRST_BE_YEAR else buddhist_year(date(year, month, 1))
