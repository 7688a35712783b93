"""What the search page says of a result: how many, by what it can be narrowed, what may have been meant."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from chalicelib.shared.dataclass import dataclass

from ..search.model import Found
from ..standard import fields as metadata
from .markdown import cut
from .searching import FACETS, Asked
from .words import Words

FIRST, REST = 6, 9
"""Values of a facet that are seen at once, and on demand; who looks for another one types it."""
LABEL = 70

Titles = Mapping[tuple[str, str], str]
"""Titles of organisations and themes by search field and name."""
At = Callable[[Asked], str]
"""Makes the address of a search."""


@dataclass(frozen=True)
class Value:
    """A value by which the result can be narrowed, and how many datasets would be left."""

    label: str
    count: int
    address: str


@dataclass(frozen=True)
class Facet:
    """The values of one search field, the commonest first."""

    name: str
    first: tuple[Value, ...]
    rest: tuple[Value, ...]


def counted(count: int, asked: str, words: Words) -> str:
    """How many were found, and for which words."""
    return words.number("found_for", count, words=asked) if asked else words.number("found", count)


def chosen(pair: tuple[str, str], groups: Titles, words: Words) -> str:
    """A filter that is in force, in words."""
    return f"{words(f'facet_{pair[0]}')}: {label(pair, groups, words)}"


def label(pair: tuple[str, str], groups: Titles, words: Words) -> str:
    """A value of a search field as people read it."""
    name, value = pair
    if name in ("organization", "groups"):
        return groups.get(pair, value)
    if name == "license_id":
        licence = metadata.license_of(value)
        return words.term(str(licence["title"]) if licence else value)
    return words.term(value) if name == "data_category" else value


def facets(found: Found, asked: Asked, groups: Titles, words: Words, at: At) -> list[Facet]:
    """What can still narrow the result; values that are chosen are left out."""
    made: list[Facet] = []
    for name in FACETS:
        values = tuple(
            Value(cut(label((name, value), groups, words), LABEL), count, at(asked.within((name, value))))
            for value, count in found.facets.get(name, ())
            if value and (name, value) not in asked.chosen
        )
        if values:
            made.append(Facet(name, values[:FIRST], values[FIRST : FIRST + REST]))
    return made


def suggestion(found: Found, asked: Asked, at: At) -> tuple[str, str] | None:
    """The words as they may have been meant, and the address of a search for them."""
    if not found.suggestion or found.suggestion == asked.words:
        return None
    return found.suggestion, at(Asked(found.suggestion, asked.chosen, asked.sort))
