"""E-licences: number, claims, credential, place in a status list. Pure but for the signature itself."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from typing import Any

from chalicelib.shared import credentials
from chalicelib.shared.credentials import SdJwt, StatusReference
from chalicelib.shared.errors import WrongState
from chalicelib.shared.jose import Signer
from chalicelib.shared.status_list import Bits, Status
from chalicelib.shared.thai import Text, buddhist_year
from chalicelib.shared.workdays import BANGKOK, thai_date

from ..definitions import pointers
from ..definitions.model import Part, ServiceDefinition, Validity
from ..model import Case, Licence, LicenceNo, LicenceStatus

LIST_SIZE = 1 << 17
"""Credentials per status list: large enough that fetching it does not tell which licence was looked at."""

LIST_BITS: Bits = 2
RECEIPT_VCT = "urn:klang:receipt:1"
STATUS: dict[LicenceStatus, Status] = {
    "valid": Status.VALID,
    "suspended": Status.SUSPENDED,
    "revoked": Status.INVALID,
}
_FOLLOWS: dict[LicenceStatus, tuple[LicenceStatus, ...]] = {
    "valid": ("suspended", "revoked"),
    "suspended": ("valid", "revoked"),
    "revoked": (),
}


class Seat(Part):
    """A credential's place: which status list, which index in it."""

    list_id: str
    index: int


def number(definition: ServiceDefinition, case_id: str, on: dt.date) -> LicenceNo:
    """The licence number: prefix, Buddhist year, and 12 characters made from the case.

    No counter is kept: a national running number would be one row that everybody fights over. 60 bits make a clash
    within one prefix and year unthinkable, and a clash would be refused, not overwritten.
    """
    digest = hashlib.sha256(f"licence/{definition.id}/{case_id}".encode()).digest()
    code = base64.b32encode(digest).decode()[:12].translate(str.maketrans("IO", "89"))
    parts = (definition.credential.number_prefix, str(buddhist_year(on)), code[:4], code[4:8], code[8:])
    return LicenceNo("-".join(parts))


def seat(definition: ServiceDefinition, no: LicenceNo, on: dt.date, attempt: int) -> Seat:
    """Where the credential stands in its status list; another attempt gives another place (the first may be taken)."""
    digest = hashlib.sha256(f"seat/{no}/{attempt}".encode()).digest()
    return Seat(list_id=f"{definition.id}-{on.year}", index=int.from_bytes(digest[:4], "big") % LIST_SIZE)


def valid_until(issued_on: dt.date, validity: Validity) -> dt.date:
    """The last day of validity: a licence for one year of 25 November ends on 24 November."""
    year = issued_on.year + validity.years
    try:
        end = issued_on.replace(year=year)
    except ValueError:  # 29 February of a year that has none
        end = dt.date(year, 3, 1)
    return end + dt.timedelta(days=validity.days - 1)


def claims_of(case: Case, definition: ServiceDefinition) -> dict[str, Any]:
    """The licence's claims, as the definition maps them; what was not answered is not claimed."""
    found = {name: pointers.find(case.answers, pointer) for name, pointer in definition.credential.claims.items()}
    return {name: value for name, value in found.items() if value is not pointers.MISSING}


def issue(
    case: Case, definition: ServiceDefinition, *, signer: Signer, base_url: str, now: dt.datetime, attempt: int
) -> Licence:
    """The licence for a case, with its signed credential."""
    on = thai_date(now)
    no = number(definition, case.id, on)
    place = seat(definition, no, on, attempt)
    until = valid_until(on, definition.credential.validity)
    claims = claims_of(case, definition)
    rule = definition.credential
    credential = credentials.issue(
        {
            "licence_no": no,
            "agency": definition.agency,
            "agency_name": definition.agency_name.model_dump(),
            "licence_name": rule.name.model_dump(),
            **claims,
        },
        claims.keys() & set(rule.sd),
        vct=rule.vct,
        signer=signer,
        issued_at=now,
        expires_at=dt.datetime.combine(until + dt.timedelta(days=1), dt.time(), BANGKOK),
        status=StatusReference(uri=list_address(base_url, place.list_id), idx=place.index),
    )
    return Licence(
        no=no,
        service=definition.id,
        service_version=definition.version,
        agency=definition.agency,
        case=case.id,
        owner=case.owner,
        issued_on=on,
        valid_until=until,
        list_id=place.list_id,
        index=place.index,
        public={name: claims[name] for name in rule.public if name in claims},
        pid=case.pid,
        claims=claims,
        credential=credential,
    )


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


def receipt_no(provider: str, transaction: str, on: dt.date) -> str:
    """The receipt's number: one per transaction, and the same if the callback comes again."""
    digest = hashlib.sha256(f"receipt/{provider}/{transaction}".encode()).digest()
    return f"R-{buddhist_year(on)}-{base64.b32encode(digest).decode()[:12]}"


def list_address(base_url: str, list_id: str) -> str:
    """Where a status list is served."""
    return f"{base_url}/biz/v1/status-lists/{list_id}"


def changed(licence: Licence, status: LicenceStatus, reasons: Text) -> Licence:
    """The licence suspended, reinstated or revoked; raises WrongState when its state does not allow it."""
    if status not in _FOLLOWS[licence.status]:
        raise WrongState("เปลี่ยนสถานะใบอนุญาตเช่นนี้ไม่ได้", f"A licence that is {licence.status} cannot become {status}.")
    return licence.model_copy(update={"status": status, "reasons": reasons})


def standing(licence: Licence, on: dt.date) -> str:
    """What a verifier is told: revoked, suspended, expired or valid."""
    if licence.status != "valid":
        return licence.status
    return "expired" if on > licence.valid_until else "valid"
