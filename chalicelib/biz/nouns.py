"""The nouns of the Biz room, and who its officers are; each noun is imported and made when it is first asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.shared.identity import Gate, Posting
from chalicelib.shared.later import later

from .store import Store

if TYPE_CHECKING:
    from chalicelib.shared.messengers import Outside
    from chalicelib.shared.objects import Objects
    from chalicelib.shared.parts import Parts
    from chalicelib.shared.workdays import Calendar

    from .bundles.catalogue import Offers
    from .bundles.filing import Filings
    from .bundles.paying import Paying
    from .bundles.service import Bundles
    from .cases.applications import Applications
    from .cases.following import Following
    from .cases.standing import Standing
    from .definitions.catalogue import Catalogue
    from .definitions.migrations import Migrations
    from .definitions.service import Workshop
    from .definitions.shelf import Shelf
    from .definitions.store import Definitions
    from .definitions.versions import Versions
    from .delegations.service import Delegations
    from .delegations.telling import Telling
    from .documents.cage import Examine
    from .documents.reuse import Reuse
    from .documents.uploads import Uploads
    from .guide.service import Guide
    from .licences.keeping import Keeper
    from .licences.register import Register
    from .linked.service import Linked
    from .notices.contacts import Contacts
    from .notices.feedback import Feedback
    from .notices.letters import Letters
    from .notices.proofs import Proofs
    from .notices.service import Notices
    from .office import Office
    from .officers.desk import Desk
    from .officers.figures import Workload
    from .officers.lateness import Lateness
    from .officers.store import Papers
    from .payments.counter import Counter, Receipts
    from .payments.reconciling import Reconciliation
    from .payments.treasury import Treasury
    from .ports import Figures, Home, Mailbox, Registers, Scanner, Wallet
    from .statistics.service import Statistics

POSTING_FRESH = dt.timedelta(seconds=30)
"""How long a posting is believed without asking again: an officer who was taken off may act this much longer."""


class Postings:
    """The room's officers, for the gate; each looked up at most every 30 seconds per process."""

    def __init__(self, store: Store, parts: Parts) -> None:
        self._store = store
        self._clock = parts.clock
        self._known: dict[str, tuple[dt.datetime, Posting | None]] = {}

    def posting(self, pseudonym: str) -> Posting | None:
        """The officer's posting, or None for everybody else."""
        now = self._clock()
        known = self._known.get(pseudonym)
        if known is not None and now - known[0] < POSTING_FRESH:
            return known[1]
        officer = self._store.officer(pseudonym)
        found = None if officer is None else Posting(officer.agency, frozenset(officer.roles), officer.name)
        if len(self._known) > 1000:
            self._known.clear()
        self._known[pseudonym] = (now, found)
        return found

    def forget(self, pseudonym: str) -> None:
        """Ask again next time, after a change made by this process."""
        self._known.pop(pseudonym, None)


