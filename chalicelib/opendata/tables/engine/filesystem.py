"""Ranged objects as a file system that DuckDB reads from; it takes one only as a class of fsspec.

DuckDB has each of its threads seek and then read on one file object, so every thread has a position of its own: with a
shared one, two threads read each other's bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from threading import local
from typing import Any

from .ranged import Ranged

PROTOCOL = "klang"
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
"""When every object was changed: never, since it was made."""


def address(key: str) -> str:
    """How DuckDB names an object of this key."""
    return f"{PROTOCOL}://{key}"


class RangedFile:
    """An open object, read-only."""

    def __init__(self, ranged: Ranged) -> None:
        self._ranged = ranged
        self._here = local()
        self.closed = False

    def seek(self, place: int, whence: int = 0) -> int:
        """Moves this thread's position; from the start (0) or the end (2)."""
        self._here.place = place if whence == 0 else self._ranged.size + place
        return int(self._here.place)

    def tell(self) -> int:
        """This thread's position."""
        return int(getattr(self._here, "place", 0))

    def read(self, length: int = -1) -> bytes:
        """From this thread's position on."""
        place = self.tell()
        body = self._ranged.read(place, self._ranged.size if length < 0 else length)
        self._here.place = place + len(body)
        return body

    def close(self) -> None:
        """Nothing is held open."""
        self.closed = True


def filesystem(granted: Mapping[str, Ranged]) -> Any:
    """A file system that holds exactly these objects, by their addresses; to be registered with one connection."""
    from fsspec import AbstractFileSystem

    class Granted(AbstractFileSystem):  # type: ignore[misc]  # fsspec has no types
        protocol = PROTOCOL
        cachable = False

        def open(self, path: str, *_: Any, **__: Any) -> RangedFile:
            return RangedFile(self._of(path))

        def info(self, path: str, **_: Any) -> dict[str, Any]:
            return {"name": path, "size": self._of(path).size, "type": "file"}

        def exists(self, path: str, **_: Any) -> bool:
            return self._named(path) in granted

        def isfile(self, path: str) -> bool:
            return self._named(path) in granted

        def glob(self, path: str, **_: Any) -> list[str]:
            return [path] if self._named(path) in granted else []

        def modified(self, path: str) -> datetime:
            return _LONG_AGO

        def _of(self, path: str) -> Ranged:
            found = granted.get(self._named(path))
            if found is None:
                raise FileNotFoundError("not granted")
            return found

        @staticmethod
        def _named(path: str) -> str:
            return path if path.startswith(f"{PROTOCOL}://") else address(path)

    return Granted()
