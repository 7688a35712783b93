"""Webhooks: registering one, and telling changes to it.

An event of the catalogue is fanned out first: each webhook that wants it gets a delivery row and an outbox row of its
own, in one transaction that is harmless when repeated. Then each delivery is tried by itself, with the outbox's pauses
(a minute, doubled up to an hour, for about a day): a receiver who is away costs the others nothing.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from chalicelib.shared.cursors import Cursors
from chalicelib.shared.egress import Http, Unreachable
from chalicelib.shared.errors import Fault, Invalid, TooMany, not_found
from chalicelib.shared.identity import Caller
from chalicelib.shared.ids import new_token
from chalicelib.shared.journal import Event, Head, Journal, NotYet, Once
from chalicelib.shared.keyring import Keyring
from chalicelib.shared.storage import Change, Count, Create, Item, Remove, Table, Update, WriteRefused, every

from ..events import WEBHOOK_DUE
from ..model import Package
from ..store import QUEUE
from . import store
from .model import Delivery, Webhook
from .rules import GONE, MOST, message, signature, told_as, wanted

log = logging.getLogger("klang.opendata.webhooks")

TIMEOUT = 5.0
"""Seconds that a receiver has to answer."""
GIVE_UP_AFTER = timedelta(hours=24)
REMEMBERED = timedelta(days=14)


class Webhooks:
    """Tells followers what changed.

    Args:
        table, journal, cursors, keyring, http: the room's.
        package: reads a package as it stands now.
        site: public address.
        ids, clock: make ids, tell the time.
    """

    def __init__(
        self,
        table: Table,
        journal: Journal,
        cursors: Cursors,
        keyring: Keyring,
        http: Http,
        package: Callable[[str], Package | None],
        *,
        site: str,
        ids: Callable[[], str],
        clock: Callable[[], datetime],
    ) -> None:
        self._table = table
        self._journal = journal
        self._cursors = cursors
        self._keyring = keyring
        self._http = http
        self._package = package
        self._site = site
        self._ids = ids
        self._clock = clock

    def register(self, caller: Caller, once: Once, wish: Mapping[str, Any]) -> Webhook:
        """Enters a webhook, after its receiver agreed.

        Args:
            wish: url, events, organization, dataset as in `Webhook`.

        Raises:
            Invalid: the address is not https, or the receiver does not agree to events from here.
            TooMany: the caller has `MOST` already.
            Replayed, KeyReused: from the journal.
        """
        self._journal.read(once)
        url = str(wish["url"])
        if not url.isascii() or urlsplit(url).scheme != "https" or not urlsplit(url).hostname:
            raise Invalid(
                "ที่อยู่ webhook ต้องเป็น https",
                "A webhook's address must be https.",
                [Fault("/url", "ต้องขึ้นต้นด้วย https://", "Must begin with https://.")],
            )
        self._agreed(url)
        made = Webhook(
            id=self._ids(),
            owner=caller.label,
            url=url,
            events=tuple(wish["events"]),
            organization=wish["organization"],
            dataset=wish["dataset"],
            created=self._now(),
        )
        changes: list[Change] = [Create(store.webhook_item(made)), Count(store.count_key(caller.label), 1, MOST)]
        try:
            self._journal.commit(once, changes, answer={"id": made.id})
        except TooMany:
            raise TooMany(f"มี webhook ได้ไม่เกิน {MOST} รายการ", f"At most {MOST} webhooks each.") from None
        return made

    def mine(self, caller: Caller) -> list[Webhook]:
        """The caller's webhooks, the oldest first."""
        return [each for each in self._all() if each.owner == caller.label]

    def read(self, caller: Caller, id: str) -> Webhook:
        """One of the caller's webhooks; raises NotFound."""
        found = store.webhook_of(self._table.get(store.webhook_key(id)))
        if found is None or found.owner != caller.label:
            raise not_found(" webhook", "webhook")
        return found

    def secret(self, webhook: Webhook) -> bytes:
        """The bytes that sign what a webhook is told; derived, so that nothing secret is stored."""
        return self._keyring.mac("opendata-webhook", f"{webhook.id}\n{webhook.secrets}".encode()).encode()

    def change(self, caller: Caller, once: Once, id: str, *, new_secret: bool) -> Webhook:
        """Starts a stopped webhook again, after its receiver agreed, and gives it a new secret if wanted.

        Raises:
            NotFound, Invalid, Stale, Replayed, KeyReused.
        """
        self._journal.read(once)
        old = self.read(caller, id)
        if old.stopped:
            self._agreed(old.url)
        secrets = old.secrets + 1 if new_secret else old.secrets
        new = replace(old, stopped="", secrets=secrets, version=old.version + 1)
        self._journal.commit(once, [Update(store.webhook_item(new))], answer={"id": id})
        return new

    def remove(self, caller: Caller, once: Once, id: str) -> None:
        """Takes a webhook away.

        Raises:
            NotFound, Stale, Replayed, KeyReused.
        """
        self._journal.read(once)
        old = self.read(caller, id)
        gone: list[Change] = [Remove(store.webhook_key(id), old.version), Count(store.count_key(old.owner), -1, MOST)]
        self._journal.commit(once, gone, answer={"id": id})

    def deliveries(self, caller: Caller, id: str, cursor: str | None, limit: int) -> tuple[list[Delivery], str | None]:
        """What a webhook was told in the last two weeks, the newest first, and the cursor of the next page.

        Raises:
            NotFound, Malformed.
        """
        self.read(caller, id)
        pk = store.delivery_pk(id)
        scope = ("deliveries", pk)
        after = self._cursors.read(cursor, scope)
        page = self._table.query(pk, prefix=store.SENT, after=after, limit=limit, newest_first=True)
        return [store.delivery_of(item) for item in page.items], self._cursors.make(page.after, scope)

    def _all(self) -> list[Webhook]:
        found = (store.webhook_of(item) for item in every(self._table, store.ALL))
        return [each for each in found if each is not None]

    def fan_out(self, event: Event) -> None:
        """Gives every webhook that wants an event its delivery (listener; harmless when repeated)."""
        name = told_as(event)
        if name is None:
            return
        for webhook in self._all():
            if wanted(webhook, event):
                self._due(webhook, event, name)

    def _due(self, webhook: Webhook, event: Event, name: str) -> None:
        delivery = Delivery(
            event.id, name, str(event.data["package_id"]), event.at, resource=str(event.data.get("resource") or "")
        )
        due, _ = self._journal.happened(
            Head(), subject=webhook.id, type=WEBHOOK_DUE, by=event.by, data={"event": event.id}, queue=QUEUE
        )
        row = Create(self._kept(webhook.id, delivery))
        outbox = self._journal.rows("", due)[1]  # a delivery is no aggregate with a history
        try:
            self._table.write([row, outbox], new_token())
        except WriteRefused:
            return  # it has its delivery from an earlier run
        self._journal.send(due)

    def deliver(self, event: Event) -> None:
        """Tries one delivery (listener of `WEBHOOK_DUE`; harmless when repeated).

        Raises:
            NotYet: the receiver did not take it now.
        """
        hook, sent = store.webhook_key(event.subject), store.delivery_key(event.subject, str(event.data["event"]))
        found = self._table.get_many([hook, sent])
        webhook, row = store.webhook_of(found.get(hook)), found.get(sent)
        if webhook is None or webhook.stopped or row is None or row.data["done"] is not None:
            return
        tried = self._tried(webhook, store.delivery_of(row))
        stop = "gone" if tried.status == GONE else "failing" if tried.given_up else ""
        self._write(row.next(asdict(tried), expires=row.expires))
        if stop:
            self._write(store.webhook_item(replace(webhook, stopped=stop, version=webhook.version + 1)))
        elif tried.done is None:
            raise NotYet

    def _tried(self, webhook: Webhook, delivery: Delivery) -> Delivery:
        status, failed = self._post(webhook, delivery)
        now = self._clock()
        done = status is not None and 200 <= status < 300
        late = now - datetime.fromisoformat(delivery.at) > GIVE_UP_AFTER
        return replace(
            delivery,
            tries=delivery.tries + 1,
            status=status,
            failed=failed,
            done=self._now() if done else None,
            given_up=late and not done,
        )

    def _post(self, webhook: Webhook, delivery: Delivery) -> tuple[int | None, str | None]:
        package = self._package(delivery.dataset)
        shown = None
        if package is not None and package.dataset.public:
            fields = package.dataset.fields
            shown = {"name": package.dataset.name, "title": fields.get("title", ""), "revision": package.changed}
        body = json.dumps(message(delivery, shown, self._site), ensure_ascii=False, separators=(",", ":")).encode()
        stamp = int(self._clock().timestamp())
        headers = {
            "content-type": "application/json",
            "webhook-id": delivery.id,
            "webhook-timestamp": str(stamp),
            "webhook-signature": signature(self.secret(webhook), delivery.id, stamp, body),
        }
        try:
            answer = self._http.send("POST", webhook.url, headers=headers, body=body, timeout=TIMEOUT)
        except Unreachable as error:
            return None, error.reason
        return answer.status, None

    def _kept(self, webhook: str, delivery: Delivery) -> Item:
        expires = int((self._clock() + REMEMBERED).timestamp())
        return Item(store.delivery_key(webhook, delivery.id), asdict(delivery), expires=expires)

    def _write(self, item: Item) -> None:
        try:
            self._table.write([Update(item)], new_token())
        except WriteRefused:
            log.info("somebody else noted it at the same time")

    def _agreed(self, url: str) -> None:
        """The receiver's word that it wants events from here (CloudEvents, HTTP 1.1 Web Hooks, section 4)."""
        origin = urlsplit(self._site).hostname or ""
        try:
            answer = self._http.send(
                "OPTIONS", url, headers={"webhook-request-origin": origin}, body=None, timeout=TIMEOUT
            )
            agreed = answer.status < 300 and answer.headers.get("webhook-allowed-origin", "").strip() in ("*", origin)
        except Unreachable:
            agreed = False
        if not agreed:
            raise Invalid(
                "ปลายทางไม่ตอบรับว่าต้องการรับการแจ้งเตือนจากเว็บไซต์นี้",
                "The receiver did not agree to events from this site.",
                [
                    Fault(
                        "/url",
                        f"ต้องตอบ OPTIONS ด้วยหัวข้อ WebHook-Allowed-Origin: {origin}",
                        f"It must answer OPTIONS with WebHook-Allowed-Origin: {origin}.",
                    )
                ],
            )

    def _now(self) -> str:
        return self._clock().isoformat(timespec="milliseconds")
