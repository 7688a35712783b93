"""The inbox: what the state tells a person, and when it counts as told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import AlreadyThere, Stale, not_found
from chalicelib.shared.identity import Caller
from chalicelib.shared.ids import new_id, new_token
from chalicelib.shared.journal import Once
from chalicelib.shared.objects import UploadForm
from chalicelib.shared.storage import Create

from .. import activity, rules
from ..hall import Hall
from ..model import Person
from .attachments import Attachments
from .held import holding
from .letters import Letter, sealed, unsealed
from .model import Attachment, Category, Message, NewMessage
from .ports import Ways
from .proofs import digest, proof
from .rules import FILTERED_READS, fits, must_be_hideable
from .store import Store

_ATTEMPTS = 3
Done = Literal["opened", "archived", "unarchived", "hidden"]
_DEEDS: dict[Done, str] = {
    "opened": "message.opened",
    "archived": "message.archived",
    "unarchived": "message.unarchived",
    "hidden": "message.hidden",
}
"""The deeds by their names in the person's log."""


@dataclass(frozen=True)
class InboxPage:
    """Some letters, newest first, how many were never opened, and the cursor of the next page."""

    letters: tuple[Letter, ...]
    unread: int
    next: str | None


class Inbox:
    """Delivers and shows messages.

    Args:
        hall: the room's tools.
        ways: whether a person wants to be called to the inbox from outside.
    """

    def __init__(self, hall: Hall, ways: Ways) -> None:
        self._hall = hall
        self._ways = ways
        self._store = Store(hall.parts.table, hall.parts.journal)
        self._files = Attachments(hall.objects)
        self._keyring = hall.parts.keyring
        hall.holdings["inbox"] = holding(hall, self._store, self._files)

    # --- for senders

    def deliver(self, pid: str, message: NewMessage, *, sender: str) -> Message:
        """Serves a message to a person; a repeat of the same message changes nothing.

        Args:
            pid: national id of the person; not kept.
            message: what to say.
            sender: subsystem id of who sends it; the message's id is the sender's.

        Raises:
            Invalid: the national id does not hold, or an attachment is not there as announced.
            AlreadyThere: the id was used for other content.
            TooMany: the sender told this person enough today.
        """
        return self.tell(self._person(pid), message, sender=sender)

    def tell(self, person: Person, message: NewMessage, *, sender: str) -> Message:
        """The same for a person whom the room knows already.

        Raises:
            Invalid, AlreadyThere, TooMany.
        """
        here = rules.id_here(sender, message.id, person)
        mark = self._keyring.mac("message", f"{here}\n{person}\n{message.model_dump_json()}".encode())
        there, wishes = self._store.message_and(person, here, self._ways.key(person))
        if there is None:
            self._files.take(sender, person, message.attachments)
            now = self._hall.now()
            new = Message(
                id=here,
                sender=sender,
                source=message.source,
                category=message.category,
                case=message.case,
                served_at=now.isoformat(timespec="milliseconds"),
                content=sealed(self._keyring, person, here, message),
                mark=mark,
                digest=digest(message),
                legal=message.legal,
            )
            try:
                self._store.serve(_attempt(), person, new, heard=self._ways.any(wishes, message.category), now=now)
            except AlreadyThere:
                there = self._store.message(person, here)
            else:
                return new
        if there is None:
            raise AssertionError("a message that is there can be read")
        rules.must_be_the_same(there.mark, mark)
        return there

    def attach_form(self, pid: str, given: Attachment, *, sender: str) -> UploadForm:
        """A presigned form for one file of a message that is still to be served.

        Raises:
            Invalid: the national id does not hold.
        """
        return self._files.form(sender, self._person(pid), given)

    def opened(self, pid: str, ids: Sequence[str], *, sender: str) -> dict[str, str]:
        """When a sender's own messages were first opened, by the sender's ids; those that were not are left out.

        Raises:
            Invalid: the national id does not hold.
        """
        person = self._person(pid)
        theirs = {rules.id_here(sender, each, person): each for each in ids}
        found = self._store.messages_of(person, theirs)
        return {theirs[message.id]: message.opened_at for message in found if message.opened_at is not None}

    def proof(self, pid: str, own: str, *, sender: str) -> str:
        """The signed proof that a sender's own message was served, and when it was opened.

        Raises:
            Invalid: the national id does not hold.
            NotFound: the sender served no such message to this person.
        """
        person = self._person(pid)
        message = self._store.message(person, rules.id_here(sender, own, person))
        if message is None:
            raise not_found("ข้อความ", "message")
        parts = self._hall.parts
        issuer = f"{parts.base_url}/citizen"
        return proof(message, own, pid, issuer=issuer, keyring=parts.keyring, now=self._hall.now())

    # --- for the person

    def page(
        self,
        person: Person,
        cursor: str | None,
        limit: int,
        *,
        category: Category | None = None,
        unread: bool = False,
        archived: bool = False,
    ) -> InboxPage:
        """One page of a person's inbox: one query, and one read of the counter.

        A filtered page is read through, in at most `FILTERED_READS` queries: it may be short, and `next` goes on.

        Raises:
            Malformed: the cursor is not of this list.
        """
        scope = ("inbox", person, category, unread, archived)
        cursors = self._hall.parts.cursors
        after, found = cursors.read(cursor, scope), list[Message]()
        for _ in range(FILTERED_READS if category is not None or unread else 1):
            read = self._store.messages(person, archived, after, limit - len(found))
            found += [message for message in read.items if fits(message, category, unread)]
            after = read.after
            if after is None or len(found) == limit:
                break
        letters = tuple(self._unsealed(person, message) for message in found)
        return InboxPage(letters, self._store.unread(person), cursors.make(after, scope))

    def unread(self, person: Person) -> int:
        """How many messages the person never opened; one read."""
        return self._store.unread(person)

    def find(self, person: Person, id: str) -> Letter | None:
        """One message, or None where there is none or it is hidden."""
        message = self._store.message(person, id) if rules.is_id_here(id) else None
        return None if message is None or message.hidden else self._unsealed(person, message)

    def open(self, person: Person, id: str, caller: Caller) -> Letter:
        """Opens a message; the first time is the time that counts, later ones change nothing.

        Raises:
            NotFound: this person has no such message.
        """

        def opened(message: Message) -> Message | None:
            if message.opened_at is not None:
                return None
            return replace(message, opened_at=self._hall.now().isoformat(timespec="milliseconds"))

        return self._do(person, id, caller, "opened", opened)

    def put_away(self, person: Person, id: str, caller: Caller, *, archived: bool) -> Letter:
        """Moves a message into the archive, or out of it; where it is there already, nothing changes.

        Raises:
            NotFound: this person has no such message.
        """

        def moved(message: Message) -> Message | None:
            return None if message.archived is archived else replace(message, archived=archived)

        return self._do(person, id, caller, "archived" if archived else "unarchived", moved)

    def hide(self, person: Person, id: str, caller: Caller) -> None:
        """Takes a message without legal effect out of the person's sight, and out of the count of unread ones.

        Raises:
            NotFound: this person has no such message.
            WrongState: it has legal effect.
        """

        def hidden(message: Message) -> Message | None:
            must_be_hideable(message)
            return replace(message, hidden=True)

        self._do(person, id, caller, "hidden", hidden)

    def attachment(self, person: Person, id: str, number: int) -> tuple[Attachment, str]:
        """One file of a message (counted from 1) and a short-lived address to read it.

        Raises:
            NotFound: this person has no such message, or it no such file.
        """
        letter = self.find(person, id)
        if letter is None or not 1 <= number <= len(letter.attachments):
            raise not_found("ไฟล์แนบ", "attachment")
        file = letter.attachments[number - 1]
        return file, self._files.address(letter.message.sender, person, file)

    # --- inside

    def _do(
        self, person: Person, id: str, caller: Caller, what: Done, step: Callable[[Message], Message | None]
    ) -> Letter:
        """Takes a step with a message, whoever else takes one at the same time; None changes nothing."""
        for left in reversed(range(_ATTEMPTS)):
            message = self._find(person, id)
            after = step(message)
            if after is None:
                return self._unsealed(person, message)
            counts = int(after.opened_at is None and not after.hidden) - int(message.opened_at is None)
            more = [] if caller.actor is None else [self._line(person, caller, what, message)]
            try:
                self._store.change(_attempt(), person, after, what, by=caller.label, unread=counts, more=more)
            except Stale:  # two devices at once: look at it again
                if not left:
                    raise
            else:
                return self._unsealed(person, after)
        raise AssertionError("the last attempt returns or raises")

    def _find(self, person: Person, id: str) -> Message:
        message = self._store.message(person, id) if rules.is_id_here(id) else None
        if message is None or message.hidden:
            raise not_found("ข้อความ", "message")
        return message

    def _line(self, person: Person, caller: Caller, what: Done, message: Message) -> Create:
        at = self._hall.now().isoformat(timespec="milliseconds")
        detail = {"message": message.id, "source": message.source}
        return activity.line(person, at=at, id=new_id(), what=_DEEDS[what], caller=caller, detail=detail)

    def _person(self, pid: str) -> Person:
        return self._hall.person(rules.checked_pid(pid))

    def _unsealed(self, person: Person, message: Message) -> Letter:
        return unsealed(self._keyring, person, message)


def _attempt() -> Once:
    # what is written lies under a key made of the sender's id, so it needs no claim of its own
    return Once(new_id(), "", new_token(), claimed=False)
