"""Three hundred marked national ids, and the search for any of them in whatever came out somewhere.

Each holds (its check digit is right) and begins alike, so that one search finds all of them, however they are written.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
import unicodedata
from itertools import cycle
from urllib.parse import quote, unquote

from chalicelib.shared.thai import check_digit
from tests.support.spellings import encoded, spellings

MARK = "875309641"
MANY = 300


def marked(number: int) -> str:
    """One of the ids."""
    digits = f"{MARK}{number:03d}"
    return digits + check_digit(digits)


IDS = tuple(marked(number) for number in range(MANY))


def written(number: int) -> str:
    """One of the ids in one of all spellings: which, its number says."""
    pid = IDS[number % MANY]
    every = [*spellings(pid).values(), *encoded(pid).values(), f"{pid}@mail.example", f"คุณ {pid} ค่ะ", quote(f"<{pid}>")]
    return every[number % len(every)]


class Supply:
    """Hands out the ids, one after the other, round and round.

    Attributes:
        used: how many were handed out.
    """

    def __init__(self) -> None:
        self._numbers = cycle(range(MANY))
        self.used = 0

    def next(self) -> str:
        """The next id, in the next spelling."""
        self.used += 1
        next(self._numbers)
        return written(self.used)

    def plain(self) -> str:
        """The next id, as thirteen digits."""
        self.used += 1
        return IDS[next(self._numbers)]


_LETTERS = bytes([*range(32, 127), 9, 10, 0xE0, *range(0x80, 0xC0)])
"""What texts in ASCII and Thai are made of: what decodes to much else is no text, and nobody's encoded id."""
_BETWEEN = re.compile(r"[^0-9a-zA-Z]{1,3}(?=[0-9])")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{17,}")
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")


def finds(text: str | bytes, *, marks: tuple[str, ...] = (MARK,), deep: int = 3) -> bool:
    """Whether an id stands in a text, in any spelling; written apart from the product's own redaction on purpose.

    Args:
        text: what came out.
        marks: what an id begins with.
        deep: how often base64 is looked into.
    """
    plain = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    for _ in range(2):  # escapes within escapes
        if _stands(plain, marks):
            return True
        opened = _ESCAPED.sub(lambda code: chr(int(code[1], 16)), html.unescape(unquote(plain.replace("+", " "))))
        if opened == plain:
            break
        plain = opened
    if _stands(plain, marks):
        return True
    source = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return deep > 0 and any(
        finds(held, marks=marks, deep=deep - 1) for run in _BASE64.findall(source) for held in _held(run)
    )


def _stands(text: str, marks: tuple[str, ...]) -> bool:
    digits = "".join(_digit(character) for character in text)
    return any(mark in digits for mark in marks) or any(mark in _BETWEEN.sub("", digits) for mark in marks)


def _digit(character: str) -> str:
    return character if character.isascii() else str(unicodedata.digit(character, character))


def _held(run: str) -> list[bytes]:
    run = run.translate(str.maketrans("-_", "+/"))
    found = []
    for start in range(4):
        body = run[start:]
        body += "=" * (-len(body) % 4)
        try:
            found.append(base64.b64decode(body))
        except (binascii.Error, ValueError):
            found.append(base64.b64decode(run[start : start + (len(run) - start) // 4 * 4]))
    return [each for each in found if len(each.translate(None, _LETTERS)) * 8 <= len(each)]
