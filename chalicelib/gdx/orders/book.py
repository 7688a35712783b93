"""The book of asynchronous exchanges: reading one, and moving it on, each move one transaction with its event.

What others do because of a move (deleting what is no longer needed, telling the consumer) leaves with the event.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from ...shared.errors import NotFound, Refusal, Stale, not_found
from ...shared.ids import new_token
from ...shared.journal import Event, Head, Journal, Once
from ...shared.measures import measure
from ...shared.storage import Change, Item, Json, Table, Update
from .. import measured
from ..refusals import xroad_type
from ..store import exchange_pk
from . import store
from .model import Order, OrderState
from .rules import DECIDED, as_of, deferred, moved

log = logging.getLogger("klang.gdx")

QUEUE = "gdx-exchanges"
"""Carries the orders that a provider is to be asked."""
EVENTS = "gdx-events"
"""Carries what others must learn: here, that an order was decided."""
BY = "system:gdx"


class Book:
    """Keeps orders.

    Args:
        table, journal: the room's.
        clock: tells the time.
    """

    def __init__(self, table: Table, journal: Journal, clock: Callable[[], datetime]) -> None:
        self.table = table
        self.journal = journal
        self.clock = clock

    def find(self, identifier: str) -> tuple[Order, Item]:
        """An order as it stands now, and its item.

        Raises:
            NotFound: there is none.
        """
        item = self.table.get(store.order_key(identifier))
        if item is None:
            raise absent()
        return as_of(store.order_of(item), self.clock()), item

    def changes(self, item: Item, order: Order, by: str = BY, *, again: bool = False) -> tuple[list[Change], Event]:
        """What a move is in a transaction that also does something else.

        Args:
            item: the order's item as it was read.
            order: the order as it is to be.
            by: who moves it.
            again: True to have the provider asked (the event goes to `QUEUE`).
        """
        event, head = self.happened(order, store.head_of(item), by, again=again)
        rows = self.journal.rows(exchange_pk(order.id), event)
        return [Update(store.order_item(order, head, item)), *rows], event

    def move(
        self,
        item: Item,
        order: Order,
        by: str = BY,
        *,
        again: bool = False,
        once: Once | None = None,
        answer: Json | None = None,
    ) -> None:
        """Writes a move; `answer` is what a repeat of the command `once` is answered.

        Raises:
            Stale: somebody else moved it.
        """
        event, head = self.happened(order, store.head_of(item), by, again=again)
        once = once or Once(event.id, "", new_token(), claimed=False)
        change = Update(store.order_item(order, head, item))
        self.journal.commit(once, [change], [(exchange_pk(order.id), event)], answer)

    def tried(self, item: Item, order: Order, by: str = BY, *, again: bool = False) -> bool:
        """Like `move`; False where somebody else moved it."""
        try:
            self.move(item, order, by, again=again)
        except Stale:
            log.info("order was dealt with meanwhile", extra={"exchange": order.id})
            return False
        return True

    def expire(self, item: Item, order: Order) -> bool:
        """Ends an order whose time is over; False where somebody else moved it."""
        ended = order if order.state is OrderState.EXPIRED else moved(order, OrderState.EXPIRED)
        done = self.tried(item, ended)
        if done:
            measured.exchanged("order", measured.LATE)
        return done

    def defer(self, item: Item, order: Order, refusal: Refusal, by: str = BY) -> bool:
        """Puts an order off after a try that failed for a passing reason; False where somebody else moved it."""
        later = deferred(order, self.clock(), refusal)
        if later.state is OrderState.STALLED:
            measure("OrdersStalled", platform="gdx")
            log.error("exchange stalled", extra={"exchange": order.id, "service": str(order.service)})
        return self.tried(item, later, by)

    def reject(self, item: Item, order: Order, refusal: Refusal) -> bool:
        """Ends an order that the exchange refuses for good; False where somebody else moved it."""
        error = (xroad_type(refusal), refusal.th, refusal.en)
        return self.tried(item, moved(order, OrderState.REJECTED, error=error))

    def happened(self, order: Order, head: Head, by: str, *, again: bool = False) -> tuple[Event, Head]:
        """The event of an order's present state."""
        queue = QUEUE if again else EVENTS if order.state in DECIDED or order.state is OrderState.STALLED else None
        data = {"service": str(order.service), "client": str(order.client)}
        return self.journal.happened(
            head, subject=order.id, type=f"gdx.exchange.{order.state.lower()}", by=by, data=data, queue=queue
        )


def absent() -> NotFound:
    """No such order, or somebody else's: nobody may tell the two apart."""
    return not_found("คำขอแลกเปลี่ยน", "exchange")
