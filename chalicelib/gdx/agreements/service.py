"""Agreements on data as the routes and the rest of the exchange use them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from ...shared.cursors import Cursors
from ...shared.journal import Event, Journal
from ...shared.storage import Table
from ..directory import Directory
from ..evidence import Voice
from ..ids import SubsystemId
from ..model import AgreementState
from .actors import Actor
from .ledger import Ledger, unknown
from .model import Negotiation, Party, is_agreement_id, negotiation_id
from .standing import Standing
from .store import negotiation_from
from .talks import Talks
from .views import NegotiationView, SignedAgreement


class Agreements:
    """Negotiations and agreements.

    Attributes:
        talks: what the parties do.
        standing: what is in force without them: ordered by law, suspended because a description broke it.
        suspension_changes, suspend_broken: of `standing`.

    Args:
        directory: who has joined and which services there are.
        table: the room's table.
        journal: the room's journal.
        voice: signs for the exchange.
        cursors: for pages.
        clock: tells the time.
        ids: makes sortable unique ids.
    """

    def __init__(
        self,
        directory: Directory,
        table: Table,
        journal: Journal,
        voice: Voice,
        cursors: Cursors,
        *,
        clock: Callable[[], datetime],
        ids: Callable[[], str],
    ) -> None:
        self._cursors = cursors
        self._clock = clock
        self._ledger = Ledger(table, journal, clock)
        self.standing = Standing(self._ledger, directory, voice, clock)
        self.talks = Talks(self._ledger, self.standing, directory, voice, clock=clock, ids=ids)
        self.suspension_changes = self.standing.suspension_changes
        self.suspend_broken = self.standing.suspend_broken

    def show(self, actor: Actor, identifier: str) -> NegotiationView:
        """A negotiation, for its parties and the operators.

        Raises:
            NotFound.
        """
        kept = self._ledger.read(identifier)
        return NegotiationView.of(kept, actor.party(kept.negotiation))

    def history(self, actor: Actor, identifier: str) -> list[Event]:
        """All that happened in a negotiation, oldest first.

        Raises:
            NotFound.
        """
        actor.party(self._ledger.read(identifier).negotiation)
        return self._ledger.history(identifier)

    def page(
        self, system: SubsystemId, party: Party, cursor: str | None, limit: int
    ) -> tuple[list[Negotiation], str | None]:
        """A system's negotiations as that party, newest first, and the cursor of the next page.

        Raises:
            Malformed: the cursor is of another list.
        """
        scope = ("negotiations", system, party.value)
        page = self._ledger.page(system, party, self._cursors.read(cursor, scope, "after"), limit)
        return [negotiation_from(item.data) for item in page.items], self._cursors.make(page.after, scope)

    def signed(self, actor: Actor, agreement: str, version: int | None = None) -> SignedAgreement:
        """A concluded version (see `concluded`) with its signatures, checked now.

        Raises:
            NotFound.
        """
        return SignedAgreement.signed(self.concluded(actor, agreement, version), self._clock())

    def concluded(self, actor: Actor, agreement: str, version: int | None = None) -> Negotiation:
        """A concluded version of an agreement: that one, or the one that stands, or the last that stood.

        Raises:
            NotFound: it was never concluded, or is not the caller's.
        """
        if not is_agreement_id(agreement):
            raise unknown()
        if version is None:
            kept = self._ledger.versions(agreement)
        else:
            kept = [self._ledger.read(negotiation_id(agreement, version))]
        found = [each.negotiation for each in kept if Party.EXCHANGE in each.negotiation.seals]
        if not found:
            raise unknown()
        standing = [each for each in found if each.state is not AgreementState.TERMINATED]
        chosen = (standing or found)[0]
        actor.party(chosen)
        return chosen
