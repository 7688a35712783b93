"""Which ways a notice goes and when, pure: the person's choice, the law's minimum, quiet hours, codes."""

from __future__ import annotations

import datetime as dt
import hmac
import re
from collections.abc import Sequence
from typing import Literal

from chalicelib.shared.errors import Fault, Invalid, WrongState
from chalicelib.shared.workdays import BANGKOK

from .model import CHANNELS, Channel, Contact, Preferences, Proof, Status, Step

QUIET_FROM, QUIET_UNTIL = dt.time(21), dt.time(7)
"""No SMS in the night, Thai time, unless a legal term hangs on it. Our own decision; no law that we know of says so."""
PER_DAY: dict[Channel, int] = {"email": 30, "sms": 10}
"""Messages to one person in a day (Thailand); what is more stays in the inbox alone."""
CODES_PER_DAY = 6
CODE_LIVES = dt.timedelta(minutes=15)
MOST_TRIES = 5
IN_HAND = dt.timedelta(minutes=4)
"""How long a claimed message is believed to be in somebody's hands: longer than the queue's visibility timeout."""

_EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)
"""As HTML's `input type=email`, and with a dot in the domain."""
_PHONE = re.compile(r"(?:\+66|0)([689][0-9]{8})")
"""A Thai mobile number: 06, 08 or 09 and eight more digits (national numbering plan; unverified)."""

_RANK: dict[Status, int] = {
    "queued": 0, "not_taken": 1, "unclear": 2, "skipped": 3, "sent": 4, "delivered": 5, "opened": 6, "failed": 7,
    "bounced": 8, "complained": 9,
}  # fmt: skip


def ways(
    preferences: Preferences | None, *, legal: bool, urgent: bool, now: dt.datetime
) -> list[tuple[Channel, Literal["go", "later"]]]:
    """By which channels a notice goes.

    The inbox always, unless the person switched it off and the notice has no legal effect; e-mail and SMS where the
    person chose them and confirmed an address. SMS waits for the morning unless a term hangs on it.
    """
    if preferences is None:
        return [("app", "go")]
    found: list[tuple[Channel, Literal["go", "later"]]] = []
    for channel in CHANNELS:
        contact = preferences.contact(channel)
        if channel == "app":
            wanted = legal or "app" in preferences.channels or not _reached(preferences)
        else:
            wanted = channel in preferences.channels and contact is not None and contact.usable
        if wanted:
            found.append((channel, "later" if channel == "sms" and not urgent and quiet(now) else "go"))
    return found


def _reached(preferences: Preferences) -> bool:
    """Whether any other way is open: a person who has none is always told in the inbox."""
    contacts = [preferences.contact(channel) for channel in preferences.channels]
    return any(contact is not None and contact.usable for contact in contacts)


def quiet(now: dt.datetime) -> bool:
    """Whether it is night in Thailand."""
    time = now.astimezone(BANGKOK).time()
    return time >= QUIET_FROM or time < QUIET_UNTIL


def standing(proof: Proof) -> Status:
    """What a proof comes to: the furthest of its steps, however late or out of order they were told."""
    return max((step.status for step in proof.steps), key=_RANK.__getitem__)


def may_send(proof: Proof, now: dt.datetime) -> Literal["send", "wait", "lost", "done"]:
    """What a consumer that finds a claim may do: send what was surely not taken; leave alone what another may have in
    hand; give up what somebody claimed and never recorded (at most once: it is not sent again)."""
    match standing(proof):
        case "not_taken":
            # queued again after the refusal: somebody has it in hand
            if proof.last.status == "not_taken":
                return "send"
            return "wait" if now - proof.last.at < IN_HAND else "lost"
        case "queued":
            return "wait" if now - proof.last.at < IN_HAND else "lost"
        case _:
            return "done"


def told(proof: Proof, step: Step) -> Proof | None:
    """The proof with what others tell of it, or None when they told that very step before."""
    return None if step in proof.steps else proof.model_copy(update={"steps": (*proof.steps, step)})


def email_of(text: str) -> str | None:
    """An e-mail address in the form in which it is kept, or None."""
    text = text.strip()
    if len(text) > 254 or _EMAIL.fullmatch(text) is None:
        return None
    local, _, domain = text.rpartition("@")
    if local.startswith(".") or local.endswith(".") or ".." in local:
        return None
    return f"{local}@{domain.lower()}"


def phone_of(text: str) -> str | None:
    """A Thai mobile number in E.164, or None."""
    found = _PHONE.fullmatch(re.sub(r"[\s-]", "", text))
    return None if found is None else f"+66{found[1]}"


def given(before: Contact | None, value: str | None, address: str, code: str, now: dt.datetime) -> Contact | None:
    """The address that a person gives: the same one stays as it is where it is usable, any other must be confirmed."""
    if value is None:
        return None
    if before is not None and before.address == address and before.usable:
        return before
    return Contact(value=value, address=address, code=code, code_until=now + CODE_LIVES)


def confirmed(contact: Contact | None, code: str, now: dt.datetime) -> tuple[Contact, bool]:
    """The address after a code was entered, and whether it was the right one.

    Raises:
        WrongState: there is nothing to confirm, the code ran out, or too many wrong ones were entered.
    """
    if contact is None or contact.code is None or contact.code_until is None:
        raise WrongState("ไม่มีที่อยู่ที่รอการยืนยัน", "No address waits to be confirmed; give it again.")
    if now > contact.code_until or contact.tries >= MOST_TRIES:
        raise WrongState(
            "รหัสหมดอายุหรือใส่ผิดเกินกำหนด โปรดบันทึกที่อยู่อีกครั้งเพื่อรับรหัสใหม่",
            "The code ran out or was wrong too often; give the address again to get a new one.",
        )
    if hmac.compare_digest(contact.code.encode(), code.encode()):
        done = {"verified_at": now, "code": None, "code_until": None, "tries": 0, "spoilt": None, "spoilt_at": None}
        return contact.model_copy(update=done), True
    return contact.model_copy(update={"tries": contact.tries + 1}), False


def chosen(channels: Sequence[Channel], email: str | None, phone: str | None) -> tuple[Channel, ...]:
    """The chosen channels in their order; raises Invalid for a channel without its address."""
    faults = [
        Fault(f"/{name}", "เลือกช่องทางนี้แล้ว โปรดระบุที่อยู่ด้วย", "You chose this channel; give its address.")
        for channel, name, value in (("email", "email", email), ("sms", "phone", phone))
        if channel in channels and value is None
    ]
    if faults:
        raise Invalid("ช่องทางที่เลือกยังไม่มีที่อยู่", "A chosen channel has no address.", faults)
    return tuple(channel for channel in CHANNELS if channel in channels)
