"""Reminders before a bill is due: each once, whatever crashes."""

from __future__ import annotations

import datetime as dt

from chalicelib.shared.errors import Stale

from ..hall import Told
from . import rules
from .ledger import Deed, Ledger, unclaimed
from .model import Bill
from .store import SHARDS

STEP = 50
"""Bills of a shard that one sweep reminds of; the next minute goes on."""


class Reminding:
    """Finds bills whose time to remind has come.

    A reminder is the event that the very transaction writes which moves the bill's next reminder on: of two sweeps one
    wins, and a crash leaves either nothing or both. Its message has an id of its own, so the inbox takes it once.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def sweep(self, now: dt.datetime) -> int:
        """Reminds of a few bills; returns how many."""
        reminded = 0
        for shard in range(SHARDS):
            for bill in self._ledger.store.to_remind(shard, now, STEP):
                try:
                    reminded += self._one(bill, now)
                except Stale:
                    continue  # it was paid, changed or reminded of at this moment
        return reminded

    def _one(self, bill: Bill, now: dt.datetime) -> bool:
        biller = self._ledger.billers.there(bill.biller)
        after = rules.reminded(bill, biller, now)
        quiet = bill.state != "open" or (bill.dispute is not None and bill.dispute.stands)
        quiet = quiet or bill.due < rules.day_of(now) or self._ledger.settled_elsewhere(bill)
        at = "" if bill.remind_at is None else rules.day_of(bill.remind_at).isoformat()
        told = [] if quiet else [Told("bill.reminder", {"at": at})]
        deed = Deed()
        self._ledger.bill(deed, bill, after, told, by="system")
        self._ledger.commit(unclaimed(), deed)
        return not quiet
