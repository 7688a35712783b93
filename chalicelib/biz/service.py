"""The Biz room put together: its use cases, its staff, and what its queues and schedule do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from chalicelib.shared.identity import Gate, Posting
from chalicelib.shared.journal import Event, Head, Once
from chalicelib.shared.messengers import Outside
from chalicelib.shared.objects import Objects
from chalicelib.shared.parts import Parts
from chalicelib.shared.workdays import Calendar

from .bundles.catalogue import Offers
from .bundles.catalogue import shipped as shipped_bundles
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
from .guide.vocabulary import shared as shared_questions
from .licences.keeping import Keeper
from .licences.register import Register
from .linked.service import Linked
from .model import Officer
from .notices.contacts import Contacts
from .notices.feedback import Feedback
from .notices.letters import Letters
from .notices.proofs import Proofs
from .notices.service import Notices
from .notices.templates import shipped as notice_templates
from .office import QUEUE, Office
from .officers.desk import Desk
from .officers.figures import Workload
from .officers.lateness import Lateness
from .officers.store import Papers
from .payments.counter import Counter, Receipts
from .payments.reconciling import Reconciliation
from .payments.treasury import Treasury
from .ports import Figures, Home, Mailbox, Registers, Scanner, Wallet
from .statistics.service import Statistics
from .store import Store, officer_key, provider_key

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


class Biz:
    """One stop for permission to do business.

    Args:
        parts: the room's common parts.
        objects: the bucket of documents.
        catalogue: the published services.
        registers, mailbox, wallet, home: the neighbours.
        calendar: the government calendar.
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
        catalogue: Catalogue,
        registers: Registers,
        mailbox: Mailbox,
        wallet: Wallet,
        home: Home,
        calendar: Calendar,
        outside: Outside,
        figures: Figures,
        examine: Examine,
        scanner: Scanner | None = None,
        offers: Offers | None = None,
    ) -> None:
        self.parts = parts
        self.store = Store(parts.table, parts.keyring)
        definitions = Definitions(parts.table)
        shelf = Shelf(catalogue, definitions, parts.clock)
        self.office = Office(parts, self.store, shelf, objects, calendar)
        self.workshop = Workshop(self.office, shelf, definitions)
        self.versions = Versions(parts.table, shelf, definitions)
        self.migrations = Migrations(self.office)
        self.counter = Counter(self.office)
        ledger, till = self.counter.ledger, self.counter.till
        self.treasury = Treasury(self.office, ledger, till)
        self.reconciliation = Reconciliation(self.office, ledger, till)
        self.receipts = Receipts(self.office, ledger)
        self.applications = Applications(self.office, registers)
        self.delegations = Delegations(self.office, self.applications.directors)
        bundles = shipped_bundles() if offers is None else offers
        self.bundles = Bundles(self.office, bundles, self.applications.directors, self.applications.ask)
        self.filings = Filings(self.bundles)
        self.paying = Paying(self.bundles.hall, self.receipts)
        self.reuse = Reuse(self.office)
        self.standing = Standing(self.office, home)
        self.following = Following(self.office, self.reuse)
        self.uploads = Uploads(self.office, examine, scanner)
        papers = Papers(parts.table, parts.keyring)
        self.desk = Desk(self.office, self.counter, papers)
        self.workload = Workload(self.office, papers)
        self.lateness = Lateness(self.office, papers, self.desk.deem)
        self.linked = Linked(self.office, shelf, self.desk, self.lateness, self.uploads)
        self.register = Register(self.office)
        self.guide = Guide(self.office, shared_questions(), self.bundles.for_guide)
        self.keeper = Keeper(self.office)
        self.notices = Notices(parts, mailbox, outside, notice_templates)
        self.letters = Letters(self.office, self.notices, wallet)
        self.telling = Telling(self.office, self.notices)
        self.contacts = Contacts(parts, self.notices.rows)
        self.proofs = Proofs(self.notices, mailbox)
        self.feedback = Feedback(self.notices)
        self.statistics = Statistics(self.office, figures)
        self.postings = Postings(self.store, parts)
        self.gate = Gate(parts.tokens, parts.keyring, self.postings)

    def enlist(self, once: Once, pid: str, agency: str, roles: Sequence[str], name: str) -> Officer:
        """Record an officer of an agency, or change their roles; none takes them off."""
        journal, pseudonym = self.parts.journal, self.parts.keyring.pseudonym(pid)
        key = officer_key(pseudonym)
        there = journal.read(once, key).get(key)
        before = None if there is None else Officer.model_validate(there.data)
        event, head = journal.happened(
            Head() if before is None else before.head,
            subject=pseudonym,
            type="biz.officer.posted",
            by="operator",
            data={"agency": agency, "roles": list(roles)},
            queue=None if before is None else QUEUE,  # what they held in an earlier posting goes back
        )
        officer = Officer(id=pseudonym, agency=agency, roles=tuple(roles), name=name, head=head)
        answer = officer.model_dump(mode="json", exclude={"head"})
        journal.commit(once, [self.store.enlisted(officer, there)], [(key.pk, event)], answer)
        self.postings.forget(officer.id)
        return officer

    def know_provider(self, once: Once, provider: str, secret: str) -> None:
        """Record the secret that a payment provider signs its callbacks with."""
        key = provider_key(provider)
        there = self.parts.journal.read(once, key).get(key)
        self.parts.journal.commit(
            once, [self.store.known_provider(provider, secret, there)], answer={"provider": provider}
        )

    def on_event(self, body: str) -> None:
        """One message of the queue biz-events."""
        self.parts.journal.carry(body, self._heard)

    def _heard(self, event: Event) -> None:
        if event.type == "biz.officer.posted":
            self.desk.hand_back(event.subject)
            return
        if event.type.startswith("biz.delegation."):
            self.telling.heard(event)
            return
        self.filings.heard(event)
        self.statistics.heard(event)
        self.linked.deliveries.heard(event)
        self.letters.heard(event)
        self.standing.heard(event)

    def on_delivery(self, body: str) -> None:
        """One message of the queue biz-deliveries: something that an agency's system must learn of."""
        self.parts.journal.carry(body, self.linked.deliveries.tell)

    def on_feedback(self, body: str) -> None:
        """One message of the queue biz-feedback: what SES tells of an e-mail."""
        self.feedback.heard(body)

    def on_upload(self, body: str) -> None:
        """One message of the queue biz-uploads: an S3 notification."""
        self.uploads.arrived(body)

    def sweep(self, now: dt.datetime) -> None:
        """Every minute: what a crash left unsent, what is past its due day, and what licences' calendars bring."""
        self.parts.journal.sweep(now)
        self.lateness.sweep(now)
        self.statistics.run(now)
        self.keeper.sweep(now)
