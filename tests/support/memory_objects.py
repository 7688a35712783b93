"""A room's bucket in memory, with the same promises as the S3 one."""

from __future__ import annotations

import hashlib
from urllib.parse import quote

from chalicelib.shared.errors import not_found
from chalicelib.shared.objects import Stored, UploadForm


class MemoryObjects:
    """An `Objects` in a dict; `arrive` plays the browser that sends a presigned form."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[bytes, str]] = {}
        self.forms: dict[str, tuple[str, int, str]] = {}
        self.reads: list[str] = []

    def arrive(self, key: str, body: bytes) -> None:
        """The upload of a file by its form; a file that breaks the form's conditions is refused as S3 does."""
        media_type, size, sha256 = self.forms[key]
        assert len(body) == size, "EntityTooLarge or EntityTooSmall"
        assert hashlib.sha256(body).hexdigest() == sha256, "BadDigest"
        self.kept[key] = (body, media_type)

    def upload_form(self, key: str, *, media_type: str, size: int, sha256: str, expires_in: int = 900) -> UploadForm:
        self.forms[key] = (media_type, size, sha256)
        return UploadForm("https://bucket.test/", {"key": key, "Content-Type": media_type}, expires_in)

    def download_url(self, key: str, *, file_name: str | None = None, expires_in: int = 300) -> str:
        named = f"&filename*=UTF-8''{quote(file_name, safe='')}" if file_name is not None else ""
        return f"https://bucket.test/{quote(key)}?expires={expires_in}{named}"

    def head(self, key: str) -> Stored | None:
        if key not in self.kept:
            return None
        body, media_type = self.kept[key]
        digest = hashlib.sha256(body).hexdigest()
        return Stored(len(body), media_type, digest, digest[:32])

    def read(self, key: str, *, limit: int | None = None) -> bytes:
        self.reads.append(key)
        if key not in self.kept:
            raise not_found("ไฟล์", "file")
        return self.kept[key][0][:limit]

    def put(
        self, key: str, body: bytes, *, media_type: str, only_if_new: bool = False, if_match: str | None = None
    ) -> bool:
        there = self.head(key)
        if (only_if_new and there is not None) or (if_match is not None and (there is None or there.etag != if_match)):
            return False
        self.kept[key] = (body, media_type)
        return True

    def copy(self, source: str, target: str) -> None:
        self.kept[target] = self.kept[source]

    def delete(self, key: str) -> None:
        self.kept.pop(key, None)
