"""The room put together: one object that the routes and the neighbours in the same process use."""

from __future__ import annotations

from chalicelib.shared.gdx_request import GdxRequests
from chalicelib.shared.identity import Gate
from chalicelib.shared.parts import Parts

from .access_log import AccessLog
from .inbox import Inbox
from .store import Store
from .wallet import Wallet

SELF = "TH/CENTRAL/DGA/citizen"
"""The room as a member of the exchange: it offers `inbox` and `wallet`."""


class Citizen:
    """The Citizen Portal.

    Args:
        parts: the room's common parts.
        access_log: the exchange's log of who asked about a person.
        requests: the check of what comes through the exchange; its audience is `SELF`.
    """

    def __init__(self, parts: Parts, access_log: AccessLog, requests: GdxRequests) -> None:
        store = Store(parts.table, parts.journal)
        self.inbox = Inbox(store, parts.keyring, parts.cursors, clock=parts.clock)
        self.wallet = Wallet(store, parts.keyring, parts.cursors, clock=parts.clock)
        self.gate = Gate(parts.tokens, parts.keyring)
        self.access_log = access_log
        self.requests = requests
