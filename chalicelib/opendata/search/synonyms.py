"""Words that mean the same, put in when a question is asked; nothing of it is in the index.

The table (`data/synonyms.json`) is curated by hand: abbreviations of Thai offices and provinces, Thai and English
names of everyday subjects, each chapter with where it comes from. A line holds names for one thing; each may be asked
for by any other.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.thai_tokens import Run, clusters, name_of, runs

TABLE = Path(__file__).with_name("data") / "synonyms.json"
INSIDE = 4
"""Clusters that a Thai name must have to be seen inside a longer run; shorter ones are parts of too many words."""
SHORTEST = 3
"""Clusters that a Thai name must have to be looked for in place of another; ชม. means เชียงใหม่, but not the reverse:
its letters stand in too many words."""

Name = tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """A piece of a question: as it was typed, and other ways to say it."""

    typed: tuple[Run, ...]
    others: tuple[tuple[Run, ...], ...] = ()

    @property
    def ways(self) -> tuple[tuple[Run, ...], ...]:
        """All ways to say it, the typed one first."""
        return (self.typed, *self.others)


class Synonyms:
    """A table of names.

    Args:
        lines: names for one thing, line by line.
    """

    def __init__(self, lines: Sequence[Sequence[str]]) -> None:
        # names are cut into runs when they are asked for: a process that starts needs few of them
        self._others: dict[Name, dict[Name, str]] = {}
        for line in lines:
            names = {name: each for each in line if (name := name_of(each))}
            for name in names:
                self._others.setdefault(name, {}).update({other: names[other] for other in names if other != name})
        self._longest = max(map(len, self._others), default=0)
        inside = {name[0]: len(clusters(name[0])) for name in self._others if len(name) == 1}
        self._inside = sorted((name for name, size in inside.items() if size >= INSIDE), key=len, reverse=True)
        self._ways = cache(self._ways_of)

    def _ways_of(self, name: Name) -> tuple[tuple[Run, ...], ...]:
        found = (tuple(runs(each)) for each in self._others.get(name, {}).values())
        return tuple(way for way in found if _telling(way))

    def parts(self, text: str) -> list[Part]:
        """A text cut into pieces that are looked for together, with the other ways to say each."""
        found: list[Part] = []
        given = [piece for run in runs(text) for piece in self._cut(run)]
        place = 0
        while place < len(given):
            for size in range(min(self._longest, len(given) - place), 0, -1):
                piece = tuple(given[place : place + size])
                name = tuple(run.text for run in piece)
                if name in self._others or size == 1:
                    found.append(Part(piece, self._ways(name) if name in self._others else ()))
                    place += size
                    break
            else:
                found.append(Part((given[place],)))
                place += 1
        return found

    def _cut(self, run: Run) -> list[Run]:
        """A Thai run with a known name inside it, cut around the name."""
        if run.kind != "thai" or (run.text,) in self._others:
            return [run]
        for name in self._inside:
            at = run.text.find(name)
            if at < 0:
                continue
            whole = clusters(run.text)
            before, after = run.text[:at], run.text[at + len(name) :]
            if clusters(before) + clusters(name) + clusters(after) != whole:
                continue
            pieces = [*runs(before), *runs(name), *runs(after)]
            return [piece for one in pieces for piece in (self._cut(one) if one.text != name else [one])]
        return [run]


def _telling(name: Sequence[Run]) -> bool:
    return len(name) > 1 or name[0].kind != "thai" or len(clusters(name[0].text)) >= SHORTEST


@cache
def shipped() -> Synonyms:
    """The table that ships with the room."""
    table: Mapping[str, Mapping[str, Sequence[Sequence[str]]]] = json.loads(TABLE.read_text(encoding="utf-8"))
    return Synonyms([line for chapter in table.values() for line in chapter["lines"]])
