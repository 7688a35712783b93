"""The room put together: one object that the routes and the neighbours in the same process use."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.shared.gdx_client import Gdx
from chalicelib.shared.gdx_request import GdxRequests
from chalicelib.shared.identity import Gate
from chalicelib.shared.messengers import Outside
from chalicelib.shared.objects import Objects
from chalicelib.shared.parts import Parts
from chalicelib.shared.workdays import Calendar

from .access.log import AccessLog
from .access.ports import Receipts
from .access.questions import Questions
from .access.service import Access
from .acting import ActingGate
from .applications.ports import Cases
from .applications.rights import PortalRights
from .applications.service import Applications
from .appointments.service import Appointments
from .assisted.held import holding as visits_held
from .assisted.service import Assisted
from .bills.receipts import credential_type
from .bills.service import Bills
from .cards import Cards
from .channels.service import Channels
from .channels.store import ChannelRows
from .channels.telling import Telling
from .channels.words import PORTAL
from .consents.ports import Consents
from .consents.service import MyConsents
from .directory.ports import Source
from .directory.service import Services
from .directory.sources import KnownBillers, OpenMiniApps, OpenOffices, Rights
from .entitlements.catalogue import Catalogue
from .entitlements.ports import AsksConsent
from .entitlements.service import Entitlements
from .hall import Hall
from .inbox.service import Inbox
from .mandates.held import holding as mandates_held
from .mandates.service import Mandates
from .miniapps.contacts import ConfirmedAddresses
from .miniapps.ports import Consumers
from .miniapps.service import MiniApps
from .model import SELF as SELF
from .offers.offering import Offering
from .offers.people import PeopleThroughGdx
from .offers.ports import Figures
from .offers.rights import DefinedRights
from .own_data.erasures import Erasures
from .own_data.exports import Exports
from .profile.service import Profiles
from .sessions.service import Sessions
from .staff import Register
from .wallet.issuers import Trusted
from .wallet.service import Wallet


class Citizen:
    """The Citizen Portal.

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
        rights: the definitions of rights.
        asks_consent: asks people for consents, as the system that needs them.
        issuers: whose credentials can be checked here, besides the room's own.
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
        rights: Catalogue,
        asks_consent: AsksConsent,
        figures: Figures,
        issuers: Sequence[Trusted] = (),
        requests: GdxRequests,
        logins: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        self.hall = Hall(parts, gdx, objects, outside, Cards(parts.table, parts.keyring))
        self.channels = Channels(self.hall)
        self.inbox = Inbox(self.hall, self.channels.rows)
        telling = Telling(self.hall, self.inbox, self.channels.rows)
        self.hall.hear("citizen.message.served", telling.heard)
        own = Trusted(
            f"{parts.base_url}/citizen",
            PORTAL,
            parts.http,
            lambda: {"keys": [parts.keyring.signer.public_jwk]},
            credential_type,
        )
        self.wallet = Wallet(self.hall, self.inbox, [own, *issuers])
        self.sessions = Sessions(self.hall, logins, inbox=self.inbox, sender=SELF)
        self.entitlements = Entitlements(self.hall, rights, asks_consent)
        applied_for = PortalRights(rights, self.entitlements.gather, self.hall.today)
        self.offering = Offering(self.hall, self.inbox, DefinedRights(rights, gdx), PeopleThroughGdx(gdx), figures)
        self.offers = self.offering.offers
        self.applications = Applications(self.hall, cases, applied_for, self.offers.taken_up)
        self.bills = Bills(self.hall, self.inbox, self.wallet)
        self.profiles = Profiles(self.hall)
        self.staff = Register(parts.table)
        self.mandates = Mandates(self.hall, self.sessions.tokens, self.inbox)
        self.assisted = Assisted(self.hall, self.sessions.tokens, self.inbox, self.channels)
        self.hall.holdings["mandates"] = mandates_held(self.hall, self.mandates)
        self.hall.holdings["assistance"] = visits_held(self.hall, self.assisted.keeping)
        self.gate = ActingGate(Gate(parts.tokens, parts.keyring, self.staff), self.mandates)
        contacts = ConfirmedAddresses(ChannelRows(parts.table, parts.keyring))
        self.miniapps = MiniApps(self.hall, self.inbox, consumers, contacts)
        self.appointments = Appointments(self.hall, self.inbox, Calendar.load())
        self.services = Services(
            self.hall,
            {
                "appointment": OpenOffices(self.appointments.offices),
                "bill": KnownBillers(self.bills.billers),
                "entitlement": Rights(rights, self.hall.today),
                "licence": licences,
                "miniapp": OpenMiniApps(self.miniapps.register),
            },
        )
        self.consents = MyConsents(self.hall, consents)
        self.access = Access(self.hall, access_log, receipts)
        self.questions = Questions(self.hall, receipts, self.inbox)
        self.exports = Exports(self.hall, consents, self.access, self.inbox)
        self.erasures = Erasures(self.hall)
        self.requests = requests

    def on_event(self, body: str) -> None:
        """One message of the queue citizen-events."""
        self.hall.parts.journal.carry(body, self.hall.heard)

    def sweep(self, now: dt.datetime) -> None:
        """Every minute: what a crash left unsent, and what the nouns do by the clock."""
        self.hall.sweep(now)
