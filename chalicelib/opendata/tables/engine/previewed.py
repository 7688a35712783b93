"""The first rows of a table in memory, from its `preview.json`.

Most published tables are so small that the preview holds them whole: what is asked of one is answered from here, in
less time than a database takes to open a file. It must be the same answer: tests compare the two on any question.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from operator import eq, ge, gt, le, lt
from typing import Any

from ...model import Table
from .conditions import ROW_ID, AllOf, AnyOf, Compare, Condition, Matches, Missing, Not, OneOf, Rank, Sought
from .question import By, Question

Holds = Callable[[int], bool]
_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {"=": eq, "<": lt, "<=": le, ">": gt, ">=": ge}
RANK_DIGITS = 6
_NONE: Mapping[str, Callable[[int], float]] = {}


class Preview:
    """First rows of a table.

    Args:
        content: of `preview.json`.
    """

    def __init__(self, table: Table, content: Mapping[str, Any]) -> None:
        self.records: Sequence[Sequence[Any]] = content["records"]
        self.whole = len(self.records) == table.rows
        self._places = {field["id"]: place for place, field in enumerate(content["fields"])}
        self._kinds = {column["id"]: column["type"] for column in table.columns}
        self._typed: dict[str, list[Any]] = {}

    def knows(self, columns: Sequence[str], table: Table) -> bool:
        """Whether these columns can be read from here."""
        return all(name in self._places or (name == ROW_ID and not table.numbered) for name in columns)

    def rows(
        self, numbers: Sequence[int], question: Question, ranks: Mapping[str, Callable[[int], float]] = _NONE
    ) -> list[list[Any]]:
        """What the question shows of rows (numbers from 0); `ranks` are those of its search."""
        shows = [self._shows(name, ranks) for name in question.columns]
        return [[show(number) for show in shows] for number in numbers]

    def answer(self, question: Question) -> tuple[list[list[Any]], int]:
        """The rows that a question asks for and how many match in all; only where this is the whole table."""
        ranks = {rank.name: self._rank(rank) for rank in question.ranks}
        found: Sequence[int] = range(len(self.records))
        if question.where is not None:
            holds = self._holds(question.where)
            found = [number for number in found if holds(number)]
        if question.distinct:
            shown = {tuple(row): number for row, number in zip(self.rows(found, question, ranks), found, strict=True)}
            found = list(shown.values())
        for key, down, nulls_first in reversed(self._orders(question, ranks)):
            missing = [number for number in found if key(number) is None]
            # what is equal keeps its order, also when it is reversed
            real = sorted((number for number in found if key(number) is not None), key=key, reverse=down)
            found = [*missing, *real] if nulls_first else [*real, *missing]
        page = found[question.offset : question.offset + question.limit]
        return self.rows(page, question, ranks), len(found)

    def _orders(
        self, question: Question, ranks: Mapping[str, Callable[[int], float]]
    ) -> list[tuple[Callable[[int], Any], bool, bool]]:
        sort = question.sort or tuple(By(rank.name, down=True) for rank in question.ranks)
        return [
            (ranks[by.column] if by.column in ranks else self._key(by.column), by.down, by.nulls_first) for by in sort
        ]

    def _shows(self, name: str, ranks: Mapping[str, Callable[[int], float]]) -> Callable[[int], Any]:
        if name in ranks:
            rank = ranks[name]
            return lambda number: round(rank(number), RANK_DIGITS)
        if name == ROW_ID and name not in self._places:
            return lambda number: number + 1
        place = self._places[name]
        return lambda number: self.records[number][place]

    def _key(self, name: str) -> Callable[[int], Any]:
        return self._column(name).__getitem__

    def _column(self, name: str) -> list[Any]:
        """The values of a column in types that compare as SQL's do."""
        if name not in self._typed:
            if name == ROW_ID and name not in self._places:
                self._typed[name] = list(range(1, len(self.records) + 1))
            else:
                place, kind = self._places[name], self._kinds.get(name, "int8")
                values = [record[place] for record in self.records]
                self._typed[name] = [None if value is None else _typed(value, kind) for value in values]
        return self._typed[name]

    def _holds(self, condition: Condition) -> Holds:
        match condition:
            case Compare(name, operator, wanted):
                values, compare = self._column(name), _OPERATORS[operator]
                return lambda number: values[number] is not None and compare(values[number], wanted)
            case OneOf(name, several):
                values = self._column(name)
                return lambda number: values[number] is not None and values[number] in several
            case Missing(name):
                values = self._column(name)
                return lambda number: values[number] is None
            case Matches(name, pattern):
                values, finds = self._column(name), _finder(pattern)
                return lambda number: values[number] is not None and finds(values[number])
            case Not(part):
                holds = self._holds(part)
                return lambda number: not holds(number)
            case AllOf(parts):
                every = [self._holds(part) for part in parts]
                return lambda number: all(holds(number) for holds in every)
            case AnyOf(parts):
                some = [self._holds(part) for part in parts]
                return lambda number: any(holds(number) for holds in some)

    def _rank(self, asked: Rank) -> Callable[[int], float]:
        words = [self._filled(word) for word in asked.words]

        @cache  # of one question: a row is looked at to sort it and to show it
        def rank(number: int) -> float:
            total = words[0](number)
            for word in words[1:]:
                total += word(number)
            return total / len(words)

        return rank

    def _filled(self, word: Sought) -> Callable[[int], float]:
        places = [
            (self._holds(place), self._column(place.column) if isinstance(place, Matches) else None)
            for place in word.places
        ]

        def filled(number: int) -> float:
            best = 0.0
            for holds, texts in places:
                if holds(number):
                    best = max(best, 1.0 if texts is None else min(1.0, word.length / len(texts[number])))
            return best

        return filled


@lru_cache(maxsize=8)
def _finder(pattern: str) -> Callable[[str], bool]:
    """Whether a text has the pattern; a row is asked twice, for the condition and for its rank."""
    search = re.compile(pattern).search

    @lru_cache(maxsize=4_096)
    def finds(text: str) -> bool:
        return search(text) is not None

    return finds


def _typed(value: Any, kind: str) -> Any:
    match kind:
        case "numeric":
            return Decimal(str(value))
        case "float8":
            return float(value)
        case "date":
            return date.fromisoformat(value)
        case "timestamp" | "timestamptz":
            return datetime.fromisoformat(value)
    return value
