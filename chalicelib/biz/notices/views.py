"""What people see of notices: the proofs of a case, and one's own choice of channels."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field

from chalicelib.shared.contacts import Contact
from chalicelib.shared.thai import Language, Text
from chalicelib.shared.web import Incoming, Outgoing

from . import rules
from .model import Channel, Preferences, Proof, Status, Step


class Choice(Incoming):
    """How one wants to be told. The whole of it: an address that is left out is forgotten."""

    language: Language = "th"
    channels: tuple[Channel, ...] = Field(
        max_length=3, description="Without `app`, what has legal effect still comes to the inbox"
    )
    email: str | None = Field(default=None, min_length=3, max_length=254)
    phone: str | None = Field(default=None, min_length=9, max_length=20, description="A Thai mobile number")


class Confirmation(Incoming):
    """The code that was sent to an address."""

    channel: Literal["email", "sms"]
    code: str = Field(pattern=r"^[0-9]{6}$")


class AddressCard(Outgoing):
    """The state of an address, without the address."""

    given: bool
    confirmed: bool
    waits_for_code: bool
    spoilt: str | None = Field(description="Why it is not used any more: bounced, complained or refused")


class ChoiceCard(Outgoing):
    """A person's choice, without addresses."""

    language: Language
    channels: tuple[Channel, ...]
    email: AddressCard
    sms: AddressCard


class ChoiceView(ChoiceCard):
    """A person's choice with the addresses, for themself."""

    email_address: str | None
    phone: str | None


class StepView(Outgoing):
    """Something that became of a notice."""

    status: Status
    at: dt.datetime
    provider_id: str | None = Field(description="Of the inbox, SES or SNS")
    code: str | None


class ProofView(Outgoing):
    """The proof of one way of one notice."""

    event: str = Field(description="Id of the event in the case's timeline that it tells of")
    to: Literal["applicant", "agent"] = Field(description="Who was told; what an agent opened is not asked for")
    template: str
    template_version: int
    channel: Channel
    language: Language
    subject: Text
    reference: str
    legal: bool
    status: Status = Field(
        description="queued, not_taken (tried again), sent (taken by SES or SNS), delivered (in the inbox, or by the "
        "mail server), opened (in the inbox), bounced, complained, failed, unclear (perhaps sent; never sent again), "
        "skipped (the day's limit). Of an SMS nothing is known after sent."
    )
    content_sha256: str
    segments: int | None
    steps: tuple[StepView, ...]


class ProofList(Outgoing):
    """Everything that a case's applicant was told, by which way, and what became of it."""

    items: list[ProofView]
    opened_known: bool = Field(description="Whether the inbox could be asked just now what was opened")


def choice_card(preferences: Preferences) -> ChoiceCard:
    """A choice without addresses."""
    return ChoiceCard(
        language=preferences.language,
        channels=preferences.channels,
        email=_address(preferences.email),
        sms=_address(preferences.sms),
    )


def choice_view(preferences: Preferences) -> ChoiceView:
    """A choice with addresses."""
    return ChoiceView(
        **dict(choice_card(preferences)),
        email_address=preferences.email.value if preferences.email else None,
        phone=preferences.sms.value if preferences.sms else None,
    )


def proof_view(proof: Proof, applicant: str) -> ProofView:
    """A proof, its steps in the order of their times; `applicant`: pseudonym of the case's owner."""
    return ProofView(
        to="applicant" if proof.owner == applicant else "agent",
        event=proof.event,
        template=proof.template,
        template_version=proof.template_version,
        channel=proof.channel,
        language=proof.language,
        subject=proof.subject,
        reference=proof.reference,
        legal=proof.legal,
        status=rules.standing(proof),
        content_sha256=proof.content,
        segments=proof.segments,
        steps=tuple(map(_step, sorted(proof.steps, key=lambda step: step.at))),
    )


def _step(step: Step) -> StepView:
    return StepView(status=step.status, at=step.at, provider_id=step.provider_id, code=step.code)


def _address(contact: Contact | None) -> AddressCard:
    return AddressCard(
        given=contact is not None,
        confirmed=contact is not None and contact.verified_at is not None,
        waits_for_code=contact is not None and contact.code is not None,
        spoilt=None if contact is None else contact.spoilt,
    )
