"""Numbers of the sandbox: they pass every check and belong to nobody.

Digits 2 and 3 of a national id, like those of a juristic number, are the province of the office that gave it. Provinces
have the codes 10 to 96 (TIS 1099); no office gives numbers in a province 98. All numbers of the sandbox are there, so
the real exchange can tell and refuse them, and the sandbox can refuse all others: nobody can try it with the id of a
real person.
"""

from __future__ import annotations

from ...shared.thai import check_digit, is_juristic_id, is_national_id

NO_PROVINCE = "98"
PEOPLE = 10_000
COMPANIES = 1_000


def person_id(number: int, *, born_before_1984: bool) -> str:
    """The national id of a person of the sandbox.

    The first digit is 1 for those whose birth was reported in time since 1984 and 3 for those who were in the register
    on 31 May 1984.
    """
    first = f"{'3' if born_before_1984 else '1'}{NO_PROVINCE}{number // 1000 + 1:02}{number:05}{number * 37 % 100:02}"
    return first + check_digit(first)


def person_number(pid: str) -> int | None:
    """The number that an id would have, or None where it cannot be one of the sandbox's. The record decides."""
    if not is_sandbox_person(pid):
        return None
    number = int(pid[5:10])
    return number if number < PEOPLE else None


def is_sandbox_person(pid: str) -> bool:
    """True for national ids that are kept for the sandbox, whether or not it has such a person."""
    return is_national_id(pid) and pid[1:3] == NO_PROVINCE


def juristic_id(number: int, kind: str, year: int) -> str:
    """The number of a company of the sandbox; `kind` is its fourth digit, `year` that of its registration."""
    first = f"0{NO_PROVINCE}{kind}{(year + 543) % 1000:03}{number:05}"
    return first + check_digit(first)


def company_number(identifier: str) -> int | None:
    """Like `person_number`, for juristic numbers."""
    if not is_sandbox_company(identifier):
        return None
    number = int(identifier[7:12])
    return number if number < COMPANIES else None


def is_sandbox_company(identifier: str) -> bool:
    """True for juristic numbers that are kept for the sandbox."""
    return is_juristic_id(identifier) and identifier[1:3] == NO_PROVINCE
