"""What a file claims to be, and what its first bytes say that it is. Pure."""

from __future__ import annotations

from ..files import normal_format

MAX_TABLE = 2_000_000_000
"""Bytes of a file of which a table is made; the local disk of the function holds it several times."""
MAX_ROWS = 10_000_000
"""Rows of a file's tables; more are for a data base, not for one function."""

CLAIMS = frozenset({"CSV", "TSV", "TAB", "XLSX", "XLSM", "ODS", "PARQUET", "JSONL", "NDJSON", "GEOJSON"})
"""Formats of which everybody expects a table: where none can be made, that is a fault and not a matter of course.

XLS is none of them: the old binary workbooks are kept as they are.
"""
_MEDIA_CLAIMS = frozenset(
    {
        "text/csv",
        "application/csv",
        "text/tab-separated-values",
        "application/jsonl",
        "application/x-ndjson",
        "application/geo+json",
        "application/vnd.apache.parquet",
        "application/vnd.oasis.opendocument.spreadsheet",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
)
HEAD = 16
"""Bytes that `never_a_table` wants to see."""
_MAGIC = (
    (b"%PDF-", "PDF"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"{\\rtf", "RTF"),
    (b"7z\xbc\xaf\x27\x1c", "7Z"),
    (b"Rar!\x1a\x07", "RAR"),
    (b"SQLite format 3\x00", "SQLITE"),
)


def never_a_table(head: bytes) -> str:
    """The format of a file of which no table can be made, by its first bytes; "" where one might be."""
    return next((found for magic, found in _MAGIC if head.startswith(magic)), "")


def ending(file_name: str) -> str:
    """The format that the end of a file's name tells, that of its compression left aside."""
    stem = file_name.lower().removesuffix(".gz")
    _, dot, last = stem.rpartition(".")
    return normal_format(last) if dot and last.isascii() else ""


def claims_a_table(file_name: str, media_type: str) -> bool:
    """Whether its owner announced a table: by the file's name, or by its media type where the name has no ending."""
    named = ending(file_name)
    return named in CLAIMS or (not named and media_type in _MEDIA_CLAIMS)
