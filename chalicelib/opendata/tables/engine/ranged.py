"""A large object that is read by ranges, so that one page of rows costs a few requests and not the whole file.

The first request takes the end of the object: it tells the size and the ETag and holds a Parquet file's footer. All
others name that ETag: an object that was replaced meanwhile is refused, never mixed. What was read is kept, up to a
bound; what lies next to it is joined by asking to where the next kept piece begins.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import OrderedDict
from threading import Lock
from typing import Protocol

from chalicelib.shared.objects import Piece

TAIL = 512 * 1024
"""Bytes of the first request: enough for the footer of 8 million rows of 12 columns in groups of 32,768."""
AT_LEAST = 64 * 1024
"""Bytes of every other: a request costs more time than these."""
KEPT = 32 * 1024 * 1024
"""Bytes kept of one object."""


class Ranges(Protocol):
    """Whatever reads ranges of objects: a bucket, or addresses that were signed for a while."""

    def read_range(self, key: str, length: int, *, start: int | None = None, if_match: str | None = None) -> Piece:
        """As `Objects.read_range`."""
        ...


class Ranged:
    """One object.

    Raises:
        NotFound: there is none.
    """

    def __init__(self, objects: Ranges, key: str, *, kept: int = KEPT) -> None:
        self._objects = objects
        self._key = key
        self._kept = kept
        tail = objects.read_range(key, TAIL)
        self.size = tail.size
        self.etag = tail.etag
        self._pieces: OrderedDict[int, bytes] = OrderedDict()
        self._starts: list[int] = []
        self._held = 0
        self._lock = Lock()
        self._keep(tail.start, tail.body)

    def read(self, start: int, length: int) -> bytes:
        """The bytes from `start` on, fewer than `length` only at the end.

        Raises:
            NotFound, Stale: the object is not there any more as it was.
        """
        end = min(start + length, self.size)
        found: list[bytes] = []
        while start < end:
            piece, until = self._near(start, end)
            if not piece:
                piece = self._fetched(start, max(end, start + AT_LEAST), until)
            piece = piece[: end - start]
            found.append(piece)
            start += len(piece)
        return found[0] if len(found) == 1 else b"".join(found)

    def _near(self, start: int, end: int) -> tuple[bytes, int]:
        """What is kept from here on (nothing: b""), and where the next kept piece begins."""
        with self._lock:
            place = bisect_right(self._starts, start)
            if place:
                first = self._starts[place - 1]
                body = self._pieces[first]
                if start < first + len(body):
                    self._pieces.move_to_end(first)
                    return body[start - first : end - first], end
            return b"", self._starts[place] if place < len(self._starts) else self.size

    def _fetched(self, start: int, wanted: int, until: int) -> bytes:
        body = self._objects.read_range(
            self._key, min(wanted, until, self.size) - start, start=start, if_match=self.etag
        ).body
        with self._lock:
            self._keep(start, body)
        return body

    def _keep(self, start: int, body: bytes) -> None:
        if len(body) <= len(self._pieces.get(start, b"")):
            return  # another thread was faster
        if start not in self._pieces:
            insort(self._starts, start)
        self._held += len(body) - len(self._pieces.get(start, b""))
        self._pieces[start] = body
        self._pieces.move_to_end(start)
        while self._held > self._kept and len(self._pieces) > 1:
            oldest, gone = self._pieces.popitem(last=False)
            self._starts.remove(oldest)
            self._held -= len(gone)
