"""Addresses of people outside a portal, and messages to them: how they are read, confirmed and used. Pure.

An address is used only once a code came back from it. A message is claimed before it is sent, and what nobody knows
the fate of is not sent again: neither SES nor SNS would know the repeat.
"""

from __future__ import annotations

import datetime as dt
import hmac
import re
import secrets
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from .errors import WrongState
from .workdays import BANGKOK

QUIET_FROM, QUIET_UNTIL = dt.time(21), dt.time(7)
"""No SMS in the night, Thai time, unless a legal term hangs on it. Our own decision; no law that we know of says so."""
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


class Contact(BaseModel):
    """An address of a person for one channel.

    Attributes:
        value: e-mail address, or phone number in E.164.
        address: its pseudonym.
        code: what proves the code that was sent to it, until it is confirmed: the code itself, or its MAC.
        tries: wrong codes so far.
        spoilt: why it may not be used any more (bounced, complained, refused).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    value: str = Field(repr=False)
    address: str
    verified_at: dt.datetime | None = None
    code: str | None = Field(default=None, repr=False)
    code_until: dt.datetime | None = None
    tries: int = 0
    spoilt: str | None = None
    spoilt_at: dt.datetime | None = None

    @property
    def usable(self) -> bool:
        """Whether messages may go there."""
        return self.verified_at is not None and self.spoilt is None


def quiet(now: dt.datetime) -> bool:
    """Whether it is night in Thailand."""
    time = now.astimezone(BANGKOK).time()
    return time >= QUIET_FROM or time < QUIET_UNTIL


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


def new_code() -> str:
    """Six random digits."""
    return f"{secrets.randbelow(10**6):06d}"


def given(before: Contact | None, value: str | None, address: str, code: str, now: dt.datetime) -> Contact | None:
    """The address that a person gives: the same one stays as it is where it is usable, any other must be confirmed."""
    if value is None:
        return None
    if before is not None and before.address == address and before.usable:
        return before
    return Contact(value=value, address=address, code=code, code_until=now + CODE_LIVES)


def confirmed(contact: Contact | None, code: str, now: dt.datetime) -> tuple[Contact, bool]:
    """The address after a code was entered (or its MAC, as it is kept), and whether it was the right one.

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


def may_send(status: str, at: dt.datetime, now: dt.datetime) -> Literal["send", "wait", "lost", "done"]:
    """What a consumer that finds a claim may do.

    Send what was surely not taken (`not_taken`); leave alone what another may have in hand (`queued`); give up what
    somebody claimed and never recorded (at most once: it is not sent again). Whatever else it came to is done.

    Args:
        status: what the claim came to.
        at: since when.
        now: the time.
    """
    match status:
        case "not_taken":
            return "send"
        case "queued":
            return "wait" if now - at < IN_HAND else "lost"
        case _:
            return "done"
