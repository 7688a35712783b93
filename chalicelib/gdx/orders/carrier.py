"""Asks providers for accepted orders: the handler of the queue `gdx-exchanges`.

A provider that is away or busy is asked again with growing pauses that the order itself keeps (`rules.pause`), not the
queue: the queue's own repeats are short and few, and are left for failures of ours.
"""

from __future__ import annotations

from ...shared.errors import NotFound, Refusal, Stale, Unavailable
from ...shared.journal import Event
from ...shared.storage import Item
from .. import measured
from ..exchanges import Exchanges
from ..records import Times
from . import store
from .book import BY, Book
from .envelope import Envelopes
from .model import Order, OrderState
from .rules import moved, pulls
from .settling import PASSING, Settling


class Carrier:
    """Carries orders to providers.

    Args:
        exchanges: the pipeline.
        book: keeps the orders.
        envelopes: opens their requests.
        settling: records what providers answer.
    """

    def __init__(self, exchanges: Exchanges, book: Book, envelopes: Envelopes, settling: Settling) -> None:
        self._exchanges = exchanges
        self._book = book
        self._envelopes = envelopes
        self._settling = settling

    def carry(self, event: Event) -> None:
        """Asks the provider for an order.

        Harmless when repeated, and when late: only the event that is the last of its order counts, so a message of an
        earlier try changes nothing. When two workers have the same message at once both may ask the provider, under
        one `jti`, and one records.

        Raises:
            Unavailable: a failure of ours; the queue tries again.
        """
        try:
            order, item = self._book.find(event.subject)
        except NotFound:
            return
        if store.head_of(item).seq != event.seq:
            return
        if order.state is OrderState.EXPIRED:
            self._book.expire(item, order)
        elif order.state in (OrderState.ACCEPTED, OrderState.QUEUED):
            self._attempt(item, order)

    def _attempt(self, item: Item, order: Order) -> None:
        times = Times(self._book.clock())
        try:
            ask = self._envelopes.opened(order)
        except NotFound as refusal:  # its request is gone before its time
            self._book.reject(item, order, refusal)
            return
        try:
            grant = self._exchanges.granted(ask, order.id)
            if pulls(grant.provider):
                # it has no address any more since the order was accepted
                self._book.tried(item, moved(order, OrderState.QUEUED, pull=True, next_at=None))
                return
            self._settling.settle(item, order, ask, grant, self._exchanges.called(ask, grant), BY)
            measured.exchanged("order", measured.ANSWERED)
        except PASSING as refusal:
            measured.exchanged("order", measured.outcome_of(refusal))
            self._exchanges.failed(ask, refusal, times)
            self._book.defer(item, order, refusal)
        except Unavailable:
            raise
        except Stale as stale:
            # the order was dealt with meanwhile, or what its answer refers to changed: then it is tried again
            self._book.defer(item, order, stale)
        except Refusal as refusal:
            measured.exchanged("order", measured.outcome_of(refusal))
            self._exchanges.failed(ask, refusal, times)
            self._book.reject(item, order, refusal)
