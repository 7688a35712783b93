"""Where a person's messages lie in the room's table.

INBOX#{person}   / MSG#{id}      message      by_owner: INBOX#{person}, served_at#id
HOME#{person}    / UNREAD        counter of unread messages
MESSAGE#{id}                     / EVT#...    history of one message
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

from chalicelib.shared.journal import Head, Journal, Once
from chalicelib.shared.storage import Count, Create, Item, Key, Table, Update

from ..cards import unread_key
from ..model import Person
from .model import Message
from .rules import HOLDS

BY_OWNER = "by_owner"


@dataclass(frozen=True)
class MessagePage:
    """Some messages, newest first; `after` for the next page."""

    items: tuple[Message, ...]
    after: str | None


class Store:
    """Reads messages and writes what happens to them."""

    def __init__(self, table: Table, journal: Journal) -> None:
        self._table = table
        self._journal = journal

    def message(self, person: Person, id: str) -> Message | None:
        """One message of this person."""
        found = self._table.get(_message_key(person, id))
        return None if found is None else _message(found)

    def messages_of(self, person: Person, ids: Iterable[str]) -> list[Message]:
        """Those of these messages that the person has, in one request."""
        found = self._table.get_many([_message_key(person, each) for each in ids])
        return [_message(item) for item in found.values()]

    def messages(self, person: Person, after: str | None, limit: int) -> MessagePage:
        """Messages, newest first."""
        page = self._table.query(_inbox(person), index=BY_OWNER, after=after, limit=limit, newest_first=True)
        return MessagePage(tuple(_message(item) for item in page.items), page.after)

    def unread(self, person: Person) -> int:
        """How many messages were never opened."""
        found = self._table.get(unread_key(person))
        return 0 if found is None else int(found.data["count"])

    def serve(self, once: Once, person: Person, message: Message) -> None:
        """Puts a new message into the inbox.

        Raises:
            AlreadyThere: it is there.
        """
        event, head = self._journal.happened(
            Head(),
            subject=message.id,
            type="citizen.message.served",
            by=f"system:{message.sender}",
            data={"category": message.category, "source": message.source, "case": message.case},
        )
        message = replace(message, chain=(head.seq, head.hash))
        index = {BY_OWNER: Key(_inbox(person), f"{message.served_at}#{message.id}")}
        item = Item(_message_key(person, message.id), _data(message), indexes=index)
        counted = Count(unread_key(person), 1, HOLDS)
        self._journal.commit(once, [Create(item), counted], [(f"MESSAGE#{message.id}", event)])

    def open(self, once: Once, person: Person, message: Message) -> None:
        """Writes down that a message was opened now.

        Raises:
            Stale: somebody was faster.
        """
        event, head = self._journal.happened(
            Head(*message.chain),
            subject=message.id,
            type="citizen.message.opened",
            by=f"citizen:{person}",
            data={"opened_at": message.opened_at},
        )
        message = replace(message, chain=(head.seq, head.hash), version=message.version + 1)
        key = _message_key(person, message.id)
        index = {BY_OWNER: Key(_inbox(person), f"{message.served_at}#{message.id}")}
        item = Item(key, _data(message), message.version, index)
        counted = Count(unread_key(person), -1, HOLDS)
        self._journal.commit(once, [Update(item), counted], [(f"MESSAGE#{message.id}", event)])


def _inbox(person: Person) -> str:
    return f"INBOX#{person}"


def _message_key(person: Person, id: str) -> Key:
    return Key(_inbox(person), f"MSG#{id}")


def _data(message: Message) -> dict[str, Any]:
    return {name: value for name, value in asdict(message).items() if name != "version"}


def _message(item: Item) -> Message:
    return Message(**{**item.data, "chain": tuple(item.data["chain"]), "version": item.version})
