"""A bank and the finance officers of the town, for tests of the cash desk."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from chalicelib.biz.noun import CaseId
from chalicelib.biz.payments import rules as payments
from chalicelib.biz.payments.model import Money
from chalicelib.biz.payments.store import money_key
from chalicelib.shared.callbacks import signature
from chalicelib.shared.ids import new_id
from chalicelib.shared.journal import Once
from chalicelib.shared.thai import check_digit
from tests.support.client import Answer

from ..town import AGENCY, BANK_SECRET, MALEE, THANA, Town


def person(number: int) -> str:
    """A national id of somebody who does not exist."""
    twelve = f"3990100{number:05d}"
    return twelve + check_digit(twelve)


FIRST, SECOND, ELSEWHERE, SECOND_OPERATOR = person(11), person(12), person(13), person(14)
"""Two finance officers of the agency, one of another agency, and a second operator beside THANA."""

OPERATORS = (THANA, SECOND_OPERATOR)
TROUBLE = "TH/LOCAL/TROUBLE"


def staffed(town: Town) -> Town:
    """The town with its finance officers and a second operator."""
    for pid, agency, role in (
        (FIRST, AGENCY, "finance"),
        (SECOND, AGENCY, "finance"),
        (ELSEWHERE, TROUBLE, "finance"),
        (SECOND_OPERATOR, "TH/CENTRAL/DGA", "operator"),
    ):
        town.biz.enlist(Once(new_id(), "", new_id(), claimed=False), pid, agency, [role], "เจ้าหน้าที่การเงิน")
    return town


def billed(town: Town) -> str:
    """An approved application whose QR was made."""
    case = town.approved()
    town.ok(MALEE, "POST", f"/applications/{case}/payments")
    return case


def told(town: Town, case: str, transaction: str, **changes: Any) -> dict[str, Any]:
    """What the bank says of a payment for a case, of the whole fee unless changed."""
    ref1, ref2 = payments.references(CaseId(case), 1)
    notice = {
        "transaction": transaction,
        "ref1": ref1,
        "ref2": ref2,
        "amount": "200.00",
        "paid_at": town.at.isoformat(),
    }
    return {**notice, **changes}


def say(town: Town, case: str, transaction: str, **changes: Any) -> str:
    """The bank says it; what became of it."""
    answer = town.callback(told(town, case, transaction, **changes))
    assert answer.status == 200, answer.text
    return str(answer.json["status"])


def statement(
    told: Sequence[dict[str, Any]], *, day: str = "2026-11-25", changes: dict[str, Any] | None = None
) -> bytes:
    """A day's statement."""
    total = sum(round(float(line["amount"]) * 100) for line in told)
    head = {"statement": day, "lines": len(told), "total": f"{total // 100}.{total % 100:02d}"}
    return b"\n".join(json.dumps(line).encode() for line in ({**head, **(changes or {})}, *told))


def send(town: Town, raw: bytes, day: str = "2026-11-25", provider: str = "bank") -> Answer:
    """The bank sends a statement, signed."""
    signed = signature(BANK_SECRET, int(town.at.timestamp()), raw)
    path = f"/payments/providers/{provider}/{day}"
    return town.call(None, "PUT", path, body=raw, headers={"X-Klang-Signature": signed})


def account(town: Town, transaction: str) -> Money:
    """The account of a transaction."""
    store = town.biz.counter.ledger.store
    found = store.money(town.table.get(money_key(f"bank~{transaction}")))
    assert found is not None
    return found


def queue(town: Town, who: str = FIRST, query: str = "") -> list[tuple[str, str | None]]:
    """Transactions and kinds of the entries that an officer sees."""
    items = town.ok(who, "GET", f"/payments/entries{query}")["items"]
    return [(item["transaction"], item["kind"]) for item in items]


def step(town: Town, who: str, transaction: str, what: str, **body: Any) -> Answer:
    """An officer's step on an entry."""
    path = f"/payments/entries/bank~{transaction}"
    return town.call(who, "POST", path, json={"step": what, "reason": "ตรวจสอบแล้ว", **body})


def resolve(town: Town, transaction: str, by: tuple[str, str] = (FIRST, SECOND), **wish: Any) -> Any:
    """Two officers resolve an entry; what the second was answered."""
    first = step(town, by[0], transaction, "propose", **wish)
    assert first.status == 200, first.text
    second = step(town, by[1], transaction, "confirm", **wish)
    assert second.status == 200, second.text
    return second.json


def unknown(town: Town, transaction: str, amount: str = "75.00", **changes: Any) -> str:
    """Money for nobody."""
    notice = {"transaction": transaction, "ref1": "NOBODYS", "ref2": "1", "amount": amount}
    answer = town.callback({**notice, "paid_at": town.at.isoformat(), **changes})
    return str(answer.json["status"])
