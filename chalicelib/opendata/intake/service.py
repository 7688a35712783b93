"""Takes in what arrived in the bucket: S3 tells the queue, the queue tells this.

Safe to run twice, late or half-way: what it writes lies under keys made of the content's SHA-256, and the pointer to it
moves in one transaction that carries the upload's number as its claim. A file that cannot be read leaves the last good
version in place and tells its owner why.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

from chalicelib.shared.errors import NotFound, Stale
from chalicelib.shared.journal import Event, Once, Replayed
from chalicelib.shared.objects import Objects
from chalicelib.shared.storage import Change as Write
from chalicelib.shared.storage import Item

from .. import rules
from ..contents import Contents
from ..model import File, Package, Problem, Resource, Table, Upload
from ..packages import Packages
from ..store import Store, Writing
from ..tables.ingest import table
from ..tables.ingest.model import BuiltTable, Unreadable

log = logging.getLogger("klang.opendata.uploads")

ATTEMPTS = 3
BY = "system:opendata-uploads"
_KEY = re.compile(r"uploads/([0-9A-Za-z_-]{1,64})/([1-9][0-9]{0,8})")


class Uploads:
    """The consumer of the queue `opendata-uploads`."""

    def __init__(
        self,
        store: Store,
        packages: Packages,
        objects: Objects,
        contents: Contents,
        *,
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._packages = packages
        self._objects = objects
        self._contents = contents
        self._clock = clock

    def take_message(self, body: str) -> None:
        """One message: S3's notification with the keys of new objects. Anything else is noted and dropped."""
        for key in _keys(body):
            found = _KEY.fullmatch(key)
            if found is None:
                log.warning("not an announced upload")
                continue
            self.take_in(found[1], int(found[2]))

    def take_arrived(self, event: Event) -> None:
        """Files that came with a call itself: they lay in the bucket before S3's word of them could be understood."""
        for resource_id, number in event.data.get("arrived", ()):
            self.take_in(resource_id, number)

    def take_in(self, resource_id: str, number: int) -> None:
        """One arrived file; does nothing when a later upload or an earlier attempt has settled it."""
        for attempt in range(1, ATTEMPTS + 1):
            package = self._store.package_of_resource(resource_id)
            resource = None if package is None else package.resource(resource_id)
            upload = resource.upload if resource else None
            if package is None or resource is None or upload is None or upload.number != number:
                log.info("upload is settled or superseded", extra={"resource": resource_id, "number": number})
                return
            try:
                self._settle(package, resource, upload)
            except Replayed:
                return
            except Stale:
                if attempt == ATTEMPTS:
                    raise
                continue
            return

    def _settle(self, package: Package, resource: Resource, upload: Upload) -> None:
        now = self._clock().isoformat(timespec="microseconds")
        once = Once.of_event(f"{resource.id}/{upload.number}", "opendata.take_in")
        try:
            file, content = self._made(resource, upload, now)
        except Unreadable as reason:
            failed = replace(resource, upload=None, problem=Problem(reason.th, reason.en, now), modified=now)
            self._save(once, package, failed, "opendata.resource.unreadable")
            return
        done = replace(resource, upload=None, file=file, problem=None, modified=now)
        used = self._contents.used(content, resource.id, file.number, package.id)
        self._save(once, package, done, "opendata.resource.taken_in", file, used)

    def _save(
        self,
        once: Once,
        package: Package,
        new: Resource,
        type: str,
        file: File | None = None,
        used: Sequence[Write] = (),
    ) -> None:
        details = {} if file is None else {"file": file.number, "sha256": file.sha256, "rows": file.rows}
        more = [] if file is None else [self._store.file_row(new.id, file), *used]
        writing = Writing(once, BY, "changed resource", type, subject=new.id, details=details, more=more)
        resources = tuple(new if each.id == new.id else each for each in package.resources)
        organization = self._store.groups_by_id([package.dataset.owner_org])[package.dataset.owner_org]
        themes = self._packages.themes(package)
        self._store.save(writing, package, replace(package, resources=resources), organization, themes)

    def _made(self, resource: Resource, upload: Upload, now: str) -> tuple[File, Item]:
        """The new version of the file, its objects already written, and how its content stood before.

        Raises:
            Stale: these very bytes are just being deleted.
            Unreadable: the bytes are not those announced, or not a table although they should be one.
        """
        try:
            content = self._objects.read(upload.key)
        except NotFound:
            raise Unreadable("ไฟล์ที่อัปโหลดหมดอายุแล้ว โปรดอัปโหลดใหม่", "The upload has expired; send it again.") from None
        sha256 = hashlib.sha256(content).hexdigest()
        if sha256 != upload.sha256 or len(content) != upload.size:
            raise Unreadable("ไฟล์ที่ได้รับไม่ตรงกับที่แจ้งไว้", "The file is not the one that was announced.")
        original, made = f"files/sha256/{sha256[:2]}/{sha256}", Table(1, "", _folder(sha256, 1), (), 0, 0)
        state = self._contents.expect(sha256, [original, made.parquet, made.preview, made.report])
        if self._objects.head(original) is None:
            self._objects.copy(upload.key, original)
        file = File(
            number=upload.number,
            file_name=upload.file_name,
            media_type=upload.media_type,
            size=upload.size,
            sha256=sha256,
            original=original,
            at=now,
        )
        if resource.fields.get("format") not in rules.TABLES:
            return file, state
        with tempfile.TemporaryDirectory(prefix="klang-ingest-") as scratch:
            return self._tabled(file, content, Path(scratch)), state

    def _tabled(self, file: File, content: bytes, scratch: Path) -> File:
        source = scratch / "original"
        source.write_bytes(content)
        built = table.build(source, scratch)
        tables = tuple(self._kept(file, number, each) for number, each in enumerate(built.tables, start=1))
        return replace(file, tables=tables, report=dict(built.report))

    def _kept(self, file: File, number: int, built: BuiltTable) -> Table:
        """Puts what was made of a table where its readers find it."""
        rows = built.parquet.read_bytes()
        made = Table(number, built.name, _folder(file.sha256, number), built.columns, built.rows, len(rows))
        # only_if_new: a table that was published once is never replaced under its readers
        self._objects.put(made.parquet, rows, media_type="application/vnd.apache.parquet", only_if_new=True)
        for key, content in ((made.preview, built.preview), (made.report, built.report)):
            told = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
            self._objects.put(key, told, media_type="application/json", only_if_new=True)
        return made


def _folder(sha256: str, number: int) -> str:
    return f"tables/{table.RULES}/{sha256[:2]}/{sha256}/{number}"


def _keys(body: str) -> Iterator[str]:
    """The object keys of an S3 event notification; none for its `s3:TestEvent`."""
    try:
        message: Mapping[str, Any] = json.loads(body)
        for record in message.get("Records", []):
            yield unquote_plus(record["s3"]["object"]["key"])
    except (ValueError, TypeError, KeyError, AttributeError):
        log.warning("not an S3 notification")
