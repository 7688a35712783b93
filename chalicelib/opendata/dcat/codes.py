"""Thai codes said in the words of the EU's authority tables; the tables are data (`data/codes.json`).

Where the EU has no word for a Thai one, nothing is said, or the table's own word for "other": a wrong code misleads
every portal that harvests it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from ..standard.checks import ce_year

AUTHORITY = "http://publications.europa.eu/resource/authority/"
MEDIA_TYPES = "http://www.iana.org/assignments/media-types/"
ADMS_LICENCE_TYPE = "http://purl.org/adms/licencetype/"
ADMS_PUBLISHER_TYPE = "http://purl.org/adms/publishertype/"
HVD_CATEGORY = "http://data.europa.eu/bna/"
HVD_SCHEME = "http://data.europa.eu/bna/asd487ae75"
"""The vocabulary of the six categories of Commission Implementing Regulation (EU) 2023/138."""

THAILAND = (97.34, 5.61, 105.64, 20.47)
"""West, south, east, north of Thailand in degrees."""
THAILAND_CENTRE = (101.0, 15.1)
"""Longitude and latitude of the country's middle, in degrees."""

_DATA = Path(__file__).parent / "data" / "codes.json"
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}")
_DATE = re.compile(r"(?:[พค]\.?ศ\.?\s*)?([12][0-9]{3})(?:-([0-9]{2})(?:-([0-9]{2})(?:[T ].*)?)?)?")
_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")


@cache
def tables() -> Mapping[str, Any]:
    """All tables."""
    loaded: Mapping[str, Any] = json.loads(_DATA.read_text(encoding="utf-8"))
    return loaded


def frequency(unit: object, interval: object) -> str | None:
    """EU frequency of "every `interval` `unit`s"; None when nothing was said, OTHER where the EU has no such word."""
    if not unit:
        return None
    known: Mapping[str, str] = tables()["frequency_of"].get(str(unit), {})
    return known.get(str(interval or "1").strip().lstrip("0"), "OTHER") if known else "OTHER"


def languages(named: object) -> list[str]:
    """EU codes of Thai names of languages, in their order."""
    values = named if isinstance(named, list) else [named]
    codes = {words[1]: code for code, words in tables()["language"].items()}
    return [codes[value] for value in values if value in codes]


def licence(license_id: object) -> str | None:
    """EU code of a licence of the Thai register. Where that names no version, the present one is meant."""
    found: str | None = tables()["licence_of"].get(license_id)
    return found


def file_format(name: object) -> tuple[str | None, str | None]:
    """EU file type and IANA media type of a format as people write it, each None if unknown."""
    found = tables()["format"].get(str(name or "").strip().upper().lstrip("."))
    return (found[0], found[1]) if found else (None, None)


def media_type(given: object) -> str | None:
    """A media type if it has the form of one (RFC 6838 §4.2), without parameters."""
    plain = str(given or "").split(";")[0].strip().lower()
    return plain if _MEDIA_TYPE.fullmatch(plain) else None


def is_file(name: object) -> bool:
    """Whether a format is that of a file which can be downloaded, and not of a page or a service."""
    plain = str(name or "").strip().upper()
    return file_format(name)[0] is not None and plain not in tables()["services"]


def themes(texts: Iterable[str]) -> list[str]:
    """EU data themes of a dataset by the words of its groups and tags; GOVE, which all state data are, if none."""
    found = _by_words(tables()["data_theme_words"], texts)
    return found or ["GOVE"]


def hvd_categories(data_type: object, texts: Iterable[str]) -> list[str]:
    """EU categories of a high-value dataset; none where the Thai rule knows a kind that the EU's does not."""
    own = tables()["hvd_of_type"].get(data_type)
    return list(dict.fromkeys([*([own] if own else []), *_by_words(tables()["hvd_words"], texts)]))


def _by_words(table: Mapping[str, list[str]], texts: Iterable[str]) -> list[str]:
    whole = "\n".join(texts).lower()
    return [code for code, words in table.items() if any(word in whole for word in words)]


def publisher_type(agency: str | None) -> str:
    """ADMS type of a publisher by its member id in the exchange (`TH/LOCAL/...`)."""
    return "LocalAuthority" if (agency or "").startswith("TH/LOCAL/") else "NationalAuthority"


def day(given: object) -> str | None:
    """A year, month or day of ISO 8601 in the Common Era, from one of either era, in Thai or Arabic digits.

    `พ.ศ. 2566` becomes 2023, `2566-01-31T08:00` becomes 2023-01-31; None for what is no date.
    """
    text = str(given or "").strip().translate(_DIGITS)
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    in_common = f"{ce_year(found[1]):04d}"
    if not found[2]:
        return in_common
    try:
        date(int(in_common), int(found[2]), int(found[3] or 1))
    except ValueError:
        return None
    return "-".join(part for part in (in_common, found[2], found[3]) if part)


def period(fields: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """First and last year, month or day that a dataset covers, ISO 8601: as stated, else of its records."""
    for first, last in (
        ("temporal_start", "temporal_end"),
        ("first_year_of_data", "last_year_of_data"),
        # a register holds what was entered between its making and its last update
        ("created_date", "last_updated_date"),
    ):
        start, end = day(fields.get(first)), day(fields.get(last))
        if start is not None and (end is not None or first != "created_date") and not (end and end < start):
            return start, end
        if start is None and end is not None and first != "created_date":
            return None, end
    return None, None
