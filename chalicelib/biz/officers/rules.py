"""What officers owe and may do beside the moves of a workflow, pure: reasons for being late, copies for the overseer.

A copy for the overseeing body is made in the same transaction as what it tells of, so none is ever forgotten.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field

from chalicelib.shared import clock_ledger
from chalicelib.shared.clock_ledger import Term
from chalicelib.shared.errors import Fault, Invalid, WrongState
from chalicelib.shared.thai import Text
from chalicelib.shared.workdays import thai_date

from ..cases import clock
from ..cases.rules import Actor, Book, Move
from ..definitions.parts import LetterKind
from ..model import AgencyLicence, Case, LateReasons, Officer
from ..noun import Noun
from ..office import must_be_impartial
from ..roles import HEAD

ReportKind = Literal["late", "late_reasons", "reasons_missing", "second_list", "deemed_approval"]


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


class Decided(Noun):
    """What a decision leaves behind to be counted; nothing in it names a person."""

    id: str
    at: dt.datetime
    service: str
    outcome: LetterKind
    working_days: int
    late: bool
    own_omissions: int = Field(default=0, description="Second lists for what the officer overlooked")
    reasons_missed: int = Field(default=0, description="Days for written reasons that passed without any")


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


def deemed(case: Case, book: Book, today: dt.date) -> str | None:
    """The action by which a case counts as approved because its term ended undecided, if an Act says so.

    None where the definition names none, where the term has not ended, or where the clock runs although it is the
    applicant's move (after an officer's own omission).
    """
    rule = book.definition.deemed_approval
    if rule is None or case.state not in book.definition.workflow.actions[rule.action].from_:
        return None
    seen = clock.view(case, book, today)
    return rule.action if seen.state == "running" and seen.overdue else None


def decision_of(case: Case, move: Move) -> LetterKind | None:
    """What a move decides, if it does: a licence that only follows the paid fee was decided before.

    Args:
        case: as it is before a fee is fixed by this move.
        move: the move.
    """
    if "refusal" in move.effects:
        return "refusal"
    granted = {"issue", "licensed"} & set(move.effects)
    return "approval" if "fee" in move.effects or (granted and case.quote is None) else None


def licensed(case: Case, move: Move, licence: AgencyLicence | None) -> Case:
    """The case with the licence that the agency issued itself, where the move tells of one; else as it is.

    Raises:
        Invalid: a licence is missing, or told by a move that is about none.
        WrongState: the fee is not paid.
    """
    if ("licensed" in move.effects) != (licence is not None):
        th, en = "ระบุใบอนุญาตในขั้นตอนที่ออกใบอนุญาตเท่านั้น", "Tell the licence with the move that issues it, and only then."
        raise Invalid(th, en, [Fault("/licence", th, en)])
    if licence is None:
        return case
    if case.quote is not None and case.quote.total_satang and (case.payment is None or not case.payment.stands):
        raise WrongState("ยังไม่ได้ชำระค่าธรรมเนียม", "The fee is not paid.")
    return case.model_copy(update={"agency_licence": licence})


def decided(case: Case, book: Book, kind: LetterKind, id: str, now: dt.datetime) -> Decided:
    """The row of a decision: working days that the agency took, whatever its own term counts."""
    term = Term(days=book.definition.sla.days, basis="working")
    used = clock_ledger.view(case.ledger, term, book.calendar, thai_date(now)).days_used
    return Decided(
        id=id,
        at=now,
        service=case.service,
        outcome=kind,
        working_days=used,
        late=case.overdue,
        own_omissions=sum(asked.officer_omission is not None for asked in case.deficiency_lists),
        reasons_missed=case.reasons_missed,
    )
