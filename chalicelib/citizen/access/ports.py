"""What this noun needs of the exchange beside the log: one exchange with its evidence, for whom it is about."""

from __future__ import annotations

import re
from typing import Protocol

from chalicelib.shared.errors import UpstreamFailed, not_found
from chalicelib.shared.relay import Own, Relay

from .model import OwnReceipt

_ID = re.compile(r"[0-9A-Za-z-]{8,64}")


class Receipts(Protocol):
    """Receipts of exchanges about a person, asked for with their own login."""

    def one(self, own: Own, receipt: str) -> OwnReceipt:
        """One of them.

        Raises:
            NotFound: there is none, it is about somebody else, or the law hides it still. Else what the exchange said.
        """
        ...


class ReceiptsAtExchange:
    """The exchange's own route for people, called with the person's own token."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay

    def one(self, own: Own, receipt: str) -> OwnReceipt:
        """See `Receipts.one`."""
        if not _ID.fullmatch(receipt):
            raise not_found("ใบรับการแลกเปลี่ยน", "receipt")
        try:
            return OwnReceipt.model_validate(self._relay.call(own, "GET", f"/gdx/v1/me/usage/{receipt}").value)
        except ValueError:
            raise UpstreamFailed("ศูนย์แลกเปลี่ยนข้อมูลตอบไม่ถูกต้อง", "The data exchange answered nonsense.") from None
