"""What a bundle asks of whom and when: who is needed, who may go, what is filled in for them. Pure.

Everything is found from the shared answers and from the cases as they stand, never from what was said to happen: so a
command or an event that comes twice, late or out of order leads to the same.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from typing import Any, Literal

from chalicelib.shared import pointers
from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import Fault, WrongState
from chalicelib.shared.workdays import thai_date

from ..cases import rules as cases
from ..cases.rules import Book
from ..definitions import computed
from ..definitions.validators import holds
from ..licences import issuance
from ..licences import rules as licences
from ..model import Case, Document, Origin, Provenance
from ..roles import APPLICANT
from . import graph
from .model import LICENCE_NO, BundleDefinition, Run, Why

Fate = Literal["draft", "running", "licensed", "ended"]
"""Of a case: not filed yet; filed; at its good end; at an end without a licence."""

Stand = Literal["not_needed", "ready", "waits", "held", "running", "licensed", "ended"]
"""Of a member in its run: needless as answered; may be filed; waits for another's licence; waits for one that will not
come; filed; licensed; ended without a licence."""


@dataclass(frozen=True)
class Desk:
    """One member's case with what it is judged by."""

    case: Case
    book: Book

    @property
    def fate(self) -> Fate:
        """Where the case stands in life."""
        if self.case.licence is not None:
            return "licensed"
        if self.book.state(self.case).turn == "nobody":
            return "ended"
        return "draft" if self.case.received_at is None else "running"


Desks = Mapping[str, Desk]
"""The members of which a case was opened."""


def needed(bundle: BundleDefinition, answers: Any) -> list[str]:
    """The members that these answers call for, each behind those that it waits for."""
    return [code for code in graph.ordered(bundle) if holds(bundle.members[code].when, answers)]


def awaited(bundle: BundleDefinition, code: str, answers: Any, desks: Desks) -> list[str]:
    """The members whose licence this one waits for and has not got: those needed, and those that run all the same."""
    wanted = set(needed(bundle, answers))
    return [
        other
        for other in bundle.members[code].after
        if (other in wanted or (other in desks and desks[other].fate == "running"))
        and not (other in desks and desks[other].fate == "licensed")
    ]


def stand(bundle: BundleDefinition, code: str, answers: Any, desks: Desks) -> Stand:
    """Where a member stands."""
    fate = desks[code].fate if code in desks else "draft"
    if fate != "draft":
        return fate
    if code not in needed(bundle, answers):
        return "not_needed"
    if held_by(bundle, code, answers, desks) is not None:
        return "held"
    return "waits" if awaited(bundle, code, answers, desks) else "ready"


def held_by(bundle: BundleDefinition, code: str, answers: Any, desks: Desks) -> tuple[str, Why] | None:
    """The member whose end without a licence keeps this one from being filed, near or far, and what that end was."""
    for other in awaited(bundle, code, answers, desks):
        fate = desks[other].fate if other in desks else "draft"
        if fate == "ended":
            return other, "withdrawn" if desks[other].case.decision is None else "refused"
        behind = held_by(bundle, other, answers, desks) if fate == "draft" else None
        if behind is not None:
            return behind
    return None


# --- answers


def patch_for(bundle: BundleDefinition, code: str, before: Any, after: Any) -> dict[str, Any]:
    """What a change of the shared answers changes in a member's answers, as a merge patch (RFC 7396).

    What did not change is left out, so that what the applicant wrote in the member itself stays.
    """
    patch: dict[str, Any] = {}
    for pointer, goals in bundle.shares.items():
        if code not in goals:
            continue
        was, now = pointers.find(before, pointer), pointers.find(after, pointer)
        if was != now or isinstance(was, bool) != isinstance(now, bool):
            patch = pointers.put(patch, goals[code], _difference(was, now))
    return patch


def _difference(was: Any, now: Any) -> Any:
    if now is pointers.MISSING:
        return None
    if not isinstance(was, dict) or not isinstance(now, dict):
        return now
    names = [name for name in now if name not in was or was[name] != now[name]]
    return {
        **{name: _difference(was.get(name, pointers.MISSING), now[name]) for name in names},
        **{name: None for name in was if name not in now},
    }


def closed(bundle: BundleDefinition, before: Any, after: Any, desks: Desks) -> list[Fault]:
    """A fault for each shared answer that would change although a member was filed with it and is not to be mended."""
    faults = []
    for pointer, goals in bundle.shares.items():
        if pointers.find(before, pointer) == pointers.find(after, pointer):
            continue
        for code in goals:
            if code in desks and not open_to_answers(desks[code]) and desks[code].fate in ("running", "licensed"):
                name = desks[code].book.definition.name
                faults.append(
                    Fault(
                        f"/answers{pointer}",
                        f"ยื่น “{name.th}” ด้วยคำตอบนี้ไปแล้ว แก้ไขไม่ได้",
                        f"'{name.en}' was filed with this answer; it cannot be changed any more.",
                    )
                )
                break
    return faults


