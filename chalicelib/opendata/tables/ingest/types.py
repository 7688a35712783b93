"""What each column holds, decided by every value of it and only when nothing is lost.

A loader that looks at the first rows breaks on the late "n/a"; one that types freely drops the leading zero of a
district code and reads 2567 as a year of the far future. Here the first rows only tell what a column cannot be, which
saves most of the work; what it is, every row decides. A column with one exception stays text, and text is never
changed. Words for "no value" become NULL in a typed column. Wherever a published value does not write back to exactly
what its owner wrote, the owner's text is kept in a column beside.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Literal

from chalicelib.shared.dataclass import dataclass

from . import kinds
from .kinds import Kind, literal
from .options import Options

ColumnType = Literal["text", "int8", "numeric", "float8", "bool", "date", "timestamp", "timestamptz"]
"""Names as CKAN's DataStore (PostgreSQL) shows them."""

BLANKS = " \t\r\n\u00a0"
"""What does not count as content around a value; the no-break space comes from spreadsheets."""

MISSING = (
    "-", "--", "---", "–", "—", "n/a", "na", "n.a.", "n.a", "null", "none", "nan", "#n/a", "#null!", "#div/0!", "#ref!",
    "#value!", "#name?", "#num!", "ไม่มีข้อมูล", "ไม่มี", "ไม่ระบุ", "ไม่ทราบ", "ไม่ปรากฏ", ".", "..", "...", "…",
)  # fmt: skip
"""Words for "no value", lower-cased; in a column of text they stay as they are."""

_SAME: Mapping[str, frozenset[str]] = {
    "int8": frozenset({"int8"}),
    "numeric": frozenset({"int8", "numeric"}),
    "float8": frozenset({"int8", "numeric", "float8"}),
    "bool": frozenset({"bool"}),
    "date": frozenset({"date"}),
    "timestamp": frozenset({"date", "timestamp"}),
    "timestamptz": frozenset({"timestamptz"}),
}
"""Which types of writing do for a type that an owner asks for."""

SQL_TYPES: Mapping[str, str] = {
    "text": "VARCHAR",
    "int8": "BIGINT",
    "float8": "DOUBLE",
    "bool": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "timestamptz": "TIMESTAMPTZ",
}


Over = Literal["v", "w", "q"]


@dataclass(frozen=True)
class Way:
    """A kind over a value as it stands (v), made plain first (w) or without its percent sign (q)."""

    kind: Kind
    over: Over = "v"

    @property
    def code(self) -> str:
        """Its name in reports."""
        return {"v": self.kind.code, "w": f"written_{self.kind.code}", "q": "percent"}[self.over]

    @property
    def pattern(self) -> re.Pattern[str]:
        """What every text written so matches; others may too."""
        return {"v": self.kind.pattern, "w": kinds.WRITTEN_NUMBER, "q": kinds.PERCENTAGE}[self.over]


@dataclass(frozen=True)
class Column:
    """A column as decided.

    Attributes:
        name: as in the header, made unique.
        type: as published.
        way: how its values are written; None for text.
        era: BE where the original writes Buddhist years.
        scale: for numeric, the digits after the point.
        filled: values that are not blank and, in a typed column, no word for "no value".
        missing: how many such words it has.
        careful: whether blanks around values and such words must be looked for.
        exact: whether each published value writes back to exactly the text.
        year: whether it holds Buddhist years as numbers.
        ambiguous: whether it holds dates that can be read in two orders.
        almost: share of its values in the first rows that are of the likeliest type, where it stayed text.
    """

    name: str
    type: ColumnType = "text"
    way: Way | None = None
    era: str | None = None
    scale: int = 0
    filled: int = 0
    missing: int = 0
    careful: bool = False
    exact: bool = True
    year: bool = False
    ambiguous: bool = False
    almost: float = 0.0


def quoted(name: str) -> str:
    """An SQL identifier that means exactly this name."""
    return '"' + name.replace('"', '""') + '"'


def trimmed(name: str) -> str:
    """SQL of a value without blanks around it, NULL when nothing is left; cheap where there are none."""
    value = quoted(name)
    ends = " OR ".join(f"suffix({value}, {literal(each)})" for each in BLANKS)
    edged = f"{value} < '!' OR starts_with({value}, '\u00a0') OR {ends}"
    return f"(CASE WHEN {edged} THEN nullif(trim({value}, {literal(BLANKS)}), '') ELSE {value} END)"


def begins_blank(name: str) -> str:
    """SQL of whether a value begins with a blank: every value that is nothing but blanks does."""
    return f"({quoted(name)} < '!' OR starts_with({quoted(name)}, '\u00a0'))"


def missing_words(options: Options) -> tuple[str, ...]:
    """The words that mean "no value", lower-cased."""
    return MISSING if options.missing is None else tuple(word.strip().lower() for word in options.missing)


def without(clean: str, missing: Sequence[str]) -> str:
    """SQL of a value, NULL where it is a word for "no value"."""
    if not missing:
        return clean
    return f"(CASE WHEN lower({clean}) IN ({', '.join(map(literal, missing))}) THEN NULL ELSE {clean} END)"


def ways_of(options: Options) -> list[Way]:
    """All that is looked for, the likelier and safer first."""
    ways = [Way(kind) for kind in (kinds.INT, kinds.NUMERIC, kinds.DOUBLE)] if options.decimal != "," else []
    ways += [Way(kind) for kind in (kinds.TRUTH, kinds.ISO, kinds.BE_ISO, kinds.TIMESTAMP, kinds.TIMESTAMPTZ)]
    ways += [Way(kind, "w") for kind in (kinds.INT, kinds.NUMERIC, kinds.DOUBLE)]
    ways += [Way(kinds.NUMERIC, "q"), Way(kinds.SCIENTIFIC), Way(kinds.BE_SLASHED)]
    orders = (True, False) if options.day_first is None else (options.day_first,)
    ways += [Way(kinds.ce_slashed(day_first=first)) for first in orders]
    if options.era:
        first = options.era == "BE" if options.day_first is None else options.day_first
        ways.append(Way(kinds.short_slashed(options.era, day_first=first)))
    ways += [Way(kinds.named_be(options.era)), Way(kinds.named_ce(options.era))]
    ways += [Way(kinds.truth_of(yes, no)) for yes, no in kinds.PAIRS]
    return ways


def fitting(ways: Sequence[Way], type_: str | None) -> list[Way]:
    """The ways that do for a type that an owner asks for; all of them where none is asked for."""
    if type_ is None:
        return list(ways)
    return [way for way in ways if way.kind.type in _SAME.get(type_, frozenset())]
