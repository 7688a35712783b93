"""The query function: fetches what it was given addresses of, has a caged process run the query, hands on the answer.

It stands in a Lambda of its own, whose role may write its log and nothing else: what a query may read, and where a long
result goes, are short-lived addresses that whoever asks has signed for exactly these objects. On a laptop and in tests
the same function runs in the asker's process and takes the objects from the bucket.
"""

from __future__ import annotations

import json
import os
import tempfile
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

from chalicelib.shared import cage
from chalicelib.shared.egress import Downloads, Http, Unreachable
from chalicelib.shared.errors import Unavailable
from chalicelib.shared.objects import Objects

from .order import FORMS, Answer, Bounds, Into, Json, Order, Thing, answer_of, order_json, order_of

CHILD = "chalicelib.opendata.tables.sql.child"
WHOLE = 32 * 1024 * 1024
"""Bytes up to which an object is fetched whole; of a larger one the caged process reads ranges."""
KEPT = 1024 * 1024 * 1024
"""Bytes of fetched objects that stay on the local disk."""
PATIENCE = 20.0
"""Seconds for fetching one object."""

Caged = Callable[..., bytes]


class Goods(Protocol):
    """How the function comes by objects."""

    def take(self, thing: Thing, to: Path) -> None:
        """Fetches an object into a file."""
        ...

    def far(self, thing: Thing) -> bool:
        """Whether the caged process can read ranges of it by its address."""
        ...

    def give(self, into: Into, file: Path) -> None:
        """Puts a result where it belongs."""
        ...


class FromBucket:
    """From the room's own bucket."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    def take(self, thing: Thing, to: Path) -> None:
        self._objects.fetch(thing.key, to)

    def far(self, thing: Thing) -> bool:
        return False

    def give(self, into: Into, file: Path) -> None:
        self._objects.store(into.key, file, media_type=FORMS[into.form])


class BySigned:
    """By addresses that were signed; this process has no right of its own."""

    def __init__(self, http: Http, downloads: Downloads) -> None:
        self._http = http
        self._downloads = downloads

    def take(self, thing: Thing, to: Path) -> None:
        try:
            with to.open("wb") as file:
                answer = self._downloads.fetch(
                    "GET", thing.url, headers={}, sink=file.write, limit=thing.size, timeout=PATIENCE
                )
        except Unreachable:
            raise _no_store() from None
        if answer.status != 200 or to.stat().st_size != thing.size:
            raise _no_store()

    def far(self, thing: Thing) -> bool:
        return True

    def give(self, into: Into, file: Path) -> None:
        headers = {"Content-Type": FORMS[into.form]}
        try:
            answer = self._http.send("PUT", into.url, headers=headers, body=file.read_bytes(), timeout=60.0)
        except Unreachable:
            raise _no_store() from None
        if answer.status != 200:
            raise _no_store()


class Sandbox:
    """Runs queries.

    Args:
        goods: how it comes by objects.
        folder: where fetched objects and results may lie; a folder of its own under the system's temporary one if None.
        whole: bytes up to which an object is fetched whole.
        caged: runs a module in a cage (`shared.cage.run`).
    """

    def __init__(
        self, goods: Goods, folder: Path | None = None, *, whole: int = WHOLE, caged: Caged = cage.run
    ) -> None:
        self._goods = goods
        self._folder = folder or Path(tempfile.gettempdir()) / "klang-queries"
        self._whole = whole
        self._caged = caged

    def handle(self, event: Mapping[str, Any]) -> Json:
        """The Lambda's handler: an order as JSON in, an answer as JSON out.

        Raises:
            Unavailable: an object could not be had, or the process did not start.
        """
        answer = self.run(order_of(event))
        return {**vars(answer), "refused": None if answer.refused is None else dict(answer.refused)}

    def run(self, order: Order) -> Answer:
        """Answers a query.

        Raises:
            Unavailable.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        given = order_json(order)
        for told, table in zip(given["tables"], order.tables, strict=True):
            told["file"] = self._at_hand(table.file)
            told["deltas"] = [{"path": str(self._local(each))} for each in table.deltas]
        if order.into is None:
            return self._answer(given, order.bounds)
        target = self._folder / f"{uuid.uuid4().hex}.{order.into.form}"
        try:
            answer = self._answer({**given, "target": str(target)}, order.bounds)
            if answer.refused is not None:
                return answer
            self._goods.give(order.into, target)
            return Answer(answer.fields, written=answer.written, size=target.stat().st_size)
        finally:
            target.unlink(missing_ok=True)

    def _answer(self, given: Json, bounds: Bounds) -> Answer:
        limits = cage.Limits(
            memory=bounds.memory,
            # two threads for all of the time: it is the clock that ends a query, not this
            cpu=int(bounds.seconds * 2) + 2,
            wall=bounds.seconds,
            file=bounds.size if "target" in given else 0,
        )
        try:
            told = self._caged(CHILD, limits=limits, given=json.dumps(given).encode())
        except cage.TooHeavy as heavy:
            return Answer(refused={"kind": "late" if heavy.late else "memory"})
        try:
            return answer_of(json.loads(told))
        except (AttributeError, ValueError, TypeError, RecursionError):
            # what a query's process wrote is believed no more than the query
            return Answer(refused={"kind": "failed"})

    def _at_hand(self, thing: Thing) -> Json:
        if thing.size > self._whole and self._goods.far(thing):
            return {"key": thing.key, "size": thing.size, "url": thing.url}
        return {"key": thing.key, "size": thing.size, "path": str(self._local(thing))}

    def _local(self, thing: Thing) -> Path:
        """The object as a file. Objects are immutable, so one that was fetched once stays true; it is put in place by a
        rename, so that nobody reads half of it."""
        path = self._folder / f"{sha256(thing.key.encode()).hexdigest()}.object"
        with suppress(FileNotFoundError):
            os.utime(path)
            return path
        arriving = path.with_suffix(f".{uuid.uuid4().hex}")
        try:
            self._goods.take(thing, arriving)
            arriving.rename(path)
        finally:
            arriving.unlink(missing_ok=True)
        self._make_room(path)
        return path

    def _make_room(self, newest: Path) -> None:
        kept: list[tuple[float, int, Path]] = []
        for found in self._folder.glob("*.object"):
            with suppress(FileNotFoundError):  # another thread made room
                told = found.stat()
                kept.append((told.st_mtime, told.st_size, found))
        size = sum(each for _, each, _ in kept)
        for _, each, found in sorted(kept):
            if size <= KEPT or found == newest:
                return
            size -= each
            found.unlink(missing_ok=True)


def _no_store() -> Unavailable:
    return Unavailable("ระบบจัดเก็บไฟล์ไม่พร้อม โปรดลองใหม่", "The store of files does not answer; try again.")
