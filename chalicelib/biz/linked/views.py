"""What an agency's system sees of a case of its service: what an officer of the agency would see here."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pydantic import Field

from chalicelib.shared.thai import Text
from chalicelib.shared.web import Outgoing

from ..cases.rules import Book, permits
from ..definitions.fees import Quote
from ..documents.uploads import DOWNLOAD_LIVES
from ..model import AgencyLicence, Case, Decision, DeficiencyList, Provenance
from ..roles import LINKED
from .model import Delivery, What


class Applicant(Outgoing):
    """Who applies."""

    kind: str
    name: str
    juristic_id: str | None
    subject: str = Field(description="Names the person to this agency alone: the same in all of their applications")
    national_id: str | None = Field(description="Only where the service says by which law the agency gets it")


class Paper(Outgoing):
    """A document of the application."""

    id: str
    code: str
    file_name: str
    media_type: str
    size: int
    sha256: str
    edition: int
    url: str = Field(description="Where to fetch it now")
    expires_in: int = Field(description="Seconds for which the address is good; read the case again for a new one")


class Paid(Outgoing):
    """The fee that was paid here."""

    satang: int
    paid_at: dt.datetime
    receipt_no: str


class SystemCase(Outgoing):
    """A whole case of a linked service."""

    id: str
    version: int
    service: str
    service_version: int
    procedure: str
    about_licence: str | None = Field(description="The licence that it renews, amends, cancels or replaces")
    applicant: Applicant
    state: str
    state_name: Text
    turn: str
    opened_at: dt.datetime
    received_at: dt.datetime | None
    legal_received_at: dt.datetime | None
    receipt_rule: str | None
    due: dt.date | None
    overdue: bool
    answers: dict[str, Any]
    sources: dict[str, Provenance]
    documents: tuple[Paper, ...]
    deficiency_lists: tuple[DeficiencyList, ...]
    decision: Decision | None
    quote: Quote | None
    paid: Paid | None
    licence: str | None
    agency_licence: AgencyLicence | None
    actions: tuple[str, ...] = Field(description="What the system may do now")


class Told(Outgoing):
    """A delivery: what happened, and the case as it is by now."""

    delivery: str
    what: What
    at: str
    seq: int
    case: SystemCase


class Waiting(Outgoing):
    """Something that the system has not taken yet."""

    delivery: str
    what: What
    case: str
    at: str
    seq: int
    tries: int
    status: int | None
    failed: str | None
    tried_at: dt.datetime | None


class WaitingPage(Outgoing):
    """What a system has not taken yet, oldest first."""

    items: list[Waiting]
    next: str | None


class Fetched(Outgoing):
    """A delivery that the system has."""

    delivery: str
    taken_at: dt.datetime


class SentOver(Outgoing):
    """Where the person goes now."""

    url: str
    expires_in: int = Field(description="Seconds; good once")


class TakenOver(Outgoing):
    """The person who came to the agency's site, with the case that waits for them."""

    case: SystemCase
    return_to: str = Field(description="Where to send the person back to")


def shown(case: Case, book: Book, subject: str, urls: dict[str, str], *, with_pid: bool) -> SystemCase:
    """A case for the system.

    Args:
        case, book: the case, and what it is judged by.
        subject: the person's name for this agency.
        urls: by document id, for those that were accepted.
        with_pid: whether the agency gets the national number.
    """
    same = ("id", "version", "service", "service_version", "procedure", "state", "opened_at", "received_at")
    dates = ("legal_received_at", "receipt_rule", "due", "overdue", "licence", "agency_licence")
    whole = ("answers", "sources", "deficiency_lists", "decision", "quote")
    state = book.state(case)
    payment = case.payment if case.payment is not None and case.payment.stands else None
    return SystemCase(
        **{name: getattr(case, name) for name in (*same, *dates, *whole)},
        about_licence=None if case.base is None else case.base.licence,
        applicant=Applicant(
            kind=case.applicant,
            name=case.applicant_name,
            juristic_id=case.juristic_id,
            subject=subject,
            national_id=case.pid if with_pid else None,
        ),
        state_name=state.name,
        turn=state.turn,
        documents=tuple(
            Paper(
                **{name: getattr(each, name) for name in Paper.model_fields.keys() - {"url", "expires_in"}},
                url=urls[each.id],
                expires_in=DOWNLOAD_LIVES,
            )
            for each in case.documents
            if each.id in urls
        ),
        paid=None
        if payment is None
        else Paid(satang=payment.satang, paid_at=payment.paid_at, receipt_no=payment.receipt_no),
        actions=tuple(
            code
            for code, action in book.definition.workflow.available(case.state).items()
            if LINKED in action.roles and permits(case, action, book)
        ),
    )


def waiting(delivery: Delivery) -> Waiting:
    """A delivery that was not taken yet."""
    names = Waiting.model_fields.keys() - {"delivery"}
    return Waiting(delivery=delivery.id, **{name: getattr(delivery, name) for name in names})
