"""What an applicant sees of bundles: those on offer, and a run with all its members side by side."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import Field

from chalicelib.shared.clock_ledger import ClockView
from chalicelib.shared.errors import Fault, Invalid
from chalicelib.shared.thai import Text
from chalicelib.shared.web import Outgoing

from ..cases import clock
from ..cases.following import quoted
from ..cases.replies import BillView, FaultView
from ..definitions.fees import FeeLine, baht
from ..definitions.model import ServiceDefinition
from ..payments import rules as payments
from ..payments.views import PaidIn
from . import graph, rules
from .hall import Sight
from .model import BundleDefinition
from .rules import Desk


class OfferMember(Outgoing):
    """A licence of a bundle on offer."""

    code: str
    service: str
    service_name: Text
    agency: str
    agency_name: Text
    because: Text
    always: bool = Field(description="Needed whatever is answered")
    after: tuple[str, ...] = Field(description="Members whose licence, where needed, must be there first")


class OfferCard(Outgoing):
    """A bundle on offer."""

    id: str
    version: int
    name: Text
    summary: Text
    applicants: tuple[str, ...]
    members: list[OfferMember] = Field(description="In the order in which they may be filed")


class OfferView(OfferCard):
    """A bundle on offer with what is asked once for all its members."""

    form: dict[str, Any]
    shares: dict[str, dict[str, str]] = Field(description="Shared answer -> {member: its field}")
    documents: dict[str, Any] = Field(description="Documents that are sent once")
    source: str
    verified: str


class OfferPage(Outgoing):
    """The bundles on offer."""

    items: list[OfferCard]


class MemberCard(Outgoing):
    """One member of a run."""

    code: str
    service: str
    service_name: Text
    agency: str
    agency_name: Text
    because: Text
    stand: str = Field(
        description="not_needed, ready (may be filed), waits (for another's licence), held (that licence will not "
        "come), running (filed), licensed, ended (without a licence)"
    )
    waits_for: list[str] = Field(description="Members whose licence it waits for")
    held: str | None = Field(description="Why it was not filed when its turn came: refused, withdrawn, incomplete")
    held_by: str | None = Field(description="The member that was refused or withdrawn")
    case: str | None = Field(description="Its application; null until it is needed for the first time")
    state: str | None
    state_name: Text | None
    turn: str | None
    due: dt.date | None = Field(description="Legal due date of its decision, while its own clock runs")
    overdue: bool
    licence: str | None
    missing: list[FaultView] = Field(description="What stands between the applicant and filing it")


class RunCard(Outgoing):
    """A run of a bundle, and what a command on it answers."""

    id: str
    version: int = Field(description="Also the ETag; send it as If-Match")
    bundle: str
    bundle_version: int
    name: Text
    applicant: str
    opened_at: dt.datetime
    submitted_at: dt.datetime | None
    members: list[MemberCard] = Field(description="In the order in which they may be filed")


class MemberQuote(Outgoing):
    """What one member costs."""

    code: str
    agency: str
    satang: int | None = Field(description="Null while answers that it depends on are missing")
    owed_satang: int = Field(description="What is to be paid now")
    paid: bool
    lines: list[FeeLine]


class RunQuote(Outgoing):
    """What all needed members cost together, as far as it is known, and what of it belongs to which agency."""

    complete: bool = Field(description="Whether every needed member has the answers that its fee is made of")
    total_satang: int
    total_baht: str
    by_payee: dict[str, int] = Field(description="Agency -> satang")
    members: list[MemberQuote]


class RunWhole(RunCard):
    """A run with everything in it."""

    answers: dict[str, Any]
    quote: RunQuote
    clocks: dict[str, ClockView] = Field(description="Of each filed member its own legal clock")


class RunPage(Outgoing):
    """A page of runs."""

    items: list[RunBrief]
    next: str | None


class RunBrief(Outgoing):
    """A run in a list."""

    id: str
    bundle: str
    name: Text
    opened_at: dt.datetime
    submitted_at: dt.datetime | None
    cases: dict[str, str] = Field(description="Member -> application")


class JointPartView(Outgoing):
    """One fee on a joint bill."""

    code: str
    agency: str
    satang: int


class RunBillView(BillView):
    """The one QR over all fees that are owed now."""

    parts: list[JointPartView]


class MemberPaid(Outgoing):
    """What is owed and paid for one member."""

    code: str
    agency: str
    owed_satang: int
    paid: bool
    receipt_no: str | None
    receipt_url: str | None


class RunPayments(Outgoing):
    """What is owed and paid for a run, by agency, and money that came in by its QR."""

    owed_satang: int
    bill_expires_at: dt.datetime | None = Field(description="End of the live QR; an older one that is paid counts too")
    members: list[MemberPaid]
    payments: list[PaidIn] = Field(description="What came in by the QR of the bundle")


RunPage.model_rebuild()

Services = Mapping[str, ServiceDefinition]
"""The service of each member: of an open case the version that it is under, else today's."""


def offer(bundle: BundleDefinition, services: Services) -> OfferCard:
    """A bundle on offer in short."""
    return OfferCard(**_offer(bundle, services))


