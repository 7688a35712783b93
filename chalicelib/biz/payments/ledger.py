"""The book of accounts: each change of an account goes with an event in its own hash chain.

What the applicant must learn of also goes into the outbox. The sweep sends it within a minute or two, because the
transaction is made by whoever asked for the changes; that pause is cheaper than a second way to commit.
"""

from __future__ import annotations

from chalicelib.shared.parts import Parts
from chalicelib.shared.storage import Change

from ..office import QUEUE
from . import telling
from .model import Money
from .store import MoneyStore, money_key


class Ledger:
    """Writes accounts, as changes for a transaction that somebody else makes."""

    def __init__(self, parts: Parts) -> None:
        self.store = MoneyStore(parts.table, parts.keyring)
        self._journal = parts.journal

    def entered(self, money: Money, what: str, *, by: str, new: bool = False, **data: object) -> list[Change]:
        """The account and the event `biz.money.{what}` that tells of it.

        Args:
            money: as it is to be stored.
            what: last part of the event's type.
            by: who did it.
            new: whether the account is a new one.
            data: more details, without personal data.
        """
        about = money.case or money.told_in
        event, head = self._journal.happened(
            money.head,
            subject=money.id,
            type=f"biz.money.{what}",
            by=by,
            data={
                "satang": money.satang,
                "status": money.status,
                "sequence": money.sequence,
                "case": about,
                **({} if money.bundle is None else {"bundle": money.bundle}),
                **data,
            },
            queue=QUEUE if about is not None and telling.is_heard(what, money.kind) else None,
        )
        stored = money.model_copy(update={"head": head})
        change = self.store.new(stored) if new else self.store.changed(stored)
        return [change, *self._journal.rows(money_key(money.id).pk, event)]
