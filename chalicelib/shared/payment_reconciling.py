"""Once a day: what a provider says came in, against what we know; both ways, and the same however often it is run.

A crash half-way leaves accounts that are right and no report. The report is made of the accounts and the statement
alone, not of what this run did, so running it again gives what the first run would have given.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Protocol

from pydantic import Field

from .errors import AlreadyThere, Fault, Invalid, Unavailable, not_found
from .ids import new_id, new_token
from .journal import Head, Journal, Once
from .measures import measure
from .payment_accounts import Account
from .payment_notices import Notice, Source, relation, variant
from .payment_statements import Statement
from .sourced import Part
from .storage import Create

CHUNK = 100
WRITES = 100
"""Accounts that one call may change: with a licence each, so many fit into the time of one request (29 seconds).
The rest waits for the repeat."""

MAX_FLAGS = 500
"""Flags of one kind in a report; more would not fit an item (400 kB). Their number is always told."""

ATTEMPTS = 4


NOBODY = "-"
"""Stands for the agency of money of which nobody knows what it is for."""


class Sum(Part):
    """How much, in how many."""

    count: int = 0
    satang: int = 0

    def plus(self, satang: int) -> Sum:
        """One more."""
        return Sum(count=self.count + 1, satang=self.satang + satang)


class Flag(Part):
    """One transaction that a day's report points at."""

    id: str
    agency: str | None
    satang: int
    kind: str | None = None


class Report(Part):
    """How one day of a provider was reconciled; never changed, a run with another result is another report."""

    provider: str
    day: dt.date
    run: int = 1
    at: dt.datetime
    statement_sha256: str
    lines: int
    told_satang: int = Field(description="Sum of the statement's lines, whatever their status")
    settled: Sum = Field(description="Of the statement, what is settled with us as well")
    matched: int = Field(description="Lines that say what we knew")
    missing_here: tuple[Flag, ...] = Field(description="Learnt from a statement only; booked or queued since")
    missing_there: tuple[Flag, ...] = Field(description="Settled with us that day, but not in this statement")
    differing: tuple[Flag, ...] = Field(description="Told with other content than before; in the queue `conflict`")
    more_flags: int = Field(default=0, description="Flags beyond what a report holds")
    by_payee: dict[str, Sum] = Field(description="What was booked, by the agency to which it belongs")
    in_queues: dict[str, Sum] = Field(description="Undecided money, by the agency it concerns; `-` where it is unknown")
    refunds: dict[str, Sum]
    written_off: dict[str, Sum]
    head: Head = Head()

    @property
    def result(self) -> dict[str, object]:
        """All but when and as which run it was made: what two runs are compared by."""
        return self.model_dump(mode="json", exclude={"run", "at", "head"})


class Books(Protocol):
    """The accounts of one room, and where its reports lie."""

    @property
    def room(self) -> str:
        """First part of its events' types."""
        ...

    @property
    def journal(self) -> Journal:
        """Its journal."""
        ...

    def now(self) -> dt.datetime:
        """The time."""
        ...

    def today(self) -> dt.date:
        """The day in Thailand."""
        ...

    def hear(self, provider: str, notice: Notice, source: Source) -> str:
        """Takes a notice into account; `duplicate` when that changed nothing."""
        ...

    def known(self, provider: str, transactions: Sequence[str]) -> Mapping[str, Account]:
        """The accounts of at most 100 transactions, in one request."""
        ...

    def of_day(self, provider: str, day: dt.date) -> Iterable[Account]:
        """A provider's accounts of a day."""
        ...

    def report(self, provider: str, day: dt.date, run: int | None = None) -> Report | None:
        """A run's report, the last one's without a number."""
        ...

    def new_report(self, report: Report) -> Create:
        """The change that adds a report."""
        ...


