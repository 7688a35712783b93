"""What was done in a person's name, by whom: lines that the person can read, written with the very deed.

    LOG#{person} / {at}#{id}

Whoever acts for another (an officer at a counter, a parent, an agent), shows a credential, gives or takes back a
consent, or takes a copy of everything, leaves a line here. It is part of the deed's own transaction: there is no deed
without its line.
"""

from __future__ import annotations

import datetime as dt

from chalicelib.shared.identity import Caller
from chalicelib.shared.storage import Create, Item, Json, Key

from .model import Person

KEPT = 10 * 365 * 24 * 3600
"""Seconds for which a line is kept."""


def line(person: Person, *, at: str, id: str, what: str, caller: Caller, detail: Json | None = None) -> Create:
    """The change that adds a line.

    Args:
        person: whose log it is.
        at: when (ISO 8601, UTC, milliseconds).
        id: of the event, so that a repeat is no second line.
        what: the deed as a dotted code, e.g. `bill.paid`; `access/words.py` says it in Thai and English.
        caller: who did it.
        detail: what else the person should know; no national ids, JSON types.
    """
    data: Json = {"what": what, "by": by_of(caller), "detail": detail or {}}
    gone = int(dt.datetime.fromisoformat(at).timestamp()) + KEPT
    return Create(Item(Key(f"LOG#{person}", f"{at}#{id}"), data, expires=gone))


def by_of(caller: Caller) -> Json:
    """Who did it: the person, or somebody for them, and under which mandate."""
    return {"caller": caller.label, "actor": caller.actor, "mandate": caller.mandate}
