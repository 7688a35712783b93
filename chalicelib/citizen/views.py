"""What goes out of the room, and the small bodies that come in."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from chalicelib.shared.thai import Text
from chalicelib.shared.web import Incoming, Outgoing

from .inbox import Letter
from .model import ID_PATTERN, Category, Message, NewCredential, NewMessage, Paper
from .wallet import Held


class Me(Outgoing):
    """The person, as the login of this moment says; nothing of it is kept."""

    name: str
    ial: str = Field(description="Identity assurance level of the login")


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


class UsageLine(Outgoing):
    """One exchange of data about this person."""

    at: str
    consumer: str = Field(description="Subsystem that asked")
    consumer_th: str
    consumer_en: str
    service: str
    service_th: str
    service_en: str
    purpose_th: str
    purpose_en: str
    legal_basis_th: str
    legal_basis_en: str
    fields: tuple[str, ...] = Field(description="What was handed over")
    receipt: str = Field(description="Id of the exchange's receipt")
    until: str | None = Field(default=None, description="Until when the law let this access stay hidden")


class UsageList(Outgoing):
    """A page of the access log, newest first."""

    items: list[UsageLine]
    next: str | None


class PaperView(Outgoing):
    """A credential of the wallet."""

    id: str
    kind: str
    issuer: str
    vct: str = Field(description="Type of the credential")
    received_at: str
    issued_at: str | None
    expires_at: str | None
    claims: dict[str, Any] = Field(description="What it says of its holder")
    disclosable: list[str] = Field(description="Claims that may be shown or withheld")

    @classmethod
    def of(cls, held: Held) -> PaperView:
        """The view of a held credential."""
        content = held.content
        return cls(
            id=held.paper.id,
            kind=held.paper.kind,
            issuer=content.issuer,
            vct=content.vct,
            received_at=held.paper.received_at,
            issued_at=content.issued_at,
            expires_at=content.expires_at,
            claims=dict(content.claims),
            disclosable=list(content.disclosable),
        )


class WalletView(Outgoing):
    """A page of the wallet, newest first."""

    items: list[PaperView]
    next: str | None


class Paging(Incoming):
    """Where a list goes on."""

    cursor: str | None = Field(default=None, max_length=2_000, description="`next` of the page before")
    limit: int = Field(default=20, ge=1, le=100)


class Choice(Incoming):
    """What to show of a credential."""

    claims: list[str] = Field(max_length=100, description="Names among the credential's `disclosable`")


class Presentation(Outgoing):
    """A credential that shows only what was chosen."""

    presentation: str = Field(description="SD-JWT VC with the chosen disclosures")
    claims: list[str]


class MessageDelivery(NewMessage):
    """A message for a person."""

    pid: str = Field(pattern=r"^[0-9]{13}$", description="National id of the person", repr=False)


class CredentialDelivery(NewCredential):
    """A credential for a person."""

    pid: str = Field(pattern=r"^[0-9]{13}$", description="National id of the holder", repr=False)


class OpenedQuestion(Incoming):
    """Which messages of the sender's own, to one person."""

    pid: str = Field(pattern=r"^[0-9]{13}$", description="National id of the person", repr=False)
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
    """What was delivered; a repeat answers the same."""

    id: str
    at: str = Field(description="When it was first delivered: for a message, when it counts as served")

    @classmethod
    def of(cls, kept: Message | Paper) -> Delivered:
        """The view of something delivered."""
        return cls(id=kept.id, at=kept.served_at if isinstance(kept, Message) else kept.received_at)
