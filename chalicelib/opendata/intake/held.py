"""Versions that wait for a decision: how one is kept, shown or dropped.

Row `RESOURCE#{rid}` / `HELD#{number}` says that a held version uses its bytes, as a file version's record says it of a
version: so a purge finds them.
"""

from __future__ import annotations

from dataclasses import replace

from chalicelib.shared.storage import Change as Write
from chalicelib.shared.storage import Create, Item, Key, Remove

from ..contents import Contents
from ..firewall.model import Hold
from ..model import File, Problem, Resource
from ..rows import place_key
from ..store import Store
from ..versions.chain import joined

PREFIX = "HELD#"


def held_key(resource: str, number: int) -> Key:
    """Where it is written that a held version uses its bytes."""
    return Key(place_key(resource).pk, f"{PREFIX}{number:06d}")


class Held:
    """What becomes of held versions; answers the resource as it shall be and the rows of the same transaction."""

    def __init__(self, store: Store, contents: Contents) -> None:
        self._store = store
        self._contents = contents

    def kept(self, resource: Resource, file: File, hold: Hold, now: str) -> tuple[Resource, list[Write]]:
        """Holds a new version; one that was held before gives way to it."""
        dropped, rows = self.dropped(resource, but=file.sha256)
        made = replace(dropped, upload=None, failed=None, held=file, problem=Problem(hold.th, hold.en, now))
        row = Create(Item(held_key(resource.id, file.number), {"sha256": file.sha256, "number": file.number}))
        return replace(made, modified=now), [*rows, row]

    def shown(self, resource: Resource, now: str) -> tuple[Resource, File, list[Write]]:
        """Makes a held version the current one: whoever may decide has decided.

        Raises:
            LookupError: none is held.
        """
        if resource.held is None:
            raise LookupError(resource.id)
        made, file = joined(resource, replace(resource.held, at=now))
        rows: list[Write] = [Remove(held_key(resource.id, file.number)), self._store.file_row(resource.id, file)]
        return replace(made, live=None, held=None, file=file, problem=None, modified=now), file, rows

    def dropped(self, resource: Resource, *, but: str = "") -> tuple[Resource, list[Write]]:
        """Gives a held version up, if there is one; its bytes go with it unless others use them.

        Args:
            but: SHA-256 of bytes that the same transaction says something else of.
        """
        held = resource.held
        if held is None:
            return resource, []
        released = self._contents.released([(held.sha256, resource.id, held.number)])
        if held.sha256 == but:
            released = [row for row in released if isinstance(row, Remove)]
        return replace(resource, held=None), [Remove(held_key(resource.id, held.number)), *released]
