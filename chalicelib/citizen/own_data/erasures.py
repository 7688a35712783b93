"""The end of what the room holds of a person (PDPA s.33): first shown, then confirmed, then done by an event."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from pydantic import BaseModel, ConfigDict

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import NotFound, Stale, not_found
from chalicelib.shared.identity import Caller
from chalicelib.shared.ids import new_id, new_token
from chalicelib.shared.journal import Event, Head, Once
from chalicelib.shared.thai import Text
from chalicelib.shared.workdays import thai_date

from .. import activity
from ..cards import unread_key
from ..hall import Hall, Told, person_of
from ..holdings import Holding, Kept, partition, take_away
from ..model import Person
from . import rules
from .model import Erasure
from .store import BY_OWNER, Store, erasure_from, erasure_key, erasures_pk

LAST = ("channels", "inbox", "activity", "sessions")
"""What goes at the end, in this order: what ends before may still write a line or a letter."""

ERASED = "erased/"
"""Where the bucket keeps whom (by pseudonym) a confirmed erasure was of and which objects were theirs: as long as a
backup may bring them back, so that who restores one can erase them again (`again`). The bucket lets go of it after
that."""


class Noted(BaseModel):
    """What an object under `ERASED` says: a pseudonym, and keys in the same bucket."""

    model_config = ConfigDict(defer_build=True)

    person: Person
    files: list[str]


@dataclass(frozen=True)
class Planned:
    """What would become of one part."""

    name: str
    title: Text
    keeps: Sequence[Kept]


class Erasures:
    """Plans and carries out.

    Args:
        hall: the room's tools; what its nouns hold is what is erased.
    """

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self._store = Store(hall.parts.table)
        hall.hear("citizen.erasure.", self.carry_out)
        hall.sweeps.append(self.sweep)
        title = Text(th="แผนการลบข้อมูล", en="Plans to erase")
        hall.holdings["erasures"] = Holding(title, export=lambda _: None, erase=self.erase)

    def plan(self, caller: Caller, once: Once) -> tuple[Erasure, list[Planned]]:
        """The first step: what will go, and what a law keeps. Nothing is erased yet.

        Raises:
            TooMany: the day's number is used up. Replayed, KeyReused: see `Journal.read`.
        """
        person, hall = person_of(caller), self._hall
        now, new = hall.now(), hall.parts.ids()
        erasure = Erasure(
            id=new,
            person=person,
            planned_at=now.isoformat(timespec="milliseconds"),
            until=(now + rules.TO_CONFIRM).isoformat(timespec="milliseconds"),
        )
        events, head = hall.happened(Head(), [Told("erasure.planned", {}, heard=False)], subject=new, by="citizen")
        erasure = replace(erasure, chain=(head.seq, head.hash))
        changes = self._store.planned(erasure, person, thai_date(now))
        hall.save(once, changes, events, pk=erasure_key(new).pk, answer={"id": new})
        return erasure, self.parts()

    def parts(self) -> list[Planned]:
        """What would become of each part."""
        return [Planned(name, held.title, held.keeps) for name, held in sorted(self._hall.held().items())]

    def confirm(self, caller: Caller, id: str, understood: bool, once: Once) -> Erasure:
        """The second step; from now on it will be done, whatever dies on the way.

        Raises:
            NotFound, Invalid, WrongState. Replayed, KeyReused: see `Journal.read`.
        """
        hall, person = self._hall, person_of(caller)
        place = erasure_key(id)
        there = hall.parts.journal.read(once, place).get(place) if _is_id(id) else None
        erasure = None if there is None else erasure_from(there)
        if erasure is None or erasure.person != person:
            raise _absent()
        rules.may_confirm(erasure, understood, hall.now())
        events, head = hall.happened(Head(*erasure.chain), [Told("erasure.confirmed", {})], subject=id, by="citizen")
        confirmed = replace(erasure, state="confirmed", chain=(head.seq, head.hash), version=erasure.version + 1)
        line = activity.line(person, at=events[0].at, id=id, what="erasure.confirmed", caller=caller)
        hall.save(once, [self._store.changed(confirmed), line], events, pk=erasure_key(id).pk, answer={"id": id})
        return confirmed

    def one(self, person: Person, id: str) -> Erasure:
        """A person's erasure; one that is done is nobody's, and shown to whoever knows its number.

        Raises:
            NotFound.
        """
        erasure = self._store.erasure(id) if _is_id(id) else None
        if erasure is None or erasure.person not in (None, person):
            raise _absent()
        return erasure

    def carry_out(self, event: Event) -> None:
        """The two walks (listener of `citizen.erasure.`).

        Each part may be erased again, so that a repeat finishes what a crash left. What ends by the first walk, a
        mandate for one, may still tell of its end; so after a while everything is walked through once more, and only
        then goes what leads to the person: the row of the erasure itself.
        """
        erasure = self._store.erasure(event.subject)
        if erasure is None or erasure.person is None:
            return
        if event.type.endswith(".confirmed"):
            self._note(erasure.id, erasure.person)
            self._walk(erasure.person, but=erasure.id)
            again = self._hall.now() + rules.AGAIN_AFTER
            self._saved(replace(erasure, again=again.isoformat(timespec="milliseconds")), [])
        elif event.type.endswith(".ending"):
            names = self._walk(erasure.person, but=erasure.id)
            done = replace(
                erasure,
                person=None,
                state="done",
                parts=names,
                done_at=self._hall.now().isoformat(timespec="milliseconds"),
            )
            self._saved(done, [Told("erasure.done", {}, heard=False)])

    def again(self, noted: Noted) -> None:
        """Erases a person whom a restore brought back, in the table or in the bucket; harmless where it did not."""
        self._walk(noted.person, but="")
        for key in noted.files:
            self._hall.objects.delete(key)

    def _note(self, id: str, person: Person) -> None:
        """Before anything is erased; a repeat, which may find less, leaves the first one's note."""
        files = sorted({key for held in self._hall.held().values() for key in held.files(person)})
        note = Noted(person=person, files=files).model_dump_json().encode()
        self._hall.objects.put(f"{ERASED}{id}", note, media_type="application/json", only_if_new=True)

    def sweep(self, now: dt.datetime) -> None:
        """Begins the second walks that are due."""
        for erasure in self._store.due(now):
            with contextlib.suppress(Stale):  # the first walk is being repeated at this very moment
                self._saved(replace(erasure, again=None), [Told("erasure.ending", {})])

    def _walk(self, person: Person, *, but: str) -> tuple[str, ...]:
        holdings = self._hall.held()
        order = {name: at for at, name in enumerate(LAST, start=1)}
        for name in sorted(holdings, key=lambda name: (order.get(name, 0), name)):
            if name != "erasures":
                holdings[name].erase(person)
        table = self._hall.parts.table
        take_away(table, partition(table, unread_key(person).pk))
        self._forget(person, but=but)
        return tuple(sorted(holdings))

    def _saved(self, erasure: Erasure, told: list[Told]) -> None:
        events, head = self._hall.happened(Head(*erasure.chain), told, subject=erasure.id, by="room")
        after = replace(erasure, chain=(head.seq, head.hash), version=erasure.version + 1)
        once = Once(new_id(), "", new_token(), claimed=False)
        self._hall.save(once, [self._store.changed(after)], events, pk=erasure_key(erasure.id).pk)

    def erase(self, person: Person) -> None:
        """Forgets plans that were never carried out."""
        self._forget(person, but=None)

    def _forget(self, person: Person, *, but: str | None) -> None:
        table = self._hall.parts.table
        for key in partition(table, erasures_pk(person), index=BY_OWNER):
            if but is None or key != erasure_key(but):
                take_away(table, [each for each in partition(table, key.pk) if each != key])
                take_away(table, [key])
        take_away(table, partition(table, erasures_pk(person)))


def _is_id(text: str) -> bool:
    return 8 <= len(text) <= 64 and text.isascii()


def _absent() -> NotFound:
    return not_found("คำขอลบข้อมูล", "erasure")