def open_to_answers(desk: Desk) -> bool:
    """Whether it is the applicant's turn to fill and file the case."""
    return desk.book.definition.workflow.find(desk.case.state, "file") is not None


# --- what one licence tells another


def fed(bundle: BundleDefinition, code: str, desks: Desks, now: dt.datetime, *, ahead: bool = False) -> Case:
    """The member's case with what the licences that it waited for say, locked, and the licence as its source.

    Args:
        bundle, code, desks: whose case.
        now: when.
        ahead: take for granted that licences which are not there yet will come, to see what else is missing.
    """
    case, book = desks[code].case, desks[code].book
    answers, sources = dict(case.answers), dict(case.sources)
    for feed in bundle.members[code].feeds:
        source = desks.get(feed.from_)
        if source is None or source.fate == "ended" or (source.fate != "licensed" and not ahead):
            continue
        definition = source.book.definition
        no = source.case.licence or licences.number(definition, source.case.id, thai_date(now))
        claims = {LICENCE_NO: no, **issuance.claims_of(source.case, definition)}
        if feed.claim not in claims:
            continue
        answers = pointers.put(answers, feed.to, claims[feed.claim])
        sources[feed.to] = Provenance(service=definition.id, receipt=no, at=now, locked=True)
    return case.model_copy(update={"answers": computed.worked_out(book.definition, answers), "sources": sources})


# --- documents sent once


@dataclass(frozen=True)
class Loan:
    """A document of one member that stands in another's case as well."""

    source: Case
    original: Document
    copy: Document


def lent(bundle: BundleDefinition, run: str, code: str, desks: Desks, now: dt.datetime) -> list[Loan]:
    """The documents that this member still needs and that another member of the run has, checked and accepted.

    The bytes were checked when they came, in this very run; the copy keeps that verdict and says where it is from.
    """
    desk, loans = desks[code], list[Loan]()
    wanted = {rule.code: rule for rule in desk.book.needed(desk.case) if rule.mode == "upload"}
    for shared in bundle.documents.values():
        rule = wanted.get(shared.members.get(code, ""))
        if rule is None or desk.case.accepted(rule.code) is not None:
            continue
        for other, their_code in shared.members.items():
            there = desks[other].case.accepted(their_code) if other in desks and other != code else None
            if there is None or there.media_type not in rule.types or there.size > rule.max_mb * 1024 * 1024:
                continue
            source = desks[other].case
            copy = there.model_copy(
                update={
                    "id": hashlib.sha256(f"loan/{run}/{desk.case.id}/{there.id}".encode()).hexdigest()[:32],
                    "code": rule.code,
                    "asked_at": now,
                    "decided_at": now,
                    "edition": 1 + sum(known.code == rule.code for known in desk.case.documents),
                    "origin": Origin(case=source.id, document=there.id, service=source.service, sent_at=there.asked_at),
                }
            )
            loans.append(Loan(source, there, copy))
            break
    return loans


def with_loans(case: Case, loans: list[Loan]) -> Case:
    """The case with the documents that it was lent."""
    return case.model_copy(update={"documents": (*case.documents, *(loan.copy for loan in loans))})


# --- filing


@dataclass(frozen=True)
class Filing:
    """What came of the attempt to file one member: a filed case, or what is missing."""

    code: str
    case: Case
    move: cases.Move | None
    loans: tuple[Loan, ...]
    faults: tuple[Fault, ...] = ()


def missing(bundle: BundleDefinition, run: Run, code: str, desks: Desks, now: dt.datetime) -> list[Fault]:
    """What stands between the applicant and filing a member, its awaited licences taken for granted."""
    case = fed(bundle, code, desks, now, ahead=True)
    case = with_loans(case, lent(bundle, run.id, code, desks, now))
    return cases.incomplete(case, desks[code].book, thai_date(now))


def filing(bundle: BundleDefinition, run: Run, code: str, desks: Desks, now: dt.datetime) -> Filing:
    """A ready member filed in its owner's name, with what it was fed and lent; or why it cannot be."""
    book = desks[code].book
    loans = lent(bundle, run.id, code, desks, now)
    case = with_loans(fed(bundle, code, desks, now), loans).model_copy(update={"awaits": ()})
    faults = cases.incomplete(case, book, thai_date(now))
    if faults:
        return Filing(code, case, None, tuple(loans), tuple(faults))
    try:
        filed, move = cases.file(case, book, cases.Actor(run.owner, frozenset({APPLICANT})), now)
    except WrongState as refused:  # the service's own condition on filing does not hold
        return Filing(code, case, None, tuple(loans), (Fault("", refused.th, refused.en),))
    return Filing(code, filed, move, tuple(loans))
