"""Answers of the Biz room that are no view of a single noun."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import Field

from chalicelib.shared.thai import Text
from chalicelib.shared.web import Outgoing, Reply

from .views import CaseCard, Happening


class ServiceCard(Outgoing):
    """A service in the catalogue."""

    id: str
    version: int
    kind: str
    name: Text
    summary: Text
    agency: str
    agency_name: Text


class ServiceView(ServiceCard):
    """A service with its form, documents, workflow and checklist, for whoever draws the screens."""

    applicants: tuple[str, ...]
    linked: Literal["receive", "hand_over"] | None = Field(
        description="Whether the agency's own system works on it; hand_over: the form is filled at the agency's site"
    )
    form: dict[str, Any]
    documents: list[dict[str, Any]]
    prefill: list[dict[str, Any]]
    workflow: dict[str, Any]
    checklist: list[dict[str, Any]]
    sla: dict[str, Any]


class Services(Outgoing):
    """The catalogue."""

    items: list[ServiceCard]


class CasePage(Outgoing):
    """A page of cases."""

    items: list[CaseCard]
    next: str | None


class Timeline(Outgoing):
    """The history of a case."""

    items: list[Happening]


class FaultView(Outgoing):
    """One thing to mend."""

    pointer: str
    message_th: str
    message_en: str


class Judgement(Outgoing):
    """Whether a case could be filed now."""

    complete: bool
    errors: list[FaultView]


class UploadView(Outgoing):
    """Where and how to send an announced file: a multipart form with these fields, the file last, as `file`."""

    document: dict[str, Any]
    url: str
    fields: dict[str, str]
    expires_in: int


class Address(Outgoing):
    """A short-lived address."""

    url: str
    expires_in: int


class BillView(Outgoing):
    """The live QR of a case."""

    ref1: str
    ref2: str
    satang: int
    amount_baht: str
    qr: str
    svg: str
    expires_at: dt.datetime


class Papers(Outgoing):
    """The credentials of a case, for their holder."""

    licence_no: str
    licence: str
    slip: str = Field(description="The licence in short, for a QR that verifies offline")
    receipt: str | None
    verify_token: str
    verify_url: str = Field(description="The licence's page for people; with ?format=pdf its paper")


class OfficerView(Outgoing):
    """An officer as recorded."""

    id: str
    agency: str
    roles: tuple[str, ...]
    name: str


def carded(card: CaseCard) -> Reply:
    """A case in short, with its ETag."""
    return Reply(card, version=card.version)


def carded_again(kept: Any) -> Reply:
    """The same for a repeated request, from the answer that was kept."""
    return Reply(kept, version=int(kept["version"]))
