"""The table of routes that a package brings along: which noun of a room hangs which route.

With it a new process knows all its addresses without importing what stands behind them; a noun is imported when the
first of its routes is asked for. `infra.package` writes the table by opening everything once, just before the package
is made; where there is none, as on a laptop, every process opens everything. One truth: the nouns' own declarations.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .web import Address, Room

FILE = Path(__file__).with_name("route_table.json")


def write(rooms: Iterable[Room], file: Path = FILE) -> None:
    """Writes the table of these rooms."""
    file.write_text(json.dumps({room.name: room.addresses for room in rooms}), encoding="utf-8")


def packaged(file: Path = FILE) -> Mapping[str, Sequence[Address]]:
    """The table of this package by room; empty where nothing was packaged."""
    if not file.exists():
        return {}
    rooms = json.loads(file.read_text("utf-8"))
    return {name: [(method, path, noun) for method, path, noun in addresses] for name, addresses in rooms.items()}
