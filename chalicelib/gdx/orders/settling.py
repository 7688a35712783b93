"""A provider's answer to an order, however it came: limited, kept, and recorded in one transaction with the order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ...shared.egress import HttpAnswer
from ...shared.errors import Invalid, Refusal, TooMany, Unavailable, UpstreamFailed
from ...shared.journal import Event
from ...shared.keyring import Keyring
from ...shared.objects import Objects
from ...shared.storage import Change, Item
from ..documents.binding import Binding
from ..exchanges import Exchanges, Grant
from ..model import Ask, Outcome
from ..provider import Released
from ..refusals import InconsistentResponse, NetworkError, ServiceDisabled
from .book import Book
from .model import Order, OrderState
from .rules import answer_kept_until, declined, moved

LONGEST_WAIT = 3600
"""Seconds of a provider's `Retry-After` that are heeded."""


class ProviderBusy(UpstreamFailed):
    """The provider answered 5xx, 408 or 429: it is asked again later."""

    code = "server.serverproxy.service_failed"


PASSING = (NetworkError, ProviderBusy, TooMany, ServiceDisabled)
"""Refusals after which the same request may pass later. `Unavailable` is our own failure: the queue repeats that."""


class Settling:
    """Brings a provider's answer into the book.

    Args:
        exchanges: the pipeline.
        book: keeps the orders.
        objects: the room's bucket, where answers wait.
        binding: ties the documents that an answer refers to.
        keyring: names answers.
    """

    def __init__(self, exchanges: Exchanges, book: Book, objects: Objects, binding: Binding, keyring: Keyring) -> None:
        self._exchanges = exchanges
        self._book = book
        self._objects = objects
        self._binding = binding
        self._keyring = keyring

    def settle(self, item: Item, order: Order, ask: Ask, grant: Grant, answer: HttpAnswer, by: str) -> Order:
        """Records the exchange and moves its order to DELIVERED or REJECTED.

        Raises:
            ProviderBusy: the answer asks to come back later.
            InconsistentResponse: the answer is not what the provider's description promises.
            Stale: somebody else moved the order.
            A refusal of the pipeline (`Exchanges.recorded`).
        """
        refuse_busy(answer)
        out = self._exchanges.limited(ask, grant, answer)
        good = out.status < 300
        documents, bound = self._bound(order, out) if good else ((), [])
        # Named by its content: of two workers at once the one that loses must not have replaced the answer that the
        # receipt of the other is about, and an attempt that follows a crash leaves nothing behind. Keyed, for a plain
        # hash would let whoever sees the name try out contents.
        name = f"answers/{order.id}/{self._keyring.mac('answer', out.body)}" if good else None
        media_type = out.headers.get("content-type")
        decided = moved(
            order,
            OrderState.DELIVERED if good else OrderState.REJECTED,
            status=out.status,
            media_type=media_type,
            size=len(out.body) if good else 0,
            answer=name,
            error=None if good else declined(out.status),
            expires_at=answer_kept_until(order, self._book.clock()) if good else order.expires_at,
            documents=(*order.documents, *documents),
        )
        if name is not None:
            # before the transaction: an order that says DELIVERED always has its answer
            self._objects.put(name, out.body, media_type=media_type or "application/octet-stream")
        try:
            return self._recorded(item, decided, ask, grant, out, by, bound)
        except Unavailable:
            raise  # the transaction may have taken effect, so the answer stays where it is
        except Refusal:
            if name is not None and self._book.find(order.id)[0].answer != name:
                self._objects.delete(name)
            raise

    def _bound(self, order: Order, out: Released) -> tuple[tuple[str, ...], list[Change]]:
        provider = order.service.subsystem
        try:
            return self._binding.bound(out.body, order.id, provider, order.client, order.service)
        except Invalid as refusal:
            faults = [replace(fault, pointer=f"answer:{fault.pointer}") for fault in refusal.faults]
            raise InconsistentResponse(refusal.th, refusal.en, faults) from None

    def _recorded(
        self, item: Item, order: Order, ask: Ask, grant: Grant, out: Released, by: str, bound: Sequence[Change]
    ) -> Order:
        settled: list[tuple[Order, Event]] = []

        def also(outcome: Outcome, _: Released) -> Sequence[Change]:
            done = replace(order, receipt=outcome.receipt)
            changes, event = self._book.changes(item, done, by)
            settled.append((done, event))
            return [*changes, *bound]

        self._exchanges.recorded(ask, grant, out, also)
        done, event = settled[-1]
        self._book.journal.send(event)
        return done


def refuse_busy(answer: HttpAnswer) -> None:
    """Lets a final answer pass.

    Raises:
        ProviderBusy: for 5xx, 408 and 429; with the provider's `Retry-After` (RFC 9110 section 10.2.3) in seconds.
    """
    if answer.status < 500 and answer.status not in (408, 429):
        return
    given = answer.headers.get("retry-after", "")
    wait = min(int(given), LONGEST_WAIT) if given.isascii() and given.isdigit() else None
    raise ProviderBusy(
        "ระบบของหน่วยงานเจ้าของข้อมูลขัดข้องชั่วคราว", "The provider is failing for the moment.", retry_after=wait
    )
