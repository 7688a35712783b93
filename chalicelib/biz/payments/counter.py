"""The cash desk as the applicant and a provider meet it: the bill, the provider's word, what was paid."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import TypeVar

from chalicelib.shared import thai_qr
from chalicelib.shared.callbacks import check_signature
from chalicelib.shared.errors import not_found
from chalicelib.shared.identity import Caller
from chalicelib.shared.journal import Once, Replayed

from ..model import Bill, Case
from ..office import Office, Told
from ..store import provider_key
from . import joints
from . import rules as payments
from .issuing import Issuing
from .ledger import Ledger
from .model import Money, Notice, Receipt
from .till import Outcome, Till

Said = TypeVar("Said")


class Counter:
    """The cash desk, and the issuing of licences."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self.ledger = Ledger(office.parts)
        self._issuing = Issuing(office)
        self.issue, self.must_allow = self._issuing.issue, self._issuing.must_allow
        self.till = Till(office, self.ledger, self._issuing)

    def bill(self, once: Once, caller: Caller, id: str) -> tuple[Bill, str]:
        """The one live QR of a case, as text and as an SVG picture; a new one when the last has run out.

        Raises:
            WrongState: no fee is due.
        """
        office = self._office
        try:
            case = office.own(once, id, caller, "pay")
            bill = payments.bill(case, office.book(case), office.now())
            if bill != case.bill:
                told = Told("payment.billed", {"attempt": bill.attempt, "satang": bill.satang}, heard=False)
                billed = case.model_copy(update={"bill": bill})
                office.save(once, billed, [told], by=caller.label, answer=bill.model_dump(mode="json"))
            elif once.claimed:  # the same key must name this bill, too, when another has taken its place
                office.parts.journal.commit(once, [], answer=bill.model_dump(mode="json"))
        except Replayed as done:  # the picture is drawn again rather than kept
            bill = Bill.model_validate(done.answer)
        return bill, thai_qr.svg(bill.qr)

    def believed(self, provider: str, header: str, raw: bytes, read: Callable[[], Said]) -> Said:
        """What a provider says, once its signature holds.

        Args:
            provider: who says so.
            header: `X-Klang-Signature`.
            raw: the body as it came; the signature covers every byte.
            read: reads the body; called only when it is believed.

        Raises:
            Unauthenticated: the signature does not hold.
        """
        office = self._office
        item = office.parts.table.get(provider_key(provider))
        check_signature(office.store.provider(item, provider), header, raw, office.now())
        return read()

    def take(self, provider: str, header: str, raw: bytes, read: Callable[[], Notice]) -> Outcome:
        """A provider's callback: believe it, then take it into account once.

        Whatever became of it is a 200: a provider that gets an error only repeats itself.

        Raises:
            Unauthenticated: the signature does not hold.
        """
        return self.till.hear(provider, self.believed(provider, header, raw, read))

    def paid(self, caller: Caller, id: str) -> tuple[Case, list[Money]]:
        """One's own case with all money that came in for it, oldest first; of a bundle's money its own part."""
        case = self._office.own(None, id, caller, "pay", "receive")
        monies = self.ledger.store.of_case(case.id)
        joint = [] if case.bundle is None else self.ledger.store.of_case(case.bundle)
        return case, [*(part for money in joint for part in joints.part_of(money, case.id)), *monies]

    def owed(self, case: Case) -> int:
        """What is owed for a case now, in satang."""
        return payments.due(case, self._office.book(case))


class Receipts:
    """Receipts for whoever was shown one."""

    def __init__(self, office: Office, ledger: Ledger) -> None:
        self._keyring = office.parts.keyring
        self._store = ledger.store

    def path(self, no: str) -> str:
        """Where a receipt is read: the number with a code that nobody else can make."""
        return f"/biz/v1/payments/receipts/{no}.{self._code(no)}"

    def find(self, token: str) -> Receipt:
        """The receipt behind a token, always the same one; raises NotFound for a token that was made up."""
        no, _, code = token.partition(".")
        if not hmac.compare_digest(code.encode(), self._code(no).encode()):
            raise not_found("ใบเสร็จรับเงิน", "receipt")
        return self._store.receipt(no)

    def _code(self, no: str) -> str:
        return self._keyring.mac("receipt-token", no.encode())[:22]
