"""Provinces, districts (amphoe, khet) and sub-districts (tambon, khwaeng) by name and by code.

Codes are those of the Department of Provincial Administration (TIS 1099 for provinces): a sub-district's six digits
begin with its district's four, and these with its province's two. Names are compared without their prefixes, in one
spelling (`thai_fold`), without blanks, hyphens and dots; in Thai or English.

The list is `data/places.txt` (source and licence stand in it), read when it is first needed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from chalicelib.shared.later import pattern
from chalicelib.shared.provinces import provinces
from chalicelib.shared.thai_fold import fold

from .codes import AMPHOE, PROVINCE, TAMBON

_FILE = Path(__file__).parent / "data" / "places.txt"

_PREFIXES = {
    PROVINCE: pattern(r"^(จังหวัด|จ\.|จ(?=\s)|changwat\b|province of\b)|(\bprovince|\bmetropolis)$"),
    AMPHOE: pattern(
        r"^(กิ่งอำเภอ|กิ่ง\s*อ\.|อำเภอ|อ\.|อ(?=\s)|เขต|ข\.|king amphoe\b|amphoe\b|amphur\b|khet\b)|(\bdistrict)$"
    ),
    TAMBON: pattern(r"^(ตำบล|ต\.|ต(?=\s)|แขวง|ข\.|tambon\b|khwaeng\b)|(\bsub-?\s?district)$"),
}
_BETWEEN = pattern(r"[\s\-.'’`()_/]+")
_ALIASES = {
    "กทม": "10",
    "กรุงเทพ": "10",
    "krungthep": "10",
    "krungthepmahanakhon": "10",
    "bkk": "10",
    "อยุธยา": "14",
    "ayutthaya": "14",
    "phranakhonsiayudhya": "14",
    "โคราช": "30",
    "korat": "30",
    "phattalung": "93",
}
_ISO = pattern(r"TH-?(?P<code>[0-9]{2})", re.IGNORECASE)


@cache
def _reference() -> dict[str, dict[str, tuple[str, str]]]:
    """level -> code -> (Thai, English); in the order of the codes."""
    found: dict[str, dict[str, tuple[str, str]]] = {
        PROVINCE: {code: (each.th, each.en) for code, each in sorted(provinces().items())},
        AMPHOE: {},
        TAMBON: {},
    }
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            code, th, en = line.split("|")
            found[AMPHOE if len(code) == 4 else TAMBON][code] = (th, en)
    return found


@cache
def _by_name(level: str) -> dict[str, tuple[str, ...]]:
    """plain name -> codes."""
    found: dict[str, list[str]] = {}
    for code, names in _reference()[level].items():
        for name in dict.fromkeys(plain(level, name) for name in names):
            found.setdefault(name, []).append(code)
    if level == PROVINCE:
        found |= {alias: [code] for alias, code in _ALIASES.items()}
    if level == AMPHOE:
        # the seat of a province (Bangkok has none) is called by the province, or, inside of it, just "town"
        for code, (th, en) in list(_reference()[PROVINCE].items())[1:]:
            seat = f"{code}01"
            for town, whole in (("เมือง", plain(PROVINCE, th)), ("mueang", plain(PROVINCE, en))):
                found.setdefault(town, []).append(seat)
                found.setdefault(f"{town}{whole}", [seat])
    return {name: tuple(dict.fromkeys(codes)) for name, codes in found.items()}


def codes(level: str) -> Sequence[str]:
    """All codes of a level, in order."""
    return _order(level)


@cache
def _order(level: str) -> tuple[str, ...]:
    return tuple(sorted(_reference()[level]))


@cache
def places_in_order(level: str) -> Mapping[str, int]:
    """The place of each code in the order of its level."""
    return {code: place for place, code in enumerate(_order(level))}


def name(level: str, code: str, language: str = "th") -> str:
    """The name of a place; its code where there is none of this code."""
    names = _reference()[level].get(code)
    return code if names is None else names[language == "en"]


def plain(level: str, text: str) -> str:
    """A name without its prefix and whatever people write differently."""
    folded = fold(text.replace("ฯ", "")).strip()
    folded = _PREFIXES[level].sub("", folded).strip()
    return _BETWEEN.sub("", folded)


def named(level: str, text: str) -> tuple[str, ...]:
    """Codes of the places with this name; several where provinces share a name."""
    return _by_name(level).get(plain(level, text), ())


def code_of_name(level: str, text: str, within: str = "") -> str:
    """The one place of this name, within another if that is said; "" where there is none or more than one."""
    found = [code for code in named(level, text) if code.startswith(within)]
    return found[0] if len(found) == 1 else ""


def code_of(level: str, value: object) -> str:
    """The code that a value writes: digits as text or as a number, of a province also `TH-50`; "" for none."""
    text = str(value).strip()
    if level == PROVINCE and (iso := _ISO.fullmatch(text)):
        text = iso["code"]
    # a workbook makes 50.0 of 50
    text = text.removesuffix(".0")
    return text if text in places_in_order(level) else ""
