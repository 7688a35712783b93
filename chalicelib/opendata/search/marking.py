"""Marks in a hit's title and notes the words that were found."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from chalicelib.shared.thai_fold import fold
from chalicelib.shared.thai_tokens import CONTINUES, clusters, runs, twins

from .model import Every, Query, Question, Some, Text, Words
from .synonyms import Synonyms

AROUND = 240
"""Characters of the notes that are shown with the first word found in them."""

_PIECE = re.compile(
    f"[เแโใไ]*[\u0e01-\u0e2e][{CONTINUES}]*|[0-9\u0e50-\u0e59]+(?:[.,][0-9\u0e50-\u0e59]+)*|[^\\W\\d_]+|.", re.DOTALL
)


def highlights(question: Question, synonyms: Synonyms, page: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """By id, HTML of title and notes: everything is escaped but the marks themselves."""
    wanted = _wanted(question.query, synonyms)
    return {
        hit["id"]: {"title": marked(hit["title"], wanted), "notes": marked(hit["notes"], wanted, around=AROUND)}
        for hit in page
    }


def _wanted(query: Query, synonyms: Synonyms) -> list[tuple[str, ...]]:
    """What is marked: sequences of pieces (clusters, words, numbers)."""
    match query:
        case Words(text):
            found = [run for part in synonyms.parts(text) for way in part.ways for run in way]
        case Text(_, text):
            found = runs(text)
        case Every(parts) | Some(parts):
            return [each for part in parts for each in _wanted(part, synonyms)]
        case _:
            found = []
    sequences = [tuple(clusters(run.text)) if run.kind == "thai" else (run.text,) for run in found]
    sequences += [(twin,) for run in found if run.kind == "number" for twin in twins(run.text)]
    return sorted(dict.fromkeys(sequences), key=len, reverse=True)


def marked(text: str, wanted: Sequence[tuple[str, ...]], *, around: int | None = None) -> str:
    """A text with `<mark>` around what is wanted; of a long one the part around the first mark."""
    pieces = [found[0] for found in _PIECE.finditer(text)]
    folded = [fold(piece) for piece in pieces]
    # what folds to nothing (zero-width space) stands in no sequence
    places = [place for place, piece in enumerate(folded) if piece or pieces[place].isspace()]
    seen = [folded[place] for place in places]
    inside = [False] * len(pieces)
    by_first: dict[str, list[tuple[str, ...]]] = {}
    for each in wanted:
        by_first.setdefault(each[0], []).append(each)
    for at, piece in enumerate(seen):
        for each in by_first.get(piece, ()):
            if tuple(seen[at : at + len(each)]) == each:
                first, last = places[at], places[at + len(each) - 1]
                inside[first : last + 1] = [True] * (last + 1 - first)
                break
    low, high = _cut(pieces, inside, around)
    out = ["…"] if low else []
    for place in range(low, high):
        if inside[place] and (place == low or not inside[place - 1]):
            out.append("<mark>")
        out.append(html.escape(pieces[place]))
        if inside[place] and (place == high - 1 or not inside[place + 1]):
            out.append("</mark>")
    return "".join([*out, "…"] if high < len(pieces) else out)


def _cut(pieces: Sequence[str], inside: Sequence[bool], around: int | None) -> tuple[int, int]:
    if around is None or sum(map(len, pieces)) <= around:
        return 0, len(pieces)
    low = inside.index(True) if True in inside else 0
    before = around // 4
    while low > 0 and before > 0:
        low -= 1
        before -= len(pieces[low])
    high, size = low, 0
    while high < len(pieces) and size < around:
        size += len(pieces[high])
        high += 1
    return low, high
