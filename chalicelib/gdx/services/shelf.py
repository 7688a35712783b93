"""Where services stand with their versions, their cards and what happened to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from ...shared.errors import Fault, Invalid, Stale, not_found
from ...shared.ids import new_id, new_token
from ...shared.journal import Event, Head, Journal, Once
from ...shared.storage import Change as Write
from ...shared.storage import Create, Item, Json, Key, Table, Update, every
from .. import store as rooms
from ..ids import ServiceId
from ..model import Service
from . import store
from .model import Change, Version
from .openapi_diff import changes_between

QUEUE = "gdx-events"
"""Where events about services go: to what finishes them, and to consumers that asked for it."""


class Shelf:
    """The services of the exchange.

    Args:
        table, journal: the room's.
    """

    def __init__(self, table: Table, journal: Journal) -> None:
        self._table = table
        self.journal = journal

    def now(self, service: ServiceId) -> tuple[Service, int]:
        """The service as it stands in the table, with the version of its item; raises NotFound."""
        item = self._table.get(rooms.service_key(service))
        if item is None:
            raise not_found("บริการ", "service")
        return rooms.service_from(item.data["content"]), item.version

    def versions(self, service: ServiceId) -> list[Version]:
        """All versions of a service, the newest first, without documents; raises NotFound for no such service."""
        found = [store.version_from(item) for item in every(self._table, store.versions_pk(service))]
        if not found:
            raise not_found("บริการ", "service")
        return found[::-1]

    def version(self, service: ServiceId, number: int) -> Version:
        """One version with its document; raises NotFound."""
        keys = (store.version_key(service, number), store.description_key(service, number))
        found = self._table.get_many(keys)
        if len(found) != len(keys):
            raise not_found("รุ่นของบริการนี้", "version of this service")
        return store.version_from(found[keys[0]], found[keys[1]].data["document"])

    def document(self, service: ServiceId, number: int) -> Mapping[str, Any]:
        """The document of one version; raises NotFound."""
        return self.version(service, number).document

    def diff(self, service: ServiceId, old: int, new: int) -> list[Change]:
        """What changed from one version to another; raises NotFound."""
        return changes_between(self.document(service, old), self.document(service, new))

    # -- for transactions ------------------------------------------------------------------------

    def step(
        self, service: Service, there: Item | None, what: str, by: str, details: Mapping[str, Any]
    ) -> tuple[list[Write], tuple[str, Event]]:
        """What makes this the service from now on: its item and its card, and the event that tells."""
        head = Head() if there is None else Head(**there.data["head"])
        event, head = self.journal.happened(
            head,
            subject=str(service.id),
            type=f"gdx.service.{what}",
            by=by,
            data=dict(details),
            queue=None if there is None else QUEUE,  # nobody waits for what was not there yet
        )
        data = {"content": rooms.service_json(service), "head": asdict(head)}
        key, card = rooms.service_key(service.id), store.card_key(service.id)
        change: Write = Create(Item(key, data)) if there is None else Update(there.next(data))
        return [change, self._placed(card, store.card_json(service))], (store.history_pk(service.id), event)

    def _placed(self, key: Key, data: Json) -> Write:
        there = self._table.get(key)
        return Create(Item(key, data)) if there is None else Update(there.next(data))


def attempt(once: Once | None) -> Once:
    """An attempt with a token of its own: a token stands for one set of changes."""
    if once is None:
        return Once(new_id(), "", new_token(), claimed=False)
    return replace(once, token=new_token())


def refuse(faults: Sequence[Fault]) -> None:
    """Refuses a service that has faults (`Invalid`)."""
    if faults:
        raise Invalid("ลงทะเบียนไม่ได้ โปรดแก้ไขตามรายการ", "It cannot be registered; see errors.", faults)


def contended() -> Stale:
    """Somebody else keeps changing it."""
    return Stale("มีผู้แก้ไขรายการนี้พร้อมกัน โปรดลองใหม่", "Somebody is changing this too; try again.")