class Reconciliation:
    """The comparison, and the reports it leaves."""

    def __init__(self, books: Books, *, writes: int = WRITES) -> None:
        self._books = books
        self._writes = writes

    def run(self, provider: str, statement: Statement) -> Report:
        """Take what is new into account, flag what is not as it should be, and report.

        Raises:
            Invalid: the day is not here yet.
            Unavailable: much was new; what was taken so far is kept, and the same statement goes on from there.
        """
        if statement.day > self._books.today():
            text = "ยังไม่ถึงวันนั้น", "That day is not here yet."
            raise Invalid(*text, [Fault("path:day", *text)])
        self._take(provider, statement)
        report = self._report(provider, statement)
        for _ in range(ATTEMPTS):
            last = self._books.report(provider, statement.day)
            if last is not None and last.result == report.result:
                return last
            try:
                return self._kept(report, last)
            except AlreadyThere:
                continue
        raise Unavailable("กำลังกระทบยอดวันเดียวกันอยู่", "The same day is being reconciled; send it again.", retry_after=5)

    def report(self, provider: str, day: dt.date, run: int | None) -> Report:
        """A day's report; raises NotFound."""
        found = self._books.report(provider, day, run)
        if found is None:
            raise not_found("รายงานกระทบยอด", "reconciliation report")
        return found

    def _take(self, provider: str, statement: Statement) -> None:
        writes, touched = 0, set[str]()
        for notices in _chunks(statement.notices):
            known = self._books.known(provider, _names(notices))
            for notice in notices:
                there = None if notice.transaction in touched else known.get(notice.transaction)
                if there is not None and relation(there, notice) in ("same", "older"):
                    continue
                if writes >= self._writes:
                    raise Unavailable(
                        "มีรายการใหม่จำนวนมาก ส่งข้อมูลเดิมอีกครั้งเพื่อทำต่อ",
                        "Much of it was new; send the same statement again to go on.",
                        retry_after=1,
                    )
                touched.add(notice.transaction)
                if self._books.hear(provider, notice, "statement") != "duplicate":
                    writes += 1

    def _report(self, provider: str, statement: Statement) -> Report:
        matched, told = 0, set[str]()
        differing: dict[str, Flag] = {}
        accounts: dict[str, Account] = {}
        for notices in _chunks(statement.notices):
            known = self._books.known(provider, _names(notices))
            accounts |= known
            for notice in notices:
                money = known[notice.transaction]
                told.add(notice.transaction)
                if relation(money, notice) == "other":
                    name = f"{money.id}~{variant(notice)}"
                    differing[name] = Flag(id=name, agency=money.agency, satang=notice.satang, kind="conflict")
                elif money.source == "callback":
                    matched += 1
        settled = {name: money for name, money in accounts.items() if money.settled}
        here = [_flag(money) for money in accounts.values() if money.source == "statement"]
        there = [
            _flag(money)
            for money in self._books.of_day(provider, statement.day)
            if money.settled and money.transaction not in told
        ]
        flags = (here, there, list(differing.values()))
        kept = [tuple(sorted(some, key=lambda flag: flag.id)[:MAX_FLAGS]) for some in flags]
        return Report(
            provider=provider,
            day=statement.day,
            at=self._books.now(),
            statement_sha256=statement.sha256,
            lines=len(statement.notices),
            told_satang=statement.total,
            settled=_sum(money.satang for money in settled.values()),
            matched=matched,
            missing_here=kept[0],
            missing_there=kept[1],
            differing=kept[2],
            more_flags=sum(len(some) - len(few) for some, few in zip(flags, kept, strict=True)),
            by_payee=_by((payee, part) for money in settled.values() for payee, part in money.payees.items()),
            in_queues=_by((money.agency or NOBODY, money.open) for money in settled.values()),
            refunds=_by((money.agency or NOBODY, money.refund) for money in settled.values()),
            written_off=_by((money.agency or NOBODY, money.written_off) for money in settled.values()),
        )

    def _kept(self, report: Report, last: Report | None) -> Report:
        journal = self._books.journal
        report = report.model_copy(update={"run": 1 if last is None else last.run + 1})
        event, head = journal.happened(
            Head() if last is None else last.head,
            subject=f"{report.provider}/{report.day.isoformat()}",
            type=f"{self._books.room}.payments.reconciled",
            by="system",
            data={
                "run": report.run,
                "statement": report.statement_sha256,
                "settled": report.settled.satang,
                "payees": {payee: part.satang for payee, part in report.by_payee.items()},
            },
        )
        report = report.model_copy(update={"head": head})
        once = Once(new_id(), "", new_token(), claimed=False)
        journal.commit(once, [self._books.new_report(report)], [(day_pk(report.provider, report.day), event)])
        apart = len(report.missing_there) + len(report.differing) + report.more_flags
        measure("PaymentsUnreconciled", apart, platform=self._books.room)
        return report


def _chunks(notices: Sequence[Notice]) -> Iterator[tuple[Notice, ...]]:
    waiting = iter(notices)
    while some := tuple(islice(waiting, CHUNK)):
        yield some


def _flag(money: Account) -> Flag:
    return Flag(id=money.id, agency=money.agency, satang=money.satang, kind=money.kind)


def _sum(amounts: Iterable[int]) -> Sum:
    total = Sum()
    for amount in amounts:
        total = total.plus(amount)
    return total


def _by(parts: Iterable[tuple[str, int]]) -> dict[str, Sum]:
    sums: dict[str, Sum] = {}
    for name, satang in parts:
        if satang:
            sums[name] = sums.get(name, Sum()).plus(satang)
    return dict(sorted(sums.items()))


def _names(notices: Sequence[Notice]) -> list[str]:
    return list(dict.fromkeys(notice.transaction for notice in notices))


def day_pk(provider: str, day: dt.date) -> str:
    """The partition of a provider's day."""
    return f"DAY#{provider}#{day.isoformat()}"


def run_sk(number: int) -> str:
    """Where one of its runs lies."""
    return f"RUN#{number:06d}"
