"""Changes of bills and accounts with the events that tell of them, for a transaction that somebody else makes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.identity import Caller
from chalicelib.shared.ids import new_id, new_token
from chalicelib.shared.journal import Event, Once
from chalicelib.shared.storage import Change, Json
from chalicelib.shared.thai import Text
from chalicelib.shared.thai_qr import Satang, baht

from .. import activity
from ..cards import Card
from ..hall import QUEUE, Hall, Told
from ..model import Person
from .catalogue import Billers
from .model import Bill, Money
from .store import Store, bill_key, money_key, settled_key

_CARD = {
    "electricity": Text(th="ค่าไฟฟ้า {name} {baht} บาท", en="Electricity bill of {name}: {baht} baht"),
    "water": Text(th="ค่าน้ำประปา {name} {baht} บาท", en="Water bill of {name}: {baht} baht"),
}
HEARD = frozenset({"kept", "refund_ordered", "refunded"})
"""What the payer must learn of their money."""


@dataclass
class Deed:
    """The changes and events of one command, gathered."""

    changes: list[Change] = field(default_factory=list)
    events: list[tuple[str, Event]] = field(default_factory=list)


class Ledger:
    """Writes bills with their cards, and accounts, each with an event in its own hash chain."""

    def __init__(self, hall: Hall, billers: Billers) -> None:
        self.hall = hall
        self.billers = billers
        self.store = Store(hall.parts.table, hall.parts.keyring)

    def bill(self, deed: Deed, before: Bill | None, after: Bill, told: Sequence[Told], *, by: str) -> Bill:
        """Adds a changed bill; its card follows what is owed. Returns it as it will be stored."""
        hall = self.hall
        events, head = hall.happened(after.head, told, subject=after.id, by=by)
        person, card = Person(after.person), after.card
        if after.state != "open":
            if card:
                deed.changes.append(hall.cards.take_away(person, "bill", after.id))
            card = 0
        elif before is None or not card or (before.owed, before.due) != (after.owed, after.due):
            card += 1
            deed.changes.append(hall.cards.put(person, self._card(after, card)))
        stored = after.model_copy(update={"head": head, "card": card})
        deed.changes.append(self.store.put_bill(stored, new=before is None))
        deed.events += [(bill_key(after.id).pk, event) for event in events]
        return stored if before is None else stored.model_copy(update={"version": stored.version + 1})

    def money(self, deed: Deed, money: Money, what: str, *, by: str, new: bool = False, **data: object) -> None:
        """Adds an account with the event `citizen.money.{what}`; what its payer must learn of is heard."""
        facts: Json = {
            "satang": money.satang,
            "status": money.status,
            "sequence": money.sequence,
            "bill": money.bill,
            "kind": money.kind,
            **data,
        }
        event, head = self.hall.parts.journal.happened(
            money.head,
            subject=money.id,
            type=f"citizen.money.{what}",
            by=by,
            data=facts,
            queue=QUEUE if money.owner is not None and what in HEARD and money.kind != "conflict" else None,
        )
        deed.changes.append(self.store.put_money(money.model_copy(update={"head": head}), new=new))
        deed.events.append((money_key(money.id).pk, event))

    def settled_elsewhere(self, bill: Bill) -> bool:
        """Whether somebody else's payment settled this bill of the biller; one request."""
        item = self.hall.parts.table.get(settled_key(bill.mark))
        return item is not None and item.data["bill"] != bill.id

    def acted(self, deed: Deed, person: Person, what: str, caller: Caller, detail: Json) -> None:
        """Adds a line to the person's log where somebody acts for them."""
        if caller.actor is not None:
            self.line(deed, person, what, caller, detail)

    def line(self, deed: Deed, person: Person, what: str, caller: Caller, detail: Json) -> None:
        """Adds a line to the person's log."""
        at = self.hall.now().isoformat(timespec="milliseconds")
        deed.changes.append(
            activity.line(person, at=at, id=self.hall.parts.ids(), what=what, caller=caller, detail=detail)
        )

    def commit(self, once: Once, deed: Deed, answer: Json | None = None) -> None:
        """Writes a command; raises as `Journal.commit` does."""
        self.hall.parts.journal.commit(once, deed.changes, deed.events, answer)

    def _card(self, bill: Bill, version: int) -> Card:
        biller = self.billers.there(bill.biller)
        title, amount = _CARD[biller.kind], f"{bill.owed // 100:,}.{bill.owed % 100:02}"
        return Card(
            kind="bill",
            id=bill.id,
            title=Text(
                th=title.th.format(name=biller.names.th, baht=amount),
                en=title.en.format(name=biller.names.en, baht=amount),
            ),
            at=bill.since.isoformat(timespec="milliseconds"),
            due=bill.due,
            data={"biller": biller.id, "owed_baht": baht(Satang(bill.owed))},
            version=version,
        )


def unclaimed() -> Once:
    """An attempt without a claim: what is written tells by itself whether it was done."""
    return Once(new_id(), "", new_token(), claimed=False)
