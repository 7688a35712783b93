"""A message, as its sender gives it and as it is kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from pydantic import Field

from chalicelib.shared.thai import Text
from chalicelib.shared.web import Incoming

from ..model import ID_PATTERN

Category = Literal["application", "payment", "licence", "entitlement", "data", "notice"]


class NewMessage(Incoming):
    """A message as its sender gives it."""

    id: str = Field(
        pattern=ID_PATTERN, description="The sender's own id; the same id is one message, however often sent"
    )
    category: Category = Field(description="What it is about; people choose their channels by it")
    title: Text = Field(description="One line, Thai and English")
    body: Text = Field(description="Plain text, Thai and English")
    case: str | None = Field(default=None, max_length=80, description="The sender's case number")
    source: str = Field(min_length=1, max_length=200, description="The agency that speaks, e.g. TH/LOCAL/LAEMNGOP")


@dataclass(frozen=True)
class Message:
    """A message in a person's inbox.

    Attributes:
        id: of this room; made of the sender and the sender's id.
        served_at: when it was put here: from then on it counts as served.
        opened_at: when the person first opened it, or None.
        content: title and body, sealed.
        mark: tells whether a repeat has the same content, without giving it away.
    """

    id: str
    sender: str
    source: str
    category: Category
    case: str | None
    served_at: str
    content: str = field(repr=False)
    mark: str
    opened_at: str | None = None
    chain: tuple[int, str] = (0, "")
    version: int = 1
