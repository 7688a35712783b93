"""The people of the sandbox: 10,000 in households whose members fit together.

Twenty numbers make seven households: of five, four, four, three, two, one and one. The first of a household is its
head, the second the spouse, the others their children; a child is at least twenty years younger than its mother and
eighteen years younger than its father.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Literal

from chalicelib.shared.dataclass import dataclass

from . import names
from .names import pick, throw
from .numbers import PEOPLE, person_id, person_number

Role = Literal["head", "spouse", "child", "single"]

SIZES = (5, 4, 4, 3, 2, 1, 1)
BLOCK = sum(SIZES)
_ROLES: tuple[Role, ...] = ("head", "spouse", "child", "child", "child")


def _places() -> tuple[tuple[int, Role, int], ...]:
    out: list[tuple[int, Role, int]] = []
    for size in SIZES:
        start = len(out)
        if size == 1:
            out.append((start, "single", 0))
        else:
            out += [(start, _ROLES[at], at) for at in range(size)]
    return tuple(out)


_PLACES = _places()
"""For each place in a block: where its household starts, its role, and how far it is from the start."""


@dataclass(frozen=True)
class Person:
    """Who somebody of the sandbox is, apart from what changes with time."""

    number: int
    pid: str
    role: Role
    sex: Literal["M", "F"]
    born: date
    household: int
    """Number of its head."""

    @property
    def first_name(self) -> tuple[str, str]:
        """Thai, English."""
        return pick(self.number, "first name", names.MEN if self.sex == "M" else names.WOMEN)

    @property
    def last_name(self) -> tuple[str, str]:
        """Thai, English: that of the household, marked as a test."""
        thai, english = pick(self.household, "last name", names.FAMILIES)
        return thai + names.TEST_TH, english + names.TEST_EN

    @property
    def parents(self) -> tuple[int, int] | None:
        """Numbers of father and mother, where they are people of the sandbox."""
        return (self.household, self.household + 1) if self.role == "child" else None


@lru_cache(maxsize=2048)
def person(number: int) -> Person:
    """The person with a number from 0 to 9,999."""
    block, at = divmod(number, BLOCK)
    start, role, order = _PLACES[at]
    household = block * BLOCK + start
    born = _born(number, household, role, order)
    sex: Literal["M", "F"] = (
        "M" if role == "head" else "F" if role == "spouse" else "M" if throw(number, "sex", 2) else "F"
    )
    pid = person_id(number, born_before_1984=born < date(1984, 6, 1))
    return Person(number, pid, role, sex, born, household)


def found(pid: str) -> Person | None:
    """The person whose id this is, or None."""
    number = person_number(pid)
    if number is None:
        return None
    who = person(number)
    return who if who.pid == pid else None


def household(number: int) -> list[Person]:
    """Everybody of a household, by the number of its head."""
    size = next(size for size, start in zip(SIZES, _starts(), strict=True) if start == number % BLOCK)
    return [person(number + at) for at in range(size)]


def record(who: Person, today: date) -> dict[str, Any]:
    """What the civil register says of somebody; more than any agreement should ask for, as real registers do."""
    first, last = who.first_name, who.last_name
    child = (today - who.born).days < 15 * 365.25
    married = who.role in ("head", "spouse")
    title = _title(who.sex, child, married)
    father, mother = _parents_names(who)
    code, province, district, subdistrict, postal = pick(who.household, "place", names.PLACES)
    return {
        "pid": who.pid,
        "title_th": title[0],
        "first_name_th": first[0],
        "last_name_th": last[0],
        "title_en": title[1],
        "first_name_en": first[1],
        "last_name_en": last[1],
        "birth_date": who.born.isoformat(),
        "sex": who.sex,
        "nationality": "THA",
        "laser_code": f"ZZ{who.number:010}",
        "status": "deceased" if is_dead(who) else "alive",
        "address": {
            "house_no": f"{throw(who.household, 'house', 400) + 1}/{throw(who.household, 'half', 9) + 1}",
            "moo": str(throw(who.household, "moo", 12) + 1),
            "road": pick(who.household, "road", names.ROADS),
            "subdistrict": subdistrict,
            "district": district,
            "province": province,
            "postal_code": postal,
        },
        "province_code": code,
        "marital_status": "สมรส" if married else "โสด",
        "father_name_th": father,
        "mother_name_th": mother,
        "house_registration_no": f"98{who.household // 1000 + 1:02}{who.household:07}",
        "religion": "พุทธ",
        "blood_group": pick(who.number, "blood", ("O", "A", "B", "AB")),
    }


def is_dead(who: Person) -> bool:
    """One in fifty who live alone is dead in the register."""
    return who.role == "single" and throw(who.number, "dead", 50) == 0


def adults() -> range:
    """How many heads and spouses there are: they are the ones who may direct a company; see `adult`."""
    return range(PEOPLE // BLOCK * 2 * sum(size > 1 for size in SIZES))


def adult(at: int) -> Person:
    """One of the `adults`, all of them alive and born before 1997."""
    starts = [start for start, size in zip(_starts(), SIZES, strict=True) if size > 1]
    household_at, spouse = divmod(at, 2)
    block, place = divmod(household_at, len(starts))
    return person(block * BLOCK + starts[place] + spouse)


def _starts() -> list[int]:
    return [sum(SIZES[:at]) for at in range(len(SIZES))]


def _born(number: int, household: int, role: Role, order: int) -> date:
    head = date(1950, 1, 1) + timedelta(days=throw(household, "born", 40 * 365))
    if role == "head":
        return head
    spouse = head + timedelta(days=throw(household + 1, "born", 7 * 365) - 2 * 365)
    if role == "spouse":
        return spouse
    if role == "child":
        return spouse + timedelta(days=20 * 366 + (order - 2) * 900 + throw(number, "born", 800))
    return date(1950, 1, 1) + timedelta(days=throw(number, "born", 54 * 365))


def _title(sex: str, child: bool, married: bool) -> tuple[str, str]:
    if sex == "M":
        return ("เด็กชาย", "Master") if child else ("นาย", "Mr")
    if child:
        return "เด็กหญิง", "Miss"
    return ("นาง", "Mrs") if married else ("นางสาว", "Miss")


def _parents_names(who: Person) -> tuple[str, str]:
    if who.parents is not None:
        father, mother = (f"{each.first_name[0]} {each.last_name[0]}" for each in map(person, who.parents))
        return father, mother
    family = pick(who.number, "family of birth", names.FAMILIES)[0] + names.TEST_TH
    father = pick(who.number, "father", names.MEN)[0]
    mother = pick(who.number, "mother", names.WOMEN)[0]
    return f"{father} {family}", f"{mother} {family}"
