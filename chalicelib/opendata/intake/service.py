"""Takes in what arrived in the bucket: S3 tells the queue, the queue tells this.

Safe to run twice, late or half-way: what it writes lies under keys made of the content's SHA-256, and the pointer to it
moves in one transaction that carries the upload's number as its claim. A file that cannot be read, or that somebody
must look at first, leaves the last good version in place and tells its owner why.
"""

from __future__ import annotations

import fcntl
import json
import logging
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

from chalicelib.shared.errors import Stale
from chalicelib.shared.journal import Event, Once, Replayed
from chalicelib.shared.measures import measure
from chalicelib.shared.storage import Change as Write

from .. import files
from ..announcing import upload_key
from ..contents import Contents
from ..model import File, Package, Problem, Resource, Upload
from ..packages import Packages
from ..store import Store, Writing
from ..tables.ingest.model import Unreadable
from ..versions.chain import joined
from .held import Held
from .holding import Holds
from .making import Looked, Maker

log = logging.getLogger("klang.opendata.uploads")

ATTEMPTS = 3
BY = "system:opendata-uploads"
QUEUE = "opendata-uploads"
_SCRATCH, _LOCK, _UNNAMED_LOCK = "klang-ingest-", "lock", "lock.new"
_KEY = re.compile(r"uploads/([0-9A-Za-z_-]{1,64})/([1-9][0-9]{0,8})")


class Uploads:
    """The consumer of the queue `opendata-uploads`.

    Args:
        maker: makes versions of bytes.
        contents: who uses which bytes.
        held: versions that wait.
        holds: says which must wait.
        clock: tells the time.
        put_together: makes a version of the rows that were written to a resource one by one, before a file takes their
            place (`tables.writing.compaction`).
    """

    def __init__(
        self,
        store: Store,
        packages: Packages,
        maker: Maker,
        contents: Contents,
        held: Held,
        holds: Holds,
        *,
        clock: Callable[[], datetime],
        put_together: Callable[[str], object] = lambda _: None,
    ) -> None:
        self._store = store
        self._packages = packages
        self._maker = maker
        self._put_together = put_together
        self._contents = contents
        self._held = held
        self._holds = holds
        self._clock = clock

    def take_message(self, body: str) -> None:
        """One message: S3's notification with the keys of new objects. Anything else is noted and dropped."""
        for key in _keys(body):
            found = _KEY.fullmatch(key)
            if found is None:
                log.warning("not an announced upload")
                continue
            try:
                self.take_in(found[1], int(found[2]))
            except Exception:
                measure("IngestFailures", platform="opendata", cause="ours")
                raise

    def tell_of_arrived(self, event: Event) -> None:
        """Files that are there without S3's word of them: they came with the call itself, so they lay in the bucket
        before that word could be understood, or are to be read anew. Tells the queue in S3's place.
        """
        for resource_id, number in event.data.get("arrived", ()):
            self.tell(resource_id, number)

    def tell(self, resource_id: str, number: int) -> None:
        """Has an upload taken in that is there."""
        record = {"s3": {"object": {"key": upload_key(resource_id, number)}}}
        self._store.journal.tell(QUEUE, json.dumps({"Records": [record]}))

    def take_in(self, resource_id: str, number: int) -> None:
        """One arrived file; does nothing when a later upload or an earlier attempt has settled it."""
        looked: Looked | Unreadable | None = None
        seen: Upload | None = None
        with scratch_folder() as scratch:
            for attempt in range(1, ATTEMPTS + 1):
                package = self._store.package_of_resource(resource_id)
                resource = None if package is None else package.resource(resource_id)
                upload = resource.upload if resource else None
                if package is None or resource is None or upload is None or upload.number != number:
                    log.info("upload is settled or superseded", extra={"resource": resource_id, "number": number})
                    return
                if looked is None or upload != seen:  # its options may have been changed meanwhile
                    looked, seen = self._looked(upload, scratch / str(attempt)), upload
                if resource.live is not None and resource.live.deltas:
                    self._put_together(resource_id)
                    package = self._store.package_of_resource(resource_id) or package
                    resource = package.resource(resource_id) or resource
                try:
                    self._settle(package, resource, upload, looked)
                except Replayed:
                    return
                except Stale:
                    if attempt == ATTEMPTS:
                        raise
                    continue
                return

    def _looked(self, upload: Upload, scratch: Path) -> Looked | Unreadable:
        scratch.mkdir()
        try:
            return self._maker.look(upload, self._now(), scratch)
        except Unreadable as reason:
            return reason

    def _settle(self, package: Package, resource: Resource, upload: Upload, looked: Looked | Unreadable) -> None:
        now = self._now()
        once = Once.of_event(f"{resource.id}/{upload.number}", "opendata.take_in")
        if isinstance(looked, Unreadable):
            problem = Problem(looked.th, looked.en, now)
            failed = replace(resource, upload=None, failed=upload, problem=problem, modified=now)
            self._save(once, package, failed, "opendata.resource.unreadable")
            measure("IngestFailures", platform="opendata", cause="file")
            return
        hold = self._holds.verdict(package, resource, looked.file)
        file, content = self._maker.keep(looked, upload)
        if resource.file is not None and file.number <= resource.file.number:
            # versions were made of written rows since it was announced, and numbers grow
            file = replace(file, number=resource.uploads + 1)
            resource = replace(resource, uploads=file.number)
        used = self._contents.used(content, resource.id, file.number, package.id)
        resource = _described(resource, upload, looked.format)
        if hold is not None:
            waiting, rows = self._held.kept(resource, file, hold, now)
            self._save(once, package, waiting, "opendata.resource.held", rows=[*rows, *used])
            return
        resource, dropped = self._held.dropped(resource, but=file.sha256)
        resource, file = joined(resource, file)
        done = replace(resource, live=None, upload=None, file=file, problem=None, failed=None, modified=now)
        rows = [self._store.file_row(done.id, file), *dropped, *used]
        self._save(once, package, done, "opendata.resource.taken_in", file, rows)
        waited = self._clock() - datetime.fromisoformat(upload.at or now)
        measure("IngestTime", waited.total_seconds(), platform="opendata")

    def _save(
        self,
        once: Once,
        package: Package,
        new: Resource,
        type: str,
        file: File | None = None,
        rows: Sequence[Write] = (),
    ) -> None:
        details = {} if file is None else {"file": file.number, "sha256": file.sha256, "rows": file.rows}
        writing = Writing(once, BY, "changed resource", type, subject=new.id, details=details, more=rows)
        resources = tuple(new if each.id == new.id else each for each in package.resources)
        organization = self._store.groups_by_id([package.dataset.owner_org])[package.dataset.owner_org]
        themes = self._packages.themes(package)
        self._store.save(writing, package, replace(package, resources=resources), organization, themes)

    def _now(self) -> str:
        return self._clock().isoformat(timespec="microseconds")


