"""Files: their names, media types and formats, and what may be announced."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

MAX_FILE = 100 * 1024 * 1024
"""Bytes of one upload: the ingest reads the file into memory of one Lambda."""

MEDIA_TYPES = frozenset(
    {
        "text/csv",
        "text/plain",
        "text/tab-separated-values",
        "application/csv",
        "application/json",
        "application/geo+json",
        "application/pdf",
        "application/zip",
        "application/octet-stream",
        "application/vnd.ms-excel",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
)
_KNOWN_ENDINGS = frozenset({"geojson", "parquet", "shp", "kml", "kmz", "gpx", "gml", "ods", "rdf", "ttl", "jsonl"})
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
    if isinstance(size, bool) or not isinstance(size, int) or not 1 <= size <= MAX_FILE:
        faults.append(f"size: must be 1 to {MAX_FILE} bytes")
    if not isinstance(sha256, str) or not re.fullmatch(r"[0-9a-f]{64}", sha256):
        faults.append("sha256: must be 64 hexadecimal digits in lower case")
    if not isinstance(name, str) or not 1 <= len(name.encode()) <= 255 or not file_name_is_safe(name):
        faults.append("file_name: must be a plain file name of at most 255 bytes")
    if not isinstance(given.get("media_type"), str) or given["media_type"] not in MEDIA_TYPES:
        faults.append(f"media_type: must be one of {', '.join(sorted(MEDIA_TYPES))}")
    return faults


def file_name_is_safe(name: str) -> bool:
    """No folders, no control or direction-changing characters; Thai is welcome."""
    return name not in (".", "..") and all(
        letter not in '/\\"' and (letter.isprintable() and not "\u202a" <= letter <= "\u2069") for letter in name
    )


def safe_file_name(name: str) -> str:
    """A name that came with a file, without what a plain file name may not hold; Thai stays, and so does the ending."""
    kept = "".join(letter for letter in name if file_name_is_safe(letter) or letter == ".").strip(". ") or "file"
    stem, dot, ending = kept.rpartition(".")
    if not dot or len(ending.encode()) > 20:
        stem, dot, ending = kept, "", ""
    room = 255 - len((dot + ending).encode())
    # cut between characters, never within one
    return stem.encode()[:room].decode(errors="ignore") + dot + ending
