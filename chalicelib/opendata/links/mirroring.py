"""A copy of what a link leads to: a new version of its resource, by the same intake as files that are sent."""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from chalicelib.shared.ids import new_token
from chalicelib.shared.journal import Once
from chalicelib.shared.objects import Objects

from .. import files
from ..announcing import latest, upload_key
from ..model import Package, Resource, Upload
from ..packages import Packages
from ..store import Store, Writing

BY = "system:opendata-links"
MAX_MIRROR = 2_000_000_000
"""Bytes of a file that is fetched: what the disk of the function holds."""


class Mirror:
    """Enters what was fetched.

    Args:
        store, packages, objects: the catalogue.
        clock: tells the time.
    """

    def __init__(self, store: Store, packages: Packages, objects: Objects, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._packages = packages
        self._objects = objects
        self._clock = clock

    def enter(self, package: Package, resource: Resource, file: Path, url: str, media_type: str) -> str:
        """Announces a fetched file and puts it where announced ones arrive; answers its hex SHA-256.

        Nothing is announced where these very bytes are what was sent last. One that was announced by a run that died
        before it put them there, is put there now.

        Raises:
            Stale: somebody changed the dataset meanwhile; it is fetched again another time.
        """
        with file.open("rb") as opened:
            sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
        waiting = resource.upload
        if waiting is not None and waiting.sha256 == sha256:
            self._objects.store(waiting.key, file, media_type=waiting.media_type)
            return sha256
        last = latest(resource)
        if last is not None and last.sha256 == sha256:
            return sha256
        now = self._clock().isoformat(timespec="microseconds")
        number = resource.uploads + 1
        upload = Upload(
            number=number,
            key=upload_key(resource.id, number),
            file_name=_name(url),
            media_type=media_type if media_type in files.MEDIA_TYPES else _guessed(url),
            size=file.stat().st_size,
            sha256=sha256,
            options={} if last is None else last.options,
            kind="mirror",
            at=now,
        )
        announced = replace(resource, upload=upload, uploads=number, modified=now)
        resources = tuple(announced if each.id == resource.id else each for each in package.resources)
        once = Once(new_token(), "", new_token(), claimed=False)
        writing = Writing(once, BY, "changed resource", "opendata.resource.changed", subject=resource.id)
        organization = self._store.groups_by_id([package.dataset.owner_org])[package.dataset.owner_org]
        themes = self._packages.themes(package)
        self._store.save(writing, package, replace(package, resources=resources), organization, themes)
        self._objects.store(upload.key, file, media_type=upload.media_type)
        return sha256


def _name(url: str) -> str:
    return files.safe_file_name(unquote(urlsplit(url).path.rpartition("/")[2]))


def _guessed(url: str) -> str:
    guessed = mimetypes.guess_type(_name(url))[0] or ""
    return guessed if guessed in files.MEDIA_TYPES else "application/octet-stream"
