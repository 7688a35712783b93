"""No national id leaves in a log: whatever looks like one is masked in the finished line, wherever in it it stands.

An id is thirteen digits with a valid check digit, in any script or escape (JSON, percent, HTML), plain or grouped, also
within base64, twice over: a token, or a token's claim that holds another. Hexadecimal and encrypted text are not read.
"""

from __future__ import annotations

import binascii
import re
import unicodedata

from .later import pattern
from .thai import is_national_id

_DIGIT = r"(?:\d|\\u(?:0e5|ff1)[0-9]|\\u066[0-9]|%E0%B9%9[0-9]|&#(?:4[89]|5[0-7]);)"
_BETWEEN = r"(?:[-\u2010-\u2015\u2212._/ \u00a0\u200b\u202f]|\\u20(?:1[0-5]|0b)|\\u00a0|%20|%2D|\+)"
_START = re.compile(_DIGIT, re.IGNORECASE)
_CANDIDATE = re.compile(f"{_DIGIT}(?:{_BETWEEN}{{0,2}}{_DIGIT}){{12}}(?!{_DIGIT})", re.IGNORECASE)
"""A digit in any script or escape (JSON, percent, HTML), and what people put between the groups of an id."""
_PART = pattern(f"{_BETWEEN}|({_DIGIT})", re.IGNORECASE)
"""One part of a candidate: what stands between is tried first, for an escape of it is written with digits too."""
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{18,}={0,2}")
"""What may be base64 (RFC 4648 s.4 or s.5) of thirteen digits or more."""
_URL_SAFE = str.maketrans("-_", "+/")
_DEEP = 2
"""How often base64 within base64 is looked into. Each level costs at most four readings of what it is given."""


def redact(text: str) -> str:
    """The text with every national id replaced by `[pid]`, and every run of base64 that holds one."""
    return _redact(text, _DEEP)


def holds_id(text: str) -> bool:
    """Whether a national id stands in a text that is shown to others, or kept where nothing is sealed."""
    return redact(text) != text


def _redact(text: str, deep: int) -> str:
    plain = _plainly(text)
    if not deep:
        return plain
    return _BASE64.sub(lambda run: "[pid]" if _hides(run[0], deep) else run[0], plain)


def _hides(run: str, deep: int) -> bool:
    """Whether base64 that begins at any of its characters (there may be some of a path before it) holds an id."""
    run = run.rstrip("=").translate(_URL_SAFE)
    for start in range(4):
        most = (len(run) - start) // 4 * 4
        rest = run[start + most :]
        body = run[start : start + most] + (f"{rest}{'=' * (4 - len(rest))}" if len(rest) > 1 else "")
        held = binascii.a2b_base64(body).decode("utf-8", "ignore")
        if _redact(held, deep - 1) != held:
            return True
    return False


def _plainly(text: str) -> str:
    """The text with every national id that stands in it as such replaced."""
    out, copied, position = [], 0, 0
    while start := _START.search(text, position):
        # inside a longer number (its last digit ended right here) no id begins
        inside = start.start() == position > copied
        found = None if inside else _CANDIDATE.match(text, start.start())
        if found is not None and is_national_id("".join(map(_plain, filter(None, _PART.findall(found[0]))))):
            out += [text[copied : found.start()], "[pid]"]
            copied = position = found.end()
        else:
            # not an id, and yet one may begin at its next digit
            position = start.end()
    return "".join([*out, text[copied:]])


def _plain(digit: str) -> str:
    """`0` to `9`, whatever the digit was written as."""
    if digit.startswith("&#"):
        return chr(int(digit[2:-1]))
    return digit[-1] if len(digit) > 1 else str(unicodedata.digit(digit))
