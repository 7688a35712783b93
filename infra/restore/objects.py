"""Objects of a bucket as they were: the version of then becomes the newest again. Nothing is deleted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass
class Restored:
    """What was done under a prefix.

    Attributes:
        back: objects that are again what they were.
        same: objects that are what they were.
        newer: objects that came later, and stay.
        lost: objects whose version of then has expired.
    """

    back: int = 0
    same: int = 0
    newer: int = 0
    lost: int = 0


def restore(client: S3Client, bucket: str, prefix: str, at: datetime) -> Restored:
    """Puts the objects under a prefix back to what they were at a time; objects that were not there then stay."""
    done = Restored()
    for key, entries in _histories(client, bucket, prefix).items():
        then = next((each for each in entries if each["LastModified"] <= at), None)
        newest = entries[0]
        if then is None:
            # the oldest entry is younger: either the object is, or what was before it expired (a mark of deletion)
            done.newer += "Size" in entries[-1]
            done.lost += "Size" not in entries[-1]
        elif then is newest or "Size" not in then:
            done.same += then is newest
            done.newer += then is not newest
        else:
            source: Any = {"Bucket": bucket, "Key": key, "VersionId": then["VersionId"]}
            client.copy_object(Bucket=bucket, Key=key, CopySource=source)
            done.back += 1
    return done


def _histories(client: S3Client, bucket: str, prefix: str) -> Mapping[str, list[Any]]:
    """Versions and marks of deletion by key, the newest first."""
    found: dict[str, list[Any]] = {}
    for page in client.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix):
        entries: Iterable[Any] = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
        for entry in entries:
            found.setdefault(entry["Key"], []).append(entry)
    return {
        key: sorted(entries, key=lambda each: (each["LastModified"], each["IsLatest"]), reverse=True)
        for key, entries in found.items()
    }
