"""What the home page shows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from pydantic import Field

from chalicelib.shared.thai import Text
from chalicelib.shared.web import Outgoing

from ..cards import Card, Kind
from . import rules
from .rules import Urgency

INBOX = "/citizen/v1/me/inbox"


class HomeLink(Outgoing):
    """Something to do, in words, and where."""

    words: Text
    href: str


class HomeItem(Outgoing):
    """One thing on the home page."""

    kind: Kind
    id: str
    title: Text
    since: str = Field(description="Since when it stands here (ISO 8601, UTC)")
    due: dt.date | None = Field(description="The day (Thailand) by which something should be done")
    due_words: Text | None
    urgency: Urgency
    next: HomeLink
    data: dict[str, object] = Field(description="More of it, by its kind")


class HomeView(Outgoing):
    """The home page: what is due first comes first."""

    greeting: Text
    unread: int
    inbox: HomeLink
    next: HomeLink | None = Field(description="The one thing to do next; None where nothing waits")
    counts: dict[Kind, int]
    items: list[HomeItem]


def home_view(name: str, unread: int, cards: Sequence[Card], today: dt.date) -> HomeView:
    """The page for a person.

    Args:
        name: what the login says.
        unread: messages that were never opened.
        cards: of the person.
        today: the day in Thailand.
    """
    items = [_item(card, today) for card in rules.in_order(cards)]
    inbox = HomeLink(words=rules.unread_words(unread), href=f"{INBOX}?unread=true" if unread else INBOX)
    pressing = [item for item in items if item.urgency in ("overdue", "today", "soon")]
    if pressing:
        following: HomeLink | None = HomeLink(words=_about(pressing[0]), href=pressing[0].next.href)
    elif unread:
        following = inbox
    else:
        following = HomeLink(words=_about(items[0]), href=items[0].next.href) if items else None
    kinds: tuple[Kind, ...] = ("bill", "case", "offer", "task")
    return HomeView(
        greeting=rules.greeting(name),
        unread=unread,
        inbox=inbox,
        next=following,
        counts={kind: sum(item.kind == kind for item in items) for kind in kinds},
        items=items,
    )


def _item(card: Card, today: dt.date) -> HomeItem:
    return HomeItem(
        kind=card.kind,
        id=card.id,
        title=card.title,
        since=card.at,
        due=card.due,
        due_words=rules.due_words(card.due, today),
        urgency=rules.urgency(card.due, today),
        next=HomeLink(words=rules.NEXT[card.kind], href=rules.place(card)),
        data=card.data,
    )


def _about(item: HomeItem) -> Text:
    when = item.due_words
    if when is None:
        return Text(th=f"{item.title.th}: {item.next.words.th}", en=f"{item.title.en}: {item.next.words.en}")
    return Text(
        th=f"{item.title.th} ({when.th}): {item.next.words.th}", en=f"{item.title.en} ({when.en}): {item.next.words.en}"
    )
