"""Uploads in parts as S3 answers about them (needed by moto 5.2.5).

A part for an upload that was finished or dropped is refused with NoSuchUpload, where moto raises a KeyError; and HEAD
tells the checksum of an object that came in parts with the number of its parts, `{digest}-{parts}`, as GET does.
"""

from __future__ import annotations

from typing import Any

from moto.s3.exceptions import NoSuchUpload
from moto.s3.models import FakeKey, S3Backend
from moto.s3.responses import S3Response


def install() -> None:
    """Refuse lost parts, tell whole checksums."""
    upload_part, head = S3Backend.upload_part, S3Response.head_object

    def taken(self: S3Backend, bucket_name: str, multipart_id: str, part_id: int, value: bytes) -> FakeKey:
        if multipart_id not in self.get_bucket(bucket_name).multiparts:
            raise NoSuchUpload(upload_id=multipart_id)
        return upload_part(self, bucket_name, multipart_id, part_id, value)

    def told(self: S3Response, bucket_name: str, query: dict[str, Any], key_name: str, headers: dict[str, Any]) -> Any:
        status, found, body = head(self, bucket_name, query, key_name, headers)
        if status == 200 and found.get("x-amz-checksum-type") == "COMPOSITE":
            version = query.get("versionId", [None])[0]
            key = self.backend.head_object(bucket_name, key_name, version_id=version)
            if key is not None:
                found[f"x-amz-checksum-{str(key.checksum_algorithm).lower()}"] = (
                    f"{key.checksum_value}-{key.checksum_parts}"
                )
        return status, found, body

    S3Backend.upload_part = taken  # type: ignore[method-assign] # the mend
    S3Response.head_object = told  # type: ignore[method-assign] # the mend
