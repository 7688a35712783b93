"""Webhooks: registering one, and telling events to it.

Telling is part of the outbox: an event stays open until every receiver has taken it, and is sent again after the
outbox's pauses (a minute, doubled up to an hour, for about a day). A receiver may thus get an event twice, and knows it
by its id; what was taken is noted per receiver, so that one who is away costs the others nothing.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from ...shared.cursors import Cursors
from ...shared.egress import Http, Unreachable
from ...shared.errors import Fault, Invalid, not_found
from ...shared.gdx_request import body_digest
from ...shared.ids import new_token
from ...shared.jose import sign_jwt
from ...shared.journal import Event, Journal, NotYet, Once
from ...shared.storage import Create, Item, Table, Update, WriteRefused
from ..directory.entries import Directory
from ..directory.rules import approved
from ..evidence import Voice
from ..ids import SubsystemId
from . import store
from .model import Delivery, Webhook
from .rules import FAMILIES, LIVES, MEDIA_TYPE, TYPE, cloud_event, named, wanted

log = logging.getLogger("klang.gdx")

TIMEOUT = 5.0
"""Seconds that a receiver has to answer."""
AT_ONCE = timedelta(seconds=20)
"""How long one message goes on telling: its function has 30 s."""
REMEMBERED = timedelta(days=14)
GONE = 410
"""A receiver's way to say that it wants no more (CloudEvents, HTTP 1.1 Web Hooks for Event Delivery, section 2.2)."""


