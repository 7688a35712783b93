"""Bills put together: what the routes and the room use."""

from __future__ import annotations

import datetime as dt
from typing import Any

from chalicelib.shared.errors import not_found
from chalicelib.shared.jose import IssuerKey
from chalicelib.shared.payment_reconciling import Reconciliation
from chalicelib.shared.thai import Text

from ..cards import card_key
from ..hall import Hall
from ..holdings import Holding, Kept, partition, take_away
from ..inbox.service import Inbox
from ..model import Person
from ..wallet.service import Wallet
from .asking import Asking
from .catalogue import Billers, shipped
from .desk import Desk
from .disputes import Disputes
from .ledger import Ledger
from .meters import Meters
from .model import Receipt
from .reconciling import Books
from .reminding import Reminding
from .rules import is_receipt_no
from .store import bill_key, meter_key
from .telling import Telling
from .till import Till
from .treasury import Treasury

KEEPS = (
    Kept(
        what=Text(
            th="ใบเสร็จและบัญชีเงินของบิลที่ชำระแล้ว ซึ่งเก็บด้วยชื่อแทน",
            en="Receipts and accounts of bills that were paid, kept under a pseudonym",
        ),
        until=Text(th="ตามอายุการเก็บเอกสารการเงินของรัฐ", en="as long as state accounts must be kept"),
        source="Rules of the Ministry of Finance on keeping accounting documents; the years were not checked",
        verified="no",
    ),
)


class Bills:
    """Everything about bills.

    Args:
        hall: the room's tools.
        inbox, wallet: where people are told and receipts are kept.
        billers: who sends bills; those shipped if None.
    """

    def __init__(self, hall: Hall, inbox: Inbox, wallet: Wallet, billers: Billers | None = None) -> None:
        self.billers = shipped() if billers is None else billers
        self._hall = hall
        self.ledger = Ledger(hall, self.billers)
        asking = Asking(hall.gdx)
        self.desk = Desk(self.ledger, asking)
        self.meters = Meters(self.ledger, asking, self.desk)
        self.disputes = Disputes(self.ledger, asking, self.desk)
        self.till = Till(self.ledger)
        self.treasury = Treasury(self.ledger, self.till)
        self.reconciliation = Reconciliation(Books(self.ledger, self.till))
        self.reminding = Reminding(self.ledger)
        telling = Telling(self.ledger, asking, inbox, wallet, self.signer)
        hall.hear("citizen.bill.", telling.bill)
        hall.hear("citizen.money.", telling.money)
        hall.hear("citizen.meter.", self.meters.heard)
        hall.sweeps.append(self._sweep)
        hall.holdings["bills"] = Holding(
            Text(th="บิลและมิเตอร์ที่บันทึกไว้", en="Bills and saved meters"), self._export, self._erase, KEEPS
        )

    @property
    def issuer(self) -> str:
        """The name in which receipts are issued; its metadata is at /.well-known/jwt-vc-issuer/citizen."""
        return f"{self._hall.parts.base_url}/citizen"

    def signer(self) -> IssuerKey:
        """The signer of receipts, in the name of the room."""
        return IssuerKey(self.issuer, self._hall.parts.keyring.signer)

    def receipt(self, person: Person, no: str) -> Receipt:
        """One's own receipt; raises NotFound."""
        found = self.ledger.store.receipt(no) if is_receipt_no(no) else None
        if found is None or found.person != person:
            raise not_found("ใบเสร็จรับเงิน", "receipt")
        return found

    def _sweep(self, now: dt.datetime) -> None:
        self.reminding.sweep(now)
        self.meters.sweep(now)

    def _export(self, person: Person) -> Any:
        store, hidden = self.ledger.store, {"head", "version", "card", "settles", "account", "mark", "person"}
        return {
            "bills": [bill.model_dump(mode="json", exclude=hidden) for bill in store.all_bills(person)],
            "meters": [meter.model_dump(mode="json", exclude=hidden) for meter in store.meters(person)],
            "receipts": [each.model_dump(mode="json", exclude=hidden) for each in store.receipts(person)],
        }

    def _erase(self, person: Person) -> None:
        table, store = self._hall.parts.table, self.ledger.store
        for bill in list(store.all_bills(person)):
            if not bill.paid:  # what was paid belongs to the state's accounts
                card = card_key(person, "bill", bill.id)
                take_away(table, [card, *reversed(partition(table, bill_key(bill.id).pk))])
        for meter in store.meters(person):
            take_away(table, [*partition(table, f"METER#{meter.id}"), meter_key(person, meter.id)])
        take_away(table, partition(table, f"LOOKUPS#{person}"))
