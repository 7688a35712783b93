"""Looking at cases: lists, one case, its timeline, its clock, what is missing, what it costs. Nothing here writes."""

from __future__ import annotations

import datetime as dt
from typing import Any

from chalicelib.shared.errors import Fault, Invalid, not_found
from chalicelib.shared.expressions import BadExpression
from chalicelib.shared.identity import Caller
from chalicelib.shared.workdays import thai_date

from ..definitions import fees
from ..definitions.model import ServiceDefinition
from ..delegations.rules import must_be_live, no_delegation
from ..documents.reuse import Reuse
from ..model import Case
from ..office import Office
from ..roles import APPLICANT
from ..store import case_key
from . import clock, rules, views
from .views import CaseCard, CaseView, ClockAnswer, Happening

_MAY_APPLY = frozenset({APPLICANT})


class Following:
    """What an applicant, or an officer of the agency, may see of cases."""

    def __init__(self, office: Office, reuse: Reuse) -> None:
        self._office = office
        self._reuse = reuse

    def faults(self, caller: Caller, id: str) -> list[Fault]:
        """What still stands between the applicant and filing."""
        case = self._office.own(None, id, caller, "fill", "file")
        return rules.incomplete(case, self._office.book(case), self._office.today())

    def quote(self, caller: Caller, id: str) -> fees.Quote:
        """The fee as things stand; raises Invalid while answers that it depends on are missing."""
        case = self._office.own(None, id, caller, "fill", "file", "pay")
        if case.quote is not None:
            return case.quote
        return quoted(case, self._office.book(case).definition, self._office.now())

    def mine(self, caller: Caller, after: str | None, limit: int) -> tuple[list[CaseCard], str | None]:
        """The caller's cases, newest first."""
        found, following = self._office.store.cases_of(caller.id, after, limit)
        return [views.card(case, self._office.book(case)) for case in found], following

    def acted(
        self, caller: Caller, delegation: str, after: str | None, limit: int
    ) -> tuple[list[CaseCard], str | None]:
        """The cases that an agent acted on by a power of attorney, newest first; for its grantor, and while it holds
        for the agent. Three requests, however many there are.

        Raises:
            NotFound: there is no such power, or the caller stands on neither side of it.
            WrongState: it has ended, and the caller is the agent.
        """
        office = self._office
        power = office.delegations.find(delegation)
        side = power.side(caller.id)
        if side is None:
            raise no_delegation()
        if side == "agent":
            must_be_live(power, office.today())
        ids, following = office.delegations.cases(delegation, after, limit)
        return [views.card(case, office.book(case)) for case in office.store.find_cases(ids)], following

    def show(self, caller: Caller, id: str) -> CaseView:
        """One whole case with what the caller may do: the applicant, their agent, or an officer of the agency."""
        case = self._office.seen(id, caller)
        book = self._office.book(case)
        if case.owner != caller.id and case.hand is None:
            return views.whole(case, book, caller.roles)
        acts = None if case.hand is None else frozenset(case.hand.power.acts)
        may_attach = book.definition.workflow.find(case.state, "file") is not None
        held = self._reuse.offers(case) if may_attach and (acts is None or "reuse" in acts) else ()
        return views.whole(case, book, _MAY_APPLY, held, acts)

    def timeline(self, case: Case) -> list[Happening]:
        """Everything that happened to a case, oldest first; each line chained to the one before by its hash."""
        definition = self._office.book(case).definition
        history = self._office.parts.journal.history(case_key(case.id).pk)
        return [views.told(event, definition, case.owner) for event in history]

    def clock(self, case: Case) -> ClockAnswer:
        """The legal clock of a case with its whole ledger."""
        book = self._office.book(case)
        return ClockAnswer(
            clock=clock.view(case, book, self._office.today()),
            ledger=case.ledger,
            received_at=case.received_at,
            legal_received_at=case.legal_received_at,
            receipt_rule=case.receipt_rule,
            law=book.law.name,
            sla_source=book.definition.sla.source,
            sla_verified=book.definition.sla.verified,
        )

    def credentials(self, caller: Caller, id: str) -> dict[str, Any]:
        """The licence and the receipt of one's own case; raises NotFound before they exist."""
        case = self._office.own(None, id, caller, "receive")
        if case.licence is None:
            raise not_found("ใบอนุญาต", "licence")
        licence = self._office.store.find_licence(case.licence)
        return {"licence_no": licence.no, "licence": licence.credential, "slip": licence.slip, "receipt": case.receipt}


def quoted(case: Case, definition: ServiceDefinition, now: dt.datetime) -> fees.Quote:
    """The fee with the rates of the day of filing (of today, for a draft).

    Raises:
        Invalid: answers that the fee depends on are missing or unfit.
    """
    try:
        return fees.quote(definition, case.answers, thai_date(case.received_at or now), case.base)
    except BadExpression as error:
        raise Invalid(
            "ยังคำนวณค่าธรรมเนียมไม่ได้ โปรดกรอกข้อมูลให้ครบก่อน",
            f"The fee cannot be computed yet: {error}.",
            [Fault("/answers", "กรอกข้อมูลให้ครบ", "Complete the answers.")],
        ) from None
