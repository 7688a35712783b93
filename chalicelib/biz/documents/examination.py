"""What a file turns out to be when it is looked into. Pure, bounded, and with an answer for whatever is sent.

The bytes are read and never changed; pictures are not decoded and pages are not drawn, for a licence needs neither and
hostile bytes then meet no decoder. What remains unbounded here (a parser's own time and memory) `cage` bounds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from io import BytesIO
from zipfile import is_zipfile

from chalicelib.shared.dataclass import dataclass

MAGIC: Mapping[str, tuple[bytes, ...]] = {
    "application/pdf": (b"%PDF-1.", b"%PDF-2."),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
}
"""The first bytes of each type that may be uploaded."""


@dataclass(frozen=True)
class Finding:
    """What was found: why the file is refused (a name in `reasons`), or None, and what its readers should know."""

    reason: str | None = None
    notes: tuple[str, ...] = ()


def examine(media_type: str, content: bytes) -> Finding:
    """Judge a file by its structure; never raises."""
    if not content.startswith(MAGIC[media_type]):
        return Finding("not_its_type")
    try:
        if is_zipfile(BytesIO(content)):
            return Finding("two_files")  # a zip's directory stands at the end, whatever comes before
        return _examiner(media_type)(content)
    except (MemoryError, RecursionError):
        return Finding("heavy")
    except Exception:  # a parser may stumble over hostile bytes in any way; that too is an answer
        return Finding("damaged")


def _examiner(media_type: str) -> Callable[[bytes], Finding]:
    if media_type == "application/pdf":
        from .pdf import examined  # pypdf takes 100 ms: only who looks into a PDF pays

        return examined
    from . import pictures

    return pictures.png if media_type == "image/png" else pictures.jpeg
