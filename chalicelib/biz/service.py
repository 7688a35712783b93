"""The Biz room put together: its use cases, its staff, and what its queues and schedule do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from chalicelib.shared.journal import Event, Head, Once

from .nouns import Nouns
from .store import officer_key, provider_key

if TYPE_CHECKING:
    from .model import Officer


class Biz(Nouns):
    """One stop for permission to do business."""

    def enlist(self, once: Once, pid: str, agency: str, roles: Sequence[str], name: str) -> Officer:
        """Record an officer of an agency, or change their roles; none takes them off."""
        from .model import Officer
        from .office import QUEUE

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
        self.office.signing.note()
        self.lateness.sweep(now)
        self.statistics.run(now)
        self.keeper.sweep(now)
