"""What callers see of a licence: everybody, whoever was shown it by its holder, its holder, its agency."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pydantic import Field

from chalicelib.shared.journal import Event
from chalicelib.shared.thai import Text
from chalicelib.shared.web import Outgoing

from ..definitions.model import ServiceDefinition
from ..model import Licence, StatusChange
from .rules import standing

_NAMES = {
    "issued": Text(th="ออกใบอนุญาต", en="Issued"),
    "suspended": Text(th="พักใช้", en="Suspended"),
    "reinstated": Text(th="กลับมาใช้ได้", en="Valid again"),
    "revoked": Text(th="เพิกถอน", en="Revoked"),
    "expiring": Text(th="แจ้งเตือนก่อนหมดอายุ", en="Holder reminded of its end"),
    "expired": Text(th="หมดอายุ", en="Expired"),
}
_OTHER = Text(th="ดำเนินการ", en="Something was done")
_BY = {"citizen": "applicant", "officer": "officer"}


class LicenceCard(Outgoing):
    """A licence in the public register: no personal data."""

    no: str
    service: str
    name: Text
    agency: str
    agency_name: Text
    issued_on: dt.date
    valid_until: dt.date | None = Field(description="Last day; null where no end is set")
    status: str = Field(description="valid, expired, suspended or revoked")
    status_since: dt.date
    status_until: dt.date | None = Field(description="Last day of this status, where one is set")
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


def card(licence: Licence, definition: ServiceDefinition, on: dt.date, *, holder: bool = False) -> LicenceCard:
    """A licence as the register shows it, or as its holder shows it."""
    return LicenceCard(**_card(licence, definition, on, holder=holder))


def file(licence: Licence, definition: ServiceDefinition, on: dt.date, history: list[Event]) -> LicenceFile:
    """A licence with everything that its holder and its agency may know."""
    return LicenceFile(
        **_card(licence, definition, on, holder=True),
        case=licence.case,
        changes=licence.changes,
        history=[_line(event) for event in history],
    )


def _card(licence: Licence, definition: ServiceDefinition, on: dt.date, *, holder: bool) -> dict[str, Any]:
    stands = standing(licence, on)
    return {
        "no": licence.no,
        "service": licence.service,
        "name": definition.credential.name,
        "agency": licence.agency,
        "agency_name": definition.agency_name,
        "issued_on": licence.issued_on,
        "valid_until": licence.last_day,
        "status": stands.status,
        "status_since": stands.since,
        "status_until": stands.until,
        "claims": licence.claims if holder else licence.public,
    }


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
