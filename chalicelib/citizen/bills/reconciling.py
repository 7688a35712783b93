"""The room's accounts as `shared/payment_reconciling.py` compares them with a provider's statement of a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from chalicelib.shared.journal import Journal
from chalicelib.shared.payment_notices import Notice, Source
from chalicelib.shared.payment_reconciling import Report
from chalicelib.shared.storage import Create

from .ledger import Ledger
from .model import Money
from .store import money_key
from .till import Till


class Books:
    """See `shared.payment_reconciling.Books`."""

    room = "citizen"

    def __init__(self, ledger: Ledger, till: Till) -> None:
        self._hall, self._store, self._till = ledger.hall, ledger.store, till

    @property
    def journal(self) -> Journal:
        """The room's journal."""
        return self._hall.parts.journal

    def now(self) -> dt.datetime:
        """The time."""
        return self._hall.now()

    def today(self) -> dt.date:
        """The day in Thailand."""
        return self._hall.today()

    def hear(self, provider: str, notice: Notice, source: Source) -> str:
        """Takes a notice into account."""
        return self._till.hear(provider, notice, source)

    def known(self, provider: str, transactions: Sequence[str]) -> Mapping[str, Money]:
        """Accounts of these transactions."""
        found = self.journal.read(None, *(money_key(f"{provider}~{name}") for name in transactions))
        return {money.transaction: money for item in found.values() if (money := self._store.money(item))}

    def of_day(self, provider: str, day: dt.date) -> Iterable[Money]:
        """A provider's accounts of a day."""
        return self._store.of_day(provider, day)

    def report(self, provider: str, day: dt.date, run: int | None = None) -> Report | None:
        """A run's report."""
        return self._store.report(provider, day, run)

    def new_report(self, report: Report) -> Create:
        """The change that adds a report."""
        return self._store.new_report(report)
