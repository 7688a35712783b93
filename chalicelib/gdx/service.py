"""The exchange put together: one object that the routes, the events and the neighbours in the same process use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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
    from .insight.obligations import Obligations
    from .insight.service import Insight
    from .local import LocalGdx
    from .notices import Notices
    from .onboarding.service import Onboarding
    from .orders.service import Orders
    from .prefill.service import Prefills
    from .registers.service import Registers
    from .sandbox.service import Sandbox
    from .services.catalogue import Catalogue
    from .services.describing import Services
    from .staff import Operators
    from .tokens import Issuing
    from .transparency.receipts import Receipts
    from .transparency.service import Transparency
    from .usage.log import AccessLog
    from .usage.own import OwnReceipts
    from .usage.tracker import Tracker
    from .webhooks.service import Webhooks
    from .xroad.claims import Claims
    from .xroad.spelling import Spelling

SELF = "TH/CENTRAL/DGA/gdx"
"""The exchange as a member of itself: it offers `usage`, a person's access log."""


class Service:
    """The exchange. Each noun is imported and made when it is first asked for.

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
        spelling: str = "7.8",
        notices: Notices | None = None,
        wide: Http | None = None,
    ) -> None:
        self._parts, self._objects, self._log_objects = parts, objects, log_objects
        self._notices, self._wide = notices, wide
        self._spelling = spelling

    @cached_property
    def spelling(self) -> Spelling:
        """How X-Road's error types are spelled."""
        from .xroad.spelling import Spelling

        return Spelling(self._spelling)

    @cached_property
    def voice(self) -> Voice:
        """How the exchange signs."""
        from .evidence import Voice

        return Voice(self._parts.keyring, self._parts.base_url)

    @cached_property
    def directory(self) -> Directory:
        """Who has joined."""
        from .directory import Directory

        parts = self._parts
        directory = Directory(parts.table, parts.journal, parts.clock)
        directory.fill = lambda member: self.registers.filled(member)
        return directory

    @cached_property
    def agreements(self) -> Agreements:
        """Who may ask whom, for what."""
        from .agreements.service import Agreements

        parts = self._parts
        return Agreements(
            self.directory,
            parts.table,
            parts.journal,
            self.voice,
            parts.cursors,
            clock=parts.clock,
            ids=parts.ids,
        )

    @cached_property
    def issuing(self) -> Issuing:
        """Access tokens of members' systems."""
        from .tokens import Issuing

        parts = self._parts
        return Issuing(self.directory, parts.table, self.voice, clock=parts.clock, ids=parts.ids)

    @cached_property
    def exchanges(self) -> Exchanges:
        """The pipeline of an exchange."""
        from .exchanges import Exchanges
        from .provider import Provider

        parts = self._parts
        provider = Provider(parts.http, self.voice, self._wide)
        return Exchanges(self.directory, parts.table, parts.keyring, self.voice, provider, parts.clock)

    @cached_property
    def documents(self) -> Documents:
        """Documents on their way."""
        from .documents.service import Documents

        parts = self._parts
        return Documents(parts.table, parts.journal, self._objects, clock=parts.clock, ids=parts.ids)

    @cached_property
    def orders(self) -> Orders:
        """Exchanges that are answered later."""
        from .orders.service import Orders

        parts = self._parts
        return Orders(
            self.exchanges,
            parts.table,
            parts.journal,
            parts.keyring,
            self._objects,
            voice=self.voice,
            cursors=parts.cursors,
            documents=self.documents,
            clock=parts.clock,
            ids=parts.ids,
        )

    @cached_property
    def webhooks(self) -> Webhooks:
        """Telling members of what happened."""
        from .webhooks.service import Webhooks

        parts = self._parts
        return Webhooks(self.directory, parts.table, parts.journal, parts.cursors, parts.http, self.voice, parts.clock)

    @cached_property
    def services(self) -> Services:
        """How services are described."""
        from .services.describing import Services

        parts = self._parts
        return Services(self.directory, self.agreements.standing, parts.table, parts.journal, parts.clock)

    @cached_property
    def catalogue(self) -> Catalogue:
        """Services as members find them."""
        from .services.catalogue import Catalogue

        parts = self._parts
        return Catalogue(parts.table, self.directory, parts.cursors, parts.clock)

    @cached_property
    def onboarding(self) -> Onboarding:
        """Joining, and the keys of the exchange."""
        from .onboarding.service import Onboarding

        return Onboarding(self._parts, self.directory, self.voice, SELF)

    @cached_property
    def facade(self) -> Facade:
        """The door for existing clients of the Thai gateway."""
        from .facade.service import Facade

        return Facade(self._parts, self.directory, self.exchanges)

    @cached_property
    def insight(self) -> Insight:
        """What is exchanged, in figures."""
        from .insight.service import Insight

        return Insight(self._parts, self.directory, self.exchanges)

    @cached_property
    def obligations(self) -> Obligations:
        """What agencies must connect."""
        from .insight.obligations import ASKED, Obligations, ThroughExchange

        asks = self.local(SELF)
        platforms = {name: ThroughExchange(asks, f"TH/CENTRAL/DGA/{name}/connections") for name in ASKED}
        return Obligations(self.directory, platforms, self._parts.cursors, self._parts.clock)

    @cached_property
    def claims(self) -> Claims:
        """Large answers that wait to be fetched."""
        from .xroad.claims import Claims

        return Claims(self._objects, self.documents, self._parts.clock)

    @cached_property
    def access_log(self) -> AccessLog:
        """Who asked about a person."""
        from .usage.log import AccessLog

        parts = self._parts
        return AccessLog(parts.table, parts.keyring, parts.cursors, parts.clock)

    @cached_property
    def tracker(self) -> Tracker:
        """The service by which other systems read a person's log."""
        from .usage.tracker import Tracker

        return Tracker(self.access_log, self._parts.table, self._parts.clock)

    @cached_property
    def _tells(self) -> Notices:
        """Tells people."""
        from .notices import NoticesThroughGdx

        return self._notices or NoticesThroughGdx(self.local(SELF))

    @cached_property
    def consents(self) -> Consents:
        """What people consented to."""
        from .consents.service import Consents

        return Consents(self.directory, self._parts, self.voice, self._tells)

    @cached_property
    def prefills(self) -> Prefills:
        """Forms that are filled in."""
        from .prefill.service import Prefills

        return Prefills(self.directory, self.exchanges, self._parts, self._tells)

    @cached_property
    def transparency(self) -> Transparency:
        """The log that nobody can change afterwards."""
        from .transparency.service import Transparency

        return Transparency(self._parts, self._log_objects)

    @property
    def receipts(self) -> Receipts:
        """Proofs of single exchanges."""
        return self.transparency.receipts

    @cached_property
    def own_receipts(self) -> OwnReceipts:
        """A person's own receipts."""
        from .usage.own import OwnReceipts

        return OwnReceipts(self._parts.table, self._parts.keyring, self.receipts, self._parts.clock)

    @cached_property
    def operators(self) -> Operators:
        """Who runs the exchange."""
        from .staff import Operators

        return Operators(self._parts.table, self._parts.keyring)

    @cached_property
    def registers(self) -> Registers:
        """Code lists."""
        from .registers.service import Registers

        parts = self._parts
        return Registers(
            parts.table, parts.journal, lambda member: self.directory.member(member) is not None, parts.clock
        )

    @cached_property
    def sandbox(self) -> Sandbox:
        """Where members try things out."""
        from .sandbox.service import Sandbox

        parts = self._parts
        return Sandbox(
            self.directory,
            self.services,
            self.agreements.standing,
            parts.table,
            self.voice,
            parts.base_url,
            parts.clock,
        )

    @cached_property
    def requests(self) -> GdxRequests:
        """The check of requests to the exchange itself."""
        from ..shared.gdx_request import GdxRequests

        return GdxRequests(self._parts.base_url, SELF, self.onboarding.signing.jwks, self._parts.clock)

    @cached_property
    def tracker_requests(self) -> GdxRequests:
        """The check of requests to the tracker."""
        from ..shared.gdx_request import GdxRequests
        from .usage.tracker import NAME

        return GdxRequests(self._parts.base_url, NAME, self.onboarding.signing.jwks, self._parts.clock)

    @cached_property
    def listeners(self) -> dict[str, Callable[[Event], None]]:
        """What happens because of an event on the queue `gdx-events`, by the beginning of the event's type."""
        return {
            "gdx.exchange.": self.orders.clear,
            "gdx.document.": self.documents.clear,
            "gdx.consent.": self.consents.tell,
            "gdx.prefill.": self.prefills.tell,
            "gdx.service.": self.services.finish,
        }

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
        from .local import LocalGdx

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
