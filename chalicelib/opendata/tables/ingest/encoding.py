"""In which encoding a text file is written.

Libraries that guess encodings fail on Thai (charset-normalizer gives up on short texts, chardet takes CP874 for
Cyrillic), and a wrong guess publishes mojibake. So only what can be proved is taken: a byte order mark, UTF-8 that
decodes to its last byte, UTF-16 that shows by its zero bytes, or CP874 (TIS-620) when nearly all high bytes are Thai
letters. Everything else is refused with the line that is wrong.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from chalicelib.shared.dataclass import dataclass

from .model import Unreadable

Encoding = Literal["utf-8", "utf-16-le", "utf-16-be", "cp874"]

CHUNK = 1 << 20
PROVED = 8 << 20
"""Bytes of a large file that are looked at before it is read; the reader itself stumbles over a later fault."""
THAI_SHARE = 0.97
"""Share of high bytes that must be Thai letters of CP874 before a file is taken for it."""

_THAI_BYTES = frozenset([*range(0xA1, 0xDB), *range(0xDF, 0xFC)])
# quotes, dashes, ellipsis and the no-break space of CP874: they occur in Thai files of Windows, but are no proof
_NEUTRAL_BYTES = frozenset([0x80, 0x85, *range(0x91, 0x98), 0xA0])
_BOMS: tuple[tuple[bytes, Encoding], ...] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Thai orthography: an upper or lower mark stands on a consonant, a leading vowel before one. Western accents in
# cp1252 fall on the same bytes but stand among ASCII letters.
_ORPHANS = re.compile(rb"(?<![\xa1-\xda\xe0-\xee])[\xd1\xd4-\xda\xe7-\xee]|[\xe0-\xe4](?![\xa1-\xce])")
# three Thai letters of UTF-8 in a row: as CP874 they would be "เธ" or "เน" with a letter, three times over
_THAI_UTF8 = re.compile(rb"(?:\xe0[\xb8\xb9][\x80-\xbf]){3}")


@dataclass(frozen=True)
class Found:
    """The encoding of a file.

    Attributes:
        encoding: of its bytes.
        bom: length of its byte order mark; 0 without one.
    """

    encoding: Encoding
    bom: int = 0


def find(path: Path, *, asked: Encoding | None = None, whole: bool = False) -> Found:
    """The encoding of a text file.

    Args:
        path: the file.
        asked: what its owner says; it is held against the bytes.
        whole: look at every byte of a large file of UTF-8 too, not only at its first `PROVED`.

    Raises:
        Unreadable: empty, binary, or of no encoding that can be proved; with the line of the fault where it has one.
    """
    with path.open("rb") as file:
        start = file.read(4096)
    if not start.strip(b"\x00\r\n\t \xef\xbb\xbf\xff\xfe") and path.stat().st_size <= len(start):
        raise Unreadable("ไฟล์ว่างเปล่า", "The file is empty.")
    bom, encoding = next(((mark, each) for mark, each in _BOMS if start.startswith(mark)), (b"", None))
    if asked or encoding:
        chosen = asked or encoding or "utf-8"
        mark = bom if encoding == chosen else b""
        _must_decode(path, chosen)
        return Found(chosen, len(mark))
    if b"\x00" in start:
        guess = _utf16(start)
        _must_decode(path, guess)
        return Found(guess)
    utf8 = _is_utf8(path, None if whole else PROVED)
    if not utf8:
        _must_be_thai(path)
    _no_zero_bytes(path)
    return Found("utf-8" if utf8 else "cp874")


def transcode(source: Path, target: Path, found: Found) -> None:
    """Writes the file as UTF-8 without a byte order mark, in bounded memory."""
    decoder = codecs.getincrementaldecoder(found.encoding)()
    with source.open("rb") as read, target.open("wb") as write:
        read.seek(found.bom)
        while chunk := read.read(CHUNK):
            write.write(decoder.decode(chunk).encode("utf-8"))
        write.write(decoder.decode(b"", final=True).encode("utf-8"))


def _utf16(start: bytes) -> Encoding:
    # ASCII digits, delimiters and line ends put their zero byte second in little-endian text
    even, odd = start[0::2].count(0), start[1::2].count(0)
    guess: Encoding = "utf-16-le" if odd > even else "utf-16-be"
    text = start[: len(start) // 2 * 2].decode(guess, "replace")
    if max(even, odd) > 4 * min(even, odd) and all(letter.isprintable() or letter in "\t\r\n" for letter in text):
        return guess
    raise _binary(start[: start.index(0)].count(b"\n") + 1)


def _binary(line: int) -> Unreadable:
    return Unreadable(
        f"ไฟล์นี้ไม่ใช่ข้อความ (มีไบต์ศูนย์ที่บรรทัด {line:,}) ไฟล์อาจเสียหายหรือเป็นโปรแกรมอื่น",
        f"This is not a text file: line {line:,} has a zero byte. It may be damaged, or of another kind.",
    )


def _chunks(path: Path, most: int | None = None) -> Iterator[bytes]:
    left = most
    with path.open("rb") as file:
        while chunk := file.read(CHUNK if left is None else min(CHUNK, left)):
            yield chunk
            left = None if left is None else left - len(chunk)


def _no_zero_bytes(path: Path) -> None:
    lines = 1
    for chunk in _chunks(path):
        at = chunk.find(b"\x00")
        if at >= 0:
            raise _binary(lines + chunk.count(b"\n", 0, at))
        lines += chunk.count(b"\n")


def _is_utf8(path: Path, most: int | None) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for chunk in _chunks(path, most):
            decoder.decode(chunk)
        decoder.decode(b"", final=most is None or path.stat().st_size <= most)
    except UnicodeDecodeError:
        return False
    return True


def _must_decode(path: Path, encoding: Encoding) -> None:
    decoder = codecs.getincrementaldecoder(encoding)()
    lines = 1
    try:
        for chunk in _chunks(path):
            text = decoder.decode(chunk)
            if "\x00" in text:
                raise _binary(lines + text[: text.index("\x00")].count("\n"))
            lines += text.count("\n")
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        text = error.object[: error.start].decode(encoding, "replace")
        raise _not_of(encoding, lines + text.count("\n")) from None


def _not_of(encoding: Encoding, line: int) -> Unreadable:
    name = "TIS-620 (CP874)" if encoding == "cp874" else encoding.upper()
    return Unreadable(
        f"บรรทัดที่ {line:,} มีไบต์ที่ไม่ใช่ {name} โปรดแก้บรรทัดนั้นหรือบันทึกไฟล์ใหม่เป็น UTF-8",
        f"Line {line:,} has bytes that are not {name}; mend that line, or save the file anew as UTF-8.",
    )


def _must_be_thai(path: Path) -> None:
    seen: Counter[int] = Counter()
    orphans, mixed = 0, False
    for chunk in _chunks(path):
        seen.update(chunk)
        orphans += sum(1 for _ in _ORPHANS.finditer(chunk))
        mixed = mixed or _THAI_UTF8.search(chunk) is not None
    high = {byte: count for byte, count in seen.items() if byte >= 0x80 and byte not in _NEUTRAL_BYTES}
    total = sum(high.values())
    thai = sum(count for byte, count in high.items() if byte in _THAI_BYTES) - orphans
    if not mixed and total and thai >= THAI_SHARE * total:
        return _must_decode(path, "cp874")
    if mixed:
        raise _mixed(path)
    raise Unreadable(
        f"ไม่ทราบรหัสอักขระของไฟล์ (ไม่ใช่ UTF-8, UTF-16 หรือ TIS-620 ดูบรรทัดที่ {_first_not_utf8(path):,}) โปรดบันทึกใหม่เป็น UTF-8",
        f"The encoding is unknown (not UTF-8, UTF-16 or TIS-620; see line {_first_not_utf8(path):,}); "
        "save the file as UTF-8.",
    )


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Lines with their numbers; a very long one comes in pieces, cut between characters of ASCII."""
    with path.open("rb") as file:
        number = 1
        while line := file.readline(CHUNK):
            yield number, line
            number += line.endswith(b"\n")


def _utf8_line(line: bytes) -> bool:
    try:
        # a piece of a very long line may end within a character
        codecs.getincrementaldecoder("utf-8")().decode(line, final=line.endswith(b"\n"))
    except UnicodeDecodeError:
        return False
    return True


def _first_not_utf8(path: Path) -> int:
    return next((number for number, line in _lines(path) if not _utf8_line(line)), 1)


def _mixed(path: Path) -> Unreadable:
    """Some lines are UTF-8, others are not: the first of the fewer is told."""
    first: dict[bool, int] = {}
    many: Counter[bool] = Counter()
    for number, line in _lines(path):
        if not line.isascii():
            utf8 = _utf8_line(line)
            many[utf8] += 1
            first.setdefault(utf8, number)
    odd = many[True] < many[False]
    where = first.get(odd, 1)
    return Unreadable(
        f"ไฟล์ใช้รหัสอักขระปนกัน บรรทัดที่ {where:,} ต่างจากบรรทัดอื่น โปรดบันทึกทั้งไฟล์ใหม่เป็น UTF-8",
        f"The file mixes encodings: line {where:,} is unlike the others. Save the whole file anew as UTF-8.",
    )
