"""The public list of services, with search by words and agency.

It is read from cards, a partition of its own without documents, and kept in this process for a while: the list of all
services of a country's exchange is some hundred kilobytes.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import datetime

from ...shared.cursors import Cursors
from ...shared.dataclass import dataclass
from ...shared.storage import Table, every
from ..directory import Directory
from ..ids import MemberId, ServiceId
from ..model import Member, Window
from ..store import windows_from
from . import store

FRESH = 30.0
"""Seconds for which the list is kept: as long as the directory's memory, so that both tell the same."""


@dataclass(frozen=True)
class Card:
    """A service as the list shows it."""

    id: ServiceId
    title_th: str
    title_en: str
    member_th: str
    member_en: str
    version: int
    personal: bool
    notice: tuple[str, str] | None
    maintenance: tuple[Window, ...]
    text: str


class Catalogue:
    """Finds services."""

    def __init__(self, table: Table, directory: Directory, cursors: Cursors, clock: Callable[[], datetime]) -> None:
        self._table = table
        self._directory = directory
        self._cursors = cursors
        self._clock = clock
        self._cards: list[Card] = []
        self._until = 0.0

    def find(
        self, words: str, member: MemberId | None, cursor: str | None, limit: int
    ) -> tuple[list[Card], str | None]:
        """Services whose text holds every one of the words, by id, and the cursor of the next page.

        Raises:
            Malformed: the cursor is of another search.
        """
        wanted, scope = folded(words).split(), ("services", words, member)
        after = self._cursors.read(cursor, scope) or ""
        found = [
            card
            for card in self._all()
            if str(card.id) > after
            and (member is None or card.id.subsystem.member == member)
            and all(word in card.text for word in wanted)
        ]
        more = str(found[limit - 1].id) if len(found) > limit else None
        return found[:limit], self._cursors.make(more, scope)

    def _all(self) -> list[Card]:
        now = self._clock().timestamp()
        if now >= self._until:
            members = {each.id: each for each in self._directory.everyone() if isinstance(each, Member)}
            self._cards = [
                _card(ServiceId.parse(item.key.sk), item.data, members) for item in every(self._table, store.CATALOGUE)
            ]
            self._until = now + FRESH
        return self._cards


def _card(identifier: ServiceId, data: object, members: dict[MemberId, Member]) -> Card:
    given = dict(data) if isinstance(data, dict) else {}
    member = members.get(identifier.subsystem.member)
    names = ("", "") if member is None else (member.name_th, member.name_en)
    text = " ".join((str(identifier), given["title_th"], given["title_en"], *names, given["words"]))
    return Card(
        identifier,
        given["title_th"],
        given["title_en"],
        *names,
        version=given["version"],
        personal=given["personal"],
        notice=None if given["notice"] is None else (given["notice"][0], given["notice"][1]),
        maintenance=windows_from(given["maintenance"]),
        text=folded(text),
    )


def folded(text: str) -> str:
    """Text as it is compared: one form of each character (NFKC, which also parts sara am), no difference of case."""
    return unicodedata.normalize("NFKC", text).casefold()
