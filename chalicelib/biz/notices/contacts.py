"""How a person wants to be told: the channels, the language, and addresses that are used only once confirmed.

Addresses lie sealed and appear in no event, no log and no kept answer. A new one is sent a code by the queue; whoever
enters it has shown that the address is theirs to read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from chalicelib.shared import contacts
from chalicelib.shared.errors import Fault, Invalid, NotAllowed
from chalicelib.shared.identity import Caller
from chalicelib.shared.ids import new_id, new_token
from chalicelib.shared.journal import Event, Head, Once
from chalicelib.shared.parts import Parts
from chalicelib.shared.storage import Json
from chalicelib.shared.thai import Language
from chalicelib.shared.web import as_json

from ..office import QUEUE
from . import rules
from .model import Channel, Preferences
from .store import NoticeRows, contact_key, counted
from .views import ChoiceCard, choice_card

Outward = Literal["email", "sms"]
GIVEN = "biz.contact.given"


class Contacts:
    """A person's own hand on how they are told."""

    def __init__(self, parts: Parts, rows: NoticeRows) -> None:
        self._parts = parts
        self._rows = rows

    def show(self, caller: Caller) -> Preferences:
        """The person's choice; the inbox alone where they never chose."""
        return self._rows.find_preferences(caller.id) or _first(caller)

    def choose(
        self,
        once: Once,
        caller: Caller,
        language: Language,
        channels: Sequence[Channel],
        email: str | None,
        phone: str | None,
    ) -> ChoiceCard:
        """Keeps a choice; addresses that are not confirmed are sent a new code.

        Raises:
            Invalid: an address is none, or a channel has none.
            TooMany: too many codes were asked for today.
        """
        values: dict[Outward, str | None] = {
            "email": _read(email, contacts.email_of, "/email", "อีเมลไม่ถูกต้อง เช่น name@example.com",
                           "This is no e-mail address; write it like name@example.com."),
            "sms": _read(phone, contacts.phone_of, "/phone", "ต้องเป็นเบอร์โทรศัพท์มือถือไทย เช่น 0812345678",
                         "This is no Thai mobile number; write it like 0812345678."),
        }  # fmt: skip
        key, now = contact_key(caller.id), self._parts.clock()
        item = self._parts.journal.read(once, key).get(key)
        before = self._rows.preferences(item) or _first(caller)
        after = before.model_copy(
            update={"language": language, "channels": rules.chosen(channels, values["email"], values["sms"])}
        )
        head, events = before.head, list[tuple[str, Event]]()
        for channel, value in values.items():
            address = "" if value is None else self._parts.keyring.pseudonym(f"{channel}:{value}")
            contact = contacts.given(before.contact(channel), value, address, contacts.new_code(), now)
            after = after.model_copy(update={channel: contact})
            if contact is not None and contact.code is not None:
                event, head = self._happened(head, caller, GIVEN, {"channel": channel, "address": address}, QUEUE)
                events.append((key.pk, event))
        codes = [counted(caller.id, "code", contacts.CODES_PER_DAY, now, len(events))] if events else []
        if not events:
            event, head = self._happened(head, caller, "biz.contact.chosen", {"channels": list(after.channels)}, None)
            events.append((key.pk, event))
        after = after.model_copy(update={"head": head})
        shown = choice_card(after)
        kept = self._rows.kept(after, there=item is not None)
        self._parts.journal.commit(once, [kept, *codes], events, as_json(shown))
        return shown

    def confirm(self, once: Once, caller: Caller, channel: Outward, code: str) -> ChoiceCard:
        """Takes the code that was sent to an address; from then on the address is used.

        Raises:
            Invalid: it is another code; the try is counted.
            WrongState: nothing waits for a code, it ran out, or there were too many wrong ones.
        """
        key, now = contact_key(caller.id), self._parts.clock()
        before = self._rows.preferences(self._parts.journal.read(once, key).get(key)) or _first(caller)
        contact, right = contacts.confirmed(before.contact(channel), code, now)
        after = before.model_copy(update={channel: contact})
        if not right:
            # without the caller's claim: the same wrong code sent again is one more try, not a repeat
            self._parts.journal.commit(Once(new_id(), "", new_token(), claimed=False), [self._rows.kept(after, True)])
            raise Invalid(
                "รหัสไม่ถูกต้อง",
                "This is not the code.",
                [Fault("/code", "โปรดกรอกรหัสล่าสุดที่ได้รับ", "Enter the newest code that you were sent.")],
            )
        event, head = self._happened(before.head, caller, "biz.contact.confirmed", {"channel": channel}, None)
        after = after.model_copy(update={"head": head})
        shown = choice_card(after)
        self._parts.journal.commit(once, [self._rows.kept(after, True)], [(key.pk, event)], as_json(shown))
        return shown

    def _happened(self, head: Head, caller: Caller, type: str, data: Json, queue: str | None) -> tuple[Event, Head]:
        return self._parts.journal.happened(head, subject=caller.id, type=type, by=caller.label, data=data, queue=queue)


def _first(caller: Caller) -> Preferences:
    if caller.pid is None:
        raise NotAllowed("ต้องเข้าสู่ระบบในฐานะบุคคล", "Only a person can be told.")
    return Preferences(owner=caller.id, pid=caller.pid)


def _read(text: str | None, read: Callable[[str], str | None], pointer: str, th: str, en: str) -> str | None:
    if text is None:
        return None
    value = read(text)
    if value is None:
        raise Invalid("ที่อยู่สำหรับแจ้งไม่ถูกต้อง", "An address is not valid.", [Fault(pointer, th, en)])
    return value
