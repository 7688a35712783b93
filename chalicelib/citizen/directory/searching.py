"""Search over the list: small enough for memory, forgiving enough for Thai without spaces and for slips of the finger.

Thai is read as pairs of clusters (`shared/thai_tokens.py`); what is asked for need not be there whole: half of its
pairs are enough, so a letter too many or too few still finds. Words of other scripts are found by their beginning, and
by words that share most of their pairs of letters. Words that mean the same stand in `words.json`.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.thai_fold import fold
from chalicelib.shared.thai_tokens import Run, clusters, runs

from .model import Service, WordGroup

WORDS = Path(__file__).with_name("words.json")
NAME, WORD, ABOUT = 3.0, 2.5, 1.0
"""How much a piece weighs where it stands."""
ENOUGH = 0.5
"""The part of the pieces that must be there."""
OTHERWISE = 0.7
"""What a word that means the same weighs against the word itself."""
ALIKE = 0.6
"""The part of the pairs of letters that two words must share (Dice's coefficient)."""
BEGINS = 0.9
"""What a word that only begins as asked weighs against the word itself."""
MOST_PIECES = 60


@dataclass(frozen=True)
class Found:
    """An entry and how well it fits."""

    place: int
    score: float


class Index:
    """The list as it is searched, made anew when the list changes.

    Args:
        services: the list.
        groups: words that mean the same.
    """

    def __init__(self, services: Sequence[Service], groups: Sequence[WordGroup]) -> None:
        self._groups = [tuple(dict.fromkeys(map(fold, group.words))) for group in groups]
        self._weights: dict[str, dict[int, float]] = defaultdict(dict)
        self._words: dict[str, set[str]] = defaultdict(set)
        for place, service in enumerate(services):
            self._add(place, NAME, (service.name.th, service.name.en))
            self._add(place, WORD, service.words)
            self._add(place, ABOUT, (service.about.th, service.about.en, service.category, service.agency))

    def find(self, asked: str) -> list[Found]:
        """The entries that fit, the best first."""
        best: dict[int, float] = {}
        folded = fold(asked)
        for phrase, worth in [(folded, 1.0), *((other, OTHERWISE) for other in self._others(folded))]:
            for place, score in self._fits(phrase):
                best[place] = max(best.get(place, 0.0), worth * score)
        return sorted(
            (Found(place, score) for place, score in best.items()), key=lambda each: (-each.score, each.place)
        )

    def _add(self, place: int, weight: float, texts: Iterable[str]) -> None:
        for text in texts:
            for run in runs(text):
                for piece in (*pieces(run), *beginnings(run)):
                    held = self._weights[piece]
                    held[place] = max(held.get(place, 0.0), weight)
                if run.kind == "word":
                    for pair in pairs(run.text):
                        self._words[pair].add(run.text)

    def _others(self, folded: str) -> list[str]:
        """What means the same as a word in the question."""
        found = list[str]()
        for group in self._groups:
            if any(_says(folded, word) for word in group):
                found += [word for word in group if word != folded]
        return list(dict.fromkeys(found))

    def _fits(self, phrase: str) -> list[tuple[int, float]]:
        asked = [piece for run in runs(phrase) for piece in (pieces(run) or beginnings(run))][:MOST_PIECES]
        if not asked:
            return []
        hits: dict[int, float] = defaultdict(float)
        weights: dict[int, float] = defaultdict(float)
        for piece in asked:
            near: dict[int, tuple[float, float]] = {}
            for other, alike in self._near(piece):
                for place, weight in self._weights.get(other, {}).items():
                    near[place] = max(near.get(place, (0.0, 0.0)), (weight * alike, alike))
            for place, (weight, alike) in near.items():
                hits[place] += alike
                weights[place] += weight
        share = 1 / len(asked)
        return [
            (place, weights[place] * share * (count * share))
            for place, count in hits.items()
            if count * share >= ENOUGH
        ]

    def _near(self, piece: str) -> list[tuple[str, float]]:
        """What stands for a piece, and how well: itself, and for a word what looks like it."""
        if not piece.startswith("^"):
            return [(piece, 1.0)]
        word = piece[1:]
        own = pairs(word)
        shared: dict[str, int] = defaultdict(int)
        for pair in own:
            for other in self._words.get(pair, ()):
                shared[other] += 1
        near = [(piece, 1.0)]
        for other, count in shared.items():
            alike = 2 * count / (len(own) + len(pairs(other)))
            if other != word and len(word) >= 3 and other.startswith(word):
                near.append((f"^{other}", BEGINS))
            elif other != word and len(word) >= 4 and alike >= ALIKE:
                near.append((f"^{other}", alike))
        return near


def pieces(run: Run) -> tuple[str, ...]:
    """What of a run is looked for: pairs of clusters, a word or a number. Nothing for a single cluster."""
    match run.kind:
        case "thai":
            return () if run.single else run.tokens
        case "number":
            return (run.text,)
        case "word":
            return (f"^{run.text}",)


def pairs(word: str) -> frozenset[str]:
    """The pairs of letters of a word, its ends among them."""
    text = f"^{word}$"
    return frozenset(text[at : at + 2] for at in range(len(text) - 1))


def beginnings(run: Run) -> tuple[str, ...]:
    """The clusters of a Thai run alone, under which a word of a single cluster (ไฟ, น้ำ) is found."""
    if run.kind != "thai":
        return ()
    return tuple(f"={cluster}" for cluster in clusters(run.text))


def _says(folded: str, word: str) -> bool:
    """Whether a question holds a word: Thai has no spaces, other words are whole."""
    if word.isascii():
        return f" {word} " in f" {folded} "
    return word in folded


@cache
def shipped_words() -> tuple[WordGroup, ...]:
    """The words that come with the code; a test judges the file."""
    return tuple(TypeAdapter(list[WordGroup]).validate_python(json.loads(WORDS.read_text(encoding="utf-8"))["groups"]))
