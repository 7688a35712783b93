"""Files: their names, media types and formats, and what may be announced."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Mapping
from typing import Any, TypeGuard
from urllib.parse import urlsplit

from chalicelib.shared.redaction import holds_id

MAX_FILE = 5_000_000_000
"""Bytes of one file: what S3 copies in one request (S3 user guide, "Amazon S3 multipart upload limits": 5 GB)."""
MAX_AT_ONCE = 1_000_000_000
"""Bytes of a file that comes in one piece: one that breaks must begin anew, so larger ones come in parts."""
SMALLEST_PART, LARGEST_PART = 5 * 1024**2, 1024**3
"""Bytes of a part but the last; S3 wants 5 MiB at least."""
MOST_PARTS = 200
"""Of one upload; each has its SHA-256 in the resource's row."""

MEDIA_TYPES = frozenset(
    {
        "text/csv",
        "text/plain",
        "text/tab-separated-values",
        "text/xml",
        "application/csv",
        "application/json",
        "application/jsonl",
        "application/x-ndjson",
        "application/geo+json",
        "application/gpx+xml",
        "application/geopackage+sqlite3",
        "application/gzip",
        "application/x-gzip",
        "application/pdf",
        "application/vnd.apache.parquet",
        "application/vnd.google-earth.kml+xml",
        "application/vnd.google-earth.kmz",
        "application/vnd.oasis.opendocument.spreadsheet",
        "application/vnd.oasis.opendocument.text",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "application/vnd.ms-excel",
        "application/msword",
        "application/xml",
        "application/rdf+xml",
        "text/turtle",
        "application/ld+json",
        "application/zip",
        "application/x-zip-compressed",
        "application/octet-stream",
        "image/png",
        "image/jpeg",
        "image/tiff",
    }
)
_KNOWN_ENDINGS = frozenset(
    {"geojson", "parquet", "shp", "kml", "kmz", "gpx", "gml", "ods", "rdf", "ttl", "jsonl", "ndjson", "gpkg"}
)
_SHA256 = re.compile(r"[0-9a-f]{64}")
_BY_MEDIA_TYPE = {
    "text/csv": "CSV",
    "text/tab-separated-values": "TSV",
    "application/json": "JSON",
    "application/pdf": "PDF",
}


def normal_format(text: str) -> str:
    """CKAN's spelling of a format: `csv`, `.CSV` and `text/csv` are all CSV."""
    plain = text.strip().lower().lstrip(".")
    return _BY_MEDIA_TYPE.get(plain, plain.upper() if len(plain) <= 8 else text.strip())


def guessed_format(name: str) -> str:
    """The format that the name of a file or the path of an address ends with, if it is a known one, else ""."""
    try:
        path = urlsplit(name).path
    except ValueError:
        return ""
    _, dot, ending = path.rsplit("/", 1)[-1].rpartition(".")
    if not dot or not ending.isascii() or mimetypes.guess_type(f"x.{ending}", strict=False)[0] is None:
        return ending.upper() if ending.lower() in _KNOWN_ENDINGS else ""
    return normal_format(ending)


def faults_of_upload(given: Mapping[str, Any]) -> list[str]:
    """What is wrong with the announcement of a file."""
    size, sha256, name = given.get("size"), given.get("sha256"), given.get("file_name")
    faults: list[str] = []
    if not _is_count(size, MAX_FILE):
        faults.append(f"size: must be 1 to {MAX_FILE} bytes")
    else:
        faults += _faults_of_parts(given, size)
    if not isinstance(sha256, str) or not _SHA256.fullmatch(sha256):
        faults.append("sha256: must be 64 hexadecimal digits in lower case")
    if not isinstance(name, str) or not 1 <= len(name.encode()) <= 255 or not file_name_is_safe(name):
        faults.append("file_name: must be a plain file name of at most 255 bytes")
    elif holds_id(name):
        faults.append("file_name: holds what looks like a national id; take it out")
    if not isinstance(given.get("media_type"), str) or given["media_type"] not in MEDIA_TYPES:
        faults.append(f"media_type: must be one of {', '.join(sorted(MEDIA_TYPES))}")
    return faults


def _faults_of_parts(given: Mapping[str, Any], size: int) -> list[str]:
    """Whether size and parts of an announced file fit together."""
    part_size, parts = given.get("part_size"), given.get("parts")
    if part_size is None and parts is None:
        if size > MAX_AT_ONCE:
            return [f"parts: a file of more than {MAX_AT_ONCE} bytes comes in parts; give part_size and parts"]
        return []
    if not _is_count(part_size, LARGEST_PART) or part_size < SMALLEST_PART:
        return [f"part_size: must be {SMALLEST_PART} to {LARGEST_PART} bytes"]
    wanted = -(-size // part_size)
    if wanted > MOST_PARTS:
        return [f"part_size: makes more than {MOST_PARTS} parts; choose a larger one"]
    digests = isinstance(parts, list) and all(isinstance(each, str) and _SHA256.fullmatch(each) for each in parts)
    if not isinstance(parts, list) or not digests or len(parts) != wanted:
        return [f"parts: must be the SHA-256 of each of the {wanted} parts, in order, in lower case"]
    return []


def _is_count(value: object, most: int) -> TypeGuard[int]:
    return not isinstance(value, bool) and isinstance(value, int) and 1 <= value <= most


def file_name_is_safe(name: str) -> bool:
    """No folders, no control or direction-changing characters; Thai is welcome."""
    return name not in (".", "..") and all(
        letter not in '/\\"' and (letter.isprintable() and not "\u202a" <= letter <= "\u2069") for letter in name
    )


def safe_file_name(name: str) -> str:
    """A name that came with a file, without what a plain file name may not hold; Thai stays, and so does the ending.

    A name that tells a national id becomes `file`.
    """
    kept = "".join(letter for letter in name if file_name_is_safe(letter) or letter == ".").strip(". ") or "file"
    if holds_id(kept):
        ending = kept.rpartition(".")[2]
        kept = f"file.{ending}" if ending.isalpha() else "file"
    stem, dot, ending = kept.rpartition(".")
    if not dot or len(ending.encode()) > 20:
        stem, dot, ending = kept, "", ""
    room = 255 - len((dot + ending).encode())
    # cut between characters, never within one
    return stem.encode()[:room].decode(errors="ignore") + dot + ending
