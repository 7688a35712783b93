"""How large a definition may be, judged on its JSON before anything else looks at it. Pure.

Every later step (reading into the model, lint, the definition's own tests, judging answers) is bounded in the sizes
that are bounded here, so that no definition keeps a processor busy.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

from .problems import Problem, at

MAX_BYTES = 128 * 1024
"""Canonical UTF-8. A row of the table holds 400 kB, and within it quotation marks take two bytes."""

MAX_DEPTH = 40
MAX_PARTS = 20_000
MAX_TEXT = 8000
MAX_NAME = 200
MAX_NUMBER = 10**15


def canonical(raw: Any) -> str:
    """The one text of a definition: no needless space, names in the order in which they were written.

    The order is kept because it means something: the first way onward is the one that the manual tells.

    Raises:
        ValueError: it is not JSON (NaN, halves of surrogate pairs).
    """
    text = json.dumps(raw, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    text.encode()
    return text


def problems(raw: Any) -> list[Problem]:
    """Everything too large; empty when the sizes are fit for lint. Looks at no more than MAX_PARTS values."""
    found = list(_walk(raw))
    if found:
        return found
    try:
        size = len(canonical(raw).encode())
    except ValueError:
        return [Problem("", "is not JSON (RFC 8259)")]
    if size > MAX_BYTES:
        return [Problem("", f"is larger than {MAX_BYTES // 1024} kB ({size} bytes)")]
    return []


def _walk(raw: Any) -> Iterator[Problem]:
    stack: list[tuple[tuple[object, ...], Any]] = [((), raw)]
    seen = 0
    while stack:
        tokens, value = stack.pop()
        seen += 1
        if seen + len(stack) > MAX_PARTS:
            yield Problem("", f"has more than {MAX_PARTS} parts")
            return
        if len(tokens) > MAX_DEPTH:
            yield Problem(at(*tokens[:3]), f"nests deeper than {MAX_DEPTH}")
            return
        if isinstance(value, dict):
            if len(value) > MAX_PARTS or any(len(name) > MAX_NAME for name in value):
                yield Problem(at(*tokens), f"has a name of more than {MAX_NAME} characters, or too many names")
                return
            stack.extend(((*tokens, name), inner) for name, inner in value.items())
        elif isinstance(value, list):
            if len(value) > MAX_PARTS:
                yield Problem(at(*tokens), f"has more than {MAX_PARTS} parts")
                return
            stack.extend(((*tokens, number), inner) for number, inner in enumerate(value))
        else:
            yield from _leaf(tokens, value)


def _leaf(tokens: tuple[object, ...], value: Any) -> Iterator[Problem]:
    if isinstance(value, str) and len(value) > MAX_TEXT:
        yield Problem(at(*tokens), f"is a text of more than {MAX_TEXT} characters")
    if isinstance(value, int | float) and not isinstance(value, bool):
        if isinstance(value, float) and not math.isfinite(value):
            yield Problem(at(*tokens), "is no JSON number")
        elif abs(value) > MAX_NUMBER:
            yield Problem(at(*tokens), f"is a number beyond {MAX_NUMBER}")