class Webhooks:
    """Tells systems what happened.

    Args:
        directory: members, and who asks a service.
        table, journal, cursors: the room's.
        http: the way out, which refuses addresses that nobody outside may have.
        voice: signs what is told.
        clock: tells the time.
    """

    def __init__(
        self,
        directory: Directory,
        table: Table,
        journal: Journal,
        cursors: Cursors,
        http: Http,
        voice: Voice,
        clock: Callable[[], datetime],
    ) -> None:
        self._directory = directory
        self._table = table
        self._journal = journal
        self._cursors = cursors
        self._http = http
        self._voice = voice
        self._clock = clock

    def register(self, system: SubsystemId, url: str, events: tuple[str, ...], once: Once) -> Webhook:
        """Sets a system's webhook, after its receiver agreed.

        Raises:
            Invalid: the address is not https within the domains approved for the member, or the receiver does not
                agree to events from this exchange.
            Replayed, KeyReused, Stale: from the journal.
        """
        key = store.webhook_key(system)
        there = self._journal.read(once, key).get(key)
        member = self._directory.member(system.member)
        if member is None or not url.isascii() or urlsplit(url).scheme != "https" or not approved(url, member):
            raise Invalid(
                "ที่อยู่ webhook ต้องเป็น https ในโดเมนที่ผู้ดูแลศูนย์อนุมัติให้หน่วยงาน",
                "A webhook's address must be https within the domains approved for the agency.",
                [Fault("/url", "โปรดขอให้ผู้ดูแลศูนย์เพิ่มโดเมนนี้", "Ask the exchange's operators to add its domain.")],
            )
        self._agreed(url)
        webhook = Webhook(system, url, events, self._clock())
        data = store.webhook_json(webhook)
        change = Create(Item(key, data)) if there is None else Update(there.next(data))
        self._journal.commit(once, [change], answer=data)
        return webhook

    def read(self, system: SubsystemId) -> Webhook:
        """A system's webhook; raises NotFound."""
        webhook = store.webhook_of(self._table.get(store.webhook_key(system)))
        if webhook is None:
            raise not_found("webhook", "webhook")
        return webhook

    def remove(self, system: SubsystemId, once: Once) -> None:
        """Takes a system's webhook away; without one nothing happens."""
        key = store.webhook_key(system)
        there = self._journal.read(once, key).get(key)
        if there is not None and store.webhook_of(there) is not None:
            self._journal.commit(once, [Update(there.next({"removed": True}))])

    def deliveries(self, system: SubsystemId, cursor: str | None, limit: int) -> tuple[list[Delivery], str | None]:
        """What was told to a system in the last two weeks, the newest first, and the cursor of the next page.

        Raises:
            Malformed: the cursor is none of ours.
        """
        pk = store.webhook_pk(system)
        scope = ("deliveries", pk)
        page = self._table.query(
            pk, prefix=store.SENT, after=self._cursors.read(cursor, scope), limit=limit, newest_first=True
        )
        return [store.delivery_from(item.data) for item in page.items], self._cursors.make(page.after, scope)

    def tell(self, event: Event) -> None:
        """Tells an event to everyone concerned who wants it and was not told yet (handler; harmless when repeated).

        Raises:
            NotYet: somebody could not be told now.
        """
        if not event.type.startswith(FAMILIES):
            return
        begun, told = self._clock(), []
        for system in self._concerned(event):
            if self._clock() - begun > AT_ONCE:
                raise NotYet  # the rest is told next time: what was taken is noted
            told.append(self._told(system, event))
        if not all(told):
            raise NotYet  # every receiver had its try before the event waits for those who are away

    def _concerned(self, event: Event) -> list[SubsystemId]:
        systems = named(event)
        if event.type.startswith("gdx.service."):
            service = event.subject
            provider = SubsystemId.parse(service.rpartition("/")[0])
            agreements = self._directory.agreements_with(provider)
            systems += [each.consumer for each in agreements if str(each.service) == service]
        return list(dict.fromkeys(systems))

    def _told(self, system: SubsystemId, event: Event) -> bool:
        hook, sent = store.webhook_key(system), store.delivery_key(system, event.id)
        found = self._table.get_many([hook, sent])
        item, before = found.get(hook), found.get(sent)
        webhook = store.webhook_of(item)
        if webhook is None or item is None or not wanted(webhook, event):
            return True
        if before is not None and before.data["delivered_at"] is not None:
            return True
        status, failed = self._post(webhook, event)
        done = status is not None and 200 <= status < 300
        now = self._clock()
        delivery = Delivery(
            id=event.id,
            type=event.type,
            subject=event.subject,
            at=event.at,
            tries=1 if before is None else int(before.data["tries"]) + 1,
            status=status,
            failed=failed,
            tried_at=now,
            delivered_at=now if done else None,
        )
        if status == GONE:
            self._write(Update(item.next({**item.data, "stopped": True})))
        noted = Item(sent, store.delivery_json(delivery), expires=int((now + REMEMBERED).timestamp()))
        self._write(Create(noted) if before is None else Update(before.next(noted.data, expires=noted.expires)))
        return done or status == GONE

    def _write(self, change: Create | Update) -> None:
        try:
            self._table.write([change], new_token())
        except WriteRefused:
            log.info("somebody else told it at the same time")  # both noted what they did; one note is enough

    def _post(self, webhook: Webhook, event: Event) -> tuple[int | None, str | None]:
        body = json.dumps(cloud_event(event, self._voice.issuer), ensure_ascii=False, separators=(",", ":")).encode()
        headers = {"content-type": MEDIA_TYPE, "x-gdx-signature": self._signature(webhook, event, body)}
        try:
            answer = self._http.send("POST", webhook.url, headers=headers, body=body, timeout=TIMEOUT)
        except Unreachable as error:
            return None, error.reason
        return answer.status, None

    def _signature(self, webhook: Webhook, event: Event, body: bytes) -> str:
        issued = int(self._clock().timestamp())
        claims = {
            "aud": str(webhook.system),
            "jti": event.id,
            "iat": issued,
            "exp": issued + LIVES,
            "htm": "POST",
            "htu": webhook.url,
            "body_sha256": body_digest(body),
        }
        return sign_jwt(claims, self._voice, TYPE)

    def _agreed(self, url: str) -> None:
        """The receiver's word that it wants events from here (Web Hooks for Event Delivery, section 4)."""
        origin = urlsplit(self._voice.issuer).hostname or ""
        try:
            answer = self._http.send(
                "OPTIONS", url, headers={"webhook-request-origin": origin}, body=None, timeout=TIMEOUT
            )
            agreed = answer.status < 300 and answer.headers.get("webhook-allowed-origin", "").strip() in ("*", origin)
        except Unreachable:
            agreed = False
        if not agreed:
            raise Invalid(
                "ปลายทางไม่ตอบรับว่าต้องการรับเหตุการณ์จากศูนย์นี้",
                "The receiver did not agree to events from this exchange.",
                [
                    Fault(
                        "/url",
                        f"ต้องตอบ OPTIONS ด้วยหัวข้อ WebHook-Allowed-Origin: {origin}",
                        f"It must answer OPTIONS with WebHook-Allowed-Origin: {origin}.",
                    )
                ],
            )