class Nouns:
    """Everything that the room is made of.

    Args:
        parts: the room's common parts.
        objects: the bucket of documents.
        catalogue: reads the published services.
        registers, mailbox, wallet, home: the neighbours.
        calendar: reads the government calendar.
        outside: e-mail and SMS.
        figures: the open-data catalogue.
        examine: looks into uploaded files.
        scanner: the malware scanner; None where none is set up.
        offers: the bundles on offer; None: those that are shipped.
    """

    def __init__(
        self,
        parts: Parts,
        objects: Objects,
        *,
        catalogue: Callable[[], Catalogue],
        registers: Registers,
        mailbox: Mailbox,
        wallet: Wallet,
        home: Home,
        calendar: Callable[[], Calendar],
        outside: Outside,
        figures: Figures,
        examine: Examine,
        scanner: Scanner | None = None,
        offers: Offers | None = None,
    ) -> None:
        self.parts, self._objects, self._catalogue, self._calendar = parts, objects, catalogue, calendar
        self._registers, self._mailbox, self._wallet, self._home = registers, mailbox, wallet, home
        self._outside, self._figures, self._offers = outside, figures, offers
        self._examine, self._scanner = examine, scanner
        self.store = Store(parts.table, parts.keyring)
        self.postings = Postings(self.store, parts)
        self.gate = Gate(parts.tokens, parts.keyring, self.postings)

    @cached_property
    def _definitions(self) -> Definitions:
        """Services that agencies published."""
        from .definitions.store import Definitions

        return Definitions(self.parts.table)

    @cached_property
    def _shelf(self) -> Shelf:
        """All services on offer."""
        from .definitions.shelf import Shelf

        return Shelf(self._catalogue(), self._definitions, self.parts.clock)

    @cached_property
    def office(self) -> Office:
        """What the nouns share."""
        from .office import Office

        # most questions need neither: the shipped services are 0.1 s to read
        shelf, calendar = later(lambda: self._shelf), later(self._calendar)
        return Office(self.parts, self.store, shelf, self._objects, calendar)

    @cached_property
    def workshop(self) -> Workshop:
        """Where services are defined."""
        from .definitions.service import Workshop

        return Workshop(self.office, self._shelf, self._definitions)

    @cached_property
    def versions(self) -> Versions:
        """Versions of definitions."""
        from .definitions.versions import Versions

        return Versions(self.parts.table, self._shelf, self._definitions)

    @cached_property
    def migrations(self) -> Migrations:
        """Cases that move to another version."""
        from .definitions.migrations import Migrations

        return Migrations(self.office)

    @cached_property
    def counter(self) -> Counter:
        """Where fees are paid."""
        from .payments.counter import Counter

        return Counter(self.office)

    @cached_property
    def treasury(self) -> Treasury:
        """What an agency earned."""
        from .payments.treasury import Treasury

        return Treasury(self.office, self.counter.ledger, self.counter.till)

    @cached_property
    def reconciliation(self) -> Reconciliation:
        """Our books beside a bank's."""
        from .payments.reconciling import Reconciliation

        return Reconciliation(self.office, self.counter.ledger, self.counter.till)

    @cached_property
    def receipts(self) -> Receipts:
        """Receipts of fees."""
        from .payments.counter import Receipts

        return Receipts(self.office, self.counter.ledger)

    @cached_property
    def applications(self) -> Applications:
        """Opening and filing cases."""
        from .cases.applications import Applications

        return Applications(self.office, self._registers)

    @cached_property
    def delegations(self) -> Delegations:
        """Acting for a company."""
        from .delegations.service import Delegations

        return Delegations(self.office, self.applications.directors)

    @cached_property
    def bundles(self) -> Bundles:
        """Several permits in one application."""
        from .bundles.catalogue import shipped
        from .bundles.service import Bundles

        offers = shipped() if self._offers is None else self._offers
        return Bundles(self.office, offers, self.applications.directors, self.applications.ask)

    @cached_property
    def filings(self) -> Filings:
        """Filing the cases of a bundle."""
        from .bundles.filing import Filings

        return Filings(self.bundles)

    @cached_property
    def paying(self) -> Paying:
        """Paying a bundle at once."""
        from .bundles.paying import Paying

        return Paying(self.bundles.hall, self.receipts)

    @cached_property
    def reuse(self) -> Reuse:
        """Documents that were handed in before."""
        from .documents.reuse import Reuse

        return Reuse(self.office)

    @cached_property
    def standing(self) -> Standing:
        """Cases on people's home pages."""
        from .cases.standing import Standing

        return Standing(self.office, self._home)

    @cached_property
    def following(self) -> Following:
        """Cases as applicants follow them."""
        from .cases.following import Following

        return Following(self.office, self.reuse)

    @cached_property
    def uploads(self) -> Uploads:
        """Documents that come in."""
        from .documents.uploads import Uploads

        return Uploads(self.office, self._examine, self._scanner)

    @cached_property
    def _papers(self) -> Papers:
        """Officers' own papers."""
        from .officers.store import Papers

        return Papers(self.parts.table, self.parts.keyring)

    @cached_property
    def desk(self) -> Desk:
        """Where officers decide."""
        from .officers.desk import Desk

        return Desk(self.office, self.counter, self._papers)

    @cached_property
    def workload(self) -> Workload:
        """How much lies where."""
        from .officers.figures import Workload

        return Workload(self.office, self._papers)

    @cached_property
    def lateness(self) -> Lateness:
        """What is past its due day."""
        from .officers.lateness import Lateness

        return Lateness(self.office, self._papers, self.desk.deem)

    @cached_property
    def linked(self) -> Linked:
        """Agencies' own systems."""
        from .linked.service import Linked

        return Linked(self.office, self._shelf, self.desk, self.lateness, self.uploads)

    @cached_property
    def register(self) -> Register:
        """Licences and permits."""
        from .licences.register import Register

        return Register(self.office)

    @cached_property
    def guide(self) -> Guide:
        """Which permits somebody needs."""
        from .guide.service import Guide
        from .guide.vocabulary import shared

        return Guide(self.office, shared(), self.bundles.for_guide)

    @cached_property
    def keeper(self) -> Keeper:
        """What the calendars of licences bring."""
        from .licences.keeping import Keeper

        return Keeper(self.office)

    @cached_property
    def notices(self) -> Notices:
        """Letters to applicants."""
        from .notices.service import Notices
        from .notices.templates import shipped

        return Notices(self.parts, self._mailbox, self._outside, shipped)

    @cached_property
    def letters(self) -> Letters:
        """What is told of a case."""
        from .notices.letters import Letters

        return Letters(self.office, self.notices, self._wallet)

    @cached_property
    def telling(self) -> Telling:
        """What is told of a delegation."""
        from .delegations.telling import Telling

        return Telling(self.office, self.notices)

    @cached_property
    def contacts(self) -> Contacts:
        """Addresses of applicants."""
        from .notices.contacts import Contacts

        return Contacts(self.parts, self.notices.rows)

    @cached_property
    def proofs(self) -> Proofs:
        """Proofs of delivery."""
        from .notices.proofs import Proofs

        return Proofs(self.notices, self._mailbox)

    @cached_property
    def feedback(self) -> Feedback:
        """What became of an e-mail."""
        from .notices.feedback import Feedback

        return Feedback(self.notices)

    @cached_property
    def statistics(self) -> Statistics:
        """How long permits take."""
        from .statistics.service import Statistics

        return Statistics(self.office, self._figures)
