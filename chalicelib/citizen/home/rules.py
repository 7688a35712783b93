"""How the home page is put in order, and what it says to do next. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Literal

from chalicelib.shared.thai import Text, format_date

from ..cards import Card, Kind

Urgency = Literal["overdue", "today", "soon", "later", "none"]
SOON = dt.timedelta(days=7)
_LAST = dt.date.max

NEXT: Mapping[Kind, Text] = {
    "bill": Text(th="ดูรายละเอียดและชำระ", en="See the bill and pay it"),
    "case": Text(th="ดูว่าเรื่องอยู่ที่ใครและต้องทำอะไรต่อ", en="See who has it and what comes next"),
    "offer": Text(th="ดูว่าท่านน่าจะมีสิทธินี้เพราะอะไร แล้วตัดสินใจ", en="See why you probably have this right, and decide"),
    "task": Text(th="ดูสิ่งที่ต้องทำ", en="See what is to be done"),
}
"""What to do with a card of each kind."""

PLACES: Mapping[Kind, str] = {
    "bill": "/citizen/v1/me/bills/{id}",
    "case": "/citizen/v1/me/applications/{id}",
    "offer": "/citizen/v1/me/offers/{id}",
    "task": "/citizen/v1/me/appointments/{id}",
}
"""Where a card of each kind leads, unless it says so itself (`href`)."""

_RANK: Mapping[Kind, int] = {"task": 0, "bill": 1, "case": 2, "offer": 3}


def in_order(cards: Iterable[Card]) -> list[Card]:
    """What is due first comes first; what has no day after it, the newest first within its kind."""

    def dated(card: Card) -> tuple[dt.date, int, str]:
        return card.due or _LAST, _RANK[card.kind], card.id

    newest = sorted(cards, key=lambda card: card.at, reverse=True)
    return sorted((card for card in newest if card.due is not None), key=dated) + sorted(
        (card for card in newest if card.due is None), key=lambda card: _RANK[card.kind]
    )


def urgency(due: dt.date | None, today: dt.date) -> Urgency:
    """How near the day is."""
    if due is None:
        return "none"
    if due < today:
        return "overdue"
    if due == today:
        return "today"
    return "soon" if due - today <= SOON else "later"


def due_words(due: dt.date | None, today: dt.date) -> Text | None:
    """The day in words, with the year of the Buddhist Era in Thai."""
    if due is None:
        return None
    th, en = format_date(due, "th"), format_date(due, "en")
    match urgency(due, today):
        case "overdue":
            return Text(th=f"เลยกำหนดเมื่อ {th}", en=f"was due on {en}")
        case "today":
            return Text(th="ครบกำหนดวันนี้", en="due today")
        case _:
            return Text(th=f"ภายใน {th}", en=f"by {en}")


def place(card: Card) -> str:
    """Where a card leads: within the portal only, whatever it says."""
    own = card.data.get("href")
    return own if isinstance(own, str) and own.startswith("/citizen/") else PLACES[card.kind].format(id=card.id)


def unread_words(count: int) -> Text:
    """How many messages wait."""
    if not count:
        return Text(th="ไม่มีข้อความใหม่", en="No new messages")
    return Text(th=f"มีข้อความใหม่ {count} ข้อความ", en=f"{count} new message{'s' if count > 1 else ''}")


def greeting(name: str) -> Text:
    """A greeting by the name that the login says."""
    return Text(th=f"สวัสดี คุณ{name}" if name else "สวัสดี", en=f"Hello, {name}" if name else "Hello")
