"""The ways in which Thai offices write numbers, dates and yes or no: for each how it is told and what it means, as SQL.

    int8      -?(0|[1-9]...): leading zeros keep a code text
    numeric   up to 15 significant digits in one scale, so a JSON number (a double) gives back the same digits
    float8    longer decimals (coordinates, mostly), if the double nearest to each is written with the same digits
    written   the same numbers with thousands commas, Thai digits, a plus sign, or negative ones in brackets
    percent   numbers with a percent sign, all of them; the sign goes, the number stays ("12.5%" is 12.5)
    date      ISO 8601 in the Common or the Buddhist Era, day/month/year in the Buddhist Era, months by name;
              day/month/year in the Common Era only if it can be read in one order only
    timestamp ISO 8601, without or with an offset
    bool      true/false, and pairs of words if both occur

Buddhist years before 2484 are left alone: their January to March depend on who wrote them (the year began in April
until 2483), so a conversion could be wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from chalicelib.shared.dataclass import dataclass

MAX_SIGNIFICANT = 15
FIRST_SAFE_BE_YEAR = 2484
LAST_BE_YEAR = 2699
FIRST_YEAR = 2400
"""The lowest number that is taken for a Buddhist year where it stands alone."""

_THAI_DIGITS = "๐๑๒๓๔๕๖๗๘๙"
_THAI_FULL = (
    "มกราคม", "กุมภาพันธ์", "มีนาคม", "เมษายน", "พฤษภาคม", "มิถุนายน",
    "กรกฎาคม", "สิงหาคม", "กันยายน", "ตุลาคม", "พฤศจิกายน", "ธันวาคม",
)  # fmt: skip
_THAI_SHORT = ("ม.ค", "ก.พ", "มี.ค", "เม.ย", "พ.ค", "มิ.ย", "ก.ค", "ส.ค", "ก.ย", "ต.ค", "พ.ย", "ธ.ค")
_ENGLISH = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
PAIRS = (("yes", "no"), ("y", "n"), ("ใช่", "ไม่ใช่"), ("จริง", "เท็จ"), ("มี", "ไม่มี"))
"""Words for yes and no, lower-cased."""

_INTEGER = "(0|[1-9][0-9]*)"
_PLAIN = rf"{_INTEGER}(\.[0-9]+)?"
_GROUPED = r"[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]+)?"
_DECIMAL = r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,12})?"
_LONG = r"-?(0|[1-9][0-9]{0,14})\.[0-9]{1,17}"
_SCIENTIFIC = r"-?[0-9](\.[0-9]+)?[eE][+-][0-9]{1,3}|-?[0-9]\.[0-9]+[eE][0-9]{1,3}"
_TIME = r"[0-2][0-9]:[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?"
_ISO_DAY = r"(1[0-9]{3}|2[0-3][0-9]{2})-[0-1][0-9]-[0-3][0-9]"
_OFFSET = r" ?(Z|[+-][0-1][0-9](:?[0-5][0-9])?)"


@dataclass(frozen=True)
class Kind:
    """A way of writing.

    Attributes:
        code: its name.
        type: of the values, as `model.Table.columns` names it.
        value: SQL of the typed value by SQL of the text; NULL where the text is not written so.
        pattern: what every text of this kind matches, in Python; others may match it too.
        exact: SQL of whether the published value writes back to exactly the text; None: never.
        era: of the years, for dates.
    """

    code: str
    type: str
    value: Callable[[str], str]
    pattern: re.Pattern[str]
    exact: Callable[[str], str] | None = None
    era: str | None = None


def matches(value: str, pattern: str) -> str:
    """SQL of whether a text is wholly of a pattern."""
    return f"regexp_full_match({value}, {literal(pattern)})"


def literal(text: str) -> str:
    """A text as SQL."""
    return "'" + text.replace("'", "''") + "'"


def always(value: str) -> str:
    """SQL of a kind whose values always write back."""
    return "true"


def _not_minus_zero(value: str) -> str:
    return f"NOT (starts_with({value}, '-0') AND {matches(value, '-0([.]0*)?')})"


def _int(value: str) -> str:
    number = f"TRY_CAST({value} AS BIGINT)"
    return f"CASE WHEN CAST({number} AS VARCHAR) = {value} THEN {number} END"


def is_decimal(value: str) -> str:
    """SQL of whether a text is a plain decimal of up to 12 digits behind the point."""
    return f"({matches(value, _DECIMAL)} AND {_not_minus_zero(value)})"


def whole_digits(value: str) -> str:
    """SQL of the digits before the point."""
    return f"length(ltrim(split_part({value}, '.', 1), '-'))"


def scale_digits(value: str) -> str:
    """SQL of the digits behind the point."""
    return f"CASE WHEN contains({value}, '.') THEN strlen({value}) - strpos({value}, '.') ELSE 0 END"


def numeric(scale: int) -> Callable[[str], str]:
    """SQL of a decimal in one scale; NULL where a text has more digits behind the point, or is none."""
    behind = f"([.][0-9]{{1,{scale}}})?" if scale else ""
    pattern = f"-?(0|[1-9][0-9]{{0,14}}){behind}"
    return lambda value: (
        f"CASE WHEN {matches(value, pattern)} AND {_not_minus_zero(value)}"
        f" THEN TRY_CAST({value} AS DECIMAL({MAX_SIGNIFICANT}, {scale})) END"
    )


def _double(value: str) -> str:
    digits = f"length(replace(ltrim({value}, '-'), '.', ''))"
    number = f"TRY_CAST({value} AS DOUBLE)"
    short = f"({matches(value, _DECIMAL)} AND {digits} <= {MAX_SIGNIFICANT})"
    return (
        f"CASE WHEN {_not_minus_zero(value)} AND ({short} OR ({matches(value, _LONG)}"
        f" AND CAST({number} AS VARCHAR) = {value})) THEN {number} END"
    )


def _scientific(value: str) -> str:
    number = f"TRY_CAST({value} AS DOUBLE)"
    short = f"({matches(value, _PLAIN)} AND length({value}) <= {MAX_SIGNIFICANT})"
    return f"CASE WHEN ({matches(value, _SCIENTIFIC)} OR {short}) AND isfinite({number}) THEN {number} END"


def _exact_double(value: str) -> str:
    return f"CAST(TRY_CAST({value} AS DOUBLE) AS VARCHAR) = {value}"


def plain_number(decimal: str) -> Callable[[str], str]:
    """SQL that writes a number as Thai offices write it plainly: "(๑,๒๓๔.๕)" becomes "-1234.5"; NULL for no number.

    Args:
        decimal: the decimal mark; with "," the point separates thousands.
    """

    def plain(value: str) -> str:
        text = f"translate({value}, '{_THAI_DIGITS}−', '0123456789-')"
        if decimal == ",":
            text = f"translate({text}, ',.', '.,')"
        number = f"({_GROUPED}|{_PLAIN})"
        return (
            f"CASE WHEN {matches(text, f'[-+]?{number}')} THEN replace(ltrim({text}, '+'), ',', '')"
            f" WHEN {matches(text, f'[(]{number}[)]')} THEN '-' || replace(trim({text}, '()'), ',', '') END"
        )

    return plain


def percent(value: str) -> str:
    """SQL of the number before a percent sign, as text."""
    digits = f"translate({value}, '{_THAI_DIGITS}', '0123456789')"
    return f"CASE WHEN {matches(digits, f'[-+]?{_PLAIN} ?%')} THEN rtrim(ltrim({digits}, '+'), ' %') END"


def _truth(value: str) -> str:
    return f"CASE lower({value}) WHEN 'true' THEN true WHEN 'false' THEN false END"


def _iso(value: str) -> str:
    day = f"TRY_CAST({value} AS DATE)"
    between = f"{day} BETWEEN DATE '1000-01-01' AND DATE '2399-12-31'"
    return f"CASE WHEN {between} AND CAST({day} AS VARCHAR) = {value} THEN {day} END"


def _parts(year: str, month: str, day: str) -> str:
    return f"TRY_CAST({year} || '-' || {month} || '-' || {day} AS DATE)"


def _ce_of_be(year: str) -> str:
    number = f"TRY_CAST({year} AS INTEGER)"
    safe = f"{number} BETWEEN {FIRST_SAFE_BE_YEAR} AND {LAST_BE_YEAR}"
    return f"(CASE WHEN {safe} THEN CAST({number} - 543 AS VARCHAR) END)"


def _digits(value: str) -> str:
    return f"translate({value}, '{_THAI_DIGITS}', '0123456789')"


def _split(value: str, pattern: str, group: int) -> str:
    return f"regexp_extract({value}, {literal(pattern)}, {group})"


def _be_iso(value: str) -> str:
    text = _digits(value)
    year, month, day = (f"split_part({text}, '-', {at})" for at in (1, 2, 3))
    is_written = matches(text, "2[4-6][0-9]{2}-[0-1][0-9]-[0-3][0-9]")
    return f"CASE WHEN {is_written} THEN {_parts(_ce_of_be(year), month, day)} END"


_DAY_FIRST = r"([0-3]?[0-9])[/.-]([0-1]?[0-9])[/.-]({year})"
_MONTH_FIRST = r"([0-1]?[0-9])[/.-]([0-3]?[0-9])[/.-]({year})"


def _slashed(value: str, year_pattern: str, year: Callable[[str], str], *, day_first: bool = True) -> str:
    pattern = (_DAY_FIRST if day_first else _MONTH_FIRST).replace("{year}", year_pattern)
    plainest = pattern.replace("[/.-]", "/")
    text = f"translate({_digits(value)}, '.-', '//')"
    # nearly all are written 02/01/2566; cutting these by place takes a quarter of the time
    places = [f"substr({value}, {at}, {many})" for at, many in ((1, 2), (4, 2), (7, 4))]
    cut = _in_order(places, year, day_first)
    split = _in_order([f"split_part({text}, '/', {at})" for at in (1, 2, 3)], year, day_first)
    return (
        f"CASE WHEN strlen({value}) = 10 AND {matches(value, plainest)} THEN {cut}"
        f" WHEN {matches(_digits(value), pattern)} THEN {split} END"
    )


def _in_order(parts: Sequence[str], year: Callable[[str], str], day_first: bool) -> str:
    first, second, third = parts
    return _parts(year(third), second, first) if day_first else _parts(year(third), first, second)


def _be_slashed(value: str) -> str:
    return _slashed(value, "2[4-6][0-9]{2}", _ce_of_be)


def _short_year(year: str, era: str) -> str:
    return _ce_of_be(f"('25' || {year})") if era == "BE" else f"('20' || {year})"


def _named_pattern() -> str:
    short = "|".join(name.replace(".", r"\.?") + r"\.?" for name in _THAI_SHORT)
    english = "|".join(f"{name}|{name[:3]}\\.?" for name in _ENGLISH)
    return (
        rf"(?:วันที่ *)?([0-3]?[0-9])[ /-]*({'|'.join(_THAI_FULL)}|{short}|{english}),?[ /-]*"
        r"(?:พ\.?ศ\.?|ค\.?ศ\.?)? *([0-9]{4}|[0-9]{2})"
    )


_NAMED = _named_pattern()


def _month(word: str) -> str:
    bare = f"replace({word}, '.', '')"
    lists = [
        "[" + ", ".join(f"'{name.replace('.', '')}'" for name in names) + "]"
        for names in (_THAI_FULL, _THAI_SHORT, _ENGLISH, [name[:3] for name in _ENGLISH])
    ]
    positions = ", ".join(f"nullif(list_position({names}, {bare}), 0)" for names in lists)
    return f"CAST(coalesce({positions}) AS VARCHAR)"


def _named(value: str, year: Callable[[str], str]) -> str:
    text = f"lower({_digits(value)})"
    day, month, years = (_split(text, _NAMED, at) for at in (1, 2, 3))
    return f"CASE WHEN {matches(text, _NAMED)} THEN {_parts(year(years), _month(month), day)} END"


def _timestamp(value: str) -> str:
    return f"CASE WHEN {matches(value, f'{_ISO_DAY}([T ]{_TIME})?')} THEN TRY_CAST({value} AS TIMESTAMP) END"


def _exact_timestamp(value: str) -> str:
    return f"CAST(TRY_CAST({value} AS TIMESTAMP) AS VARCHAR) = replace({value}, 'T', ' ')"


def _timestamptz(value: str) -> str:
    return f"CASE WHEN {matches(value, f'{_ISO_DAY}[T ]{_TIME}{_OFFSET}')} THEN TRY_CAST({value} AS TIMESTAMPTZ) END"


def _exact_timestamptz(value: str) -> str:
    # published in Thai time; Thailand has had this offset since 1920
    thai = f"CAST(CAST(TRY_CAST({value} AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS TIMESTAMP) + INTERVAL 7 HOUR AS VARCHAR)"
    return f"{thai} || '+07:00' = replace({value}, 'T', ' ')"


_DIGIT = f"[0-9{_THAI_DIGITS}]"


def _like(pattern: str) -> re.Pattern[str]:
    """A pattern with Thai digits too, in any case."""
    return re.compile(pattern.replace("[0-9]", _DIGIT), re.IGNORECASE)


WRITTEN_NUMBER = re.compile(rf"[-+−(]?{_DIGIT}[{_THAI_DIGITS}0-9,.]*[)]?")
PERCENTAGE = re.compile(rf"[-+]?{_DIGIT}[{_THAI_DIGITS}0-9.]* ?%")
_SLASHES = _like("[0-9]{1,2}[/.-][0-9]{1,2}[/.-](?:[0-9]{2}){1,2}")

INT = Kind("int8", "int8", _int, re.compile(rf"-?{_INTEGER}"), always)
NUMERIC = Kind("numeric", "numeric", numeric(0), re.compile(_DECIMAL), always)
DOUBLE = Kind("float8", "float8", _double, re.compile(f"{_DECIMAL}|{_LONG}"), always)
TRUTH = Kind(
    "truth", "bool", _truth, re.compile("true|false", re.IGNORECASE), lambda value: f"{value} IN ('true', 'false')"
)
ISO = Kind("iso", "date", _iso, re.compile(_ISO_DAY), always, "CE")
BE_ISO = Kind("be_iso", "date", _be_iso, _like("[0-9]{4}-[0-9]{2}-[0-9]{2}"), None, "BE")
TIMESTAMP = Kind("timestamp", "timestamp", _timestamp, re.compile(f"{_ISO_DAY}([T ]{_TIME})?"), _exact_timestamp, "CE")
TIMESTAMPTZ = Kind(
    "timestamptz", "timestamptz", _timestamptz, re.compile(f"{_ISO_DAY}[T ]{_TIME}{_OFFSET}"), _exact_timestamptz, "CE"
)
BE_SLASHED = Kind("be_slashed", "date", _be_slashed, _SLASHES, None, "BE")
SCIENTIFIC = Kind("scientific", "float8", _scientific, re.compile(f"{_SCIENTIFIC}|{_PLAIN}"), _exact_double)


def ce_slashed(*, day_first: bool) -> Kind:
    """A date of the Common Era with slashes, in one of the two orders."""

    def value(text: str) -> str:
        return _slashed(text, "1[89][0-9]{2}|20[0-9]{2}", lambda year: year, day_first=day_first)

    pattern = (_DAY_FIRST if day_first else _MONTH_FIRST).replace("{year}", "1[89][0-9]{2}|20[0-9]{2}")
    return Kind("dmy" if day_first else "mdy", "date", value, _like(pattern), None, "CE")


def short_slashed(era: str, *, day_first: bool) -> Kind:
    """A date with slashes and a year of two digits, when its owner told the era."""

    def value(text: str) -> str:
        return _slashed(text, "[0-9]{2}", lambda year: _short_year(year, era), day_first=day_first)

    return Kind("short_slashed", "date", value, _SLASHES, None, era)


def named_be(era: str | None) -> Kind:
    """A date with its month by name, in the Buddhist Era.

    A year of two digits is Buddhist, if it is 40 to 99 (2540-2599) or its owner says so: 2 ม.ค. 24 may as well be 2024.
    """

    def year(text: str) -> str:
        lowest = 0 if era == "BE" else 40
        short = f"TRY_CAST({text} AS INTEGER) >= {lowest}" if era != "CE" else "false"
        return f"(CASE WHEN length({text}) = 4 THEN {_ce_of_be(text)} WHEN {short} THEN {_short_year(text, 'BE')} END)"

    return Kind("named_be", "date", lambda value: _named(value, year), _like(_NAMED), None, "BE")


def named_ce(era: str | None) -> Kind:
    """A date with its month by name, in the Common Era; years of two digits only if their owner says so."""

    def year(text: str) -> str:
        number = f"TRY_CAST({text} AS INTEGER)"
        short = f" WHEN length({text}) = 2 THEN {_short_year(text, 'CE')}" if era == "CE" else ""
        return f"(CASE WHEN length({text}) = 4 AND {number} BETWEEN 1000 AND 2399 THEN {text}{short} END)"

    return Kind("named_ce", "date", lambda value: _named(value, year), _like(_NAMED), None, "CE")


def truth_of(yes: str, no: str) -> Kind:
    """Yes or no by a pair of words."""

    def value(text: str) -> str:
        return f"CASE lower({text}) WHEN {literal(yes)} THEN true WHEN {literal(no)} THEN false END"

    return Kind(f"words_{yes}", "bool", value, re.compile(f"{yes}|{no}", re.IGNORECASE), None)
