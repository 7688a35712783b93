"""Mistakes in the exchange's own code: what a room is put together of, with one part too careless."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from chalicelib.gdx.agreements.actors import Actor
from chalicelib.gdx.agreements.ledger import Kept
from chalicelib.gdx.agreements.model import Party
from chalicelib.gdx.agreements.talks import Talks
from chalicelib.gdx.ids import SubsystemId
from chalicelib.gdx.orders.inbox import Inbox
from chalicelib.gdx.orders.model import Lease, Order, OrderState
from chalicelib.gdx.orders.rules import DECIDED
from chalicelib.gdx.service import Service
from chalicelib.gdx.webhooks.service import Webhooks
from chalicelib.shared.aws.dynamo import decode
from chalicelib.shared.egress import HttpAnswer
from chalicelib.shared.journal import Event, Once
from chalicelib.shared.objects import Objects
from chalicelib.shared.storage import Change, Item, Key, Require, Update, key_of

from ..spoilt import Wrapped


def become(part: Any, kind: type) -> None:
    """Makes a part one of another kind, with all that it was given."""
    part.__class__ = kind


class AnyRevision(Talks):
    """A step is taken upon whatever revision the caller saw."""

    def _seen(self, once: Once, actor: Actor, identifier: str, if_match: int) -> tuple[Kept, Party]:
        kept = self._ledger.read(identifier, once)
        return kept, actor.party(kept.negotiation)


class AnyLease(Inbox):
    """Whoever ever held a request may answer it, though its lease is over and another worker has it."""

    def answer(self, identifier: str, provider: SubsystemId, token: str, answer: HttpAnswer) -> Order:
        self._shown = token
        return super().answer(identifier, provider, token, answer)

    def _mine(self, identifier: str, provider: SubsystemId) -> tuple[Order, Item]:
        order, item = super()._mine(identifier, provider)
        shown = getattr(self, "_shown", None)
        if shown is None or (order.state in DECIDED and order.state is not OrderState.DELIVERED):
            return order, item
        lease = Lease(hashlib.sha256(shown.encode()).hexdigest(), order.expires_at)
        state = order.state if order.state is OrderState.DELIVERED else OrderState.LEASED
        return replace(order, lease=lease, state=state), item


class TellsOnce(Webhooks):
    """Who is away when an event is told, is not told again."""

    def tell(self, event: Event) -> None:
        for system in self._concerned(event):
            self._told(system, event)


class LosesAnswers:
    """A bucket that says that it wrote although nobody answered: an answer that is lost before it is fetched."""

    def __init__(self, inner: Objects) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def put(self, key: str, body: bytes, **options: Any) -> bool:
        try:
            return self._inner.put(key, body, **options)
        except Exception:  # the mistake
            return True


class ForgetsUse(Wrapped):
    """Recording an exchange does not look at the consent again, nor use it up."""

    def write(self, changes: Any, token: str) -> None:
        recording = any(key_of(change).sk == "LEAF" for change in changes)
        self._inner.write([each for each in changes if not (recording and _of_consent(each))], token)


class OnlyTheNegotiation(Wrapped):
    """A suspension is written where the parties look, and not where exchanges do."""

    def write(self, changes: Any, token: str) -> None:
        kept = [each for each in changes if not (isinstance(each, Update) and key_of(each).pk.startswith("AGREEMENT#"))]
        self._inner.write(kept, token)


class EventualConsent(ForgetsUse):
    """Consents are read as they were a moment ago, and not looked at again."""

    def get_many(self, keys: Any) -> Mapping[Key, Item]:
        found = dict(self._inner.get_many([key for key in keys if not key.pk.startswith("CONSENT#")]))
        table: Any = self._inner
        wanted = [{"pk": {"S": key.pk}, "sk": {"S": key.sk}} for key in keys if key.pk.startswith("CONSENT#")]
        if wanted:
            answer = table._client().batch_get_item(RequestItems={table._name: {"Keys": wanted}})
            for row in answer["Responses"].get(table._name, ()):
                item = decode(row)
                found[item.key] = item
        return found


def any_revision(service: Service) -> Service:
    """See `AnyRevision`."""
    become(service.agreements.talks, AnyRevision)
    return service


def any_lease(service: Service) -> Service:
    """See `AnyLease`."""
    become(service.orders.inbox, AnyLease)
    return service


def tells_once(service: Service) -> Service:
    """See `TellsOnce`."""
    become(service.webhooks, TellsOnce)
    return service


def _of_consent(change: Change) -> bool:
    return isinstance(change, Require | Update) and key_of(change).pk.startswith("CONSENT#")
