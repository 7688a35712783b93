"""The words as they may have been meant, where they had to be loosened to find anything.

They are taken from titles that the caller just found, so nothing hidden is told, and they are asked for before they
are offered, so that they find something.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from chalicelib.shared.thai_fold import fold
from chalicelib.shared.thai_tokens import Run, clusters, runs

from .model import Question, Words

if TYPE_CHECKING:
    from .answering import View

LOOKED_AT = 5
"""Hits whose titles are looked through."""
ALIKE = 0.6
"""How much of the letters must agree (Ratcliff and Obershelp)."""


def suggested(view: View, finds: Callable[[Question], bool]) -> str | None:
    """Words for a question of words alone, or None.

    Args:
        view: the loosened question.
        finds: whether a question finds something in the strictest tier.
    """
    question = view.question
    if not isinstance(question.query, Words):
        return None
    hits = view.page((("score", True), ("metadata_modified", True)), 0, LOOKED_AT)
    titles = [runs(hit["title"]) for hit in hits]
    asked = runs(question.query.text)
    words = " ".join(_nearest(run, titles) for run in asked)
    if words == fold(question.query.text) or not finds(replace(question, query=Words(words))):
        return None
    return words


def _nearest(run: Run, titles: Sequence[Sequence[Run]]) -> str:
    """The piece of these titles that looks most like a run; the run itself where none does."""
    best, score = run.text, ALIKE
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(run.text)
    for title in titles:
        for other in title:
            if other.kind != run.kind or run.kind == "number":
                continue
            for piece in _pieces(other, run):
                if piece == run.text:
                    return run.text
                matcher.set_seq1(piece)
                # the quick ones are upper bounds
                if matcher.real_quick_ratio() > score and matcher.quick_ratio() > score and matcher.ratio() > score:
                    best, score = piece, matcher.ratio()
    return best


def _pieces(other: Run, run: Run) -> list[str]:
    if run.kind != "thai":
        return [other.text]
    whole, size = clusters(other.text), len(clusters(run.text))
    sizes = [each for each in (size, size - 1, size + 1) if each > 0]
    found = ["".join(whole[at : at + each]) for each in sizes for at in range(max(len(whole) - each, 0) + 1)]
    return list(dict.fromkeys(found))
