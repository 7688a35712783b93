"""What the portal asks of a biller and tells it, through the exchange, in the biller's own words."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import field
from typing import Any

from chalicelib.shared import thai_qr
from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import UpstreamFailed
from chalicelib.shared.gdx_client import Gdx
from chalicelib.shared.payment_notices import satang
from chalicelib.shared.pointers import MISSING, find

from .definition import BillerDefinition, Fact, Question
from .model import Bill, Dispute, DisputeState, Paid

MOST = 24
"""Open bills of one account that the portal takes; two years of months."""

_AMOUNT = re.compile(r"(0|[1-9][0-9]{0,8})\.[0-9]{2}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class Asked:
    """One open bill, as its biller tells of it."""

    number: str = field(repr=False)
    satang: int = field(repr=False)
    due: dt.date
    period: str = field(repr=False)


@dataclass(frozen=True)
class Account:
    """Whose an account is; the masked name only where it is the person's own."""

    yours: bool
    holder: str | None = field(repr=False)


class Asking:
    """Questions to billers.

    Every method raises the exchange's refusals (`Gdx.ask`): a biller that is away, or that answers nonsense, is never
    taken for one that asks for nothing.
    """

    def __init__(self, gdx: Gdx) -> None:
        self._gdx = gdx

    def open_bills(self, biller: BillerDefinition, customer_no: str, case: str | None = None) -> list[Asked]:
        """What is open for a customer number; names no person.

        Raises:
            NotFound: the biller has no such customer.
        """
        inquiry = biller.inquiry
        answer = self._ask(inquiry, {"customer_no": customer_no}, case=case)
        bills = find(answer, inquiry.select.bills)
        if not isinstance(bills, list) or len(bills) > MOST:
            raise _nonsense()
        found = [_asked(each, biller) for each in bills]
        if len({each.number for each in found}) < len(found):
            raise _nonsense()
        return [each for each in found if each.satang]

    def account(self, biller: BillerDefinition, customer_no: str, pid: str) -> Account:
        """Whether the account is this person's; raises NotFound where the biller has no such customer."""
        select = biller.account.select
        answer = self._ask(biller.account, {"customer_no": customer_no, "pid": pid})
        yours, name = find(answer, select.yours), find(answer, select.name)
        if not isinstance(yours, bool):
            raise _nonsense()
        return Account(yours, name[:100] if yours and isinstance(name, str) else None)

    def tell_paid(self, biller: BillerDefinition, bill: Bill, part: Paid) -> None:
        """Tells the biller how a transaction stands; the same word twice is one, and the highest sequence holds."""
        facts: dict[Fact, Any] = {
            "customer_no": bill.customer_no,
            "bill_no": bill.number,
            "transaction": part.money,
            "amount": thai_qr.baht(thai_qr.Satang(part.satang)),
            "paid_at": part.paid_at.isoformat(),
            "status": "paid" if part.stands else "reversed",
            "sequence": part.sequence,
            "receipt_no": part.receipt_no,
        }
        self._ask(biller.paid, facts, case=bill.id, once=f"{bill.id}-{part.receipt_no}-{part.sequence}")

    def file(self, biller: BillerDefinition, bill: Bill, dispute: Dispute) -> tuple[DisputeState, str | None]:
        """Hands a dispute over, once however often; the state it is in then, and the biller's note."""
        facts: dict[Fact, Any] = {
            "customer_no": bill.customer_no,
            "bill_no": bill.number,
            "dispute": dispute.id,
            "reason": dispute.reason,
            "text": dispute.text,
        }
        return _state(self._ask(biller.dispute, facts, case=bill.id, once=f"{bill.id}-{dispute.id}"), biller)

    def dispute(self, biller: BillerDefinition, bill: Bill, dispute: Dispute) -> tuple[DisputeState, str | None]:
        """How a dispute stands."""
        asked = biller.dispute
        facts: dict[Fact, Any] = {"customer_no": bill.customer_no, "bill_no": bill.number, "dispute": dispute.id}
        body = {name: facts[fact] for name, fact in asked.ask.items()}
        return _state(self._gdx.ask(asked.service, "POST", asked.ask_path, body, asked.purpose, bill.id).value, biller)

    def _ask(
        self, question: Question, facts: Mapping[Fact, Any], *, case: str | None = None, once: str | None = None
    ) -> Any:
        body = {name: facts[fact] for name, fact in question.send.items() if fact in facts}
        return self._gdx.ask(question.service, "POST", question.path, body, question.purpose, case, once).value


def _asked(answer: Any, biller: BillerDefinition) -> Asked:
    select = biller.inquiry.select
    values = [find(answer, at) for at in (select.number, select.amount, select.due, select.period)]
    if any(not isinstance(value, str) or value is MISSING or not 0 < len(value) <= 60 for value in values):
        raise _nonsense()
    number, amount, due, period = values
    if not _AMOUNT.fullmatch(amount) or not _DAY.fullmatch(due):
        raise _nonsense()
    try:
        day = dt.date.fromisoformat(due)
    except ValueError:
        raise _nonsense() from None
    if not 2000 <= day.year <= 2200:
        raise _nonsense()
    return Asked(number, satang(amount), day, period)


def _state(answer: Any, biller: BillerDefinition) -> tuple[DisputeState, str | None]:
    select = biller.dispute.select
    state = biller.dispute.states.get(str(find(answer, select.state)))
    if state is None:
        raise _nonsense()
    note = MISSING if select.note is None else find(answer, select.note)
    return state, note[:1000] if isinstance(note, str) else None


def _nonsense() -> UpstreamFailed:
    return UpstreamFailed(
        "ผู้ออกบิลตอบข้อมูลที่อ่านไม่ได้ โปรดลองใหม่ภายหลัง",
        "The biller's answer cannot be read; try again later.",
        retry_after=60,
    )
