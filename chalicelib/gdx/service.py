"""The exchange put together: one object that the routes, the events and the neighbours in the same process use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from ..shared.egress import Http
from ..shared.gdx_request import GdxRequests
from ..shared.journal import Event
from ..shared.objects import Objects
from ..shared.parts import Parts
from .agreements.service import Agreements
from .consents.service import Consents
from .directory import Directory
from .documents.service import Documents
from .evidence import Voice
from .exchanges import Exchanges
from .facade.service import Facade
from .insight.obligations import ASKED, Obligations, ThroughExchange
from .insight.service import Insight
from .local import LocalGdx
from .notices import Notices, NoticesThroughGdx
from .onboarding.service import Onboarding
from .orders.service import Orders
from .prefill.service import Prefills
from .provider import Provider
from .registers.service import Registers
from .sandbox.service import Sandbox
from .services.catalogue import Catalogue
from .services.describing import Services
from .staff import Operators
from .tokens import Issuing
from .transparency.service import Transparency
from .usage.log import AccessLog
from .usage.own import OwnReceipts
from .usage.tracker import NAME as TRACKER
from .usage.tracker import Tracker
from .webhooks.service import Webhooks
from .xroad.claims import Claims
from .xroad.spelling import Spelling

SELF = "TH/CENTRAL/DGA/gdx"
"""The exchange as a member of itself: it offers `usage`, a person's access log."""


class Service:
    """The exchange.

    Args:
        parts: the room's common parts; `parts.base_url` is the exchange's issuer name.
        objects: the room's bucket, where late answers wait.
        log_objects: the bucket of the transparency log.
        spelling: how X-Road's error types are spelled (`XROAD_SPELLING`).
        notices: tells people; by way of the exchange itself if None.
        wide: the way out to services that announced large answers; None: the usual one.
    """

    def __init__(
        self,
        parts: Parts,
        objects: Objects,
        log_objects: Objects,
        spelling: Spelling = Spelling.V7_8,
        notices: Notices | None = None,
        wide: Http | None = None,
    ) -> None:
        self._parts = parts
        self.spelling = spelling
        self.voice = Voice(parts.keyring, parts.base_url)
        self.directory = Directory(parts.table, parts.journal, parts.clock)
        self.agreements = Agreements(
            self.directory,
            parts.table,
            parts.journal,
            self.voice,
            parts.cursors,
            clock=parts.clock,
            ids=parts.ids,
        )
        self.issuing = Issuing(self.directory, parts.table, self.voice, clock=parts.clock, ids=parts.ids)
        self.exchanges = Exchanges(
            self.directory,
            parts.table,
            parts.keyring,
            self.voice,
            Provider(parts.http, self.voice, wide),
            parts.clock,
        )
        self.documents = Documents(parts.table, parts.journal, objects, clock=parts.clock, ids=parts.ids)
        self.orders = Orders(
            self.exchanges,
            parts.table,
            parts.journal,
            parts.keyring,
            objects,
            voice=self.voice,
            cursors=parts.cursors,
            documents=self.documents,
            clock=parts.clock,
            ids=parts.ids,
        )
        self.webhooks = Webhooks(
            self.directory, parts.table, parts.journal, parts.cursors, parts.http, self.voice, parts.clock
        )
        self.services = Services(self.directory, self.agreements.standing, parts.table, parts.journal, parts.clock)
        self.catalogue = Catalogue(parts.table, self.directory, parts.cursors, parts.clock)
        self.onboarding = Onboarding(parts, self.directory, self.voice, SELF)
        self.facade = Facade(parts, self.directory, self.exchanges)
        self.insight = Insight(parts, self.directory, self.exchanges)
        asks = self.local(SELF)
        self.obligations = Obligations(
            self.directory,
            {name: ThroughExchange(asks, f"TH/CENTRAL/DGA/{name}/connections") for name in ASKED},
            parts.cursors,
            parts.clock,
        )
        self.claims = Claims(objects, self.documents, parts.clock)
        self.access_log = AccessLog(parts.table, parts.keyring, parts.cursors, parts.clock)
        self.tracker = Tracker(self.access_log, parts.table, parts.clock)
        notices = notices or NoticesThroughGdx(self.local(SELF))
        self.consents = Consents(self.directory, parts, self.voice, notices)
        self.prefills = Prefills(self.directory, self.exchanges, parts, notices)
        self.transparency = Transparency(parts, log_objects)
        self.receipts = self.transparency.receipts
        self.own_receipts = OwnReceipts(parts.table, parts.keyring, self.receipts, parts.clock)
        self.operators = Operators(parts.table, parts.keyring)
        self.registers = Registers(
            parts.table,
            parts.journal,
            lambda member: self.directory.member(member) is not None,
            parts.clock,
        )
        self.directory.fill = self.registers.filled
        self.sandbox = Sandbox(
            self.directory,
            self.services,
            self.agreements.standing,
            parts.table,
            self.voice,
            parts.base_url,
            parts.clock,
        )
        self.requests = GdxRequests(parts.base_url, SELF, self.onboarding.signing.jwks, parts.clock)
        self.tracker_requests = GdxRequests(parts.base_url, TRACKER, self.onboarding.signing.jwks, parts.clock)
        self.listeners: dict[str, Callable[[Event], None]] = {"gdx.exchange.": self.orders.clear}
        """What happens because of an event on the queue `gdx-events`, by the beginning of the event's type."""
        self.listeners["gdx.document."] = self.documents.clear
        self.listeners["gdx.consent."] = self.consents.tell
        self.listeners["gdx.prefill."] = self.prefills.tell
        self.listeners["gdx.service."] = self.services.finish

    @property
    def base_url(self) -> str:
        """Public address of the exchange."""
        return self._parts.base_url

    @property
    def now(self) -> datetime:
        """The time."""
        return self._parts.clock()

    def local(self, client: str) -> LocalGdx:
        """The exchange for a platform in this process, as the member `client`."""
        return LocalGdx(self.exchanges, client, self._parts.ids)

    @property
    def handlers(self) -> Mapping[str, Callable[[str], None]]:
        """What takes a queue's message, by the name of the function in app.py."""
        journal = self._parts.journal
        return {
            "gdx_exchanges": lambda body: journal.carry(body, self.orders.carry_out),
            "gdx_events": lambda body: journal.carry(body, self._heard),
        }

    def _heard(self, event: Event) -> None:
        """Gives an event to the listener with the longest beginning of its type; without one it is done."""
        fitting = [beginning for beginning in self.listeners if event.type.startswith(beginning)]
        if fitting:
            self.listeners[max(fitting, key=len)](event)
        self.webhooks.tell(event)

    def sweep(self, now: datetime) -> None:
        """What is due each minute: outbox rows that a crash left open, orders that ran out of time."""
        self._parts.journal.sweep(now)
        self.orders.sweep(now)
        self.documents.sweep(now)
        self.onboarding.signing.note()
