"""One question at an open connection, answered in two steps.

First only the numbers of the rows are looked for, from the columns that the question names; then all columns of those
few rows are read (late materialisation). Rows in the table's order need no first step, and are never asked for by
ORDER BY: to sort a whole table for one page costs seconds where its row numbers cost milliseconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..ingest.values import as_json
from . import sql
from .conditions import ROW_ID, mentions_text
from .previewed import RANK_DIGITS
from .question import By, Question
from .sql import Rows, Sql

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

AT_ONCE = 10_000
"""First rows of which the numbers are gathered while all that match are counted, in one scan."""

Found = tuple[list[list[Any]], int | None]
"""The rows, each in the order of `question.columns`, and how many match in all (None where nobody asked)."""


class Asking:
    """One question at an open connection.

    Args:
        total: rows of the table.
    """

    def __init__(self, connection: DuckDBPyConnection, rows: Rows, total: int) -> None:
        self._connection = connection
        self._rows = rows
        self._total = total

    def answer(self, question: Question) -> Found:
        """See `Tables.answer`."""
        if question.distinct:
            return self._distinct(question)
        numbers, total = self._numbers(question)
        return self._page(numbers, question), total

    def _numbers(self, question: Question) -> tuple[Sequence[int], int | None]:
        """The numbers of the rows of the page, in their order, and how many match."""
        first, last = question.offset, question.offset + question.limit
        if question.where is None and not question.ranks and self._rows.dense and _by_id(question.sort):
            there = range(self._total)
            if question.sort and question.sort[0].down:
                there = there[::-1]
            return there[first:last], self._total
        where = sql.where(question.where, self._rows)
        source = Sql(f" FROM {self._rows.source}") + where
        number = self._rows.number
        in_order = question.in_order
        if question.where is not None and question.include_total and mentions_text(question.where):
            # to look for words costs more than to remember the rows that have them: one scan tells page and total
            if not in_order:
                return self._counted(question, source)
            if 0 < last <= AT_ONCE:
                found = self._all(Sql(f"SELECT count(*), min({number}, {last})") + source)[0]
                return sorted(found[1] or ())[first:last], int(found[0])
        total: int | None = self._total
        if question.where is not None:
            total = self._count(source) if question.include_total else None
        if not question.limit or (total is not None and first >= total):
            return [], total
        if not in_order:
            source += Sql(" ORDER BY ") + self._order(question) + f", {number}"
        elif not self._rows.dense:
            source += f" ORDER BY {number}"
        # where rows lie in a file they come in its order, and the scan ends when there are enough
        source += f" LIMIT {question.limit} OFFSET {first}"
        return [int(row[0]) for row in self._all(Sql(f"SELECT {number}") + source)], total

    def _counted(self, question: Question, source: Sql) -> tuple[Sequence[int], int]:
        """The same by one scan, which keeps of every row that matches what it is sorted by."""
        keys = self._keys(question)
        kept = [key + f" AS k{place}" for place, (key, _) in enumerate(keys)]
        inner = Sql("SELECT ") + sql.joined(", ", [Sql(f"{self._rows.number} AS n"), *kept]) + source
        ways = "".join(f"k{place}{sql.way(by)}, " for place, (_, by) in enumerate(keys))
        query = Sql("SELECT n, count(*) OVER () FROM (")
        query += inner + ")"
        query += f" ORDER BY {ways}n"
        found = self._all(query + f" LIMIT {question.limit} OFFSET {question.offset}") if question.limit else []
        return [int(row[0]) for row in found], int(found[0][1]) if found else self._count(source)

    def _count(self, source: Sql) -> int:
        return int(self._all(Sql("SELECT count(*)") + source)[0][0])

    def _keys(self, question: Question) -> list[tuple[Sql, By]]:
        """What rows are sorted by."""
        ranks = {rank.name: sql.rank(rank, self._rows) for rank in question.ranks}
        sort = question.sort or tuple(By(rank.name, down=True) for rank in question.ranks)
        return [(ranks.get(by.column) or Sql(self._rows.column(by.column)), by) for by in sort]

    def _order(self, question: Question) -> Sql:
        return sql.joined(", ", [key + sql.way(by) for key, by in self._keys(question)])

    def _page(self, numbers: Sequence[int], question: Question) -> list[list[Any]]:
        """All that is shown of these rows."""
        if not numbers:
            return []
        number = self._rows.number
        ranks = {rank.name: rank for rank in question.ranks}
        shown = [
            sql.rank(ranks[name], self._rows) if name in ranks else Sql(self._rows.column(name))
            for name in question.columns
        ]
        low, high = min(numbers), max(numbers)
        if high - low + 1 == len(numbers):
            where = f"{number} BETWEEN {low} AND {high}"
        else:
            where = f"{number} IN ({', '.join(map(str, numbers))})"
        query = Sql("SELECT ") + sql.joined(", ", [Sql(number), *shown])
        query += f" FROM {self._rows.source} WHERE {where}"
        at = [place for place, name in enumerate(question.columns) if name in ranks]
        by_number = {}
        for row in self._all(query):
            values = [as_json(value) for value in row[1:]]
            for place in at:
                values[place] = round(values[place], RANK_DIGITS)
            by_number[row[0]] = values
        return [by_number[number] for number in numbers]

    def _distinct(self, question: Question) -> Found:
        names = ", ".join(self._rows.column(name) for name in question.columns)
        each = Sql(f"(SELECT DISTINCT {names} FROM {self._rows.source}")  # noqa: S608 - names are quoted
        each += sql.where(question.where, self._rows) + ")"
        query = Sql("SELECT *, count(*) OVER () FROM " if question.include_total else "SELECT *, NULL FROM ")
        query += each + " ORDER BY "
        query += self._order(question)
        found = self._all(query + f" LIMIT {question.limit} OFFSET {question.offset}") if question.limit else []
        rows = [[as_json(value) for value in row[:-1]] for row in found]
        if not question.include_total:
            return rows, None
        return rows, int(found[0][-1] if found else self._all(Sql("SELECT count(*) FROM ") + each)[0][0])

    def _all(self, query: Sql) -> list[tuple[Any, ...]]:
        return self._connection.execute(query.text, list(query.values)).fetchall()


def _by_id(sort: Sequence[By]) -> bool:
    return not sort or sort[0].column == ROW_ID
