"""From the bytes that arrived to a file version: looked at on the local disk, then put where its readers find it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import NotFound
from chalicelib.shared.objects import Objects
from chalicelib.shared.storage import Item

from ..announcing import PLAIN
from ..contents import Contents
from ..firewall import rules as firewall
from ..model import File, Table, Upload
from ..quality import look as quality
from ..tables.ingest import caged
from ..tables.ingest.model import Built, BuiltTable, Unreadable
from ..tables.ingest.options import Options, parse
from ..tables.ingest.table import RULES
from . import kinds

PARQUET = "application/vnd.apache.parquet"


class Build(Protocol):
    """`tables.ingest.caged.build`."""

    def __call__(
        self, source: Path, scratch: Path, options: Options | None = None, *, file_name: str = "", media_type: str = ""
    ) -> Built:
        """The tables of a file; raises Unreadable."""
        ...


@dataclass(frozen=True)
class Looked:
    """What was found in a file; nothing of it stands anywhere but on the local disk.

    Attributes:
        file: the version without its tables.
        built: its tables, or None for a plain file.
        format: what it is ("CSV", "PDF"), "" where that was not found out.
    """

    file: File
    built: Built | None
    format: str


class Maker:
    """Makes file versions.

    Args:
        objects: the room's bucket.
        contents: who uses which bytes.
        build: makes tables.
    """

    def __init__(self, objects: Objects, contents: Contents, build: Build = caged.build) -> None:
        self._objects = objects
        self._contents = contents
        self._build = build

    def look(self, upload: Upload, now: str, scratch: Path) -> Looked:
        """Fetches what arrived and finds out what it is.

        Args:
            scratch: an empty folder, where the tables will lie.

        Raises:
            Unreadable: the bytes are not those announced, or not a table although they are announced as one.
        """
        large = upload.size > kinds.MAX_TABLE
        source = scratch / "original"
        try:
            found = self._objects.fetch(upload.key, None if large else source)
        except NotFound:
            raise Unreadable("ไฟล์ที่อัปโหลดหมดอายุแล้ว โปรดอัปโหลดใหม่", "The upload has expired; send it again.") from None
        if (found.size, found.sha256) != (upload.size, upload.sha256):
            raise Unreadable("ไฟล์ที่ได้รับไม่ตรงกับที่แจ้งไว้", "The file is not the one that was announced.")
        file = File(
            number=upload.number,
            file_name=upload.file_name,
            media_type=upload.media_type,
            size=upload.size,
            sha256=upload.sha256,
            original=original_key(upload.sha256),
            at=now,
            options=dict(upload.options),
            kind=upload.kind,
            by=upload.by,
        )
        if upload.options.get(PLAIN):
            return Looked(file if large else self._searched(file, source, scratch), None, "")
        if large:
            return _noted(file, kinds.ending(upload.file_name), "too_large", *_LARGE)
        return self._judged(file, source, scratch)

    def _judged(self, file: File, source: Path, scratch: Path) -> Looked:
        claimed = kinds.claims_a_table(file.file_name, file.media_type)
        with source.open("rb") as opened:
            never = kinds.never_a_table(opened.read(kinds.HEAD))
        if never and not claimed:
            return Looked(file, None, never)
        place = scratch / "tables"
        place.mkdir()
        try:
            built = self._build(
                source, place, parse(file.options), file_name=file.file_name, media_type=file.media_type
            )
        except Unreadable as reason:
            if claimed or file.options:
                raise
            return _noted(file, "", "no_table", reason.th, reason.en)
        file = replace(file, personal=firewall.found_in(built))
        if sum(each.rows for each in built.tables) > kinds.MAX_ROWS:
            return _noted(file, str(built.report.get("format", "")), "many_rows", *_MANY_ROWS)
        if not claimed and not file.options and all(len(each.columns) < 2 for each in built.tables):
            # one column of a file that claims nothing: text in lines
            return Looked(file, None, "")
        report = {**built.report, "checks": quality.checks_of(built)}
        return Looked(replace(file, report=report), built, str(built.report.get("format", "")))

    def _searched(self, file: File, source: Path, scratch: Path) -> File:
        """A file of which its owner wants no table, with what is found in the one that could be made of it."""
        place = scratch / "tables"
        place.mkdir()
        try:
            built = self._build(source, place, Options(), file_name=file.file_name, media_type=file.media_type)
        except Unreadable:
            return file
        return replace(file, personal=firewall.found_in(built))

    def keep(self, looked: Looked, upload: Upload) -> tuple[File, Item]:
        """Puts a version's objects where they stay; answers it whole, and how its content stood (`Contents.used`).

        Raises:
            Stale: these very bytes are just being deleted.
        """
        # what was found stays with the version: whoever is told of a table's report need not be its owner
        built = () if looked.built is None else tuple(map(firewall.without, looked.built.tables))
        file = looked.file
        tables = tuple(_table(file.sha256, number, each) for number, each in enumerate(built, start=1))
        keys = [file.original, *(key for each in tables for key in (each.parquet, each.preview, each.report))]
        state = self._contents.expect(file.sha256, keys)
        if self._objects.head(file.original) is None:
            self._objects.copy(upload.key, file.original)
        for made, each in zip(tables, built, strict=True):
            # only_if_new: a table that was published once is never replaced under its readers
            self._objects.store(made.parquet, each.parquet, media_type=PARQUET, only_if_new=True)
            for key, content in ((made.preview, each.preview), (made.report, each.report)):
                self._objects.put(key, _json(content), media_type="application/json", only_if_new=True)
        return replace(file, tables=tables), state


_LARGE = (
    f"ไฟล์ใหญ่กว่า {kinds.MAX_TABLE // 10**9} GB จึงเผยแพร่ตามที่เป็น ไม่แปลงเป็นตาราง โปรดแบ่งไฟล์หากต้องการให้ค้นได้",
    f"The file is larger than {kinds.MAX_TABLE // 10**9} GB, so it is kept as it is and no table is made of it; "
    "split it if its rows shall be found.",
)
_MANY_ROWS = (
    f"ไฟล์มีมากกว่า {kinds.MAX_ROWS:,} แถว จึงเผยแพร่ตามที่เป็น ไม่แปลงเป็นตาราง โปรดแบ่งไฟล์หากต้องการให้ค้นได้",
    f"The file has more than {kinds.MAX_ROWS:,} rows, so it is kept as it is and no table is made of it; "
    "split it if its rows shall be found.",
)


def original_key(sha256: str) -> str:
    """Where the bytes of a file stay as they were uploaded."""
    return f"files/sha256/{sha256[:2]}/{sha256}"


def _noted(file: File, format: str, code: str, th: str, en: str) -> Looked:
    """A plain file, and why; told as `tables.ingest.notes` does."""
    return Looked(replace(file, report={"notes": [{"code": code, "th": th, "en": en}]}), None, format)


def _table(sha256: str, number: int, built: BuiltTable) -> Table:
    """A table as it is kept: under a key that tells what was made, so that other rules or options make another."""
    size, rows = 0, hashlib.sha256()
    for chunk in _chunks(built.parquet):
        rows.update(chunk)
        size += len(chunk)
    whole = rows.copy()
    for content in (built.preview, built.report):
        whole.update(_json(content))
    folder = f"tables/{RULES}/{sha256[:2]}/{sha256}/{number}-{whole.hexdigest()[:16]}"
    return Table(number, built.name, folder, built.columns, built.rows, size, rows.hexdigest())


def _chunks(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        yield from iter(lambda: opened.read(1 << 20), b"")


def _json(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
