"""The words by which a licence is found in the public register. Pure; made of public claims only.

A word ends at a blank or a sign: Thai writes none between words, so the end of `ครัวแหลมงอบ` is found by its beginning
alone. Names of places are claims of their own and are words of their own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from chalicelib.shared.redaction import holds_id

MOST = 12
"""Words kept per licence; each is a row of the transaction that issues it."""

LEAST = 2
"""Letters that a question needs: the index is parted by the first two."""

LONGEST = 40
_BREAKS = re.compile(r"[\s\-_.,;:/\\()\[\]{}\"'“”‘’!?&+*#@]+")
_EMPTY = frozenset(
    {"บริษัท", "จำกัด", "มหาชน", "หจก", "บจก", "ห้างหุ้นส่วน", "ห้างหุ้นส่วนจำกัด", "co", "ltd", "company", "limited"}
)
"""Words that half of all names have lead nowhere."""


def fold(text: str) -> str:
    """The text as it is compared: one spelling per letter, no case, nothing that is not seen."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(each for each in plain if unicodedata.category(each) not in ("Cf", "Cc") or each.isspace())


_STOP = frozenset(map(fold, _EMPTY))


def words(text: str) -> list[str]:
    """The folded words of a text in their order, none twice."""
    found = (word[:LONGEST] for word in _BREAKS.split(fold(text)))
    return list(dict.fromkeys(word for word in found if len(word) >= LEAST and word not in _STOP))


def words_of(public: Mapping[str, Any]) -> tuple[str, ...]:
    """The words of a licence's public claims: of texts, in the definition's order, as many as are kept."""
    texts = [value for value in public.values() if isinstance(value, str)]
    # words are keys of rows: an id in the clear would lie in them
    found = [word for text in texts for word in words(text) if not holds_id(text)]
    return tuple(dict.fromkeys(found))[:MOST]


def fits(known: tuple[str, ...], asked: list[str]) -> bool:
    """Whether each asked word begins one of the known ones."""
    return all(any(word.startswith(each) for word in known) for each in asked)
