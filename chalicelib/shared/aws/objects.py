"""S3 behind `shared.objects.Objects`."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import quote

from ..errors import Stale, not_found
from ..objects import Content, Part, PartForm, Piece, Stored, UploadForm
from .reached import reached

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

CHUNK = 1 << 20
"""Bytes that are read at once."""
PIECE = 64 << 20
"""Bytes of a part that we make ourselves; a file of no more goes in one request."""


class S3Objects:
    """One bucket; see `shared.objects.Objects` for the promises.

    Args:
        client: S3.
        bucket: its name.
        patient: S3 for what moves many bytes; the same where it is not given.
        piece: bytes of a part that we make ourselves.
    """

    def __init__(
        self,
        client: Callable[[], S3Client],
        bucket: str,
        *,
        patient: Callable[[], S3Client] | None = None,
        piece: int = PIECE,
    ) -> None:
        self._client = client
        self._patient = patient or client
        self._bucket = bucket
        self._piece = piece

    def upload_form(self, key: str, *, media_type: str, size: int, sha256: str, expires_in: int = 900) -> UploadForm:
        checksum = base64.b64encode(bytes.fromhex(sha256)).decode()
        fields = {
            "Content-Type": media_type,
            "x-amz-checksum-algorithm": "SHA256",
            "x-amz-checksum-sha256": checksum,
        }
        conditions: list[Any] = [
            {"bucket": self._bucket},
            ["content-length-range", size, size],
            *({name: value} for name, value in fields.items()),
        ]
        made = self._client().generate_presigned_post(
            Bucket=self._bucket, Key=key, Fields=dict(fields), Conditions=conditions, ExpiresIn=expires_in
        )
        return UploadForm(made["url"], made["fields"], expires_in)

    def download_url(self, key: str, *, file_name: str | None = None, expires_in: int = 300) -> str:
        request = {"Bucket": self._bucket, "Key": key}
        if file_name is not None:
            request["ResponseContentDisposition"] = f"attachment; filename*=UTF-8''{quote(file_name, safe='')}"
        return self._client().generate_presigned_url("get_object", Params=request, ExpiresIn=expires_in)

    def put_url(self, key: str, *, media_type: str, expires_in: int = 300) -> str:
        request = {"Bucket": self._bucket, "Key": key, "ContentType": media_type}
        return self._client().generate_presigned_url("put_object", Params=request, ExpiresIn=expires_in)

    @reached("s3")
    def start_upload(self, key: str, *, media_type: str) -> str:
        made = self._client().create_multipart_upload(
            Bucket=self._bucket,
            Key=key,
            ContentType=media_type,
            ChecksumAlgorithm="SHA256",
            ChecksumType="COMPOSITE",
        )
        return made["UploadId"]

    def part_form(self, key: str, upload: str, part: Part, *, expires_in: int = 3600) -> PartForm:
        checksum = _checksum(part)
        request = {
            "Bucket": self._bucket,
            "Key": key,
            "UploadId": upload,
            "PartNumber": part.number,
            "ContentLength": part.size,  # signed, as is the checksum: another size or content is refused
            "ChecksumSHA256": checksum,
        }
        url = self._client().generate_presigned_url("upload_part", Params=request, ExpiresIn=expires_in)
        return PartForm(part.number, url, {"x-amz-checksum-sha256": checksum}, expires_in)

    @reached("s3")
    def send_part(self, key: str, upload: str, number: int, body: bytes) -> Part:
        part = Part(number, len(body), hashlib.sha256(body).hexdigest())
        self._patient().upload_part(
            Bucket=self._bucket,
            Key=key,
            UploadId=upload,
            PartNumber=number,
            Body=body,
            ChecksumSHA256=_checksum(part),
        )
        return part

    @reached("s3")
    def uploaded(self, key: str, upload: str) -> Mapping[int, int] | None:
        found = self._parts(key, upload)
        return None if found is None else {part["PartNumber"]: part["Size"] for part in found}

    @reached("s3")
    def finish_upload(self, key: str, upload: str, parts: Sequence[Part]) -> bool:
        found = self._parts(key, upload)
        if found is None:
            return False
        tags = {part["PartNumber"]: part["ETag"] for part in found}
        listed: list[Any] = [
            {"PartNumber": part.number, "ETag": tags[part.number], "ChecksumSHA256": _checksum(part)} for part in parts
        ]
        try:
            self._patient().complete_multipart_upload(
                Bucket=self._bucket, Key=key, UploadId=upload, MultipartUpload={"Parts": listed}
            )
        except self._patient().exceptions.NoSuchUpload:
            return False
        return True

    @reached("s3")
    def drop_upload(self, key: str, upload: str) -> None:
        try:
            self._client().abort_multipart_upload(Bucket=self._bucket, Key=key, UploadId=upload)
        except self._client().exceptions.NoSuchUpload:
            return

    @reached("s3")
    def head(self, key: str) -> Stored | None:
        from botocore.exceptions import ClientError

        try:
            found = self._client().head_object(Bucket=self._bucket, Key=key, ChecksumMode="ENABLED")
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                return None
            raise
        # of an object in parts S3 tells `{digest}-{number of parts}` (S3 user guide, "Checking object integrity")
        checksum = found.get("ChecksumSHA256", "").partition("-")[0]
        digest = base64.b64decode(checksum).hex() if checksum else None
        in_parts = found.get("ChecksumType") == "COMPOSITE"
        return Stored(
            size=found["ContentLength"],
            media_type=found.get("ContentType", ""),
            sha256=None if in_parts else digest,
            etag=found["ETag"].strip('"'),
            composite=digest if in_parts else None,
        )

    @reached("s3")
    def read(self, key: str, *, limit: int | None = None) -> bytes:
        request: dict[str, Any] = {"Bucket": self._bucket, "Key": key}
        if limit is not None:
            request["Range"] = f"bytes=0-{limit - 1}"
        from botocore.exceptions import ClientError

        try:
            return self._client().get_object(**request)["Body"].read()
        except self._client().exceptions.NoSuchKey:
            raise not_found("ไฟล์", "file") from None
        except ClientError as error:
            if error.response["Error"]["Code"] == "InvalidRange":
                return b""  # S3 has no first byte of an empty object to give (RFC 9110 §15.5.17)
            raise

    @reached("s3")
    def fetch(self, key: str, to: Path | None = None) -> Content:
        try:
            body = self._patient().get_object(Bucket=self._bucket, Key=key)["Body"]
        except self._patient().exceptions.NoSuchKey:
            raise not_found("ไฟล์", "file") from None
        digest, size = hashlib.sha256(), 0
        with nullcontext() if to is None else to.open("wb") as out:
            for chunk in body.iter_chunks(CHUNK):  # raises where fewer bytes come than were promised
                digest.update(chunk)
                size += len(chunk)
                if out is not None:
                    out.write(chunk)
        return Content(size, digest.hexdigest())

    @reached("s3")
    def store(self, key: str, file: Path, *, media_type: str, only_if_new: bool = False) -> bool:
        with file.open("rb") as source:
            if file.stat().st_size <= self._piece:
                return self.put(key, source, media_type=media_type, only_if_new=only_if_new)
            if only_if_new and self.head(key) is not None:
                return False
            upload = self.start_upload(key, media_type=media_type)
            pieces = iter(lambda: source.read(self._piece), b"")
            sent = [self.send_part(key, upload, number, piece) for number, piece in enumerate(pieces, start=1)]
        return self.finish_upload(key, upload, sent)

    @reached("s3")
    def read_range(self, key: str, length: int, *, start: int | None = None, if_match: str | None = None) -> Piece:
        from botocore.exceptions import ClientError

        wanted = f"bytes=-{length}" if start is None else f"bytes={start}-{start + length - 1}"
        request: dict[str, Any] = {"Bucket": self._bucket, "Key": key, "Range": wanted}
        if if_match is not None:
            request["IfMatch"] = f'"{if_match}"'
        try:
            found = self._client().get_object(**request)
        except self._client().exceptions.NoSuchKey:
            raise not_found("ไฟล์", "file") from None
        except ClientError as error:
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            if status == 416:  # RFC 9110 §15.5.17: nothing of the range is there
                return Piece(b"", start or 0, 0, "")
            if status == 412:
                raise Stale("ไฟล์ถูกแทนที่ระหว่างอ่าน", "The file was replaced while it was read.") from None
            raise
        if "ContentRange" not in found:
            return Piece(b"", start or 0, 0, "")  # an empty object, which has no range to tell of
        place, _, size = found["ContentRange"].removeprefix("bytes ").partition("/")
        return Piece(found["Body"].read(), int(place.partition("-")[0]), int(size), found["ETag"].strip('"'))

    @reached("s3")
    def put(
        self,
        key: str,
        body: bytes | IO[bytes],
        *,
        media_type: str,
        only_if_new: bool = False,
        if_match: str | None = None,
    ) -> bool:
        from botocore.exceptions import ClientError

        request: dict[str, Any] = {
            "Bucket": self._bucket,
            "Key": key,
            "Body": body,
            "ContentType": media_type,
        }
        if only_if_new:
            request["IfNoneMatch"] = "*"
        if if_match is not None:
            request["IfMatch"] = f'"{if_match}"'
        try:
            self._client().put_object(**request)
        except ClientError as error:
            # 409: another conditional write is under way; 412: the condition fails; 404: nothing there to match
            failed = (409, 412) if only_if_new else (404, 409, 412) if if_match is not None else ()
            missing_bucket = error.response["Error"]["Code"] == "NoSuchBucket"
            if error.response["ResponseMetadata"]["HTTPStatusCode"] in failed and not missing_bucket:
                return False
            raise
        return True

    @reached("s3")
    def copy(self, source: str, target: str) -> None:
        origin: Any = {"Bucket": self._bucket, "Key": source}
        try:
            self._patient().copy_object(Bucket=self._bucket, Key=target, CopySource=origin)
        except self._patient().exceptions.NoSuchKey:
            raise not_found("ไฟล์", "file") from None

    def keys(self, prefix: str) -> Iterator[str]:
        pages = self._client().get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix)
        with reached("s3"):
            for page in pages:
                for found in page.get("Contents", []):
                    yield found["Key"]

    @reached("s3")
    def delete(self, key: str) -> None:
        self._client().delete_object(Bucket=self._bucket, Key=key)

    def _parts(self, key: str, upload: str) -> list[Any] | None:
        """Every part that has arrived, 1,000 to a page; None without such an upload."""
        pages = self._client().get_paginator("list_parts").paginate(Bucket=self._bucket, Key=key, UploadId=upload)
        try:
            return [part for page in pages for part in page.get("Parts", ())]
        except self._client().exceptions.NoSuchUpload:
            return None


def _checksum(part: Part) -> str:
    return base64.b64encode(bytes.fromhex(part.sha256)).decode()
