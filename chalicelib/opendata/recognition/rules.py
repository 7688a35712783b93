"""What a column holds, decided by its distinct values and, where values alone could mean many things, by its name.

A column counts as recognised when at least 95 in 100 of its distinct values fit; words that stand for a total or for
nothing known do not count. Short lists of common words would fit many things, so a column whose name says nothing
needs more values than one that is called "จังหวัด".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from functools import partial
from typing import TypeVar

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.later import pattern
from chalicelib.shared.thai import is_national_id

from . import codes, places
from .codes import AMPHOE, PROVINCE, TAMBON

T = TypeVar("T")

SHARE = 0.95
_UNHINTED = {PROVINCE: 3, AMPHOE: 8, TAMBON: 25}
"""Distinct names that it takes where the column's name says nothing."""
_UNHINTED_CODES = {AMPHOE: 5, TAMBON: 5}
_NO_VALUE = pattern(
    r"(รวม.*|.*ทั้งหมด|ทั้งประเทศ|ทั่วประเทศ|ทั่วราชอาณาจักร|ไม่ระบุ.*|ไม่ทราบ.*|อื่น ?ๆ?|total|grand total|all|whole kingdom"
    r"|nationwide|unknown|others?|n/?a|-+|\.+)",
    re.IGNORECASE,
)

