"""The rules of asynchronous exchanges, as functions of an order and a time.

ACCEPTED --> QUEUED <-> LEASED        the provider is away, or fetches from its inbox
    |        |  ^          |
    |        v  | replay   |
    |      STALLED         |          all tries were in vain
    v        |             v
  DELIVERED  |         DELIVERED | REJECTED
    |        v
    +--> FETCHED | EXPIRED            (anything undecided or unfetched expires)
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from ...shared.errors import Refusal, WrongState
from ...shared.storage import Json
from ..model import Subsystem
from ..refusals import xroad_type
from .model import Order, OrderState

LIVES = timedelta(hours=24)
"""How long an order lives when its client does not ask for less."""
SHORTEST = timedelta(minutes=1)
KEPT = timedelta(hours=6)
"""How long an answer that comes late waits beyond the order's end; or the order's own life, where that is shorter."""
REMEMBERED = timedelta(days=90)
"""How long after its end an order can still be asked about."""
TRIES = 12
"""Tries before an operator must look: with `pause`, about six hours of a provider that is away."""
FIRST_PAUSE, LONGEST_PAUSE = 60, 3600
"""Seconds between tries: doubled with each."""
JITTER = 0.2
"""Each pause is shortened or lengthened by up to this part, so that what failed together does not return together."""

MOVES: Mapping[OrderState, frozenset[OrderState]] = {
    OrderState.ACCEPTED: frozenset({OrderState.QUEUED, OrderState.DELIVERED, OrderState.REJECTED, OrderState.EXPIRED}),
    OrderState.QUEUED: frozenset(
        {
            OrderState.QUEUED,
            OrderState.LEASED,
            OrderState.STALLED,
            OrderState.DELIVERED,
            OrderState.REJECTED,
            OrderState.EXPIRED,
        }
    ),
    OrderState.LEASED: frozenset(
        {
            OrderState.LEASED,
            OrderState.QUEUED,
            OrderState.STALLED,
            OrderState.DELIVERED,
            OrderState.REJECTED,
            OrderState.EXPIRED,
        }
    ),
    OrderState.STALLED: frozenset({OrderState.QUEUED, OrderState.EXPIRED}),
    OrderState.DELIVERED: frozenset({OrderState.FETCHED, OrderState.EXPIRED}),
    OrderState.FETCHED: frozenset(),
    OrderState.REJECTED: frozenset(),
    OrderState.EXPIRED: frozenset(),
}
"""Which state may follow which. A state that follows itself is a new try or a new lease."""

OVER = frozenset(state for state, after in MOVES.items() if not after)
DECIDED = OVER | {OrderState.DELIVERED}
"""Nothing is asked of the provider any more; the request is deleted."""


def moved(order: Order, state: OrderState, **changes: Any) -> Order:
    """The order in its next state; a decided one holds nothing of its request any more.

    Raises:
        WrongState: `MOVES` does not allow it.
    """
    if state not in MOVES[order.state]:
        raise WrongState(
            f"คำขอแลกเปลี่ยนอยู่ในสถานะ {order.state} จึงทำรายการนี้ไม่ได้",
            f"The exchange is {order.state}; this cannot be done now.",
        )
    if state in DECIDED:
        changes = {"sealed": None, "next_at": None, **changes}
    return replace(order, state=state, **changes)


def as_of(order: Order, now: datetime) -> Order:
    """The order as it stands at a time, whether or not the sweep or a worker has been there yet."""
    if order.state not in OVER and now >= order.expires_at:
        return moved(order, OrderState.EXPIRED)
    if order.state is OrderState.LEASED and order.lease is not None and now >= order.lease.until:
        return moved(order, OrderState.QUEUED, next_at=None)
    return order


def pulls(system: Subsystem | None) -> bool:
    """Whether a provider fetches its requests itself."""
    return system is not None and (system.delivery == "pull" or system.endpoint is None)


def pause(tries: int, identifier: str) -> timedelta:
    """The time between try number `tries` and the next: doubled each time, with a jitter drawn from the order's id."""
    seconds = min(FIRST_PAUSE << min(tries - 1, 16), LONGEST_PAUSE)
    drawn = hashlib.sha256(f"{identifier}#{tries}".encode()).digest()[0] / 255  # 0..1, the same for every repeat
    return timedelta(seconds=round(seconds * (1 - JITTER + 2 * JITTER * drawn)))