def offer_whole(bundle: BundleDefinition, services: Services) -> OfferView:
    """A bundle on offer with its questions."""
    plain = bundle.model_dump(mode="json", by_alias=True, exclude_unset=True)
    whole = {name: plain.get(name, {}) for name in ("form", "shares", "documents")}
    return OfferView(**_offer(bundle, services), **whole, source=bundle.source, verified=bundle.verified)


def _offer(bundle: BundleDefinition, services: Services) -> dict[str, Any]:
    members = [
        OfferMember(
            code=code,
            **_service(services[code]),
            because=bundle.members[code].because,
            always=bundle.members[code].when is None,
            after=bundle.members[code].after,
        )
        for code in graph.ordered(bundle)
        if code in services
    ]
    return {
        **{name: getattr(bundle, name) for name in ("id", "version", "name", "summary", "applicants")},
        "members": members,
    }


def _service(service: ServiceDefinition) -> dict[str, Any]:
    return {
        "service": service.id,
        "service_name": service.name,
        "agency": service.agency,
        "agency_name": service.agency_name,
    }


def card(sight: Sight, services: Services, now: dt.datetime) -> RunCard:
    """A run in short, of which every command answers; nothing in it names anybody."""
    return RunCard(**_card(sight, services, now))


def _card(sight: Sight, services: Services, now: dt.datetime) -> dict[str, Any]:
    run, bundle = sight.run, sight.bundle
    names = ("id", "version", "bundle", "bundle_version", "applicant", "opened_at", "submitted_at")
    members = [_member(sight, code, services[code], now) for code in graph.ordered(bundle) if code in services]
    return {**{name: getattr(run, name) for name in names}, "name": bundle.name, "members": members}


def _member(sight: Sight, code: str, service: ServiceDefinition, now: dt.datetime) -> MemberCard:
    run, bundle, desk = sight.run, sight.bundle, sight.desks.get(code)
    stands = rules.stand(bundle, code, run.answers, sight.desks)
    told = run.members.get(code)
    open_ = desk is not None and stands in ("ready", "waits", "held")
    return MemberCard(
        code=code,
        **_service(service),
        because=bundle.members[code].because,
        stand=stands,
        waits_for=rules.awaited(bundle, code, run.answers, sight.desks) if open_ else [],
        held=None if told is None else told.held,
        held_by=None if told is None else told.held_by,
        case=None if desk is None else desk.case.id,
        state=None if desk is None else desk.case.state,
        state_name=None if desk is None else desk.book.state(desk.case).name,
        turn=None if desk is None else desk.book.state(desk.case).turn,
        due=None if desk is None else desk.case.due,
        overdue=desk is not None and desk.case.overdue,
        licence=None if desk is None else desk.case.licence,
        missing=_faults(rules.missing(bundle, run, code, sight.desks, now)) if open_ else [],
    )


def _faults(faults: Sequence[Fault]) -> list[FaultView]:
    return [FaultView(pointer=fault.pointer, message_th=fault.th, message_en=fault.en) for fault in faults]


def whole(sight: Sight, services: Services, now: dt.datetime, today: dt.date) -> RunWhole:
    """A run with its answers, its fees and its clocks."""
    clocks = {
        code: clock.view(desk.case, desk.book, today)
        for code, desk in sight.desks.items()
        if desk.case.received_at is not None
    }
    return RunWhole(**_card(sight, services, now), answers=sight.run.answers, quote=quote(sight, now), clocks=clocks)


def quote(sight: Sight, now: dt.datetime) -> RunQuote:
    """What the needed members cost, split by agency; ended ones cost nothing any more."""
    members, by_payee, complete = list[MemberQuote](), dict[str, int](), True
    for code in graph.ordered(sight.bundle):
        stands = rules.stand(sight.bundle, code, sight.run.answers, sight.desks)
        if code not in sight.desks or stands in ("not_needed", "ended"):
            complete = complete and stands in ("not_needed", "ended")
            continue
        desk = sight.desks[code]
        lines = _lines(sight, code, desk, now)
        complete = complete and lines is not None and _is_answered(sight, code, desk, now)
        for line in lines or ():
            by_payee[line.payee] = by_payee.get(line.payee, 0) + line.satang
        case = desk.case
        members.append(
            MemberQuote(
                code=code,
                agency=case.agency,
                satang=None if lines is None else sum(line.satang for line in lines),
                owed_satang=payments.due(case, desk.book),
                paid=case.payment is not None and case.payment.stands,
                lines=list(lines or ()),
            )
        )
    total = sum(by_payee.values())
    return RunQuote(
        complete=complete,
        total_satang=total,
        total_baht=baht(total),
        by_payee=dict(sorted(by_payee.items())),
        members=members,
    )


def _is_answered(sight: Sight, code: str, desk: Desk, now: dt.datetime) -> bool:
    """Whether no answer is missing on which the fee may depend."""
    if desk.fate != "draft":
        return True
    missing = rules.missing(sight.bundle, sight.run, code, sight.desks, now)
    return not any(fault.pointer.startswith("/answers") for fault in missing)


def _lines(sight: Sight, code: str, desk: Desk, now: dt.datetime) -> tuple[FeeLine, ...] | None:
    if desk.case.quote is not None:
        return desk.case.quote.lines
    case = rules.fed(sight.bundle, code, sight.desks, now, ahead=True) if desk.fate == "draft" else desk.case
    try:
        return quoted(case, desk.book.definition, now).lines
    except Invalid:
        return None
