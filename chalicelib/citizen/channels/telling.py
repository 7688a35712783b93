"""Calls a person to the inbox by the ways that they chose, each at most once: the consumer of `citizen.message.served`.

A way is claimed before anything is sent. A crash in between leaves `queued`; the next consumer waits until nobody can
have it in hand any more and writes `unclear`: it is not sent again, for neither SES nor SNS would know the repeat. What
was surely not taken is tried again by the queue. Why that way round: docs/decisions/0032.
"""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.shared import contacts
from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.ids import new_token
from chalicelib.shared.journal import Event, NotYet
from chalicelib.shared.messengers import Mail, NotTaken, Unclear, Undeliverable
from chalicelib.shared.storage import Change, Item, Key, WriteRefused, key_of
from chalicelib.shared.thai import Language, Text

from ..hall import Hall
from ..inbox.model import NewMessage
from ..inbox.service import Inbox
from ..model import SELF, Person
from . import rules, words
from .model import ADDRESSES, Address, Sent, Status
from .store import ChannelRows, counted, sent_key, wishes_key

_ATTEMPTS = 5


@dataclass(frozen=True)
class _Call:
    """One message on one way."""

    person: Person
    message: str
    way: Address
    language: Language
    words: Text
    value: str
    address: str


class Telling:
    """Tells people outside that something lies in their inbox.

    Args:
        hall: the room's tools.
        inbox: where the message lies, and where a lost address is told.
        rows: wishes and claims.
    """

    def __init__(self, hall: Hall, inbox: Inbox, rows: ChannelRows) -> None:
        self._hall = hall
        self._inbox = inbox
        self._rows = rows

    def heard(self, event: Event) -> None:
        """One message that was served.

        Raises:
            NotYet: something waits for the morning, or is in another's hands.
            NotTaken: a provider refused for now; the queue delivers again.
        """
        if event.type != "citizen.message.served":
            return
        person, message = Person(event.data["person"]), event.subject
        keys: dict[Address, Key] = {way: sent_key(message, way) for way in ADDRESSES}
        found = self._hall.parts.table.get_many([wishes_key(person), *keys.values()])
        wishes = self._rows.wishes(found.get(wishes_key(person)))
        ways = rules.ways(wishes, event.data["category"], self._hall.now())
        letter = self._inbox.find(person, message) if ways else None
        if wishes is None or letter is None or letter.message.opened_at is not None:
            return  # nobody needs to be called to what they have read
        said = words.call(letter.source_name, self._hall.parts.base_url)
        later, failure = False, None
        for way, contact, when in ways:
            there = self._rows.sent(found.get(keys[way]))
            if when == "later" and there is None:
                later = True
                continue
            call = _Call(person, message, way, wishes.language, said, contact.value, contact.address)
            try:
                later |= self._go(call, there)
            except Exception as error:  # whatever it is, the other ways are open
                failure = failure or error
        if failure is not None:
            raise failure
        if later:
            raise NotYet

    def _go(self, call: _Call, there: Sent | None) -> bool:
        """Sends one call; True where it must be looked at again later."""
        now = self._hall.now()
        queued = Sent(status="queued", at=now, address=call.address)
        if there is None:
            claim = self._rows.new(call.message, call.way, queued)
            refused = self._write(claim, counted(call.person, call.way, rules.PER_DAY[call.way], now))
            if refused is not None and key_of(claim) not in refused:
                skipped = queued.model_copy(update={"status": "skipped", "code": "daily_limit"})
                self._write(self._rows.new(call.message, call.way, skipped))
                return False
            if refused is None:
                self._hand_over(call, queued)
                return False
            there = self._rows.sent(refused[key_of(claim)])
            if there is None:
                raise WriteRefused([])
        match contacts.may_send(there.status, there.at, now):
            case "done":
                return False
            case "wait":
                return True
            case "lost":
                self._record(call, there, "unclear", code="claimed_and_never_recorded")
                return False
            case "send":
                again = queued.model_copy(update={"version": there.version})
                if self._write(self._rows.changed(call.message, call.way, again)) is not None:
                    return True
                self._hand_over(call, again.model_copy(update={"version": there.version + 1}))
                return False

    def _hand_over(self, call: _Call, claim: Sent) -> None:
        try:
            taken = self._sent(call)
        except NotTaken as error:
            self._record(call, claim, "not_taken", code=error.code)
            raise
        except Undeliverable as error:
            self._record(call, claim, "failed", code=error.code)
            self._spoil(call)
        except Unclear as error:
            self._record(call, claim, "unclear", code=error.code)
        else:
            self._record(call, claim, "sent", taken)

    def _sent(self, call: _Call) -> str | None:
        text = call.words.pick(call.language)
        if call.way == "email":
            mail = Mail(call.value, words.PORTAL.pick(call.language), text, {"message": call.message})
            return self._hall.outside.mailer.send(mail)
        return self._hall.outside.texter.text(call.value, text)

    def _record(
        self, call: _Call, claim: Sent, status: Status, provider_id: str | None = None, code: str | None = None
    ) -> None:
        told = {"status": status, "at": self._hall.now(), "provider_id": provider_id, "code": code}
        # refused: another consumer found the claim abandoned; what it wrote keeps the call from being sent twice
        self._write(self._rows.changed(call.message, call.way, claim.model_copy(update=told)))

    def _spoil(self, call: _Call) -> None:
        """Stops using an address that does not work, and tells the person in the inbox, which always does."""
        for _ in range(_ATTEMPTS):
            wishes = self._rows.find(call.person)
            contact = None if wishes is None else wishes.contact(call.way)
            if wishes is None or contact is None or contact.address != call.address or contact.spoilt is not None:
                return
            marked = contact.model_copy(update={"spoilt": "refused", "spoilt_at": self._hall.now(), "code": None})
            if self._write(self._rows.kept(call.person, wishes.with_contact(call.way, marked), there=True)) is None:
                break
        title, body = words.lost(call.way)
        lost = NewMessage(
            id=f"{call.message}-{call.way}-lost", category="notice", title=title, body=body, source="TH/CENTRAL/DGA"
        )
        self._inbox.tell(call.person, lost, sender=SELF)

    def _write(self, *changes: Change) -> Mapping[Key, Item | None] | None:
        """None when it is written, else the keys whose condition failed with what stands there."""
        try:
            self._hall.parts.table.write(changes, new_token())
        except WriteRefused as refused:
            return {key_of(change): there for change, there in refused.failed}
        return None
