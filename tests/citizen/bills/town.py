"""A biller who keeps accounts, a bank that signs and finance officers, around the portal."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from typing import Any

from chalicelib.shared.callbacks import signature
from chalicelib.shared.errors import not_found
from chalicelib.shared.identity import Posting
from chalicelib.shared.ids import new_id, new_token
from chalicelib.shared.journal import Once
from chalicelib.shared.storage import Table
from tests.citizen.portal import MALEE, SOMCHAI, Portal
from tests.support.client import Answer

SECRET = "a secret of the bank, of thirty-two characters or more"
BILLING = "TH/SOE/PEA/billing"
PEA = "020012345678"
"""Malee's own customer number."""

OTHERS = "020099999999"
"""Somebody else's."""

OFFICERS = {"first": "3990100000114", "second": "3990100000122", "elsewhere": "3990100000131", "chief": "3990100000149"}


@dataclass
class Biller:
    """The electricity authority: bills by customer number, and what it was told about them."""

    holder: dict[str, tuple[str, str]] = field(default_factory=lambda: {PEA: (MALEE, "นางมาลี ใ***")})
    bills: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    marked: dict[str, dict[str, Any]] = field(default_factory=dict)
    disputes: dict[str, dict[str, Any]] = field(default_factory=dict)

    def sends(self, number: str, amount: str, due: str, customer: str = PEA, period: str = "2569-11") -> None:
        """A new bill."""
        one = {"bill_no": number, "amount": amount, "due_on": due, "period": period}
        self.bills.setdefault(customer, {})[number] = one

    def paid(self, number: str) -> str:
        """What it counts as paid of a bill."""
        stands = [
            each["amount"] for each in self.marked.values() if each["bill_no"] == number and each["status"] == "paid"
        ]
        return " ".join(sorted(stands))

    def open(self, path: str, body: Any) -> Any:
        """Its service `bill`."""
        customer = body["customer_no"]
        if customer not in self.bills and customer not in self.holder:
            raise not_found("ผู้ใช้ไฟฟ้ารายนี้", "customer")
        found = self.bills.get(customer, {}).values()
        return {"bills": [each for each in found if not self.paid(each["bill_no"])]}

    def account(self, path: str, body: Any) -> Any:
        """Its service `account`."""
        holder, name = self.holder.get(body["customer_no"], ("", ""))
        yours = holder == body["pid"]
        return {"yours": yours, "holder_masked": name}

    def payment(self, path: str, body: Any) -> Any:
        """Its service `payment`: the highest sequence of a transaction holds."""
        known = self.marked.get(body["transaction"])
        if known is None or known["sequence"] < body["sequence"]:
            self.marked[body["transaction"]] = body
        return {"ok": True}

    def dispute(self, path: str, body: Any) -> Any:
        """Its service `dispute`."""
        if path == "/file":
            self.disputes.setdefault(body["dispute"], {**body, "state": "received", "note": "รับเรื่องแล้ว"})
        found = self.disputes[body["dispute"]]
        return {"state": found["state"], "note": found["note"]}


