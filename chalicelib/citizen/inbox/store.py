"""Where a person's messages lie in the room's table.

INBOX#{person}   / MSG#{id}      message      by_owner: INBOX#{person} or INBOX#{person}#archive, served_at#id;
                                              a hidden one is in neither
HOME#{person}    / UNREAD        counter of messages that were never opened (archived ones too, hidden ones not)
FROM#{person}    / {day}#{sender}             messages of one sender in a day; expires
MESSAGE#{id}                     / EVT#...    history of one message
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from typing import Any

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.journal import Head, Journal, Once
from chalicelib.shared.storage import Change, Count, Create, Item, Key, Remove, Table, Update
from chalicelib.shared.workdays import thai_date

from ..cards import unread_key
from ..hall import QUEUE
from ..model import SELF, Person
from .model import Message
from .rules import HOLDS, PER_DAY

BY_OWNER = "by_owner"
_COUNTED = dt.timedelta(days=3)


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
        found = self._table.get(message_key(person, id))
        return None if found is None else _message(found)

    def message_and(self, person: Person, id: str, key: Key) -> tuple[Message | None, Item | None]:
        """One message and something else, in one request."""
        own = message_key(person, id)
        found = self._table.get_many([own, key])
        return (None if own not in found else _message(found[own])), found.get(key)

    def messages_of(self, person: Person, ids: Iterable[str]) -> list[Message]:
        """Those of these messages that the person has, in one request."""
        found = self._table.get_many([message_key(person, each) for each in ids])
        return [_message(item) for item in found.values()]

    def messages(self, person: Person, archived: bool, after: str | None, limit: int) -> MessagePage:
        """Messages, newest first."""
        pk = _shelf(person, archived)
        page = self._table.query(pk, index=BY_OWNER, after=after, limit=limit, newest_first=True)
        return MessagePage(tuple(_message(item) for item in page.items), page.after)

    def unread(self, person: Person) -> int:
        """How many messages were never opened."""
        found = self._table.get(unread_key(person))
        return 0 if found is None else int(found.data["count"])

    def serve(self, once: Once, person: Person, message: Message, *, heard: bool, now: dt.datetime) -> None:
        """Puts a new message into the inbox.

        Args:
            once: the attempt.
            person: whose.
            message: new.
            heard: whether the channels must learn of it.
            now: the time.

        Raises:
            AlreadyThere: it is there.
            TooMany: the sender's, or the inbox's, measure is full.
        """
        event, head = self._journal.happened(
            Head(),
            subject=message.id,
            type="citizen.message.served",
            by=f"system:{message.sender}",
            data={
                "person": person,
                "category": message.category,
                "source": message.source,
                "case": message.case,
                "legal": message.legal,
            },
            queue=QUEUE if heard else None,
        )
        message = replace(message, chain=(head.seq, head.hash))
        changes: list[Change] = [Create(_item(person, message)), Count(unread_key(person), 1, HOLDS)]
        if message.sender != SELF:
            key = Key(f"FROM#{person}", f"{thai_date(now).isoformat()}#{message.sender}")
            changes.append(Count(key, 1, PER_DAY, expires=int((now + _COUNTED).timestamp())))
        self._journal.commit(once, changes, [(f"MESSAGE#{message.id}", event)])

    def change(
        self, once: Once, person: Person, message: Message, what: str, *, by: str, unread: int, more: Sequence[Change]
    ) -> None:
        """Writes down what happened to a message that was read at its version.

        Args:
            once: the attempt.
            person: whose.
            message: as it is now.
            what: opened, archived, unarchived or hidden.
            by: label of who did it.
            unread: what it adds to the counter.
            more: other changes of the same transaction.

        Raises:
            Stale: somebody was faster.
        """
        event, head = self._journal.happened(
            Head(*message.chain),
            subject=message.id,
            type=f"citizen.message.{what}",
            by=by,
            data={"opened_at": message.opened_at} if what == "opened" else {},
        )
        message = replace(message, chain=(head.seq, head.hash), version=message.version + 1)
        counted = [Count(unread_key(person), unread, HOLDS)] if unread else []
        changes: list[Change] = [Update(_item(person, message)), *counted, *more]
        self._journal.commit(once, changes, [(f"MESSAGE#{message.id}", event)])

    def all(self, person: Person) -> list[Message]:
        """Everything that the person has, hidden ones too."""
        found, after = list[Message](), None
        while True:
            page = self._table.query(_inbox(person), after=after, limit=100)
            found += [_message(item) for item in page.items]
            after = page.after
            if after is None:
                return found

    def remove(self, once: Once, person: Person, message: Message) -> None:
        """Takes a message away, and out of the count of unread ones.

        Raises:
            Stale: it changed.
        """
        counts = message.opened_at is None and not message.hidden
        counted = [Count(unread_key(person), -1, HOLDS)] if counts else []
        self._journal.commit(once, [Remove(message_key(person, message.id), message.version), *counted])


def message_key(person: Person, id: str) -> Key:
    """Where a message lies."""
    return Key(_inbox(person), f"MSG#{id}")


def _inbox(person: Person) -> str:
    return f"INBOX#{person}"


def _shelf(person: Person, archived: bool) -> str:
    return f"{_inbox(person)}#archive" if archived else _inbox(person)


def _item(person: Person, message: Message) -> Item:
    data: dict[str, Any] = {name: value for name, value in asdict(message).items() if name != "version"}
    place = Key(_shelf(person, message.archived), f"{message.served_at}#{message.id}")
    indexes = {} if message.hidden else {BY_OWNER: place}
    return Item(message_key(person, message.id), data, message.version, indexes)


def _message(item: Item) -> Message:
    return Message(**{**item.data, "chain": tuple(item.data["chain"]), "version": item.version})
