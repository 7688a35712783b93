"""Small real files, built byte by byte, good and hostile."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"
"""What every scanner must find though it harms nobody (eicar.org); in pieces, so that no scanner finds this source."""


def pdf_of(objects: Sequence[bytes], trailer: bytes = b"/Root 1 0 R", *, version: bytes = b"1.7") -> bytes:
    """A PDF of these objects, numbered from 1, with a table that finds them."""
    parts, places, at = [b"%PDF-" + version + b"\n%\xe2\xe3\xcf\xd3\n"], [], 0
    for number, content in enumerate(objects, start=1):
        at += len(parts[-1])
        places.append(at)
        parts.append(b"%d 0 obj\n%s\nendobj\n" % (number, content))
    at += len(parts[-1])
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table
    end = b"trailer\n<< /Size %d %s >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, at)
    return b"".join([*parts, table, end])


def stream(content: bytes, dictionary: bytes = b"", *, flate: bool = True) -> bytes:
    """A stream object, deflated unless told otherwise."""
    data = zlib.compress(content, 9) if flate else content
    kind = b"/Filter /FlateDecode " if flate else b""
    return b"<< %s%s /Length %d >>\nstream\n" % (kind, dictionary, len(data)) + data + b"\nendstream"


PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>"
PAGES = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"


def a_pdf(
    words: bytes = b"words",
    *more: bytes,
    catalog: bytes = b"",
    page: bytes = PAGE,
    content: bytes | None = None,
    trailer: bytes = b"",
) -> bytes:
    """A page with some words; more objects are numbered from 5."""
    text = b"BT /F1 12 Tf 72 720 Td (" + words + b") Tj ET\n"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R " + catalog + b" >>",
        PAGES,
        page,
        stream(text) if content is None else content,
        *more,
    ]
    return pdf_of(objects, b"/Root 1 0 R " + trailer)


def chunk(name: bytes, data: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def a_png(
    width: int = 4,
    height: int = 3,
    *,
    depth: int = 8,
    colour: int = 2,
    interlaced: int = 0,
    pixels: bytes | None = None,
    more: bytes = b"",
) -> bytes:
    """A black picture, with more chunks before its pixels."""
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    rows = bytes(height * (1 + (width * depth * channels + 7) // 8)) if pixels is None else pixels
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced)
    palette = chunk(b"PLTE", bytes(6)) if colour == 3 else b""
    body = chunk(b"IHDR", header) + palette + more + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def segment(marker: int, data: bytes) -> bytes:
    """A segment of a JPEG."""
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def exif(*tags: int, order: str = "<") -> bytes:
    """Exif data whose first directory has these tags."""
    mark = b"II*\0" if order == "<" else b"MM\0*"
    entries = b"".join(struct.pack(order + "HHII", tag, 4, 1, 0) for tag in tags)
    return b"Exif\0\0" + mark + struct.pack(order + "IH", 8, len(tags)) + entries + bytes(4)


def a_jpeg(
    width: int = 8, height: int = 8, *, more: bytes = b"", scans: int = 1, data: bytes = b"\xf2\xff\x00"
) -> bytes:
    """A grey picture of one block, with more segments after its beginning."""
    tables = segment(0xDB, b"\0" + bytes([16] * 64))
    frame = segment(0xC0, struct.pack(">BHHB", 8, height, width, 1) + b"\1\x11\0")
    huffman = b"".join(segment(0xC4, bytes([kind]) + b"\1" + bytes(15) + b"\0") for kind in (0x00, 0x10))
    scan = segment(0xDA, b"\1\1\0\0\x3f\0") + data
    jfif = segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")
    return b"\xff\xd8" + jfif + more + tables + frame + huffman + scan * scans + b"\xff\xd9"
