"""What the wallet shows, and the small bodies that come in."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from chalicelib.shared.web import Incoming, Outgoing

from ..model import Pid
from .model import NewCredential, Paper
from .service import Held


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


class Choice(Incoming):
    """What to show of a credential."""

    claims: list[str] = Field(max_length=100, description="Names among the credential's `disclosable`")


class Presentation(Outgoing):
    """A credential that shows only what was chosen."""

    presentation: str = Field(description="SD-JWT VC with the chosen disclosures")
    claims: list[str]


class CredentialDelivery(NewCredential):
    """A credential for a person."""

    pid: Pid


class Received(Outgoing):
    """A credential that was received; a repeat answers the same."""

    id: str
    at: str = Field(description="When it was first received")

    @classmethod
    def of(cls, paper: Paper) -> Received:
        """The view of a received credential."""
        return cls(id=paper.id, at=paper.received_at)
