"""The query function in a Lambda of its own."""

from __future__ import annotations

from chalicelib.shared.errors import Unavailable
from chalicelib.shared.functions import Functions

from .order import Answer, Order, answer_of, order_json

NAME = "opendata_sql"
"""In `app.py`."""
AROUND = 20.0
"""Seconds beside the query's own: a cold start, and the fetching of what is read whole."""
AROUND_LONG = 50.0


class Elsewhere:
    """Sends orders to the function (`service.Runs`)."""

    def __init__(self, functions: Functions) -> None:
        self._functions = functions

    def run(self, order: Order) -> Answer:
        """Answers a query.

        Raises:
            Unavailable: the function is too busy, or failed.
        """
        patience = order.bounds.seconds + (AROUND if order.into is None else AROUND_LONG)
        told = self._functions.call(NAME, order_json(order), patience=patience)
        try:
            return answer_of(told)
        except (AttributeError, TypeError, ValueError):
            raise Unavailable("ระบบสอบถามข้อมูลขัดข้อง โปรดลองใหม่", "The query function failed; try again.") from None
