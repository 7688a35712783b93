"""Mistakes with bills: each for a promise that `bill` watches."""

from __future__ import annotations

from typing import Any

from chalicelib.citizen.bills.asking import Asked, Asking
from chalicelib.citizen.bills.definition import BillerDefinition
from chalicelib.citizen.bills.model import Bill
from chalicelib.citizen.bills.telling import Telling
from chalicelib.citizen.bills.till import Till
from chalicelib.citizen.service import Citizen
from chalicelib.shared.journal import Event, NotYet

from ..spoilt import without
from .gdx_defects import become

settled_by_anybody = without("SETTLED#")
"""Nothing says that somebody else has paid the biller's bill."""

no_receipt = without("RCPT#")
"""The receipt is written by somebody else, later, perhaps."""


class _Trusting(Till):
    """Believes whoever says that they are the bank."""

    def believed(self, provider: str, header: str, raw: bytes) -> None:
        return


class _Remembers(Asking):
    """A cache before the billers: each is asked once, and what it said is charged from then on."""

    def open_bills(self, biller: BillerDefinition, customer_no: str, case: str | None = None) -> list[Asked]:
        kept: dict[str, list[Asked]] = vars(self._gdx).setdefault("kept", {})  # all processes have one exchange
        if customer_no not in kept:
            kept[customer_no] = super().open_bills(biller, customer_no, case)
        return kept[customer_no]


class _TellsOnce(Telling):
    """A biller that is away when a payment is told is not told again."""

    def _biller(self, bill: Bill, event: Event) -> None:
        try:
            super()._biller(bill, event)
        except NotYet:
            return


class _Repeats(Telling):
    """A letter is another letter each time that its event is heard."""

    def _tell(self, bill: Bill, said: Any, event: Event, id: str, satang: int) -> None:
        super()._tell(bill, said, event, f"{id}-{self._hall.parts.ids()[-6:]}", satang)


def trusting(citizen: Citizen) -> Citizen:
    """See `_Trusting`."""
    become(citizen.bills.till, _Trusting)
    return citizen


def remembers(citizen: Citizen) -> Citizen:
    """See `_Remembers`."""
    become(citizen.bills.desk._asking, _Remembers)
    return citizen


def tells_once(citizen: Citizen) -> Citizen:
    """See `_TellsOnce`."""
    become(_telling(citizen), _TellsOnce)
    return citizen


def repeats(citizen: Citizen) -> Citizen:
    """See `_Repeats`."""
    become(_telling(citizen), _Repeats)
    return citizen


def _telling(citizen: Citizen) -> Any:
    """Whoever hears of bills; the listener is its method."""
    assert citizen.bills is not None
    (heard,) = citizen.hall.listeners["citizen.bill."]
    return heard.__self__  # type: ignore[attr-defined]  # a bound method, which a Callable does not say
