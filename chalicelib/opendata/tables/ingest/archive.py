"""ZIP and GZIP around a file: unpacked with every byte counted, whatever the archive claims of itself."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from .model import Unreadable

MAX_BYTES = 4 << 30
MAX_RATIO = 250
"""How many times larger than packed; deflate allows 1,032, and no honest table comes near."""
FREE = 64 << 20
"""Bytes that are unpacked without asking for the ratio."""
MAX_TABLES = 100
CHUNK = 1 << 20


def members(source: Path, scratch: Path) -> Iterator[tuple[str, Path]]:
    """Each file of a ZIP with its name, unpacked; there only until the next is asked for. Folders do not count.

    Raises:
        Unreadable: with a password, damaged, too many files, or one that swells beyond measure.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            files = [info for info in archive.infolist() if not info.is_dir() and not _hidden(info.filename)]
            if len(files) > MAX_TABLES:
                raise Unreadable(f"ZIP มีไฟล์เกิน {MAX_TABLES}", f"The ZIP has more than {MAX_TABLES} files.")
            if not files:
                raise Unreadable("ZIP ไม่มีไฟล์ข้างใน", "The ZIP holds no files.")
            left = MAX_BYTES
            for info in files:
                if info.flag_bits & 1:
                    raise Unreadable("ZIP ใส่รหัสผ่านไว้ โปรดเอารหัสผ่านออก", "The ZIP has a password; take it off.")
                target = scratch / "member"
                with archive.open(info) as packed:
                    left -= _unpack(packed, target, info.compress_size, left)
                yield _name(info), target
                target.unlink()
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError):
        raise _damaged() from None


def unzipped(source: Path, scratch: Path) -> Path:
    """The content of a GZIP file.

    Raises:
        Unreadable: damaged, or it swells beyond measure.
    """
    target = scratch / "unzipped"
    try:
        with gzip.open(source) as packed:
            _unpack(packed, target, source.stat().st_size, MAX_BYTES)
    except (gzip.BadGzipFile, zlib.error, EOFError):
        raise _damaged() from None
    return target


def _unpack(packed: IO[bytes] | gzip.GzipFile, target: Path, size: int, most: int) -> int:
    done = 0
    with target.open("wb") as write:
        while chunk := packed.read(CHUNK):
            done += len(chunk)
            if done > most or (done > FREE and done > MAX_RATIO * max(size, 1)):
                raise Unreadable(
                    "ไฟล์บีบอัดขยายใหญ่ผิดปกติ จึงไม่รับ โปรดส่งไฟล์ที่ไม่บีบอัด",
                    "The archive swells beyond measure and is not taken; send the file unpacked.",
                )
            write.write(chunk)
    return done


def _damaged() -> Unreadable:
    return Unreadable("ไฟล์บีบอัดเสียหายหรือส่งมาไม่ครบ โปรดส่งใหม่", "The archive is damaged or cut short; send it again.")


def _hidden(name: str) -> bool:
    return name.startswith("__MACOSX/") or name.rpartition("/")[2].startswith(".")


def _name(info: zipfile.ZipInfo) -> str:
    """The file's own name, without folders; Windows writes Thai ones in CP874 and says nothing of it."""
    name = info.filename.rpartition("/")[2]
    if not info.flag_bits & 0x800 and not name.isascii():
        raw = name.encode("cp437", "replace")
        for encoding in ("utf-8", "cp874"):
            try:
                return raw.decode(encoding)
            except UnicodeDecodeError:
                continue
    return name
