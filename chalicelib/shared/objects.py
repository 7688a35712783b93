"""What a room may ask of its bucket, whatever stands behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class UploadForm:
    """A presigned POST: where to send the form and the fields that must go with the file (field name `file`)."""

    url: str
    fields: Mapping[str, str]
    expires_in: int


@dataclass(frozen=True)
class Stored:
    """What is known of an object without reading it: bytes, media type, hex SHA-256 where S3 checked it, ETag."""

    size: int
    media_type: str
    sha256: str | None
    etag: str


class Objects(Protocol):
    """A room's bucket."""

    def upload_form(self, key: str, *, media_type: str, size: int, sha256: str, expires_in: int = 900) -> UploadForm:
        """A form that S3 accepts only for exactly this key, type, size (bytes) and hex SHA-256."""
        ...

    def download_url(self, key: str, *, file_name: str | None = None, expires_in: int = 300) -> str:
        """A short-lived address to read one object, saved under `file_name` (RFC 6266, Thai names kept)."""
        ...

    def head(self, key: str) -> Stored | None:
        """What stands there, or None."""
        ...

    def read(self, key: str, *, limit: int | None = None) -> bytes:
        """The bytes, at most `limit` of them; raises NotFound."""
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
        """Copies within the bucket, keeping type and checksum."""
        ...

    def delete(self, key: str) -> None:
        """Removes it; no error when absent."""
        ...
