"""How each kind of source is asked and read.

A reader gives the address of a page and makes `Record`s of the answer; all of them in CKAN's shape, so that the
mapping is one.
"""

from __future__ import annotations

from typing import Protocol

from ..model import Kind, Page, Source
from ..remote import Answer


class Reader(Protocol):
    """Knows one kind of source."""

    accept: str

    def address(self, source: Source, place: str, since: str) -> str:
        """The address of a page; "" is the first; `since` (ISO 8601) asks for changes only, where that is possible."""
        ...

    def read(self, source: Source, place: str, answer: Answer) -> Page:
        """What an answer holds.

        Raises:
            Broken: it cannot be read.
        """
        ...


def reader_of(kind: Kind) -> Reader:
    """The reader of a kind; its libraries are loaded only for who needs them."""
    if kind == "ckan":
        from .ckan import Ckan

        return Ckan()
    if kind == "dcat":
        from .dcat import Dcat

        return Dcat()
    from .data_json import DataJson

    return DataJson()
