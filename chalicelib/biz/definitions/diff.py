"""What changed from one JSON document to the next: operations and places (RFC 6902 in words), without values. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, Literal

from chalicelib.shared.web import Outgoing

from .problems import at

MOST = 100
"""Changes that are told; both versions can be read whole."""


class Change(Outgoing):
    """One place that differs."""

    op: Literal["add", "remove", "replace"]
    pointer: str


def changes(before: Any, after: Any) -> list[Change]:
    """The first MOST places that differ, in the order of the newer document; lists are compared by position."""
    return list(islice(_changes(before, after, ""), MOST))


def _changes(before: Any, after: Any, where: str) -> Iterator[Change]:
    if isinstance(before, dict) and isinstance(after, dict):
        for name, value in after.items():
            if name in before:
                yield from _changes(before[name], value, where + at(name))
            else:
                yield Change(op="add", pointer=where + at(name))
        yield from (Change(op="remove", pointer=where + at(name)) for name in before if name not in after)
    elif isinstance(before, list) and isinstance(after, list):
        for number, (old, new) in enumerate(zip(before, after, strict=False)):
            yield from _changes(old, new, where + at(number))
        yield from (Change(op="add", pointer=where + at(number)) for number in range(len(before), len(after)))
        yield from (Change(op="remove", pointer=where + at(number)) for number in range(len(after), len(before)))
    elif type(before) is not type(after) or before != after:
        yield Change(op="replace", pointer=where)
