"""How a visit is read and written: one transaction with its event, its card and its line in the person's log."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.shared.identity import Caller
from chalicelib.shared.journal import Once
from chalicelib.shared.storage import Change, Json

from .. import activity
from ..hall import Hall, Told
from ..model import Person
from .model import Visit
from .store import Store, actor_of, visit_key

_SILENT = frozenset({"made", "opened", "refused", "lapsed"})
"""Of these nothing follows: nobody is told of a visit that never began."""


class Keeping:
    """Reads and writes visits.

    Args:
        hall: the room's tools.
        store: visits.
    """

    def __init__(self, hall: Hall, store: Store) -> None:
        self.hall = hall
        self.store = store

    def read(self, once: Once, id: str) -> Visit:
        """A visit, unless this command was done before; raises NotFound."""
        key = visit_key(id)
        return self.store.visit(self.hall.parts.journal.read(once, key).get(key))

    def save(
        self,
        once: Once,
        caller: Caller,
        before: Visit | None,
        after: Visit,
        what: str,
        more: Sequence[Change] = (),
        answer: Json | None = None,
    ) -> Visit:
        """Writes what happened to a visit; returns it as it is kept.

        Args:
            caller: who did it, as the person's log shall name them.
            before: the visit as it was read, or None for a new one.
            what: last part of the event's type.
            more: other changes.
            answer: what a repeat will be answered; by default the visit's id.
        """
        hall, person = self.hall, Person(after.person)
        data = {"agency": after.agency, "officer": after.officer, "purpose": after.purpose, "scopes": [*after.scopes]}
        told = Told(f"assistance.{what}", data, heard=what not in _SILENT)
        events, head = hall.happened(after.head, [told], subject=after.id, by=caller.label)
        after = after.model_copy(update={"head": head})
        rows = self.store.new(after) if before is None else self.store.changed(before, after)
        own: list[Change] = [*rows, *more]
        if before is not None and before.status == "waiting" and after.status != "waiting":
            own.append(hall.cards.take_away(person, "task", card_id(after)))
        if what in ("opened", "ended", "disputed"):
            detail = {"agency": after.agency, "purpose": after.purpose, "scopes": list(after.scopes)}
            line = activity.line(
                person, at=events[0].at, id=events[0].id, what=f"assistance.{what}", caller=caller, detail=detail
            )
            own.append(line)
        saved = after.model_copy(update={"version": 1 if before is None else before.version + 1})
        hall.save(once, own, events, pk=visit_key(after.id).pk, answer=answer or {"id": after.id})
        return saved


def acting(visit: Visit) -> Caller:
    """The officer as the person's log names them: with the agency."""
    return Caller("citizen", id=visit.person, actor=actor_of(visit), mandate=visit.id)


def card_id(visit: Visit) -> str:
    """The id of the card that asks the person for their confirmation."""
    return f"visit-{visit.id}"
