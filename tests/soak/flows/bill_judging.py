"""What must be true of bills and their money, once for each thing that could be wrong with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.citizen import rules
from chalicelib.citizen.bills import words
from chalicelib.citizen.bills.model import Bill, Money
from chalicelib.citizen.bills.store import Store, settled_key
from chalicelib.citizen.model import SELF, Person
from chalicelib.shared.journal import Event
from chalicelib.shared.storage import Item

from ..flow import Violation
from .citizen import Records


@dataclass(frozen=True)
class Book:
    """Bills and accounts as they are stored.

    Attributes:
        bills: by id.
        accounts: by transaction; what was told under a known one with other content is not among them.
    """

    bills: Mapping[str, Bill]
    accounts: list[Money]

    @classmethod
    def of(cls, store: Store, rows: Iterable[Item], ids: Iterable[str]) -> Book:
        """All that the rows hold of these bills."""
        metas = [row for row in rows if row.key.sk == "META"]
        monies = [store.money(row) for row in metas if row.key.pk.startswith("MONEY#")]
        bills = [store.bill(row) for row in metas if row.key.pk in {f"BILL#{id_}" for id_ in ids}]
        return cls(
            {bill.id: bill for bill in bills if bill is not None},
            [money for money in monies if money is not None and not money.variant],
        )


def accounts(book: Book, said: Mapping[str, Mapping[str, Any]]) -> Iterator[Violation]:
    """Every transaction has one account, with the bank's last word and all of its money."""
    names = Counter(money.transaction for money in book.accounts)
    if set(names) != set(said) or any(number > 1 for number in names.values()):
        yield Violation("LOST", f"accounts {sorted(names.elements())}, the bank has {sorted(said)}")
    for money in book.accounts:
        told = said.get(money.transaction)
        if told is None:
            continue
        if (money.status, money.sequence) != (told["status"], told["sequence"]):
            yield Violation("LOST", f"{money.transaction} is {money.status}, the bank says {told['status']}")
        here = round(float(told["amount"]) * 100) if told["status"] == "settled" else 0
        parts = money.open + money.booked + money.refund + money.written_off
        if parts != here:
            yield Violation("LOST" if parts < here else "DOUBLED", f"{parts} of {here} satang of one transaction")
        if bool(money.open) and money.kind is None:
            yield Violation("OPEN", "money that nobody will decide about")


def bills(book: Book, rows: Iterable[Item]) -> Iterator[Violation]:
    """What is booked is what bills say; one bill of the biller is settled once; open bills stand on the home page."""
    keys = {(row.key.pk, row.key.sk): row for row in rows}
    paid = [bill.id for bill in book.bills.values() if any(part.stands for part in bill.paid)]
    if len(paid) > 1:
        yield Violation("DOUBLED", "one bill of the biller was paid by two people")
    for bill in book.bills.values():
        booked = {money.id: money.booked for money in book.accounts if money.bill == bill.id and money.booked}
        stands = {part.money: part.satang for part in bill.paid if part.stands}
        if booked != stands:
            yield Violation("HALF", f"booked {sorted(booked.values())}, the bill says {sorted(stands.values())}")
        if (bill.state == "open") != bool(bill.owed):
            yield Violation("HALF", f"{bill.state}, and {bill.owed} satang are owed")
        card = (f"HOME#{bill.person}", f"bill#{bill.id}") in keys
        if card != (bill.state == "open"):
            yield Violation("HALF", f"{bill.state}, and on the home page: {card}")
        key = settled_key(bill.mark)
        settled = keys.get((key.pk, key.sk))
        if paid != ([] if settled is None else [settled.data["bill"]]):
            yield Violation("HALF", f"paid: {len(paid)}, settled: {settled is not None}")


def receipts(book: Book, rows: Iterable[Item], events: Iterable[Event]) -> Iterator[Violation]:
    """One receipt for each booking, void when the money was taken back, each in its payer's wallet once."""
    rows = list(rows)
    issued = [row.key.pk[5:] for row in rows if row.key.pk.startswith("RCPT#") and row.key.sk == "1"]
    void = {row.key.pk[5:] for row in rows if row.key.pk.startswith("RCPT#") and row.key.sk == "VOID"}
    stands = {part.receipt_no for bill in book.bills.values() for part in bill.paid if part.stands}
    if set(issued) - void != stands:
        yield Violation("HALF", f"{len(set(issued) - void)} receipts stand, {len(stands)} payments do")
    paid = {(event.data["receipt"], event.subject) for event in events if event.type == "citizen.bill.paid"}
    if sorted(issued) != sorted(no for no, _ in paid):
        yield Violation("DOUBLED" if len(issued) > len(paid) else "LOST", f"{len(issued)} receipts of {len(paid)}")
    wanted = {rules.id_here(SELF, no, Person(book.bills[bill].person)) for no, bill in paid}
    there = {row.key.sk[6:] for row in rows if row.key.pk.startswith("WALLET#") and row.key.sk.startswith("PAPER#")}
    if there != wanted:
        yield Violation("LOST" if wanted - there else "DOUBLED", f"{len(there)} papers of {len(wanted)} in wallets")


def billed(book: Book, biller: Records) -> Iterator[Violation]:
    """The biller counts what the portal booked, and no word was ever altered."""
    if biller.changed:
        yield Violation("DOUBLED", "the biller heard two words under one number")
    counted = {name: each["amount"] for name, each in biller.marked.items() if each["status"] == "paid"}
    parts = [part for bill in book.bills.values() for part in bill.paid]
    stands = {part.money: f"{part.satang // 100}.{part.satang % 100:02d}" for part in parts if part.stands}
    if counted != stands:
        yield Violation("LOST" if len(counted) < len(stands) else "STALE", f"the biller has {counted} of {stands}")
    if any(part.told != part.real for part in parts):
        yield Violation("HALF", "the portal does not know what it told the biller")


def told(book: Book, rows: Iterable[Item], events: Iterable[Event]) -> Iterator[Violation]:
    """People read of what happened to their bills and their money, once, and of nothing else."""
    must, may = set[str](), set[str]()
    for event in events:
        what = event.type.rpartition(".")[2]
        if event.type.startswith("citizen.bill.") and what in ("paid", "reversed"):
            must.add(_letter(book, event.subject, f"{what}-{event.data['receipt']}"))
        elif event.type == "citizen.bill.reminder":  # not where it was paid before the letter was written
            may.add(_letter(book, event.subject, f"reminder-{event.id}"))
        elif event.type.startswith("citizen.money.") and event.queue and event.data["bill"]:
            kind = str(event.data["kind"]) if what == "kept" else ""
            if (what, kind) in words.MONEY:
                must.add(_letter(book, str(event.data["bill"]), f"money-{event.id}"))
    there = {row.key.sk[4:] for row in rows if row.key.pk.startswith("INBOX#") and row.key.sk.startswith("MSG#")}
    if must - there:
        yield Violation("LOST", f"nobody was told of {len(must - there)} of {len(must)}")
    if there - must - may:
        yield Violation("DOUBLED", f"{len(there - must - may)} letters about nothing new")


def reminded(events: Iterable[Event]) -> Iterator[Violation]:
    """Nobody is reminded twice of one day."""
    days = Counter((event.subject, event.data["at"]) for event in events if event.type == "citizen.bill.reminder")
    if any(number > 1 for number in days.values()):
        yield Violation("DOUBLED", "one reminder came twice")


def _letter(book: Book, bill: str, name: str) -> str:
    """The inbox's own id of a letter."""
    return rules.id_here(SELF, f"{bill}.{name}"[:80], Person(book.bills[bill].person))
