"""Which ways a message goes, and when. Pure.

The inbox has legal effect and always gets everything; what goes outside is a call to look there. So nothing outside is
on by default, and the night, the day's limit and an unconfirmed address hold it back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Literal

from chalicelib.shared.contacts import quiet
from chalicelib.shared.errors import Fault, Invalid

from ..inbox.model import Category
from .model import OUTWARD, Outward, Wishes

PER_DAY: Mapping[Outward, int] = {"email": 20, "sms": 5, "push": 20}
"""Calls to one person in a day (Thailand); what is more stays in the inbox alone. Our own decision."""
NOISY: frozenset[Outward] = frozenset({"sms", "push"})
"""What would wake somebody: it waits for the morning. An e-mail makes no noise."""


def ways(
    wishes: Wishes | None, category: Category, now: dt.datetime, *, pushes: bool
) -> list[tuple[Outward, Literal["go", "later"]]]:
    """By which ways outside a message of this category goes: those that were chosen and can be used."""
    if wishes is None:
        return []
    return [
        (way, "later" if way in NOISY and quiet(now) else "go")
        for way in OUTWARD
        if way in wishes.by_category.get(category, ()) and _usable(wishes, way, pushes)
    ]


def _usable(wishes: Wishes, way: Outward, pushes: bool) -> bool:
    if way == "push":
        return pushes
    contact = wishes.contact(way)
    return contact is not None and contact.usable


def chosen(
    by_category: Mapping[Category, Sequence[Outward]], *, email: bool, phone: bool, pushes: bool
) -> dict[Category, tuple[Outward, ...]]:
    """The choice in its order, without what chooses nothing.

    Raises:
        Invalid: a way without its address, or one that the portal does not have.
    """
    open_ways: dict[Outward, bool] = {"email": email, "sms": phone, "push": pushes}
    faults = list[Fault]()
    for category, picked in by_category.items():
        for way in picked:
            if not open_ways[way]:
                faults.append(_closed(category, way))
    if faults:
        raise Invalid("ช่องทางที่เลือกยังใช้ไม่ได้", "A chosen channel cannot be used yet.", faults)
    return {
        category: tuple(way for way in OUTWARD if way in picked) for category, picked in by_category.items() if picked
    }


def _closed(category: Category, way: Outward) -> Fault:
    if way == "push":
        th, en = "ยังไม่มีการแจ้งเตือนผ่านแอปในขณะนี้", "The portal has no push messages at present."
    else:
        th, en = "เลือกช่องทางนี้แล้ว โปรดระบุที่อยู่ด้วย", "You chose this channel; give its address."
    return Fault(f"/by_category/{category}", th, en)
