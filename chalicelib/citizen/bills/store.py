"""How bills and their money lie in the room's table.

    BILL#{id}                                 META          a bill; EVT#... its history
    SETTLED#{mark}                            1             which bill of which person settled this bill of the biller
    METERS#{person}                           {id}          a saved meter
    METER#{id}                                EVT#...       its history
    MONEY#{provider}#{transaction}            META          the account of a transaction; EVT#... its history
    MONEY#{provider}#{transaction}#{variant}  META          what was told under the same id with other content; so too
    RCPT#{no}                                 1, VOID       a receipt; that its payment was taken back
    DAY#{provider}#{day}                      RUN#{number}  a day's report; EVT#... its history
    PROVIDER#{provider}                       1             a payment provider's secret
    LOOKUPS#{person}                          {day}         how often somebody asked that day

by_owner: a person's bills of one state (BILLS@{person}@{state}), their receipts, an agency's entries of money.
by_due: what the sweep must do, by the time of it (BILLS@REMIND@{shard}, METERS@CHECK@{shard}); a provider's day.

What a bill says (amounts, numbers, names, disputes), nicknames, references and officers' reasons are sealed.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.keyring import Keyring
from chalicelib.shared.payment_reconciling import NOBODY, Report, day_pk, run_sk
from chalicelib.shared.storage import Create, Item, Json, Key, Page, Remove, Table, Update, every

from ..model import Person
from .model import Bill, Meter, Money, Receipt, State

SHARDS = 16
"""Partitions of what the sweep must do; with what it does of each in a minute, over a million reminders a day."""
BY_OWNER, BY_DUE = "by_owner", "by_due"
SECRET: dict[type[BaseModel], tuple[str, ...]] = {
    Bill: ("satang", "live", "paid", "dispute", "customer_no", "number", "period", "payer"),
    Meter: ("customer_no", "nickname", "holder"),
    Money: ("ref1", "ref2", "steps"),
    Receipt: ("satang", "customer_no", "number", "period", "payer"),
}
"""What is sealed of each."""

Noun = TypeVar("Noun", Bill, Meter, Money, Receipt)


@dataclass(frozen=True)
class BillPage:
    """Some bills in the order of their list; `after` for the next page."""

    bills: tuple[Bill, ...]
    after: str | None


class Store:
    """Bills, meters, accounts, receipts and reports as items; the only file that knows their keys."""

    def __init__(self, table: Table, keyring: Keyring) -> None:
        self._table = table
        self._keyring = keyring

    # --- bills

    def bill(self, item: Item | None) -> Bill | None:
        """The bill in an item."""
        return None if item is None else self._opened(Bill, item)

    def put_bill(self, bill: Bill, *, new: bool = False) -> Create | Update:
        """The change that stores a bill: a new one, or the next version of what was read."""
        places = {BY_OWNER: Key(_bills(bill.person, bill.state), _spot(bill))}
        if bill.remind_at is not None:
            places[BY_DUE] = Key(f"BILLS@REMIND@{_shard(bill.id)}", f"{_moment(bill.remind_at)}#{bill.id}")
        return self._put(bill, bill_key(bill.id), places, new)

    def bills(self, person: Person, state: State, after: str | None, limit: int) -> BillPage:
        """A person's bills: open ones by due day, others by the time at which they were closed, newest first."""
        page = self._table.query(
            _bills(person, state), index=BY_OWNER, after=after, limit=limit, newest_first=state != "open"
        )
        return BillPage(tuple(self._opened(Bill, item) for item in page.items), page.after)

    def all_bills(self, person: Person) -> Iterator[Bill]:
        """All of a person's bills."""
        states: tuple[State, ...] = ("open", "paid", "gone")
        for state in states:
            for item in every(self._table, _bills(person, state), index=BY_OWNER):
                yield self._opened(Bill, item)

    def to_remind(self, shard: int, now: dt.datetime, limit: int) -> list[Bill]:
        """Bills whose time to remind has come."""
        found = self._table.query(f"BILLS@REMIND@{shard}", index=BY_DUE, limit=limit).items
        return [self._opened(Bill, item) for item in found if item.indexes[BY_DUE].sk <= f"{_moment(now)}~"]

    # --- meters

    def meter(self, item: Item | None) -> Meter | None:
        """The meter in an item."""
        return None if item is None else self._opened(Meter, item)

    def meters(self, person: Person) -> list[Meter]:
        """All of a person's meters."""
        return [self._opened(Meter, item) for item in every(self._table, _meters(person))]

    def put_meter(self, meter: Meter, *, new: bool = False) -> Create | Update:
        """The change that stores a meter."""
        places = {}
        if meter.check_at is not None:
            places[BY_DUE] = Key(f"METERS@CHECK@{_shard(meter.id)}", f"{_moment(meter.check_at)}#{meter.id}")
        return self._put(meter, meter_key(Person(meter.person), meter.id), places, new)

    def to_check(self, shard: int, now: dt.datetime, limit: int) -> list[Meter]:
        """Meters that are to be asked about."""
        found = self._table.query(f"METERS@CHECK@{shard}", index=BY_DUE, limit=limit).items
        return [self._opened(Meter, item) for item in found if item.indexes[BY_DUE].sk <= f"{_moment(now)}~"]

    # --- money

    def money(self, item: Item | None) -> Money | None:
        """The account in an item."""
        return None if item is None else self._opened(Money, item)

    def put_money(self, money: Money, *, new: bool = False) -> Create | Update:
        """The change that stores an account."""
        agency = money.agency or NOBODY
        spot = f"{_moment(money.since or money.told_at)}#{money.id}"
        places: dict[str, Key] = {}
        if money.kind is not None:
            places[BY_OWNER] = Key(f"MONEY@{agency}@open", spot)
        elif money.steps:
            places[BY_OWNER] = Key(f"MONEY@{agency}@closed", spot)
        if not money.variant:
            places[BY_DUE] = Key(f"PAID@{money.provider}@{money.day.isoformat()}", money.transaction)
        return self._put(money, money_key(money.id), places, new)

    def entries(
        self, agency: str | None, *, closed: bool, after: str | None, limit: int
    ) -> tuple[list[Money], str | None]:
        """An agency's entries, newest first: those that wait, or those that are closed."""
        pk = f"MONEY@{agency or NOBODY}@{'closed' if closed else 'open'}"
        page: Page = self._table.query(pk, index=BY_OWNER, after=after, limit=limit, newest_first=True)
        return [self._opened(Money, item) for item in page.items], page.after

    def of_day(self, provider: str, day: dt.date) -> Iterator[Money]:
        """A provider's accounts of a day."""
        for item in every(self._table, f"PAID@{provider}@{day.isoformat()}", index=BY_DUE):
            yield self._opened(Money, item)

    # --- receipts and reports

    def new_receipt(self, receipt: Receipt) -> Create:
        """The change that issues a receipt."""
        key = receipt_key(receipt.no)
        places = {BY_OWNER: Key(f"RECEIPTS@{receipt.person}", f"{_moment(receipt.issued_at)}#{receipt.no}")}
        return Create(Item(key, self._closed(receipt, key), 1, places))

    def void(self, no: str, at: dt.datetime) -> Create:
        """The change that says that a receipt's payment was taken back."""
        return Create(Item(Key(receipt_key(no).pk, "VOID"), {"at": at.isoformat()}))

    def receipt(self, no: str) -> Receipt | None:
        """A receipt by number, in one request."""
        rows = {item.key.sk: item for item in every(self._table, receipt_key(no).pk)}
        if "1" not in rows:
            return None
        voided = dt.datetime.fromisoformat(rows["VOID"].data["at"]) if "VOID" in rows else None
        return self._opened(Receipt, rows["1"]).model_copy(update={"voided_at": voided})

    def receipts(self, person: Person) -> Iterator[Receipt]:
        """All of a person's receipts."""
        for item in every(self._table, f"RECEIPTS@{person}", index=BY_OWNER):
            yield self._opened(Receipt, item)

    def new_report(self, report: Report) -> Create:
        """The change that adds a report; there is none that alters one."""
        key = Key(day_pk(report.provider, report.day), run_sk(report.run))
        return Create(Item(key, report.model_dump(mode="json")))

    def report(self, provider: str, day: dt.date, run: int | None = None) -> Report | None:
        """A run's report, the last one's without a number."""
        pk = day_pk(provider, day)
        if run is None:
            item = next(iter(self._table.query(pk, prefix="RUN#", limit=1, newest_first=True).items), None)
        else:
            item = self._table.get(Key(pk, run_sk(run)))
        return None if item is None else Report.model_validate(item.data)

    # --- providers

    def secret(self, item: Item | None, provider: str) -> str | None:
        """A provider's secret."""
        return None if item is None else self._keyring.unseal(item.data["sealed"], f"provider/{provider}")

    def put_secret(self, provider: str, secret: str, there: Item | None) -> Create | Update:
        """The change that records a provider's secret, sealed."""
        data = {"sealed": self._keyring.seal(secret, f"provider/{provider}")}
        return Create(Item(provider_key(provider), data)) if there is None else Update(there.next(data))

    # --- names and sealing

    def name(self, kind: str, *parts: str) -> str:
        """A name of 32 hex characters that nobody can make or undo without the room's key."""
        import hashlib

        return hashlib.sha256(self._keyring.mac(f"bills/{kind}", "\n".join(parts).encode()).encode()).hexdigest()[:32]

    def _put(self, noun: Noun, key: Key, places: dict[str, Key], new: bool) -> Create | Update:
        data = self._closed(noun, key)
        version = int(data.pop("version"))
        return Create(Item(key, data, 1, places)) if new else Update(Item(key, data, version + 1, places))

    def _closed(self, noun: BaseModel, key: Key) -> Json:
        whole = noun.model_dump(mode="json")
        hidden = {name: whole.pop(name) for name in SECRET[type(noun)]}
        return {**whole, "sealed": self._keyring.seal(json.dumps(hidden, ensure_ascii=False), _context(key))}

    def _opened(self, kind: type[Noun], item: Item) -> Noun:
        data: dict[str, Any] = dict(item.data)
        data |= json.loads(self._keyring.unseal(data.pop("sealed"), _context(item.key)))
        if "version" in kind.model_fields:
            data["version"] = item.version
        return kind.model_validate(data)


