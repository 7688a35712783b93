"""Words that are looked for in rows: any part of a Thai word, however the cell writes it.

PostgreSQL's full-text search finds no Thai word inside a sentence, because nothing stands between them. Here a word is
found anywhere in a text. Both sides mean one spelling (`shared.thai_fold`): the word is folded, and the pattern made of
it accepts every way in which a cell may write the same: sara am in two signs, marks in another order or twice, two
SARA E for SARA AE, Thai digits, thousands separators, dots of abbreviations, zero-width spaces, either case. So cells
are never folded, which would cost ten times as much as to search them.

In columns of numbers a word is the whole number, in columns of dates a year, month or day (ISO 8601, or dd/mm/yyyy; of
the Common or the Buddhist Era).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from chalicelib.shared.thai_fold import fold

from .conditions import AllOf, AnyOf, Compare, Condition, Matches, Not, Sought
from .typed import typed

MAX_WORDS = 20
MAX_LENGTH = 200
"""Characters of a word."""
BUDDHIST = range(2400, 2700)
"""Years that are meant in the Buddhist Era where a date is looked for."""

_THAI_TIME = timezone(timedelta(hours=7))  # in which moments are shown (`ingest.values`)
_NOTHING = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff"
_MARK = re.compile("[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]+")
_TONES = "\u0e48-\u0e4b"
_AM, _NIKHAHIT, _AA, _AE, _EE = "\u0e33", "\u0e4d", "\u0e32", "\u0e41", "\u0e40\u0e40"
_DIGITS = re.compile("[0-9]+")
_DIGIT = "[0-9\u0e50-\u0e59\uff10-\uff19]"
_CONSONANTS = re.compile("[ก-ฮ]{2,6}")
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
_DAY = re.compile(r"([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?|([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_QUERY = re.compile(
    r"\s*(?:(?P<sign>[&|!()])|<->|'(?P<quoted>[^']*)'(?::[*A-D]+)?|(?P<plain>[^\s&|!()':]+)(?::[*A-D]+)?)"
)


class BadQuery(ValueError):
    """A search that cannot be read or is too long."""


def split(text: str) -> tuple[str, ...]:
    """The folded words of a text, each once.

    Raises:
        BadQuery.
    """
    found = tuple(dict.fromkeys(word for each in fold(text).split() if (word := each.strip(".") or each)))
    if len(found) > MAX_WORDS or any(len(word) > MAX_LENGTH for word in found):
        raise BadQuery(f"Must be at most {MAX_WORDS} words of {MAX_LENGTH} characters")
    return found


def sought(word: str, types: Mapping[str, str]) -> Sought:
    """Where a folded word may stand among these columns."""
    places = (_place(word, name, kind) for name, kind in types.items())
    return Sought(len(word), tuple(place for place in places if place is not None))


def plain(text: str, types: Mapping[str, str]) -> tuple[Condition, tuple[Sought, ...]]:
    """Rows that have every word of a text somewhere in these columns, and the words.

    Raises:
        BadQuery.
    """
    words = tuple(sought(word, types) for word in split(text))
    return AllOf(tuple(AnyOf(word.places) for word in words)), words


def query(text: str, types: Mapping[str, str]) -> tuple[Condition, tuple[Sought, ...]]:
    """The same of a query in PostgreSQL's words (`plain` false): `a & (b | !c)`; `a:*` is `a`, for any part is found.

    Raises:
        BadQuery.
    """
    return _Query(text, types).read()


def _place(word: str, name: str, kind: str) -> Compare | AnyOf | Matches | None:
    match kind:
        case "int8" | "numeric" | "float8":
            return _number(word, name, kind)
        case "bool":
            return Compare(name, "=", word == "true") if word in ("true", "false") else None
        case "date" | "timestamp" | "timestamptz":
            return _date(word, name, kind)
    return Matches(name, pattern(word))


def _number(word: str, name: str, kind: str) -> Compare | None:
    if not _NUMBER.fullmatch(word):
        return None
    if kind == "int8" and Decimal(word) != int(Decimal(word)):
        return None
    return Compare(name, "=", typed(str(int(Decimal(word))) if kind == "int8" else word, kind))


def _date(word: str, name: str, kind: str) -> AnyOf | None:
    found = _DAY.fullmatch(word)
    if not found:
        return None
    year, month, day = found[1] or found[6], found[2] or found[5], found[3] or found[4]
    years = [int(year), *([int(year) - 543] if int(year) in BUDDHIST else [])]
    spans = [span for each in years if (span := _span(each, month and int(month), day and int(day))) is not None]
    parts: list[Condition] = []
    for first, after in spans:
        low, high = (_at(first, kind), _at(after, kind))
        parts.append(AllOf((Compare(name, ">=", low), Compare(name, "<", high))))
    return AnyOf(tuple(parts)) if parts else None


def _span(year: int, month: Any, day: Any) -> tuple[date, date] | None:
    """First day, and the day after the last, of a year, month or day."""
    try:
        first = date(year, month or 1, day or 1)
        if day:
            return first, first + timedelta(days=1)
        return first, date(year + (not month or month == 12), (month or 12) % 12 + 1, 1)
    except (ValueError, OverflowError):
        return None


def _at(day: date, kind: str) -> date:
    if kind == "date":
        return day
    return datetime(day.year, day.month, day.day, tzinfo=_THAI_TIME if kind == "timestamptz" else None)


def pattern(word: str) -> str:
    """A regular expression that finds a folded word in texts that were not folded."""
    between = f"[{_NOTHING}{'.' if _CONSONANTS.fullmatch(word) else ''}]*"
    units: list[str] = []
    at = 0
    while at < len(word):
        digits, marks = _DIGITS.match(word, at), _MARK.match(word, at)
        if digits:
            units.append(_digits(digits[0], between))
            at = digits.end()
        elif marks:
            at = marks.end()
            am = word[at : at + 1] == _AM
            units += _marks(marks[0], am=am, last=at + am == len(word), between=between)
            at += am
        else:
            units.append(_letter(word[at]))
            at += 1
    return between.join(units)


def _letter(letter: str) -> str:
    if letter == _AE:
        return f"(?:{_AE}|{_EE})"
    if letter == _AM:
        return f"(?:{_NIKHAHIT}{_AA}+|{_AM}+)"
    if letter in "\u0e30\u0e32\u0e45":
        return f"{letter}+"
    if letter.isascii() and letter.isalnum():
        wide = chr(ord(letter) + 0xFEE0)
        return f"[{letter}{letter.upper()}{wide}{wide.upper()}]"
    if len(letter.upper()) == 1 and letter.upper() != letter:
        return f"[{letter}{letter.upper()}]"
    return re.escape(letter)


def _digits(digits: str, between: str) -> str:
    """A run of digits, with or without a separator before every third from some place on."""
    each = [f"[{digit}{chr(ord(digit) + 0x0E20)}{chr(ord(digit) + 0xFEE0)}]" for digit in digits]
    forms = [between.join(each)]
    for first in (1, 2, 3):
        if first < len(digits):
            cuts = range(first, len(digits), 3)
            form = "".join(
                f"{',' if place in cuts else between if place else ''}{one}" for place, one in enumerate(each)
            )
            left = (len(digits) - first) % 3
            # the word may end within a group, which has three digits for all that
            forms.append(f"{form}{_DIGIT}{{{3 - left}}}" if left else form)
    return forms[0] if len(forms) == 1 else f"(?:{'|'.join(forms)})"


def _marks(marks: str, *, am: bool, last: bool, between: str) -> list[str]:
    """The marks over and under one consonant, in whatever order and number they were typed."""
    if am:
        if len(marks) == 1:
            tone = marks
            forms = (f"{tone}+{_AM}+", f"{_AM}+{tone}+", f"{_NIKHAHIT}{tone}+{_AA}+", f"{tone}+{_NIKHAHIT}{_AA}+")
            return [f"(?:{'|'.join(forms)})"]
        return [f"[{marks}]{{{len(marks)},}}", _letter(_AM)]
    if len(marks) == 1:
        # the word may end where the cell has more marks, typed before this one
        before = f"[{_TONES}{_AM}{_NIKHAHIT}]*" if last else ""
        return [f"{before}{marks}+"]
    if len(marks) == 2:
        one, two = marks[0], marks[1]
        return [f"(?:{one}[{marks}]*{two}|{two}[{marks}]*{one})[{marks}]*"]
    return [f"[{marks}]{{{len(marks)},}}"]


class _Query:
    """Reads `a & (b | !c)`: `!` binds before `&` (or nothing), that before `|`."""

    def __init__(self, text: str, types: Mapping[str, str]) -> None:
        self._types = types
        self._tokens: list[tuple[str, str]] = []
        self._words: list[Sought] = []
        at, text = 0, text.rstrip()
        while at < len(text):
            found = _QUERY.match(text, at)
            if not found or len(self._tokens) > 5 * MAX_WORDS:
                raise BadQuery("Must be words with & | ! and parentheses between them")
            at = found.end()
            if found["sign"]:
                self._tokens.append((found["sign"], ""))
            elif found["quoted"] is not None or found["plain"] is not None:
                self._tokens.append(("word", found["quoted"] or found["plain"] or ""))

    def read(self) -> tuple[Condition, tuple[Sought, ...]]:
        if not self._tokens:
            return AllOf(()), ()
        found = self._either()
        if self._tokens:
            raise BadQuery("Must be words with & | ! and parentheses between them")
        return found, tuple(self._words)

    def _either(self) -> Condition:
        parts = [self._both()]
        while self._next() == "|":
            self._tokens.pop(0)
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def _both(self) -> Condition:
        parts = [self._one()]
        while self._next() in ("&", "word", "!", "("):
            if self._next() == "&":
                self._tokens.pop(0)
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def _one(self) -> Condition:
        kind, text = self._tokens.pop(0) if self._tokens else ("", "")
        if kind == "!":
            seen = len(self._words)
            part = Not(self._one())
            del self._words[seen:]  # a row is not ranked by what it must not have
            return part
        if kind == "(":
            found = self._either()
            if self._next() != ")":
                raise BadQuery("Must close every parenthesis")
            self._tokens.pop(0)
            return found
        if kind != "word":
            raise BadQuery("Must be words with & | ! and parentheses between them")
        condition, words = plain(text, self._types)
        self._words += words
        if len(self._words) > MAX_WORDS:
            raise BadQuery(f"Must be at most {MAX_WORDS} words of {MAX_LENGTH} characters")
        return condition

    def _next(self) -> str:
        return self._tokens[0][0] if self._tokens else ""
