"""The field mask: of an answer, only what the agreement names goes out.

A field is a JSON Pointer (RFC 6901). A step `*` over an array stands for each of its items, so that
`/directors/*/name` names one field of every director. A pointer to an object or array keeps all of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from functools import lru_cache
from typing import Any

from chalicelib.shared.dataclass import dataclass


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
    hits: set[str] = set()
    kept, _ = _keep(value, _tree(tuple(pointers)), hits)
    return kept, tuple(pointer for pointer in pointers if pointer in hits)


@dataclass
class _Node:
    """A place in an answer: which pointers end here, which lead through here, and the steps below."""

    ends: list[str] = field(default_factory=list)
    through: list[str] = field(default_factory=list)
    below: dict[str, _Node] = field(default_factory=dict)


@lru_cache(maxsize=1024)
def _tree(pointers: tuple[str, ...]) -> _Node:
    """All pointers as one tree, made once for each agreement's list of fields."""
    root = _Node()
    for pointer in pointers:
        node = root
        node.through.append(pointer)
        for step in steps(pointer):
            node = node.below.setdefault(step, _Node())
            node.through.append(pointer)
        node.ends.append(pointer)
    return root


def _keep(value: Any, node: _Node, hits: set[str]) -> tuple[Any, bool]:
    """What stays of a value, and whether anything named was found in it; adds to `hits`."""
    if node.ends:
        hits.update(node.ends)
        return value, True
    if isinstance(value, dict):
        out: dict[str, Any] = {}
        below = node.below
        for name, content in value.items():
            child = below.get(name)
            if child is None:
                continue
            if child.ends:  # here and not in a call of its own: most of what is named is a plain value
                if child.ends[0] not in hits:
                    hits.update(child.ends)
                out[name] = content
                continue
            inner, found = _keep(content, child, hits)
            if found:
                out[name] = inner
        return out, bool(out)
    if isinstance(value, list):
        child = node.below.get("*")
        if child is None:
            return [], False
        if not value:
            hits.update(child.through)
            return [], True
        items, any_found = [], False
        for content in value:
            inner, found = _keep(content, child, hits)
            items.append(inner)
            any_found = any_found or found
        return (items, True) if any_found else ([], False)
    return None, False
