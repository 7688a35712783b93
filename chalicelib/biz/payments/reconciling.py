"""The cash desk's accounts as `shared/payment_reconciling.py` compares them with a provider's statement of a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from chalicelib.shared import payment_reconciling as shared
from chalicelib.shared.journal import Journal
from chalicelib.shared.payment_reconciling import WRITES
from chalicelib.shared.storage import Create

from ..office import Office
from .ledger import Ledger
from .model import Money, Notice, Report, Source
from .store import money_key
from .till import Till


class _Books:
    """See `shared.payment_reconciling.Books`."""

    room = "biz"

    def __init__(self, office: Office, ledger: Ledger, till: Till) -> None:
        self._office, self._store, self._till = office, ledger.store, till

    @property
    def journal(self) -> Journal:
        return self._office.parts.journal

    def now(self) -> dt.datetime:
        return self._office.now()

    def today(self) -> dt.date:
        return self._office.today()

    def hear(self, provider: str, notice: Notice, source: Source) -> str:
        return self._till.hear(provider, notice, source)

    def known(self, provider: str, transactions: Sequence[str]) -> Mapping[str, Money]:
        found = self.journal.read(None, *(money_key(f"{provider}~{name}") for name in transactions))
        return {money.transaction: money for item in found.values() if (money := self._store.money(item))}

    def of_day(self, provider: str, day: dt.date) -> Iterable[Money]:
        return self._store.of_day(provider, day)

    def report(self, provider: str, day: dt.date, run: int | None = None) -> Report | None:
        return self._store.report(provider, day, run)

    def new_report(self, report: Report) -> Create:
        return self._store.new_report(report)


class Reconciliation(shared.Reconciliation):
    """The comparison of the cash desk's days, and the reports it leaves."""

    def __init__(self, office: Office, ledger: Ledger, till: Till, *, writes: int = WRITES) -> None:
        super().__init__(_Books(office, ledger, till), writes=writes)
