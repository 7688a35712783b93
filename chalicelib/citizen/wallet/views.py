"""What the wallet shows, and the small bodies that come in."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pydantic import Field

from chalicelib.shared.credential_types import Described
from chalicelib.shared.thai import Text
from chalicelib.shared.web import Incoming, Outgoing

from ..model import Pid
from ..paging import Paging
from .checking import Checked, Verdict
from .model import KIND, NewCredential, Paper
from .rules import MOST_MINUTES, ShareState, Term
from .service import Held
from .shares import Made, SharePaper
from .wording import VERDICTS


class PaperView(Outgoing):
    """A credential of the wallet."""

    id: str
    kind: str
    issuer: str
    vct: str = Field(description="Type of the credential")
    name: Text | None = Field(description="What its issuer calls the type; None where it does not say")
    received_at: str
    issued_at: str | None
    expires_at: str | None
    term: Term = Field(description="How it stands by its own dates")
    listed: bool = Field(description="Whether its issuer can revoke or suspend it: ask /status how it stands now")
    claims: dict[str, Any] = Field(description="What it says of its holder")
    labels: dict[str, Text] = Field(description="What its issuer calls these claims, as far as it says")
    disclosable: list[str] = Field(description="Claims that may be shown or withheld")

    @classmethod
    def of(cls, held: Held, described: Described) -> PaperView:
        """The view of a held credential, with the words of its issuer."""
        content = held.content
        return cls(
            id=held.paper.id,
            kind=held.paper.kind,
            issuer=content.issuer,
            vct=content.vct,
            name=described.name,
            received_at=held.paper.received_at,
            issued_at=content.issued_at,
            expires_at=content.expires_at,
            term=held.term,
            listed=content.listed,
            claims=dict(content.claims),
            labels=described.of(content.claims),
            disclosable=list(content.disclosable),
        )


class WalletQuery(Paging):
    """Which credentials, and where the list goes on."""

    kind: str | None = Field(default=None, pattern=KIND, description="Only of this kind")


class WalletView(Outgoing):
    """A page of the wallet, newest first."""

    items: list[PaperView] = Field(description="A filtered page may be short, or empty, although `next` goes on")
    next: str | None


class Choice(Incoming):
    """What to show of a credential."""

    claims: list[str] = Field(max_length=100, description="Names among the credential's `disclosable`")


class Presentation(Outgoing):
    """A credential that shows only what was chosen."""

    presentation: str = Field(description="SD-JWT VC with the chosen disclosures")
    claims: list[str]


class NewShare(Incoming):
    """A one-time code to see a credential."""

    claims: list[str] = Field(max_length=100, description="Names among the credential's `disclosable`")
    lives_minutes: int = Field(default=10, ge=1, le=MOST_MINUTES, description="How long the code can be used")
    note: str = Field(
        default="",
        max_length=80,
        alias="for",
        description="What or whom it is for, in one's own words; nobody else sees it",
    )


class ShareMade(Outgoing):
    """A new code. It is shown here and never again."""

    id: str
    code: str = Field(description="Whoever has it sees the paper once")
    url: str = Field(description="The page on which it is used")
    qr: str = Field(description="The same as a picture: a data: address of an SVG")
    claims: list[str]
    until: dt.datetime

    @classmethod
    def of(cls, made: Made, base_url: str) -> ShareMade:
        """The view of a new code."""
        import segno  # drawn rarely, and importing it costs every cold start

        url = f"{base_url}/citizen/v1/shares/{made.code}"
        qr = segno.make(url, error="m", micro=False).svg_data_uri(border=4, scale=4)
        claims, share = list(made.claims), made.share
        return cls(id=share.id, code=made.code, url=url, qr=qr, claims=claims, until=share.until)


class ShareView(Outgoing):
    """What became of a code; the code itself is kept nowhere."""

    id: str
    credential: str = Field(description="Id of the credential in the wallet")
    note: str = Field(serialization_alias="for", description="What it was for, in the holder's own words")
    claims: list[str]
    made_at: dt.datetime
    until: dt.datetime
    state: ShareState
    used_at: dt.datetime | None

    @classmethod
    def of(cls, seen: SharePaper) -> ShareView:
        """The view of a code."""
        share = seen.share
        return cls(
            id=share.id,
            credential=share.paper,
            note=seen.note,
            claims=list(seen.claims),
            made_at=share.made_at,
            until=share.until,
            state=seen.state,
            used_at=share.used_at,
        )


class ShareList(Outgoing):
    """A page of codes, newest first."""

    items: list[ShareView]
    next: str | None


class ShareWaits(Outgoing):
    """A code that can be used, once."""

    until: dt.datetime
    use: str = Field(description="POST there to see the paper; then the code is used up")


class VerifyAsked(Incoming):
    """A presentation that somebody was shown."""

    presentation: str = Field(min_length=1, max_length=65_536, description="SD-JWT VC: header.claims.signature~...~")


class CheckedView(Outgoing):
    """How a credential stands, checked with its issuer's published keys and status list."""

    verdict: Verdict
    words: Text
    checked_at: dt.datetime
    issuer: str
    issuer_name: Text | None = Field(description="None where the issuer is not known here")
    vct: str | None
    name: Text | None = Field(description="What its issuer calls the type; None where it does not say")
    issued_at: str | None
    expires_at: str | None
    claims: dict[str, Any] = Field(description="What its issuer signed and its holder showed")
    labels: dict[str, Text] = Field(description="What its issuer calls these claims, as far as it says")

    @classmethod
    def of(cls, checked: Checked) -> CheckedView:
        """The view of a check."""
        return cls(
            verdict=checked.verdict,
            words=VERDICTS[checked.verdict],
            checked_at=checked.at,
            issuer=checked.issuer,
            issuer_name=checked.issuer_name,
            vct=checked.vct,
            name=checked.described.name,
            issued_at=checked.issued_at,
            expires_at=checked.expires_at,
            claims=dict(checked.claims),
            labels=checked.described.of(checked.claims),
        )


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
