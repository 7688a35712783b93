"""A room's bucket in memory, with the same promises as the S3 one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from chalicelib.shared.errors import Stale, not_found
from chalicelib.shared.objects import Content, Part, PartForm, Piece, Stored, UploadForm

PART_AT_LEAST = 5 * 1024 * 1024
"""Bytes of every part but the last (S3 user guide, \"Multipart upload limits\")."""


class MemoryObjects:
    """An `Objects` in a dict; `arrive` plays the browser that sends a presigned form."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[bytes, str]] = {}
        self.forms: dict[str, tuple[str, int, str]] = {}
        self.reads: list[str] = []
        self.ranges: list[tuple[str, int]] = []
        self.uploads: dict[str, tuple[str, str, dict[int, bytes]]] = {}
        self.part_forms: dict[str, tuple[str, str, Part]] = {}
        self.composites: dict[str, str] = {}
        self.before_put: Callable[[str], None] | None = None

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

    def put_url(self, key: str, *, media_type: str, expires_in: int = 300) -> str:
        return f"https://bucket.test/{quote(key)}?put={quote(media_type, safe='')}&expires={expires_in}"

    def part_arrives(self, form: PartForm, body: bytes, headers: Mapping[str, str] | None = None) -> int:
        """The HTTP status that S3 gives to this body sent to a part's address with these headers."""
        _, upload, part = self.part_forms[form.url]
        sent = form.headers if headers is None else headers
        if dict(sent) != dict(form.headers) or len(body) != part.size:
            return 403  # SignatureDoesNotMatch: both are signed
        if hashlib.sha256(body).hexdigest() != part.sha256:
            return 400  # BadDigest
        if upload not in self.uploads:
            return 404
        self.uploads[upload][2][part.number] = body
        return 200

    def send_part(self, key: str, upload: str, number: int, body: bytes) -> Part:
        self.uploads[upload][2][number] = body
        return Part(number, len(body), hashlib.sha256(body).hexdigest())

    def start_upload(self, key: str, *, media_type: str) -> str:
        upload = f"upload-{len(self.uploads)}-{len(self.kept)}-{len(self.part_forms)}"
        self.uploads[upload] = (key, media_type, {})
        return upload

    def part_form(self, key: str, upload: str, part: Part, *, expires_in: int = 3600) -> PartForm:
        url = f"https://bucket.test/{quote(key)}?upload={upload}&part={part.number}&expires={expires_in}"
        self.part_forms[url] = (key, upload, part)
        return PartForm(part.number, url, {"x-amz-checksum-sha256": part.sha256}, expires_in)

    def uploaded(self, key: str, upload: str) -> Mapping[int, int] | None:
        if upload not in self.uploads:
            return None
        return {number: len(body) for number, body in sorted(self.uploads[upload][2].items())}

    def finish_upload(self, key: str, upload: str, parts: Sequence[Part]) -> bool:
        if upload not in self.uploads:
            return False
        _, media_type, arrived = self.uploads[upload]
        bodies = [arrived[part.number] for part in parts]
        assert all(len(body) >= PART_AT_LEAST for body in bodies[:-1]), "EntityTooSmall"
        del self.uploads[upload]
        self.kept[key] = (b"".join(bodies), media_type)
        digests = b"".join(hashlib.sha256(body).digest() for body in bodies)
        self.composites[key] = hashlib.sha256(digests).hexdigest()
        return True

    def drop_upload(self, key: str, upload: str) -> None:
        self.uploads.pop(upload, None)

    def head(self, key: str) -> Stored | None:
        if key not in self.kept:
            return None
        body, media_type = self.kept[key]
        digest = hashlib.sha256(body).hexdigest()
        composite = self.composites.get(key)
        return Stored(len(body), media_type, None if composite else digest, digest[:32], composite)

    def read(self, key: str, *, limit: int | None = None) -> bytes:
        self.reads.append(key)
        if key not in self.kept:
            raise not_found("ไฟล์", "file")
        return self.kept[key][0][:limit]

    def fetch(self, key: str, to: Path | None = None) -> Content:
        body = self.read(key)
        if to is not None:
            to.write_bytes(body)
        return Content(len(body), hashlib.sha256(body).hexdigest())

    def store(self, key: str, file: Path, *, media_type: str, only_if_new: bool = False) -> bool:
        return self.put(key, file.read_bytes(), media_type=media_type, only_if_new=only_if_new)

    def read_range(self, key: str, length: int, *, start: int | None = None, if_match: str | None = None) -> Piece:
        there = self.head(key)
        if there is None:
            raise not_found("ไฟล์", "file")
        if if_match is not None and if_match != there.etag:
            raise Stale("ไฟล์ถูกแทนที่ระหว่างอ่าน", "The file was replaced while it was read.")
        first = max(0, there.size - length) if start is None else start
        body = self.kept[key][0][first : first + length]
        self.ranges.append((key, len(body)))
        return Piece(body, first, there.size, there.etag) if body else Piece(b"", first, 0, "")

    def put(
        self, key: str, body: bytes, *, media_type: str, only_if_new: bool = False, if_match: str | None = None
    ) -> bool:
        if self.before_put is not None:
            self.before_put(key)
        there = self.head(key)
        if (only_if_new and there is not None) or (if_match is not None and (there is None or there.etag != if_match)):
            return False
        self.composites.pop(key, None)
        self.kept[key] = (body, media_type)
        return True

    def copy(self, source: str, target: str) -> None:
        if source not in self.kept:
            raise not_found("ไฟล์", "file")
        self.kept[target] = self.kept[source]

    def keys(self, prefix: str) -> Iterator[str]:
        yield from sorted(key for key in self.kept if key.startswith(prefix))

    def delete(self, key: str) -> None:
        self.kept.pop(key, None)
        self.composites.pop(key, None)
