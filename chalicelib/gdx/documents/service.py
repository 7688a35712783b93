"""Documents: opened under an agreement, uploaded in parts, verified, fetched by the other party, deleted.

The bytes never pass a function of Klang: each part goes to an address of S3 that takes only the declared bytes, and the
receiver reads from another. Klang looks at nothing in a document and does not scan it: whoever fetches one treats it as
any file from outside.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from ...shared.errors import Invalid, NotFound, Refusal, Stale, Unavailable, not_found
from ...shared.ids import new_token
from ...shared.journal import Event, Head, Journal, Once, Replayed
from ...shared.objects import Objects, PartForm
from ...shared.storage import Change, Count, Create, Item, Require, Table, Update, every
from ..ids import SubsystemId
from ..refusals import access_denied
from ..rules import in_force, thai_day
from ..store import agreement_from, agreement_key, volume_key
from . import store
from .binding import Binding
from .model import Document, DocumentState, Wanted
from .rules import (
    UPLOADED_WITHIN,
    arrival_faults,
    as_of,
    composite,
    moved,
    object_name,
    pieces,
    shown,
    size_faults,
)

FORMS_AT_ONCE = 100
FORM_LIVES = 3600
"""Seconds for which the address of a part is good; a new one can be had for as long as the upload is open."""
LINK_LIVES = 900
"""Seconds within which a download must begin."""
EVENTS = "gdx-events"


class Documents:
    """Keeps documents.

    Args:
        table, journal, objects: the room's.
        clock: tells the time.
        ids: makes document ids.

    Attributes:
        binding: ties documents to messages.
    """

    def __init__(
        self,
        table: Table,
        journal: Journal,
        objects: Objects,
        *,
        clock: Callable[[], datetime],
        ids: Callable[[], str],
    ) -> None:
        self._table = table
        self._journal = journal
        self._objects = objects
        self._clock = clock
        self._ids = ids
        self.binding = Binding(table, journal, clock)

    def open(self, wanted: Wanted, once: Once) -> Document:
        """Opens an upload, where an agreement between the two parties is in force.

        It counts as bytes of the day and, per party, as one of as many documents as exchanges are agreed for a day.

        Args:
            wanted: the document as its owner declares it.

        Raises:
            AccessDenied: no agreement, or its parties are others.
            Invalid: size and parts do not fit together.
            TooMany: the day's number or bytes are used up.
            Replayed, KeyReused: from the journal.
        """
        now = self._clock()
        key = agreement_key(wanted.consumer, wanted.service)
        there = self._journal.read(once, key).get(key)
        agreement = None if there is None else agreement_from(there.data["content"])
        parties = (wanted.consumer, wanted.service.subsystem)
        if there is None or agreement is None or not in_force(agreement, now) or wanted.owner not in parties:
            raise access_denied()
        faults = size_faults(wanted.size, wanted.part_size, wanted.parts, wanted.sha256)
        if faults:
            raise Invalid("ขนาดและส่วนของเอกสารไม่สอดคล้องกัน", "Size and parts do not fit together.", faults)
        identifier = self._ids()
        # before the transaction: a crash in between leaves an upload that nobody knows, forgotten in a day
        upload = self._objects.start_upload(object_name(identifier), media_type=wanted.media_type)
        document = Document(
            id=identifier,
            consumer=wanted.consumer,
            service=wanted.service,
            owner=wanted.owner,
            media_type=wanted.media_type,
            size=wanted.size,
            sha256=wanted.sha256,
            parts_sha256=composite(wanted.parts),
            part_size=wanted.part_size,
            parts=wanted.parts,
            state=DocumentState.OPEN,
            upload=upload,
            kept=wanted.kept,
            created_at=now,
            expires_at=now + UPLOADED_WITHIN,
        )
        day, kept = thai_day(now), int((now + timedelta(days=3)).timestamp())
        event, head = self._happened(document, Head(), f"system:{document.owner}")
        changes: list[Change] = [
            Create(store.document_item(document, head)),
            Require(key, there.version),
            Count(store.opened_key(document, day), 1, agreement.daily_quota, kept),
        ]
        if agreement.daily_bytes is not None:
            volume = volume_key(document.consumer, document.service, day)
            changes.append(Count(volume, document.size, agreement.daily_bytes, kept))
        try:
            self._journal.commit(once, changes, [(store.document_pk(document.id), event)], shown(document))
        except Unavailable:
            raise  # it may have been opened
        except (Replayed, Refusal):
            self._objects.drop_upload(object_name(identifier), upload)
            raise
        return document

    def read(self, identifier: str, system: SubsystemId) -> Document:
        """A document of this system's, or one that it may fetch.

        Raises:
            NotFound: there is none, or this system is no party of it (yet).
        """
        return self._seen(identifier, system)[0]

    def forms(self, identifier: str, system: SubsystemId, after: int = 0) -> list[PartForm]:
        """Addresses for the parts beyond number `after`, up to a hundred.

        Raises:
            NotFound: no such document of this system's own.
            WrongState: it is not being uploaded.
        """
        document, _ = self._own(identifier, system)
        moved(document, DocumentState.READY)  # only an open one can become whole
        return [
            self._objects.part_form(object_name(document.id), document.upload or "", part, expires_in=FORM_LIVES)
            for part in pieces(document)[after : after + FORMS_AT_ONCE]
        ]

    def complete(self, identifier: str, system: SubsystemId, once: Once) -> Document:
        """Makes the document whole: every part must have arrived, and S3's own hash over them must be the declared one.

        A repeat changes nothing.

        Raises:
            NotFound: no such document of this system's own.
            Invalid: parts are missing; told by their places in `parts`.
            WrongState: it is gone.
        """
        self._journal.read(once)
        document, item = self._own(identifier, system)
        if document.state in (DocumentState.READY, DocumentState.BOUND):
            return document
        whole = moved(
            document,
            DocumentState.READY,
            upload=None,
            expires_at=self._clock() + timedelta(seconds=document.kept),
        )
        name, upload = object_name(document.id), document.upload or ""
        arrived = self._objects.uploaded(name, upload)
        if arrived is not None:
            faults = arrival_faults(document, arrived)
            if faults:
                raise Invalid("ยังได้รับเอกสารไม่ครบทุกส่วน", "Not every part has arrived.", faults)
            self._objects.finish_upload(name, upload, pieces(document))
        # an earlier attempt may have finished the upload and crashed: what stands there decides
        stored = self._objects.head(name)
        if stored is None or (stored.size, stored.composite) != (document.size, document.parts_sha256):
            raise Invalid(
                "เอกสารที่ได้รับไม่ตรงกับที่แจ้งไว้ โปรดเริ่มใหม่", "What was stored is not what was declared; begin anew."
            )
        self._move(item, whole, f"system:{system}", once)
        return whole

    def content(self, identifier: str, system: SubsystemId) -> str:
        """A short-lived address to read the document from, for its receiver.

        Raises:
            NotFound: no such document for this system, or no exchange refers to it yet.
            WrongState: it is gone.
        """
        document, _ = self._received(identifier, system)
        moved(document, DocumentState.GONE)  # what can still go is still there
        return self._objects.download_url(object_name(document.id), expires_in=LINK_LIVES)

    def done(self, identifier: str, system: SubsystemId) -> None:
        """The receiver has it, or its owner gives it up before any exchange refers to it: it is deleted.

        A repeat changes nothing.

        Raises:
            NotFound: no such document for this system.
        """
        document, item = self._seen(identifier, system)
        if document.owner == system and document.state is DocumentState.BOUND:
            raise not_found("เอกสารที่ลบได้", "document that you may delete")
        self._end(item, f"system:{system}")

    def drop(self, identifiers: tuple[str, ...]) -> None:
        """Ends the documents of an exchange that came to nothing."""
        for item in self._table.get_many([store.document_key(each) for each in identifiers]).values():
            self._end(item, "system:gdx")

    def clear(self, event: Event) -> None:
        """Deletes what a document that is gone has left (handler of its event; harmless when repeated)."""
        item = self._table.get(store.document_key(event.subject))
        document = None if item is None else store.document_of(item)
        if document is None or document.state is not DocumentState.GONE:
            return
        name = object_name(document.id)
        if document.upload is not None:
            self._objects.drop_upload(name, document.upload)
        self._objects.delete(name)

    def sweep(self, now: datetime) -> int:
        """Ends what is over its time; returns how many."""
        ended = 0
        for shard in range(store.SHARDS):
            due = []
            for item in every(self._table, store.due_pk(shard), index="open"):
                if item.indexes["open"].sk > store.until(now):
                    break
                due.append(item)
            ended += sum(self._end(item, "system:gdx") for item in due)
        return ended

    def _end(self, item: Item, by: str) -> bool:
        document = store.document_of(item)
        if document.state is DocumentState.GONE:
            return False
        try:
            self._move(item, moved(document, DocumentState.GONE), by, None)
        except Stale:
            return False  # somebody moved it meanwhile; what must still end is swept again
        return True

    def _move(self, item: Item, document: Document, by: str, once: Once | None) -> None:
        event, head = self._happened(document, store.head_of(item), by)
        once = once or Once(event.id, "", new_token(), claimed=False)
        change = Update(store.document_item(document, head, item))
        self._journal.commit(once, [change], [(store.document_pk(document.id), event)], shown(document))

    def _happened(self, document: Document, head: Head, by: str) -> tuple[Event, Head]:
        gone = document.state is DocumentState.GONE
        return self._journal.happened(
            head,
            subject=document.id,
            type=f"gdx.document.{document.state.lower()}",
            by=by,
            data={"consumer": str(document.consumer), "service": str(document.service), "size": document.size},
            queue=EVENTS if gone else None,
        )

    def _seen(self, identifier: str, system: SubsystemId) -> tuple[Document, Item]:
        document, item = self._found(identifier)
        if document.owner != system and (document.receiver != system or document.exchange is None):
            raise absent()
        return document, item

    def _own(self, identifier: str, system: SubsystemId) -> tuple[Document, Item]:
        document, item = self._found(identifier)
        if document.owner != system:
            raise absent()
        return document, item

    def _received(self, identifier: str, system: SubsystemId) -> tuple[Document, Item]:
        document, item = self._found(identifier)
        if document.receiver != system or document.exchange is None:
            raise absent()
        return document, item

    def _found(self, identifier: str) -> tuple[Document, Item]:
        item = self._table.get(store.document_key(identifier))
        if item is None:
            raise absent()
        return as_of(store.document_of(item), self._clock()), item


def absent() -> NotFound:
    """No such document, or somebody else's: nobody may tell the two apart."""
    return not_found("เอกสาร", "document")
