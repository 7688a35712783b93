"""How a person wants to be told: channels by category, and addresses that are used only once confirmed.

Addresses lie sealed and appear in no event, no log and no kept answer. A code is kept as its MAC alone, so it is sent
by the very request that made it; whoever enters it has shown that the address is theirs to read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.shared import contacts
from chalicelib.shared.contacts import Contact
from chalicelib.shared.errors import Fault, Invalid, TooMany, Unavailable
from chalicelib.shared.identity import Caller
from chalicelib.shared.ids import new_id, new_token
from chalicelib.shared.journal import Once
from chalicelib.shared.messengers import Failed, Mail, NotTaken, Unclear, Undeliverable
from chalicelib.shared.storage import WriteRefused
from chalicelib.shared.thai import Language, Text
from chalicelib.shared.web import as_json

from ..hall import Hall, Told, person_of
from ..holdings import Holding, partition, take_away
from ..model import Person
from . import rules, words
from .model import ADDRESSES, Address, ChannelChoice, Sent, Wishes
from .store import ChannelRows, counted, wishes_key
from .views import ChannelsCard, channels_card

_MINUTES = int(contacts.CODE_LIVES.total_seconds() // 60)


class Channels:
    """A person's own hand on how they are told.

    Args:
        hall: the room's tools.
    """

    def __init__(self, hall: Hall) -> None:
        self.rows = ChannelRows(hall.parts.table, hall.parts.keyring)
        self._hall = hall
        title = Text(th="ช่องทางการแจ้ง", en="Channels")
        hall.holdings["channels"] = Holding(title, export=self.export, erase=self.erase)

    def show(self, person: Person) -> Wishes:
        """The person's wishes; the inbox alone where they never chose. One request."""
        return self.rows.find(person) or Wishes(owner=person)

    def choose(self, once: Once, caller: Caller, choice: ChannelChoice) -> ChannelsCard:
        """Keeps a choice; an address that is not confirmed is sent a new code.

        Raises:
            Invalid: an address is none, a channel has none, or its provider will never reach it.
            TooMany: too many codes were asked for today.
            Unavailable: the choice is kept, and a code could not be sent.
        """
        values: dict[Address, str | None] = {
            "email": _read(choice.email, contacts.email_of, "/email", "อีเมลไม่ถูกต้อง เช่น name@example.com",
                           "This is no e-mail address; write it like name@example.com."),
            "sms": _read(choice.phone, contacts.phone_of, "/phone", "ต้องเป็นเบอร์โทรศัพท์มือถือไทย เช่น 0812345678",
                         "This is no Thai mobile number; write it like 0812345678."),
        }  # fmt: skip
        by_category = rules.chosen(
            choice.by_category,
            email=values["email"] is not None,
            phone=values["sms"] is not None,
        )
        person, now = person_of(caller), self._hall.now()
        key = wishes_key(person)
        item = self._hall.parts.journal.read(once, key).get(key)
        before = self.rows.wishes(item) or Wishes(owner=person)
        after = before.model_copy(update={"language": choice.language, "by_category": by_category})
        codes = dict[Address, tuple[str, str]]()
        for channel, value in values.items():
            digits = contacts.new_code()
            address = "" if value is None else self._hall.parts.keyring.pseudonym(f"{channel}:{value}")
            proof = self._proof(person, channel, address, digits)
            contact = contacts.given(before.contact(channel), value, address, proof, now)
            after = after.model_copy(update={channel: contact})
            if contact is not None and contact.code == proof:
                codes[channel] = (contact.value, digits)
        limit = [counted(person, "code", contacts.CODES_PER_DAY, now, len(codes))] if codes else []
        chosen = Told(
            "channels.chosen",
            {"by_category": {name: list(picked) for name, picked in by_category.items()}, "codes": sorted(codes)},
            heard=False,
        )
        events, head = self._hall.happened(after.head, [chosen], subject=person, by=caller.label)
        after = after.model_copy(update={"head": head})
        shown = channels_card(after)
        kept = self.rows.kept(person, after, there=item is not None)
        self._hall.save(once, [kept, *limit], events, pk=key.pk, answer=as_json(shown))
        self._send_codes(codes, choice.language)
        return shown

    def confirm(self, once: Once, caller: Caller, channel: Address, digits: str) -> ChannelsCard:
        """Takes the code that was sent to an address; from then on the address is used.

        Raises:
            Invalid: it is another code; the try is counted.
            WrongState: nothing waits for a code, it ran out, or there were too many wrong ones.
        """
        person, now = person_of(caller), self._hall.now()
        key = wishes_key(person)
        before = self.rows.wishes(self._hall.parts.journal.read(once, key).get(key)) or Wishes(owner=person)
        waiting = before.contact(channel)
        address = "" if waiting is None else waiting.address
        contact, right = contacts.confirmed(waiting, self._proof(person, channel, address, digits), now)
        after = before.with_contact(channel, contact)
        if not right:
            # without the caller's claim: the same wrong code sent again is one more try, not a repeat
            attempt = Once(new_id(), "", new_token(), claimed=False)
            self._hall.parts.journal.commit(attempt, [self.rows.kept(person, after, there=True)])
            raise Invalid(
                "รหัสไม่ถูกต้อง",
                "This is not the code.",
                [Fault("/code", "โปรดกรอกรหัสล่าสุดที่ได้รับ", "Enter the newest code that you were sent.")],
            )
        told = Told("channels.confirmed", {"channel": channel}, heard=False)
        events, head = self._hall.happened(before.head, [told], subject=person, by=caller.label)
        after = after.model_copy(update={"head": head})
        shown = channels_card(after)
        self._hall.save(once, [self.rows.kept(person, after, True)], events, pk=key.pk, answer=as_json(shown))
        return shown

    def send_code(self, person: Person, purpose: str, digits: str, *, id: str) -> Address | None:
        """Sends a one-time code of another noun to a person's confirmed address: by SMS, else by e-mail.

        Whoever makes the code keeps it (as a MAC), counts tries and lets it run out; here it is only carried, claimed
        before it is sent and never sent twice. At night too: the person is waiting for it.

        Args:
            person: whom.
            purpose: a key of `words._PURPOSES`, e.g. `assisted_visit`.
            digits: the code.
            id: of this sending; the same id is one sending.

        Returns:
            The way it went, or None where the person has no confirmed address or the id was used before.

        Raises:
            TooMany: the person was sent too many codes today.
            Unavailable: nobody took it just now; use another id for the next try.
        """
        wishes = self.rows.find(person)
        if wishes is None:
            return None
        for channel in ("sms", "email"):
            contact = wishes.contact(channel)
            if contact is None or not contact.usable:
                continue
            now = self._hall.now()
            claim = self.rows.new(f"code-{id}", channel, Sent(status="queued", at=now, address=contact.address))
            limit = counted(person, "code", contacts.CODES_PER_DAY, now)
            try:
                self._hall.parts.table.write([claim, limit], new_token())
            except WriteRefused as refused:
                if any(change is claim for change, _ in refused.failed):
                    return None
                raise _too_many() from None
            try:
                self._hand_over(channel, contact.value, words.code(purpose, digits, _MINUTES).pick(wishes.language))
            except Unclear:
                pass  # it may have arrived; whoever waits for it asks for another
            except Failed:
                raise _not_sent() from None
            return channel
        return None

    def export(self, person: Person) -> Any:
        """See `Holding.export`."""
        wishes = self.rows.find(person)
        if wishes is None:
            return None
        addresses: Mapping[str, Contact | None] = {"email": wishes.email, "phone": wishes.sms}
        return {
            "language": wishes.language,
            "by_category": {name: list(picked) for name, picked in wishes.by_category.items()},
            **{name: None if contact is None else contact.value for name, contact in addresses.items()},
        }

    def erase(self, person: Person) -> None:
        """See `Holding.erase`."""
        take_away(self._hall.parts.table, partition(self._hall.parts.table, wishes_key(person).pk))

    def _send_codes(self, codes: Mapping[Address, tuple[str, str]], language: Language) -> None:
        for channel in ADDRESSES:
            if channel not in codes:
                continue
            value, digits = codes[channel]
            try:
                self._hand_over(channel, value, words.code("address", digits, _MINUTES).pick(language))
            except Unclear:
                continue
            except Undeliverable:
                pointer = "/email" if channel == "email" else "/phone"
                fault = Fault(pointer, "ผู้ให้บริการแจ้งว่าส่งถึงไม่ได้", "Its provider says that it cannot be reached.")
                raise Invalid("ส่งรหัสไปยังที่อยู่นี้ไม่ได้", "No code can be sent to this address.", [fault]) from None
            except NotTaken:
                raise _not_sent() from None

    def _hand_over(self, channel: Address, value: str, text: str) -> None:
        if channel == "email":
            self._hall.outside.mailer.send(Mail(value, words.PORTAL.th, text, {}))
        else:
            self._hall.outside.texter.text(value, text)

    def _proof(self, person: Person, channel: str, address: str, digits: str) -> str:
        return self._hall.parts.keyring.mac("channel-code", f"{person}\n{channel}\n{address}\n{digits}".encode())


def _too_many() -> TooMany:
    return TooMany("วันนี้ขอรหัสครบจำนวนแล้ว", "Enough codes were sent today.", retry_after=3600)


def _not_sent() -> Unavailable:
    return Unavailable(
        "บันทึกแล้ว แต่ยังส่งรหัสไม่ได้ โปรดขอรหัสใหม่อีกครั้ง (ใช้ Idempotency-Key ใหม่)",
        "It is kept, but the code could not be sent; ask for a new one (with a new Idempotency-Key).",
        retry_after=30,
    )


def _read(text: str | None, read: Callable[[str], str | None], pointer: str, th: str, en: str) -> str | None:
    if text is None:
        return None
    value = read(text)
    if value is None:
        raise Invalid("ที่อยู่สำหรับแจ้งไม่ถูกต้อง", "An address is not valid.", [Fault(pointer, th, en)])
    return value
