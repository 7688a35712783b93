"""What the inbox shows, and the small bodies that come in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from chalicelib.shared.sourced import Verified
from chalicelib.shared.thai import Language, Text
from chalicelib.shared.web import Incoming, Outgoing

from ..model import ID_PATTERN, Pid
from ..paging import Paging
from .letters import Letter
from .model import Attachment, AttachmentType, Category, Message, NewMessage
from .rules import SERVICE_COUNTS


class MessageWords(Outgoing):
    """A message in the reader's language (`Accept-Language`)."""

    language: Language
    title: str
    body: str


class LegalEffect(Outgoing):
    """What it means that a message has legal effect."""

    counts: Text = Field(description="When it counts as served")
    source: str
    verified: Verified = Field(description="How far that was compared with the law; `no`: ask the agency")


class AttachmentView(Outgoing):
    """A file that goes with a message."""

    number: int = Field(description="For its address: /attachments/{number}")
    name: str
    media_type: AttachmentType
    size: int = Field(description="Bytes")
    sha256: str


class MessageView(Outgoing):
    """A message of the inbox."""

    id: str
    category: Category
    title: Text
    body: Text
    words: MessageWords
    case: str | None = Field(description="The sender's case number")
    source: str = Field(description="The agency that speaks")
    source_name: Text | None
    served_at: str = Field(description="When it was put here (ISO 8601, UTC)")
    opened_at: str | None = Field(description="When it was first opened")
    archived: bool
    legal: LegalEffect | None = Field(description="None where it has no legal effect")
    attachments: list[AttachmentView]

    @classmethod
    def of(cls, letter: Letter, language: str) -> MessageView:
        """The view of a letter, with its words in the reader's language."""
        message = letter.message
        read: Language = "en" if language == "en" else "th"
        return cls(
            id=message.id,
            category=message.category,
            title=letter.title,
            body=letter.body,
            words=MessageWords(language=read, title=letter.title.pick(read), body=letter.body.pick(read)),
            case=message.case,
            source=message.source,
            source_name=letter.source_name,
            served_at=message.served_at,
            opened_at=message.opened_at,
            archived=message.archived,
            legal=_effect() if message.legal else None,
            attachments=[_attachment(number, each) for number, each in enumerate(letter.attachments, start=1)],
        )


class InboxQuery(Paging):
    """Which messages, and where the list goes on."""

    category: Category | None = Field(default=None, description="Only of this category")
    unread: bool = Field(default=False, description="Only those that were never opened")
    archived: bool = Field(default=False, description="The archive instead of the inbox")


class InboxView(Outgoing):
    """A page of the inbox, newest first."""

    items: list[MessageView] = Field(description="A filtered page may be short, or empty, although `next` goes on")
    unread: int = Field(description="Messages that were never opened, in the whole inbox")
    next: str | None


class UnreadCount(Outgoing):
    """How many messages were never opened."""

    unread: int


class AttachmentAddress(Outgoing):
    """Where a file can be read for a short time."""

    url: str
    expires_in: int = Field(description="Seconds")
    name: str
    media_type: AttachmentType
    size: int
    sha256: str


class MessageDelivery(NewMessage):
    """A message for a person."""

    pid: Pid


class AttachmentAnnounced(Attachment):
    """A file that will go with a message to a person."""

    pid: Pid


class AttachmentForm(Outgoing):
    """A presigned POST (multipart/form-data): these fields first, then the file in the field `file`."""

    url: str
    fields: Mapping[str, str]
    expires_in: int = Field(description="Seconds")


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


class ProofQuestion(Incoming):
    """Which message of the sender's own, to one person."""

    pid: Pid
    id: str = Field(pattern=ID_PATTERN, description="The sender's own id")


class ServiceProof(Outgoing):
    """The signed proof that a message was served."""

    proof: str = Field(description="JWT of type service-proof+jwt; checked with the portal's published keys")


class Delivered(Outgoing):
    """A message that was delivered; a repeat answers the same."""

    id: str
    at: str = Field(description="When it was first delivered: from then on it counts as served")

    @classmethod
    def of(cls, message: Message) -> Delivered:
        """The view of a delivered message."""
        return cls(id=message.id, at=message.served_at)


def _effect() -> LegalEffect:
    return LegalEffect(counts=SERVICE_COUNTS.text, source=SERVICE_COUNTS.source, verified=SERVICE_COUNTS.verified)


def _attachment(number: int, given: Attachment) -> AttachmentView:
    return AttachmentView(
        number=number, name=given.name, media_type=given.media_type, size=given.size, sha256=given.sha256
    )
