"""The field mask: of an answer, only what the agreement names goes out.

A field is a JSON Pointer (RFC 6901). A step `*` over an array stands for each of its items, so that
`/directors/*/name` names one field of every director. A pointer to an object or array keeps all of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class BadPointer(ValueError):
    """The text is not a JSON Pointer."""


def steps(pointer: str) -> tuple[str, ...]:
    """The reference tokens of a JSON Pointer.

    Raises:
        BadPointer: it does not start with "/" or holds a broken `~` escape.
    """
    if pointer == "":
        return ()
    if not pointer.startswith("/"):
        raise BadPointer("a JSON Pointer starts with /")
    out = []
    for token in pointer[1:].split("/"):
        if "~" in token.replace("~0", "").replace("~1", ""):
            raise BadPointer("~ must be written ~0 or ~1")
        out.append(token.replace("~1", "/").replace("~0", "~"))
    return tuple(out)


def find(value: Any, pointer: str) -> Any:
    """The value that a pointer (without `*`) names, or None when there is none."""
    for step in steps(pointer):
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdecimal() and step.isascii() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def keep(value: Any, pointers: Sequence[str]) -> tuple[Any, tuple[str, ...]]:
    """The value with nothing but the named fields, and the pointers that named something in it.

    Of an object or array that holds no named field an empty one remains; of any other value None.
    """
    kept, hits = _keep(value, [(steps(pointer), pointer) for pointer in pointers])
    return kept, tuple(pointer for pointer in pointers if pointer in hits)


def _keep(value: Any, wanted: Sequence[tuple[tuple[str, ...], str]]) -> tuple[Any, set[str]]:
    whole = {pointer for path, pointer in wanted if not path}
    if whole:
        return value, whole
    hits: set[str] = set()
    if isinstance(value, dict):
        out: dict[str, Any] = {}
        for name, content in value.items():
            below = [(path[1:], pointer) for path, pointer in wanted if path[0] == name]
            if not below:
                continue
            inner, found = _keep(content, below)
            if found:
                out[name] = inner
                hits |= found
        return out, hits
    if isinstance(value, list):
        below = [(path[1:], pointer) for path, pointer in wanted if path[0] == "*"]
        items = []
        for content in value if below else []:
            inner, found = _keep(content, below)
            items.append(inner)
            hits |= found
        return (items, hits) if hits else ([], {pointer for _, pointer in below} if below and not value else set())
    return None, set()
