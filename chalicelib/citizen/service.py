"""The room put together: one object that the routes and the neighbours in the same process use."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from chalicelib.shared.identity import Gate
from chalicelib.shared.later import later
from chalicelib.shared.parts import made

from .acting import ActingGate
from .cards import Cards
from .hall import Hall
from .model import SELF as SELF
from .staff import Register

if TYPE_CHECKING:
    from chalicelib.shared.gdx_client import Gdx
    from chalicelib.shared.gdx_request import GdxRequests
    from chalicelib.shared.messengers import Outside
    from chalicelib.shared.objects import Objects
    from chalicelib.shared.parts import Parts

    from .access.log import AccessLog
    from .access.ports import Receipts
    from .access.questions import Questions
    from .access.service import Access
    from .applications.ports import Cases
    from .applications.service import Applications
    from .appointments.service import Appointments
    from .assisted.service import Assisted
    from .bills.service import Bills
    from .channels.service import Channels
    from .channels.telling import Telling
    from .consents.ports import Consents
    from .consents.service import MyConsents
    from .directory.ports import Source
    from .directory.service import Services
    from .entitlements.catalogue import Catalogue
    from .entitlements.ports import AsksConsent
    from .entitlements.service import Entitlements
    from .inbox.service import Inbox
    from .mandates.service import Mandates
    from .miniapps.ports import Consumers
    from .miniapps.service import MiniApps
    from .offers.offering import Offering
    from .offers.ports import Figures
    from .offers.service import Offers
    from .own_data.erasures import Erasures
    from .own_data.exports import Exports
    from .profile.service import Profiles
    from .sessions.service import Sessions
    from .wallet.issuers import Trusted
    from .wallet.service import Wallet


class Citizen:
    """The Citizen Portal. Each noun is imported and made when it is first asked for.

    Args:
        parts: the room's common parts.
        gdx: the exchange, asked as the member `SELF`.
        objects: the bucket citizen-documents.
        outside: e-mail and SMS.
        access_log: the exchange's log of who asked about a person.
        receipts: single exchanges with their evidence, asked for with people's own tokens.
        cases: the case engine, asked with people's own tokens.
        consents: consents at the exchange, asked with people's own tokens.
        consumers: the exchange's door for existing clients, for mini-apps.
        licences: the Biz Portal's services, for the list of everything that one can do.
        rights: reads the definitions of rights.
        asks_consent: asks people for consents, as the system that needs them.
        issuers: finds whose credentials can be checked here, besides the room's own.
        requests: the check of what comes through the exchange; its audience is `SELF`.
        logins: where people log in (`sessions/providers.py`).
    """

    def __init__(
        self,
        parts: Parts,
        *,
        gdx: Gdx,
        objects: Objects,
        outside: Outside,
        access_log: AccessLog,
        receipts: Receipts,
        cases: Cases,
        consents: Consents,
        consumers: Consumers,
        licences: Source,
        rights: Callable[[], Catalogue],
        asks_consent: AsksConsent,
        figures: Figures,
        issuers: Callable[[], Sequence[Trusted]] = tuple,
        requests: GdxRequests,
        logins: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        cards = Cards(parts.table, parts.keyring)
        self.hall = Hall(parts, gdx, objects, outside, cards, complete=lambda: made(self))
        self.requests = requests
        self._access_log, self._receipts, self._cases, self._consents = access_log, receipts, cases, consents
        self._consumers, self._licences, self._figures = consumers, licences, figures
        self._rights, self._asks_consent, self._issuers, self._logins = rights, asks_consent, issuers, logins
        self.staff = Register(parts.table)
        self.gate = ActingGate(Gate(parts.tokens, parts.keyring, self.staff), lambda: self.mandates)

    @cached_property
    def channels(self) -> Channels:
        """Addresses at which people are reached."""
        from .channels.service import Channels

        return Channels(self.hall)

    @cached_property
    def inbox(self) -> Inbox:
        """Letters to people."""
        from .inbox.service import Inbox

        return Inbox(self.hall, self.channels.rows)

    @cached_property
    def telling(self) -> Telling:
        """Tells people of letters, on the channels that they chose."""
        from .channels.telling import Telling

        telling = Telling(self.hall, self.inbox, self.channels.rows)
        self.hall.hear("citizen.message.served", telling.heard)
        return telling

    @cached_property
    def wallet(self) -> Wallet:
        """People's papers."""
        from .bills.receipts import credential_type
        from .channels.words import PORTAL
        from .wallet.issuers import Trusted
        from .wallet.service import Wallet

        parts = self.hall.parts
        own = Trusted(
            f"{parts.base_url}/citizen",
            PORTAL,
            parts.http,
            lambda: {"keys": [parts.keyring.signer.public_jwk]},
            credential_type,
        )
        return Wallet(self.hall, self.inbox, [own, *self._issuers()])

    @cached_property
    def sessions(self) -> Sessions:
        """Logging in."""
        from .sessions.service import Sessions

        return Sessions(self.hall, self._logins, inbox=self.inbox, sender=SELF)

    @cached_property
    def rights(self) -> Catalogue:
        """The definitions of rights."""
        return self._rights()

    @cached_property
    def entitlements(self) -> Entitlements:
        """What people are entitled to."""
        from .entitlements.service import Entitlements

        return Entitlements(self.hall, self.rights, self._asks_consent)

    @cached_property
    def offering(self) -> Offering:
        """Rights that are offered before anybody asks."""
        from .offers.offering import Offering
        from .offers.people import PeopleThroughGdx
        from .offers.rights import DefinedRights

        gdx = self.hall.gdx
        return Offering(self.hall, self.inbox, DefinedRights(self.rights, gdx), PeopleThroughGdx(gdx), self._figures)

    @cached_property
    def offers(self) -> Offers:
        """Offers to people."""
        return self.offering.offers

    @cached_property
    def applications(self) -> Applications:
        """Applications for rights."""
        from .applications.rights import PortalRights
        from .applications.service import Applications

        applied_for = PortalRights(self.rights, self.entitlements.gather, self.hall.today)
        return Applications(self.hall, self._cases, applied_for, self.offers.taken_up)

    @cached_property
    def bills(self) -> Bills:
        """What people owe, and paying it."""
        from .bills.service import Bills

        return Bills(self.hall, self.inbox, self.wallet)

    @cached_property
    def profiles(self) -> Profiles:
        """What people say of themselves."""
        from .profile.service import Profiles

        return Profiles(self.hall)

    @cached_property
    def mandates(self) -> Mandates:
        """Acting for others."""
        from .mandates.held import holding
        from .mandates.service import Mandates

        mandates = Mandates(self.hall, self.sessions.tokens, self.inbox)
        self.hall.holdings["mandates"] = holding(self.hall, mandates)
        return mandates

    @cached_property
    def assisted(self) -> Assisted:
        """Being helped at a counter."""
        from .assisted.held import holding
        from .assisted.service import Assisted

        assisted = Assisted(self.hall, self.sessions.tokens, self.inbox, self.channels)
        self.hall.holdings["assistance"] = holding(self.hall, assisted.keeping)
        return assisted

    @cached_property
    def miniapps(self) -> MiniApps:
        """Agencies' own applications inside the portal."""
        from .channels.store import ChannelRows
        from .miniapps.contacts import ConfirmedAddresses
        from .miniapps.service import MiniApps

        contacts = ConfirmedAddresses(ChannelRows(self.hall.parts.table, self.hall.parts.keyring))
        return MiniApps(self.hall, self.inbox, self._consumers, contacts)

    @cached_property
    def appointments(self) -> Appointments:
        """Coming to an office at an hour."""
        from chalicelib.shared.workdays import Calendar

        from .appointments.service import Appointments

        return Appointments(self.hall, later(lambda: self.inbox), later(Calendar.load))

    @cached_property
    def services(self) -> Services:
        """Everything that one can do here."""
        from .directory.service import Services
        from .directory.sources import KnownBillers, OpenMiniApps, OpenOffices, Rights

        return Services(
            self.hall,
            kept={
                "appointment": OpenOffices(self.appointments.offices),
                "entitlement": Rights(self.rights, self.hall.today),
                "miniapp": OpenMiniApps(self.miniapps.register),
            },
            others={"bill": KnownBillers(self.bills.billers), "licence": self._licences},
        )

    @cached_property
    def consents(self) -> MyConsents:
        """What people consented to."""
        from .consents.service import MyConsents

        return MyConsents(self.hall, self._consents)

    @cached_property
    def access(self) -> Access:
        """Who asked about a person."""
        from .access.service import Access

        return Access(self.hall, self._access_log, self._receipts)

    @cached_property
    def questions(self) -> Questions:
        """Asking why somebody asked."""
        from .access.questions import Questions

        return Questions(self.hall, self._receipts, self.inbox)

    @cached_property
    def exports(self) -> Exports:
        """Copies of everything that the portal holds of a person."""
        from .own_data.exports import Exports

        return Exports(self.hall, self._consents, self.access, self.inbox)

    @cached_property
    def erasures(self) -> Erasures:
        """Forgetting a person."""
        from .own_data.erasures import Erasures

        return Erasures(self.hall)

    def on_event(self, body: str) -> None:
        """One message of the queue citizen-events."""
        self.hall.parts.journal.carry(body, self.hall.heard)

    def sweep(self, now: dt.datetime) -> None:
        """Every minute: what a crash left unsent, and what the nouns do by the clock."""
        self.hall.sweep(now)
