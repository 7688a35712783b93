"""Which ways a message goes, and when. Pure.

The inbox has legal effect and always gets everything; what goes outside is a call to look there. So nothing outside is
on by default, and the night, the day's limit and an unconfirmed address hold it back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Literal

from chalicelib.shared.contacts import Contact, quiet
from chalicelib.shared.errors import Fault, Invalid

from ..inbox.model import Category
from .model import ADDRESSES, Address, Wishes

PER_DAY: Mapping[Address, int] = {"email": 20, "sms": 5}
"""Calls to one person in a day (Thailand); what is more stays in the inbox alone. Our own decision."""
NOISY: frozenset[Address] = frozenset({"sms"})
"""What would wake somebody: it waits for the morning. An e-mail makes no noise."""


def ways(
    wishes: Wishes | None, category: Category, now: dt.datetime
) -> list[tuple[Address, Contact, Literal["go", "later"]]]:
    """By which ways outside a message of this category goes, and where: those that were chosen and can be used."""
    if wishes is None:
        return []
    return [
        (way, contact, "later" if way in NOISY and quiet(now) else "go")
        for way in ADDRESSES
        if way in wishes.by_category.get(category, ())
        and (contact := wishes.contact(way)) is not None
        and contact.usable
    ]


def chosen(
    by_category: Mapping[Category, Sequence[Address]], *, email: bool, phone: bool
) -> dict[Category, tuple[Address, ...]]:
    """The choice in its order, without what chooses nothing.

    Raises:
        Invalid: a way without its address.
    """
    open_ways: dict[Address, bool] = {"email": email, "sms": phone}
    faults = list[Fault]()
    for category, picked in by_category.items():
        for way in picked:
            if not open_ways[way]:
                faults.append(_closed(category))
    if faults:
        raise Invalid("ช่องทางที่เลือกยังใช้ไม่ได้", "A chosen channel cannot be used yet.", faults)
    return {
        category: tuple(way for way in ADDRESSES if way in picked) for category, picked in by_category.items() if picked
    }


def _closed(category: Category) -> Fault:
    th, en = "เลือกช่องทางนี้แล้ว โปรดระบุที่อยู่ด้วย", "You chose this channel; give its address."
    return Fault(f"/by_category/{category}", th, en)
