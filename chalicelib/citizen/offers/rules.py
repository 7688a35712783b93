"""Ages, occasions and where things are counted; pure."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import cast

from chalicelib.shared import ages
from chalicelib.shared.provinces import code_of
from chalicelib.shared.workdays import thai_date

from .model import UNKNOWN, Band, Group, Sex

SHARDS = 16
"""Parts into which counters and due days are cut, so that none is hot however many are told at once."""

TOLD_FOR = dt.timedelta(days=180)
"""How long the portal reminds of a right; the right itself ends when the law says so."""

LAST_OF_BAND = ((5, "0-5"), (17, "6-17"), (29, "18-29"), (44, "30-44"), (59, "45-59"), (69, "60-69"), (79, "70-79"))


def band_of(born: dt.date | None, on: dt.date) -> Band:
    """The age band of somebody on a day."""
    if born is None or born > on:
        return UNKNOWN
    age = ages.years(born, on)
    return cast(Band, next((band for last, band in LAST_OF_BAND if age <= last), "80+"))


def sex_of(text: object) -> Sex:
    """A register's word for the sex."""
    return "F" if text == "F" else "M" if text == "M" else UNKNOWN


def group_of(province: object, born: dt.date | None, sex: object, on: dt.date) -> Group:
    """The group of somebody, from what a register says; what it does not say is not known."""
    return Group(code_of(province) or UNKNOWN, band_of(born, on), sex_of(sex))


def fuller(known: Group, found: Group) -> Group:
    """What two sources know together; the first is believed where both know."""
    return Group(*(a if a != UNKNOWN else b for a, b in zip(known, found, strict=True)))  # type: ignore[arg-type] # pairwise


def occasion_of_event(type: str, subject: str | None, day: dt.date) -> str:
    """What makes two reports the same happening: who it is about, else the day on which it happened.

    Args:
        subject: pseudonym of the child.
    """
    return f"{type}.{subject or day.isoformat()}"


def occasion_of_age(age: int, subject: str | None) -> str:
    """Somebody becomes so old once."""
    return f"age-{age}.{subject or 'self'}"


def shard_of(id: str) -> int:
    """In which part an offer is counted and falls due; always the same."""
    return hashlib.sha256(id.encode()).digest()[0] % SHARDS


def month_of(at: str) -> str:
    """The month (Thailand) of a moment, as `2026-11`."""
    return thai_date(dt.datetime.fromisoformat(at)).isoformat()[:7]


def birthday(born: dt.date, age: int) -> dt.date:
    """The day on which somebody becomes so old; born on a leap day, on 1 March of the other years."""
    try:
        return born.replace(year=born.year + age)
    except ValueError:
        return dt.date(born.year + age, 3, 1)
