"""The formats that a description comes in: by the end of its address, or by what the client asks for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from chalicelib.shared.dataclass import dataclass

HTML = "text/html"


@dataclass(frozen=True)
class Format:
    """One format: end of the address, media type, and rdflib's name of the writer."""

    extension: str
    media_type: str
    writer: str


FORMATS: Mapping[str, Format] = {
    each.extension: each
    for each in (
        Format("ttl", "text/turtle", "turtle"),
        Format("rdf", "application/rdf+xml", "xml"),
        Format("xml", "application/rdf+xml", "xml"),
        Format("jsonld", "application/ld+json", "json-ld"),
        Format("nt", "application/n-triples", "nt11"),
        Format("n3", "text/n3", "turtle"),  # every Turtle document is an N3 document
    )
}
BY_MEDIA_TYPE: Mapping[str, Format] = {
    **{each.media_type: each for each in FORMATS.values()},
    "application/rdf+xml": FORMATS["rdf"],
    "application/x-turtle": FORMATS["ttl"],
}


def split(id: str) -> tuple[str, str | None]:
    """An id and the format at its end, e.g. `food-licences.ttl`; names and ids of datasets have no dots."""
    plain, dot, extension = id.rpartition(".")
    return (plain, extension) if dot and plain and extension in FORMATS else (id, None)


def preferred(accept: str, offered: Sequence[str]) -> str | None:
    """The media type among those offered that the client likes best (RFC 9110 §12.5.1); None if it takes none.

    Among equals the one that is offered first wins. Of a header that nobody can read, the readable parts count.
    """
    ranges = [_range(part) for part in accept.split(",")[:50] if part.strip()]
    if not ranges:
        return offered[0]
    best, best_quality = None, 0.0
    for media_type in offered:
        fits = [(specific, quality) for pattern, quality in ranges if (specific := _fit(pattern, media_type))]
        quality = max(fits)[1] if fits else 0.0
        if quality > best_quality:
            best, best_quality = media_type, quality
    return best


def _range(part: str) -> tuple[str, float]:
    pattern, *parameters = (piece.strip().lower() for piece in part.split(";"))
    quality = 1.0
    for parameter in parameters:
        found = re.fullmatch(r"q\s*=\s*([01](?:\.[0-9]{0,3})?)", parameter)
        if found:
            quality = min(float(found[1]), 1.0)
    return pattern, quality


def _fit(pattern: str, media_type: str) -> int:
    """How closely a range names a type: 3 exactly, 2 its family, 1 everything, 0 not at all."""
    if pattern == media_type:
        return 3
    if pattern == f"{media_type.split('/')[0]}/*":
        return 2
    return 1 if pattern == "*/*" else 0
