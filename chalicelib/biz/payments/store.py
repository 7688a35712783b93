"""How the cash desk lies in the room's table.

    MONEY#{provider}#{transaction}            META          the account of a transaction; EVT#... its history
    MONEY#{provider}#{transaction}#{variant}  META          what was told under the same id with other content; so too
    JOINT#{bundle}                            {attempt}     a bill over several fees of a bundle
    RCPT#{no}                                 1, VOID       a receipt; that its payment was taken back
    DAY#{provider}#{day}                      RUN#{number}  a day's report; EVT#... its history

Indexes: by_queue (an agency's open entries of one kind) and by_agency (all of an agency, open or closed), both by the
time since when; by_owner (all money of a case, or of a bundle); by_due (a provider's accounts of a day).

What a stranger wrote (references), officers' reasons and a payer's name are sealed.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

from chalicelib.shared.errors import not_found
from chalicelib.shared.keyring import Keyring
from chalicelib.shared.payment_reconciling import NOBODY, day_pk, run_sk
from chalicelib.shared.storage import Create, Item, Json, Key, Page, Table, Update, every

from .model import JointBill, Kind, Money, Receipt, Report

_MONEY_PRIVATE = ("ref1", "ref2", "steps")
_RECEIPT_PRIVATE = ("payer",)


def money_key(id: str) -> Key:
    """Where an account or a variant lies, by its id (`Money.id`)."""
    return Key("#".join(("MONEY", *id.split("~"))), "META")


def joint_key(bundle: str, attempt: int) -> Key:
    """Where one of a bundle's bills lies."""
    return Key(f"JOINT#{bundle}", f"{attempt:02d}")


class MoneyStore:
    """Accounts, receipts and reports as items; the only file that knows their keys."""

    def __init__(self, table: Table, keyring: Keyring) -> None:
        self._table = table
        self._keyring = keyring

    # --- accounts

    def money(self, item: Item | None) -> Money | None:
        """The account in an item."""
        if item is None:
            return None
        return Money.model_validate({**self._open(item), "version": item.version})

    def new(self, money: Money) -> Create:
        """The change that adds an account."""
        return Create(Item(money_key(money.id), self._close(money), 1, _places(money)))

    def changed(self, money: Money) -> Update:
        """The change that replaces an account as it was read."""
        return Update(Item(money_key(money.id), self._close(money), money.version + 1, _places(money)))

    def queue(
        self, agency: str | None, kind: Kind | None, closed: bool, after: str | None, limit: int
    ) -> tuple[list[Money], str | None]:
        """An agency's entries, newest first: of one kind, or of all; or those that are closed."""
        if closed:
            page = self._page("by_agency", f"MONEY@{agency or NOBODY}@closed", after, limit)
        elif kind is None:
            page = self._page("by_agency", f"MONEY@{agency or NOBODY}@open", after, limit)
        else:
            page = self._page("by_queue", f"MONEY@{agency or NOBODY}@{kind}", after, limit)
        return [self._there(item) for item in page.items], page.after

    def of_case(self, case: str) -> list[Money]:
        """All money that came in for a case, oldest first."""
        return [self._there(item) for item in every(self._table, f"PAID@{case}", index="by_owner")]

    def of_day(self, provider: str, day: dt.date) -> Iterator[Money]:
        """A provider's accounts of a day."""
        for item in every(self._table, f"PAID#{provider}#{day.isoformat()}", index="by_due"):
            yield self._there(item)

    def _page(self, index: str, pk: str, after: str | None, limit: int) -> Page:
        return self._table.query(pk, index=index, after=after, limit=limit, newest_first=True)

    def _there(self, item: Item) -> Money:
        return Money.model_validate({**self._open(item), "version": item.version})

    # --- joint bills

    def new_joint(self, bill: JointBill) -> Create:
        """The change that makes a bill over several fees; there is none that alters one."""
        return Create(Item(joint_key(bill.bundle, bill.attempt), bill.model_dump(mode="json")))

    def joint(self, item: Item | None) -> JointBill | None:
        """The joint bill in an item."""
        return None if item is None else JointBill.model_validate(item.data)

    # --- receipts

    def new_receipt(self, receipt: Receipt) -> Create:
        """The change that issues a receipt."""
        return Create(Item(_receipt_key(receipt.no), self._sealed(receipt, _receipt_key(receipt.no), _RECEIPT_PRIVATE)))

    def void(self, no: str, at: dt.datetime) -> Create:
        """The change that says that a receipt's payment was taken back."""
        return Create(Item(Key(_receipt_key(no).pk, "VOID"), {"at": at.isoformat()}))

    def receipt(self, no: str) -> Receipt:
        """A receipt by number, in one request; raises NotFound."""
        rows = {item.key.sk: item for item in every(self._table, _receipt_key(no).pk)}
        if "1" not in rows:
            raise not_found("ใบเสร็จรับเงิน", "receipt")
        voided = rows["VOID"].data["at"] if "VOID" in rows else None
        return Receipt.model_validate({**self._open(rows["1"]), "voided_at": voided})

    # --- reports

    def new_report(self, report: Report) -> Create:
        """The change that adds a report; there is none that alters one."""
        return Create(
            Item(Key(day_pk(report.provider, report.day), run_sk(report.run)), report.model_dump(mode="json"))
        )

    def report(self, provider: str, day: dt.date, run: int | None = None) -> Report | None:
        """A run's report, the last one's without a number."""
        pk = day_pk(provider, day)
        if run is None:
            page = self._table.query(pk, prefix="RUN#", limit=1, newest_first=True)
            item = next(iter(page.items), None)
        else:
            item = self._table.get(Key(pk, run_sk(run)))
        return None if item is None else Report.model_validate(item.data)

    # --- sealing

    def _close(self, money: Money) -> Json:
        return self._sealed(money, money_key(money.id), _MONEY_PRIVATE)

    def _sealed(self, noun: Money | Receipt, key: Key, private: tuple[str, ...]) -> Json:
        whole = noun.model_dump(mode="json")
        hidden = {name: whole.pop(name) for name in private}
        whole.pop("version", None)
        text = json.dumps(hidden, ensure_ascii=False, separators=(",", ":"))
        return {**whole, "sealed": self._keyring.seal(text, _context(key))}

    def _open(self, item: Item) -> dict[str, Any]:
        data = dict(item.data)
        hidden = json.loads(self._keyring.unseal(data.pop("sealed"), _context(item.key)))
        return {**data, **hidden}


def _receipt_key(no: str) -> Key:
    return Key(f"RCPT#{no}", "1")


def _context(key: Key) -> str:
    return f"{key.pk}/{key.sk}"


def _places(money: Money) -> dict[str, Key]:
    agency = money.agency or NOBODY
    since = (money.since or money.told_at).astimezone(dt.UTC).isoformat(timespec="milliseconds")
    spot = f"{since}#{money.id}"
    places: dict[str, Key] = {}
    if money.kind is not None:
        places["by_queue"] = Key(f"MONEY@{agency}@{money.kind}", spot)
        places["by_agency"] = Key(f"MONEY@{agency}@open", spot)
    elif money.steps:
        places["by_agency"] = Key(f"MONEY@{agency}@closed", spot)
    if money.case is not None or money.bundle is not None:
        places["by_owner"] = Key(f"PAID@{money.case or money.bundle}", f"{since}#{money.id}")
    if not money.variant:
        places["by_due"] = Key(f"PAID#{money.provider}#{money.day.isoformat()}", money.transaction)
    return places
