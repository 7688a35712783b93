"""What callers see of a licence: everybody, whoever was shown it by its holder, its holder, its agency."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from pydantic import Field

from chalicelib.shared.thai import Text
from chalicelib.shared.web import Outgoing

from ..noun import Procedure
from .model import NO_END, Licence, StatusChange
from .rules import standing

if TYPE_CHECKING:
    from chalicelib.shared.journal import Event

    from ..definitions.model import ServiceDefinition

_NAMES = {
    "issued": Text(th="ออกใบอนุญาต", en="Issued"),
    "suspended": Text(th="พักใช้", en="Suspended"),
    "reinstated": Text(th="กลับมาใช้ได้", en="Valid again"),
    "revoked": Text(th="เพิกถอน", en="Revoked"),
    "renewed": Text(th="ต่ออายุด้วยใบอนุญาตฉบับใหม่", en="Renewed by a new licence"),
    "replaced": Text(th="แทนที่ด้วยใบอนุญาตฉบับใหม่", en="Replaced by a new licence"),
    "cancelled": Text(th="ยกเลิกตามคำขอของผู้รับใบอนุญาต", en="Cancelled at its holder's wish"),
    "expiring": Text(th="แจ้งเตือนก่อนหมดอายุ", en="Holder reminded of its end"),
    "expired": Text(th="หมดอายุ", en="Expired"),
}
_OTHER = Text(th="ดำเนินการ", en="Something was done")
_BY = {"citizen": "applicant", "officer": "officer"}


class Possible(Outgoing):
    """Something that the service offers for a licence as it stands."""

    procedure: Procedure
    name: Text
    open: bool = Field(description="Whether its holder may apply for it today")
    first: dt.date | None = Field(description="First day on which it may be applied for; null: any")
    last: dt.date | None = Field(description="Last day on which it may be applied for; null: no end")


class LicenceCard(Outgoing):
    """A licence in the public register: no personal data."""

    no: str
    service: str
    name: Text
    agency: str
    agency_name: Text
    issued_on: dt.date
    valid_from: dt.date = Field(description="First day; later than the day of issue where it follows another licence")
    valid_until: dt.date | None = Field(description="Last day; null where no end is set")
    status: str = Field(description="valid, not_yet_valid, expired, suspended, revoked, replaced or cancelled")
    status_since: dt.date
    status_until: dt.date | None = Field(description="Last day of this status, where one is set")
    replaces: str | None = Field(description="The licence that it renews, changes or is a copy of")
    replaced_by: str | None = Field(description="The licence that renews, changes or copies this one")
    procedures: tuple[Possible, ...] = Field(description="What its holder may do with it: now, or on which days")
    claims: dict[str, Any]


class LicencePage(Outgoing):
    """A page of the register. A page may be shorter than asked, or empty, while `next` leads on."""

    items: list[LicenceCard]
    next: str | None


class HistoryLine(Outgoing):
    """One thing that happened to a licence; `hash` chains it to the one before."""

    seq: int
    at: str
    type: str
    name: Text
    by: str = Field(description="applicant, officer or system")
    prev: str
    hash: str


class LicenceFile(LicenceCard):
    """A whole licence, for its holder and its agency: all claims, why its status changed, and its history."""

    case: str
    changes: tuple[StatusChange, ...] = Field(description="Suspended, reinstated, revoked, with reasons; oldest first")
    history: list[HistoryLine]


def card(
    licence: Licence,
    definition: ServiceDefinition,
    on: dt.date,
    live: ServiceDefinition | None,
    *,
    holder: bool = False,
) -> LicenceCard:
    """A licence as the register shows it, or as its holder shows it.

    Args:
        licence: as it is.
        definition: the version of its service under which it was issued.
        on: the day of looking.
        live: the service as it is offered on that day, if it is: by it the procedures run.
        holder: whether all claims may be shown.
    """
    return LicenceCard(**_card(licence, definition, on, live, holder=holder))


def file(
    licence: Licence,
    definition: ServiceDefinition,
    on: dt.date,
    live: ServiceDefinition | None,
    history: list[Event],
) -> LicenceFile:
    """A licence with everything that its holder and its agency may know."""
    return LicenceFile(
        **_card(licence, definition, on, live, holder=True),
        case=licence.case,
        changes=licence.changes,
        history=[_line(event) for event in history],
    )


def _card(
    licence: Licence, definition: ServiceDefinition, on: dt.date, live: ServiceDefinition | None, *, holder: bool
) -> dict[str, Any]:
    stands = standing(licence, on)
    return {
        "no": licence.no,
        "service": licence.service,
        "name": definition.credential.name,
        "agency": licence.agency,
        "agency_name": definition.agency_name,
        "issued_on": licence.issued_on,
        "valid_from": licence.valid_from or licence.issued_on,
        "valid_until": licence.last_day,
        "status": stands.status,
        "status_since": stands.since,
        "status_until": stands.until,
        "replaces": licence.replaces,
        "replaced_by": licence.replaced_by,
        "procedures": () if live is None else _possible(licence, live, on),
        "claims": licence.claims if holder else licence.public,
    }


def _possible(licence: Licence, live: ServiceDefinition, on: dt.date) -> tuple[Possible, ...]:
    """Nothing where the licence is over, or another one followed it; else what may be done now or on other days."""
    from . import succession

    lines = []
    for procedure, rule in live.procedures.items():
        first, last = succession.days(procedure, rule, licence.valid_until)
        if succession.not_so(licence, procedure, on) is None and on <= last:
            now = first is None or first <= on
            until = None if last == NO_END else last
            lines.append(Possible(procedure=procedure, name=rule.name, open=now, first=first, last=until))
    return tuple(lines)


def _line(event: Event) -> HistoryLine:
    return HistoryLine(
        seq=event.seq,
        at=event.at,
        type=event.type,
        name=_NAMES.get(event.type.rpartition(".")[2], _OTHER),
        by=_BY.get(event.by.partition(":")[0], "system"),
        prev=event.prev,
        hash=event.hash,
    )
