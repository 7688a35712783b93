"""What a person sees of their channels."""

from __future__ import annotations

from pydantic import Field

from chalicelib.shared.contacts import Contact
from chalicelib.shared.thai import Language
from chalicelib.shared.web import Outgoing

from ..inbox.model import Category
from .model import ADDRESSES, Address, Wishes


class ChannelAddress(Outgoing):
    """The state of an address, without the address."""

    given: bool
    confirmed: bool
    waits_for_code: bool
    spoilt: str | None = Field(description="Why it is not used any more: refused by its provider")


class ChannelsCard(Outgoing):
    """How a person is told, without addresses."""

    language: Language
    by_category: dict[Category, tuple[Address, ...]] = Field(
        description="What comes besides the inbox, which always gets everything"
    )
    offered: tuple[Address, ...] = Field(description="What can be chosen at present")
    email: ChannelAddress
    sms: ChannelAddress


class ChannelsView(ChannelsCard):
    """How a person is told, with the addresses, for themself."""

    email_address: str | None
    phone: str | None


def channels_card(wishes: Wishes) -> ChannelsCard:
    """Wishes without addresses."""
    return ChannelsCard(
        language=wishes.language,
        by_category=wishes.by_category,
        offered=ADDRESSES,
        email=_address(wishes.email),
        sms=_address(wishes.sms),
    )


def channels_view(wishes: Wishes) -> ChannelsView:
    """Wishes with addresses."""
    return ChannelsView(
        **dict(channels_card(wishes)),
        email_address=wishes.email.value if wishes.email else None,
        phone=wishes.sms.value if wishes.sms else None,
    )


def _address(contact: Contact | None) -> ChannelAddress:
    return ChannelAddress(
        given=contact is not None,
        confirmed=contact is not None and contact.verified_at is not None,
        waits_for_code=contact is not None and contact.code is not None,
        spoilt=None if contact is None else contact.spoilt,
    )
