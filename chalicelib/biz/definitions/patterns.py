"""Patterns of a form: RE2, which never backtracks, so that no text and no pattern takes forever.

RE2 decides in time linear in the text, with a program of bounded size. The shape of a pattern is still judged, because
the same form is read by browsers, whose engines do backtrack.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import Any

MAX_PATTERN = 200
MAX_TEXT = 1000
"""Characters of a text that a pattern without maxLength is asked about; a longer text does not match."""
MAX_MEMORY = 1 << 20
"""Bytes that a compiled pattern may take: about 16 000 instructions."""
MAX_WAYS = 10_000_000
"""How many ways a pattern may have to match one text: the product of the freedom of all its repeats."""

_CLASS_OR_ESCAPE = re.compile(r"\[(?:[^\]\\]|\\.)*\]|\\.")
_INNERMOST_GROUP = re.compile(r"\(([^()]*)\)")
_QUANTIFIER = re.compile(r"[*+?]|\{([0-9]*)(,?)([0-9]*)\}")
_ESCAPED_CLASS = re.compile(r"(?<!\\)(?:\\\\)*\\([dDwWsS1-9])")


class BadPattern(ValueError):
    """It is no pattern that RE2 can run."""


@functools.lru_cache(maxsize=1024)
def _compiled(pattern: str) -> Any:
    import re2  # only requests that judge answers pay

    options = re2.Options()
    options.log_errors = False
    options.max_mem = MAX_MEMORY
    try:
        return re2.compile(pattern, options)
    except re2.error:
        raise BadPattern("not a regular expression") from None


def matches(pattern: str, text: str) -> bool:
    """Whether the pattern is found in the text; `$` is the very end. Raises BadPattern."""
    return _compiled(pattern).search(text) is not None


def problems(pattern: Any, longest: int) -> Iterator[str]:
    """What is wrong with a pattern for texts of at most `longest` characters."""
    if not isinstance(pattern, str) or len(pattern) > MAX_PATTERN:
        yield f"a pattern is a text of at most {MAX_PATTERN} characters"
        return
    for escaped in _ESCAPED_CLASS.findall(pattern):
        if escaped == "d":
            yield "'\\d' also matches Thai digits; write [0-9]"
        elif escaped.isdigit():
            yield "a back reference can take forever"
        else:
            yield f"'\\{escaped}' differs between engines; write the characters"
    if "(?" in pattern.replace("(?:", ""):
        yield "look-around and inline flags are not allowed"
    shape = _CLASS_OR_ESCAPE.sub("x", pattern).replace("(?:", "(")
    if _repeats_within_a_repeat(shape):
        yield "a repeated group that repeats or chooses inside can take forever"
    elif _ways(shape, longest) > MAX_WAYS:
        yield "so many repeats can take forever; bound them, or give a smaller maxLength"
    if not (pattern.startswith("^") and pattern.endswith("$")):
        yield "a pattern must be anchored with ^ and $"
    try:
        _compiled(pattern)
    except (BadPattern, UnicodeError):
        yield "not a regular expression"


def _repeats_within_a_repeat(shape: str) -> bool:
    """Whether a group that may match in several ways is itself repeated: (a+)+, (a|b)*, ((a?)b){5}."""
    while (group := _INNERMOST_GROUP.search(shape)) is not None:
        free = any(sign in "*+?{|V" for sign in group[1])
        following = shape[group.end() : group.end() + 1]
        if free and following and following in "*+{":
            return True
        shape = shape[: group.start()] + ("V" if free else "x") + shape[group.end() :]
    return False


def _ways(shape: str, longest: int) -> int:
    """An upper bound of the ways to match: each repeat multiplies by the lengths it may take."""
    ways = 1
    for found in _QUANTIFIER.finditer(shape):
        if found[0] == "?":
            ways *= 2
        elif found[0] in "*+" or (found[2] and not found[3]):
            ways *= max(longest, 2)
        elif found[2]:
            ways *= max(1, min(int(found[3]), longest) - int(found[1] or 0) + 1)
        if ways > MAX_WAYS:
            break
    return ways
