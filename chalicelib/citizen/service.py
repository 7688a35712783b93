"""The room put together: one object that the routes and the neighbours in the same process use."""

from __future__ import annotations

import datetime as dt

from chalicelib.shared.gdx_client import Gdx
from chalicelib.shared.gdx_request import GdxRequests
from chalicelib.shared.identity import Gate
from chalicelib.shared.messengers import Outside
from chalicelib.shared.objects import Objects
from chalicelib.shared.parts import Parts

from .access.log import AccessLog
from .acting import ActingGate
from .applications.ports import Cases
from .applications.rights import PortalRights
from .applications.service import Applications
from .cards import Cards
from .entitlements.catalogue import shipped
from .hall import Hall
from .inbox.service import Inbox
from .inbox.store import Store as Messages
from .mandates.service import Mandates
from .miniapps.ports import Consumers
from .miniapps.service import MiniApps
from .sessions.service import Sessions
from .staff import Register
from .wallet.service import Wallet
from .wallet.store import Store as Papers

SELF = "TH/CENTRAL/DGA/citizen"
"""The room as a member of the exchange."""


class Citizen:
    """The Citizen Portal.

    Args:
        parts: the room's common parts.
        gdx: the exchange, asked as the member `SELF`.
        objects: the bucket citizen-documents.
        outside: e-mail and SMS.
        access_log: the exchange's log of who asked about a person.
        cases: the case engine, asked with people's own tokens.
        requests: the check of what comes through the exchange; its audience is `SELF`.
    """

    def __init__(
        self,
        parts: Parts,
        *,
        gdx: Gdx,
        objects: Objects,
        outside: Outside,
        access_log: AccessLog,
        cases: Cases,
        requests: GdxRequests,
    ) -> None:
        self.hall = Hall(parts, gdx, objects, outside, Cards(parts.table, parts.keyring))
        self.inbox = Inbox(Messages(parts.table, parts.journal), parts.keyring, parts.cursors, clock=parts.clock)
        self.wallet = Wallet(Papers(parts.table, parts.journal), parts.keyring, parts.cursors, clock=parts.clock)
        self.sessions = Sessions(self.hall)
        rights = PortalRights(shipped(), lambda *_: {}, self.hall.today)
        self.applications = Applications(self.hall, cases, rights, lambda *_: None)
        self.staff = Register(parts.table)
        self.mandates = Mandates(self.hall, self.sessions.tokens, self.inbox)
        self.gate = ActingGate(Gate(parts.tokens, parts.keyring, self.staff), self.mandates)
        self.access_log = access_log
        self.requests = requests

    def on_event(self, body: str) -> None:
        """One message of the queue citizen-events."""
        self.hall.parts.journal.carry(body, self.hall.heard)

    def sweep(self, now: dt.datetime) -> None:
        """Every minute: what a crash left unsent, and what the nouns do by the clock."""
        self.hall.parts.journal.sweep(now)
        for each in self.hall.sweeps:
            each(now)
