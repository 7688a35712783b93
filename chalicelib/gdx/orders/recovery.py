"""What an operator does with orders whose provider could not be reached in all tries."""

from __future__ import annotations

from ...shared.cursors import Cursors
from ...shared.errors import WrongState
from ...shared.journal import Once
from . import store
from .book import Book
from .model import Order, OrderState
from .rules import moved, waiting


class Recovery:
    """Finds and replays stalled orders.

    Args:
        book: keeps the orders.
        cursors: say where a page of them ended.
    """

    def __init__(self, book: Book, cursors: Cursors) -> None:
        self._book = book
        self._cursors = cursors

    def stalled(self, cursor: str | None, limit: int) -> tuple[list[Order], str | None]:
        """Orders that wait for an operator, the oldest first, and the cursor of the next page.

        Args:
            cursor: of this page.
            limit: how many at most.

        Raises:
            Malformed: the cursor is none of ours.
        """
        after = self._cursors.read(cursor, ("stalled",))
        page = self._book.table.query(store.STALLED, index="by_agency", after=after, limit=limit)
        return [store.order_of(item) for item in page.items], self._cursors.make(page.after, ("stalled",))

    def replay(self, identifier: str, operator: str, once: Once) -> Order:
        """Starts the tries of an undecided order anew, its time to expiry aside.

        Also for an order whose message lies in the dead-letter queue: the old message then counts for nothing.

        Args:
            operator: label of who does it, for the order's history.
            once: the attempt.

        Raises:
            NotFound: there is no such order.
            WrongState: it is decided, or a worker has it.
            Stale: somebody moved it meanwhile.
        """
        self._book.journal.read(once)
        order, item = self._book.find(identifier)
        if order.state is OrderState.LEASED:
            raise WrongState("ระบบของหน่วยงานกำลังดำเนินการคำขอนี้อยู่", "A worker of the provider has it now.")
        again = moved(order, OrderState.QUEUED, tries=0, next_at=None, lease=None)
        self._book.move(item, again, operator, again=not order.pull, once=once, answer=waiting(again))
        return again
