"""Answers for officers, and what an applicant may read of their work."""

from __future__ import annotations

import datetime as dt

from pydantic import Field

from chalicelib.shared.thai import Text
from chalicelib.shared.web import Outgoing

from ..cases.replies import OfficerView
from ..model import LateReasons
from .rules import Report


class ReasonsView(Outgoing):
    """Written reasons for being late."""

    number: int
    at: dt.datetime
    law: str
    next_by: dt.date = Field(description="Last day for the next ones, unless the case is decided before")
    reasons: Text


class Delays(Outgoing):
    """What the agency said about its lateness, and what it still owes."""

    overdue: bool
    due: dt.date | None
    reasons_by: dt.date | None = Field(description="Last day for the next written reasons; none while none are owed")
    missed: int = Field(description="How often that day passed without any; reported to the overseer")
    items: list[ReasonsView]


class NoteView(Outgoing):
    """A note among officers."""

    id: str
    at: dt.datetime
    by: str = Field(description="Id of the officer")
    name: str
    text: str


class NotePage(Outgoing):
    """A page of notes, newest first."""

    items: list[NoteView]
    next: str | None


class Noted(Outgoing):
    """A note that was kept."""

    id: str
    at: dt.datetime


class OfficerPage(Outgoing):
    """A page of an agency's officers."""

    items: list[OfficerView]
    next: str | None


class ReportView(Outgoing):
    """One line of the overseer's mailbox."""

    id: str
    at: dt.datetime
    kind: str = Field(description="late, late_reasons, reasons_missing or second_list")
    case: str
    service: str
    agency: str
    law: str
    due: dt.date | None
    count: int = Field(description="Which written reasons, how many were missing, or which list")
    reasons: Text | None = Field(description="Copy of the written reasons")
    words: str | None = Field(description="What the officer says to have overlooked, as written")


class ReportPage(Outgoing):
    """A page of one month of the overseer's mailbox, newest first."""

    month: str
    items: list[ReportView]
    next: str | None


def reasons_view(reasons: LateReasons) -> ReasonsView:
    """Reasons as the applicant reads them: in the agency's name, not the officer's."""
    return ReasonsView(
        number=reasons.number, at=reasons.at, law=reasons.law, next_by=reasons.next_by, reasons=reasons.text
    )


def report_view(report: Report) -> ReportView:
    """A report as the overseer reads it."""
    return ReportView(**report.model_dump(exclude={"text"}), reasons=report.text)
