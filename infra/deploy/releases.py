"""What was deployed, kept in the stage's bucket: the last releases whole, which of them was well, Chalice's record.

    record.json                   Chalice's record of what is deployed (the bucket keeps older ones as versions)
    current.json                  the releases that were well, the newest first
    releases/<id>/release.json    when, from which commit, the code's SHA-256
    releases/<id>/release.tar     the workshop: source, configuration, policies, the API's definition and the zip itself

A release is all that Chalice needs to deploy the very same once more, years later and without a package index.
"""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from infra.package.tools import PACKAGING
from infra.package.workshop import Workshop

KEPT = 5
"""Releases that stay; older ones are deleted."""

LIBRARIES = "requirements.lock"
"""What Chalice reads the release's `app.py` with; the package's own requirements leave Chalice out."""

RECORD, CURRENT = "record.json", "current.json"
_NOWHERE = {"NoSuchBucket", "NoSuchKey", "404"}


class NoRelease(Exception):
    """There is nothing to go back to; the message says so."""


@dataclass(frozen=True)
class Release:
    """One deployment.

    Attributes:
        id: sortable by time.
        commit: of the source, or "" outside of a git repository.
        code_sha256: of the zip, as Lambda tells it.
        archive: where the zip lies in the workshop.
    """

    id: str
    commit: str
    code_sha256: str
    archive: str


class Releases:
    """The releases of one stage.

    Args:
        s3: a client.
        bucket: the stage's bucket of deployments.
    """

    def __init__(self, s3: Any, bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket

    def record(self) -> bytes | None:
        """Chalice's record as it is kept."""
        return self._get(RECORD)

    def fetch_record(self, path: Path) -> bool:
        """Brings Chalice's record to where Chalice looks for it; False when the bucket has none, and `path` stays."""
        found = self.record()
        if found is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(found)
        return found is not None

    def keep_record(self, path: Path) -> None:
        """Takes Chalice's record over, if Chalice wrote one."""
        if path.exists() and (content := path.read_bytes()) != self._get(RECORD):
            self._put(RECORD, content)

    def keep(self, release: Release, workshop: Workshop) -> None:
        """Keeps a release; whether it is well is said later."""
        self._put(f"releases/{release.id}/release.tar", _packed(workshop, release.archive))
        self._put(f"releases/{release.id}/release.json", json.dumps(asdict(release), indent=1).encode())

    def kept(self) -> list[Release]:
        """All that are here, the newest first."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix="releases/")
        try:
            keys = [entry["Key"] for page in pages for entry in page.get("Contents", ())]
        except ClientError as error:
            if error.response["Error"]["Code"] in _NOWHERE:
                return []
            raise
        found = sorted((key for key in keys if key.endswith("/release.json")), reverse=True)
        return [Release(**json.loads(self._get(key) or b"{}")) for key in found]

    def well(self) -> list[str]:
        """Ids of the releases that were well when they were deployed, the one that runs first."""
        found = self._get(CURRENT)
        return [] if found is None else list(json.loads(found))

    def mark_well(self, id: str) -> None:
        """Says that a release runs and is well, and lets go of what is too old or never was."""
        well = [id, *(each for each in self.well() if each != id)][:KEPT]
        self._put(CURRENT, json.dumps(well).encode())
        for release in self.kept():
            if release.id not in well:
                self._drop(release.id)

    def forget(self, id: str) -> None:
        """Lets go of a release that was left for an earlier one."""
        well = [each for each in self.well() if each != id]
        self._put(CURRENT, json.dumps(well).encode())
        self._drop(id)

    def _drop(self, id: str) -> None:
        for name in ("release.tar", "release.json"):
            self._s3.delete_object(Bucket=self._bucket, Key=f"releases/{id}/{name}")

    def chosen(self, id: str | None) -> Release:
        """The release to go back to: the named one, else the last but one that was well.

        Raises:
            NoRelease: there is none.
        """
        kept = {release.id: release for release in self.kept()}
        well = [each for each in self.well() if each in kept]
        if id is None and len(well) < 2:
            raise NoRelease("there is no release before this one")
        wanted = id or well[1]
        if wanted not in kept:
            raise NoRelease(f"no release {wanted}; kept are: {', '.join(well) or 'none'}")
        return kept[wanted]

    def running(self, code_sha256: str) -> Release | None:
        """The newest release with this code."""
        return next((release for release in self.kept() if release.code_sha256 == code_sha256), None)

    def unpack(self, release: Release, folder: Path) -> None:
        """Lays a release out in an empty folder."""
        content = self._get(f"releases/{release.id}/release.tar")
        if content is None:
            raise NoRelease(f"the archive of {release.id} is gone")
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            archive.extractall(folder, filter="data")

    def _get(self, key: str) -> bytes | None:
        try:
            content: bytes = self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] in _NOWHERE:
                return None
            raise
        return content

    def _put(self, key: str, content: bytes) -> None:
        self._s3.put_object(Bucket=self._bucket, Key=key, Body=content)


def _packed(workshop: Workshop, archive: str) -> bytes:
    """The workshop without what is not of this release: other zips, and the record of what is deployed."""
    left_out: Sequence[Path] = [workshop.folder / ".chalice" / name for name in ("deployed", "deployments")]
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for path in sorted(workshop.folder.rglob("*")):
            if path.is_file() and not any(path.is_relative_to(each) for each in left_out):
                tar.add(path, path.relative_to(workshop.folder).as_posix())
        tar.add(workshop.folder / archive, archive)
        tar.add(PACKAGING.lock, LIBRARIES)
    return packed.getvalue()
