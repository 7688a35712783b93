"""What an agency's system is told and sent, and what it may say of a fee. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from chalicelib.shared.errors import Fault, Invalid
from chalicelib.shared.gdx_request import body_digest
from chalicelib.shared.journal import Event

from ..definitions.fees import FeeLine, Quote, baht
from ..definitions.link import Link, origin
from ..model import Case
from .model import Delivery, HandOver, Partner, What

DELIVERY_TYPE = "klang-delivery+jwt"
HAND_OVER_TYPE = "klang-hand-over+jwt"
SIGNATURE_LIVES = 300
"""Seconds for which the signature of a delivery is good."""
HAND_OVER_LIVES = dt.timedelta(minutes=2)

TOLD: Mapping[str, What] = {
    "biz.application.submitted": "filed",
    "biz.application.withdrawn": "withdrawn",
    "biz.application.paid": "paid",
    "biz.application.overdue": "overdue",
    "biz.payment.reversed": "reversed",
    "biz.payment.settled": "settled",
    "biz.licence.issued": "licensed",
}
"""Events of a case that its system learns of; what it did itself it knows."""


def is_known(case: Case) -> bool:
    """Whether the agency may know of a case: a draft is the applicant's alone until it is filed or handed over."""
    return case.received_at is not None or case.taken_over_at is not None


def delivery_of(event: Event, partner: Partner) -> Delivery | None:
    """What a system must learn of an event; None for nothing, e.g. for what it filed itself."""
    what = TOLD.get(event.type)
    if what is None or (what == "filed" and event.by == f"system:{partner.system}"):
        return None
    return Delivery(
        id=event.id,
        what=what,
        case=event.subject,
        service=partner.definition.id,
        agency=partner.definition.agency,
        at=event.at,
        seq=event.seq,
    )


def delivery_claims(id: str, partner: Partner, body: bytes, now: dt.datetime) -> dict[str, Any]:
    """What our signature of a delivery says: for whom, what, where to, and until when it is good."""
    issued = int(now.timestamp())
    return {
        "aud": partner.system,
        "jti": id,
        "iat": issued,
        "exp": issued + SIGNATURE_LIVES,
        "htm": "POST",
        "htu": partner.link.deliver_to,
        "body_sha256": body_digest(body),
    }


def hand_over_claims(made: HandOver, to: str, subject: str) -> dict[str, Any]:
    """What the assertion says with which a person comes to the agency's site; it names nobody."""
    return {
        "aud": origin(to),
        "sub": subject,
        "jti": made.jti,
        "iat": int((made.expires_at - HAND_OVER_LIVES).timestamp()),
        "exp": int(made.expires_at.timestamp()),
        "case": made.case,
    }


def charge(link: Link, told: Mapping[str, str] | None) -> Callable[[Quote], Quote]:
    """What becomes of the fee by the formulas when the system tells amounts (code -> baht).

    The formulas stay the law. Where they are exact, amounts that are told must be theirs; where they give the most that
    may be asked (`at_most`), an amount must be told for each line and may not be more.

    The function raises Invalid, naming the line.
    """

    def charged(quote: Quote) -> Quote:
        given = told or {}
        faults = [
            Fault(f"/fee/{code}", "บริการนี้ไม่มีค่าธรรมเนียมรายการนี้", "The service has no such fee.")
            for code in given.keys() - {line.code for line in quote.lines}
        ]
        lines = []
        for line in quote.lines:
            satang = int(Decimal(given[line.code]) * 100) if line.code in given else None
            fault = _unfit(link, line, satang)
            faults += [] if fault is None else [fault]
            lines.append(line if satang is None else line.model_copy(update={"satang": satang}))
        if faults:
            raise Invalid("ค่าธรรมเนียมไม่ถูกต้อง", "The fee is not what the service says.", faults)
        total = sum(line.satang for line in lines)
        return quote.model_copy(update={"lines": tuple(lines), "total_satang": total, "total_baht": baht(total)})

    return charged


def _unfit(link: Link, line: FeeLine, satang: int | None) -> Fault | None:
    due = baht(line.satang)
    if link.fee == "at_most" and satang is None:
        return Fault(f"/fee/{line.code}", "โปรดระบุจำนวนเงิน", f"Tell the amount; at most {due} baht.")
    if link.fee == "at_most" and satang is not None and satang > line.satang:
        return Fault(f"/fee/{line.code}", f"ต้องไม่เกิน {due} บาท", f"May be at most {due} baht.")
    if link.fee == "exact" and satang is not None and satang != line.satang:
        return Fault(f"/fee/{line.code}", f"ต้องเป็น {due} บาท", f"Is {due} baht by the service's formula.")
    return None
