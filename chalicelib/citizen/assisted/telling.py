"""What follows a visit: the one-time code, the summary of what was done, the answer to a dispute."""

from __future__ import annotations

import hmac
import logging

from chalicelib.shared.contacts import new_code
from chalicelib.shared.errors import TooMany, Unavailable
from chalicelib.shared.ids import new_token
from chalicelib.shared.journal import Event, Once
from chalicelib.shared.keyring import Keyring
from chalicelib.shared.thai import Text

from ..hall import Hall
from ..inbox.model import NewMessage
from ..mandates.telling import AGENCY, SENDER, Tells
from ..model import Person
from . import words
from .model import Visit
from .ports import Codes
from .store import Store

log = logging.getLogger("klang.assisted")


class Telling:
    """Hears of visits; each repeat is the same message, and a code is made and sent once for each event.

    Args:
        hall: the room's tools.
        store: visits.
        inbox: tells people.
        codes: carries one-time codes.
    """

    def __init__(self, hall: Hall, store: Store, inbox: Tells, codes: Codes) -> None:
        self._hall = hall
        self._store = store
        self._inbox = inbox
        self._codes = codes

    def heard(self, event: Event) -> None:
        """Acts on one event of a visit."""
        visit = self._store.find(event.subject)
        match event.type.rpartition(".")[2]:
            case "code_asked":
                self._send_code(event, visit)
            case "ended":
                self._tell(event, visit, words.TITLE, self._summary(visit))
            case "disputed":
                if visit.ended_at == visit.disputed_at:
                    self._tell(event, visit, words.TITLE, self._summary(visit), "-summary")
                self._tell(event, visit, words.DISPUTE_TITLE, words.DISPUTED)
            case "settled" if visit.answer is not None:
                self._tell(event, visit, words.ANSWER_TITLE, visit.answer)

    def _summary(self, visit: Visit) -> Text:
        return words.summary(visit.agency, visit.officer_name, self._store.did(visit))

    def _send_code(self, event: Event, visit: Visit) -> None:
        """Keeps the code before it is sent: after a crash in between the officer asks for another."""
        if visit.status != "waiting" or visit.code_event == event.id:
            return
        digits = new_code()
        proof = code_proof(self._hall.parts.keyring, visit, digits)
        after = visit.model_copy(update={"code": proof, "code_event": event.id})
        # Stale when somebody entered a code meanwhile: the queue delivers again
        once = Once(event.id, "", new_token(), claimed=False)
        self._hall.parts.journal.commit(once, self._store.changed(visit, after))
        try:
            self._codes.send_code(Person(visit.person), "assisted_visit", digits, id=event.id)
        except (TooMany, Unavailable) as away:  # said to nobody: it would tell that there is such a person
            log.info("a one-time code was not sent", extra={"reason": away.slug})

    def _tell(self, event: Event, visit: Visit, title: Text, body: Text, part: str = "") -> None:
        message = NewMessage(
            id=f"visit-{event.id}{part}", category="notice", title=title, body=body, case=visit.id, source=AGENCY
        )
        self._inbox.tell(Person(visit.person), message, sender=SENDER)


def code_proof(keyring: Keyring, visit: Visit, digits: str) -> str:
    """What is kept of a one-time code."""
    return keyring.mac("visit-code", f"{visit.id}\n{visit.person}\n{digits}".encode())


def code_fits(keyring: Keyring, visit: Visit, digits: str) -> bool:
    """Whether this is the newest code of a visit; a visit without one is compared alike."""
    proof = code_proof(keyring, visit, digits)
    kept = visit.code or code_proof(keyring, visit, "")
    return hmac.compare_digest(proof.encode(), kept.encode())
