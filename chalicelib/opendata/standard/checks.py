"""What a dataset lacks before everybody may see it, in words for its editor.

Asked when a dataset is handed to the steward and again when it becomes public, never when a draft is saved. Errors
stand in the way; warnings are advice: fields that the standard has for other types, a name longer than some catalogues
take, a title that another dataset has too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from chalicelib.shared.dataclass import dataclass

from .fields import Field, is_email, thai_standard, type_letter

LONGEST_NAME = 70
"""Characters of a name that the agencies' catalogues take; CKAN itself takes 100."""
BUDDHIST_FROM = 2400
"""Years from here on are of the Buddhist Era: 2400 B.E. is 1857, and no dataset tells of the 25th century."""
EMPTY: tuple[Any, ...] = (None, "", [])

_WITHOUT_INTERVAL = frozenset({"ไม่ทราบ", "ตามเวลาจริง", "ไม่มีการปรับปรุงหลังจากการจัดเก็บข้อมูล", "อื่นๆ"})
_DATE = re.compile(r"([0-9]{4})(-[0-9]{2}(-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?)?)?)?")
_NUMBER = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,12})?")


@dataclass(frozen=True)
class Shortcoming:
    """One thing that is missing or wrong.

    Attributes:
        field: name of the field; `resources/0/name` for the first resource's.
        message: as CKAN says it.
        th, en: what to do.
        warning: True where it does not stand in the way.
    """

    field: str
    message: str
    th: str
    en: str
    warning: bool = False

    @property
    def pointer(self) -> str:
        """JSON Pointer into the dataset."""
        return f"/{self.field}"


def shortcomings(dataset: Mapping[str, Any], resources: Sequence[Mapping[str, Any]] = ()) -> list[Shortcoming]:
    """All that stands against publishing, errors first, in the order of the form.

    Args:
        dataset: its fields, with `owner_org`; `name` where its length is to be looked at.
        resources: their fields.
    """
    letter = type_letter(dataset)
    found = [*_of_fields(thai_standard().fields, dataset, letter), *_of_the_whole(dataset)]
    for number, resource in enumerate(resources):
        place = f"resources/{number}/"
        found += _of_fields(thai_standard().resource_fields, resource, letter, place)
    return sorted(found, key=lambda each: each.warning)


def ce_year(text: str) -> int:
    """A year of four digits in the Common Era, whichever era it was written in."""
    year = int(text)
    return year - 543 if year >= BUDDHIST_FROM else year


def is_date(text: str) -> bool:
    """Whether this is a date, a month, a year or a time, as ISO 8601 writes them."""
    found = _DATE.fullmatch(text)
    if found is None:
        return False
    day = text[:10]
    try:
        date.fromisoformat(day + "-01-01"[len(day) - 4 :] if len(day) < 10 else day)
    except ValueError:
        return False
    return True


