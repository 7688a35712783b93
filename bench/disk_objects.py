"""A bucket in a folder, which counts what it is asked for: the engine's own time without a network, and the requests
that it would make.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from chalicelib.shared.errors import not_found
from chalicelib.shared.objects import Content, Piece, Stored
from tests.support.memory_objects import MemoryObjects


class DiskObjects(MemoryObjects):
    """A bucket whose objects are files; what is written to it stays in memory.

    Attributes:
        gets: requests for bytes.
        taken: bytes answered.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.gets = 0
        self.taken = 0

    def forget(self) -> None:
        """Counts from nothing."""
        self.gets = self.taken = 0

    def head(self, key: str) -> Stored | None:
        place = self.folder / key
        return Stored(place.stat().st_size, "", None, key) if place.is_file() else None

    def read(self, key: str, *, limit: int | None = None) -> bytes:
        with self._at(key).open("rb") as file:
            return self._told(file.read(-1 if limit is None else limit))

    def fetch(self, key: str, to: Path | None = None) -> Content:
        content = self._told(self._at(key).read_bytes())
        if to is not None:
            to.write_bytes(content)
        return Content(len(content), hashlib.sha256(content).hexdigest())

    def read_range(self, key: str, length: int, *, start: int | None = None, if_match: str | None = None) -> Piece:
        place = self._at(key)
        size = place.stat().st_size
        first = max(0, size - length) if start is None else start
        with place.open("rb") as file:
            file.seek(first)
            body = self._told(file.read(length))
        return Piece(body, first, size, key) if body else Piece(b"", first, 0, "")

    def _at(self, key: str) -> Path:
        place = self.folder / key
        if not place.is_file():
            raise not_found("ไฟล์", "file")
        return place

    def _told(self, body: bytes) -> bytes:
        self.gets += 1
        self.taken += len(body)
        return body
