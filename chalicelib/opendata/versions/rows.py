"""Where the room keeps what it says of versions.

    ROOTS          / KEY                 the sealed key that signs roots
    ROOTS          / HEAD                how far the tree has grown
    ROOTS          / DAY#{day}           immutable: a day's root, and the edge on which its leaves stand
    RESOURCE#{rid} / ROOT#000001         in which root a version stands
    RESOURCE#{rid} / DIFF#000001#000002  what is different between two versions, shortly

A file version lies in the index under `VERSIONS#open` until it has its `ROOT#` row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.storage import Item, Key

from ..rows import place_key

ROOTS = "ROOTS"
KEY = Key(ROOTS, "KEY")
HEAD = Key(ROOTS, "HEAD")


@dataclass(frozen=True)
class Head:
    """How far the tree has grown.

    Attributes:
        day: of the last root (ISO 8601, in Thailand); "" before the first.
        size: leaves.
        edge: of the tree, hex.
        marked: whether every version that this root has says so.
    """

    day: str = ""
    size: int = 0
    edge: Sequence[str] = ()
    marked: bool = True


@dataclass(frozen=True)
class Root:
    """A day's root; it never changes.

    Attributes:
        day: in Thailand, ISO 8601.
        previous: the day of the root before; "" of the first.
        first: leaves before this day's.
        size: leaves with this day's.
        edge: of the tree before, hex.
        checkpoint: the signed note.
        leaves: key of the object with the day's leaves.
        at: when it was signed.
    """

    day: str
    previous: str
    first: int
    size: int
    edge: Sequence[str]
    checkpoint: str
    leaves: str
    at: str


@dataclass(frozen=True)
class Place:
    """Where a version stands: in the root of a day, bound by the leaf at `index`, which is the hash of version `head`
    of the same resource."""

    day: str
    index: int
    head: int


def day_key(day: str) -> Key:
    """Where the root of a day lies."""
    return Key(ROOTS, f"DAY#{day}")


def root_key(resource: str, number: int) -> Key:
    """Where it is written in which root a version stands."""
    return Key(place_key(resource).pk, f"ROOT#{number:06d}")


def diff_key(resource: str, old: int, new: int) -> Key:
    """Where it is written what is different between two versions."""
    return Key(place_key(resource).pk, f"DIFF#{old:06d}#{new:06d}")


def head_of(row: Item | None) -> Head:
    """The head as it lies there."""
    return Head() if row is None else Head(**row.data)


def data_of(value: Head | Root | Place) -> dict[str, Any]:
    """As it is kept."""
    return asdict(value)