def is_web_address(text: str) -> bool:
    """Whether this leads somewhere on the web."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https", "ftp") and bool(parts.hostname)


def _of_fields(every: Sequence[Field], given: Mapping[str, Any], letter: str, place: str = "") -> Iterator[Shortcoming]:
    for each in every:
        value = given.get(each.name)
        if value in EMPTY:
            if each.mandatory:
                yield _missing(f"{place}{each.name}", each.th, each.en)
            continue
        values = value if isinstance(value, list) else [value]
        if each.other and each.other in values and given.get(f"{each.name}_other") in EMPTY:
            yield _missing(f"{place}{each.name}_other", f"{each.th} (อื่นๆ)", f"{each.en} (other)")
        wrong = _WRONG.get(each.kind)
        if wrong is not None and (said := wrong(str(value))):
            yield Shortcoming(
                f"{place}{each.name}", said[0], f"{each.th}: {said[1]}", f"{each.en}: {said[2]}", each.kind == "url"
            )
        if letter and letter not in each.types:
            yield Shortcoming(
                f"{place}{each.name}",
                "Does not belong to this type of dataset",
                f"{each.th}: รายการนี้ไม่ใช้กับชุดข้อมูลประเภทนี้",
                f"{each.en}: datasets of this type do not have it.",
                warning=True,
            )


def _missing(name: str, th: str, en: str) -> Shortcoming:
    return Shortcoming(name, "Missing value", f"โปรดระบุ{th}", f"{en}: give a value.")


def _of_the_whole(dataset: Mapping[str, Any]) -> Iterator[Shortcoming]:
    labels = {each.name: each for each in thai_standard().fields}
    for name, values in thai_standard().publishable.items():
        if dataset.get(name) not in EMPTY and dataset[name] not in values:
            only = ", ".join(values)
            yield Shortcoming(
                name,
                f"Only public data ({only}) can be published",
                f"{labels[name].th}: เผยแพร่ได้เฉพาะ {only}",
                f"{labels[name].en}: only {only} can be published.",
            )
    unit = dataset.get("update_frequency_unit")
    if unit not in EMPTY and unit not in _WITHOUT_INTERVAL and dataset.get("update_frequency_interval") in EMPTY:
        yield Shortcoming(
            "update_frequency_interval",
            "Missing value",
            "ควรระบุค่าความถี่ของการปรับปรุงข้อมูล",
            "Interval of the update frequency: say how many of the unit.",
            warning=True,
        )
    yield from _of_years(dataset)
    yield from _of_box(dataset)
    if len(str(dataset.get("name", ""))) > LONGEST_NAME:
        yield Shortcoming(
            "name",
            f"Longer than {LONGEST_NAME} characters",
            f"ชื่อในที่อยู่ยาวเกิน {LONGEST_NAME} ตัวอักษร บัญชีข้อมูลของบางหน่วยงานไม่รับ",
            f"The name is longer than {LONGEST_NAME} characters: some agencies' catalogues do not take it.",
            warning=True,
        )


def _of_years(dataset: Mapping[str, Any]) -> Iterator[Shortcoming]:
    first, last = (str(dataset.get(name) or "") for name in ("first_year_of_data", "last_year_of_data"))
    if not _year(first) and not _year(last) and first and last and ce_year(first) > ce_year(last):
        yield Shortcoming(
            "last_year_of_data",
            "Must not be before the first year",
            "ปีข้อมูลล่าสุดต้องไม่ก่อนปีข้อมูลที่เริ่มต้น",
            "The last year of data must not be before the first.",
        )


def _of_box(dataset: Mapping[str, Any]) -> Iterator[Shortcoming]:
    sides = {side: str(dataset.get(f"{side}_bound_longitude") or "") for side in ("west", "east", "south", "north")}
    given = {side: text for side, text in sides.items() if text}
    if given and len(given) < 4:
        for side in sides.keys() - given.keys():
            yield _missing(f"{side}_bound_longitude", "พิกัดให้ครบทั้งสี่ด้าน", "All four bounds belong together")
    elif given and not any(map(_degrees(180), given.values())):
        numbers = {side: float(text) for side, text in given.items()}
        if numbers["south"] > numbers["north"] or numbers["west"] > numbers["east"]:
            yield Shortcoming(
                "west_bound_longitude",
                "West must not be greater than east, south not greater than north",
                "พิกัดตะวันตกต้องไม่เกินตะวันออก และพิกัดใต้ต้องไม่เกินเหนือ",
                "West must not be greater than east, nor south greater than north.",
            )


Said = tuple[str, str, str] | None
"""What is wrong: CKAN's message, Thai, English."""


def _date(text: str) -> Said:
    if is_date(text):
        return None
    return "Date format incorrect", "ต้องเป็นวันที่แบบ ค.ศ. เช่น 2026-01-31", "Must be a date like 2026-01-31."


def _year(text: str) -> Said:
    if re.fullmatch(r"[0-9]{4}", text) and 1500 <= int(text) <= 2700:
        return None
    return "Must be a year of four digits", "ต้องเป็นปีสี่หลัก", "Must be a year of four digits."


def _degrees(limit: int) -> Any:
    def wrong(text: str) -> Said:
        if _NUMBER.fullmatch(text) and abs(float(text)) <= limit:
            return None
        th = f"ต้องเป็นองศาทศนิยมระหว่าง -{limit} ถึง {limit}"
        return "Must be a number", th, f"Must be decimal degrees between -{limit} and {limit}."

    return wrong


def _email(text: str) -> Said:
    if is_email(text):
        return None
    return "Email is not a valid format", "ต้องเป็นที่อยู่อีเมล", "Must be an e-mail address."


def _url(text: str) -> Said:
    if is_web_address(text):
        return None
    return "Please provide a valid URL", "ควรเป็นที่อยู่เว็บที่ขึ้นต้นด้วย https://", "Should be a web address (https://...)."


_WRONG = {
    "date": _date,
    "year": _year,
    "longitude": _degrees(180),
    "latitude": _degrees(90),
    "email": _email,
    "url": _url,
}
