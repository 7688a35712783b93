"""The structure of JPEG (ITU-T T.81 annex B) and PNG (ISO/IEC 15948) files: whole, of sane size, nothing else. Pure.

Nothing is drawn. A JPEG is followed from marker to marker, a PNG from chunk to chunk with its checksums, and a PNG's
pixels are inflated piece by piece to count them.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator

from .examination import Finding

MAX_PIXELS = 100_000_000
"""A large phone picture has 50 million; a viewer needs 4 bytes for each."""
MAX_SCANS = 100
"""Scans of a progressive JPEG; each makes a decoder walk over the whole picture once more."""
MAX_TEXT = 4 * 1024 * 1024
"""Bytes that a compressed text or colour profile of a PNG may become."""

_MARKER = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]")
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_FOREIGN = re.compile(
    rb"PK\x03\x04|%PDF-|\x7fELF|Rar!\x1a\x07|7z\xbc\xaf\x27\x1c|<\?php|<script|<html|<!doctype", re.IGNORECASE
)
"""How another file would begin behind a picture; what cameras append there begins otherwise."""

_GPS_TAG = 0x8825
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


class _Bad(Exception):
    """Why a picture is refused; its text is the reason's name."""


def jpeg(content: bytes) -> Finding:
    """Judge a JPEG; what a camera appends (previews, gain maps) is let be, another kind of file there is not."""
    try:
        return _jpeg(content)
    except _Bad as bad:
        return Finding(str(bad))
    except (IndexError, struct.error):
        return Finding("truncated")


def _jpeg(content: bytes) -> Finding:
    at, size, scans, placed = 2, 0, 0, False
    while True:
        if content[at] != 0xFF:
            raise _Bad("damaged")
        while content[at] == 0xFF:
            at += 1
        marker = content[at]
        at += 1
        if marker == 0xD9:
            break
        if marker == 0x01:
            continue
        length = struct.unpack_from(">H", content, at)[0]
        if length < 2 or marker < 0xC0 or 0xD0 <= marker <= 0xD8:
            raise _Bad("damaged")
        segment = content[at + 2 : at + length]
        at += length
        if at > len(content):
            raise _Bad("truncated")
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", segment, 1)
            size = _sane(width, height)
        elif marker == 0xE1:
            placed = placed or _tells_place(segment)
        elif marker == 0xDA:
            scans += 1
            if not size or scans > MAX_SCANS:
                raise _Bad("damaged" if not size else "heavy")
            following = _MARKER.search(content, at)
            if following is None:
                raise _Bad("truncated")
            at = following.start()
    if not scans:
        raise _Bad("damaged")
    if _FOREIGN.search(content, at) or content[at : at + 64].lstrip(b"\0\t\r\n ").startswith(b"MZ"):
        raise _Bad("two_files")
    return Finding(notes=("place",) if placed else ())


def png(content: bytes) -> Finding:
    """Judge a PNG; nothing may stand behind its end."""
    try:
        return _png(content)
    except _Bad as bad:
        return Finding(str(bad))


def _png(content: bytes) -> Finding:
    chunks = _chunks(content)
    name, header = next(chunks)
    if name != b"IHDR" or len(header) != 13:
        raise _Bad("damaged")
    width, height, depth, colour, *_, interlaced = struct.unpack(">IIBBBBB", header)
    _sane(width, height)
    if colour not in _CHANNELS or depth not in (1, 2, 4, 8, 16) or interlaced not in (0, 1):
        raise _Bad("damaged")
    left = _pixel_bytes(width, height, depth * _CHANNELS[colour], interlaced == 1)
    placed, pixels = False, zlib.decompressobj()
    for name, data in chunks:
        if name == b"acTL":
            raise _Bad("animated")
        if name == b"eXIf":
            placed = placed or _tells_place(b"Exif\0\0" + data)
        elif name in (b"zTXt", b"iCCP", b"iTXt"):
            _bounded_text(name, data)
        elif name == b"IDAT":
            left -= _inflated(pixels, data, left)
    if left:
        raise _Bad("truncated")
    return Finding(notes=("place",) if placed else ())


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks up to IEND, each with a right checksum; raises for anything else."""
    at = 8
    while True:
        if at + 12 > len(content):
            raise _Bad("truncated")
        length = struct.unpack_from(">I", content, at)[0]
        end = at + 12 + length
        if end > len(content):
            raise _Bad("truncated")
        if zlib.crc32(content[at + 4 : end - 4]) != struct.unpack_from(">I", content, end - 4)[0]:
            raise _Bad("damaged")
        name = content[at + 4 : at + 8]
        yield name, content[at + 8 : end - 4]
        at = end
        if name == b"IEND":
            break
    if content[at:].strip(b"\0"):
        raise _Bad("two_files")


def _inflated(stream: zlib._Decompress, data: bytes, most: int) -> int:
    """How many bytes come out of a piece; raises when more than `most` do."""
    total = 0
    try:
        while data:
            total += len(stream.decompress(data, 1 << 20))
            if total > most:
                raise _Bad("inflates")
            data = stream.unconsumed_tail
    except zlib.error:
        raise _Bad("damaged") from None
    return total


def _bounded_text(name: bytes, data: bytes) -> None:
    _, _, rest = data.partition(b"\0")
    if name == b"iTXt":
        if rest[:1] != b"\1":
            return
        _, _, rest = rest[2:].partition(b"\0")  # behind the language and the translated keyword
        _, _, rest = rest.partition(b"\0")
        rest = b"\0" + rest
    _inflated(zlib.decompressobj(), rest[1:], MAX_TEXT)


def _pixel_bytes(width: int, height: int, bits: int, interlaced: bool) -> int:
    """Bytes of all rows with their filter bytes (ISO/IEC 15948 clause 7, 8)."""
    if not interlaced:
        return height * (1 + (width * bits + 7) // 8)
    total = 0
    for left, top, across, down in _ADAM7:
        columns = (width - left + across - 1) // across
        rows = (height - top + down - 1) // down
        if columns > 0 and rows > 0:
            total += rows * (1 + (columns * bits + 7) // 8)
    return total


def _sane(width: int, height: int) -> int:
    if not width or not height:
        raise _Bad("damaged")
    if width * height > MAX_PIXELS:
        raise _Bad("pixels")
    return width * height


def _tells_place(segment: bytes) -> bool:
    """Whether metadata say where a picture was taken (Exif 2.32, tag GPSInfo; XMP, exif:GPSLatitude)."""
    if not segment.startswith(b"Exif\0\0"):
        return b"GPSLatitude" in segment
    tiff = segment[6:]
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None or len(tiff) < 8:
        return False
    first = struct.unpack_from(order + "I", tiff, 4)[0]
    if first + 2 > len(tiff):
        return False
    count = struct.unpack_from(order + "H", tiff, first)[0]
    entries = range(first + 2, min(first + 2 + 12 * count, len(tiff) - 11), 12)
    return any(struct.unpack_from(order + "H", tiff, entry)[0] == _GPS_TAG for entry in entries)
