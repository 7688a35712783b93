"""The inbox of a provider that fetches: lease a request, answer it, or give it back.

A lease is a worker's hold on one request, for a time that the worker chooses. Its token is the only key to answering:
when the time is over the request is in the inbox again, and whoever leases it then holds the only good token.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import field
from datetime import datetime, timedelta

from ...shared.dataclass import dataclass
from ...shared.egress import HttpAnswer
from ...shared.errors import Invalid, Refusal, Stale, Unavailable, WrongState
from ...shared.ids import new_token
from ...shared.storage import Item
from ..evidence import Voice, signed_request
from ..exchanges import Exchanges
from ..ids import SubsystemId
from ..model import Ask
from ..refusals import InconsistentResponse
from . import store
from .book import Book, absent
from .envelope import Envelopes
from .model import Lease, Order, OrderState
from .rules import TRIES, as_of, moved
from .settling import PASSING, Settling

SHORTEST_LEASE, LONGEST_LEASE = 10, 3600
"""Seconds for which a request can be held at a time."""
AT_ONCE = 20
"""Requests that one call leases at most."""


class LeaseLost(WrongState):
    """The lease is over, or somebody else's: what was done under it does not count."""


@dataclass(frozen=True)
class Leased:
    """A request in the hands of a worker.

    Attributes:
        token: the lease's secret.
        signed: the exchange's signature over the request (`shared/gdx_request.py` checks it), good for a minute.
    """

    order: Order
    ask: Ask = field(repr=False)
    purpose: str
    token: str = field(repr=False)
    signed: str = field(repr=False)


