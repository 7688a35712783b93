"""Telling agencies' systems what happened here: tried until it is taken, and there to be fetched.

A consumer of biz-events makes a delivery of an event, once, with an outbox row for biz-deliveries. A system that does
not answer, or not with 2xx, is tried again after the outbox's pauses (a minute, doubled up to an hour, about a day);
meanwhile and afterwards the delivery stands in the list that the system may read, so that nothing is lost.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from chalicelib.shared.egress import Unreachable
from chalicelib.shared.errors import not_found
from chalicelib.shared.ids import new_token
from chalicelib.shared.jose import compact_json, sign_jwt
from chalicelib.shared.journal import Event, Head, NotYet, Once, Replayed
from chalicelib.shared.storage import Item, WriteRefused
from chalicelib.shared.web import as_json

from ..model import Case
from ..office import Office
from ..roles import SYSTEM
from . import rules, store
from .model import Delivery, Partner
from .views import Fetched, SystemCase, Told, Waiting, waiting

log = logging.getLogger("klang.biz")

QUEUE = "biz-deliveries"
TIMEOUT = 10.0
"""Seconds that a system has to answer; the function has 30."""


class Deliveries:
    """Tells systems.

    Args:
        office: the room's tools.
        partner: gives a linked service, or None.
        shown: gives a case as its system sees it.
    """

    def __init__(
        self,
        office: Office,
        partner: Callable[[str], Partner | None],
        shown: Callable[[Case, Partner], SystemCase],
    ) -> None:
        self._office = office
        self._partner = partner
        self._shown = shown

    def heard(self, event: Event) -> None:
        """Make a delivery of an event that a system must learn of; harmless when told twice."""
        partner = self._partner(str(event.data.get("service")))
        made = None if partner is None else rules.delivery_of(event, partner)
        if made is None:
            return
        if made.what == "withdrawn" and not rules.is_known(self._office.store.find_case(made.case)):
            return  # a draft that nobody but the applicant knew of
        journal = self._office.parts.journal
        data = {"service": made.service, "agency": made.agency, "case": made.case, "what": made.what}
        queued, _ = journal.happened(
            Head(), subject=made.id, type="biz.delivery.queued", by=SYSTEM, data=data, queue=QUEUE
        )
        try:
            pk = store.delivery_key(made.id).pk
            journal.commit(Once.of_event(event.id, "linked"), [store.new_delivery(made)], [(pk, queued)])
        except Replayed:
            log.info("the delivery is there already", extra={"delivery": made.id})

    def tell(self, event: Event) -> None:
        """Try one delivery (handler of biz-deliveries).

        Raises:
            NotYet: the system did not take it; it is tried again later.
        """
        item = self._office.parts.table.get(store.delivery_key(event.subject))
        if item is None:
            raise not_found("รายการนำส่ง", "delivery")
        made = store.delivery(item)
        partner = self._partner(made.service)
        if made.taken_at is not None or partner is None:
            return  # fetched meanwhile, or the service is worked on here by now
        status, failed = self._send(made, partner)
        now, done = self._office.now(), status is not None and 200 <= status < 300
        update = {
            "tries": made.tries + 1,
            "status": status,
            "failed": failed,
            "tried_at": now,
            "taken_at": now if done else None,
        }
        self._note(item, made.model_copy(update=update))
        if not done:
            log.info("a delivery was not taken", extra={"delivery": made.id, "status": status, "reason": failed})
            raise NotYet

    def _send(self, made: Delivery, partner: Partner) -> tuple[int | None, str | None]:
        office = self._office
        case = self._shown(office.store.find_case(made.case), partner)
        body = compact_json(as_json(Told(delivery=made.id, what=made.what, at=made.at, seq=made.seq, case=case)))
        token = sign_jwt(
            rules.delivery_claims(made.id, partner, body, office.now()), office.signer(), rules.DELIVERY_TYPE
        )
        headers = {"content-type": "application/json", "authorization": f"Bearer {token}"}
        url = partner.link.deliver_to
        try:
            answer = office.parts.http.send("POST", url, headers=headers, body=body, timeout=TIMEOUT)
        except Unreachable as error:
            return None, error.reason
        return answer.status, None

    def _note(self, item: Item, changed: Delivery) -> None:
        try:
            self._office.parts.table.write([store.changed_delivery(item, changed)], new_token())
        except WriteRefused:
            log.info("the system fetched it at the same time", extra={"delivery": changed.id})

    def waiting(self, system: str, after: str | None, limit: int) -> tuple[list[Waiting], str | None]:
        """What a system has not taken yet, oldest first."""
        found, following = store.untold(self._office.parts.table, system, after, limit)
        return [waiting(each) for each in found], following

    def take(self, once: Once, partner: Partner, id: str) -> Fetched:
        """The system's word that it has a delivery which it fetched; again changes nothing. Raises NotFound."""
        key = store.delivery_key(id)
        item = self._office.parts.journal.read(once, key).get(key)
        made = None if item is None else store.delivery(item)
        if (
            item is None
            or made is None
            or (made.agency, made.service)
            != (
                partner.definition.agency,
                partner.definition.id,
            )
        ):
            raise not_found("รายการนำส่ง", "delivery")
        if made.taken_at is not None:
            return Fetched(delivery=made.id, taken_at=made.taken_at)
        taken = Fetched(delivery=made.id, taken_at=self._office.now())
        changed = store.changed_delivery(item, made.model_copy(update={"taken_at": taken.taken_at}))
        self._office.parts.journal.commit(once, [changed], answer=as_json(taken))
        return taken
