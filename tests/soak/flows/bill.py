"""A bill that two people have: whatever its biller, the bank and officers say of it, each satang is counted once.

The bank tells twice, late, in any order, and takes back; the biller changes its mind, is away or mute; a forger tries.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from chalicelib.citizen.bills import rules
from chalicelib.citizen.bills.ledger import unclaimed
from chalicelib.shared.identity import Posting
from chalicelib.shared.ids import new_token
from chalicelib.shared.storage import Item
from tests.citizen.bills.town import OFFICERS, PEA, SECRET
from tests.citizen.portal import MALEE, SOMCHAI
from tests.support.keys import local_keyring
from tests.support.tokens import Issuers

from ..flow import Command, Parts, Violation
from ..judging import chains, histories
from ..queues import Message
from ..stage import Stage
from . import bill_judging as judging
from .bank import Banked
from .citizen import CitizenFlow, Process, Seeded

PEOPLE = (MALEE, SOMCHAI)
FIRST, SECOND = OFFICERS["first"], OFFICERS["second"]
NUMBER, DUE = "B-1", "2026-11-30"
"""The bill; people are reminded of it a day before, which most lives do not come to."""
OWED = ("100.00", "140.00", None)
"""What the biller may ask for: at first, with a surcharge, and when it was paid elsewhere."""
AMOUNTS = (10_000, 10_000, 10_000, 14_000, 9_000)
NO_DECISION = "nobody"


class BillFlow(Banked[Process], CitizenFlow):
    """Two people with one bill of a biller, a bank, a forger, and two finance officers."""

    name = "bill"
    secret = SECRET
    lasts = ("ref1",)  # the answer to a repeat is the one live QR, whichever that is by now
    stubborn = False

    def __init__(self, stage: Stage, parts: Parts) -> None:
        super().__init__(stage, parts)
        self.decided: dict[str, str] = dict.fromkeys(stage.seeded.said, FIRST)
        self.said |= {name: dict(said) for name, said in stage.seeded.said.items()}
        self.heard |= set(self.said)
        self.biller.now_asks(OWED[0], NUMBER, DUE)

    @classmethod
    def seed(cls, stage: Stage) -> Seeded:
        keyring, issuers = local_keyring(), Issuers(stage.clock)
        stage.seeded = Seeded(keyring, issuers)
        flow = cls(stage, cls.parts)
        process = flow.start()
        process.citizen.bills.till.know_provider(unclaimed(), "bank", SECRET)
        for officer in (FIRST, SECOND):
            posting = Posting("TH/SOE/PEA", frozenset({"finance"}))
            process.citizen.staff.post(keyring.pseudonym(officer), posting, new_token())
        bills = {}
        for who in PEOPLE:
            (found,) = flow.call(process, who=who, **looking_up()).json["items"]
            flow.call(process, who=who, method="POST", path=f"/me/bills/{found['id']}/qr")
            bills[who] = str(found["id"])
        stage.seeded = Seeded(keyring, issuers, bills)
        flow.pays(*rules.references(bills[MALEE], 1), 12_000).run(process)
        (transaction,) = flow.said
        flow.decides(process, FIRST, "propose", "apply", transaction, SOMCHAI)

        def heard(message: Message) -> bool:
            flow.hear(process, message.queue, message.body)
            return True

        stage.queues.drain(heard)
        return Seeded(keyring, issuers, bills, flow.said)

    def sweep(self, process: Process) -> None:
        super().sweep(process)
        if self.stage.layer.on or self.busy():  # a look at nothing costs a life too much
            process.citizen.bills.reminding.sweep(self.stage.now)

    def busy(self) -> bool:
        """Whether somebody is to be reminded now."""
        now = self.stage.now.isoformat()
        rows = self.stage.rows("citizen", "BILL#", "META")
        return any(row.data["remind_at"] is not None and row.data["remind_at"] <= now for row in rows)

    # -- what people, the biller, the bank and officers do ---------------------------------------

    def draw(self, random: Random) -> Command[Process]:
        bills: dict[str, str] = self.stage.seeded.bills
        who = random.choice(PEOPLE)
        acts = ("look", "qr", "pay", "again", "turn", "bend", "forge", "decide", "change")
        fresh = 3 * (len(self.biller.asks) > 1)  # then it is seen whether an old answer is taken for the present one
        what = random.choices(acts, (4 + fresh, 3 + fresh, 7, 3, 4, 1, 1, 8, 4))[0]
        if what == "decide" and (waiting := self._waiting()):
            return self._about(what, random.choice(waiting), random)
        if what in ("again", "turn", "bend") and self.said:
            return self._about(what, random.choice(sorted(self.said)), random)
        if what == "change":
            asks = random.choice(OWED)
            return Command(f"the biller asks for {asks}", lambda process: self.biller.now_asks(asks, NUMBER, DUE))
        if what == "look":
            return Command(f"look up {who[-3:]}", lambda process: self._looks_up(process, who))
        if what == "qr":
            key = f"qr-{who[-3:]}-{random.randint(1, 3)}"
            return Command(key, lambda process: self._asks_for_qr(process, who, key))
        ref1, ref2 = rules.references(bills[who], random.choice((1, 1, 2)))
        satang = random.choice(AMOUNTS)
        if what == "forge":
            return self.forges(ref1, ref2, satang)
        return self.pays(ref1, ref2, satang, random.choice((*("settled",) * 5, "pending")))

    def _about(self, what: str, transaction: str, random: Random) -> Command[Process]:
        """Something about money that came."""
        if what == "again":
            return Command(f"again {transaction}", lambda process: self.tells(process, transaction))
        if what == "turn":
            here = self.said[transaction]["status"] == "settled"
            status = random.choice(("reversed", "reversed", "settled")) if here else "settled"
            return Command(f"{status} {transaction}", lambda process: self.turns(process, transaction, status))
        if what == "bend":
            return Command(f"bend {transaction}", lambda process: self._bends(process, transaction))
        who, whose = random.choice((FIRST, SECOND)), random.choice(PEOPLE)
        step, way = random.choice(("propose", "confirm")), random.choice(("refund", "apply", "apply", "write_off"))
        wanted = self._proposed(transaction)
        if wanted is not None and random.random() < 0.8:  # whoever confirms has read what is proposed
            step, way = "confirm", wanted["way"]
            whose = next((each for each in PEOPLE if self.stage.seeded.bills[each] == wanted["bill"]), whose)
        name = f"{step} {way} {transaction} {who[-3:]}"
        return Command(name, lambda process: self.decides(process, who, step, way, transaction, whose))

    def _waiting(self) -> list[str]:
        """Money about which something is to be decided."""
        rows = self.stage.rows("citizen", "MONEY#", "META")
        return sorted(row.data["transaction"] for row in rows if row.data["kind"] and not row.data["variant"])

    def _proposed(self, transaction: str) -> dict[str, Any] | None:
        """What an officer wants done with it."""
        found = self.stage.rows("citizen", f"MONEY#bank#{transaction}", "META")
        wanted: dict[str, Any] | None = found[0].data["proposal"] if found else None
        return wanted

    def _looks_up(self, process: Process, who: str) -> None:
        """What is shown is what the biller asks for at that moment."""
        since = len(self.biller.asks) - 1
        answer = self.call(process, who=who, **looking_up())
        if answer.status < 300:
            items = answer.json["items"]
            self._is_of_now(items[0]["owed_baht"] if items else None, since)

    def _asks_for_qr(self, process: Process, who: str, key: str) -> None:
        """A QR is over what the biller asks for at that moment, or was made before."""
        bill, since, fresh = self.stage.seeded.bills[who], len(self.biller.asks) - 1, key not in self.asked
        self.asks(key, who, "qr", bill, method="POST", path=f"/me/bills/{bill}/qr").run(process)
        answer = self.asked[key].answer
        if fresh and answer is not None:
            self._is_of_now(answer["amount"], since)

    def _is_of_now(self, amount: str | None, since: int) -> None:
        """Whether the biller asked for that much at some time since."""
        if amount not in self.biller.asks[since:] and not self._paid():
            self.noticed.append(Violation("STALE", f"{amount}, and the biller asks for {self.biller.asks[-1]}"))

    def _paid(self) -> bool:
        """Whether either of the two was ever paid in part: then what is owed is not the biller's figure alone."""
        events = self.stage.rows("citizen", "BILL#", "EVT#")
        return any(event.data["type"] == "citizen.bill.paid" for event in events)

    def _bends(self, process: Process, transaction: str) -> None:
        """The bank's own words come with another amount: a conflict, which changes nothing that was heard before."""
        if transaction not in self.heard:
            return
        bent = {**self.said[transaction], "amount": "1.00"}
        if self.callback(process, bent, self.secret) != 200:
            self.noticed.append(Violation("LOST", "what the bank said was refused"))

    def decides(self, process: Process, who: str, step: str, way: str, transaction: str, whose: str) -> None:
        """One of two officers decides what shall become of money that fits nothing; the second must be another."""
        bill = {"bill": self.stage.seeded.bills[whose]} if way == "apply" else {}
        wish: dict[str, Any] = {"step": step, "reason": "ตรวจสอบแล้ว", "way": way, **bill}
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
        rows: list[Item] = self.stage.rows("citizen")
        seeded: Seeded = self.stage.seeded
        events = [event for each in histories(rows).values() for event in each]
        book = judging.Book.of(process.citizen.bills.ledger.store, rows, seeded.bills.values())
        yield from chains(rows)
        yield from judging.accounts(book, self.said)
        yield from judging.bills(book, rows)
        yield from judging.receipts(book, rows, events)
        yield from judging.billed(book, self.biller)
        yield from judging.told(book, rows, events)
        yield from judging.reminded(events)


def looking_up() -> dict[str, Any]:
    """The request for the open bills of the customer."""
    return {"method": "POST", "path": "/me/bills/lookup", "json": {"biller": "pea", "customer_no": PEA}}