@contextmanager
def scratch_folder(disk: Path | None = None, flock: Callable[[Any, int], None] = fcntl.flock) -> Iterator[Path]:
    """An empty folder on the local disk for one ingest.

    What one left that was killed goes first, for the disk of a function outlives the call. A folder is locked as long
    as its process lives, and one without its lock is just being made: the lock is held before it takes its name, or
    another process could take the folder for one that was left.

    Args:
        disk: where; None: where temporary files are made.
        flock: locks a file, as `fcntl.flock` does.
    """
    disk = disk or Path(tempfile.gettempdir())
    for left in disk.glob(f"{_SCRATCH}*/{_LOCK}"):
        with suppress(OSError), left.open("rb") as lock:
            flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(left.parent, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=_SCRATCH, dir=disk) as made:
        folder = Path(made)
        with (folder / _UNNAMED_LOCK).open("wb") as lock:
            flock(lock, fcntl.LOCK_EX)
            (folder / _UNNAMED_LOCK).rename(folder / _LOCK)
            yield folder


def _described(resource: Resource, upload: Upload, format: str) -> Resource:
    """The resource with the format that was found, where its owner named none of their own."""
    said = resource.fields.get("format", "")
    if not format or said not in ("", files.guessed_format(upload.file_name)):
        return resource
    return replace(resource, fields={**resource.fields, "format": files.normal_format(format)})


def _keys(body: str) -> Iterator[str]:
    """The object keys of an S3 event notification; none for its `s3:TestEvent`."""
    try:
        message: Mapping[str, Any] = json.loads(body)
        for record in message.get("Records", []):
            yield unquote_plus(record["s3"]["object"]["key"])
    except (ValueError, TypeError, KeyError, AttributeError):
        log.warning("not an S3 notification")
