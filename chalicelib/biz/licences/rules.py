"""E-licences: their number, their place in a status list, how they stand. Pure."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from typing import TYPE_CHECKING, Literal

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import Fault, Invalid, WrongState
from chalicelib.shared.sourced import Part
from chalicelib.shared.status_list import Bits, Status
from chalicelib.shared.thai import Text, buddhist_year
from chalicelib.shared.workdays import thai_date

from .model import NO_END, Licence, LicenceNo, LicenceStatus, StatusChange

if TYPE_CHECKING:
    from ..definitions.model import ServiceDefinition, Validity

LIST_SIZE = 1 << 17
"""Credentials per status list: large enough that fetching it does not tell which licence was looked at."""

LIST_BITS: Bits = 2

STATUS: dict[LicenceStatus, Status] = {
    "valid": Status.VALID,
    "suspended": Status.SUSPENDED,
    "revoked": Status.INVALID,
    "replaced": Status.INVALID,
    "cancelled": Status.INVALID,
}
_FOLLOWS: dict[LicenceStatus, tuple[LicenceStatus, ...]] = {
    "valid": ("suspended", "revoked", "replaced", "cancelled"),
    "suspended": ("valid", "revoked", "cancelled"),
    "revoked": (),
    "replaced": (),
    "cancelled": (),
}


OVER = Text(th="ครบกำหนดระยะเวลาพักใช้ใบอนุญาต", en="The time of the suspension is over.")
"""Why a suspension ended by itself."""
ENDS: tuple[LicenceStatus, ...] = ("revoked", "replaced", "cancelled")
"""After these nothing more happens to a licence."""


class Seat(Part):
    """A credential's place: which status list, which index in it."""

    list_id: str
    index: int


@dataclass(frozen=True)
class Standing:
    """What a verifier is told of a licence on a day.

    Attributes:
        status: one word.
        since: first day of it.
        until: last day of it, or None where no end is set.
    """

    status: Literal["valid", "not_yet_valid", "suspended", "revoked", "replaced", "cancelled", "expired"]
    since: dt.date
    until: dt.date | None


def number(definition: ServiceDefinition, case_id: str, on: dt.date) -> LicenceNo:
    """The licence number: prefix, Buddhist year, and 12 characters made from the case.

    No counter is kept: a national running number would be one row that everybody fights over. 60 bits make a clash
    within one prefix and year unthinkable, and a clash would be refused, not overwritten.
    """
    digest = hashlib.sha256(f"licence/{definition.id}/{case_id}".encode()).digest()
    code = base64.b32encode(digest).decode()[:12].translate(str.maketrans("IO", "89"))
    parts = (definition.credential.number_prefix, str(buddhist_year(on)), code[:4], code[4:8], code[8:])
    return LicenceNo("-".join(parts))


def plausible(no: str) -> bool:
    """Whether a text from outside may be looked up as a number: short enough for a key, and without a key's sign."""
    return 0 < len(no) <= 100 and no.isprintable() and "#" not in no


def seat(definition: ServiceDefinition, no: LicenceNo, on: dt.date, attempt: int) -> Seat:
    """Where the credential stands in its status list; another attempt gives another place (the first may be taken)."""
    digest = hashlib.sha256(f"seat/{no}/{attempt}".encode()).digest()
    return Seat(list_id=f"{definition.id}-{on.year}", index=int.from_bytes(digest[:4], "big") % LIST_SIZE)


def valid_until(issued_on: dt.date, validity: Validity) -> dt.date:
    """The last day of validity: a licence for one year of 25 November ends on 24 November."""
    if validity.ends == "never":
        return NO_END
    year = issued_on.year + validity.years
    if validity.ends == "year_end":
        return dt.date(year, 12, 31)
    try:
        end = issued_on.replace(year=year)
    except ValueError:  # 29 February of a year that has none
        end = dt.date(year, 3, 1)
    return end + dt.timedelta(days=validity.days - 1)


def list_address(base_url: str, list_id: str) -> str:
    """Where a status list is served."""
    return f"{base_url}/biz/v1/status-lists/{list_id}"


def changed(
    licence: Licence, status: LicenceStatus, reasons: Text, now: dt.datetime, until: dt.date | None = None
) -> Licence:
    """The licence suspended, reinstated or revoked.

    Args:
        until: last day of a suspension; it ends by itself with that day.

    Raises:
        WrongState: its state does not allow it.
        Invalid: a suspension that would end before it begins.
    """
    if status not in _FOLLOWS[licence.status]:
        raise WrongState("เปลี่ยนสถานะใบอนุญาตเช่นนี้ไม่ได้", f"A licence that is {licence.status} cannot become {status}.")
    if until is not None and until < thai_date(now):
        fault = Fault("/until", "ต้องไม่เป็นวันที่ผ่านมาแล้ว", "May not lie in the past.")
        raise Invalid("วันสิ้นสุดการพักใช้ไม่ถูกต้อง", "The last day of the suspension is not valid.", [fault])
    change = StatusChange(at=now, status=status, reasons=reasons, until=until)
    return licence.model_copy(update={"status": status, "changes": (*licence.changes, change)})


def suspension_over(licence: Licence, on: dt.date) -> bool:
    """Whether a suspension has reached its end by itself."""
    until = licence.changes[-1].until if licence.status == "suspended" and licence.changes else None
    return until is not None and on > until


def standing(licence: Licence, on: dt.date) -> Standing:
    """What a verifier is told: how it stands, since when and until when; what ended it comes before its last day."""
    last = licence.changes[-1] if licence.changes else None
    begins = licence.valid_from or licence.issued_on
    since = begins if last is None else max(begins, thai_date(last.at))
    if licence.status in ("revoked", "replaced", "cancelled"):
        return Standing(licence.status, licence.issued_on if last is None else thai_date(last.at), None)
    if on > licence.valid_until:
        return Standing("expired", licence.valid_until + dt.timedelta(days=1), None)
    if licence.status == "suspended" and last is not None:
        if not suspension_over(licence, on):
            return Standing("suspended", thai_date(last.at), last.until)
        since = max(begins, (last.until or since) + dt.timedelta(days=1))
    if on < begins:
        return Standing("not_yet_valid", licence.issued_on, begins - dt.timedelta(days=1))
    return Standing("valid", since, licence.last_day)
