"""Where runs stand in folded text, letter by letter: what the index finds by pairs of clusters, found without an index.

A Thai run is found where its clusters begin and end with the text's own: `กา` stands in `มากา`, not in `การ์ด`, whose
first cluster is `การ์`. Words and numbers are found whole.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from chalicelib.shared.thai_tokens import CONTINUES, THAI, WORD, Run

_LEADS = "\u0e40-\u0e44"
_CONSONANTS = "\u0e01-\u0e2e"
_BETWEEN = f"(?:(?![{THAI}])[\\W_\u0e00-\u0e7f])*"
"""What belongs to no run. One class and no alternatives: a text must not make the search go back and forth."""


@lru_cache(maxsize=4096)
def standing(run: Run) -> re.Pattern[str]:
    """Finds a run."""
    return re.compile(_bounded(run))


@lru_cache(maxsize=1024)
def one_after_another(found: Sequence[Run]) -> re.Pattern[str]:
    """Finds runs with nothing between them but blanks and signs."""
    return re.compile(_BETWEEN.join(map(_bounded, found)))


@lru_cache(maxsize=1024)
def beginning(run: Run) -> re.Pattern[str]:
    """Finds what begins with a run; more letters of its last cluster may follow."""
    return re.compile(_start(run) + re.escape(run.text))


def like(pattern: str) -> Callable[[str], bool]:
    """Whether a text is of a pattern: `*` stands for any letters, `?` for one. `fnmatch` makes expressions that never
    go back, so no pattern is a bomb."""
    matches = re.compile(fnmatch.translate(pattern.replace("[", "[[]"))).match
    return lambda text: matches(text) is not None


def _bounded(run: Run) -> str:
    return _start(run) + re.escape(run.text) + _end(run)


def _start(run: Run) -> str:
    match run.kind:
        case "thai" if re.match(f"[{CONTINUES}]", run.text):
            return f"(?<![{_CONSONANTS}{CONTINUES}])"
        case "thai":
            return f"(?<![{_LEADS}])"
        case "number":
            return "(?<![0-9])(?<![0-9]\\.)"
        case "word":
            return f"(?<!{WORD})" if re.match(WORD, run.text) else ""


def _end(run: Run) -> str:
    match run.kind:
        case "thai" if not run.single and re.match(f"[{_LEADS}]", run.text[-1]):
            return f"(?![{_LEADS}{_CONSONANTS}])"
        case "thai":
            return f"(?![{CONTINUES}])"
        case "number":
            return "(?![0-9]|\\.[0-9])"
        case "word":
            return f"(?!{WORD})" if re.match(WORD, run.text) else ""


def words_in(text: str) -> list[str]:
    """The words of a folded text that are not Thai."""
    return re.findall(f"{WORD}+", text)
