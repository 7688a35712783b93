"""Conditions and orders as SQL: columns as quoted identifiers, values bound, nothing else of a caller's in the text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chalicelib.shared.dataclass import dataclass

from ..ingest.types import quoted
from .conditions import ROW_ID, AllOf, AnyOf, Compare, Condition, Matches, Missing, Not, OneOf, Rank, Sought
from .question import By


@dataclass(frozen=True)
class Rows:
    """A table's rows as a relation of SQL.

    Attributes:
        source: what stands behind FROM.
        number: the column by which rows are told apart; it grows in the table's order.
        id: the column of `_id`.
        first: what is to be added to `id`, to be the `_id`.
        dense: whether `number` counts the rows from 0, so that a page is known without looking.
    """

    source: str
    number: str
    id: str
    first: int = 0
    dense: bool = False

    def column(self, name: str) -> str:
        """An expression of what a column shows."""
        if name != ROW_ID:
            return quoted(name)
        return f"({self.id} + {self.first})" if self.first else self.id


@dataclass(frozen=True)
class Sql:
    """A piece of SQL and the values of its parameters, in order."""

    text: str
    values: tuple[Any, ...] = ()

    def __add__(self, other: Sql | str) -> Sql:
        added = other if isinstance(other, Sql) else Sql(other)
        return Sql(self.text + added.text, self.values + added.values)


def joined(between: str, parts: Sequence[Sql]) -> Sql:
    """Pieces with a text between them."""
    return Sql(between.join(part.text for part in parts), tuple(value for part in parts for value in part.values))


def where(condition: Condition | None, rows: Rows) -> Sql:
    """` WHERE ...`, or nothing."""
    return Sql("") if condition is None else Sql(" WHERE ") + holds(condition, rows)


def holds(condition: Condition, rows: Rows) -> Sql:
    """An expression that is true where the condition holds, false or NULL elsewhere."""
    match condition:
        case Compare(column, operator, value):
            name, given = _place(column, rows, [value])
            return Sql(f"{name} {operator} ?", tuple(given))
        case OneOf(column, values):
            name, given = _place(column, rows, values)
            return Sql(f"{name} IN ({', '.join('?' * len(values))})", tuple(given))
        case Missing(column):
            return Sql(f"{_place(column, rows, ())[0]} IS NULL")
        case Matches(column, pattern):
            return Sql(f"regexp_matches({quoted(column)}, ?)", (pattern,))
        case Not(part):
            return Sql("NOT coalesce(") + holds(part, rows) + ", false)"
        case AllOf(parts):
            return Sql("(") + joined(" AND ", [holds(part, rows) for part in parts] or [Sql("true")]) + ")"
        case AnyOf(parts):
            return Sql("(") + joined(" OR ", [holds(part, rows) for part in parts] or [Sql("false")]) + ")"


def _place(column: str, rows: Rows, values: Sequence[Any]) -> tuple[str, list[Any]]:
    # the values of `_id` are moved, not the column: so statistics of the file still tell what need not be read
    if column == ROW_ID:
        return rows.id, [value - rows.first for value in values]
    return quoted(column), list(values)


def rank(asked: Rank, rows: Rows) -> Sql:
    """How well a row fits, 0 to 1."""
    parts = [_filled(word, rows) for word in asked.words]
    return Sql("((") + joined(" + ", parts) + f") / {len(parts)})"


def _filled(word: Sought, rows: Rows) -> Sql:
    """The largest share of a cell that this word fills."""
    shares: list[Sql] = [Sql("0.0::DOUBLE")]
    for place in word.places:
        if isinstance(place, Matches):
            share = f"least(1.0, {word.length}::DOUBLE / length({quoted(place.column)}))"
        else:
            share = "1.0::DOUBLE"
        shares.append(Sql("CASE WHEN ") + holds(place, rows) + f" THEN {share} ELSE 0.0 END")
    return Sql("greatest(") + joined(", ", shares) + ")"


def way(by: By) -> str:
    """What stands behind an expression that rows are sorted by."""
    return f" {'DESC' if by.down else 'ASC'} NULLS {'FIRST' if by.nulls_first else 'LAST'}"