class Town(Portal):
    """The portal, one biller behind the exchange, a bank and finance officers."""

    def __init__(self, table: Table | None = None) -> None:
        super().__init__(table=table)
        self.biller = Biller()
        self.gdx.answering |= {
            f"{BILLING}/bill": self.biller.open,
            f"{BILLING}/account": self.biller.account,
            f"{BILLING}/payment": self.biller.payment,
            f"{BILLING}/dispute": self.biller.dispute,
            "TH/CENTRAL/DOPA/civil/turning": lambda path, body: {"people": []},  # the minute's other work asks
        }
        self.bills = self.citizen.bills
        self.bills.till.know_provider(Once(new_id(), "", new_token(), claimed=False), "bank", SECRET)
        for name, agency, role in (
            ("first", "TH/SOE/PEA", "finance"),
            ("second", "TH/SOE/PEA", "finance"),
            ("elsewhere", "TH/SOE/MEA", "finance"),
            ("chief", "TH/CENTRAL/DGA", "operator"),
        ):
            pseudonym = self.keyring.pseudonym(OFFICERS[name])
            self.citizen.staff.post(pseudonym, Posting(agency, frozenset({role})), new_token())

    def ask(self, method: str, path: str, body: Any = None, *, who: str = "malee", **more: Any) -> Answer:
        """A request of Malee, or of somebody else; everybody logs in afresh, for a login ends."""
        people = {"malee": MALEE, "somchai": SOMCHAI, **OFFICERS}
        token = self.issuers.person(people[who], name="มาลี ใจงาม" if who == "malee" else "คนอื่น")
        whole = path if path.startswith("/.") else f"/citizen/v1{path}"
        send = getattr(self.client, method.lower())
        answer: Answer = send(whole, token=token, **({} if body is None else {"json": body}), **more)
        return answer

    def ok(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """The same, and it must go well."""
        answer = self.ask(method, path, body, **more)
        assert answer.status in (200, 201), answer.text
        return answer.json

    def looked_up(self, customer: str = PEA, **more: Any) -> list[Any]:
        """The open bills of a customer number."""
        found: list[Any] = self.ok("POST", "/me/bills/lookup", {"biller": "pea", "customer_no": customer}, **more)[
            "items"
        ]
        return found

    def one_bill(self, amount: str = "1234.50", due: str = "2026-12-10") -> str:
        """The id of Malee's one bill."""
        self.biller.sends("B-1", amount, due)
        (bill,) = self.looked_up()
        return str(bill["id"])

    def bill(self, id: str, **more: Any) -> Any:
        """One bill as its person sees it."""
        return self.ok("GET", f"/me/bills/{id}", **more)

    def qr(self, bill: str, **more: Any) -> Any:
        """Its live QR."""
        return self.ok("POST", f"/me/bills/{bill}/qr", **more)

    def notice(self, qr: Any, transaction: str = "T-000001", **changes: Any) -> dict[str, Any]:
        """What the bank says when somebody paid a QR."""
        said = {
            "transaction": transaction,
            "ref1": qr["ref1"],
            "ref2": qr["ref2"],
            "amount": qr["amount"],
            "paid_at": self.now.isoformat(),
        }
        return {**said, **changes}

    def callback(
        self, notice: dict[str, Any], secret: str = SECRET, at: int | None = None, provider: str = "bank"
    ) -> Answer:
        """The bank tells."""
        raw = json.dumps(notice).encode()
        header = signature(secret, int(self.now.timestamp()) if at is None else at, raw)
        path = f"/citizen/v1/payments/callbacks/{provider}"
        answer: Answer = self.client.post(path, body=raw, headers={"X-Klang-Signature": header})
        return answer

    def tells(self, notice: dict[str, Any]) -> str:
        """The bank tells; what became of it, after everybody heard."""
        answer = self.callback(notice)
        assert answer.status == 200, answer.text
        self.pump()
        return str(answer.json["status"])

    def statement(self, day: dt.date, notices: list[dict[str, Any]]) -> Answer:
        """The bank sends its day."""
        total = sum(round(float(each["amount"]) * 100) for each in notices)
        head = {"statement": day.isoformat(), "lines": len(notices), "total": f"{total // 100}.{total % 100:02}"}
        raw = b"\n".join(json.dumps(each).encode() for each in [head, *notices])
        header = signature(SECRET, int(self.now.timestamp()), raw)
        path = f"/citizen/v1/payments/providers/bank/{day.isoformat()}"
        answer: Answer = self.client.put(path, body=raw, headers={"X-Klang-Signature": header})
        return answer

    def waiting(self, who: str = "first") -> list[tuple[str, str]]:
        """What stands in an officer's queue: transaction and why."""
        items = self.ok("GET", "/payments/entries", who=who)["items"]
        return [(item["id"].split("~")[1], item["kind"]) for item in items]

    def decide(self, who: str, transaction: str, step: str, **wish: Any) -> Answer:
        """An officer's step."""
        body = {"step": step, "reason": "ตรวจกับธนาคารแล้ว", **wish}
        return self.ask("POST", f"/payments/entries/bank~{transaction}", body, who=who)

    def letters(self, who: str = "malee") -> list[str]:
        """English titles of somebody's messages, oldest first."""
        items = self.ok("GET", "/me/inbox?limit=50", who=who)["items"]
        return [item["title"]["en"] for item in reversed(items)]

    def home(self) -> list[str]:
        """Bills on Malee's home page."""
        return [
            card.id for card in self.citizen.hall.cards.page(self.citizen.hall.person(MALEE))[1] if card.kind == "bill"
        ]
