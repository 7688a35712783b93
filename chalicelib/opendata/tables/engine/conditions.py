"""What rows must be like, as plain values: made by `filters` and `words`, understood by `sql` and `plain`."""

from __future__ import annotations

from typing import Any, Literal

from chalicelib.shared.dataclass import dataclass

ROW_ID = "_id"
Operator = Literal["=", "<", "<=", ">", ">="]


@dataclass(frozen=True)
class Compare:
    """The column has a value, and it stands so to this one (of the column's own type, never None)."""

    column: str
    operator: Operator
    value: Any


@dataclass(frozen=True)
class OneOf:
    """The column has one of these values (of its own type, never None; at least one)."""

    column: str
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Missing:
    """The column has no value."""

    column: str


@dataclass(frozen=True)
class Matches:
    """The pattern is found somewhere in the column's text; it is one that RE2 and Python's re read alike."""

    column: str
    pattern: str


@dataclass(frozen=True)
class AllOf:
    """Every part holds; of none, always."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class AnyOf:
    """A part holds; of none, never."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Not:
    """The part does not hold."""

    part: Condition


Condition = Compare | OneOf | Missing | Matches | AllOf | AnyOf | Not


@dataclass(frozen=True)
class Sought:
    """One word of a search.

    Attributes:
        length: its characters.
        places: of each column where it may stand, what must hold there.
    """

    length: int
    places: tuple[Compare | AnyOf | Matches, ...]


@dataclass(frozen=True)
class Rank:
    """How well a row fits a search: of each word, the share of a cell that it fills (the best cell counts); the mean.

    A number or date that is the word is filled by it wholly.

    Attributes:
        name: of the column that shows it.
        words: at least one.
    """

    name: str
    words: tuple[Sought, ...]


def mentions_text(condition: Condition) -> bool:
    """Whether it looks for words, which costs more than to compare values."""
    match condition:
        case Matches():
            return True
        case AllOf(parts) | AnyOf(parts):
            return any(map(mentions_text, parts))
        case Not(part):
            return mentions_text(part)
        case _:
            return False
