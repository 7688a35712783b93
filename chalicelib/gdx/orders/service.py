"""Asynchronous exchanges: accepted at once, carried out through the queue `gdx-exchanges`, fetched when ready.

    ACCEPTED -> DELIVERED -> FETCHED
        |           |
        +-> REJECTED|   (the provider or the agreement says no)
        +-> EXPIRED <+  (not answered, or not taken, in time)

The request body waits encrypted and is gone once the order is decided; the answer, already limited to the agreed
fields, waits in S3 until its client says that it has it, or it expires.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from ...shared.egress import HttpAnswer
from ...shared.errors import Refusal, Stale, TooMany, Unavailable, UpstreamFailed, WrongState, not_found
from ...shared.ids import new_token
from ...shared.journal import Event, Head, Journal, Once, event_key
from ...shared.keyring import Keyring
from ...shared.objects import Objects
from ...shared.storage import Change, Create, Item, Json, Key, Table, Update, every
from .. import store
from ..exchanges import Exchanges
from ..ids import ServiceId, SubsystemId
from ..model import Ask, Order, OrderState, Outcome
from ..provider import Released
from ..refusals import NetworkError, xroad_type

log = logging.getLogger("klang.gdx")

QUEUE = "gdx-exchanges"
CLEARING = "gdx-events"
"""Tells `clear` that an answer is no longer needed; an outbox row, so that a crash leaves no answer behind."""
LIVES = timedelta(hours=24)
REMEMBERED = timedelta(days=90)


class ProviderBusy(UpstreamFailed):
    """The provider answered 5xx or 429: the queue brings the order back."""

    code = "server.serverproxy.service_failed"


class Orders:
    """The asynchronous door of the pipeline.

    Args:
        exchanges: the pipeline.
        table, journal, keyring, objects: the room's.
        clock: tells the time.
        ids: makes order ids.
    """

    def __init__(
        self,
        exchanges: Exchanges,
        table: Table,
        journal: Journal,
        keyring: Keyring,
        objects: Objects,
        *,
        clock: Callable[[], datetime],
        ids: Callable[[], str],
    ) -> None:
        self._exchanges = exchanges
        self._table = table
        self._journal = journal
        self._keyring = keyring
        self._objects = objects
        self._clock = clock
        self._ids = ids

    def accept(
        self,
        client: SubsystemId,
        service: ServiceId,
        method: str,
        path: str,
        body: Any,
        purpose: str | None,
        case: str | None,
        once: Once,
    ) -> Order:
        """Takes an order that an agreement allows now; whether it still does is asked again when it is carried out.

        Raises:
            Replayed, KeyReused: from the journal.
            A refusal of the pipeline: then nothing was taken.
        """
        now = self._clock()
        text = "" if body is None else json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        order = Order(
            id=self._ids(),
            client=client,
            service=service,
            method=method,
            path=path,
            purpose=purpose,
            case=case,
            state=OrderState.ACCEPTED,
            accepted_at=now,
            expires_at=now + LIVES,
        )
        order = replace(order, sealed=self._keyring.seal(text, order.id))
        ask = self._ask(order)
        found = self._journal.read(once, *self._exchanges.sight.needs(ask, order.id, now))
        self._exchanges.judged(ask, order.id, found, now)
        event, head = self._happened(order, Head(), queue=QUEUE)
        item = Item(
            store.order_key(order.id),
            {"order": store.order_json(order), "head": asdict(head)},
            indexes={"open": store.due_place(order)},
            expires=_gone(order),
        )
        self._journal.commit(once, [Create(item)], [(store.exchange_pk(order.id), event)], shown(order))
        return order

    def read(self, identifier: str, client: SubsystemId) -> Order:
        """An order of this client, as it stands now.

        Raises:
            NotFound: there is none, or it is somebody else's.
        """
        return self._current(identifier, client)[0]

    def fetch(self, identifier: str, client: SubsystemId) -> tuple[Order, bytes]:
        """The answer; it waits on until the client says that it has it, for an answer can be lost on its way.

        Raises:
            NotFound: no such order of this client.
            WrongState: not there yet, rejected, expired, or taken before.
        """
        order, _ = self._current(identifier, client)
        if order.state is not OrderState.DELIVERED:
            raise _no_answer(order.state)
        return order, self._objects.read(answer_name(identifier))

    def taken(self, identifier: str, client: SubsystemId) -> None:
        """The client has the answer: it is deleted here. A repeat changes nothing.

        Raises:
            NotFound: no such order of this client.
            WrongState: there was no answer to take.
        """
        order, item = self._current(identifier, client)
        if order.state is OrderState.FETCHED:
            return
        if order.state is not OrderState.DELIVERED:
            raise _no_answer(order.state)
        if not self._close(item, replace(order, state=OrderState.FETCHED), clearing=True):
            self.taken(identifier, client)  # somebody closed it meanwhile: see how

    def carry_out(self, event: Event) -> None:
        """Asks the provider for an accepted order (handler of the queue; harmless when repeated).

        Raises:
            A passing refusal (provider not reachable or busy, quota, our own table): the queue tries again.
        """
        item = self._table.get(store.order_key(event.subject))
        if item is None:
            return
        order = store.order_from(item.data["order"])
        if order.state is not OrderState.ACCEPTED:
            return
        if self._clock() >= order.expires_at:
            self._expire(item, order)
            return
        try:
            self._carried(item, order)
        except (NetworkError, ProviderBusy, Unavailable, TooMany):
            raise
        except Stale:
            log.info("order was dealt with meanwhile", extra={"exchange": order.id})
        except Refusal as refusal:
            self._reject(item, order, (xroad_type(refusal), refusal.th, refusal.en))

    def clear(self, event: Event) -> None:
        """Deletes an answer that was fetched or has expired (handler of the queue; harmless when repeated)."""
        self._objects.delete(answer_name(event.subject))

    def sweep(self, now: datetime) -> int:
        """Closes what was not answered or not fetched in time; returns how many."""
        closed = 0
        for shard in range(store.DUE_SHARDS):
            for item in list(every(self._table, f"DUE#{shard}", index="open")):
                order = store.order_from(item.data["order"])
                if order.expires_at > now:
                    break
                closed += self._expire(item, order)
        return closed

    def _carried(self, item: Item, order: Order) -> None:
        ask = self._ask(order)
        grant = self._exchanges.granted(ask, order.id)
        answer = self._exchanges.called(ask, grant)
        _refuse_busy(answer)
        out = self._exchanges.limited(ask, grant, answer)
        good = out.status < 300
        if good:
            # before the transaction: an order that says DELIVERED always has its answer
            media_type = out.headers.get("content-type", "application/octet-stream")
            self._objects.put(answer_name(order.id), out.body, media_type=media_type)

        def also(outcome: Outcome, out: Released) -> Sequence[Change]:
            decided = replace(
                order,
                state=OrderState.DELIVERED if good else OrderState.REJECTED,
                sealed=None,
                status=out.status,
                media_type=out.headers.get("content-type"),
                receipt=outcome.receipt,
                error=None if good else _declined(out.status),
            )
            return self._moved(item, decided)

        self._exchanges.recorded(ask, grant, out, also)

    def _ask(self, order: Order) -> Ask:
        body = b"" if order.sealed is None else self._keyring.unseal(order.sealed, order.id).encode()
        headers = {"accept": "application/json"}
        if body:
            headers["content-type"] = "application/json"
        return Ask(
            client=order.client,
            service=order.service,
            method=order.method,
            path=order.path,
            query="",
            body=body,
            headers=headers,
            message_id=order.id,
            purpose=order.purpose,
            case=order.case,
        )

    def _current(self, identifier: str, client: SubsystemId) -> tuple[Order, Item]:
        item = self._table.get(store.order_key(identifier))
        order = None if item is None else store.order_from(item.data["order"])
        if item is None or order is None or order.client != client:
            raise not_found("คำขอแลกเปลี่ยน", "exchange")
        if order.state in (OrderState.ACCEPTED, OrderState.DELIVERED) and self._clock() >= order.expires_at:
            order = replace(order, state=OrderState.EXPIRED)
        return order, item

    def _reject(self, item: Item, order: Order, error: tuple[str, str, str]) -> None:
        self._close(item, replace(order, state=OrderState.REJECTED, sealed=None, error=error))

    def _expire(self, item: Item, order: Order) -> bool:
        waits = order.state is OrderState.DELIVERED
        return self._close(item, replace(order, state=OrderState.EXPIRED, sealed=None), clearing=waits)

    def _close(self, item: Item, order: Order, *, clearing: bool = False) -> bool:
        event, head = self._happened(order, Head(**item.data["head"]), CLEARING if clearing else None)
        data = {"order": store.order_json(order), "head": asdict(head)}
        once = Once(event.id, "", new_token(), claimed=False)
        try:
            closed = Update(item.next(data, indexes={}, expires=_gone(order)))
            self._journal.commit(once, [closed], [(store.exchange_pk(order.id), event)])
        except Stale:
            return False  # somebody else closed it
        return True

    def _moved(self, item: Item, order: Order) -> list[Change]:
        """The changes that bring an order into its new state within the transaction that records the exchange."""
        event, head = self._happened(order, Head(**item.data["head"]))
        data = {"order": store.order_json(order), "head": asdict(head)}
        indexes: dict[str, Key] = {"open": store.due_place(order)} if order.state is OrderState.DELIVERED else {}
        row = Item(event_key(store.exchange_pk(order.id), event.seq), event.as_json())
        return [Update(item.next(data, indexes, _gone(order))), Create(row)]

    def _happened(self, order: Order, head: Head, queue: str | None = None) -> tuple[Event, Head]:
        return self._journal.happened(
            head,
            subject=order.id,
            type=f"gdx.exchange.{order.state.lower()}",
            by=f"system:{order.client}",
            data={"service": str(order.service)},
            queue=queue,
        )


def answer_name(identifier: str) -> str:
    """Object name of an answer that waits."""
    return f"answers/{identifier}"


def shown(order: Order) -> Json:
    """An order as its client sees it."""
    error = order.error
    return {
        "id": order.id,
        "state": order.state.value,
        "service": str(order.service),
        "accepted_at": order.accepted_at.isoformat(timespec="seconds"),
        "expires_at": order.expires_at.isoformat(timespec="seconds"),
        "status": order.status,
        "receipt": order.receipt,
        "error": None if error is None else {"type": error[0], "message_th": error[1], "message_en": error[2]},
    }


def _refuse_busy(answer: HttpAnswer) -> None:
    if answer.status >= 500 or answer.status == 429:
        raise ProviderBusy("ระบบของหน่วยงานเจ้าของข้อมูลขัดข้องชั่วคราว", "The provider is failing for the moment.")


def _declined(status: int) -> tuple[str, str, str]:
    return (
        "server.serverproxy.service_failed",
        f"หน่วยงานเจ้าของข้อมูลปฏิเสธคำขอ (สถานะ {status})",
        f"The provider declined the request (status {status}).",
    )


def _gone(order: Order) -> int:
    return int((order.expires_at + REMEMBERED).timestamp())


_WORDS = {
    OrderState.ACCEPTED: ("ยังไม่มีคำตอบ โปรดรอ", "There is no answer yet."),
    OrderState.REJECTED: ("คำขอถูกปฏิเสธ ไม่มีคำตอบ", "The exchange was rejected; there is no answer."),
    OrderState.FETCHED: ("คำตอบถูกรับไปแล้วและถูกลบแล้ว", "The answer was fetched before and is deleted."),
    OrderState.EXPIRED: ("คำขอหมดอายุ คำตอบถูกลบแล้ว", "The exchange has expired; its answer is deleted."),
}


def _no_answer(state: OrderState) -> WrongState:
    return WrongState(*_WORDS[state])