def deferred(order: Order, now: datetime, refusal: Refusal) -> Order:
    """The order after a try that failed for a passing reason.

    A refusal that says when to return (a quota that opens at midnight, `Retry-After` of a provider) is heeded when
    that is later than the pause.
    """
    error = (xroad_type(refusal), refusal.th, refusal.en)
    tries = order.tries if order.state is OrderState.LEASED else order.tries + 1  # a lease was counted when it was made
    if tries >= TRIES:
        return moved(order, OrderState.STALLED, tries=tries, error=error, next_at=None, lease=None)
    wait = max(pause(tries, order.id), timedelta(seconds=refusal.retry_after or 0))
    return moved(order, OrderState.QUEUED, tries=tries, error=error, next_at=now + wait, lease=None)


def due_at(order: Order) -> datetime:
    """When the sweep must look at an order: at its next try, or at its end.

    A lease needs no sweep: the inbox shows a request again once its lease is over.
    """
    if order.state is OrderState.QUEUED and not order.pull and order.next_at is not None:
        return min(order.next_at, order.expires_at)
    return order.expires_at


def answer_kept_until(order: Order, now: datetime) -> datetime:
    """Until when a delivered answer waits for its consumer."""
    return max(order.expires_at, now + min(timedelta(seconds=order.lives), KEPT))


def gone_at(order: Order) -> int:
    """Epoch seconds after which the table may forget an order."""
    return int((order.expires_at + REMEMBERED).timestamp())


def shown(order: Order) -> Json:
    """An order as its client sees it."""
    error = order.error
    waits = order.next_at if order.state is OrderState.QUEUED and not order.pull else None
    return {
        "id": order.id,
        "state": order.state.value,
        "service": str(order.service),
        "accepted_at": order.accepted_at.isoformat(timespec="seconds"),
        "expires_at": order.expires_at.isoformat(timespec="seconds"),
        "tries": order.tries,
        "next_try_at": None if waits is None else waits.isoformat(timespec="seconds"),
        "status": order.status,
        "size": order.size,
        "receipt": order.receipt,
        "error": None if error is None else {"type": error[0], "message_th": error[1], "message_en": error[2]},
    }


def waiting(order: Order) -> Json:
    """An undecided order as an operator sees it; nothing of its content."""
    known = shown(order)
    names = ("id", "state", "service", "accepted_at", "expires_at", "tries", "error")
    return {"client": str(order.client), **{name: known[name] for name in names}}


def declined(status: int) -> tuple[str, str, str]:
    """Why an order is rejected whose provider answered with this final status."""
    return (
        "server.serverproxy.service_failed",
        f"หน่วยงานเจ้าของข้อมูลปฏิเสธคำขอ (สถานะ {status})",
        f"The provider declined the request (status {status}).",
    )


_NOT_YET = ("ยังไม่มีคำตอบ โปรดรอ", "There is no answer yet.")
_WORDS = {
    OrderState.REJECTED: ("คำขอถูกปฏิเสธ ไม่มีคำตอบ", "The exchange was rejected; there is no answer."),
    OrderState.FETCHED: ("คำตอบถูกรับไปแล้วและถูกลบแล้ว", "The answer was fetched before and is deleted."),
    OrderState.EXPIRED: ("คำขอหมดอายุ คำตอบถูกลบแล้ว", "The exchange has expired; its answer is deleted."),
}


def no_answer(state: OrderState) -> WrongState:
    """Why there is nothing to fetch."""
    return WrongState(*_WORDS.get(state, _NOT_YET))
