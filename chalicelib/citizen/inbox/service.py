"""The inbox: what the state tells a person, and when it counts as told."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from chalicelib.shared.cursors import Cursors
from chalicelib.shared.errors import AlreadyThere, Stale, not_found
from chalicelib.shared.ids import new_id, new_token
from chalicelib.shared.journal import Once
from chalicelib.shared.keyring import Keyring
from chalicelib.shared.thai import Text

from .. import rules
from ..model import Person
from .model import Message, NewMessage
from .store import Store


@dataclass(frozen=True)
class Letter:
    """A message with its content unsealed, for the person themself."""

    message: Message
    title: Text = field(repr=False)
    body: Text = field(repr=False)


@dataclass(frozen=True)
class InboxPage:
    """Some letters, newest first, how many were never opened, and the cursor of the next page."""

    letters: tuple[Letter, ...]
    unread: int
    next: str | None


class Inbox:
    """Delivers and shows messages."""

    def __init__(self, store: Store, keyring: Keyring, cursors: Cursors, *, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._keyring = keyring
        self._cursors = cursors
        self._clock = clock

    def deliver(self, pid: str, message: NewMessage, *, sender: str) -> Message:
        """Serves a message to a person; a repeat of the same message changes nothing.

        Args:
            pid: national id of the person; not kept.
            message: what to say.
            sender: subsystem id of who sends it; the message's id is the sender's.

        Raises:
            Invalid: the national id does not hold.
            AlreadyThere: the id was used for other content.
        """
        return self.tell(Person(self._keyring.pseudonym(rules.checked_pid(pid))), message, sender=sender)

    def tell(self, person: Person, message: NewMessage, *, sender: str) -> Message:
        """The same for a person whom the room knows already.

        Raises:
            AlreadyThere: the id was used for other content.
        """
        here = rules.id_here(sender, message.id, person)
        content = json.dumps([message.title.model_dump(), message.body.model_dump()], ensure_ascii=False)
        mark = self._keyring.mac("message", f"{here}\n{person}\n{message.model_dump_json()}".encode())
        there = self._store.message(person, here)
        if there is None:
            new = Message(
                id=here,
                sender=sender,
                source=message.source,
                category=message.category,
                case=message.case,
                served_at=self._clock().isoformat(timespec="milliseconds"),
                content=self._keyring.seal(content, _context(person, here)),
                mark=mark,
            )
            try:
                self._store.serve(_attempt(), person, new)
            except AlreadyThere:
                there = self._store.message(person, here)
            else:
                return new
        if there is None:
            raise AssertionError("a message that is there can be read")
        rules.must_be_the_same(there.mark, mark)
        return there

    def opened(self, pid: str, ids: Sequence[str], *, sender: str) -> dict[str, str]:
        """When a sender's own messages were first opened, by the sender's ids; those that were not are left out.

        Raises:
            Invalid: the national id does not hold.
        """
        person = Person(self._keyring.pseudonym(rules.checked_pid(pid)))
        theirs = {rules.id_here(sender, each, person): each for each in ids}
        found = self._store.messages_of(person, theirs)
        return {theirs[message.id]: message.opened_at for message in found if message.opened_at is not None}

    def page(self, person: Person, cursor: str | None, limit: int) -> InboxPage:
        """One page of a person's inbox.

        Raises:
            Malformed: the cursor is not of this list.
        """
        scope = f"inbox/{person}"
        found = self._store.messages(person, self._cursors.read(cursor, scope), limit)
        letters = tuple(self._unsealed(person, message) for message in found.items)
        return InboxPage(letters, self._store.unread(person), self._cursors.make(found.after, scope))

    def open(self, person: Person, id: str) -> Letter:
        """Opens a message; the first time is the time that counts, later ones change nothing.

        Raises:
            NotFound: this person has no such message.
        """
        message = self._find(person, id)
        if message.opened_at is None:
            opened = replace(message, opened_at=self._clock().isoformat(timespec="milliseconds"))
            try:
                self._store.open(_attempt(), person, opened)
                message = opened
            except Stale:  # two devices at once: the first one's time stands
                message = self._find(person, id)
        return self._unsealed(person, message)

    def _find(self, person: Person, id: str) -> Message:
        message = self._store.message(person, id) if rules.is_id_here(id) else None
        if message is None:
            raise not_found("ข้อความ", "message")
        return message

    def _unsealed(self, person: Person, message: Message) -> Letter:
        title, body = json.loads(self._keyring.unseal(message.content, _context(person, message.id)))
        return Letter(message, Text(**title), Text(**body))


def _context(person: Person, id: str) -> str:
    return f"inbox/{person}/{id}"


def _attempt() -> Once:
    # what is written lies under a key made of the sender's id, so it needs no claim of its own
    return Once(new_id(), "", new_token(), claimed=False)
