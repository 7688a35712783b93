"""Money: whatever a bank says, how often, in which order, and whoever decides about it, each satang is counted once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from random import Random

from chalicelib.biz.noun import CaseId
from chalicelib.biz.payments import rules as payments
from chalicelib.biz.payments.model import Money
from chalicelib.shared.storage import Item
from tests.biz.life.services import FEE
from tests.biz.payments.bank import FIRST, SECOND, staffed
from tests.biz.town import BANK_SECRET, MALEE, Town

from ..flow import Command, Parts, Violation
from ..judging import chains, histories
from ..stage import Stage
from .bank import Banked
from .biz import BizFlow, Process, Seeded

AMOUNTS = (FEE, FEE, FEE, FEE - 100, FEE + 500)
NO_DECISION = "nobody"


class Payment(Banked[Process], BizFlow):
    """An applicant with two fees to pay, their bank, a forger, and two finance officers."""

    name = "payment"
    wanted = ("payment", "deciding")
    secret = BANK_SECRET

    def __init__(self, stage: Stage, parts: Parts) -> None:
        super().__init__(stage, parts)
        self.decided: dict[str, str] = {}

    @classmethod
    def prepare(cls, town: Town) -> None:
        staffed(town)

    # -- what people and the bank do -------------------------------------------------------------

    def draw(self, random: Random) -> Command[Process]:
        seeded: Seeded = self.stage.seeded
        case = seeded.cases["payment" if random.random() < 0.85 else "deciding"]
        what = random.choices(("bill", "pay", "again", "reverse", "forge", "decide"), (3, 6, 4, 2, 1, 4))[0]
        if what == "bill":
            key = f"bill-{case[-2:]}-{random.randint(1, 3)}"
            return self.asks(key, MALEE, "bill", case, method="POST", path=f"/applications/{case}/payments", json=None)
        if what in ("again", "reverse", "decide") and self.said:
            transaction = random.choice(sorted(self.said))
            if what == "again":
                return Command(f"again {transaction}", lambda process: self.tells(process, transaction))
            if what == "reverse":
                return Command(f"reverse {transaction}", lambda process: self.turns(process, transaction, "reversed"))
            who = random.choice((FIRST, SECOND))
            step, way = random.choice(("propose", "confirm")), random.choice(("refund", "apply", "write_off"))
            name = f"{step} {way} {transaction}"
            return Command(name, lambda process: self._decides(process, who, step, way, transaction, case))
        ref1, ref2 = payments.references(CaseId(case), random.choice((1, 1, 2)))
        satang = random.choice(AMOUNTS)
        return self.forges(ref1, ref2, satang) if what == "forge" else self.pays(ref1, ref2, satang)

    def _decides(self, process: Process, who: str, step: str, way: str, transaction: str, case: str) -> None:
        """One of two officers decides what shall become of money that fits nothing; the second must be another."""
        wish = {"step": step, "reason": "ตรวจสอบแล้ว", "way": way, **({"case": case} if way == "apply" else {})}
        path = f"/payments/entries/bank~{transaction}"
        headers = {"Idempotency-Key": f"{who[-3:]}-{step}-{way}-{transaction}-{self.stage.ids()}"}
        answer = self.call(process, who=who, method="POST", path=path, json=wish, headers=headers)
        if answer.status >= 300:
            return
        if step == "confirm" and self.decided.get(transaction) == who:
            self.noticed.append(Violation("STALE", "one officer decided alone"))
        self.decided[transaction] = who if step == "propose" else NO_DECISION

    # -- what must be true -----------------------------------------------------------------------

    def judge(self, process: Process) -> Iterator[Violation]:
        rows = self.stage.rows("biz")
        found = histories(rows)
        yield from chains(rows)
        yield from self._licences(rows, found)
        yield from self._told(found)
        yield from self._accounts(process, rows)

    def _accounts(self, process: Process, rows: list[Item]) -> Iterator[Violation]:
        """Every transaction has one account, where all that the bank says is here lies, once."""
        store = process.biz.counter.till.store
        metas = [row for row in rows if row.key.pk.startswith("MONEY#") and row.key.sk == "META"]
        accounts = [money for row in metas if (money := store.money(row)) is not None and not money.variant]
        names = Counter(money.transaction for money in accounts)
        if set(names) != set(self.said) or any(number > 1 for number in names.values()):
            yield Violation("LOST", f"accounts {sorted(names.elements())}, the bank has {sorted(self.said)}")
            return
        for money in accounts:
            yield from self._account(money)
        paid = Counter[str]()
        for money in accounts:
            if money.case is not None:
                paid[money.case] += money.booked
        for case in self.stage.seeded.cases.values():
            (row,) = [row for row in rows if (row.key.pk, row.key.sk) == (f"CASE#{case}", "META")]
            if paid[case] not in (0, FEE):
                yield Violation("DOUBLED" if paid[case] > FEE else "HALF", f"a fee of {FEE} was booked as {paid[case]}")
            issued = {each.key.pk for each in rows if each.data.get("application") == case and "lines" in each.data}
            standing = len(issued - {each.key.pk for each in rows if each.key.sk == "VOID"})
            if standing != (paid[case] == FEE):
                yield Violation(
                    "DOUBLED" if standing > 1 else "HALF", f"{standing} receipts, {paid[case]} satang booked"
                )
            if paid[case] == FEE and row.data["state"] != "done":
                yield Violation("HALF", f"paid and still {row.data['state']}")

    def _account(self, money: Money) -> Iterator[Violation]:
        said = self.said[money.transaction]
        here = round(float(said["amount"]) * 100) if said["status"] == "settled" else 0
        if (money.status, money.sequence) != (said["status"], said["sequence"]):
            yield Violation("LOST", f"{money.transaction} is {money.status}, the bank says {said['status']}")
        parts = money.open + money.booked + money.refund + money.written_off
        if parts != here:
            yield Violation("LOST" if parts < here else "DOUBLED", f"{parts} of {here} satang of one transaction")
