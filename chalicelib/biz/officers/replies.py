"""Answers for officers, and what an applicant may read of their work."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from pydantic import Field

from chalicelib.shared.thai import Text
from chalicelib.shared.web import Outgoing

from ..cases.replies import OfficerView
from ..model import Case, LateReasons
from .letters import DecisionLetter
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


class LetterView(Outgoing):
    """A decision letter, as it was written on the day of the decision."""

    id: str
    kind: str = Field(description="approval or refusal")
    at: dt.datetime
    sha256: dict[str, str] = Field(description="Of each page; the case's history holds the same")
    html: dict[str, str] = Field(description="The page in each language; the Thai one binds")


class CaseLetters(Outgoing):
    """What the agency wrote to the applicant: its decision, and why it is late."""

    items: list[LetterView] = Field(description="Decision letters, oldest first")
    delays: Delays


class StateFigure(Outgoing):
    """Open cases of one service in one state."""

    service: str
    state: str
    cases: int


class OfficerFigure(Outgoing):
    """What one officer holds."""

    officer: str = Field(description="Id of the officer")
    cases: int


class OfficeFigures(Outgoing):
    """How an agency's work stands, and the decisions of a month."""

    open: int
    by_state: list[StateFigure]
    unclaimed: int = Field(description="Cases that wait for the agency and that nobody holds")
    overdue: int = Field(description="Open cases whose due day has passed")
    by_officer: list[OfficerFigure] | None = Field(description="Only for the head of office")
    month: str
    approved: int
    refused: int
    decided_late: int
    own_omissions: int = Field(description="Second lists for what an officer overlooked, in the decided cases")
    reasons_missed: int = Field(description="Days for written reasons that passed without any, in the decided cases")
    median_working_days: float | None = Field(description="From a complete filing to the decision, pauses left out")
    items: list[OfficerView] | None = Field(description="A page of its officers; only for the head of office")
    next: str | None
    complete: bool = Field(description="False where there were more than are counted (5000)")


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


class ReportView(Outgoing):
    """One line of the overseer's mailbox."""

    id: str
    at: dt.datetime
    kind: str = Field(description="late, late_reasons, reasons_missing, second_list or deemed_approval")
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


def letter_views(letters: Iterable[DecisionLetter]) -> list[LetterView]:
    """Letters with both languages of each together."""
    grouped: dict[str, list[DecisionLetter]] = {}
    for letter in letters:
        grouped.setdefault(letter.id, []).append(letter)
    return [
        LetterView(
            id=name,
            kind=pages[0].kind,
            at=pages[0].at,
            sha256={page.language: page.sha256 for page in pages},
            html={page.language: page.html for page in pages},
        )
        for name, pages in grouped.items()
    ]


def reasons_view(reasons: LateReasons) -> ReasonsView:
    """Reasons as the applicant reads them: in the agency's name, not the officer's."""
    return ReasonsView(
        number=reasons.number, at=reasons.at, law=reasons.law, next_by=reasons.next_by, reasons=reasons.text
    )


def delays_view(case: Case, reasons: Iterable[LateReasons]) -> Delays:
    """What was said about the lateness of a case, and what is still owed."""
    return Delays(
        overdue=case.overdue,
        due=case.due,
        reasons_by=case.reasons_by,
        missed=case.reasons_missed,
        items=[reasons_view(one) for one in reasons],
    )


def report_view(report: Report) -> ReportView:
    """A report as the overseer reads it."""
    return ReportView(**report.model_dump(exclude={"text"}), reasons=report.text)
