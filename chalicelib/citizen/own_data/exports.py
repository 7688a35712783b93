"""A copy of everything (PDPA s.30 and 31): asked for with a strong login, made by an event, fetched by its owner."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from typing import Any

from chalicelib.shared.errors import NotFound, Stale, not_found
from chalicelib.shared.identity import Caller
from chalicelib.shared.ids import new_id, new_token
from chalicelib.shared.journal import Event, Head, Once
from chalicelib.shared.relay import Own
from chalicelib.shared.storage import Key
from chalicelib.shared.thai import NationalId, Text
from chalicelib.shared.workdays import thai_date

from .. import activity
from ..access.service import Access
from ..consents.ports import Consents
from ..hall import Hall, Told, person_of, pid_of
from ..holdings import Holding, partition, take_away
from ..inbox.model import NewMessage
from ..inbox.service import Inbox
from ..model import SELF, Person
from . import packing, rules, words
from .model import Export
from .store import BY_OWNER, Store, beside, export_key, exports_pk, file_of

SOURCE = "TH/CENTRAL/DGA"


class Exports:
    """Makes copies.

    Args:
        hall: the room's tools; what its nouns hold is what a copy holds.
        consents: a person's consents at the exchange.
        access: the exchange's log.
        inbox: tells the person that the copy is ready.
    """

    def __init__(self, hall: Hall, consents: Consents, access: Access, inbox: Inbox) -> None:
        self._hall = hall
        self._consents = consents
        self._access = access
        self._inbox = inbox
        self._store = Store(hall.parts.table)
        hall.hear("citizen.export.", self.carry_out)
        title = Text(th="สำเนาข้อมูลที่ท่านขอไว้", en="Copies that you asked for")
        hall.holdings["exports"] = Holding(title, export=self.export, erase=self.erase, files=self.files)

    def ask(self, own: Own, caller: Caller, once: Once) -> Export:
        """Asks for a copy; it is ready within minutes.

        What the exchange shows only to the person themself, their consents, is asked for now, with their own login.

        Raises:
            TooMany: the day's number is used up. What the exchange said.
            Replayed, KeyReused: see `Journal.read`.
        """
        person, hall = person_of(caller), self._hall
        hall.parts.journal.read(once, export_key("-"))
        consents = [each.model_dump(mode="json") for each in self._consents.all(own)]
        now, new = hall.now(), hall.parts.ids()
        seal = hall.parts.keyring.seal
        export = Export(
            id=new,
            person=person,
            asked_at=now.isoformat(timespec="milliseconds"),
            pid=seal(pid_of(caller), _context(new, "pid")),
        )
        sealed = seal(json.dumps(consents, ensure_ascii=False), _context(new, "consents"))
        hall.objects.put(beside(new), sealed.encode(), media_type="text/plain")
        events, head = hall.happened(Head(), [Told("export.asked", {})], subject=new, by="citizen")
        export = replace(export, chain=(head.seq, head.hash))
        line = activity.line(person, at=events[0].at, id=new, what="export.asked", caller=caller)
        changes = [*self._store.asked(export, thai_date(now)), line]
        hall.save(once, changes, events, pk=export_key(new).pk, answer={"id": new})
        return export

    def mine(self, person: Person) -> list[Export]:
        """A person's copies, newest first."""
        now = self._hall.now()
        return [export for export in self._store.exports(person) if not over(export, now)]

    def one(self, person: Person, id: str) -> Export:
        """One copy; raises NotFound, also when its time is over."""
        export = self._store.export(id) if 8 <= len(id) <= 64 else None
        if export is None or export.person != person or over(export, self._hall.now()):
            raise _absent()
        return export

    def link(self, export: Export) -> str | None:
        """A short-lived address of the file, or None until it is ready."""
        if export.state != "ready":
            return None
        name = f"klang-my-data-{export.asked_at[:10]}.zip"
        return self._hall.objects.download_url(file_of(export.id), file_name=name, expires_in=rules.LINK_LIVES)

    def carry_out(self, event: Event) -> None:
        """Makes the copy, or tells that it is ready (listener of `citizen.export.`); a repeat changes nothing."""
        export = self._store.export(event.subject)
        if export is None:
            return  # erased, or its time is over
        if event.type.endswith(".asked"):
            self._make(export)
            return
        title, body = words.READY
        message = NewMessage(id=f"export-{export.id}", category="data", title=title, body=body, source=SOURCE)
        self._inbox.tell(export.person, message, sender=SELF)

    def export(self, person: Person) -> list[dict[str, Any]]:
        """That copies were asked for, when."""
        return [{"asked_at": each.asked_at, "state": each.state} for each in self._store.exports(person)]

    def erase(self, person: Person) -> None:
        """Takes copies and files away."""
        table = self._hall.parts.table
        for key in self._keys(person):
            name = key.pk.removeprefix("EXPORT#")
            self._hall.objects.delete(file_of(name))
            self._hall.objects.delete(beside(name))
            take_away(table, [each for each in partition(table, key.pk) if each != key])
            take_away(table, [key])
        take_away(table, partition(table, exports_pk(person)))

    def files(self, person: Person) -> list[str]:
        """Where a person's copies lie in the bucket."""
        names = [key.pk.removeprefix("EXPORT#") for key in self._keys(person)]
        return [where(name) for name in names for where in (file_of, beside)]

    def _keys(self, person: Person) -> list[Key]:
        return partition(self._hall.parts.table, exports_pk(person), index=BY_OWNER)

    def _make(self, export: Export) -> None:
        if export.state == "ready" or export.pid is None:
            return
        hall = self._hall
        unseal = hall.parts.keyring.unseal
        pid = NationalId(unseal(export.pid, _context(export.id, "pid")))
        sealed = hall.objects.read(beside(export.id)).decode()
        now = hall.now()
        parts = dict[str, tuple[Text, Any]]()
        for name, held in sorted(hall.held().items()):
            content = held.export(export.person)
            if content is not None:
                parts[name] = (held.title, content)
        parts["consents"] = (words.CONSENTS_TITLE, json.loads(unseal(sealed, _context(export.id, "consents"))))
        log = [line.model_dump(mode="json") for line in self._access.whole_log(pid)]
        parts["access_log"] = (words.LOG_TITLE, log)
        archive = packing.packed(now.isoformat(timespec="seconds"), parts)
        hall.objects.put(file_of(export.id), archive, media_type="application/zip")
        events, head = hall.happened(
            Head(*export.chain), [Told("export.ready", {"size": len(archive)})], subject=export.id, by="room"
        )
        ready = replace(
            export,
            pid=None,
            state="ready",
            ready_at=events[0].at,
            size=len(archive),
            chain=(head.seq, head.hash),
            version=export.version + 1,
        )
        try:
            hall.save(
                Once(new_id(), "", new_token(), claimed=False),
                [self._store.made(ready)],
                events,
                pk=export_key(export.id).pk,
            )
        except Stale:
            again = self._store.export(export.id)
            if again is None:  # erased at this very moment: the file goes too
                hall.objects.delete(file_of(export.id))
        hall.objects.delete(beside(export.id))


def over(export: Export, now: dt.datetime) -> bool:
    """Whether its time is over, though the table may still hold it."""
    return dt.datetime.fromisoformat(export.asked_at) + rules.LIVES <= now


def _context(id: str, what: str) -> str:
    return f"export/{id}/{what}"


def _absent() -> NotFound:
    return not_found("สำเนาข้อมูล", "copy of your data")
