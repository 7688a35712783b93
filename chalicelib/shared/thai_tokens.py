"""Text as tokens: Latin words and numbers whole, Thai as overlapping pairs of clusters.

Thai is written without spaces, and a dictionary that cuts it into words cuts the same letters differently in different
sentences, so that a word asked for may equal no word indexed. Pairs of clusters need no dictionary: a cluster is a
base letter with what is written around it (`ข้`, `เงิ`), the pairs of `ข้อมูล` are `ข้อ`, `อมู`, `มูล`, and any piece of
whole clusters out of a title has its pairs in the title's.

A run's last cluster is indexed alone too. So every cluster of an indexed text begins one of its tokens, and a word of a
single cluster (น้ำ, ปี, ไฟ) is found as the beginning of tokens.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from operator import add
from typing import Literal

from .dataclass import dataclass
from .thai_fold import fold

THAI = "\u0e01-\u0e2e\u0e30-\u0e3a\u0e40-\u0e45\u0e47-\u0e4e"
"""Letters and marks of Thai runs, as they stand in a regular expression's class."""
NUMBER = r"[0-9]+(?:\.[0-9]+)*"
WORD = "[^\\W\\d_\u0e00-\u0e7f]"
"""A letter of any other script."""
_RUN = re.compile(f"([{THAI}]+)|({NUMBER})|({WORD}+)|([^\\W_0-9\u0e00-\u0e7f])")
CONTINUES = "\u0e30-\u0e3a\u0e45\u0e47-\u0e4e"
"""Characters that belong to the cluster before them, as they stand in a regular expression's class."""
_CLUSTER = re.compile(f"[เแโใไ]+(?:[ก-ฮ][{CONTINUES}]*)?|[ก-ฮ]?[{CONTINUES}]+|[ก-ฮ]")

_PIECE = re.compile(f"{_CLUSTER.pattern}|{NUMBER}|{WORD}+|[^\\W_0-9\u0e00-\u0e7f]")

Kind = Literal["thai", "number", "word"]


@dataclass(frozen=True)
class Run:
    """A piece of folded text of one kind.

    Attributes:
        tokens: what of it is looked for: all must be there, in this order.
        single: it is one Thai cluster, which is looked for as the beginning of tokens.
    """

    kind: Kind
    text: str
    tokens: tuple[str, ...]
    single: bool = False


def clusters(run: str) -> list[str]:
    """The clusters of a Thai run, folded."""
    return _CLUSTER.findall(run)


def runs(text: str) -> list[Run]:
    """The runs of a text, as they are asked for."""
    return [_run(found) for found in _RUN.finditer(fold(text))]


def name_of(text: str) -> tuple[str, ...]:
    """The texts of a text's runs."""
    return tuple(thai or number or word or other for thai, number, word, other in _RUN.findall(fold(text)))


def _run(found: re.Match[str]) -> Run:
    thai, number, word, other = found.groups()
    if not thai:
        return Run("number" if number else "word", number or word or other, (number or word or other,))
    parts = clusters(thai)
    pairs = tuple(map(add, parts, parts[1:]))
    return Run("thai", thai, pairs or tuple(parts), single=not pairs)


def indexed(text: str) -> str:
    """The tokens of a text as the index takes them: with blanks between them."""
    return " ".join(_of_text(text))


def _of_text(text: str) -> Iterator[str]:
    for thai, number, word, other in _RUN.findall(fold(text)):
        yield _of_run(thai) if thai else number or word or other


@lru_cache(maxsize=65_536)
def _of_run(thai: str) -> str:
    parts = _CLUSTER.findall(thai)
    return " ".join([*map(add, parts, parts[1:]), parts[-1]])


def count(folded: str) -> int:
    """How many tokens a folded text has: a run has as many as clusters."""
    return len(_PIECE.findall(folded))


def twins(number: str) -> tuple[str, ...]:
    """A year in the other era (2566 is 2023), where the number may be a year."""
    if len(number) == 4 and number.isdigit():
        year = int(number)
        if 2400 <= year <= 2643:
            return (str(year - 543),)
        if 1857 <= year <= 2100:
            return (str(year + 543),)
    return ()


def one_phrase(found: Sequence[Run]) -> bool:
    """Whether runs can be looked for in a row: a single cluster is only the beginning of a token, and behind a Thai run
    stands the token of its last cluster."""
    return not any(run.single for run in found) and all(run.kind != "thai" for run in found[:-1])


def distinct(found: Sequence[Run]) -> list[str]:
    """The distinct tokens of runs, in order."""
    return list(dict.fromkeys(token for run in found for token in run.tokens))


def every_second(run: Run) -> list[int]:
    """Places of tokens of a run: of overlapping pairs every second one is enough to hold all clusters."""
    last = len(run.tokens) - 1
    return [place for place in range(len(run.tokens)) if place % 2 == 0 or place == last]
