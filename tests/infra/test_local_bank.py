"""The simulated bank reads a Thai QR and signs what it tells; it can tell twice and pay the wrong amount."""

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.shared.egress import HttpAnswer, Unreachable
from chalicelib.shared.thai_qr import Bill, Satang, encode
from infra.local.bank import BILLS, FEES, Bank
from infra.local.paths import Paths
from tests.infra.local_http import as_json, ask

PORTAL = "http://127.0.0.1:8000"
NOW = datetime(2026, 11, 25, 5, 0, tzinfo=UTC)
QR = encode(Bill(biller="099999999999900", ref1="ABC1", ref2="01", amount=Satang(500000)))
ELECTRICITY = encode(Bill(biller="999900000000201", ref1="ABC1", ref2="01", amount=Satang(500000)))
STRANGER = encode(Bill(biller="123456789012345", ref1="ABC1", ref2="01", amount=Satang(500000)))
OPEN_QR = encode(Bill(biller="099999999999900", ref1="ABC1"))


class Portal:
    """The portal's callback as the bank sees it."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.heard: list[tuple[str, str, bytes]] = []

    def send(
        self, method: str, url: str, *, headers: Any, body: bytes | None = None, timeout: float = 10.0
    ) -> HttpAnswer:
        if self.status == 0:
            raise Unreachable("no connection")
        self.heard.append((url, headers["X-Klang-Signature"], body or b""))
        return HttpAnswer(self.status, {}, b'{"booked":true}')


def pay(portal: Portal, **wish: Any) -> tuple[int, Any, Bank]:
    bank = Bank(lambda: PORTAL, portal, lambda: NOW)
    answer = ask(Paths(bank.handlers), "POST", "/local/bank/pay", wish)
    return answer.status, as_json(answer), bank


def test_a_bill_is_paid_and_told_with_a_signature_that_holds() -> None:
    portal = Portal()
    status, said, bank = pay(portal, qr=QR)
    ((url, header, body),) = portal.heard
    assert url == PORTAL + FEES
    assert status == 200
    assert (said["ref1"], said["ref2"], said["amount"]) == ("ABC1", "01", "5000.00")
    assert said["platform"] == [{"status": 200, "body": {"booked": True}}]
    stamp = f"t={int(NOW.timestamp())}"
    code = hmac.new(bank.secret.encode(), stamp[2:].encode() + b"." + body, hashlib.sha256).hexdigest()
    assert header == f"{stamp},v1={code}"
    assert bank.secret not in json.dumps(said)


def test_it_tells_twice_and_pays_what_it_is_told() -> None:
    portal = Portal()
    _, said, _ = pay(portal, qr=QR, amount="0.01", notices=2, transaction="TX000001")
    bodies = {body for _, _, body in portal.heard}
    assert len(portal.heard) == 2
    assert len(bodies) == 1
    assert json.loads(bodies.pop())["amount"] == "0.01"
    assert said["transaction"] == "TX000001"


def test_the_portals_refusal_is_passed_on() -> None:
    status, said, _ = pay(Portal(401), qr=QR)
    assert (status, said["platform"][0]["status"]) == (401, 401)


def test_a_portal_that_does_not_answer() -> None:
    assert pay(Portal(0), qr=QR)[0] == 503


@pytest.mark.parametrize(
    ("wish", "pointer"),
    [
        ({"qr": "no qr"}, "/qr"),
        ({"qr": QR[:-1] + "0"}, "/qr"),
        ({"qr": OPEN_QR}, "/amount"),
        ({"qr": QR, "amount": "7"}, "/amount"),
        ({"qr": QR, "notices": 6}, "/notices"),
        ({"qr": QR, "tip": 1}, "/tip"),
        ({"qr": QR, "status": "maybe"}, "/status"),
        ({"qr": STRANGER}, "/qr"),
    ],
)
def test_what_it_cannot_pay(wish: dict[str, Any], pointer: str) -> None:
    portal = Portal()
    status, said, _ = pay(portal, **wish)
    assert status == 422
    assert [fault["pointer"] for fault in said["errors"]] == [pointer]
    assert not portal.heard


def test_an_open_amount_is_the_payers() -> None:
    portal = Portal()
    assert pay(portal, qr=OPEN_QR, amount="7.00")[0] == 200
    assert json.loads(portal.heard[0][2])["amount"] == "7.00"


def test_it_tells_the_portal_whose_biller_it_is() -> None:
    portal = Portal()
    assert pay(portal, qr=ELECTRICITY)[0] == 200
    assert portal.heard[0][0] == PORTAL + BILLS
    assert "status" not in json.loads(portal.heard[0][2])


def test_it_may_take_the_money_back() -> None:
    portal = Portal()
    pay(portal, qr=ELECTRICITY, transaction="TX000002", status="reversed")
    assert json.loads(portal.heard[0][2])["status"] == "reversed"
