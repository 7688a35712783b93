"""Once a day: what a provider says came in, against what we know; both ways, and the same however often it is run.

A crash half-way leaves accounts that are right and no report. The report is made of the accounts and the statement
alone, not of what this run did, so running it again gives what the first run would have given.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from chalicelib.shared.errors import AlreadyThere, Fault, Invalid, Unavailable, not_found
from chalicelib.shared.ids import new_id, new_token
from chalicelib.shared.journal import Head, Once
from chalicelib.shared.payment_statements import Statement

from ..office import Office
from . import moves
from .ledger import Ledger
from .model import Flag, Money, Notice, Report, Sum
from .store import NOBODY, day_pk, money_key
from .till import Till

CHUNK = 100
WRITES = 100
"""Accounts that one call may change: with a licence each, so many fit into the time of one request (29 seconds).
The rest waits for the repeat."""

MAX_FLAGS = 500
"""Flags of one kind in a report; more would not fit an item (400 kB). Their number is always told."""

ATTEMPTS = 4


class Reconciliation:
    """The comparison, and the reports it leaves."""

    def __init__(self, office: Office, ledger: Ledger, till: Till, *, writes: int = WRITES) -> None:
        self._office = office
        self._store = ledger.store
        self._till = till
        self._writes = writes

    def run(self, provider: str, statement: Statement) -> Report:
        """Take what is new into account, flag what is not as it should be, and report.

        Raises:
            Invalid: the day is not here yet.
            Unavailable: much was new; what was taken so far is kept, and the same statement goes on from there.
        """
        if statement.day > self._office.today():
            text = "ยังไม่ถึงวันนั้น", "That day is not here yet."
            raise Invalid(*text, [Fault("path:day", *text)])
        self._take(provider, statement)
        report = self._report(provider, statement)
        for _ in range(ATTEMPTS):
            last = self._store.report(provider, statement.day)
            if last is not None and last.result == report.result:
                return last
            try:
                return self._kept(report, last)
            except AlreadyThere:
                continue
        raise Unavailable("กำลังกระทบยอดวันเดียวกันอยู่", "The same day is being reconciled; send it again.", retry_after=5)

    def report(self, provider: str, day: dt.date, run: int | None) -> Report:
        """A day's report; raises NotFound."""
        found = self._store.report(provider, day, run)
        if found is None:
            raise not_found("รายงานกระทบยอด", "reconciliation report")
        return found

    def _take(self, provider: str, statement: Statement) -> None:
        writes, touched = 0, set[str]()
        for notices in _chunks(statement.notices):
            known = self._known(provider, notices)
            for notice in notices:
                there = None if notice.transaction in touched else known.get(notice.transaction)
                if there is not None and moves.relation(there, notice) in ("same", "older"):
                    continue
                if writes >= self._writes:
                    raise Unavailable(
                        "มีรายการใหม่จำนวนมาก ส่งข้อมูลเดิมอีกครั้งเพื่อทำต่อ",
                        "Much of it was new; send the same statement again to go on.",
                        retry_after=1,
                    )
                touched.add(notice.transaction)
                if self._till.hear(provider, notice, "statement") != "duplicate":
                    writes += 1

    def _known(self, provider: str, notices: Sequence[Notice]) -> dict[str, Money]:
        keys = [money_key(f"{provider}~{name}") for name in dict.fromkeys(notice.transaction for notice in notices)]
        found = self._office.parts.journal.read(None, *keys)
        return {money.transaction: money for item in found.values() if (money := self._store.money(item))}

    def _report(self, provider: str, statement: Statement) -> Report:
        matched, told = 0, set[str]()
        differing: dict[str, Flag] = {}
        accounts: dict[str, Money] = {}
        for notices in _chunks(statement.notices):
            known = self._known(provider, notices)
            accounts |= known
            for notice in notices:
                money = known[notice.transaction]
                told.add(notice.transaction)
                if moves.relation(money, notice) == "other":
                    name = f"{money.id}~{moves.variant(notice)}"
                    differing[name] = Flag(id=name, agency=money.agency, satang=notice.satang, kind="conflict")
                elif money.source == "callback":
                    matched += 1
        settled = {name: money for name, money in accounts.items() if money.settled}
        here = [_flag(money) for money in accounts.values() if money.source == "statement"]
        there = [
            _flag(money)
            for money in self._store.of_day(provider, statement.day)
            if money.settled and money.transaction not in told
        ]
        flags = (here, there, list(differing.values()))
        kept = [tuple(sorted(some, key=lambda flag: flag.id)[:MAX_FLAGS]) for some in flags]
        return Report(
            provider=provider,
            day=statement.day,
            at=self._office.now(),
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
        journal = self._office.parts.journal
        report = report.model_copy(update={"run": 1 if last is None else last.run + 1})
        event, head = journal.happened(
            Head() if last is None else last.head,
            subject=f"{report.provider}/{report.day.isoformat()}",
            type="biz.payments.reconciled",
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
        journal.commit(once, [self._store.new_report(report)], [(day_pk(report.provider, report.day), event)])
        return report


def _chunks(notices: Sequence[Notice]) -> Iterator[tuple[Notice, ...]]:
    waiting = iter(notices)
    while some := tuple(islice(waiting, CHUNK)):
        yield some


def _flag(money: Money) -> Flag:
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
