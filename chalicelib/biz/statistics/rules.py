"""From a case to its fact, and from facts to rows; pure."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable

from chalicelib.shared import clock_ledger, pointers
from chalicelib.shared.clock_ledger import Term
from chalicelib.shared.provinces import code_of
from chalicelib.shared.workdays import thai_date

from ..cases.rules import Book
from ..definitions import procedures
from ..definitions.parts import Effect
from ..model import Case
from .model import COUNTS, Count, Fact, Outcome, Place, Row

FEWEST_FOR_A_MEDIAN, FEWEST_FOR_A_TENTH = 5, 20
"""Decided cases below which durations say too much about one of them."""


def fact_of(case: Case, book: Book) -> Fact | None:
    """The fact of a case, or None while it is a draft."""
    received = case.legal_received_at or case.received_at
    if received is None:
        return None
    done = _effects(case, book)
    outcome = _outcome(done)
    pointer = book.definition.credential.claims.get("province")
    answers = procedures.given_for(book.rule, case.base, case.answers)
    return Fact(
        service=case.service,
        agency=case.agency,
        province="" if pointer is None else code_of(pointers.find(answers, pointer)),
        received_on=thai_date(received),
        outcome=outcome,
        days=_days(case, book) if outcome in ("granted", "refused") else None,
        returned=len(case.deficiency_lists),
        overdue=case.overdue,
        omission=any(asked.officer_omission is not None for asked in case.deficiency_lists),
        seen=case.version,
    )


def _effects(case: Case, book: Book) -> set[Effect]:
    actions = book.definition.workflow.actions
    return {effect for code in case.done_by if code in actions for effect in actions[code].effects}


def _outcome(done: set[Effect]) -> Outcome:
    if "withdraw" in done:
        return "withdrawn"
    if "refusal" in done:
        return "refused"
    return "granted" if done & {"fee", "issue", "licensed"} else "open"


def _days(case: Case, book: Book) -> int | None:
    """Working days that the clock ran; None while it was not stopped."""
    if not case.ledger or clock_ledger.state_of(case.ledger) != "stopped":
        return None
    term = Term(days=book.definition.sla.days, basis="working", rolls_forward=book.definition.sla.rolls_forward)
    stopped = thai_date(case.ledger[-1].at)
    return clock_ledger.view(case.ledger, term, book.calendar, stopped).days_used


def rows_of(facts: Iterable[Fact]) -> list[Row]:
    """The rows of a month: each service at each agency and province, and totals where they say something more.

    A total of one part alone is left out: it would be the part under another name.
    """
    leaves: dict[Place, list[Fact]] = {}
    for fact in facts:
        leaves.setdefault(Place(fact.service, fact.agency, fact.province or "-"), []).append(fact)
    groups = dict(leaves)
    for whole in tree_of(leaves):
        groups[whole] = [fact for place in leaves if whole.service in ("", place.service) for fact in leaves[place]]
    return [_row(place, groups[place]) for place in sorted(groups)]


def tree_of(leaves: Iterable[Place]) -> dict[Place, list[Place]]:
    """Totals and what each is the sum of."""
    by_service: dict[str, list[Place]] = {}
    for place in sorted(leaves):
        by_service.setdefault(place.service, []).append(place)
    found = {Place(service): parts for service, parts in by_service.items() if len(parts) > 1}
    if len(by_service) > 1:
        found[Place()] = [
            Place(service) if len(parts) > 1 else parts[0] for service, parts in sorted(by_service.items())
        ]
    return found


def _row(place: Place, facts: list[Fact]) -> Row:
    counts: dict[Count, int] = dict.fromkeys(COUNTS, 0)
    for fact in facts:
        counts["received"] += 1
        if fact.outcome != "open":
            counts[fact.outcome] += 1
        counts["returned_once"] += fact.returned == 1
        counts["returned_more"] += fact.returned > 1
        counts["overdue"] += fact.overdue
        counts["omissions"] += fact.omission and fact.returned > 1
    days = sorted(fact.days for fact in facts if fact.days is not None)
    return Row(
        place,
        counts,
        median_days=statistics.median(days) if len(days) >= FEWEST_FOR_A_MEDIAN else None,
        p90_days=days[math.ceil(0.9 * len(days)) - 1] if len(days) >= FEWEST_FOR_A_TENTH else None,
    )