def bill_key(id: str) -> Key:
    """Where a bill lies."""
    return Key(f"BILL#{id}", "META")


def meter_key(person: Person, id: str) -> Key:
    """Where a meter lies."""
    return Key(_meters(person), id)


def money_key(id: str) -> Key:
    """Where an account or a variant lies, by its id (`Account.id`)."""
    return Key("#".join(("MONEY", *id.split("~"))), "META")


def receipt_key(no: str) -> Key:
    """Where a receipt lies."""
    return Key(f"RCPT#{no}", "1")


def provider_key(provider: str) -> Key:
    """Where a payment provider's secret lies."""
    return Key(f"PROVIDER#{provider}", "1")


def settled_key(mark: str) -> Key:
    """Where it stands who settled a bill of a biller."""
    return Key(f"SETTLED#{mark}", "1")


def settle(bill: Bill) -> Create:
    """The change by which this bill, and no other of the same mark, settles the biller's."""
    return Create(Item(settled_key(bill.mark), {"bill": bill.id}))


def unsettle(bill: Bill) -> Remove:
    """The change that takes it back."""
    return Remove(settled_key(bill.mark))


def lookups_key(person: Person, day: dt.date) -> Key:
    """Where a person's questions of a day are counted."""
    return Key(f"LOOKUPS#{person}", day.isoformat())


def keys_of(bills: Iterable[Bill]) -> Sequence[Key]:
    """Where these bills lie."""
    return [bill_key(bill.id) for bill in bills]


def _meters(person: Person) -> str:
    return f"METERS#{person}"


def _bills(person: str, state: State) -> str:
    return f"BILLS@{person}@{state}"


def _spot(bill: Bill) -> str:
    at = bill.due.isoformat() if bill.closed_at is None else _moment(bill.closed_at)
    return f"{at}#{bill.id}"


def _shard(id: str) -> int:
    return int(id[-2:], 16) % SHARDS


def _moment(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).isoformat(timespec="milliseconds")


def _context(key: Key) -> str:
    return f"{key.pk}/{key.sk}"
