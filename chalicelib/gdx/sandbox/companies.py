"""The companies of the sandbox: 1,000, directed by its people."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from chalicelib.shared.dataclass import dataclass

from . import names, people
from .names import pick, throw
from .numbers import company_number, juristic_id
from .people import Person

_KINDS = (
    ("5", "limited-company", "บริษัท", "จำกัด", "Co., Ltd."),
    ("5", "limited-company", "บริษัท", "จำกัด", "Co., Ltd."),
    ("3", "limited-partnership", "ห้างหุ้นส่วนจำกัด", "", "Limited Partnership"),
    ("7", "public-limited-company", "บริษัท", "จำกัด (มหาชน)", "Public Company Limited"),
)
"""Fourth digit of the number, kind, and what stands before and after the name; half are limited companies."""


@dataclass(frozen=True)
class Company:
    """Which company of the sandbox."""

    number: int
    juristic_id: str
    registered: date
    directors: tuple[Person, ...]


@lru_cache(maxsize=512)
def company(number: int) -> Company:
    """The company with a number from 0 to 999; its directors were of age when it was registered."""
    several = throw(number, "directors", 3) + 1
    first = throw(number, "director", len(people.adults()))
    directors = tuple(people.adult((first + at * 11) % len(people.adults())) for at in range(several))
    registered = date(2018, 1, 2) + timedelta(days=throw(number, "registered", 8 * 365))
    kind = pick(number, "kind", _KINDS)[0]
    return Company(number, juristic_id(number, kind, registered.year), registered, directors)


def found(identifier: str) -> Company | None:
    """The company whose number this is, or None."""
    number = company_number(identifier)
    if number is None:
        return None
    which = company(number)
    return which if which.juristic_id == identifier else None


def record(which: Company, today: date) -> dict[str, Any]:
    """What the register of juristic persons says of a company."""
    _, kind, before, after, after_en = pick(which.number, "kind", _KINDS)
    trade_th, trade_en, objective = pick(which.number, "trade", names.TRADES)
    home = people.record(which.directors[0], today)
    family_th, family_en = which.directors[0].last_name
    name_th = f"{before} {trade_th}{family_th} {which.number:03} {after}".strip()
    return {
        "juristic_id": which.juristic_id,
        "name_th": name_th,
        "name_en": f"{family_en} {trade_en} {which.number:03} {after_en}",
        "type": kind,
        "status": "dissolved" if throw(which.number, "dissolved", 20) == 0 else "active",
        "registered_on": which.registered.isoformat(),
        "registered_capital_satang": (throw(which.number, "capital", 50) + 1) * 100_000_00,
        "directors": [
            {"pid": each.pid, "name": f"{each.first_name[0]} {each.last_name[0]}"} for each in which.directors
        ],
        "address": home["address"],
        "objective": objective,
    }
