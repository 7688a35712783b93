"""A copy of everything, and an erasure."""

from __future__ import annotations

from dataclasses import field
from typing import Literal

from chalicelib.shared.dataclass import dataclass

from ..model import Person

ExportState = Literal["asked", "ready"]
ErasureState = Literal["planned", "confirmed", "done"]


@dataclass(frozen=True)
class Export:
    """A copy of everything that a person asked for.

    Attributes:
        id: unguessable; names the file too.
        asked_at: ISO 8601, UTC.
        pid: the national id, sealed, until the copy is made: the exchange's log is asked by it.
        ready_at, size: when the file was there, and its bytes.
        chain: end of its history.
    """

    id: str
    person: Person
    asked_at: str
    pid: str | None = field(default=None, repr=False)
    state: ExportState = "asked"
    ready_at: str | None = None
    size: int | None = None
    chain: tuple[int, str] = (0, "")
    version: int = 1


@dataclass(frozen=True)
class Erasure:
    """An erasure: planned, so that the person sees what will go and what stays; confirmed; done.

    Attributes:
        person: whose; None once it is done: what is left points at nobody.
        planned_at: ISO 8601, UTC.
        until: how long the plan can be confirmed (ISO 8601, UTC).
        again: when the second walk is due, once the first is over (ISO 8601, UTC).
        parts: names of what was erased, once it is done.
        chain: end of its history.
    """

    id: str
    person: Person | None
    planned_at: str
    until: str
    state: ErasureState = "planned"
    again: str | None = None
    done_at: str | None = None
    parts: tuple[str, ...] = ()
    chain: tuple[int, str] = (0, "")
    version: int = 1