class Inbox:
    """What waits for providers.

    Args:
        exchanges: the pipeline; whether a request may pass is decided when it is handed out, and again when answered.
        book: keeps the orders.
        envelopes: opens their requests.
        settling: records what providers answer.
        voice: signs each request that is handed out.
    """

    def __init__(
        self, exchanges: Exchanges, book: Book, envelopes: Envelopes, settling: Settling, voice: Voice
    ) -> None:
        self._exchanges = exchanges
        self._book = book
        self._envelopes = envelopes
        self._settling = settling
        self._voice = voice

    def lease(self, provider: SubsystemId, most: int, seconds: int) -> list[Leased]:
        """Hands requests to a worker, the longest waiting first; none when none waits.

        A reply that is lost costs the requests one lease.

        Args:
            provider: whose inbox.
            most: how many requests, up to `AT_ONCE`.
            seconds: how long they are held, `SHORTEST_LEASE` to `LONGEST_LEASE`.
        """
        now = self._book.clock()
        waiting: list[Item] = []
        for shard in range(store.SHARDS):
            page = self._book.table.query(store.inbox_pk(provider, shard), index="by_agency", limit=most)
            waiting += [item for item in page.items if item.indexes["by_agency"].sk <= store.until(now)]
        waiting.sort(key=lambda item: item.indexes["by_agency"].sk)
        leased: list[Leased] = []
        for item in waiting:
            if len(leased) == most:
                break
            held = self._held(item, now, seconds)
            if held is not None:
                leased.append(held)
        return leased

    def extend(self, identifier: str, provider: SubsystemId, token: str, seconds: int) -> Order:
        """Holds a request for longer, counted from now.

        Raises:
            NotFound: no such request for this provider.
            LeaseLost: the lease is over.
        """
        order, item = self._mine(identifier, provider)
        order = _held_by(order, token)
        lease = Lease(_digest(token), self._end(order, seconds))
        longer = moved(order, OrderState.LEASED, lease=lease)
        self._book.move(item, longer, f"system:{provider}")
        return longer

    def release(self, identifier: str, provider: SubsystemId, token: str, seconds: int = 0) -> Order:
        """Gives a request back unanswered; it is in the inbox again after `seconds`.

        Raises:
            NotFound, LeaseLost: see `extend`.
        """
        order, item = self._mine(identifier, provider)
        order = _held_by(order, token)
        at = None if seconds == 0 else self._book.clock() + timedelta(seconds=seconds)
        back = moved(order, OrderState.QUEUED, lease=None, next_at=at)
        self._book.move(item, back, f"system:{provider}")
        return back

    def answer(self, identifier: str, provider: SubsystemId, token: str, answer: HttpAnswer) -> Order:
        """Hands in the answer to a leased request; it passes the same checks as the answer to a call.

        A repeat under the same lease changes nothing. Where the request may not pass any more (its agreement or a
        consent ended meanwhile) the answer is thrown away and the order is REJECTED. An answer of 5xx, 408 or 429
        puts the request off.

        Raises:
            NotFound: no such request for this provider.
            LeaseLost: the lease is over.
            Invalid: the answer is not what the provider's own description promises; the lease goes on.
            TooMany: a quota is used up; the request is in the inbox again when it opens.
            Stale: something that the answer refers to, or the request, changed at this very moment.
        """
        order, item = self._mine(identifier, provider)
        if _answered(order) and order.lease is not None and _same(order.lease, token):
            return order
        order = _held_by(order, token)
        ask = self._envelopes.opened(order)
        by = f"system:{provider}"
        try:
            grant = self._exchanges.granted(ask, order.id)
            return self._settling.settle(item, order, ask, grant, answer, by)
        except InconsistentResponse as refusal:
            raise Invalid(refusal.th, refusal.en, refusal.faults) from None
        except PASSING as refusal:
            self._book.defer(item, order, refusal, by)
            if answer.status < 300:
                raise
        except (Unavailable, WrongState, Stale):
            raise  # not about the request: the lease goes on, and the worker may repeat its answer
        except Refusal as refusal:
            self._book.reject(item, order, refusal)
        return self._book.find(identifier)[0]

    def _held(self, item: Item, now: datetime, seconds: int) -> Leased | None:
        order = as_of(store.order_of(item), now)
        if order.state is OrderState.EXPIRED:
            self._book.expire(item, order)
            return None
        if order.tries >= TRIES:
            self._book.tried(item, moved(order, OrderState.STALLED, lease=None, next_at=None))
            return None
        try:
            ask = self._envelopes.opened(order)
            grant = self._exchanges.granted(ask, order.id)
        except PASSING as refusal:
            self._book.defer(item, order, refusal)
            return None
        except Unavailable:
            raise
        except Refusal as refusal:
            self._book.reject(item, order, refusal)
            return None
        token = new_token()
        lease = Lease(_digest(token), self._end(order, seconds))
        held = moved(order, OrderState.LEASED, lease=lease, tries=order.tries + 1, next_at=None)
        if not self._book.tried(item, held, f"system:{order.service.subsystem}"):
            return None  # another worker has it
        signed = signed_request(self._voice, ask, grant.handle, grant.purpose.code, now)
        return Leased(held, ask, grant.purpose.code, token, signed)

    def _mine(self, identifier: str, provider: SubsystemId) -> tuple[Order, Item]:
        order, item = self._book.find(identifier)
        if not order.pull or order.service.subsystem != provider:
            raise absent()
        return order, item

    def _end(self, order: Order, seconds: int) -> datetime:
        return min(self._book.clock() + timedelta(seconds=seconds), order.expires_at)


def _held_by(order: Order, token: str) -> Order:
    if order.state is not OrderState.LEASED or order.lease is None:
        raise _lost()
    if not _same(order.lease, token):
        raise _lost()
    return order


def _answered(order: Order) -> bool:
    return order.status is not None or order.state is OrderState.REJECTED


def _same(lease: Lease, token: str) -> bool:
    return hmac.compare_digest(lease.token, _digest(token))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _lost() -> LeaseLost:
    return LeaseLost(
        "สิทธิ์ถือคำขอนี้หมดเวลาแล้วหรือเป็นของผู้อื่น โปรดขอรับคำขอใหม่",
        "The lease is over or somebody else's; lease a request again.",
    )
