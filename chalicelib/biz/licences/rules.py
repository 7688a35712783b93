"""E-licences: number, claims, credentials, place in a status list, standing. Pure but for the signatures themselves."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from chalicelib.shared import credentials
from chalicelib.shared.credentials import SdJwt, StatusReference
from chalicelib.shared.errors import Fault, Invalid, WrongState
from chalicelib.shared.jose import Signer
from chalicelib.shared.status_list import Bits, Status
from chalicelib.shared.thai import Text, buddhist_year
from chalicelib.shared.workdays import BANGKOK, thai_date

from ..definitions import pointers
from ..definitions.model import ServiceDefinition, Validity
from ..definitions.parts import Part
from ..model import NO_END, Case, Licence, LicenceNo, LicenceStatus, StatusChange

LIST_SIZE = 1 << 17
"""Credentials per status list: large enough that fetching it does not tell which licence was looked at."""

LIST_BITS: Bits = 2
RECEIPT_VCT = "urn:klang:receipt:1"
SLIP_VCT = "urn:klang:licence-slip:1"
SLIP_LENGTH = 1100
"""Characters of a slip at most: with the address before it, it fits a QR of version 29 at level M."""

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


def claims_of(case: Case, definition: ServiceDefinition) -> dict[str, Any]:
    """The licence's claims, as the definition maps them; what was not answered is not claimed."""
    found = {name: pointers.find(case.answers, pointer) for name, pointer in definition.credential.claims.items()}
    return {name: value for name, value in found.items() if value is not pointers.MISSING}


@dataclass(frozen=True)
class Terms:
    """What the licence that follows another one holds, and when.

    Attributes:
        valid_from, valid_until: its first and its last day.
        answers: what it is given for.
        replaces: the licence that it follows.
    """

    valid_from: dt.date
    valid_until: dt.date
    answers: dict[str, Any]
    replaces: str


def issue(
    case: Case,
    definition: ServiceDefinition,
    *,
    signer: Signer,
    base_url: str,
    now: dt.datetime,
    attempt: int,
    terms: Terms | None = None,
) -> Licence:
    """The licence for a case, with its signed credentials; `terms` where it follows another licence."""
    on = thai_date(now)
    no = number(definition, case.id, on)
    place = seat(definition, no, on, attempt)
    if terms is not None:
        case = case.model_copy(update={"answers": terms.answers})
    begins = on if terms is None else terms.valid_from
    until = valid_until(on, definition.credential.validity) if terms is None else terms.valid_until
    claims = claims_of(case, definition)
    rule = definition.credential
    public = {name: claims[name] for name in rule.public if name in claims}
    not_before = _midnight(begins) if begins > on else None
    expires_at = None if until == NO_END else _midnight(until + dt.timedelta(days=1))
    status = StatusReference(uri=list_address(base_url, place.list_id), idx=place.index)
    credential = credentials.issue(
        {
            "licence_no": no,
            "agency": definition.agency,
            "agency_name": definition.agency_name.model_dump(),
            "licence_name": rule.name.model_dump(),
            **({} if terms is None else {"replaces": terms.replaces}),
            **claims,
        },
        claims.keys() & set(rule.sd),
        vct=rule.vct,
        signer=signer,
        issued_at=now,
        not_before=not_before,
        expires_at=expires_at,
        status=status,
    )
    slip = slip_of(
        no,
        definition,
        public,
        signer=signer,
        now=now,
        not_before=not_before,
        expires_at=expires_at,
        status=status,
    )
    return Licence(
        no=no,
        service=definition.id,
        service_version=definition.version,
        agency=definition.agency,
        case=case.id,
        owner=case.owner,
        applicant=case.applicant,
        juristic_id=case.juristic_id,
        issued_on=on,
        valid_from=begins,
        valid_until=until,
        replaces=None if terms is None else terms.replaces,
        list_id=place.list_id,
        index=place.index,
        public=public,
        pid=case.pid,
        claims=claims,
        answers=case.answers,
        credential=credential,
        slip=slip,
    )


def _midnight(day: dt.date) -> dt.datetime:
    """The moment at which a day begins in Thailand."""
    return dt.datetime.combine(day, dt.time(), BANGKOK)


def slip_of(
    no: LicenceNo,
    definition: ServiceDefinition,
    public: Mapping[str, Any],
    *,
    signer: Signer,
    now: dt.datetime,
    expires_at: dt.datetime | None,
    status: StatusReference,
    not_before: dt.datetime | None = None,
) -> SdJwt:
    """The licence once more, small enough for a QR: an SD-JWT VC without anything to withhold.

    It holds what the register shows anyway. Of the public claims as many as fit are kept, in the definition's order:
    the number leads to the rest.
    """
    head = {"licence_no": no, "licence_name": definition.credential.name.th, "agency_name": definition.agency_name.th}
    kept = dict(public)

    def made(by: Signer) -> SdJwt:
        return credentials.issue(
            {**head, **kept},
            (),
            vct=SLIP_VCT,
            signer=by,
            issued_at=now,
            not_before=not_before,
            expires_at=expires_at,
            status=status,
        )

    while kept and len(made(_Blank(signer))) > SLIP_LENGTH:
        kept.popitem()  # measured with a blank signature: a key in KMS signs once, not once per trial
    return made(signer)


@dataclass(frozen=True)
class _Blank:
    """A signer that signs with zeroes, to learn how long a token will be."""

    whole: Signer

    @property
    def kid(self) -> str:
        return self.whole.kid

    @property
    def issuer(self) -> str:
        return self.whole.issuer

    def sign(self, message: bytes) -> bytes:
        return bytes(64)


def receipt(case: Case, definition: ServiceDefinition, *, signer: Signer, now: dt.datetime) -> SdJwt:
    """The receipt for the fee: each line with the agency to which the money belongs; the payer may be withheld."""
    if case.payment is None or case.quote is None:
        raise WrongState("ยังไม่ได้ชำระค่าธรรมเนียม", "The fee is not paid.")
    lines = [{"name": line.name.model_dump(), "payee": line.payee, "satang": line.satang} for line in case.quote.lines]
    return credentials.issue(
        {
            "receipt_no": case.payment.receipt_no,
            "application": case.id,
            "agency": definition.agency,
            "agency_name": definition.agency_name.model_dump(),
            "paid_at": case.payment.paid_at.isoformat(),
            "lines": lines,
            "total_baht": case.quote.total_baht,
            "payer": case.applicant_name,
        },
        {"payer"},
        vct=RECEIPT_VCT,
        signer=signer,
        issued_at=now,
    )


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
