"""Objects as whole files on the local disk (Lambda's /tmp); the least recently used leave when it gets full.

Objects lie under immutable keys, so a file that was fetched once stays true. It comes under a name of its own and is
renamed into place: nobody reads half a file, and two processes that fetch the same harm nothing.
"""

from __future__ import annotations

import hashlib
import os
import uuid
from pathlib import Path

from chalicelib.shared.objects import Objects

KEPT = 256 * 1024 * 1024


class Disk:
    """Copies of a bucket's objects.

    Args:
        folder: where they are kept; made when first needed.
        kept: bytes that may be kept there.
    """

    def __init__(self, objects: Objects, folder: Path, *, kept: int = KEPT) -> None:
        self._objects = objects
        self._folder = folder
        self._kept = kept

    def path(self, key: str) -> Path:
        """The file, fetched unless it is there.

        Raises:
            NotFound: no such object.
        """
        path = self._folder / f"{hashlib.sha256(key.encode()).hexdigest()}.parquet"
        try:
            os.utime(path)
        except FileNotFoundError:
            self._fetch(key, path)
        return path

    def _fetch(self, key: str, path: Path) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        arriving = path.with_suffix(f".{uuid.uuid4().hex}")
        try:
            self._objects.fetch(key, arriving)
            arriving.rename(path)
        finally:
            arriving.unlink(missing_ok=True)
        self._make_room(path)

    def _make_room(self, newest: Path) -> None:
        kept = []
        for found in self._folder.glob("*.parquet"):
            try:
                told = found.stat()
            except FileNotFoundError:
                continue  # somebody else made room
            kept.append((told.st_mtime, told.st_size, found))
        size = sum(each for _, each, _ in kept)
        for _, each, found in sorted(kept):
            if size <= self._kept or found == newest:
                return
            size -= each
            found.unlink(missing_ok=True)
