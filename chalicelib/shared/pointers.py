"""JSON Pointer (RFC 6901) and JSON Merge Patch (RFC 7396): how answers are addressed and changed. Pure."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

MISSING = object()
"""What `find` answers when nothing stands there; None is a value."""


def parts(pointer: str) -> list[str]:
    """The unescaped reference tokens; "" is the whole document."""
    if not pointer:
        return []
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]


def join(tokens: Iterator[Any] | list[Any]) -> str:
    """Tokens as a pointer, escaped."""
    return "".join("/" + str(token).replace("~", "~0").replace("/", "~1") for token in tokens)


def find(document: Any, pointer: str) -> Any:
    """The value at the pointer, or MISSING."""
    for token in parts(pointer):
        if isinstance(document, dict) and token in document:
            document = document[token]
        elif isinstance(document, list) and token.isascii() and token.isdigit() and int(token) < len(document):
            document = document[int(token)]
        else:
            return MISSING
    return document


def put(document: dict[str, Any], pointer: str, value: Any) -> dict[str, Any]:
    """A copy of the document with the value at the pointer; objects on the way are made.

    Raises:
        ValueError: the pointer is empty or runs through something that is not an object.
    """
    tokens = parts(pointer)
    if not tokens:
        raise ValueError("the whole document cannot be put")
    root = copy.deepcopy(document)
    place: Any = root
    for token in tokens[:-1]:
        place = place.setdefault(token, {})
        if not isinstance(place, dict):
            raise ValueError("the pointer runs through a value")
    place[tokens[-1]] = value
    return root


def merge(target: Any, patch: Any) -> Any:
    """The target changed by a merge patch (RFC 7396 §2): null removes, objects merge, all else replaces."""
    if not isinstance(patch, dict):
        return copy.deepcopy(patch)
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merge(result.get(name), value)
    return result


def depth(value: Any, limit: int) -> int:
    """How deeply the value nests, at most limit + 1: walking stops there."""
    level, layer = 0, [value]
    while layer and level <= limit:
        following: list[Any] = []
        for item in layer:
            if isinstance(item, dict):
                following.extend(item.values())
            elif isinstance(item, list):
                following.extend(item)
        if not any(isinstance(item, dict | list) for item in layer):
            return level
        level, layer = level + 1, following
    return level
