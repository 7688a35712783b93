"""Which ways a notice goes and when, pure: the person's choice, the law's minimum, quiet hours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Literal

from chalicelib.shared import contacts
from chalicelib.shared.errors import Fault, Invalid

from .model import CHANNELS, Channel, Preferences, Proof, Status, Step

PER_DAY: dict[Channel, int] = {"email": 30, "sms": 10}
"""Messages to one person in a day (Thailand); what is more stays in the inbox alone."""
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
            found.append((channel, "later" if channel == "sms" and not urgent and contacts.quiet(now) else "go"))
    return found


def _reached(preferences: Preferences) -> bool:
    """Whether any other way is open: a person who has none is always told in the inbox."""
    chosen = [preferences.contact(channel) for channel in preferences.channels]
    return any(contact is not None and contact.usable for contact in chosen)


def standing(proof: Proof) -> Status:
    """What a proof comes to: the furthest of its steps, however late or out of order they were told."""
    return max((step.status for step in proof.steps), key=_RANK.__getitem__)


def may_send(proof: Proof, now: dt.datetime) -> Literal["send", "wait", "lost", "done"]:
    """What a consumer that finds a claim may do; see `contacts.may_send`."""
    came_to = standing(proof)
    # queued again after a refusal: somebody has it in hand
    return contacts.may_send(proof.last.status if came_to == "not_taken" else came_to, proof.last.at, now)


def told(proof: Proof, step: Step) -> Proof | None:
    """The proof with what others tell of it, or None when they told that very step before."""
    return None if step in proof.steps else proof.model_copy(update={"steps": (*proof.steps, step)})


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
