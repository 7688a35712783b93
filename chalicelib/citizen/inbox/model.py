"""A message, as its sender gives it and as it is kept."""

from __future__ import annotations

from dataclasses import field
from typing import Literal

from pydantic import Field

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.thai import Text
from chalicelib.shared.web import Incoming

from ..model import ID_PATTERN

Category = Literal["application", "payment", "licence", "entitlement", "data", "notice"]
AttachmentType = Literal["application/pdf", "image/png", "image/jpeg"]

MAX_BYTES = 10 * 1024 * 1024
"""The largest attachment."""


class Attachment(Incoming):
    """A file that goes with a message, as its sender announces it."""

    id: str = Field(pattern=ID_PATTERN, description="The sender's own id of the file")
    name: str = Field(
        min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f/\\]+$", description="File name, shown to the reader"
    )
    media_type: AttachmentType
    size: int = Field(ge=1, le=MAX_BYTES, description="Bytes")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the file, hexadecimal")


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
    source_name: Text | None = Field(
        default=None, description="Its name, as e-mail and SMS may say it: 'you have a new message from ...'"
    )
    legal: bool = Field(
        default=False,
        description="Whether it has legal effect: it is served when it is put here, and never hidden",
    )
    attachments: tuple[Attachment, ...] = Field(
        default=(), max_length=10, description="Files that were uploaded before; without all of them nothing is served"
    )


@dataclass(frozen=True)
class Message:
    """A message in a person's inbox.

    Attributes:
        id: of this room; made of the sender and the sender's id.
        served_at: when it was put here: from then on it counts as served.
        opened_at: when the person first opened it, or None.
        archived: whether the person put it away.
        hidden: whether the person does not want to see it any more; never one with legal effect.
        content: title, body, the agency's name and the attachments, sealed.
        mark: tells whether a repeat has the same content, without giving it away.
        digest: SHA-256 of what was said, for the proof of service (`proofs.digest`).
    """

    id: str
    sender: str
    source: str
    category: Category
    case: str | None
    served_at: str
    content: str = field(repr=False)
    mark: str
    digest: str
    legal: bool = False
    opened_at: str | None = None
    archived: bool = False
    hidden: bool = False
    chain: tuple[int, str] = (0, "")
    version: int = 1
