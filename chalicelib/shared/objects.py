"""What a room may ask of its bucket, whatever stands behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from .dataclass import dataclass


@dataclass(frozen=True)
class UploadForm:
    """A presigned POST: where to send the form and the fields that must go with the file (field name `file`)."""

    url: str
    fields: Mapping[str, str]
    expires_in: int


@dataclass(frozen=True)
class Stored:
    """What is known of an object without reading it: bytes, media type, hex SHA-256 where S3 checked it, ETag.

    Attributes:
        composite: of an object that came in parts, instead of `sha256`: hex SHA-256 over its parts' SHA-256 digests.
    """

    size: int
    media_type: str
    sha256: str | None
    etag: str
    composite: str | None = None


@dataclass(frozen=True)
class Content:
    """What an object turned out to be when all of it was read: bytes, hex SHA-256."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Piece:
    """Some bytes of an object.

    Attributes:
        start: place of the first of them.
        size: of the whole object, in bytes.
        etag: of the object; "" of an empty one.
    """

    body: bytes
    start: int
    size: int
    etag: str


@dataclass(frozen=True)
class Part:
    """A piece of a large upload: number (from 1), bytes, hex SHA-256. S3 wants 5 MiB at least, but for the last."""

    number: int
    size: int
    sha256: str


@dataclass(frozen=True)
class PartForm:
    """A presigned PUT of one part: where to send it, and the headers that must go with it."""

    number: int
    url: str
    headers: Mapping[str, str]
    expires_in: int


class Objects(Protocol):
    """A room's bucket."""

    def upload_form(self, key: str, *, media_type: str, size: int, sha256: str, expires_in: int = 900) -> UploadForm:
        """A form that S3 accepts only for exactly this key, type, size (bytes) and hex SHA-256."""
        ...

    def download_url(self, key: str, *, file_name: str | None = None, expires_in: int = 300) -> str:
        """A short-lived address to read one object, saved under `file_name` (RFC 6266, Thai names kept)."""
        ...

    def put_url(self, key: str, *, media_type: str, expires_in: int = 300) -> str:
        """A short-lived address that takes a PUT of exactly this key with exactly this `Content-Type`.

        For a part of the platform that has no right of its own; whoever else sends files gets an `upload_form`, which
        also says how large they are.
        """
        ...

    def start_upload(self, key: str, *, media_type: str) -> str:
        """Opens an upload in parts; returns its id. Nothing stands at the key until it is finished."""
        ...

    def part_form(self, key: str, upload: str, part: Part, *, expires_in: int = 3600) -> PartForm:
        """An address that S3 accepts only for exactly this part: number, size and SHA-256."""
        ...

    def send_part(self, key: str, upload: str, number: int, body: bytes) -> Part:
        """Sends a part of an upload that we make ourselves; a repeat with the same number replaces it."""
        ...

    def uploaded(self, key: str, upload: str) -> Mapping[int, int] | None:
        """The sizes of the parts that have arrived; None when the upload was finished or dropped."""
        ...

    def finish_upload(self, key: str, upload: str, parts: Sequence[Part]) -> bool:
        """Makes the object of its parts, all of which must have arrived; False when there is no such upload."""
        ...

    def drop_upload(self, key: str, upload: str) -> None:
        """Forgets an unfinished upload and its parts; no error when absent."""
        ...

    def head(self, key: str) -> Stored | None:
        """What stands there, or None."""
        ...

    def read(self, key: str, *, limit: int | None = None) -> bytes:
        """The bytes, at most `limit` of them; raises NotFound."""
        ...

    def read_range(self, key: str, length: int, *, start: int | None = None, if_match: str | None = None) -> Piece:
        """At most `length` bytes (1 or more) from `start` on; without `start`, the last ones. One request.

        Args:
            start: from 0; behind the end there is nothing (an empty piece).
            if_match: the object must have this ETag.

        Raises:
            NotFound: no such object.
            Stale: it has another ETag.
        """
        ...

    def fetch(self, key: str, to: Path | None = None) -> Content:
        """Streams the whole object through a hash, and into a file of the local disk; raises NotFound.

        Whatever its size, no more than a few megabytes of it are in memory.

        Args:
            to: the file, made or replaced; None: only the hash is wanted.
        """
        ...

    def store(self, key: str, file: Path, *, media_type: str, only_if_new: bool = False) -> bool:
        """Writes a file of the local disk, in parts where it is large; False where something stands there already.

        A large one is there as a whole or not at all.

        Args:
            only_if_new: nothing may stand there. Of two who store a large file at once both may, so this is for keys
                that tell the content.
        """
        ...

    def put(
        self, key: str, body: bytes, *, media_type: str, only_if_new: bool = False, if_match: str | None = None
    ) -> bool:
        """Writes an object; False, and nothing written, when a condition fails or another writer is just at it.

        Args:
            only_if_new: nothing may stand there.
            if_match: what stands there must have this ETag (`Stored.etag`).
        """
        ...

    def copy(self, source: str, target: str) -> None:
        """Copies within the bucket, keeping type and checksum; raises NotFound when there is no source."""
        ...

    def keys(self, prefix: str) -> Iterator[str]:
        """The keys that begin so, in order; one request for each thousand of them."""
        ...

    def delete(self, key: str) -> None:
        """Removes it; no error when absent."""
        ...
