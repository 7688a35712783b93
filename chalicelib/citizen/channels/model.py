"""A person's wishes how to be told, and the claim of one message on one way."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from chalicelib.shared.contacts import Contact
from chalicelib.shared.journal import Head
from chalicelib.shared.thai import Language
from chalicelib.shared.web import Incoming

from ..inbox.model import Category
from ..model import Noun

Address = Literal["email", "sms"]
"""A way out of the portal. The inbox itself is no choice: whatever is said is there, always."""
ADDRESSES: tuple[Address, ...] = ("email", "sms")
Status = Literal["queued", "not_taken", "sent", "failed", "unclear", "skipped"]
"""`queued`: claimed, and nobody has recorded more. `not_taken`: refused for now, tried again. `unclear`: the answer was
lost; it may have been sent, and is not sent again. `skipped`: the day's limit."""


class Wishes(Noun):
    """How a person wants to be told; by default in the inbox alone."""

    owner: str = Field(description="The person's pseudonym")
    language: Language = "th"
    by_category: dict[Category, tuple[Address, ...]] = Field(default_factory=dict)
    email: Contact | None = None
    sms: Contact | None = None
    head: Head = Head()
    version: int = 1

    def contact(self, channel: Address) -> Contact | None:
        """The address of a channel."""
        return self.email if channel == "email" else self.sms

    def with_contact(self, channel: Address, contact: Contact) -> Wishes:
        """The same with another address."""
        return self.model_copy(update={channel: contact})


class Sent(Noun):
    """One message on one way: claimed before it is sent, so that it is sent once."""

    status: Status
    at: dt.datetime
    address: str = Field(description="Pseudonym of the address")
    provider_id: str | None = None
    code: str | None = Field(default=None, description="Why, in the provider's or our word")
    version: int = 1


class ChannelChoice(Incoming):
    """How one wants to be told. The whole of it: an address that is left out is forgotten."""

    language: Language = "th"
    by_category: dict[Category, Annotated[tuple[Address, ...], Field(max_length=3)]] = Field(
        max_length=6, description="For each category what comes besides the inbox: email, sms"
    )
    email: str | None = Field(default=None, min_length=3, max_length=254)
    phone: str | None = Field(default=None, min_length=9, max_length=20, description="A Thai mobile number")


class ChannelCode(Incoming):
    """The code that was sent to an address."""

    code: str = Field(pattern=r"^[0-9]{6}$")
