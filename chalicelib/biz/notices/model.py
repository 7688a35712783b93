"""The nouns of notices: a notice, the proof of each way it went, a person's choice of ways."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field

from chalicelib.shared.contacts import Contact
from chalicelib.shared.journal import Head
from chalicelib.shared.thai import Language, Text

from ..noun import Noun

Channel = Literal["app", "email", "sms"]
CHANNELS: tuple[Channel, ...] = ("app", "email", "sms")
Status = Literal[
    "queued", "not_taken", "sent", "delivered", "opened", "bounced", "complained", "failed", "unclear", "skipped"
]
"""`queued`: claimed, and nobody has recorded more. `not_taken`: the provider refused for now; it is tried again.
`unclear`: the answer was lost; it may have been sent, and is not sent again. `skipped`: not sent on purpose."""


class Notice(Noun):
    """One thing that one person must be told.

    Attributes:
        event: id of the event behind it.
        template: which words.
        about: id of the case (or the person's pseudonym where it is about their addresses); proofs lie under it.
        reference: what the person calls it by: id of the case or licence.
        subject: name of the service or licence.
        words: what happened, where the service's definition says it.
    """

    event: str
    template: str
    about: str
    reference: str
    owner: str = Field(description="Pseudonym of the person")
    pid: str = Field(repr=False)
    agency: str
    agency_name: Text
    at: str
    subject: Text
    words: Text


class Step(Noun):
    """Something that became of a notice on one of its ways."""

    status: Status
    at: dt.datetime
    provider_id: str | None = None
    code: str | None = Field(default=None, description="Why, in the provider's or our word")


class Proof(Noun):
    """The proof of one way of a notice: what was said, where to, and what became of it.

    Attributes:
        about, event, template, channel: together its key; there is never a second one.
        address: pseudonym of the address, so that a bounce marks that address and no newer one.
        content: SHA-256 of the words as they were sent.
        segments: of an SMS.
    """

    about: str
    event: str
    template: str
    channel: Channel
    template_version: int
    language: Language
    legal: bool
    owner: str
    agency: str
    reference: str
    subject: Text
    content: str
    address: str | None = None
    segments: int | None = None
    steps: tuple[Step, ...]
    version: int = 1

    @property
    def last(self) -> Step:
        """The newest step that was written down."""
        return self.steps[-1]


class Preferences(Noun):
    """How a person wants to be told."""

    owner: str
    pid: str = Field(repr=False)
    channels: tuple[Channel, ...] = ("app",)
    language: Language = "th"
    email: Contact | None = None
    sms: Contact | None = None
    head: Head = Head()
    version: int = 1

    def contact(self, channel: Channel) -> Contact | None:
        """The address of a channel."""
        return {"app": None, "email": self.email, "sms": self.sms}[channel]

    def with_contact(self, channel: Channel, contact: Contact) -> Preferences:
        """The same with another address."""
        return self.model_copy(update={channel: contact})