_HINTS: Mapping[str, re.Pattern[str]] = {
    TAMBON: pattern(r"ตำบล|ตําบล|แขวง|tambon|tumbon|sub[-_ ]?district|khwaeng", re.IGNORECASE),
    AMPHOE: pattern(r"อำเภอ|อําเภอ|เขต|amphoe|amphur|ampher|(?<!sub)(?<!sub[-_ ])district|dcode|khet", re.IGNORECASE),
    PROVINCE: pattern(r"จังหวัด|changwat|province|(^|_)prov?(_|$|code)|^p_?(id|code|name)$|cwt", re.IGNORECASE),
}
_OTHER_CODE = pattern(r"ไปรษณีย์|zip|postal|post_?code", re.IGNORECASE)
_YEAR = pattern(r"^ปี|พ\.?\s?ศ\.?|ค\.?\s?ศ\.?|ปีงบ|(^|[\s_])ปี|(^|_|\s)years?($|_|\s)|fiscal_?year", re.IGNORECASE)
_LATITUDE = pattern(r"(^|_|\s)lat(itude)?($|_|\s)|ละติจูด|ละติจุด|แลตติจูด|รุ้ง", re.IGNORECASE)
_LONGITUDE = pattern(r"(^|_|\s)(lon|lng|long|longitude)($|_|\s)|ลองจิจูด|ลองติจูด|ลองจิจุด|แวง(?!ง)", re.IGNORECASE)
_ORGANIZATION = pattern(r"หน่วยงาน|ส่วนราชการ|organi[sz]ation|agency|ministry|กระทรวง|กรม", re.IGNORECASE)
_PERSON = pattern(
    r"ชื่อ[-\s–]*(และ)?\s*(นาม)?สกุล|ชื่อตัว|นามสกุล|ผู้รับใบอนุญาต|ผู้ประกอบการ|ชื่อผู้|ชื่อเจ้าของ|ชื่อบุคคล|first_?name|last_?name"
    r"|full_?name|surname|owner_?name",
    re.IGNORECASE,
)
_ORG_WORD = pattern(
    r"(กระทรวง|กรม|สำนัก|สํานัก|สถาบัน|เทศบาล|องค์การ|องค์กร|อบต|อบจ|มหาวิทยาลัย|การ(ไฟฟ้า|ประปา|รถไฟ|ทาง|ท่า|เคหะ|ยาง|นิคม)|จังหวัด|ธนาคาร"
    r"|ศาล|ศูนย์|คณะกรรมการ|โรงพยาบาล|โรงเรียน|กอง|ราชบัณฑิต|รัฐสภา|เมืองพัทยา|กรุงเทพมหานคร|ministry|department|office|university"
    r"|municipality|bureau|authority|institute)",
    re.IGNORECASE,
)
_PHONE = pattern(r"(\+66|0)[\s-]*[2-9](?:[\s-]*[0-9]){7,8}([\s,/-]*[0-9]+)*")
_EMAIL = pattern(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_POINT = pattern(r"\(?\s*(-?[0-9]{1,3}\.[0-9]+)\s*[,;\s]\s*(-?[0-9]{1,3}\.[0-9]+)\s*\)?")
_SHAPE = pattern(
    r'\s*(\{.*"(type|coordinates)"\s*:.*\}|(multi)?(point|linestring|polygon)\s*(z\s*)?\(.*\)|geometrycollection\s*\(.*\))\s*',
    re.IGNORECASE | re.DOTALL,
)
_POSTAL = pattern(r"[1-9][0-9]{4}")
WHOLE = frozenset({"int8", "int4", "int", "integer", "bigint"})
NUMBERS = WHOLE | {"numeric", "float8", "float4", "double"}
TIMES = frozenset({"date", "timestamp", "timestamptz"})


@dataclass(frozen=True)
class Found:
    """What a column was recognised as.

    Attributes:
        means: one of `codes`.
        share: of its distinct values that fit.
        values: of places, each value with its code ("" where several places share the name); of years, the year of the
            Common Era as text.
        misfits: values that do not fit.
    """

    means: str
    share: float = 1.0
    values: Mapping[str, str] = field(default_factory=dict)
    misfits: tuple[str, ...] = ()


def hinted(name: str) -> str | None:
    """The level of places that a column's name speaks of."""
    return next((level for level, pattern in _HINTS.items() if pattern.search(name)), None)


def by_type(name: str, type: str, low: float | None, high: float | None) -> Found | None:
    """What the type, the name and the range of a column tell already.

    Args:
        low, high: of a number.
    """
    if type in TIMES:
        return Found(codes.DATE)
    if type in NUMBERS and low is not None and high is not None:
        if _LATITUDE.search(name) and not _LONGITUDE.search(name) and -90 <= low <= high <= 90:
            return Found(codes.LATITUDE)
        if _LONGITUDE.search(name) and not _LATITUDE.search(name) and -180 <= low <= high <= 180:
            return Found(codes.LONGITUDE)
    return None


def by_values(name: str, type: str, era: str, values: Sequence[str]) -> Found | None:
    """What the distinct values of a column tell.

    Args:
        values: as texts, without blanks around them.
    """
    real = [value for value in values if not _NO_VALUE.fullmatch(value)]
    if not real:
        return None
    if type in WHOLE:
        return _years(name, era, real) or _coded(name, real) or _postal(name, real) or _national_id(real)
    if type != "text":
        return None
    for judge in (_shapes, _points, _personal, _postal):
        if found := judge(name, real):
            return found
    return _coded(name, real) or _named(name, real) or _organizations(name, real)


def _years(name: str, era: str, values: Sequence[str]) -> Found | None:
    years = [int(value) for value in values]
    low, high = min(years), max(years)
    said = bool(_YEAR.search(name)) or era == "BE"
    if said and low >= 2400 and high <= 2643:
        return Found(codes.YEAR_BE, values={str(year): str(year - 543) for year in years})
    if said and low >= 1857 and high <= 2100:
        return Found(codes.YEAR_CE, values={str(year): str(year) for year in years})
    return None


def _coded(name: str, values: Sequence[str]) -> Found | None:
    """Codes of places; two digits can be anything, so those need a name that says so."""
    if _OTHER_CODE.search(name):
        return None
    hint = hinted(name)
    for level, means in ((PROVINCE, codes.PROVINCE_CODE), (AMPHOE, codes.AMPHOE_CODE), (TAMBON, codes.TAMBON_CODE)):
        known = _known(values, partial(places.code_of, level))
        if known is None:
            continue
        iso = level == PROVINCE and all(value.upper().startswith("TH") for value, code in known.items() if code)
        if hint is not None or iso or len(values) >= _UNHINTED_CODES.get(level, 1_000):
            return _found(means, values, known)
    return None


def _named(name: str, values: Sequence[str]) -> Found | None:
    hint = hinted(name)
    levels = [hint] if hint else [PROVINCE, AMPHOE, TAMBON]
    means = {PROVINCE: codes.PROVINCE_NAME, AMPHOE: codes.AMPHOE_NAME, TAMBON: codes.TAMBON_NAME}
    for level in levels:
        if len(values) < (1 if hint else _UNHINTED[level]):
            continue
        there = _known(values, partial(places.named, level))
        if there is not None:
            known = {value: found[0] if len(found) == 1 else "" for value, found in there.items() if found}
            return _found(means[level], values, known)
    return None


def _found(means: str, values: Sequence[str], known: Mapping[str, str]) -> Found:
    good = {value: code for value, code in known.items() if code or means in codes.NAMES}
    misfits = tuple(value for value in values if value not in good)
    return Found(means, round(len(good) / len(values), 4), good, misfits)


def _known(values: Sequence[str], test: Callable[[str], T]) -> dict[str, T] | None:
    """What a test says of each value; None as soon as too many do not pass."""
    spare = len(values) - SHARE * len(values)
    found: dict[str, T] = {}
    for value in values:
        found[value] = test(value)
        if not found[value]:
            spare -= 1
            if spare < 0:
                return None
    return found


def _plain(means: str, values: Sequence[str], test: Callable[[str], object]) -> Found | None:
    known = _known(values, test)
    if known is None:
        return None
    wrong = tuple(value for value, fits in known.items() if not fits)
    return Found(means, round(1 - len(wrong) / len(values), 4), misfits=wrong)


def _organizations(name: str, values: Sequence[str]) -> Found | None:
    if not _ORGANIZATION.search(name) and len(values) < 5:
        return None
    return _plain(codes.ORGANIZATION_NAME, values, lambda value: _ORG_WORD.match(value))


def _shapes(name: str, values: Sequence[str]) -> Found | None:
    return _plain(codes.GEOMETRY, values, lambda value: _SHAPE.fullmatch(value))


def _points(name: str, values: Sequence[str]) -> Found | None:
    return _plain(codes.POINT, values, lambda value: point(value) is not None)


def _personal(name: str, values: Sequence[str]) -> Found | None:
    if _PERSON.search(name):
        return Found(codes.PERSON_NAME)
    for means, test in ((codes.EMAIL, _EMAIL.fullmatch), (codes.PHONE, _PHONE.fullmatch)):
        # phones are written in every way; half of them are enough to keep all of them back
        wrong = sum(not test(value) for value in values)
        if wrong <= len(values) / 2:
            return Found(means, round(1 - wrong / len(values), 4))
    return _national_id(values)


def _national_id(values: Sequence[str]) -> Found | None:
    return None if _known(values, _national) is None else Found(codes.NATIONAL_ID)


def _postal(name: str, values: Sequence[str]) -> Found | None:
    if not _OTHER_CODE.search(name):
        return None
    return _plain(codes.POSTAL_CODE, values, lambda value: _POSTAL.fullmatch(value))


def _national(value: str) -> bool:
    digits = value.replace("-", "").replace(" ", "")
    return is_national_id(digits)


def point(text: str) -> tuple[float, float] | None:
    """(longitude, latitude) of a text like `13.75, 100.5`; which is which follows from where Thailand lies."""
    found = _POINT.fullmatch(text)
    if found is None:
        return None
    one, two = float(found[1]), float(found[2])
    if abs(one) > 90 or (97 <= one <= 106 and 5 <= two <= 21):
        one, two = two, one
    return (two, one) if abs(one) <= 90 and abs(two) <= 180 else None
