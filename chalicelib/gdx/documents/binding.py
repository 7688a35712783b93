"""Ties documents to the message that refers to them, within the transaction that takes or records the message."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from ...shared.errors import Fault, Invalid
from ...shared.journal import Journal
from ...shared.storage import Change, Item, Key, Table, Update
from ..ids import ServiceId, SubsystemId
from . import store
from .model import Document, DocumentState
from .rules import MOST_IN_A_MESSAGE, as_of, moved, reference_fault, references


class Binding:
    """Finds and binds the documents of a message.

    Args:
        table, journal: the room's.
        clock: tells the time.
    """

    def __init__(self, table: Table, journal: Journal, clock: Callable[[], datetime]) -> None:
        self._table = table
        self._journal = journal
        self._clock = clock

    def keys(self, body: bytes) -> list[Key]:
        """What must be read to bind a message.

        Raises:
            Invalid: it refers to too many.
        """
        found = references(body)
        if len(found) > MOST_IN_A_MESSAGE:
            raise Invalid(
                f"อ้างเอกสารได้ไม่เกิน {MOST_IN_A_MESSAGE} รายการ",
                f"A message refers to at most {MOST_IN_A_MESSAGE} documents.",
                [Fault(found[MOST_IN_A_MESSAGE].pointer, "เกินจำนวน", "One too many.")],
            )
        return [store.document_key(each.document) for each in found]

    def bound(
        self,
        body: bytes,
        exchange: str,
        owner: SubsystemId,
        consumer: SubsystemId,
        service: ServiceId,
        found: Mapping[Key, Item] | None = None,
    ) -> tuple[tuple[str, ...], list[Change]]:
        """The documents of a message, and the changes that bind them to its exchange.

        Args:
            body: the message.
            exchange: its id.
            owner: who sends the message, and must have sent the documents.
            consumer, service: the agreement that both go under.
            found: what was read already (`keys`); read here if None.

        Raises:
            Invalid: a reference cannot stand; told with its place in the message.
        """
        asked = references(body)
        if not asked:
            return (), []
        keys = self.keys(body)
        there = self._table.get_many(keys) if found is None else found
        faults: list[Fault] = []
        changes: list[Change] = []
        for each, key in zip(asked, keys, strict=True):
            item = there.get(key)
            document = None if item is None else as_of(store.document_of(item), self._clock())
            twice = keys.index(key) != asked.index(each)
            fault = reference_fault(document, each, owner, consumer, service)
            if twice:
                fault = fault or Fault(each.pointer, "อ้างเอกสารซ้ำ", "The document is referred to twice.")
            if fault is not None or item is None or document is None:
                faults += [fault] if fault is not None else []
                continue
            changes += self._change(item, moved(document, DocumentState.BOUND, exchange=exchange))
        if faults:
            raise Invalid("การอ้างเอกสารไม่ถูกต้อง", "A reference to a document cannot stand.", faults)
        return tuple(each.document for each in asked), changes

    def _change(self, item: Item, document: Document) -> Sequence[Change]:
        event, head = self._journal.happened(
            store.head_of(item),
            subject=document.id,
            type="gdx.document.bound",
            by=f"system:{document.owner}",
            data={"exchange": document.exchange, "service": str(document.service)},
        )
        rows = self._journal.rows(store.document_pk(document.id), event)
        return [Update(store.document_item(document, head, item)), *rows]
