"""What the inbox shows, and the small bodies that come in."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from chalicelib.shared.thai import Text
from chalicelib.shared.web import Incoming, Outgoing

from ..model import ID_PATTERN, Pid
from .model import Category, Message, NewMessage
from .service import Letter


class MessageView(Outgoing):
    """A message of the inbox."""

    id: str
    category: Category
    title: Text
    body: Text
    case: str | None = Field(description="The sender's case number")
    source: str = Field(description="The agency that speaks")
    served_at: str = Field(description="From then on it counts as served (ISO 8601, UTC)")
    opened_at: str | None = Field(description="When it was first opened")

    @classmethod
    def of(cls, letter: Letter) -> MessageView:
        """The view of a letter."""
        message = letter.message
        return cls(
            id=message.id,
            category=message.category,
            title=letter.title,
            body=letter.body,
            case=message.case,
            source=message.source,
            served_at=message.served_at,
            opened_at=message.opened_at,
        )


class InboxView(Outgoing):
    """A page of the inbox, newest first."""

    items: list[MessageView]
    unread: int = Field(description="Messages that were never opened, in the whole inbox")
    next: str | None


class MessageDelivery(NewMessage):
    """A message for a person."""

    pid: Pid


class OpenedQuestion(Incoming):
    """Which messages of the sender's own, to one person."""

    pid: Pid
    ids: tuple[Annotated[str, Field(pattern=ID_PATTERN)], ...] = Field(
        min_length=1, max_length=100, description="The sender's own ids"
    )


class OpenedMessage(Outgoing):
    """A message that its person opened."""

    id: str = Field(description="The sender's own id")
    opened_at: str = Field(description="When it was first opened (ISO 8601, UTC)")


class Opened(Outgoing):
    """Those of the messages that were opened."""

    opened: list[OpenedMessage]


class Delivered(Outgoing):
    """A message that was delivered; a repeat answers the same."""

    id: str
    at: str = Field(description="When it was first delivered: from then on it counts as served")

    @classmethod
    def of(cls, message: Message) -> Delivered:
        """The view of a delivered message."""
        return cls(id=message.id, at=message.served_at)
