"""A simulated bank: it scans a Thai QR, takes the money, and tells the platform by a signed callback.

It is an outsider with nothing but the QR's text and the secret it shares with the portal, and it signs by its own
hand, so that the portal's check is really tried. As real banks do, it may tell twice, late, or another amount.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from chalicelib.shared.egress import Http, Unreachable
from chalicelib.shared.errors import Fault, Invalid, Unavailable
from chalicelib.shared.thai_qr import Bill, QrUnreadable, baht, parse
from chalicelib.shared.web import Incoming
from infra.local.gateway_event import HttpAnswer, HttpRequest
from infra.local.paths import Handler, json_answer, read_body

PROVIDER = "sample-bank"
FEES = f"/biz/v1/payments/callbacks/{PROVIDER}"
BILLS = f"/citizen/v1/payments/callbacks/{PROVIDER}"
BILLERS = {"099999999999900": FEES, "9999": BILLS}
"""Whom the bank tells, by the beginning of the biller id: its own book of customers, as every bank keeps one."""

SIGNATURE_HEADER = "X-Klang-Signature"


class Pay(Incoming):
    """A payment by a banking app."""

    qr: str = Field(max_length=512, description="The text inside the QR")
    amount: str | None = Field(
        default=None,
        pattern=r"^(0|[1-9][0-9]{0,9})\.[0-9]{2}$",
        description="Pays this many baht instead of the bill's amount",
    )
    transaction: str | None = Field(
        default=None, pattern=r"^[A-Z0-9]{8,32}$", description="Tells of this transaction again instead of a new one"
    )
    notices: int = Field(default=1, ge=1, le=5, description="How many times the platform is told")
    status: Literal["settled", "failed", "reversed"] = Field(default="settled", description="What the bank says of it")


class Bank:
    """The bank.

    Args:
        platform: gives the portal's public address.
        http: how to reach it.
        clock: tells the time (aware, UTC).
    """

    def __init__(self, platform: Callable[[], str], http: Http, clock: Callable[[], datetime]) -> None:
        self._platform = platform
        self._http = http
        self._clock = clock
        self.secret = secrets.token_urlsafe(32)
        """Shared with the portal when the provider is registered there; made at start, kept in memory."""

    @property
    def handlers(self) -> dict[tuple[str, str], Handler]:
        """Its functions by method and path."""
        return {("POST", "/local/bank/pay"): self.pay}

    def pay(self, request: HttpRequest) -> HttpAnswer:
        """Pays a bill; answers with the platform's status, and what it said to every notice."""
        wish = read_body(request, Pay)
        bill = _scanned(wish.qr)
        amount = wish.amount or (None if bill.amount is None else baht(bill.amount))
        if amount is None:
            raise Invalid(
                "บิลนี้ไม่ได้ระบุจำนวนเงิน โปรดระบุ amount",
                "The bill leaves the amount open; say amount.",
                [Fault("/amount", "ต้องระบุ", "Mandatory for this bill.")],
            )
        notice = {
            "transaction": wish.transaction or secrets.token_hex(10).upper(),
            "ref1": bill.ref1,
            "ref2": bill.ref2 or "",
            "amount": amount,
            "paid_at": self._clock().isoformat(timespec="seconds"),
            **({} if wish.status == "settled" else {"status": wish.status}),
        }
        place = next((path for begin, path in BILLERS.items() if bill.biller.startswith(begin)), None)
        if place is None:
            raise Invalid(
                "ธนาคารไม่รู้จักผู้รับเงินรายนี้",
                "The bank has no customer with this biller id.",
                [Fault("/qr", "ไม่รู้จักผู้รับเงิน", "Not a biller of this bank.")],
            )
        said = [self._tell(place, notice) for _ in range(wish.notices)]
        return json_answer({**notice, "biller": bill.biller, "platform": said}, said[-1]["status"])

    def _tell(self, place: str, notice: dict[str, Any]) -> dict[str, Any]:
        body = json.dumps(notice, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json", SIGNATURE_HEADER: self.sign(body)}
        try:
            answer = self._http.send("POST", self._platform() + place, headers=headers, body=body)
        except Unreachable:
            raise Unavailable("ติดต่อระบบรับชำระไม่ได้", "The portal does not answer.", retry_after=1) from None
        return {"status": answer.status, "body": _read(answer.body)}

    def sign(self, body: bytes) -> str:
        """The signature header: HMAC-SHA-256 with the shared secret over `timestamp.body`."""
        at = int(self._clock().timestamp())
        code = hmac.new(self.secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
        return f"t={at},v1={code}"


def _scanned(qr: str) -> Bill:
    try:
        return parse(qr)
    except QrUnreadable:
        raise Invalid(
            "QR นี้ไม่ใช่บิลชำระเงินของไทย",
            "This QR is no Thai bill payment.",
            [Fault("/qr", "อ่านไม่ได้", "It cannot be read.")],
        ) from None


def _read(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode("utf-8", "replace") or None
