"""What officers owe and may do beside the moves of a workflow, pure: reasons for being late, copies for the overseer.

A copy for the overseeing body is made in the same transaction as what it tells of, so none is ever forgotten.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field

from chalicelib.shared.errors import Fault, Invalid, WrongState
from chalicelib.shared.thai import Text
from chalicelib.shared.workdays import thai_date

from ..cases import clock
from ..cases.rules import Actor, Book
from ..model import HEAD, Case, LateReasons, Noun, Officer
from ..office import must_be_impartial

ReportKind = Literal["late", "late_reasons", "reasons_missing", "second_list"]


class Report(Noun):
    """One line in the mailbox of the body that oversees the agencies (LFA 2558 s.10: OPDC).

    It says what an agency owes or did to a case; whose case it is, it does not say.
    """

    id: str
    at: dt.datetime
    kind: ReportKind
    case: str
    service: str
    agency: str
    law: str = Field(description="The rule behind it")
    due: dt.date | None = Field(default=None, description="When the decision was due")
    count: int = Field(default=1, description="Which written reasons, or how many were missing")
    text: Text | None = Field(default=None, description="The copy itself: the written reasons")
    words: str | None = Field(default=None, description="What the officer says to have overlooked, as written")


def late_reasons(case: Case, book: Book, text: Text, actor: Actor, now: dt.datetime) -> tuple[Case, LateReasons]:
    """Written reasons for a decision that is late (LFA 2558 s.10), and the case with the day for the next ones.

    The case is one that was `looked_at`.

    Raises:
        WrongState: the decision is not late, or nobody waits for the agency.
    """
    today = thai_date(now)
    seen = clock.view(case, book, today)
    if seen.state != "running" or not seen.overdue:
        raise WrongState(
            "คำขอนี้ยังไม่เกินกำหนดเวลา จึงไม่ต้องแจ้งเหตุแห่งความล่าช้า",
            "The agency is not late with this application, so there is no lateness to explain.",
        )
    explained = clock.explained(case, book, today)
    reasons = LateReasons(
        number=explained.reasons_given,
        at=now,
        by=actor.id,
        law=book.law.late_notice_every_days.law,
        next_by=today + clock.between_reasons(book),
        text=text,
    )
    return explained, reasons


def looked_at(case: Case, book: Book, today: dt.date) -> Case:
    """The case as the sweep leaves it: marked where a day of looking has passed, else as it was."""
    if case.next_check is None or case.next_check >= today:
        return case
    return clock.late(case, book, today)


def lateness_reports(before: Case, after: Case, book: Book, id: str, now: dt.datetime) -> list[Report]:
    """What the overseer must learn when a case was looked at: that it is late, and that no reasons were given.

    Args:
        before, after: the case before and after `looked_at`.
        book: what it is judged by.
        id: sortable id; each report adds its number.
        now: when.
    """
    law = book.law.late_notice_every_days.law
    found = []
    if before.reasons_by is None and after.reasons_by is not None:
        found.append(report(after, "late", f"{id}-1", now, law))
    missed = after.reasons_missed - before.reasons_missed
    if missed:
        found.append(report(after, "reasons_missing", f"{id}-2", now, law, count=missed))
    return found


def report(
    case: Case,
    kind: ReportKind,
    id: str,
    now: dt.datetime,
    law: str,
    *,
    count: int = 1,
    text: Text | None = None,
    words: str | None = None,
) -> Report:
    """A line about a case."""
    return Report(
        id=id,
        at=now,
        kind=kind,
        case=case.id,
        service=case.service,
        agency=case.agency,
        law=law,
        due=case.due,
        count=count,
        text=text,
        words=words,
    )


def released(case: Case, actor: Actor) -> Case:
    """The case back among the agency's work; by whoever holds it, or by the head of office.

    Raises:
        WrongState: nobody holds it, or another officer does.
    """
    if case.claimed_by is None:
        raise WrongState("ยังไม่มีเจ้าหน้าที่รับดูแลคำขอนี้", "No officer holds this case.")
    if case.claimed_by != actor.id and HEAD not in actor.roles:
        raise WrongState("เจ้าหน้าที่อีกคนหนึ่งกำลังดูแลคำขอนี้", "Another officer holds this case.")
    return case.model_copy(update={"claimed_by": None})


def assigned(case: Case, book: Book, officer: Officer | None) -> Case:
    """The case in the hands of an officer whom the head of office chose, whoever held it before.

    Raises:
        WrongState: it is not the agency's turn.
        Invalid: there is no such officer in the agency.
        NotAllowed: it is the officer's own matter.
    """
    state = book.state(case)
    if state.turn != "agency":
        raise WrongState(
            f"มอบหมายไม่ได้ขณะที่คำขออยู่ในสถานะ “{state.name.th}”",
            f"There is nothing to hand to an officer while the application is '{state.name.en}'.",
        )
    if officer is None or not officer.works_for(case.agency):
        th, en = "ไม่มีเจ้าหน้าที่นี้ในหน่วยงาน", "The agency has no such officer."
        raise Invalid(th, en, [Fault("/officer", th, en)])
    must_be_impartial(case, officer.id)
    return case.model_copy(update={"claimed_by": officer.id})
