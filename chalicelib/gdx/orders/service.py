"""Asynchronous exchanges for those who ask: accepted at once, carried out later, fetched when ready.

The same pipeline as for a synchronous exchange (`exchanges.py`) decides twice, when an order is taken and when it is
carried out, and records it. The request waits encrypted and is gone once the order is decided; the answer, already
limited to the agreed fields, waits in S3 until its client says that it has it, or it expires.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from ...shared.cursors import Cursors
from ...shared.errors import Refusal, Unavailable
from ...shared.journal import Event, Head, Journal, Once, Replayed
from ...shared.keyring import Keyring
from ...shared.objects import Objects
from ...shared.storage import Change, Create, Item, Table, every
from ..documents.service import Documents
from ..evidence import Voice
from ..exchanges import Exchanges
from ..ids import SubsystemId
from ..model import Ask
from ..store import exchange_pk
from . import store
from .book import Book, absent
from .carrier import Carrier
from .envelope import Envelopes
from .inbox import Inbox
from .model import Order, OrderState
from .recovery import Recovery
from .rules import DECIDED, LIVES, OVER, moved, no_answer, pulls, shown
from .settling import Settling

IN_THE_REPLY = 4 * 1024 * 1024
"""Bytes of an answer that a Lambda hands out itself: its reply holds 6 MB, in base64 (Lambda developer guide)."""
SWEPT_AT_ONCE = 1000
"""Orders that one sweep moves at most; the rest is the next minute's."""


