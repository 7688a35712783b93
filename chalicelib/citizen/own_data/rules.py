"""How long things hold, how often they may be asked for, and what may be confirmed."""

from __future__ import annotations

import datetime as dt

from chalicelib.shared.errors import Fault, Invalid, WrongState

from .model import Erasure

STRONG = "2.3"
"""The weakest login for a copy of everything or for its end: a whole life lies in it."""
A_DAY = 3
"""Copies, and plans to erase, that one person may ask for in a Thai day."""
LIVES = dt.timedelta(days=2)
"""How long a copy lies ready; the bucket's own rule removes the file then (`exports/` in the template)."""
LINK_LIVES = 300
"""Seconds for which a link to the file holds."""
TO_CONFIRM = dt.timedelta(minutes=30)
"""How long a plan can be confirmed: it must still be what the person read."""

AGAIN_AFTER = dt.timedelta(minutes=2)
"""After so long it is walked through once more: what ended by the first walk may still have sent a last letter."""


def may_confirm(erasure: Erasure, understood: bool, now: dt.datetime) -> None:
    """The second of the two steps.

    Raises:
        Invalid: the person did not say that they understand. WrongState: it is confirmed already, or too old.
    """
    if not understood:
        raise Invalid(
            "โปรดยืนยันว่าท่านเข้าใจว่าลบแล้วกู้คืนไม่ได้",
            "Say that you understand that what is erased cannot be had back.",
            [Fault("/understood", "ต้องเป็น true", "Must be true.")],
        )
    if erasure.state != "planned" or dt.datetime.fromisoformat(erasure.until) < now:
        raise WrongState(
            "แผนการลบนี้ยืนยันไปแล้วหรือหมดเวลาแล้ว โปรดเริ่มใหม่เพื่อดูรายการล่าสุด",
            "This plan was confirmed already or is too old; make a new one and read it.",
        )
