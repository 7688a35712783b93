"""Which agreements a change of a service breaks, and the reason that is written into them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..mask import steps
from ..model import Agreement
from .model import Change

TOLD = 3
"""Changes that a reason names; the rest is counted."""

_SINGLE, _MANY = 1, 2
_Token = str | int


def breaking(changes: Sequence[Change], agreement: Agreement) -> list[Change]:
    """The breaking changes that touch what an agreement is about: its operations, and of an answer its fields."""
    return [change for change in changes if change.breaking and touches(change, agreement)]


def touches(change: Change, agreement: Agreement) -> bool:
    """Whether a change concerns one of the agreement's operations and, if it is about a field, one of its fields."""
    operation = any(
        endpoint.method in ("*", change.method) and overlap(endpoint.path, change.path)
        for endpoint in agreement.endpoints
    )
    if not operation or change.field is None:
        return operation
    where = steps(change.field)
    return any(_meet(steps(field), where) for field in needed(agreement))


def needed(agreement: Agreement) -> list[str]:
    """The answer's fields that an agreement lives on: what it hands out, and what its predicates compare."""
    compared = [each.answer for predicate in agreement.predicates for each in predicate.compares]
    return [*agreement.fields, *compared]


def reason(changes: Sequence[Change]) -> tuple[str, str]:
    """Why an agreement is suspended (Thai, English), with the places in the description."""
    more = len(changes) - TOLD
    told = changes[:TOLD]
    th = "; ".join(f"{change.th} ({change.method} {change.path}, {change.pointer})" for change in told)
    en = " ".join(f"{change.en} ({change.method} {change.path}, {change.pointer})" for change in told)
    if more > 0:
        th, en = f"{th}; และอีก {more} รายการ", f"{en} And {more} more."
    return f"คำอธิบายบริการเปลี่ยนไปจากที่ตกลงกัน: {th}", f"The service is not described as agreed any more: {en}"


def _meet(field: Sequence[str], where: Sequence[str]) -> bool:
    """Whether one place lies within the other; `*` on either side is any step."""
    return all(one == other or "*" in (one, other) for one, other in zip(field, where, strict=False))


def overlap(glob: str, template: str) -> bool:
    """Whether some path is covered by both an X-Road glob and an OpenAPI path template (`/{id}/x`).

    Both are turned into patterns of characters, "any but /" and "any"; then one walks through both at once.
    """
    one, other = _glob(glob), _template(template)
    waiting, seen = [(0, 0)], {(0, 0)}
    while waiting:
        at, by = waiting.pop()
        if at == len(one) and by == len(other):
            return True
        for step in _onward(one, at, other, by):
            if step not in seen:
                seen.add(step)
                waiting.append(step)
    return False


def _onward(one: Sequence[_Token], at: int, other: Sequence[_Token], by: int) -> list[tuple[int, int]]:
    here = one[at] if at < len(one) else None
    there = other[by] if by < len(other) else None
    found = []
    if isinstance(here, int):
        found.append((at + 1, by))  # a star that ends here
        if there is not None and _takes(here, there):
            found.append((at, by + 1))
    if isinstance(there, int):
        found.append((at, by + 1))
        if here is not None and _takes(there, here):
            found.append((at + 1, by))
    if isinstance(here, str) and here == there:
        found.append((at + 1, by + 1))
    return found


def _takes(star: int, token: _Token) -> bool:
    return star == _MANY or token not in ("/", _MANY)


def _glob(pattern: str) -> list[_Token]:
    out: list[_Token] = []
    for found in re.finditer(r"\\([*\\])|(\*+)|(.)", pattern, re.DOTALL):
        escape, stars, char = found.groups()
        out.append((_SINGLE if len(stars) == 1 else _MANY) if stars else escape or char)
    return out


def _template(path: str) -> list[_Token]:
    return [_SINGLE if found[1] else found[0] for found in re.finditer(r"(\{[^/{}]*\})|.", path, re.DOTALL)]
