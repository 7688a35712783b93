"""A PDF's structure (ISO 32000-2): readable pages, and nothing that acts, hides or swells. Pure.

Every object of the file is looked at, also those that no page refers to, because an officer's viewer may find them by
other ways than ours. What acts may stand in an older revision that the tables no longer name: the raw bytes are
searched for it as well.

Let be: links to web addresses (nothing happens unless somebody clicks), opening at a page, plain form fields.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from .examination import Finding

MAX_PAGES = 500
MAX_OBJECTS = 50_000
MAX_STREAM = 128 * 1024 * 1024
"""Bytes that one stream may become; an A4 page in colour at 300 dpi has 26 million."""
MAX_INFLATED = 512 * 1024 * 1024
"""Bytes that all streams together may become."""
MAX_PIXELS = 100_000_000
MAX_NESTING = 60
MAX_FILTERS = 4

_ACTIONS = frozenset(
    {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/GoToR", "/Rendition", "/Movie", "/Sound",
     "/GoTo3DView", "/RichMediaExecute"}
)  # fmt: skip
"""What runs, sends, or opens another file (ISO 32000-2 table 201)."""
_MEDIA = frozenset({"/RichMedia", "/Screen", "/Movie", "/Sound", "/3D"})


def _spelt(name: str) -> str:
    """A pattern for a name in plain bytes or with `#xx` for any letter (ISO 32000-2 §7.3.5)."""
    return "".join(
        f"(?:{re.escape(letter)}|#{ord(letter):02x}|#{ord(letter):02X})" for letter in name.removeprefix("/")
    )


# /Movie and /Sound may also be the kinds of paragraphs in a tagged text, which only the whole dictionary tells
_SPELT = "|".join(_spelt(name) for name in sorted(_ACTIONS - {"/Movie", "/Sound"}))
_RAW_ACTION = re.compile(rf"/(?:S|#53)[\0\t\n\f\r ]*/(?:{_SPELT})[\0\t\n\f\r />\[(<%]".encode())


class _Bad(Exception):
    """Why a PDF is refused; its text is the reason's name."""


def examined(content: bytes) -> Finding:
    """Judge a PDF; may raise what the parser raises over hostile bytes (see `examination.examine`)."""
    from pypdf.errors import LimitReachedError

    try:
        _Examiner(content).run()
    except _Bad as bad:
        return Finding(str(bad))
    except LimitReachedError:
        return Finding("inflates")
    return Finding()


