"""When an agency is late: the sweep that notices it, the reasons it must give, and the copies for the overseer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from chalicelib.shared.errors import Stale
from chalicelib.shared.identity import Caller
from chalicelib.shared.ids import new_id, new_token
from chalicelib.shared.journal import Once
from chalicelib.shared.measures import measure
from chalicelib.shared.thai import Text
from chalicelib.shared.web import as_json
from chalicelib.shared.workdays import thai_date

from ..cases import views
from ..cases.views import CaseCard
from ..model import Case, LateReasons
from ..office import Office, Told, as_officer
from . import rules
from .rules import Report
from .store import Papers


class Lateness:
    """LFA 2558 s.10: written reasons every seven days to the applicant, with a copy to OPDC, until decided."""

    def __init__(self, office: Office, papers: Papers, deem: Callable[[Case], bool]) -> None:
        self._office = office
        self._papers = papers
        self._deem = deem

    def explain(self, once: Once, caller: Caller, case_id: str, text: Text) -> CaseCard:
        """Give the written reasons: to the applicant, and a copy into the overseer's mailbox, in one transaction.

        Raises:
            WrongState: the decision is not late.
        """
        office, now = self._office, self._office.now()
        case = office.of_agency(once, case_id, caller)
        book = office.book(case)
        looked = rules.looked_at(case, book, thai_date(now))
        explained, reasons = rules.late_reasons(looked, book, text, as_officer(caller), now)
        name = office.parts.ids()
        reports = rules.lateness_reports(case, explained, book, name, now)
        copy = rules.report(explained, "late_reasons", f"{name}-3", now, reasons.law, count=reasons.number, text=text)
        told = [_overdue(looked)] if looked is not case else []
        told.append(Told("application.explained", {"number": reasons.number, "next_by": reasons.next_by.isoformat()}))
        shown = views.card(explained.model_copy(update={"version": case.version + 1}), book)
        changes = [self._papers.new_reasons(case.id, reasons), *map(self._papers.filed, [*reports, copy])]
        office.save(once, explained, told, by=caller.label, answer=as_json(shown), more=changes)
        measure("ClocksExplained", platform="biz")
        if looked is not case:
            _measure(case, looked)
        return shown

    def reasons(self, case: Case) -> list[LateReasons]:
        """The written reasons of a case that the caller may see, oldest first."""
        return self._papers.reasons(case.id) if case.reasons_given else []

    def reports(self, month: str, after: str | None, limit: int) -> tuple[list[Report], str | None]:
        """The overseer's mailbox of a month, newest first, all agencies."""
        return self._papers.reports(month, after, limit)

    def sweep(self, now: dt.datetime) -> int:
        """Mark cases whose due day, or whose day for written reasons, has passed; returns how many.

        Where an Act says that a case then counts as approved, it is approved instead (`Desk.deem`).
        The applicant is told of the lateness each time; the overseer once of the lateness and each time that reasons
        are missing. A case that somebody changes meanwhile is left to the next sweep.
        """
        office, today, marked = self._office, thai_date(now), 0
        for case in office.store.to_check(today):
            try:
                if not self._deem(case):
                    self._mark(case, today, now)
            except Stale:
                continue
            marked += 1
        return marked

    def _mark(self, case: Case, today: dt.date, now: dt.datetime) -> None:
        book = self._office.book(case)
        looked = rules.looked_at(case, book, today)
        reports = rules.lateness_reports(case, looked, book, self._office.parts.ids(), now)
        once = Once(new_id(), "", new_token(), claimed=False)
        more = list(map(self._papers.filed, reports))
        self._office.save(once, looked, [_overdue(looked)], by="system", more=more)
        _measure(case, looked)


def _measure(before: Case, now: Case) -> None:
    cause = "reasons" if now.reasons_missed > before.reasons_missed else "due"
    measure("ClocksBroken", platform="biz", cause=cause)


def _overdue(case: Case) -> Told:
    due = case.due.isoformat() if case.due else None
    return Told("application.overdue", {"due": due, "reasons_missed": case.reasons_missed})