class Orders:
    """The asynchronous door of the pipeline.

    Args:
        exchanges: the pipeline.
        table, journal, keyring, objects: the room's.
        clock: tells the time.
        voice: signs the requests that providers fetch.
        cursors: of the operators' list.
        documents: large files that go with requests and answers.
        ids: makes order ids.

    Attributes:
        carrier: asks providers (handler of the queue).
        inbox: where providers fetch what they are asked.
        recovery: what an operator does with stalled orders.
    """

    def __init__(
        self,
        exchanges: Exchanges,
        table: Table,
        journal: Journal,
        keyring: Keyring,
        objects: Objects,
        *,
        voice: Voice,
        cursors: Cursors,
        documents: Documents,
        clock: Callable[[], datetime],
        ids: Callable[[], str],
    ) -> None:
        self._exchanges = exchanges
        self._table = table
        self._journal = journal
        self.keyring = keyring
        self._objects = objects
        self._clock = clock
        self._ids = ids
        self._book = Book(table, journal, clock)
        self._envelopes = Envelopes(keyring, objects)
        self._documents = documents
        settling = Settling(exchanges, self._book, objects, documents.binding, keyring)
        self.carrier = Carrier(exchanges, self._book, self._envelopes, settling)
        self.inbox = Inbox(exchanges, self._book, self._envelopes, settling, voice)
        self.recovery = Recovery(self._book, cursors)

    def accept(self, ask: Ask, once: Once, lives: timedelta = LIVES) -> Order:
        """Takes an order that an agreement allows now; whether it still does is asked again when it is carried out.

        Args:
            ask: the request; without a message id of its own it gets the order's.
            once: the attempt.
            lives: how long the order may take, answer included.

        Raises:
            Replayed, KeyReused: from the journal.
            A refusal of the pipeline: then nothing was taken.
        """
        now = self._clock()
        order = Order(
            id=self._ids(),
            client=ask.client,
            service=ask.service,
            method=ask.method,
            message_id="",
            purpose=ask.purpose,
            case=ask.case,
            state=OrderState.ACCEPTED,
            accepted_at=now,
            expires_at=now + lives,
            lives=int(lives.total_seconds()),
            predicate=ask.predicate,
            door=ask.door,
        )
        order = replace(order, message_id=ask.message_id or order.id)
        binding = self._documents.binding
        keys = [*self._exchanges.sight.needs(ask, order.id, now), *binding.keys(ask.body)]
        found = self._journal.read(once, *keys)
        grant = self._exchanges.judged(ask, order.id, found, now)
        documents, bound = binding.bound(ask.body, order.id, ask.client, ask.client, ask.service, found)
        order = replace(order, documents=documents)
        if pulls(grant.provider):
            order = replace(order, state=OrderState.QUEUED, pull=True)
        order = self._envelopes.sealed(order, ask)
        try:
            self._taken_on(order, once, bound)
        except Unavailable:
            raise  # it may have been taken: its request stays
        except (Replayed, Refusal):
            if order.claim is not None:
                self._objects.delete(order.claim)
            raise
        return order

    def read(self, identifier: str, client: SubsystemId) -> Order:
        """An order of this client, as it stands now.

        Raises:
            NotFound: there is none, or it is somebody else's.
        """
        order, _ = self._book.find(identifier)
        if order.client != client:
            raise absent()
        return order

    def fetch(self, identifier: str, client: SubsystemId) -> tuple[Order, bytes | str]:
        """The answer: its bytes or, where it is large, a short-lived address to read it from.

        It waits on until the client says that it has it, for an answer can be lost on its way.

        Raises:
            NotFound: no such order of this client.
            WrongState: not there yet, rejected, expired, or taken before.
        """
        order = self.read(identifier, client)
        if order.state is not OrderState.DELIVERED or order.answer is None:
            raise no_answer(order.state)
        if order.size > IN_THE_REPLY:
            return order, self._objects.download_url(order.answer)
        return order, self._objects.read(order.answer)

    def taken(self, identifier: str, client: SubsystemId) -> None:
        """The client has the answer: it is deleted here. A repeat changes nothing.

        Raises:
            NotFound: no such order of this client.
            WrongState: there was no answer to take.
        """
        order, item = self._book.find(identifier)
        if order.client != client:
            raise absent()
        if order.state is OrderState.FETCHED:
            return
        if order.state is not OrderState.DELIVERED:
            raise no_answer(order.state)
        if not self._book.tried(item, moved(order, OrderState.FETCHED), f"system:{client}"):
            self.taken(identifier, client)  # somebody closed it meanwhile: see how

    def carry_out(self, event: Event) -> None:
        """Asks the provider for an order (handler of the queue); see `Carrier.carry`."""
        self.carrier.carry(event)

    def clear(self, event: Event) -> None:
        """Deletes what a decided order no longer needs (handler of its events; harmless when repeated)."""
        item = self._table.get(store.order_key(event.subject))
        if item is None:
            return
        order = store.order_of(item)
        if order.claim is not None and order.sealed is None and order.state in DECIDED:
            self._objects.delete(order.claim)
        if order.answer is not None and order.state in OVER:
            self._objects.delete(order.answer)
        if order.documents and order.state in (OrderState.REJECTED, OrderState.EXPIRED):
            self._documents.drop(order.documents)

    def sweep(self, now: datetime) -> int:
        """Has due providers asked again, and ends what was not answered or not fetched in time; returns how many."""
        swept = 0
        for shard in range(store.SHARDS):
            for item in self._due(shard, now):
                order = store.order_of(item)
                if order.expires_at <= now:
                    swept += self._book.expire(item, order)
                elif order.state is OrderState.QUEUED:
                    # no time of its own any more: the message that leaves now brings it on
                    swept += self._book.tried(item, moved(order, OrderState.QUEUED, next_at=None), again=True)
        return swept

    def _due(self, shard: int, now: datetime) -> list[Item]:
        due: list[Item] = []
        for item in every(self._table, store.due_pk(shard), index="open"):
            if item.indexes["open"].sk > store.until(now) or len(due) >= SWEPT_AT_ONCE // store.SHARDS:
                break
            due.append(item)
        return due

    def _taken_on(self, order: Order, once: Once, bound: Sequence[Change]) -> None:
        event, head = self._book.happened(order, Head(), f"system:{order.client}", again=not order.pull)
        item = store.order_item(order, head)
        self._journal.commit(once, [Create(item), *bound], [(exchange_pk(order.id), event)], shown(order))
