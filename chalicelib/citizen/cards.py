"""Cards: what stands on a person's home page, in one partition that is read in one request.

    HOME#{person} / UNREAD            counter of unread messages
    HOME#{person} / {kind}#{id}       a card

A card is written, changed and taken away in the transaction of what it tells of, so the page is never wrong, and costs
nothing to put together. Its words are sealed; in the clear stand its kind, its id and until when it matters.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import field
from typing import Literal

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.keyring import Keyring
from chalicelib.shared.storage import Create, Item, Key, Remove, Table, Update
from chalicelib.shared.thai import Text

from .model import Person

Kind = Literal["bill", "case", "offer", "task"]
"""A bill to pay, a running application, a right that somebody probably has, something the person is asked to do."""

SHOWN = 200
"""Cards of one page; far more than anybody has, and one request."""


@dataclass(frozen=True)
class Card:
    """One thing on the home page.

    Attributes:
        kind, id: what it is of; `id` is the aggregate's own.
        title: one line, Thai and English.
        at: since when it stands there (ISO 8601, UTC).
        due: the day (Thailand) by which something should be done, if there is one.
        data: more for the reader; JSON types.
        version: of the card, 1 when it is new.
    """

    kind: Kind
    id: str
    title: Text = field(repr=False)
    at: str
    due: dt.date | None = None
    data: dict[str, object] = field(default_factory=dict, repr=False)
    version: int = 1


class Cards:
    """Changes of home pages, and their reading."""

    def __init__(self, table: Table, keyring: Keyring) -> None:
        self._table = table
        self._keyring = keyring

    def put(self, person: Person, card: Card) -> Create | Update:
        """The change that puts a card: a new one with version 1, else the next version of the one that stands there."""
        words = json.dumps([card.title.model_dump(), card.data], ensure_ascii=False)
        key = card_key(person, card.kind, card.id)
        item = Item(
            key,
            {
                "at": card.at,
                "due": None if card.due is None else card.due.isoformat(),
                "words": self._keyring.seal(words, _context(key)),
            },
            card.version,
        )
        return Create(item) if card.version == 1 else Update(item)

    def take_away(self, person: Person, kind: Kind, id: str) -> Remove:
        """The change that takes a card away, which must be there or not: both are the end that was wanted."""
        return Remove(card_key(person, kind, id))

    def page(self, person: Person) -> tuple[int, Sequence[Card]]:
        """How many messages the person never opened, and their cards; one request."""
        unread, cards = 0, list[Card]()
        for item in self._table.query(_home(person), limit=SHOWN).items:
            if item.key == unread_key(person):
                unread = int(item.data["count"])
            else:
                cards.append(self._card(item))
        return unread, cards

    def _card(self, item: Item) -> Card:
        kind, _, name = item.key.sk.partition("#")
        title, data = json.loads(self._keyring.unseal(item.data["words"], _context(item.key)))
        due = item.data["due"]
        return Card(
            kind=kind,  # type: ignore[arg-type] # what `put` wrote
            id=name,
            title=Text(**title),
            at=item.data["at"],
            due=None if due is None else dt.date.fromisoformat(due),
            data=data,
            version=item.version,
        )


def unread_key(person: Person) -> Key:
    """Where the count of unread messages lies."""
    return Key(_home(person), "UNREAD")


def card_key(person: Person, kind: Kind, id: str) -> Key:
    """Where a card lies."""
    return Key(_home(person), f"{kind}#{id}")


def _home(person: Person) -> str:
    return f"HOME#{person}"


def _context(key: Key) -> str:
    return f"{key.pk}/{key.sk}"
