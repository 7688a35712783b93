"""The list of proofs of a case, completed by what only the inbox knows: whether a letter was opened."""

from __future__ import annotations

import datetime as dt
import logging

from chalicelib.shared.errors import Refusal

from ..model import Case
from ..ports import Mailbox
from . import rules
from .model import Proof, Step
from .service import Notices
from .views import ProofList, proof_view

log = logging.getLogger("klang.biz.notices")


class Proofs:
    """What a case's applicant was told."""

    def __init__(self, notices: Notices, mailbox: Mailbox) -> None:
        self._notices = notices
        self._mailbox = mailbox

    def of_case(self, case: Case) -> ProofList:
        """The proofs of a case that the caller may see, oldest first; for an agent those of what they were told.

        The inbox is asked about letters that were not opened when it was last asked; what it says is kept. When it does
        not answer, the list comes without.
        """
        proofs = self._shown(case)
        unopened = [
            proof
            for proof in proofs
            if (proof.channel, rules.standing(proof), proof.owner) == ("app", "delivered", case.owner)
        ]
        known = True
        if unopened:
            try:
                opened = self._mailbox.opened(case.pid, [proof.event for proof in unopened])
            except Refusal as error:
                log.warning("the inbox could not be asked", extra={"slug": error.slug})
                known, opened = False, {}
            news = [proof for proof in unopened if proof.event in opened]
            for proof in news:
                at = dt.datetime.fromisoformat(opened[proof.event])
                self._notices.hear(proof, Step(status="opened", at=at, provider_id=proof.event))
            if news:
                proofs = self._shown(case)
        shown = sorted((proof_view(proof, case.owner) for proof in proofs), key=lambda proof: proof.steps[0].at)
        return ProofList(items=shown, opened_known=known)

    def _shown(self, case: Case) -> list[Proof]:
        found = self._notices.rows.of_case(case.id)
        return found if case.hand is None else [proof for proof in found if proof.owner == case.hand.power.agent]