class _Examiner:
    def __init__(self, content: bytes) -> None:
        self._content = content
        self._inflated = 0
        self._pages = 0

    def run(self) -> None:
        if _RAW_ACTION.search(self._content):
            raise _Bad("active")
        reader = self._reader()
        places = {(gen, number) for gen, entries in reader.xref.items() for number in entries}
        places |= {(0, number) for number in reader.xref_objStm}
        if len(places) > MAX_OBJECTS:
            raise _Bad("heavy")
        from pypdf.generic import IndirectObject

        for generation, number in sorted(places):
            self._look(reader.get_object(IndirectObject(number, generation, reader)))
        self._look(reader.trailer)
        pages = max(self._pages, len(reader.pages))
        if not pages:
            raise _Bad("damaged")
        if pages > MAX_PAGES:
            raise _Bad("pages")

    def _reader(self) -> Any:
        from pypdf import PdfReader
        from pypdf.errors import LimitReachedError

        try:
            reader = PdfReader(BytesIO(self._content))
            locked = reader.is_encrypted
        except LimitReachedError:
            raise
        except Exception:
            if re.search(rb"/Encrypt[\s<\d]", self._content[-4096:]):
                raise _Bad("encrypted") from None
            raise
        if locked:
            raise _Bad("encrypted")
        return reader

    def _look(self, found: Any) -> None:
        """One object with everything that stands directly in it; what it refers to is looked at in its own turn."""
        from pypdf.generic import ArrayObject, DictionaryObject, StreamObject

        waiting = [(found, 0)]
        while waiting:
            value, depth = waiting.pop()
            if depth > MAX_NESTING:
                raise _Bad("heavy")
            if isinstance(value, DictionaryObject):
                self._dictionary(value)
                if isinstance(value, StreamObject):
                    self._stream(value)
                waiting.extend((inner, depth + 1) for inner in dict.values(value))
            elif isinstance(value, ArrayObject):
                waiting.extend((inner, depth + 1) for inner in list.__iter__(value))

    def _dictionary(self, value: Any) -> None:
        kind, subtype = _name(value, "/Type"), _name(value, "/Subtype")
        if kind == "/Page":
            self._pages += 1
        if kind != "/StructElem" and _name(value, "/S") in _ACTIONS:
            raise _Bad("active")
        if kind == "/EmbeddedFile" or subtype == "/FileAttachment":
            raise _Bad("attachments")
        if subtype in _MEDIA and kind in (None, "/Annot"):
            raise _Bad("active")
        for key in dict.keys(value):
            _key(value, key)

    def _stream(self, value: Any) -> None:
        if "/F" in value:
            raise _Bad("attachments")  # the content is in another file
        filters = list(_filters(value))
        if "/Crypt" in filters:
            raise _Bad("encrypted")
        flates = [name for name in filters if name in ("/FlateDecode", "/Fl")]
        if len(filters) > MAX_FILTERS or len(flates) > 1:
            raise _Bad("inflates")  # squeezed twice: no writer has a reason to
        if _name(value, "/Subtype") == "/Image":
            sides = [_resolved(value.get(side)) for side in ("/Width", "/Height")]
            if all(isinstance(side, int) for side in sides) and sides[0] * sides[1] > MAX_PIXELS:
                raise _Bad("pixels")
        if flates and filters[0] in ("/FlateDecode", "/Fl"):
            self._count(_inflated_sizes(value._data))
        elif any(name in ("/LZWDecode", "/LZW", "/RunLengthDecode", "/RL") for name in filters) or flates:
            self._count([len(value.get_data())])  # pypdf's own limits hold here

    def _count(self, sizes: Any) -> None:
        stream = 0
        for size in sizes:
            stream += size
            self._inflated += size
            if stream > MAX_STREAM or self._inflated > MAX_INFLATED:
                raise _Bad("inflates")


def _key(value: Any, key: str) -> None:
    """Refuse by keys; each is believed only with a value of its kind, for a font may be called /AA too."""
    from pypdf.generic import ArrayObject, ByteStringObject, DictionaryObject, StreamObject, TextStringObject

    if key not in ("/JS", "/JavaScript", "/AA", "/OpenAction", "/EF", "/XFA", "/RichMediaContent"):
        return
    inner = _resolved(value.get(key))
    is_dictionary = isinstance(inner, DictionaryObject)
    if key == "/JS" and isinstance(inner, TextStringObject | ByteStringObject | StreamObject):
        raise _Bad("active")
    if key in ("/JavaScript", "/RichMediaContent") and is_dictionary:
        raise _Bad("active")
    if key == "/OpenAction" and is_dictionary and _name(inner, "/S") != "/GoTo":
        raise _Bad("active")
    if key == "/AA" and is_dictionary:
        acts = (_resolved(act) for act in dict.values(inner))
        if any(isinstance(act, DictionaryObject) and "/S" in act for act in acts):
            raise _Bad("active")
    if key == "/EF" and is_dictionary and inner.keys() & {"/F", "/UF", "/DOS", "/Mac", "/Unix"}:
        raise _Bad("attachments")
    if key == "/XFA" and isinstance(inner, ArrayObject | StreamObject):
        raise _Bad("active")


def _resolved(value: Any) -> Any:
    return value.get_object() if hasattr(value, "get_object") else value


def _name(value: Any, key: str) -> str | None:
    """A name in a dictionary, also when it stands in an object of its own."""
    found = _resolved(value.get(key))
    return str(found) if isinstance(found, str) and found.startswith("/") else None


def _filters(value: Any) -> Iterator[str]:
    found = _resolved(value.get("/Filter"))
    for name in found if isinstance(found, list) else [found]:
        inner = _resolved(name)
        if isinstance(inner, str):
            yield str(inner)


def _inflated_sizes(data: bytes) -> Iterator[int]:
    """The sizes of the pieces that come out of a zlib stream; a broken one ends early, as in a viewer."""
    stream = zlib.decompressobj()
    try:
        while data:
            piece = stream.decompress(data, 1 << 20)
            yield len(piece)
            data = stream.unconsumed_tail
    except zlib.error:
        return
