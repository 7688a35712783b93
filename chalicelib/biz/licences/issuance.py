"""Making a licence and a receipt of a case: claims, credentials, the slip in a QR. Pure but for the signatures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from chalicelib.shared import credentials, pointers
from chalicelib.shared.credentials import SdJwt, StatusReference
from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import WrongState
from chalicelib.shared.workdays import BANGKOK, thai_date

from .model import NO_END, Licence, LicenceNo
from .rules import list_address, number, seat, valid_until

if TYPE_CHECKING:
    from chalicelib.shared.jose import Signer

    from ..definitions.model import ServiceDefinition
    from ..model import Case

RECEIPT_VCT = "urn:klang:receipt:1"


SLIP_VCT = "urn:klang:licence-slip:1"


SLIP_LENGTH = 1100
"""Characters of a slip at most: with the address before it, it fits a QR of version 29 at level M."""


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
