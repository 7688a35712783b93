"""How a text file is written: encoding, delimiter, header.

Libraries that guess encodings fail on Thai (charset-normalizer gives up on short texts, chardet takes CP874 for
Cyrillic), and a wrong guess publishes mojibake. So only what can be proved is taken: a byte order mark, UTF-8 that
decodes to its last byte, UTF-16 that shows by its zero bytes, or CP874 (TIS-620) when nearly all high bytes are Thai
letters. Everything else is refused with a reason.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from .model import Unreadable

Encoding = Literal["utf-8", "utf-16-le", "utf-16-be", "cp874"]

CHUNK = 1 << 20
MAX_COLUMNS = 2_000
MAX_LINE = 1 << 20
DELIMITERS = (",", "\t", ";", "|")
SAMPLE_RECORDS = 200
THAI_SHARE = 0.97
"""Share of high bytes that must be Thai letters of CP874 before a file is taken for it."""

_THAI_BYTES = frozenset([*range(0xA1, 0xDB), *range(0xDF, 0xFC)])
# quotes, dashes, ellipsis and the no-break space of CP874: they occur in Thai files of Windows, but are no proof
_NEUTRAL_BYTES = frozenset([0x80, 0x85, *range(0x91, 0x98), 0xA0])
_MAGIC = (
    (b"PK\x03\x04", "ZIP/XLSX/DOCX"),
    (b"%PDF", "PDF"),
    (b"\xd0\xcf\x11\xe0", "XLS/DOC"),
    (b"PAR1", "Parquet"),
    (b"\x1f\x8b", "GZIP"),
)
_BOMS: tuple[tuple[bytes, Encoding], ...] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Thai orthography: an upper or lower mark stands on a consonant, a leading vowel before one. Western accents in
# cp1252 fall on the same bytes but stand among ASCII letters.
_ORPHANS = re.compile(rb"(?<![\xa1-\xda\xe0-\xee])[\xd1\xd4-\xda\xe7-\xee]|[\xe0-\xe4](?![\xa1-\xce])")
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True)
class Layout:
    """How a file is written, as assumed; kept with the table so that its owner can object.

    Attributes:
        encoding: of the original bytes.
        bom: whether a byte order mark was found.
        delimiter: one character.
        columns: names as published: trimmed, unique, never empty.
    """

    encoding: Encoding
    bom: bool
    delimiter: str
    columns: tuple[str, ...]


def find_encoding(path: Path) -> tuple[Encoding, int]:
    """The encoding of a file and the length of its byte order mark; looks at every byte.

    Raises:
        Unreadable: empty, binary, or of no encoding that can be proved.
    """
    with path.open("rb") as file:
        start = file.read(4096)
    if not start.strip(b"\x00\r\n\t \xef\xbb\xbf\xff\xfe"):
        raise Unreadable("ไฟล์ว่างเปล่า", "The file is empty.")
    for magic, name in _MAGIC:
        if start.startswith(magic):
            raise Unreadable(
                f"ไฟล์นี้เป็น {name} ไม่ใช่ข้อความตาราง โปรดบันทึกเป็น CSV", f"This is a {name} file; save it as CSV."
            )
    for bom, encoding in _BOMS:
        if start.startswith(bom):
            _must_decode(path, encoding)
            return encoding, len(bom)
    if b"\x00" in start:
        encoding = _utf16(start)
        _must_decode(path, encoding)
        return encoding, 0
    if _decodes(path, "utf-8"):
        return "utf-8", 0
    _must_be_thai(path)
    return "cp874", 0


def _utf16(start: bytes) -> Encoding:
    # ASCII digits, delimiters and line ends put their zero byte second in little-endian text
    even, odd = start[0::2].count(0), start[1::2].count(0)
    guess: Encoding = "utf-16-le" if odd > even else "utf-16-be"
    text = start[: len(start) // 2 * 2].decode(guess, "replace")
    if max(even, odd) > 4 * min(even, odd) and all(letter.isprintable() or letter in "\t\r\n" for letter in text):
        return guess
    raise Unreadable("ไฟล์นี้ไม่ใช่ข้อความ (มีไบต์ศูนย์)", "This is not a text file (it has zero bytes).")


def _chunks(path: Path) -> Iterable[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _decodes(path: Path, encoding: Encoding) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for chunk in _chunks(path):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _must_decode(path: Path, encoding: Encoding) -> None:
    if not _decodes(path, encoding):
        raise Unreadable(
            f"ไฟล์ระบุว่าเป็น {encoding.upper()} แต่มีไบต์ที่อ่านไม่ได้",
            f"The file says that it is {encoding.upper()} but has bytes that are not.",
        )


def _must_be_thai(path: Path) -> None:
    seen: Counter[int] = Counter()
    orphans = 0
    for chunk in _chunks(path):
        seen.update(chunk)
        orphans += sum(1 for _ in _ORPHANS.finditer(chunk))
    high = {byte: count for byte, count in seen.items() if byte >= 0x80 and byte not in _NEUTRAL_BYTES}
    total = sum(high.values())
    thai = sum(count for byte, count in high.items() if byte in _THAI_BYTES) - orphans
    if not total or thai < THAI_SHARE * total or not _decodes(path, "cp874"):
        raise Unreadable(
            "ไม่ทราบรหัสอักขระของไฟล์ (ไม่ใช่ UTF-8, UTF-16 หรือ TIS-620) โปรดบันทึกใหม่เป็น UTF-8",
            "The encoding is unknown (not UTF-8, UTF-16 or TIS-620); save the file as UTF-8.",
        )


def transcode(source: Path, target: Path, encoding: Encoding, bom: int) -> None:
    """Writes the file as UTF-8 without a byte order mark, in bounded memory."""
    decoder = codecs.getincrementaldecoder(encoding)()
    with source.open("rb") as read, target.open("wb") as write:
        read.seek(bom)
        while chunk := read.read(CHUNK):
            write.write(decoder.decode(chunk).encode("utf-8"))
        write.write(decoder.decode(b"", final=True).encode("utf-8"))


def find_layout(utf8: Path, encoding: Encoding, bom: bool) -> Layout:
    """Delimiter and column names of a UTF-8 file.

    Raises:
        Unreadable: no header, too many columns, or a line that never ends.
    """
    sample = _sample(utf8)
    counted = [(delimiter, _records(sample, delimiter)) for delimiter in DELIMITERS]
    delimiter, records = max(counted, key=lambda found: _evenness(found[1]))
    if not records or not any(cell.strip() for cell in records[0]):
        raise Unreadable("บรรทัดแรกต้องเป็นชื่อคอลัมน์", "The first line must hold the column names.")
    if len(records[0]) > MAX_COLUMNS:
        raise Unreadable(f"ตารางมีคอลัมน์เกิน {MAX_COLUMNS:,}", f"The table has more than {MAX_COLUMNS:,} columns.")
    return Layout(encoding, bom, delimiter, column_names(records[0]))


def _sample(utf8: Path) -> str:
    lines: list[str] = []
    with utf8.open(encoding="utf-8", newline="") as file:
        for _ in range(SAMPLE_RECORDS):
            line = file.readline(MAX_LINE + 1)
            if len(line) > MAX_LINE:
                raise Unreadable("มีบรรทัดที่ยาวเกินไป", "A line is too long to be a record.")
            if not line:
                break
            lines.append(line)
    return "".join(lines)


def _records(sample: str, delimiter: str) -> list[list[str]]:
    csv.field_size_limit(max(csv.field_size_limit(), SAMPLE_RECORDS * MAX_LINE))
    try:
        return list(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter))
    except csv.Error:
        return []


def _evenness(records: Sequence[Sequence[str]]) -> tuple[float, int]:
    """Share of records as wide as the header (if it is wider than one), then the width."""
    if not records or len(records[0]) < 2:
        return 0.0, 1
    width = len(records[0])
    filled = [record for record in records if any(cell.strip() for cell in record)]
    return sum(len(record) == width for record in filled) / len(filled), width


def column_names(header: Sequence[str]) -> tuple[str, ...]:
    """Names as published: NFC, single spaces, no quotes, never empty, unique without regard to case.

    A leading underscore is reserved by the DataStore API (`_id`), so such a name gets a letter before it.
    """
    names: list[str] = []
    taken: set[str] = set()
    for position, cell in enumerate(header, start=1):
        name = _BLANKS.sub(" ", unicodedata.normalize("NFC", cell).replace('"', "")).strip()
        name = "".join(character for character in name if character.isprintable()) or f"column_{position}"
        if name.startswith("_"):
            name = f"c{name}"
        unique, again = name, 2
        while unique.casefold() in taken:
            unique, again = f"{name}_{again}", again + 1
        taken.add(unique.casefold())
        names.append(unique)
    return tuple(names)
