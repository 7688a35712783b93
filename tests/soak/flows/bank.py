"""A bank that tells a platform of money by its callback: signed, as often as it likes, its own books the truth."""

from __future__ import annotations

import functools
import json
from typing import Any, ClassVar

from chalicelib.shared.callbacks import signature

from ..flow import Command, Parts, Violation
from ..stage import Stage
from .asking import Asking, S

FORGED = "a secret of nobody, but of 32 characters and more"


class Banked(Asking[S]):
    """A flow with a bank, and with a forger.

    Attributes:
        said: what the bank's books say of each transaction.
        heard: those of which it was answered.
    """

    secret: ClassVar[str]
    """What the bank signs with."""

    def __init__(self, stage: Stage, parts: Parts) -> None:
        super().__init__(stage, parts)
        self.said: dict[str, dict[str, Any]] = {}
        self.heard: set[str] = set()

    def pays(self, ref1: str, ref2: str, satang: int, status: str = "settled") -> Command[S]:
        """Somebody pays, and the bank tells of it."""
        transaction = f"BANK-{len(self.said) + 1:06d}"
        told = {"transaction": transaction, "paid_at": self.stage.now.isoformat()}
        self.said[transaction] = {**told, **notice(ref1, ref2, satang), "status": status}
        return Command(f"pay {satang} as {transaction}", lambda process: self.tells(process, transaction))

    def forges(self, ref1: str, ref2: str, satang: int) -> Command[S]:
        """Somebody who is no bank says that it was paid."""

        def act(process: S) -> None:
            told = {"transaction": "FORGED-000001", "paid_at": self.stage.now.isoformat()}
            if self.callback(process, {**told, **notice(ref1, ref2, satang)}, FORGED) != 401:
                self.noticed.append(Violation("STALE", "a forged notice was taken"))

        return Command("forge", act)

    def tells(self, process: S, transaction: str) -> None:
        """The bank says how a transaction stands; it is taken, whatever it is."""
        answer = self.callback(process, self.said[transaction], self.secret)
        self.heard.add(transaction)
        if answer != 200:
            self.noticed.append(Violation("LOST", f"what the bank said was refused: {answer}"))

    def turns(self, process: S, transaction: str, status: str) -> None:
        """The transaction stands otherwise now: first in the bank's own books."""
        said = self.said[transaction]
        if said["status"] != status:
            self.said[transaction] = {**said, "sequence": said["sequence"] + 1, "status": status}
        self.tells(process, transaction)

    def callback(self, process: S, told: dict[str, Any], secret: str) -> int:
        """One callback; the status that it is answered with."""
        raw = json.dumps(told).encode()
        signed = {"X-Klang-Signature": signature(secret, int(self.stage.now.timestamp()), raw)}
        path = "/payments/callbacks/bank"
        return self.call(process, who=None, method="POST", path=path, body=raw, headers=signed).status

    def finish(self, process: S) -> None:
        """The bank, too, repeats until it was answered; its own books are what it says last."""
        super().finish(process)
        for transaction in sorted(self.said):
            self.at_last(functools.partial(self.tells, process, transaction))


def notice(ref1: str, ref2: str, satang: int) -> dict[str, Any]:
    """What a bank says of money that is here."""
    amount = f"{satang // 100}.{satang % 100:02d}"
    return {"ref1": ref1, "ref2": ref2, "amount": amount, "sequence": 0, "status": "settled"}
