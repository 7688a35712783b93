"""Which chart a table gets without anybody asking: a number by time as a line, else by category as bars; a number by
province as a map.

Nothing is drawn where nothing sensible can be: no number that may be added up, or no column to tell it by. Codes,
years, coordinates and running numbers are numbers only to look at; shares are averaged, never added.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..recognition import codes
from ..recognition.rules import NUMBERS, TIMES, WHOLE
from .model import Choice, Grain, How

Column = Mapping[str, Any]
Profile = Mapping[str, Mapping[str, Any]]

POINTS = 60
"""Of a line."""
BARS = 10
NAMES = 200
"""Where each row has a label of its own, the ten highest of more than this many say little."""

_NO_MEASURE = re.compile(
    r"(^_?id$|_id$|^id_|code|รหัส|^no\.?$|ลำดับ|ลําดับ|เลขที่|^lat|^lon|^lng|latitude|longitude|ละติจูด|ลองจิจูด|พิกัด"
    r"|^x$|^y$|โทร|phone|zip|ไปรษณีย์)",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(^ปี|^พ\.?\s?ศ\.?|^ค\.?\s?ศ\.?|ปีงบ|ปีการศึกษา|(^|_)year)", re.IGNORECASE)
_SHARE = re.compile(r"(ร้อยละ|อัตรา|เฉลี่ย|สัดส่วน|ดัชนี|percent|rate|ratio|average|mean|index|%)", re.IGNORECASE)


def automatic(columns: Sequence[Column], profile: Profile) -> Iterator[Choice]:
    """Charts that may be sensible, the best first; whether one is, its points tell.

    Args:
        columns: as published, recognised.
        profile: `recognition.profile`'s columns.
    """
    value = next((column for column in columns if is_measure(column, profile)), None)
    for by in bys(columns):
        if by is not value and profile.get(by["id"], {}).get("distinct", 0) >= 2:
            yield chosen(value, by, profile)


def mapped(columns: Sequence[Column], profile: Profile) -> Choice | None:
    """The map of a table with provinces; rows are counted where there is nothing to add up."""
    by = next((column for column in columns if codes.LEVELS.get(column.get("means", "")) == codes.PROVINCE), None)
    if by is None:
        return None
    value = next((column for column in columns if is_measure(column, profile)), None)
    how: How = "count" if value is None else how_of(value["id"])
    return Choice("map", value["id"] if value else "", by["id"], how, means=by["means"])


def chosen(value: Column | None, by: Column, profile: Profile, how: str = "") -> Choice:
    """The chart of two columns; rows are counted without a value."""
    means = by.get("means", "")
    way: How = "count" if value is None else "mean" if how == "mean" else "sum" if how == "sum" else how_of(value["id"])
    told = value["id"] if value else ""
    if by["type"] in TIMES:
        return Choice("line", told, by["id"], way, grain(profile.get(by["id"], {})), means)
    if is_year(by):
        return Choice("line", told, by["id"], way, means=means)
    return Choice("bars", told, by["id"], way, means=means)


def grain(told: Mapping[str, Any]) -> Grain:
    """How finely dates are told so that a line has points enough and not too many."""
    days = told.get("distinct", 0)
    if days <= POINTS:
        return "day"
    first, last = str(told.get("min", ""))[:7], str(told.get("max", ""))[:7]
    try:
        months = 12 * (int(last[:4]) - int(first[:4])) + int(last[5:]) - int(first[5:])
    except ValueError:
        return "year"
    return "month" if months < POINTS else "year"


def measures(columns: Sequence[Column], profile: Profile) -> list[Column]:
    """Columns whose values may be told."""
    return [column for column in columns if is_measure(column, profile)]


def bys(columns: Sequence[Column]) -> list[Column]:
    """Columns to tell by: times first, then years as their owner writes them, then texts."""
    shown = [column for column in columns if "twin_of" not in column]
    times = [column for column in shown if column["type"] in TIMES]
    years = [column for column in shown if column not in times and is_year(column)]
    texts = [
        column
        for column in shown
        if column["type"] in ("text", "bool")
        and column not in years
        and not _NO_MEASURE.search(column["id"].strip())
        and column.get("means") not in {*codes.PERSONAL, codes.GEOMETRY, codes.POINT}
    ]
    places = [column for column in shown if column.get("means") in codes.LEVELS and column not in texts]
    return [*times, *years, *texts, *places]


def is_year(column: Column) -> bool:
    """Whether a column holds years."""
    if column.get("means") in codes.YEARS:
        return True
    return column["type"] in (*WHOLE, "text") and bool(_YEAR.search(column["id"].strip()))


def is_measure(column: Column, profile: Profile) -> bool:
    """Whether values of a column can be told: a number that is no code, no year and no running number."""
    name, told = column["id"].strip(), profile.get(column["id"], {})
    if column["type"] not in NUMBERS or "twin_of" in column or _NO_MEASURE.search(name) or _YEAR.search(name):
        return False
    if column.get("means"):
        return False
    low, high, filled = told.get("min"), told.get("max"), told.get("filled", 0)
    if low is None or high is None or low == high or filled < 2:
        return False
    running = column["type"] in WHOLE and filled > 2 and high - low + 1 == filled and told["distinct"] >= 0.9 * filled
    return not running


def how_of(name: str) -> How:
    """What becomes of values with the same label."""
    return "mean" if _SHARE.search(name) else "sum"
