"""From counts to findings: what is sure, what is likely, and what is nothing.

One number in ten passes the check of a national id by chance, and a column of codes may be as long as one. So ids are
weighed by share: as many as chance explains are nothing. What the name of a column says weighs too, and what stands
beside names of persons weighs more than the same in a list of offices.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import sqrt
from re import Pattern
from typing import TYPE_CHECKING

from . import naming
from .model import Certainty, Finding, Kind

if TYPE_CHECKING:
    from .look import Seen

SURELY = 0.8
MOSTLY = 0.5
LONG = 80
"""Letters of a cell from which on a column of remarks is free text."""


def judge(seen: Sequence[Seen], heads: Mapping[int, Kind] | None = None) -> list[Finding]:
    """What is found in a table.

    Args:
        seen: its columns with what was counted.
        heads: columns whose own name is somebody's, by position, and what it is.
    """
    found = [*_names(seen), *_of_each(seen)]
    heads = heads or {}
    found += [Finding(kind, "likely", place, "", 1, 1.0) for place, kind in heads.items()]
    people = any(each.kind in ("person_name", "national_id") and each.blocks for each in found)
    found += _beside(seen, people=people)
    found += _small_cells(seen)
    shown = [replace(each, column="") if each.position in heads else each for each in found]
    return _once(seen, shown)


def by_chance(candidates: int, valid: int, ending_in_one: float) -> bool:
    """Whether so many different numbers of 13 digits pass the check only as codes do.

    Of the eleven remainders two give the check digit 1, each other digit has one: a code that ends in 1 passes in 2 of
    11 cases, any other in 1 of 11. Four deviations more than that are not chance.

    Args:
        candidates, valid: different numbers.
        ending_in_one: share of the candidates that end in 1.
    """
    expected = candidates * (1 + ending_in_one) / 11
    return valid <= 1.5 * expected + 4 * sqrt(expected)


def _find(column: Seen, kind: Kind, certainty: Certainty, test: str) -> Finding:
    rows, filled = column.count(test), column.count("filled")
    share = round(rows / filled, 4) if filled else 0.0
    return Finding(kind, certainty, column.position, column.name, rows, share, column.first.get(test, ()))


def _names(seen: Sequence[Seen]) -> list[Finding]:
    found: list[Finding] = []
    titles = any(_share(each, "title") >= MOSTLY for each in seen)
    surnames = [each for each in seen if _is(each, naming.SURNAME) and _share(each, "one_word") >= MOSTLY]
    for each in seen:
        named = each.count("named")
        if _is(each, naming.FULL_NAME) and (named or _share(each, "two_words") >= MOSTLY):
            found.append(_find(each, "person_name", "sure", "named" if named else "two_words"))
        elif each in surnames:
            found.append(_find(each, "person_name", "sure" if len(seen) > 1 else "likely", "one_word"))
        elif _is(each, naming.FIRST_NAME) and (titles or surnames) and _share(each, "one_word") >= MOSTLY:
            found.append(_find(each, "person_name", "sure", "one_word"))
        elif named:
            found.append(_find(each, "person_name", _of_names(named, _share(each, "named")), "named"))
    return found


def _of_names(rows: int, share: float) -> Certainty:
    if rows >= 3 and share >= 0.3:
        return "sure"
    return "likely" if rows >= 3 or share >= 0.02 else "hint"


def _of_each(seen: Sequence[Seen]) -> list[Finding]:
    found: list[Finding] = []
    for each in seen:
        if certainty := _id(each):
            found.append(_find(each, "national_id", certainty, "v13"))
        if certainty := _mobile(each):
            found.append(_find(each, "mobile_phone", certainty, "nine" if each.type != "text" else "mobile"))
        if each.count("mail"):
            found.append(_find(each, "email", "sure" if each.count("mail") > 2 else "likely", "mail"))
        elif each.count("line_said"):
            found.append(_find(each, "line_id", "likely", "line_said"))
        for kind, test in _BY_NAME:
            if each.count(test) and _share(each, test) >= MOSTLY:
                found.append(_find(each, kind, "likely", test))
        if each.count("filled") and _is(each, naming.PATIENT):
            found.append(_find(each, "patient_number", "likely", "filled"))
        if _is(each, naming.REMARK) and each.count("letters") > LONG * each.count("filled") > 0:
            found.append(_find(each, "free_text", "hint", "filled"))
    return found


_BY_NAME: tuple[tuple[Kind, str], ...] = (
    ("passport", "passport"),
    ("bank_account", "account"),
    ("line_id", "line_name"),
    ("car_plate", "plate"),
)


def _id(column: Seen) -> Certainty | None:
    candidates, valid = column.count("c13"), column.count("v13")
    if not valid:
        return None
    if _is(column, naming.NATIONAL_ID) or column.count("grouped"):
        return "sure"
    if not by_chance(column.count("cd"), column.count("vd"), column.count("e1") / candidates):
        return "sure" if valid >= SURELY * candidates else "likely"
    # a single one in a text, with no other number of this length about, is not the tenth of a column of codes
    return "likely" if column.type == "text" and valid == candidates else None


def _mobile(column: Seen) -> Certainty | None:
    named = _is(column, naming.PHONE)
    if column.type != "text":
        return "sure" if named and _share(column, "nine") >= MOSTLY else None
    mobile = column.count("mobile")
    if not mobile:
        return None
    if named:
        return "sure" if _share(column, "mobile") >= MOSTLY else "likely"
    # numbers of ten digits in a column that does not say so: telephones, if most are, or if they are written like some
    said, mostly = column.count("said"), mobile + column.count("land") >= MOSTLY * column.count("digits")
    return "likely" if said >= 3 or (mostly and (said or mobile >= 3)) else None


def _beside(seen: Sequence[Seen], *, people: bool) -> list[Finding]:
    """What tells more about somebody who is named, and little without."""
    if not people:
        return []
    found: list[Finding] = []
    for each in seen:
        if each.count("filled") and _is(each, naming.BIRTH):
            found.append(_find(each, "birth_date", "sure", "filled"))
        if each.count("house") and not _is(each, naming.OFFICE):
            found.append(_find(each, "home_address", "likely", "house"))
        if each.count("land") and _is(each, naming.PHONE) and not _is(each, naming.OFFICE):
            found.append(_find(each, "phone", "likely", "land"))
    return found


def _small_cells(seen: Sequence[Seen]) -> list[Finding]:
    """Counts of 1 to 4 people, where the table tells of something sensitive in a small place."""
    if not any(_is(each, naming.FINE_PLACE) for each in seen):
        return []
    if not any(_is(each, naming.SENSITIVE) for each in seen):
        return []
    return [
        _find(each, "small_cells", "likely", "small") for each in seen if each.count("small") and "small" in each.first
    ]


def _once(seen: Sequence[Seen], found: Sequence[Finding]) -> list[Finding]:
    """Each kind once for a column and the original writing of it."""
    names = {each.position: each.name for each in seen}
    originals = {each.position: each.original_of for each in seen if each.original_of}
    there = {(names[each.position], each.kind) for each in found if each.position not in originals}
    kept: dict[tuple[int, str], Finding] = {}
    for each in found:
        if (originals.get(each.position, ""), each.kind) not in there:
            kept.setdefault((each.position, each.kind), each)
    return list(kept.values())


def _share(column: Seen, test: str) -> float:
    filled = column.count("filled")
    return column.count(test) / filled if filled else 0.0


def _is(column: Seen, names: Pattern[str]) -> bool:
    return names.search(column.plain) is not None
