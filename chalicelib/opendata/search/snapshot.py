"""Snapshots of the index: immutable, in the room's bucket, opened on the local disk.

    search/{version}/{id}.tar   the index and what must be known to go on from it (`about.json`)
    search/documents/{id}.gz    the documents it was built of, JSON line by line; the next one is built from them

    SEARCH / HEAD#{version}     which snapshot is asked; moved only by whoever saw the one before it
    SEARCH / SNAP#{id}          each that is kept

The version is that of folding (`fold.VERSION`): code that folds otherwise has a snapshot of its own, so that two
releases can run side by side.
"""

from __future__ import annotations

import io
import json
import shutil
import tarfile
import tempfile
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, field
from pathlib import Path
from typing import Any

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import NotFound
from chalicelib.shared.objects import Objects
from chalicelib.shared.storage import Create, Item, Key, Remove, Table, Update, WriteRefused, every
from chalicelib.shared.thai_fold import VERSION

from ..model import Group
from ..rows import group_of
from .index import Shard, open_index

PARTITION = "SEARCH"
HEAD = Key(PARTITION, f"HEAD#{VERSION}")
ABOUT = "about.json"


@dataclass(frozen=True)
class Snapshot:
    """What is known of a snapshot without opening it.

    Attributes:
        index, documents: keys in the bucket.
        watermark: from where the log must be read to go on.
        start: id made before the log was read.
        read: how many changes from the watermark on are in it.
        made: ISO 8601, UTC.
        count: datasets.
        size: bytes of the index.
    """

    id: str
    version: str
    index: str
    documents: str
    watermark: str
    start: str
    read: int
    made: str
    count: int
    size: int


@dataclass(frozen=True)
class About:
    """What lies beside an index.

    Attributes:
        seen: changes from the watermark on that are in it.
        young: datasets that changed shortly before it was made.
        groups: organisations and themes, as they are kept.
    """

    id: str
    watermark: str
    start: str
    seen: Sequence[str] = ()
    young: Sequence[str] = ()
    groups: Sequence[Mapping[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Opened:
    """A snapshot on the local disk, open."""

    id: str
    shard: Shard
    watermark: str
    start: str
    seen: Sequence[str]
    young: Sequence[str]
    groups: Sequence[Group]


@dataclass(frozen=True)
class Head:
    """Which snapshot is asked.

    Attributes:
        held: an operator went back to it, and nothing is published until one lets it go on.
        row: as it was read; its version is the condition of moving it.
    """

    snapshot: Snapshot
    held: bool
    row: Item


class Snapshots:
    """The snapshots of this version.

    Args:
        folder: where they may be opened on the local disk; a folder of its own under the system's temporary one if
            None. Several processes may share it.
    """

    def __init__(self, table: Table, objects: Objects, folder: Path | None = None) -> None:
        self._table = table
        self._objects = objects
        self._folder = folder or Path(tempfile.gettempdir()) / "klang-search"

    # -- reading

    def head(self) -> Head | None:
        """The one that is asked; None before the first."""
        row = self._table.get(HEAD)
        return None if row is None else Head(Snapshot(**row.data["snapshot"]), bool(row.data["held"]), row)

    def kept(self) -> list[Snapshot]:
        """All that are kept, of every version, the newest first."""
        found = [Snapshot(**row.data) for row in every(self._table, PARTITION, prefix="SNAP#")]
        return sorted(found, key=lambda each: each.id, reverse=True)

    def current(self, opened: Opened | None) -> Opened | None:
        """The snapshot that is asked, open: `opened` itself where it still is the one."""
        head = self.head()
        if head is None:
            return None
        if opened is not None and opened.id == head.snapshot.id:
            return opened
        try:
            found = self._open(head.snapshot)
        except NotFound:
            return opened  # it was taken away this very moment: the next look finds the next one
        except OSError:
            found = self._open(head.snapshot)  # another process tidied the shared folder up in between
        self._leave_only(found.id)
        return found

    def documents(self, snapshot: Snapshot) -> bytes:
        """The documents of a snapshot, packed."""
        return self._objects.read(snapshot.documents)

    def _open(self, snapshot: Snapshot) -> Opened:
        folder = self._folder / snapshot.id
        if not folder.exists():
            arriving = self._folder / f".{uuid.uuid4().hex}"
            arriving.mkdir(parents=True)
            with tarfile.open(fileobj=io.BytesIO(self._objects.read(snapshot.index))) as pack:
                pack.extractall(arriving, filter="data")
            try:
                arriving.rename(folder)
            except OSError:
                shutil.rmtree(arriving, ignore_errors=True)  # another process was faster
        about = About(**json.loads((folder / ABOUT).read_text(encoding="utf-8")))
        return Opened(
            id=snapshot.id,
            shard=open_index(folder),
            watermark=about.watermark,
            start=about.start,
            seen=about.seen,
            young=about.young,
            groups=[group_of(Item(Key("", ""), each, int(each["version"]))) for each in about.groups],
        )

    def _leave_only(self, id: str) -> None:
        for each in self._folder.iterdir():
            # files that are open stay readable until they are closed
            if each.name != id and not each.name.startswith("."):
                shutil.rmtree(each, ignore_errors=True)

    # -- writing

    def put(self, snapshot: Snapshot, folder: Path, documents: Path, about: About) -> Snapshot:
        """Sends an index that was built in a folder, and its documents; nobody asks it yet."""
        (folder / ABOUT).write_text(json.dumps(asdict(about), ensure_ascii=False), encoding="utf-8")
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as pack:
            for each in sorted(folder.iterdir()):
                if not each.name.endswith(".lock"):
                    pack.add(each, arcname=each.name)
        body = packed.getvalue()
        self._objects.put(snapshot.index, body, media_type="application/x-tar", only_if_new=True)
        self._objects.put(snapshot.documents, documents.read_bytes(), media_type="application/gzip", only_if_new=True)
        return Snapshot(**{**asdict(snapshot), "size": len(body)})

    def point(self, snapshot: Snapshot, before: Head | None, token: str, *, new: bool, held: bool = False) -> bool:
        """Makes a snapshot the one that is asked; False, and nothing changed, where another was made it meanwhile."""
        data = {"snapshot": asdict(snapshot), "held": held}
        changes: list[Create | Update] = [
            Create(Item(HEAD, data)) if before is None else Update(before.row.next(data)),
        ]
        if new:
            changes.append(Create(Item(Key(PARTITION, f"SNAP#{snapshot.id}"), asdict(snapshot))))
        try:
            self._table.write(changes, token)
        except WriteRefused:
            return False
        return True

    def drop(self, snapshot: Snapshot, token: str, *, listed: bool = True) -> None:
        """Takes a snapshot away."""
        if listed:
            self._table.write([Remove(Key(PARTITION, f"SNAP#{snapshot.id}"))], token)
        self._objects.delete(snapshot.index)
        self._objects.delete(snapshot.documents)
